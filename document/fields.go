package document

import (
	"reflect"
	"strings"
)

// field is a key of a mapping as a struct's tags declare it.
type field struct {
	key    string
	index  []int
	scalar bool
	rules  []rule
}

type fields []field

func (f field) required() bool {
	for _, r := range f.rules {
		if r.name == "required" {
			return true
		}
	}
	return false
}

func (all fields) find(key string) (field, bool) {
	for _, f := range all {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

func (all fields) names() []string {
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.key
	}
	return names
}

// fieldsOf reads a struct's tags, those of inline structs included.
func fieldsOf(t reflect.Type) fields {
	var all fields
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				all = append(all, inner)
			}
		case name != "" && name != "-":
			all = append(all, field{key: name, index: []int{i}, scalar: options == "scalar", rules: parseRules(f.Tag.Get("check"))})
		}
	}
	return all
}

// Keys gives the keys that a struct's mapping takes, in the order declared.
func Keys(of reflect.Type) []string { return fieldsOf(of).names() }

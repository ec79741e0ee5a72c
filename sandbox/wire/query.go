package wire

import (
	"encoding/base64"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

func badForm(format string, args ...any) *Error {
	return Fail("InvalidParameterValue", format, args...)
}

// part is a form's parameters as a tree: Tags.member.1.Key is Tags → member → 1 → Key.
type part struct {
	value string
	sub   map[string]*part
}

// A form is refused above these; AWS's own inputs stay far below.
const (
	maxDepth  = 16
	maxFields = 20000
)

func tree(form url.Values) (*part, *Error) {
	root := &part{sub: map[string]*part{}}
	if len(form) > maxFields {
		return nil, badForm("The form has more than %d parameters", maxFields)
	}
	for name, values := range form {
		if name == "Action" || name == "Version" || strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		steps := strings.Split(name, ".")
		if len(steps) > maxDepth {
			return nil, badForm("%s: too deep", name)
		}
		at := root
		for _, step := range steps {
			if at.sub == nil {
				at.sub = map[string]*part{}
			}
			if at.sub[step] == nil {
				at.sub[step] = &part{}
			}
			at = at.sub[step]
		}
		at.value = values[0]
	}
	return root, nil
}

func decodeQuery(form url.Values, into any) *Error {
	root, err := tree(form)
	if err != nil {
		return err
	}
	return setPart(reflect.ValueOf(into).Elem(), root, "")
}

func setPart(dst reflect.Value, p *part, path string) *Error {
	dst = settle(dst)
	switch {
	case dst.Type() == timeType:
		at, err := time.Parse(time.RFC3339Nano, p.value)
		if err != nil {
			return badForm("%s: %q is not a time", path, p.value)
		}
		dst.Set(reflect.ValueOf(at.UTC()))
		return nil
	case dst.Kind() == reflect.Struct:
		return setParts(dst, p, path)
	case dst.Kind() == reflect.Map:
		return setEntries(dst, p, path)
	case dst.Kind() == reflect.Slice && dst.Type().Elem().Kind() == reflect.Uint8:
		raw, err := base64.StdEncoding.DecodeString(p.value)
		if err != nil {
			return badForm("%s: not base64", path)
		}
		dst.SetBytes(raw)
		return nil
	case dst.Kind() == reflect.Slice:
		return setMembers(dst, p, path)
	case dst.Kind() == reflect.Interface:
		return NotHere(path[1:])
	case p.sub != nil:
		return badForm("%s: not a structure", path)
	}
	if err := setScalar(dst, p.value, path); err != nil {
		return badForm("%s", err.Message)
	}
	return nil
}

func setParts(dst reflect.Value, p *part, path string) *Error {
	for name, sub := range p.sub {
		f := field(dst, name)
		if !f.IsValid() {
			return NotHere((path + "." + name)[1:])
		}
		if err := setPart(f, sub, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

// numbered gives what stands under 1, 2, 3 … n, in order.
func numbered(p *part, under, path string) ([]*part, *Error) {
	list := p.sub[under]
	if len(p.sub) == 0 && p.value == "" {
		return nil, nil // Tags= is an empty list
	}
	if list == nil || len(p.sub) > 1 || list.value != "" {
		return nil, badForm("%s: not a list of %s", path, under)
	}
	var items []*part
	for i := 1; i <= len(list.sub); i++ {
		item := list.sub[strconv.Itoa(i)]
		if item == nil {
			return nil, badForm("%s.%s: number %d is missing", path, under, i)
		}
		items = append(items, item)
	}
	return items, nil
}

func setMembers(dst reflect.Value, p *part, path string) *Error {
	items, err := numbered(p, "member", path)
	if err != nil {
		return err
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(items), len(items)))
	for i, item := range items {
		if err := setPart(dst.Index(i), item, path+".member."+strconv.Itoa(i+1)); err != nil {
			return err
		}
	}
	return nil
}

func setEntries(dst reflect.Value, p *part, path string) *Error {
	items, err := numbered(p, "entry", path)
	if err != nil {
		return err
	}
	dst.Set(reflect.MakeMap(dst.Type()))
	for i, item := range items {
		at := path + ".entry." + strconv.Itoa(i+1)
		key, value := item.sub["key"], item.sub["value"]
		if key == nil { // a map of SNS
			key, value = item.sub["Name"], item.sub["Value"]
		}
		if key == nil || value == nil || len(item.sub) != 2 {
			return badForm("%s: not a key and a value", at)
		}
		elem := reflect.New(dst.Type().Elem()).Elem()
		if err := setPart(elem, value, at); err != nil {
			return err
		}
		dst.SetMapIndex(reflect.ValueOf(key.value).Convert(dst.Type().Key()), elem)
	}
	return nil
}

package wire

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Stray says which member of an SDK input has a value that its enum has not, in AWS's words, or "".
func Stray(in any) string { return stray(reflect.ValueOf(in), "") }

func stray(v reflect.Value, path string) string {
	v = reflect.Indirect(v)
	switch {
	case v.Kind() == reflect.String:
		return notAmong(v, path)
	case v.Kind() == reflect.Struct && v.Type() != timeType:
		for name, member := range Members(v) {
			if said := stray(member, path+"."+strings.ToLower(name[:1])+name[1:]); said != "" {
				return said
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		for i := range v.Len() {
			if said := stray(v.Index(i), path+"."+strconv.Itoa(i+1)+".member"); said != "" {
				return said
			}
		}
	}
	return ""
}

// notAmong compares a text with its type's Values. The method's name is a constant here, so that
// the linker keeps the methods of that name and no others.
func notAmong(v reflect.Value, path string) string {
	values := v.MethodByName("Values")
	if !values.IsValid() || v.Len() == 0 {
		return ""
	}
	all := values.Call(nil)[0]
	for i := range all.Len() {
		if all.Index(i).String() == v.String() {
			return ""
		}
	}
	return fmt.Sprintf("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %v",
		v.String(), path[1:], all.Interface())
}

package servicecatalog

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// rule judges one member of an input.
type rule func(operation string, input reflect.Value) error

// read and write are world.Read and world.Write behind rules that every operation shares.
func read[I, O any](name string, do func(*world.Call, *I) (*O, error), rules ...rule) world.Operation {
	return world.Read(name, checked(name, do, rules))
}

func write[I, O any](name, token string, do func(*world.Call, *I) (*O, error), rules ...rule) world.Operation {
	return world.Write(name, token, checked(name, do, rules))
}

func checked[I, O any](name string, do func(*world.Call, *I) (*O, error), rules []rule) func(*world.Call, *I) (*O, error) {
	rules = append([]rule{language}, rules...)
	return func(c *world.Call, in *I) (*O, error) {
		v := reflect.ValueOf(in).Elem()
		for _, r := range rules {
			if err := r(name, v); err != nil {
				return nil, err
			}
		}
		return do(c, in)
	}
}

// needs refuses an input without these members.
func needs(members ...string) rule {
	return func(_ string, v reflect.Value) error {
		for _, m := range members {
			if empty(v.FieldByName(m)) {
				return violated("Value null at '%s' failed to satisfy constraint: Member must not be null", lower(m))
			}
		}
		return nil
	}
}

// refuses answers 501 to members that the sandbox does not honour.
func refuses(members ...string) rule {
	return func(op string, v reflect.Value) error {
		for _, m := range members {
			if !empty(v.FieldByName(m)) {
				return notHere("%s.%s", op, m)
			}
		}
		return nil
	}
}

// limit refuses a text longer than n characters.
func limit(member string, n int) rule {
	return func(_ string, v reflect.Value) error {
		if utf8.RuneCountInString(text(v.FieldByName(member))) > n {
			return violated("Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", lower(member), n)
		}
		return nil
	}
}

// language honours the one language that the sandbox speaks.
func language(op string, v reflect.Value) error {
	f := v.FieldByName("AcceptLanguage")
	if !f.IsValid() || empty(f) || text(f) == "en" {
		return nil
	}
	return notHere("%s with AcceptLanguage %s", op, text(f))
}

func empty(f reflect.Value) bool {
	if !f.IsValid() || f.IsZero() {
		return true
	}
	switch f.Kind() {
	case reflect.Pointer:
		return f.Elem().Kind() == reflect.String && f.Elem().Len() == 0
	case reflect.Slice, reflect.Map:
		return f.Len() == 0
	}
	return false
}

func text(f reflect.Value) string {
	if f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() {
		f = f.Elem()
	}
	if f.IsValid() && f.Kind() == reflect.String {
		return f.String()
	}
	return ""
}

func lower(member string) string { return strings.ToLower(member[:1]) + member[1:] }

// violated is how AWS refuses what its own model forbids.
func violated(format string, args ...any) error {
	return wire.Fail("ValidationException", "1 validation error detected: "+format, args...)
}

func invalid(format string, args ...any) error {
	return wire.Fail("InvalidParametersException", format, args...)
}

func notFound(format string, args ...any) error {
	return wire.Fail("ResourceNotFoundException", format, args...)
}

func inUse(format string, args ...any) error {
	return wire.Fail("ResourceInUseException", format, args...)
}

func duplicate(format string, args ...any) error {
	return wire.Fail("DuplicateResourceException", format, args...)
}

func unsupported(format string, args ...any) error {
	return wire.Fail("OperationNotSupportedException", format, args...)
}

// notHere is what AWS can do and the sandbox cannot.
func notHere(format string, args ...any) error {
	return wire.NotHere("servicecatalog:" + fmt.Sprintf(format, args...))
}

// val is the value behind a pointer, or the zero value.
func val[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}

// opt is a pointer to what is there, or nil.
func opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// set replaces what the caller gave.
func set(to *string, from *string) {
	if from != nil {
		*to = *from
	}
}

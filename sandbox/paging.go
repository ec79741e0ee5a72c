package sandbox

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// The members that carry a list's token, in inputs and outputs.
var (
	tokensIn  = []string{"PageToken", "NextToken"}
	tokensOut = []string{"NextPageToken", "NextToken"}
)

// Marks of the tokens that the switches make. What a service made stands behind the first.
const (
	afterEmpty  = "axle-after-empty."
	afterWhole  = "axle-after-whole."
	onceAndOver = "axle-once-and-over."
)

// paged carries the operation out; where a switch says so its list comes in pages that a client
// has to get past: an empty one with a token, the same again and again, a second one that fails (SBX-38).
func (a *attempt) paged(in any) (any, error) {
	c := a.call
	empty, repeated, second := world.Switched(c, knobEmptyPages), world.Switched(c, knobRepeatedPages), world.Switched(c, knobSecondPage)
	asked := textMember(in, tokensIn)
	if !asked.IsValid() || !(empty || repeated || second) {
		return a.op.Do(c, in)
	}
	token := value(asked)
	if second && token != "" {
		return nil, wire.Fail("InternalFailure", "A fault of the sandbox's settings: the second page").With(http.StatusInternalServerError)
	}
	own, after := strings.CutPrefix(token, afterEmpty)
	if after || token == onceAndOver || token == afterWhole {
		setText(asked, strings.TrimPrefix(strings.TrimPrefix(own, onceAndOver), afterWhole))
	}
	out, err := a.op.Do(c, in)
	next := textMember(out, tokensOut)
	if err != nil || !next.IsValid() {
		return out, err
	}
	switch {
	case empty && !after:
		bare(out)
		setText(next, afterEmpty+token)
	case repeated && token != "":
		setText(next, token)
	case repeated && value(next) == "":
		setText(next, onceAndOver)
	case second && value(next) == "":
		setText(next, afterWhole)
	}
	return out, nil
}

// textMember is the first of the members that a pointer to a struct has, as text.
func textMember(of any, names []string) reflect.Value {
	v := reflect.ValueOf(of)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return reflect.Value{}
	}
	for _, name := range names {
		if f := v.Elem().FieldByName(name); f.IsValid() && f.Type() == reflect.TypeFor[*string]() {
			return f
		}
	}
	return reflect.Value{}
}

func value(f reflect.Value) string {
	if f.IsNil() {
		return ""
	}
	return f.Elem().String()
}

func setText(f reflect.Value, s string) {
	if s == "" {
		f.SetZero()
		return
	}
	f.Set(reflect.ValueOf(&s))
}

// bare takes the lists out of a page.
func bare(out any) {
	v := reflect.ValueOf(out).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.Slice && v.Type().Field(i).IsExported() {
			v.Field(i).SetZero()
		}
	}
}

package sandbox

import (
	_ "embed"
	"reflect"
	"strings"
	"sync"

	"github.com/axle-cd/axle/sandbox/wire"
)

// required.txt lists, an operation a line, the members that an input must have, as the SDK's own
// checks have them: StackName, or Tags[].Key of each tag there is. A test writes it.
//
//go:embed required.txt
var requiredText string

var required = sync.OnceValue(func() map[string][][]string {
	all := map[string][][]string{}
	for line := range strings.Lines(requiredText) {
		words := strings.Fields(line)
		for _, path := range words[1:] {
			all[words[0]] = append(all[words[0]], strings.Split(path, "."))
		}
	}
	return all
})

// lacking says which member an operation's input must have and has not, in AWS's words, or "".
func lacking(operation string, in any) string {
	for _, path := range required()[operation] {
		if at := gap(reflect.ValueOf(in), path, ""); at != "" {
			return "1 validation error detected: Value null at '" + at[1:] + "' failed to satisfy constraint: Member must not be null"
		}
	}
	return ""
}

// gap is where a path's last member is absent while what holds it is there, or "".
func gap(v reflect.Value, path []string, at string) string {
	if v = reflect.Indirect(v); v.Kind() != reflect.Struct {
		return ""
	}
	name, each := strings.CutSuffix(path[0], "[]")
	f := v.FieldByName(name)
	at += "." + strings.ToLower(name[:1]) + name[1:]
	switch {
	case len(path) == 1 && !wire.Present(f):
		return at
	case len(path) == 1:
		return ""
	case !each:
		return gap(f, path[1:], at)
	}
	for i := range f.Len() {
		if at := gap(f.Index(i), path[1:], at+".member"); at != "" {
			return at
		}
	}
	return ""
}

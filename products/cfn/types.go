package cfn

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/axle-cd/axle/document"
)

// TypeInfo is what is known of a resource type. The lists are complete.
type TypeInfo struct {
	Name       string
	Properties map[string]Property
	Attributes []string            // of Fn::GetAtt; X.* is everything below X
	Booleans   map[string]struct{} // names of properties, at any depth, that are booleans
	Ref        string              // what Ref gives: name, arn, id, url, address
	Stateful   bool                // it holds data that its replacement does not have
}

// Property is a property at the top of a type.
type Property struct {
	Required    bool
	CreateOnly  bool // a change replaces the resource
	Conditional bool // a change may replace the resource
}

//go:embed types.txt
var typesText string

//go:embed type_names.txt
var typeNames string

var types = sync.OnceValue(func() map[string]TypeInfo { return readTypes(typesText) })

// Type gives what is known of a resource type. An unknown type is no fault by itself: the
// table holds some forty of the types that exist.
func Type(name string) (TypeInfo, bool) {
	info, ok := types()[name]
	return info, ok
}

// Stateful is whether a type, known by its table or not, holds data.
func Stateful(name string) bool { return slices.Contains(stateful, name) }

// Attribute is whether Fn::GetAtt gives it.
func (info TypeInfo) Attribute(name string) bool {
	for _, a := range info.Attributes {
		if below, ok := strings.CutSuffix(a, "*"); a == name || ok && strings.HasPrefix(name, below) && name != below {
			return true
		}
	}
	return false
}

// readTypes reads the table: a line is "type NAME REF", or a word and a list that continues it.
func readTypes(text string) map[string]TypeInfo {
	out := map[string]TypeInfo{}
	var at string
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "type":
			at = words[1]
			out[at] = TypeInfo{Name: at, Ref: words[2], Stateful: Stateful(at),
				Properties: map[string]Property{}, Booleans: map[string]struct{}{}}
		default:
			info := out[at]
			info.add(words[0], words[1:])
			out[at] = info
		}
	}
	return out
}

func (info *TypeInfo) add(what string, words []string) {
	switch what {
	case "properties":
		for _, w := range words {
			name := strings.TrimRight(w, "*!?")
			marks := w[len(name):]
			info.Properties[name] = Property{Required: strings.Contains(marks, "*"),
				CreateOnly: strings.Contains(marks, "!"), Conditional: strings.Contains(marks, "?")}
		}
	case "attributes":
		info.Attributes = append(info.Attributes, words...)
	case "booleans":
		for _, w := range words {
			info.Booleans[w] = struct{}{}
		}
	}
}

// names are all types that exist, sorted. They are taken apart once: every resource is asked about.
var names = sync.OnceValue(func() []string { return strings.Fields(typeNames) })

// Named is whether a type of that name exists, known by its table or not.
func Named(name string) bool {
	_, ok := slices.BinarySearch(names(), name)
	return ok
}

// misspelt gives the type that was meant, when a name of AWS:: exists nowhere and is close to
// one of the same service.
func misspelt(name string) string {
	cut := strings.LastIndex(name, "::") + 2
	if !strings.HasPrefix(name, "AWS::") || Named(name) {
		return ""
	}
	var last []string
	for _, n := range names() {
		if own, ok := strings.CutPrefix(n, name[:cut]); ok {
			last = append(last, own)
		}
	}
	if last == nil {
		return document.Nearest(name, names())
	}
	if near := document.Nearest(name[cut:], last); near != "" {
		return name[:cut] + near
	}
	return ""
}

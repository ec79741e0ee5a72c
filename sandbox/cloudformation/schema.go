package cloudformation

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/axle-cd/axle/products/cfn"
)

//go:embed types.txt
var typesText string

// schema is what the table knows of a type.
type schema struct {
	id         []string        // the properties and attributes that make its physical id
	attributes map[string]byte // name → what it holds
	properties map[string]field
}

type field struct {
	required, createOnly, conditional bool
	holds                             byte // '@' a list, '%' a mapping, '#' a number, '&' true or false, 0 text or anything
}

var rows = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(typesText) {
		if name, _, ok := strings.Cut(line, " | "); ok && !strings.HasPrefix(line, "#") {
			all[name] = line
		}
	}
	return all
})

// schemaOf gives the row of a type. Every Custom:: type is a custom resource.
func schemaOf(typ string) (schema, bool) {
	if strings.HasPrefix(typ, "Custom::") {
		typ = typeCustom
	}
	line, ok := rows()[typ]
	fields := strings.Split(line, " | ")
	if !ok || len(fields) != 4 {
		return schema{}, false
	}
	s := schema{id: strings.Fields(fields[1]), attributes: map[string]byte{}, properties: map[string]field{}}
	for _, word := range strings.Fields(fields[2]) {
		name, marks := cutMarks(word)
		s.attributes[name] = holds(marks)
	}
	for _, word := range strings.Fields(fields[3]) {
		name, marks := cutMarks(word)
		s.properties[name] = field{required: strings.Contains(marks, "*"), createOnly: strings.Contains(marks, "!"),
			conditional: strings.Contains(marks, "?"), holds: holds(marks)}
	}
	return s, true
}

const typeCustom = "AWS::CloudFormation::CustomResource"

// cutMarks takes a word of the table apart; a lone * is a name.
func cutMarks(word string) (name, marks string) {
	if word == "*" {
		return word, ""
	}
	name = strings.TrimRight(word, "*!?@%#&")
	if strings.HasSuffix(name, ".") { // Outputs.*: all below it
		return word, ""
	}
	return name, word[len(name):]
}

func holds(marks string) byte {
	if i := strings.IndexAny(marks, "@%#&"); i >= 0 {
		return marks[i]
	}
	return 0
}

// attribute says whether GetAtt gives it, and what it holds.
func (s schema) attribute(name string) (byte, bool) {
	if kind, ok := s.attributes[name]; ok {
		return kind, true
	}
	_, any := s.attributes["*"]
	first, _, _ := strings.Cut(name, ".")
	_, below := s.attributes[first+".*"]
	return 0, any || below && first != name
}

// known says whether a type is in the sandbox: by its row, by code of its own, or, without
// schema, by its name alone. Serverless types are there only through their transform.
func known(typ string) bool {
	_, row := schemaOf(typ)
	_, own := types[typ]
	return row || own || cfn.Named(typ) && !strings.HasPrefix(typ, "AWS::Serverless::")
}

// createOnly says whether a change of the property makes a new resource.
func createOnly(typ, name string) bool {
	if s, ok := schemaOf(typ); ok {
		return s.properties[name].createOnly
	}
	return naming[typ].property == name
}

// conditionally says whether a change of the property may make a new resource.
func conditionally(typ, name string) bool {
	s, _ := schemaOf(typ)
	return s.properties[name].conditional
}

func taggable(typ string) bool {
	s, _ := schemaOf(typ)
	_, tags := s.properties["Tags"]
	return tags
}

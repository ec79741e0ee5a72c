package cloudformation

import (
	"maps"
	"slices"
	"strings"
)

// Required are the properties that a type must have, each with a value of its kind.
func Required(typ string) string {
	s, _ := schemaOf(typ)
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s.properties)) {
		if s.properties[name].required {
			all = append(all, name+": "+map[byte]string{'@': "[]", '%': "{}", '#': "1", '&': "true", 0: "x"}[s.properties[name].holds])
		}
	}
	return strings.Join(all, ", ")
}

package cloudformation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

// Orphans are records that nobody owns: a resource of a stack that does not have it and has
// not retained it, an import without its export (SBX-69).
func Orphans(c *world.Call) []string {
	var all []string
	for _, r := range world.List[record](c, kindStack) {
		for _, v := range r.live(c.Now) {
			for _, name := range v.Imports {
				if exporter(c, name, r.ID) == "" {
					all = append(all, r.Name+" imports "+name)
				}
			}
		}
	}
	for _, h := range world.List[holding](c, kindRow) {
		r, ok := load(c, h.StackID)
		owns := ok && slices.ContainsFunc(r.live(c.Now), func(v revision) bool { _, has := v.Resources[h.LogicalID]; return has })
		skipped := ok && slices.ContainsFunc(r.Events, func(e event) bool {
			return e.LogicalID == h.LogicalID && (e.Status == "DELETE_SKIPPED" || e.Status == "DELETE_FAILED")
		})
		if !owns && !skipped {
			all = append(all, fmt.Sprintf("%s of %s", h.LogicalID, h.StackID))
		}
	}
	return all
}

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

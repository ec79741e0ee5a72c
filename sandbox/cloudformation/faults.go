package cloudformation

import (
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/products/cfn"
)

// fault is why a step will fail when its time comes, "" if it will not.
func (p *planner) fault(s step) string {
	if s.verb == leave {
		return ""
	}
	if f := misfit(s.New); f != "" {
		return f
	}
	if s.verb == modify {
		return ""
	}
	id := s.New.PhysicalID
	switch {
	case sealed.MatchString(id):
		return "A physical name made of a NoEcho parameter is not in the sandbox"
	case s.verb == replace && id == s.Old.PhysicalID:
		return "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename " + id + " and update the stack again."
	}
	if naming[s.New.Type].inside {
		return ""
	}
	for other, r := range p.made {
		if other != s.New.LogicalID && r.Type == s.New.Type && r.PhysicalID == id {
			return id + " already exists in stack " + p.at.StackID
		}
	}
	return taken(p.c, s.New.Type, id)
}

// misfit says which property the type does not have, or must have.
func misfit(r resource) string {
	t, ok := cfn.Type(r.Type)
	if !ok {
		return ""
	}
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(r.Properties)) {
		if _, ok := t.Properties[name]; !ok {
			wrong = append(wrong, "#: extraneous key ["+name+"] is not permitted")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Properties)) {
		if _, ok := r.Properties[name]; !ok && t.Properties[name].Required {
			wrong = append(wrong, "#: required key ["+name+"] not found")
		}
	}
	if len(wrong) == 0 {
		return ""
	}
	return "Properties validation failed for resource " + r.LogicalID + " with message: " + strings.Join(wrong, "; ")
}

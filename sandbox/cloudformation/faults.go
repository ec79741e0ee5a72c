package cloudformation

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

// fault is why a step will fail when its time comes, "" if it will not.
func (p *planner) fault(s step) string {
	if s.verb == leave {
		return ""
	}
	if f := p.c.Struck(world.KindResourceFail); f != nil && f.Resource == s.New.LogicalID {
		return "A fault of the sandbox's settings: resource_fail"
	}
	if f := cmp.Or(misfit(s.New), malformed(s.New)); f != "" {
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
	if f := p.actor.forbidden(s.New, making); f != "" || naming[s.New.Type].inside {
		return f
	}
	for other, r := range p.made {
		if other != s.New.LogicalID && r.Type == s.New.Type && r.PhysicalID == id {
			return id + " already exists in stack " + p.at.StackID
		}
	}
	return taken(p.c, s.New.Type, id)
}

// misfit says which property the type does not have, must have, or holds otherwise.
func misfit(r resource) string {
	t, ok := schemaOf(r.Type)
	if !ok {
		return ""
	}
	var wrong []string
	_, open := t.properties["*"]
	for _, name := range slices.Sorted(maps.Keys(r.Properties)) {
		if of, ok := t.properties[name]; ok {
			wrong = append(wrong, mistyped(name, r.Properties[name], of.holds)...)
		} else if !open {
			wrong = append(wrong, "#: extraneous key ["+name+"] is not permitted")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.properties)) {
		if _, ok := r.Properties[name]; !ok && t.properties[name].required {
			wrong = append(wrong, "#: required key ["+name+"] not found")
		}
	}
	if len(wrong) == 0 {
		return ""
	}
	return "Properties validation failed for resource " + r.LogicalID + " with message: " + strings.Join(wrong, "; ")
}

// mistyped says that a property holds something else than its type takes. CloudFormation makes
// numbers and booleans of text where it can.
func mistyped(name string, v any, want byte) []string {
	text, scalar := v.(string)
	_, list := v.([]any)
	_, mapping := v.(map[string]any)
	later := strings.Contains(text, "{{")
	fits, what := true, ""
	switch want {
	case '@':
		fits, what = list || later, "JSONArray"
	case '%':
		fits, what = mapping || later || strings.HasPrefix(text, "{"), "JSONObject"
	case '#':
		_, err := strconv.ParseFloat(text, 64)
		fits, what = scalar && err == nil || later, "Number"
	case '&':
		_, err := strconv.ParseBool(strings.ToLower(text))
		fits, what = scalar && err == nil || later, "Boolean"
	}
	if fits {
		return nil
	}
	found := map[bool]string{list: "JSONArray", mapping: "JSONObject", scalar: "String"}[true]
	return []string{"#/" + name + ": expected type: " + what + ", found: " + found}
}

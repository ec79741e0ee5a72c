package cloudformation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// export is an output that other stacks of the account and region may import.
type export struct {
	output
	stackID string
}

// exports are those that stand now, by name.
func exports(c *world.Call) []export {
	var all []export
	for _, r := range world.List[record](c, kindStack) {
		for _, o := range r.outputs(c.Now) {
			if o.Export != "" {
				all = append(all, export{o, r.ID})
			}
		}
	}
	slices.SortFunc(all, func(a, b export) int { return cmp.Compare(a.Export, b.Export) })
	return all
}

func exported(c *world.Call, name string) (export, bool) {
	for _, e := range exports(c) {
		if e.Export == name {
			return e, true
		}
	}
	return export{}, false
}

// live are the revisions that stand or will stand.
func (r *record) live(now time.Time) []revision {
	if r.status(now) == "DELETE_COMPLETE" {
		return nil
	}
	first := 0
	for i, v := range r.Revisions {
		if !v.From.After(now) {
			first = i
		}
	}
	return r.Revisions[first:]
}

// importers are the names of other stacks that import, or are about to.
func importers(c *world.Call, name, except string) []string {
	var stacks []string
	for _, r := range world.List[record](c, kindStack) {
		if r.ID != except && slices.ContainsFunc(r.live(c.Now), func(v revision) bool { return slices.Contains(v.Imports, name) }) {
			stacks = append(stacks, r.Name)
		}
	}
	slices.Sort(stacks)
	return stacks
}

// exportFault is why outputs cannot become what is wanted: a name that is another stack's, or
// a value that others hold.
func exportFault(c *world.Call, stackID string, have, want []output) string {
	next := map[string]string{}
	for _, o := range want {
		if o.Export == "" {
			continue
		}
		if _, twice := next[o.Export]; twice {
			return fmt.Sprintf("Duplicate Export names [%s]", o.Export)
		}
		next[o.Export] = o.Value
		if owner := exporter(c, o.Export, stackID); owner != "" {
			return fmt.Sprintf("Export with name %s is already exported by stack %s", o.Export, owner)
		}
	}
	for _, o := range have {
		v, stays := next[o.Export]
		if o.Export == "" || stays && v == o.Value {
			continue
		}
		if users := importers(c, o.Export, stackID); len(users) > 0 {
			done := map[bool]string{true: "updated", false: "deleted"}[stays]
			return fmt.Sprintf("Export %s cannot be %s as it is in use by %s", o.Export, done, strings.Join(users, " and "))
		}
	}
	return ""
}

// exporter is the other stack that exports the name, or is about to.
func exporter(c *world.Call, name, except string) string {
	for _, r := range world.List[record](c, kindStack) {
		for _, v := range r.live(c.Now) {
			if r.ID != except && slices.ContainsFunc(v.Outputs, func(o output) bool { return o.Export == name }) {
				return r.Name
			}
		}
	}
	return ""
}

func (p *planner) outputs() ([]output, error) {
	conditions, err := p.t.EvalConditions(p.env)
	if err != nil {
		return nil, faulty(err)
	}
	var all []output
	for _, o := range p.t.Outputs {
		if o.Condition != "" && conditions[o.Condition] != true {
			continue
		}
		value, err := p.value(o.Value)
		if err != nil {
			return nil, err
		}
		name, err := p.value(o.Export)
		if err != nil {
			return nil, err
		}
		text, ok := value.(string)
		if !ok {
			return nil, invalid("Template format error: Output %s is malformed: its value must be text", o.Name)
		}
		all = append(all, output{Key: o.Name, Value: text, Description: o.Description, Export: fmt.Sprint(name)})
	}
	slices.SortFunc(all, func(a, b output) int { return cmp.Compare(a.Key, b.Key) })
	return all, nil
}

package cloudformation

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// evaluate gives the resource as it shall stand, without physical id.
func (p *planner) evaluate(r *cfn.Resource) (resource, error) {
	out := resource{LogicalID: r.LogicalID, Type: r.Type, DeletionPolicy: r.DeletionPolicy, ReplacePolicy: r.UpdateReplacePolicy}
	properties, err := p.value(r.Properties)
	if err != nil {
		return out, err
	}
	out.Properties, _ = properties.(map[string]any)
	out.Metadata = p.metadata(r)
	for _, ref := range p.t.References(r.Properties) {
		if _, made := p.made[ref.LogicalID]; made && !slices.Contains(out.After, ref.LogicalID) {
			out.After = append(out.After, ref.LogicalID)
		}
	}
	for _, id := range r.DependsOn {
		if _, made := p.made[id]; made && !slices.Contains(out.After, id) {
			out.After = append(out.After, id)
		}
	}
	return out, nil
}

// metadata is the resource's Metadata as JSON. It makes no order: where it names what is made
// later it stands as written.
func (p *planner) metadata(r *cfn.Resource) string {
	n := r.Node.Get("Metadata")
	if n == nil {
		return ""
	}
	v, err := p.value(n)
	if err != nil {
		return shape(n)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return shape(n)
	}
	return string(raw)
}

// value evaluates a node; absent is "". What cannot be known is refused.
func (p *planner) value(n *document.Node) (any, error) {
	if n == nil {
		return "", nil
	}
	v, err := p.t.Eval(n, p.env)
	if err != nil {
		return nil, faulty(err)
	}
	if p.refused != nil {
		return nil, p.refused
	}
	return texted(v)
}

// texted spells every scalar as text, as CloudFormation records it.
func texted(v any) (any, error) {
	switch v := v.(type) {
	case nil, cfn.NoValue:
		return "", nil
	case cfn.Unknown:
		if v.Of != "" { // its condition leaves it out
			return nil, invalid("Template format error: Unresolved resource dependencies [%s] in the template", v.Of)
		}
		return nil, invalid("Template error: %s", v.Why)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = texted(v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			var err error
			if out[k], err = texted(v[k]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64), nil
	}
	return fmt.Sprint(v), nil
}

func changed(old, next map[string]any) []string {
	var names []string
	for name := range next {
		if _, ok := old[name]; !ok || !reflect.DeepEqual(old[name], next[name]) {
			names = append(names, name)
		}
	}
	for name := range old {
		if _, ok := next[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ordered gives resources in an order of making.
func ordered(all map[string]resource) []resource {
	var out []resource
	seen := map[string]bool{}
	var visit func(string)
	visit = func(id string) {
		r, ok := all[id]
		if seen[id] || !ok {
			return
		}
		seen[id] = true
		for _, a := range r.After {
			visit(a)
		}
		out = append(out, r)
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		visit(id)
	}
	return out
}

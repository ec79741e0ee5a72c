package cfn

import (
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// World is a choice of parameter values under which the template may become another.
type World struct {
	Env  Env
	Says string // "Public = yes": where it differs from what is usual
}

// maxWorlds bounds the combinations that are looked at whole.
const maxWorlds = 32

// Worlds are what else a launch may make of the template: the values by which its conditions
// and mappings choose, other than env's own. What is fixed is not chosen (Env.Choices). Up to 32
// combinations are all there; of more, each value stands once, and the others as they are.
func (t *Template) Worlds(env Env) []World {
	choices := t.choices(env)
	names := slices.Sorted(maps.Keys(choices))
	all := []World{{Env: env}}
	for _, name := range names {
		if len(all)*(1+len(choices[name])) > maxWorlds {
			return t.oneByOne(env, names, choices)
		}
		for _, w := range slices.Clone(all) {
			for _, value := range choices[name] {
				all = append(all, w.with(name, value))
			}
		}
	}
	return all[1:]
}

func (t *Template) oneByOne(env Env, names []string, choices map[string][]string) (all []World) {
	for _, name := range names {
		for _, value := range choices[name] {
			all = append(all, World{Env: env}.with(name, value))
		}
	}
	return all
}

func (w World) with(name, value string) World {
	params := maps.Clone(w.Env.Params)
	params[name] = value
	w.Env.Params = params
	says := name + " = " + quote(value)
	if value == other(name) {
		says = "another " + name
	}
	w.Says = strings.TrimPrefix(w.Says+", "+says, ", ")
	return w
}

// other stands for a value that nobody has named, as "${Key}" does for what is not made yet.
func other(name string) string { return "${" + name + "}" }

// choices are the other values of each parameter that a condition or the key of a mapping asks for.
func (t *Template) choices(env Env) map[string][]string {
	out := map[string][]string{}
	compared := t.compared()
	for _, p := range t.Parameters {
		literals, asked := compared[p.Name]
		own, known := env.Params[p.Name].(string)
		if !asked || !known {
			continue
		}
		values := literals
		given, named := env.Choices[p.Name]
		switch {
		case named:
			values = given
		case p.AllowedValues != nil:
			values = p.AllowedValues
		}
		for _, v := range values {
			if v != own && p.refuses(v) == "" && !slices.Contains(out[p.Name], v) {
				out[p.Name] = append(out[p.Name], v)
			}
		}
		if !named && p.AllowedValues == nil && slices.Contains(literals, own) {
			out[p.Name] = append(out[p.Name], other(p.Name))
		}
	}
	return out
}

// compared are the parameters that decide: those that conditions name and by which mappings are
// looked up, each with the literals that stand beside it in an Fn::Equals.
func (t *Template) compared() map[string][]string {
	out := map[string][]string{}
	note := func(n *document.Node, beside ...*document.Node) {
		for _, r := range t.References(n) {
			if t.Parameter(r.LogicalID) == nil {
				continue
			}
			out[r.LogicalID] = slices.Concat(out[r.LogicalID], scalars(beside))
		}
	}
	walk(t.Conditions, func(_ *document.Node, name string, arg *document.Node) {
		if name == "Fn::Equals" && arg != nil && len(arg.Items) == 2 {
			note(arg.Items[0], arg.Items[1])
			note(arg.Items[1], arg.Items[0])
		}
	})
	for _, r := range t.Resources {
		walk(r.Node, func(_ *document.Node, name string, arg *document.Node) {
			if name == "Fn::FindInMap" {
				note(arg)
			}
		})
	}
	return out
}

func scalars(nodes []*document.Node) (out []string) {
	for _, n := range nodes {
		if isScalar(n) {
			out = append(out, n.Value)
		}
	}
	return out
}

package cfn

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// World is a choice of parameter values under which a launch makes something else of the template.
type World struct {
	Env  Env
	Says string // Public = "yes": where it differs from what is usual
}

// The bounds of what is looked at: forms of one resource, and worlds of a template.
const (
	maxForms  = 1024
	maxWorlds = 256
)

// Worlds are choices under which each resource takes, once, each form that it can take by the
// values that its conditions and mappings ask for, other than its form under env. What is fixed is
// not chosen (Env.Choices). unjudged are sentences on resources that have too many forms, by their ids.
func (t *Template) Worlds(env Env) (worlds []World, unjudged map[string]string) {
	v := variety{t: t, env: env, values: t.choices(env), seen: map[string]bool{}, unjudged: map[string]string{}}
	for _, r := range t.Resources {
		v.resource(r)
	}
	return v.worlds, v.unjudged
}

// variety gathers the worlds of a template.
type variety struct {
	t        *Template
	env      Env
	values   map[string][]string // what else a parameter may be
	seen     map[string]bool     // worlds, by what they say
	worlds   []World
	unjudged map[string]string
}

// resource adds a world for each form of the resource.
func (v *variety) resource(r Resource) {
	names, conditions := v.t.deciders(r)
	all, forms := []World{{Env: v.env}}, 1
	for _, name := range names {
		if forms *= 1 + len(v.values[name]); forms > maxForms {
			v.unjudged[r.LogicalID] = fmt.Sprintf("%s takes more than %d forms, by %s", r.LogicalID, maxForms, strings.Join(names, ", "))
			return
		}
		for _, w := range slices.Clone(all) {
			for _, value := range v.values[name] {
				all = append(all, w.with(name, value))
			}
		}
	}
	known := map[string]bool{}
	for i, w := range append(all, v.forced(all, conditions)...) {
		form, ok := v.t.form(r, w.Env)
		if !ok || known[form] {
			continue
		}
		known[form] = true
		if i > 0 {
			v.add(r, w)
		}
	}
}

func (v *variety) add(r Resource, w World) {
	switch {
	case v.seen[w.Says]:
	case len(v.worlds) == maxWorlds:
		v.unjudged[r.LogicalID] = fmt.Sprintf("the template takes more than %d forms; %s is not judged in each of its own", maxWorlds, r.LogicalID)
	default:
		v.seen[w.Says] = true
		v.worlds = append(v.worlds, w)
	}
}

// forced are worlds for conditions that depend on a parameter and that none of all decides the
// other way, as one on a text that is put together.
func (v *variety) forced(all []World, conditions []string) (more []World) {
	for _, name := range conditions {
		took := map[bool]bool{}
		for _, w := range all {
			if b, ok := v.t.condition(name, w.Env).(bool); ok {
				took[b] = true
			}
		}
		if len(took) != 1 || !v.free(name) {
			continue
		}
		w := World{Env: v.env, Says: fmt.Sprintf("condition %s being %t", name, took[false])}
		w.Env.Conditions = map[string]bool{name: took[false]}
		more = append(more, w)
	}
	return more
}

// free says whether the condition names a parameter whose values nobody lists.
func (v *variety) free(condition string) bool {
	names, _ := v.t.parametersOf([]string{condition}, nil)
	return slices.ContainsFunc(names, func(name string) bool {
		return v.env.Choices[name] == nil && v.t.Parameter(name).AllowedValues == nil
	})
}

// form is what the resource is in a world. What cannot be evaluated, CloudFormation would refuse.
func (t *Template) form(r Resource, env Env) (string, bool) {
	v, err := newEvaluation(t, env).resource(r)
	if err != nil {
		return "", false
	}
	raw, err := json.Marshal(v)
	return string(raw), err == nil
}

func (t *Template) condition(name string, env Env) any {
	v, _ := newEvaluation(t, env).condition(t.Conditions.Key(name), name)
	return v
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

// deciders are the parameters and the conditions that decide the form of a resource.
func (t *Template) deciders(r Resource) (parameters, conditions []string) {
	var lookups []*document.Node
	walk(r.Node, func(at *document.Node, name string, arg *document.Node) {
		switch name {
		case "Fn::If":
			for _, u := range used(at, name, arg) {
				conditions = append(conditions, u.LogicalID)
			}
		case "Fn::FindInMap":
			lookups = append(lookups, arg)
		}
	})
	return t.parametersOf(conditions, lookups)
}

// parametersOf are the parameters that the nodes and the conditions name, and all conditions that those lead to.
func (t *Template) parametersOf(conditions []string, nodes []*document.Node) (parameters, all []string) {
	for len(conditions) > 0 {
		name := conditions[0]
		conditions = conditions[1:]
		if slices.Contains(all, name) {
			continue
		}
		all = append(all, name)
		nodes = append(nodes, t.Conditions.Get(name))
		walk(t.Conditions.Get(name), func(at *document.Node, kind string, arg *document.Node) {
			if kind == "Condition" {
				conditions = append(conditions, arg.Value)
			}
		})
	}
	for _, n := range nodes {
		for _, r := range t.References(n) {
			if t.Parameter(r.LogicalID) != nil {
				parameters = append(parameters, r.LogicalID)
			}
		}
	}
	slices.Sort(parameters)
	return slices.Compact(parameters), all
}

// choices are the other values of each parameter that something decides by: those that product.yaml
// or the template allows, else those it is compared to, and another where it is one of them.
func (t *Template) choices(env Env) map[string][]string {
	out := map[string][]string{}
	compared := t.compared()
	for _, p := range t.Parameters {
		own, known := env.Params[p.Name].(string)
		if !known {
			continue
		}
		given, named := env.Choices[p.Name]
		values := compared[p.Name]
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
		if !named && p.AllowedValues == nil && slices.Contains(values, own) {
			out[p.Name] = append(out[p.Name], other(p.Name))
		}
	}
	return out
}

// compared are the literals that stand beside each parameter in an Fn::Equals.
func (t *Template) compared() map[string][]string {
	out := map[string][]string{}
	note := func(n, beside *document.Node) {
		if name := n.Get("Ref"); isScalar(name) && isScalar(beside) {
			out[name.Value] = append(out[name.Value], beside.Value)
		}
	}
	walk(t.Conditions, func(_ *document.Node, name string, arg *document.Node) {
		if name == "Fn::Equals" && arg != nil && len(arg.Items) == 2 {
			note(arg.Items[0], arg.Items[1])
			note(arg.Items[1], arg.Items[0])
		}
	})
	return out
}

package cfn

import (
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Normal gives the form that policies judge: every section as plain values, functions evaluated.
//
//	{"Resources": {id: {"Type", "Properties", "DeletionPolicy", …}}, "Parameters", "Outputs", "Conditions", …}
//
// What cannot be known stands as {"axle::unknown": why}, with "axle::of": id where it would come
// from one resource. Every resource is there, whatever its condition; "Condition" names it. An
// Fn::If gives the branch that its condition takes, and is unknown when the condition is.
// "true", True and true are one boolean where the type's property is a boolean.
func (t *Template) Normal(env Env) (map[string]any, error) {
	e := newEvaluation(t, env)
	resources := map[string]any{}
	for _, r := range t.Resources {
		v, err := e.resource(r)
		if err != nil {
			return nil, err
		}
		resources[r.LogicalID] = v
	}
	outputs, err := e.outputs()
	if err != nil {
		return nil, err
	}
	out := map[string]any{"Resources": resources, "Outputs": outputs, "Parameters": t.plainParameters(), "Conditions": map[string]any{}}
	for _, name := range keys(t.Conditions) {
		v, err := e.condition(t.Conditions.Key(name), name)
		if err != nil {
			return nil, err
		}
		out["Conditions"].(map[string]any)[name] = plain(v)
	}
	for _, section := range []string{"AWSTemplateFormatVersion", "Description", "Metadata", "Mappings", "Transform", "Rules"} {
		if n := t.Doc.Root.Get(section); n != nil {
			out[section] = n.Plain()
		}
	}
	return out, nil
}

func (e *evaluation) resource(r Resource) (map[string]any, error) {
	out := map[string]any{"Type": r.Type, "Properties": map[string]any{}}
	for _, p := range r.Node.Pairs {
		switch key := p.Key.Value; key {
		case "Type", "Properties":
		case "Condition":
			out[key] = r.Condition
		case "DependsOn":
			out[key] = anys(r.DependsOn)
		default:
			v, err := e.value(p.Value)
			if err != nil {
				return nil, err
			}
			if v != (NoValue{}) {
				out[key] = plain(v)
			}
		}
	}
	if r.Properties == nil {
		return out, nil
	}
	v, err := e.value(r.Properties)
	if err != nil {
		return nil, err
	}
	info, _ := Type(r.Type)
	out["Properties"] = info.booleans("", plain(v))
	return out, nil
}

func (e *evaluation) outputs() (map[string]any, error) {
	out := map[string]any{}
	for _, o := range e.t.Outputs {
		v, err := e.value(o.Value)
		if err != nil {
			return nil, err
		}
		entry := map[string]any{"Value": plain(v)}
		if o.Description != "" {
			entry["Description"] = o.Description
		}
		if o.Condition != "" {
			entry["Condition"] = o.Condition
		}
		if o.Export != nil {
			name, err := e.value(o.Export)
			if err != nil {
				return nil, err
			}
			entry["Export"] = map[string]any{"Name": plain(name)}
		}
		out[o.Name] = entry
	}
	return out, nil
}

// plainParameters are the declarations as written, but for NoEcho, which is a boolean.
func (t *Template) plainParameters() map[string]any {
	out := map[string]any{}
	for _, p := range t.Parameters {
		entry, _ := p.Node.Plain().(map[string]any)
		if p.Node.Get("NoEcho") != nil {
			entry["NoEcho"] = p.NoEcho
		}
		out[p.Name] = entry
	}
	return out
}

// plain copies a value with Unknown replaced by what policies see of it.
func plain(v any) any {
	switch v := v.(type) {
	case Unknown:
		out := map[string]any{"axle::unknown": v.Why}
		if v.Of != "" {
			out["axle::of"] = v.Of
		}
		return out
	case NoValue:
		return nil
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key := range v {
			out[key] = plain(v[key])
		}
		return out
	}
	return v
}

// booleans turns the spellings of true and false into booleans, in properties that are booleans.
func (info TypeInfo) booleans(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = info.booleans(key, v[key])
		}
	case []any:
		for i := range v {
			v[i] = info.booleans(name, v[i])
		}
	case string:
		if _, ok := info.Booleans[name]; ok {
			if b, err := strconv.ParseBool(strings.ToLower(v)); err == nil && len(v) > 1 {
				return b
			}
		}
	}
	return v
}

// Position is where a resource's property stands: the deepest node that exists on the path, a
// number for an item of a list. A function on the way ends it: the property stands in there.
func (t *Template) Position(logicalID string, path ...string) (line, col int) {
	r := t.Resource(logicalID)
	if r == nil {
		return 1, 1
	}
	at, key := r.Node, t.key(logicalID)
	if len(path) > 0 && path[0] != "Properties" && at.Get(path[0]) == nil && r.Properties.Get(path[0]) != nil {
		at = r.Properties
	}
	for _, name := range path {
		next, nextKey := step(at, name)
		if next == nil {
			break
		}
		at, key = next, nextKey
	}
	if key == nil {
		key = at
	}
	return key.Line, key.Col
}

// step goes to an entry; the key is nil for an item of a list.
func step(n *document.Node, name string) (value, key *document.Node) {
	if n == nil {
		return nil, nil
	}
	if n.Kind == document.Sequence {
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Items) {
			return n.Items[i], nil
		}
		return nil, nil
	}
	return n.Get(name), n.Key(name)
}

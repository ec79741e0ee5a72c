package terraform

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/axle-cd/axle/products/tf"
)

// notes are what is kept of a resource's arguments beside their values, by path: where each stands, and
// the text that stands in for one that is not known. Expressions read the value, never the stand-in.
type notes struct {
	places map[string]tf.Place
	texts  map[string]string
}

// fill puts the stand-ins where policies see them.
func (n notes) fill(values map[string]any) {
	for path, text := range n.texts {
		steps := strings.Split(path, ".")
		in := values
		for i := 0; i+2 < len(steps); i += 2 { // a block, and its number
			list, _ := in[steps[i]].([]any)
			at, err := strconv.Atoi(steps[i+1])
			if err != nil || at >= len(list) {
				in = nil
				break
			}
			in, _ = list[at].(map[string]any)
		}
		if last := steps[len(steps)-1]; in != nil {
			in[last] = text
		}
	}
}

// standIn notes the JSON of an argument that is jsonencode of what is known but for texts that only a
// provider has. Such a text stands there as "${aws_s3_bucket.a.arn}", as in the normal form of a template.
func (n notes) standIn(m *module, path string, a argument, v cty.Value, near map[string]cty.Value) {
	if v, _ = v.Unmark(); v.IsKnown() {
		return
	}
	if text, ok := m.named(a.expr, near); ok {
		n.texts[path] = text.AsString()
	}
}

// named is jsonencode with stand-ins, also through a local.
func (m *module) named(e hclsyntax.Expression, near map[string]cty.Value) (cty.Value, bool) {
	e = bared(e)
	if v, ok, is := m.local(e, m.named); is {
		return v, ok
	}
	call, ok := e.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != "jsonencode" || len(call.Args) != 1 || call.ExpandFinal {
		return cty.NilVal, false
	}
	v, ok := m.standing(call.Args[0], near, false)
	if !ok {
		return cty.NilVal, false
	}
	text, err := stdlib.JSONEncode(v)
	return text, err == nil
}

// standing is a value with stand-ins for texts; ok is false where anything else of it is unknown. In a
// template every attribute is a text, elsewhere those are that are called so.
func (m *module) standing(e hclsyntax.Expression, near map[string]cty.Value, inTemplate bool) (v cty.Value, ok bool) {
	e = bared(e)
	v, ds := e.Value(m.context(e, near))
	v, marks := v.UnmarkDeep()
	if ds.HasErrors() || !m.source.budget.spend(perItem) {
		return cty.NilVal, false
	}
	if v.IsWhollyKnown() {
		return v, true
	}
	follow := func(e hclsyntax.Expression, near map[string]cty.Value) (cty.Value, bool) {
		return m.standing(e, near, inTemplate)
	}
	if v, ok, is := m.local(e, follow); is {
		return v, ok
	}
	switch e := e.(type) {
	case *hclsyntax.ObjectConsExpr:
		return m.object(e, near)
	case *hclsyntax.TupleConsExpr:
		all := make([]cty.Value, len(e.Exprs))
		for i, item := range e.Exprs {
			if all[i], ok = m.standing(item, near, false); !ok {
				return cty.NilVal, false
			}
		}
		return cty.TupleVal(all), true
	case *hclsyntax.ObjectConsKeyExpr:
		return m.standing(e.Wrapped, near, true)
	case *hclsyntax.TemplateExpr:
		return m.template(e, near)
	case *hclsyntax.FunctionCallExpr:
		return m.named(e, near)
	case *hclsyntax.ScopeTraversalExpr:
		return m.attribute(e.Traversal, marks, inTemplate)
	}
	return cty.NilVal, false
}

func (m *module) object(e *hclsyntax.ObjectConsExpr, near map[string]cty.Value) (cty.Value, bool) {
	all := map[string]cty.Value{}
	for _, item := range e.Items {
		key, ok := m.written(item.KeyExpr, near)
		value, also := m.standing(item.ValueExpr, near, false)
		if !ok || !also {
			return cty.NilVal, false
		}
		all[key] = value
	}
	return cty.ObjectVal(all), true
}

func (m *module) template(e *hclsyntax.TemplateExpr, near map[string]cty.Value) (cty.Value, bool) {
	var b strings.Builder
	for _, part := range e.Parts {
		text, ok := m.written(part, near)
		if !ok {
			return cty.NilVal, false
		}
		b.WriteString(text)
	}
	return cty.StringVal(b.String()), true
}

// written is what can only be a text: a key, or a part of a template.
func (m *module) written(e hclsyntax.Expression, near map[string]cty.Value) (string, bool) {
	v, ok := m.standing(e, near, true)
	if !ok {
		return "", false
	}
	text, err := convert.Convert(v, cty.String)
	if err != nil || text.IsNull() {
		return "", false
	}
	return text.AsString(), true
}

// attribute names what only the provider of one resource knows of it.
func (m *module) attribute(t hcl.Traversal, marks cty.ValueMarks, inTemplate bool) (cty.Value, bool) {
	name, of := step(t, len(t)-1), because(marks)
	if of.Why != afterApply || name == "" || of.Of != m.prefix+spelled(t[:len(t)-1]) || !inTemplate && !isText(name) {
		return cty.NilVal, false
	}
	return cty.StringVal("${" + of.Of + "." + name + "}"), true
}

// isText is whether providers call a text so: a list or a number in its place would mean something else.
func isText(attribute string) bool {
	for _, kind := range []string{"arn", "id", "name"} {
		if attribute == kind || strings.HasSuffix(attribute, "_"+kind) {
			return true
		}
	}
	return attribute == "bucket" || attribute == "url"
}

// local gives what a local is that an expression consists of. One made of itself is nothing: to
// evaluate it was an error.
func (m *module) local(e hclsyntax.Expression, of func(hclsyntax.Expression, map[string]cty.Value) (cty.Value, bool)) (v cty.Value, ok, is bool) {
	t, isName := e.(*hclsyntax.ScopeTraversalExpr)
	if !isName || len(t.Traversal) != 2 || t.Traversal.RootName() != "local" {
		return cty.NilVal, false, false
	}
	name := step(t.Traversal, 1)
	local, declared := m.locals[name]
	busy := "stand-in of " + name
	if !declared || m.busy[busy] {
		return cty.NilVal, false, true
	}
	m.busy[busy] = true
	defer delete(m.busy, busy)
	v, ok = of(local.expr, nil)
	return v, ok, true
}

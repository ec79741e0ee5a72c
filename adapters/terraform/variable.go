package terraform

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/axle-cd/axle/products/tf"
)

// variable is the value of an input: what was given, else its default, held to its type.
func (m *module) variable(b *block) cty.Value {
	name := b.named(0)
	given, ok := m.inputs[name]
	def, has := b.args["default"]
	if nullable, set := b.args["nullable"]; ok && set && given.IsKnown() && given.IsNull() && has {
		only, _ := m.eval(nullable, nil).Unmark()
		ok = !only.IsKnown() || only.IsNull() || only.Type() != cty.Bool || only.True()
	}
	v := given
	switch {
	case ok:
	case has:
		v = m.eval(def, nil)
	default:
		if m.prefix == "" {
			m.source.fail(b.place, CodeNoValue, `variable "`+name+`" has no value`, "give it a default, or a value under parameters in product.yaml")
			return unknown("variable "+name+" has no value", "")
		}
		m.source.fail(b.place, CodeNoValue, `variable "`+name+`" of `+m.prefix[:len(m.prefix)-1]+" has no value", "pass it in the module block")
		return unknown("variable "+name+" has no value", "")
	}
	v = m.typed(b, v)
	m.validate(b, v)
	if m.flag(b, "sensitive") || m.flag(b, "ephemeral") {
		return sensitive()
	}
	return v
}

// flag is a known true of an argument.
func (m *module) flag(b *block, name string) bool {
	a, ok := b.args[name]
	if !ok {
		return false
	}
	v, _ := m.eval(a, nil).Unmark()
	return v.IsKnown() && !v.IsNull() && v.Type() == cty.Bool && v.True()
}

// constraint is the type that a variable has, any where it says none.
func (m *module) constraint(b *block) (cty.Type, *typeexpr.Defaults) {
	a, ok := b.args["type"]
	if !ok {
		return cty.DynamicPseudoType, nil
	}
	expr := a.expr
	if a.json {
		text, ds := a.expr.Value(nil)
		if ds.HasErrors() || text.Type() != cty.String || text.IsNull() {
			m.source.fail(a.place, codeSyntax, "a type is a text", "")
			return cty.DynamicPseudoType, nil
		}
		expr, ds = wording(text.AsString(), a.expr.Range(), &m.source.budget)
		m.source.hcl(ds)
	}
	t, defaults, ds := typeexpr.TypeConstraintWithDefaults(expr)
	m.source.hcl(ds)
	if ds.HasErrors() {
		return cty.DynamicPseudoType, nil
	}
	return t, defaults
}

// typed converts a value to the variable's type. A value that does not fit is not shown: it may be secret.
func (m *module) typed(b *block, v cty.Value) cty.Value {
	t, defaults := m.constraint(b)
	if defaults != nil && v.IsKnown() && !v.IsNull() {
		v = defaults.Apply(v)
	}
	out, err := convert.Convert(v, t)
	if err != nil {
		m.source.fail(b.place, codeValue, fmt.Sprintf("the value of variable %q is not of its type %s", b.named(0), typeexpr.TypeString(t)), "")
		return unknown("variable "+b.named(0)+" has a value of another type", "")
	}
	return out
}

// validate holds a value to the variable's own conditions, as far as they can be known.
func (m *module) validate(b *block, v cty.Value) {
	self := map[string]cty.Value{b.named(0): v}
	for _, rule := range b.of("validation") {
		condition, ok := rule.args["condition"]
		if !ok {
			m.source.fail(rule.place, codeSyntax, "a validation has a condition", "")
			continue
		}
		for _, t := range condition.expr.Variables() { // it may look at others
			if name := step(t, 1); t.RootName() == "var" && name != "" && name != b.named(0) {
				self[name] = m.refer("var."+name, placeOf(t.SourceRange()))
			}
		}
		near := map[string]cty.Value{"var": cty.ObjectVal(self)}
		holds, _ := m.eval(condition, near).Unmark()
		if holds.IsKnown() && !holds.IsNull() && holds.Type() == cty.Bool && holds.False() {
			m.source.fail(b.place, codeValue, fmt.Sprintf("the value of variable %q is refused by its validation%s", b.named(0), m.message(b, rule, near)), "")
		}
	}
}

// message is what a validation says, unless the variable is not to be shown.
func (m *module) message(b, rule *block, near map[string]cty.Value) string {
	a, ok := rule.args["error_message"]
	if !ok || m.flag(b, "sensitive") {
		return ""
	}
	text, _ := m.eval(a, near).Unmark()
	if !text.IsKnown() || text.IsNull() || text.Type() != cty.String {
		return ""
	}
	return ": " + text.AsString()
}

// declared are the root module's variables as a catalog shows them.
func (m *module) declared() []tf.Variable {
	var all []tf.Variable
	for _, name := range m.names("var.") {
		b := m.blocks["var."+name]
		t, _ := m.constraint(b)
		v := tf.Variable{Name: name, Type: typeexpr.TypeString(t), Description: m.text(b, "description"), Sensitive: m.flag(b, "sensitive"),
			Validations: m.conditions(b), Place: b.place}
		def, has := b.args["default"]
		switch v.Required = !has; {
		case has:
			if v.Default = plain(m.typed(b, m.eval(def, nil))); v.Sensitive && v.Default != nil {
				v.Default = tf.Unknown{Why: "sensitive"}
			}
		}
		all = append(all, v)
	}
	return all
}

// conditions are those of a variable's validations as they are written, but for spaces.
func (m *module) conditions(b *block) (all []string) {
	for _, rule := range b.of("validation") {
		a, ok := rule.args["condition"]
		if !ok {
			continue // validate has said so
		}
		at := a.expr.Range()
		data, err := fs.ReadFile(m.source.files, at.Filename)
		if err != nil || !at.CanSliceBytes(data) {
			m.source.fail(rule.place, codeSyntax, "the condition of this validation cannot be read again", "")
			continue
		}
		all = append(all, strings.Join(strings.Fields(string(at.SliceBytes(data))), " "))
	}
	return all
}

// text is a known text of an argument, or "".
func (m *module) text(b *block, name string) string {
	a, ok := b.args[name]
	if !ok {
		return ""
	}
	v, _ := m.eval(a, nil).Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// given reads a value that came as text: as it is for a variable of text, else in Terraform's language.
func (m *module) given(b *block, text string) cty.Value {
	t, _ := m.constraint(b)
	if t == cty.String || t == cty.DynamicPseudoType {
		return cty.StringVal(text)
	}
	if v, err := convert.Convert(cty.StringVal(text), t); err == nil {
		return v
	}
	at := hcl.Range{Filename: b.place.File, Start: hcl.Pos{Line: b.place.Line, Column: b.place.Col}}
	expr, ds := wording(text, at, &m.source.budget)
	if !ds.HasErrors() && len(expr.Variables()) == 0 {
		var v cty.Value
		if v, ds = expr.Value(&hcl.EvalContext{}); !ds.HasErrors() {
			return v
		}
	}
	return cty.StringVal(text) // typed says that it is none
}

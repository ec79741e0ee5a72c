package terraform

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/axle-cd/axle/products/tf"
)

// moves are what the moved blocks of a module say, and of those that it calls.
func (m *module) moves() (all []tf.Move) {
	for _, b := range m.moved {
		from, to := m.addressIn(b, "from"), m.addressIn(b, "to")
		if from == "" || to == "" {
			m.source.fail(b.place, codeSyntax, "a moved block has from and to, an address each", "")
			continue
		}
		all = append(all, tf.Move{From: m.prefix + from, To: m.prefix + to})
	}
	for _, name := range slices.Sorted(maps.Keys(m.kids)) {
		for _, kid := range m.kids[name] {
			all = append(all, kid.moves()...)
		}
	}
	return all
}

// addressIn is the address that an argument names, in JSON as a text; "" where it names none.
func (m *module) addressIn(b *block, name string) string {
	a, ok := b.args[name]
	if !ok {
		return ""
	}
	if t, ok := bared(a.expr).(*hclsyntax.ScopeTraversalExpr); ok {
		return spelled(t.Traversal)
	}
	return m.text(b, name)
}

// spelled writes a traversal as addresses are written.
func spelled(t hcl.Traversal) string {
	var b strings.Builder
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(step.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + step.Name)
		case hcl.TraverseIndex:
			switch step.Key.Type() {
			case cty.String:
				b.WriteString("[" + strconv.Quote(step.Key.AsString()) + "]")
			case cty.Number:
				b.WriteString("[" + step.Key.AsBigFloat().Text('f', 0) + "]")
			}
		}
	}
	return b.String()
}

// bared is an expression without the parentheses and meters around it.
func bared(e hclsyntax.Expression) hclsyntax.Expression {
	for {
		switch in := e.(type) {
		case metered:
			e = in.Expression
		case *hclsyntax.ParenthesesExpr:
			e = in.Expression
		case *hclsyntax.TemplateWrapExpr:
			e = in.Wrapped
		default:
			return e
		}
	}
}

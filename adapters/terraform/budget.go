package terraform

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

const (
	maxDepth     = 100     // brackets within brackets
	maxOperators = 20000   // of one file: each may be a call within a call
	maxWork      = 4 << 20 // items made and bytes written in all expressions together
	perItem      = 16      // what one evaluation costs beside the bytes that it makes
	maxExponent  = 2000    // bits: no number of a configuration is larger
)

// budget is what all expressions of a configuration may take together (T08). Evaluation has no
// end of its own: three nested loops make a thousand million items.
type budget struct{ spent int }

func (b *budget) spend(n int) bool {
	b.spent = min(b.spent+n, 2*maxWork)
	return b.spent <= maxWork
}

// metered is an expression that is paid for each time it is evaluated. What walks through a tree
// finds the expression below the parentheses.
type metered struct {
	*hclsyntax.ParenthesesExpr
	budget *budget
}

func (b *budget) meter(e hclsyntax.Expression) hclsyntax.Expression {
	return metered{&hclsyntax.ParenthesesExpr{Expression: e, SrcRange: e.Range()}, b}
}

func (m metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if !m.budget.spend(perItem) {
		return cty.DynamicVal, m.over()
	}
	v, ds := m.ParenthesesExpr.Value(ctx)
	if !m.budget.spend(bytesOf(v)) {
		return cty.DynamicVal, m.over()
	}
	return v, ds
}

func (m metered) over() hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Too much to evaluate", Detail: "the expressions of this configuration make more than can be judged", Subject: m.Range().Ptr()}}
}

// bytesOf is the length of a text.
func bytesOf(v cty.Value) int {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return 0
	}
	return len(v.AsString())
}

// install meters what a loop repeats and a template puts together.
func (b *budget) install(n hclsyntax.Node) hcl.Diagnostics { return hclsyntax.Walk(n, installer{b}) }

// installer walks from the leaves up, so that it meets nothing that it has put there.
type installer struct{ budget *budget }

func (installer) Enter(hclsyntax.Node) hcl.Diagnostics { return nil }

func (m installer) Exit(n hclsyntax.Node) hcl.Diagnostics {
	switch n := n.(type) {
	case *hclsyntax.ForExpr:
		n.ValExpr = m.budget.meter(n.ValExpr)
	case *hclsyntax.SplatExpr:
		n.Each = m.budget.meter(n.Each)
	case *hclsyntax.TemplateExpr:
		for i := range n.Parts {
			n.Parts[i] = m.budget.meter(n.Parts[i])
		}
	case *hclsyntax.LiteralValueExpr:
		if hugeNumber(n.Val) {
			return hcl.Diagnostics{tooMuch(n.SrcRange.Filename, "a number is too large")}
		}
	}
	return nil
}

func hugeNumber(v cty.Value) bool {
	if v.IsNull() || !v.IsKnown() || v.Type() != cty.Number {
		return false
	}
	f := v.AsBigFloat()
	e := f.MantExp(nil)
	return f.IsInf() || e > maxExponent || e < -maxExponent
}

type (
	lexer  = func([]byte, string, hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)
	parser = func([]byte, string, hcl.Pos) (hclsyntax.Expression, hcl.Diagnostics)
)

// tooDeep refuses, by the tokens alone, what the parser would recurse into without end.
func tooDeep(name string, data []byte, lex lexer) hcl.Diagnostics {
	tokens, ds := lex(data, name, hcl.InitialPos)
	if ds.HasErrors() {
		return ds
	}
	depth, operators := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd:
			depth--
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenPlus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
			hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenQuestion, hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual:
			operators++
		}
		if depth > maxDepth || operators > maxOperators {
			d := tooMuch(name, "nested too deeply")
			d.Subject = t.Range.Ptr()
			return hcl.Diagnostics{d}
		}
	}
	return nil
}

func tooMuch(name, what string) *hcl.Diagnostic {
	at := hcl.Range{Filename: name, Start: hcl.Pos{Line: 1, Column: 1}}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Too much to read", Detail: fmt.Sprintf("%s; brackets may nest %d deep", what, maxDepth), Subject: &at}
}

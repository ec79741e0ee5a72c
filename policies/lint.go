package policies

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// lintNot refuses `not f(input.a.b)`: where the path is missing the call is undefined and so
// is its negation, the rule stays silent and the template passes (PERF-19). `not input.a.b`
// and `not input.a.b == x` hold then, as their author means them to.
func lintNot(m module) document.Diagnostics {
	var ds document.Diagnostics
	ast.WalkExprs(m.Module, func(e *ast.Expr) bool {
		if !e.Negated {
			return false
		}
		if path := negatedPath(e); path != nil {
			ds = append(ds, fault(m.file, e.Location.Row, e.Location.Col, "AXLE1412", "this not never holds where "+path.String()+" is missing",
				"read it first with object.get and a default"))
		}
		return false
	})
	return ds
}

// negatedPath is a path whose absence makes a negated expression undefined, or nil.
func negatedPath(e *ast.Expr) ast.Ref {
	if term, ok := e.Terms.(*ast.Term); ok {
		return within(term)
	}
	if !e.IsCall() {
		return nil
	}
	for _, arg := range e.Operands() {
		find := pathIn
		if e.IsEquality() || e.Operator().String() == ast.Equal.Name {
			find = within
		}
		if path := find(arg); path != nil {
			return path
		}
	}
	return nil
}

// within looks inside a path's brackets, but not at the path itself.
func within(t *ast.Term) ast.Ref {
	ref, ok := t.Value.(ast.Ref)
	if !ok {
		return pathIn(t)
	}
	for _, step := range ref[1:] {
		if path := pathIn(step); path != nil {
			return path
		}
	}
	return nil
}

// pathIn finds a path below the input or a local variable. A comprehension is defined
// whatever stands in it.
func pathIn(t *ast.Term) ast.Ref {
	var found ast.Ref
	ast.WalkTerms(t, func(t *ast.Term) bool {
		switch v := t.Value.(type) {
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
			return true
		case ast.Call:
			for _, arg := range v[1:] { // v[0] is the function's name
				if path := pathIn(arg); path != nil {
					found = path
				}
			}
			return true
		case ast.Ref:
			if head, ok := v[0].Value.(ast.Var); ok && len(v) > 1 && head != "data" {
				found = v
			}
		}
		return found != nil
	})
	return found
}

package policies

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// lintNot refuses `not f(input.a.b)`: where the path is missing the call is undefined and so
// is its negation, the rule stays silent and the template passes (PERF-19).
func lintNot(m module) document.Diagnostics {
	var ds document.Diagnostics
	ast.WalkExprs(m.Module, func(e *ast.Expr) bool {
		if path := riskyArgument(e); path != nil {
			at := e.Location
			ds = append(ds, fault(m.file, at.Row, at.Col, "AXLE1412", "not "+e.Operator().String()+"(…) never holds where "+path.String()+" is missing",
				"read it first with object.get and a default"))
		}
		return false
	})
	return ds
}

func riskyArgument(e *ast.Expr) ast.Ref {
	if !e.Negated || !e.IsCall() {
		return nil
	}
	var risky ast.Ref
	for _, arg := range e.Operands() {
		ast.WalkTerms(arg, func(t *ast.Term) bool {
			if call, ok := t.Value.(ast.Call); ok {
				return walkCall(call, &risky)
			}
			if ref, ok := t.Value.(ast.Ref); ok && mayMiss(ref) {
				risky = ref
			}
			return risky != nil
		})
	}
	return risky
}

// walkCall looks at a nested call's arguments but not at the name it calls.
func walkCall(call ast.Call, risky *ast.Ref) bool {
	for _, arg := range call[1:] {
		ast.WalkTerms(arg, func(t *ast.Term) bool {
			if inner, ok := t.Value.(ast.Call); ok {
				return walkCall(inner, risky)
			}
			if ref, ok := t.Value.(ast.Ref); ok && mayMiss(ref) {
				*risky = ref
			}
			return *risky != nil
		})
	}
	return true
}

// mayMiss holds for a path below the input or a local variable.
func mayMiss(ref ast.Ref) bool {
	head, ok := ref[0].Value.(ast.Var)
	return ok && len(ref) > 1 && head != "data"
}

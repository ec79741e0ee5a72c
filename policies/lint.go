package policies

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// lintNot refuses `not f(input.a.b)`: where the path is missing the call is undefined and so
// is its negation, the rule stays silent and the template passes (PERF-19). `not input.a.b`
// and `not input.a.b == x` hold then, as their author means them to.
func lintNot(m module) document.Diagnostics {
	var ds document.Diagnostics
	rules := rulesNames(m)
	ast.WalkExprs(m.Module, func(e *ast.Expr) bool {
		if !e.Negated {
			return false
		}
		if path := rules.negatedPath(e); path != nil {
			ds = append(ds, fault(m.file, e.Location.Row, e.Location.Col, "AXLE1412", "this not never holds where "+path.String()+" is missing",
				"read it first with object.get and a default"))
		}
		return false
	})
	return ds
}

// names are the variables that stand for rules, not for what they judge: data, and what is imported from it.
type names map[ast.Var]bool

func rulesNames(m module) names {
	list := names{"data": true}
	for _, i := range m.Imports {
		if path, ok := i.Path.Value.(ast.Ref); ok && path[0].Equal(ast.DefaultRootDocument) {
			list[i.Name()] = true
		}
	}
	return list
}

// negatedPath is a path whose absence makes a negated expression undefined, or nil.
func (n names) negatedPath(e *ast.Expr) ast.Ref {
	if term, ok := e.Terms.(*ast.Term); ok {
		return n.within(term)
	}
	if !e.IsCall() {
		return nil
	}
	for _, arg := range e.Operands() {
		find := n.pathIn
		if e.IsEquality() || e.Operator().String() == ast.Equal.Name {
			find = n.within
		}
		if path := find(arg); path != nil {
			return path
		}
	}
	return nil
}

// within looks inside a path's brackets, but not at the path itself.
func (n names) within(t *ast.Term) ast.Ref {
	ref, ok := t.Value.(ast.Ref)
	if !ok {
		return n.pathIn(t)
	}
	for _, step := range ref[1:] {
		if path := n.pathIn(step); path != nil {
			return path
		}
	}
	return nil
}

// pathIn finds a path below the input or a local variable. A comprehension is defined
// whatever stands in it.
func (n names) pathIn(t *ast.Term) ast.Ref {
	var found ast.Ref
	ast.WalkTerms(t, func(t *ast.Term) bool {
		switch v := t.Value.(type) {
		case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
			return true
		case ast.Call:
			for _, arg := range v[1:] { // v[0] is the function's name
				if path := n.pathIn(arg); path != nil {
					found = path
				}
			}
			return true
		case ast.Ref:
			if head, ok := v[0].Value.(ast.Var); ok && len(v) > 1 && !n[head] {
				found = v
			}
		}
		return found != nil
	})
	return found
}

// lintInput refuses paths below the input that nothing of the namespace has: the rule would never
// speak. Shared functions may read either input.
func lintInput(m module) document.Diagnostics {
	if m.library() {
		return nil
	}
	g := grammars[m.namespace()]
	var ds document.Diagnostics
	look := func(at *ast.Location, path []*ast.Term) {
		if wrong, known := g.notThere(path); wrong != "" {
			hint := document.DidYouMean(wrong, known)
			if hint == "" {
				hint = "input is the normal form, in namespace " + m.namespace() + ": see policies/README.md"
			}
			ds = append(ds, fault(m.file, at.Row, at.Col, "AXLE1416", "no "+g.what+" has input."+dotted(path), hint))
		}
	}
	ast.WalkRefs(m.Module, func(r ast.Ref) bool {
		if r[0].Equal(ast.InputRootDocument) {
			look(r[0].Location, r[1:])
		}
		return false
	})
	ast.WalkTerms(m.Module, func(t *ast.Term) bool {
		if path := defaulted(t.Value); path != nil {
			look(t.Location, path)
		}
		return false
	})
	ast.WalkExprs(m.Module, func(e *ast.Expr) bool {
		if e.IsCall() {
			if path := defaulted(ast.Call(e.Terms.([]*ast.Term))); path != nil {
				look(e.Location, path)
			}
		}
		return false
	})
	return ds
}

// defaulted is the path of object.get(input, path, …), or nil.
func defaulted(v ast.Value) []*ast.Term {
	call, ok := v.(ast.Call)
	if !ok || len(call) < 3 || call[0].String() != ast.ObjectGet.Name || call[1].String() != "input" {
		return nil
	}
	if list, ok := call[2].Value.(*ast.Array); ok {
		var path []*ast.Term
		list.Foreach(func(t *ast.Term) { path = append(path, t) })
		return path
	}
	return call[2:3]
}

// notThere is the first word of a path that is never there, and those that may be.
func (g grammar) notThere(path []*ast.Term) (string, []string) {
	if len(path) == 0 {
		return "", nil
	}
	top, said := path[0].Value.(ast.String)
	if said && !slices.Contains(g.tops, string(top)) {
		return string(top), g.tops
	}
	if top != "Resources" || len(path) < 3 {
		return "", nil
	}
	if key, said := path[2].Value.(ast.String); said && !slices.Contains(g.ofResource, string(key)) {
		return string(key), g.ofResource
	}
	return "", nil
}

// dotted is a path for people: Resources[_].Type.
func dotted(path []*ast.Term) string {
	return strings.TrimPrefix(append(ast.Ref{ast.InputRootDocument}, path...).String(), "input.")
}

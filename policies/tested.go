package policies

import (
	"context"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// TestBundles runs the tests beside the repository's policies, *_test.rego, and says which
// policies no test makes speak (B116).
func (r *Rules) TestBundles(ctx context.Context) ([]TestResult, error) {
	own, tests := splitTests(r.added)
	seen := &witness{spoke: map[ruleOf]bool{}}
	var results []TestResult
	if len(tests) > 0 {
		shared, err := sharedBy(r.added)
		if err != nil {
			return nil, err
		}
		if results, err = runModules(ctx, slices.Concat(shared, r.added), nil, nil, seen); err != nil {
			return nil, err
		}
		results = append(append(results, unasked(tests)...), replacing(tests, own)...)
	}
	for _, rule := range r.own {
		for _, m := range own {
			if m.file == rule.File {
				results = append(results, speechless(rule, m, seen)...)
			}
		}
	}
	return results, nil
}

// speechless are a file's deny, violation and warn that found nothing in any test: whether they ever would,
// nobody has seen.
func speechless(rule Rule, m module, seen *witness) (list []TestResult) {
	told := map[string]bool{}
	for _, r := range m.Rules {
		name := ruleName(r)
		if entryName.MatchString(name) && !told[name] && !seen.spoke[ruleOf{m.file, name}] {
			told[name] = true
			list = append(list, TestResult{File: rule.File, Line: r.Location.Row, Message: "policy " + rule.ID + " has no test in which " + name + " finds something", code: "AXLE2422"})
		}
	}
	return list
}

// replacing are tests that put something else in the place of a policy, and so test that.
func replacing(tests, own []module) (list []TestResult) {
	for _, m := range tests {
		ast.WalkWiths(m.Module, func(w *ast.With) bool {
			target, ok := w.Target.Value.(ast.Ref)
			if ok && slices.ContainsFunc(own, func(o module) bool { return !o.library() && overlap(target, o.Package.Path) }) {
				list = append(list, TestResult{File: m.file, Line: w.Location.Row, Message: "a test replaces " + target.String() + ", which it is to test: give it another input", code: "AXLE2432"})
			}
			return false
		})
	}
	return list
}

// overlap holds for a path and what stands above or below it.
func overlap(a, b ast.Ref) bool { return a.HasPrefix(b) || b.HasPrefix(a) }

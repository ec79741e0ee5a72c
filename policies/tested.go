package policies

import (
	"context"
	"slices"
	"strings"
)

// TestBundles runs the tests beside the repository's policies, *_test.rego, and says which
// policies have none (B116).
func (r *Rules) TestBundles(ctx context.Context) ([]TestResult, error) {
	if len(r.modules) == 0 {
		return nil, nil
	}
	builtin, err := starterModules()
	if err != nil {
		return nil, err
	}
	results, err := runModules(ctx, slices.Concat(builtin, r.modules), nil, nil)
	if err != nil {
		return nil, err
	}
	_, tests := splitTests(r.modules)
	used := wordsUsed(tests)
	for _, rule := range r.rules {
		if rule.builtin() {
			continue // their fixtures are their tests
		}
		if last := rule.pack[strings.LastIndex(rule.pack, ".")+1:]; !used[last] && !tested(rule.pack, tests) {
			results = append(results, TestResult{File: rule.File, Line: rule.Line, Message: "policy " + rule.ID + " has no test", code: "AXLE2422"})
		}
	}
	return results, nil
}

// tested holds when a test stands in the policy's own package, or in it with _test.
func tested(pack string, tests []module) bool {
	for _, m := range tests {
		if p := m.pack(); p == pack || p == pack+"_test" {
			return true
		}
	}
	return false
}

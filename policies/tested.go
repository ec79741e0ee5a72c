package policies

import (
	"context"
	"slices"
	"strings"
)

// TestBundles runs the tests beside the repository's policies, *_test.rego, and says which
// policies have none (B116).
func (r *Rules) TestBundles(ctx context.Context) ([]TestResult, error) {
	_, tests := splitTests(r.added)
	var results []TestResult
	if len(tests) > 0 {
		shared, err := sharedBy(r.added)
		if err != nil {
			return nil, err
		}
		if results, err = runModules(ctx, slices.Concat(shared, r.added), nil, nil); err != nil {
			return nil, err
		}
		results = append(results, unasked(tests)...)
	}
	used := wordsUsed(tests)
	for _, rule := range r.own {
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

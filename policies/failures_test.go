package policies

import (
	"context"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// M20: fifteen ways in which rules fail to judge. Each blocks: an error with its code, and nothing that
// could be taken for a pass. FC01 FC02 FC03 FC04 FC05 T02
func TestFailuresBlock(t *testing.T) {
	own := func(text string) Bundle { return bundle(map[string]string{"a.rego": text}) }
	says := func(body string) string { return "package a\ndeny contains \"x\" if {\n" + body + "\n}\n" }
	small := bounds{50 * time.Millisecond, 1 << 40}
	for _, c := range []struct {
		what, code string
		bounds
		bundle Bundle
	}{
		{"v0 syntax (FC05)", "AXLE1401", usual, own("package a\ndeny[msg] {\n\tmsg := \"x\"\n}\n")},
		{"a parse error", "AXLE1402", usual, own("package a\ndeny contains if {\n")},
		{"a reserved package (T02)", "AXLE1403", usual, own("package org.deny\ndeny contains \"x\" if true\n")},
		{"a call that reaches out (FC01)", "AXLE1404", usual, own(says(`http.send({"method": "GET", "url": "http://x"})`))},
		{"a misspelt rule (FC03)", "AXLE1405", usual, own("package a\ndenny contains \"x\" if true\n")},
		{"a rule that is no set (FC03)", "AXLE1409", usual, own("package a\ndeny contains \"x\" if false\nwarn := \"x\"\n")},
		{"recursion", "AXLE1406", usual, own("package a\ndeny contains \"x\" if p\np if q\nq if p\n")},
		{"a negation that never holds", "AXLE1412", usual, own(says(`not startswith(input.a.b, "x")`))},
		{"a path that nothing has", "AXLE1416", usual, own(says(`input.resources`))},
		{"two values of one rule", "AXLE2412", usual, own("package a\ndeny contains x\nx := 1 if true\nx := 2 if true\n")},
		{"an error of a function (FC02)", "AXLE2413", usual, own(says(`to_number("abc") == 1`))},
		{"no end (FC04)", "AXLE2410", small, own(says(`count(numbers.range(1, 1000000000)) > 0`))},
		{"a number for a finding", "AXLE2417", usual, own("package a\ndeny contains 7 if true\n")},
		{"data beside the rules", "AXLE1411", usual, bundle(map[string]string{"a.rego": fine, "data.json": "{}"})},
		{"an organization's bundle that changed", "AXLE2427", usual, Organization(own(fine).FS, "rules", "sha256:0")},
	} {
		t.Run(c.what, func(t *testing.T) {
			r, err := New(context.Background(), c.bundle)
			if err == nil {
				r.asked[CloudFormation].bounds = c.bounds
				var report Report
				if report, err = r.Judge(context.Background(), parsed(t, openBucket), cfn.Env{}); len(report.Findings) > 0 || report.Tried > 0 {
					t.Errorf("a report beside the error: %+v", report)
				}
			}
			if document.CodeOf(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
}

package policies

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

// PERF-18: leaving out the rules that a template's resources do not concern changes no finding: each fixture
// of each rule, judged by a process that has just started, and by all rules compiled.
func TestRulesLeftOutSayNothing(t *testing.T) {
	asks := map[string]*program{}
	for _, ns := range Namespaces {
		whole, err := wholeShelf(ns)
		if err != nil {
			t.Fatal(err)
		}
		asks[ns] = whole
	}
	everything, left := &Rules{asked: asks}, 0
	for i, rule := range everyRule(t) {
		for j, f := range fixturesOf(t, rule) {
			if (i+j)%5 != 0 && !full() {
				continue // compiling takes its time; AXLE_FULL=1 asks for all
			}
			shelf := fresh(t)
			few, err := f.judge(&Rules{starter: shelf})
			if err != nil {
				t.Fatal(rule.ID, err)
			}
			all, err := f.judge(everything)
			if err != nil {
				t.Fatal(rule.ID, err)
			}
			if fmt.Sprint(few.all) != fmt.Sprint(all.all) && !sameFindings(few.all, all.all) {
				t.Errorf("%s: fixtures judged by the rules they concern: %v, by all: %v", rule.ID, few.all, all.all)
			}
			left += len(shelf[rule.Namespace].files) - len(shelf[rule.Namespace].has)
		}
	}
	if left == 0 {
		t.Error("nothing was left out")
	}
}

// sameFindings compares without order: programs answer rule by rule.
func sameFindings(a, b []pipeline.Finding) bool {
	print := func(list []pipeline.Finding) []string {
		var all []string
		for _, f := range list {
			all = append(all, fmt.Sprint(f))
		}
		slices.Sort(all)
		return all
	}
	return slices.Equal(print(a), print(b))
}

// What a second template needs is compiled when it comes, and then is there: at most two compilations.
func TestCompilesTwiceAtMost(t *testing.T) {
	r := &Rules{starter: fresh(t)}
	shelf := r.starter[CloudFormation]
	judge := func(kind string) *program {
		t.Helper()
		text := fmt.Sprintf("Resources: { A: { Type: \"%s\" } }\n", kind)
		if _, err := r.Judge(context.Background(), parsed(t, text), cfn.Env{}); err != nil {
			t.Fatal(err)
		}
		return shelf.compiled
	}
	first := judge("AWS::SNS::Topic")
	if len(shelf.has) == 0 || len(shelf.has) > len(shelf.files)/2 {
		t.Errorf("%d of %d rules compiled for a topic", len(shelf.has), len(shelf.files))
	}
	if judge("AWS::SNS::Topic") != first {
		t.Error("the same template compiled again")
	}
	whole := judge("AWS::EC2::Volume")
	if whole == first || len(shelf.has) != len(shelf.files) || judge("AWS::RDS::DBInstance") != whole {
		t.Error("not all rules are compiled at the second need")
	}
}

// What a starter file's text shows before it is parsed is what its parsed metadata says, and nothing is wrong with it.
func TestStubsAreRules(t *testing.T) {
	files, err := starterFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		m, err := f.parsed()
		if err != nil {
			t.Fatal(err)
		}
		rules, ds := rulesOf([]module{m})
		if ds = append(append(ds, lintInput(m)...), lintTypes(m)...); len(ds) > 0 {
			t.Error(ds)
		}
		if f.library() {
			if !m.library() || len(rules) > 0 {
				t.Errorf("%s: a library has rules", f.stub.File)
			}
			continue
		}
		r := rules[0]
		if len(rules) != 1 || f.stub.ID != r.ID || f.stub.pack != r.pack || f.stub.File != r.File || f.stub.Namespace != r.Namespace {
			t.Errorf("%+v is not %+v", f.stub, r)
		}
		if inFolder := strings.HasPrefix(f.stub.File, "starter/terraform/"); inFolder != (r.Namespace == Terraform) {
			t.Errorf("%s judges %s", f.stub.File, r.Namespace)
		}
	}
}

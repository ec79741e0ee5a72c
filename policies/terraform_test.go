package policies

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/tf"
)

// plan is a fixture: what terraform show -json prints of a plan, with what a rule finds in it: its word
// and path. Keys that a rule may rightly be silent without stand in may_be_absent.
type plan struct {
	file        string
	config      *tf.Configuration
	Expected    []string `json:"expected"`
	MayBeAbsent []string `json:"may_be_absent"`
}

func planned(t testing.TB, file string) plan {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := plan{file: file}
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	c, ds := tf.Plan(file, data)
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	p.config = c
	return p
}

func (p plan) judge(r *Rules) (Report, error) {
	return r.JudgeTerraform(context.Background(), p.config)
}

// want is path → finding or unknown.
func (p plan) want() map[string]string {
	all := map[string]string{}
	for _, line := range p.Expected {
		word, at, _ := strings.Cut(line, " ")
		all[strings.ReplaceAll(at, " ", ".")] = word
	}
	return all
}

func pathOf(f pipeline.Finding) string { return f.Path }

func judgedPaths(t testing.TB, r *Rules, p plan) map[string]string {
	t.Helper()
	report, err := p.judge(r)
	if err != nil {
		t.Fatal(p.file, err)
	}
	got := map[string]string{}
	for _, f := range report.Findings {
		got[f.Path] = wordOf(f)
	}
	return got
}

// F7: each starter rule for Terraform finds what its failing plan expects, at the argument, and nothing
// in its passing plan.
func TestTerraformRules(t *testing.T) {
	r := rules(t)
	for _, rule := range listed(t, r, Terraform) {
		t.Run(rule.ID, func(t *testing.T) {
			r, name := alone(t, r, rule), strings.TrimSuffix(rule.File, ".rego")
			bad := planned(t, name+".fail.json")
			if got, want := judgedPaths(t, r, bad), bad.want(); !maps.Equal(got, want) || len(want) == 0 {
				t.Errorf("found %v\nwant  %v", got, want)
			}
			if got := judgedPaths(t, r, planned(t, name+".pass.json")); len(got) > 0 {
				t.Errorf("false positives: %v", got)
			}
		})
	}
}

// place is an argument somewhere below a resource's values.
type argument struct {
	path string // address and keys, as may_be_absent names it
	set  func(v any)
	drop func()
	back func()
}

// arguments lists every key below a configuration's values, that of each block too.
func arguments(c *tf.Configuration) (all []argument) {
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s.%d", path, i), item)
			}
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				old, at := v[key], strings.TrimPrefix(path+"."+key, ".")
				all = append(all, argument{at, func(other any) { v[key] = other }, func() { delete(v, key) }, func() { v[key] = old }})
				walk(at, old)
			}
		}
	}
	for _, r := range c.Resources {
		before := len(all)
		walk("", r.Values)
		for i := range all[before:] {
			all[before+i].path = r.Address + " " + all[before+i].path
		}
	}
	return all
}

// PERF-19, M20: with any argument taken out, a failing plan fails as often.
func TestTerraformRulesFailClosed(t *testing.T) {
	r := rules(t)
	tried := 0
	for _, rule := range listed(t, r, Terraform) {
		r, p := alone(t, r, rule), planned(t, strings.TrimSuffix(rule.File, ".rego")+".fail.json")
		whole := len(judgedPaths(t, r, p))
		for _, a := range arguments(p.config) {
			tried++
			a.drop()
			if len(judgedPaths(t, r, p)) < whole && !slices.Contains(p.MayBeAbsent, a.path) {
				t.Errorf("%s finds less without %s", rule.ID, a.path)
			}
			a.back()
		}
	}
	if tried < 100 {
		t.Errorf("only %d arguments were tried", tried)
	}
}

// F7: where taking an argument out of a passing plan makes a rule speak, so does one that is not known there.
func TestTerraformUnknownIsNoPass(t *testing.T) {
	r := rules(t)
	needed := 0
	for _, rule := range listed(t, r, Terraform) {
		r, p := alone(t, r, rule), planned(t, strings.TrimSuffix(rule.File, ".rego")+".pass.json")
		for _, a := range arguments(p.config) {
			a.drop()
			quiet := len(judgedPaths(t, r, p)) == 0
			a.set(tf.Unknown{Why: "known after apply"})
			if !quiet {
				needed++
				if len(judgedPaths(t, r, p)) == 0 && pardonedHere[rule.ID+" "+a.path[strings.LastIndexAny(a.path, " .")+1:]] == "" {
					t.Errorf("%s passes an unknown %s", rule.ID, a.path)
				}
			}
			a.back()
		}
	}
	if needed < 40 {
		t.Errorf("only %d values were needed", needed)
	}
}

// pardonedHere are rules that let an unknown value be, each with its reason.
var pardonedHere = map[string]string{
	"AXLE-TF-RDS-1 replicate_source_db": "a replica is one whatever it copies",
	"AXLE-TF-IAM-3 values":              narrows,
}

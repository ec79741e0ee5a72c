package policies

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

func rules(t testing.TB, bundles ...Bundle) *Rules {
	t.Helper()
	r, err := New(context.Background(), bundles...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func template(t testing.TB, file string) *cfn.Template {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, ds := cfn.Parse(file, text)
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// alone asks one rule only.
func alone(t testing.TB, r *Rules, rule Rule) *Rules {
	t.Helper()
	entries := slices.Clone(rule.entries)
	for i := range entries {
		entries[i].rule = 0
	}
	query, err := queryOf(r.program.compiler, entries)
	if err != nil {
		t.Fatal(err)
	}
	p := *r.program
	p.query, p.entries = query, entries
	return &Rules{rules: []Rule{rule}, program: &p}
}

// of keeps what one rule said.
func of(t testing.TB, r *Rules, tmpl *cfn.Template, id string) []pipeline.Finding {
	t.Helper()
	report, err := r.Judge(context.Background(), tmpl, cfn.Env{Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(report.Findings, func(f pipeline.Finding) bool { return f.Rule != id })
}

// marks reads the comments of a fixture: line → finding or unknown.
func marks(tmpl *cfn.Template) (expected map[int]string, mayBeAbsent map[int]bool) {
	expected, mayBeAbsent = map[int]string{}, map[int]bool{}
	for i, line := range strings.Split(string(tmpl.Doc.Data), "\n") {
		_, mark, ok := strings.Cut(line, " # ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for _, word := range []string{"finding", "unknown"} {
			if strings.HasPrefix(mark, word) {
				expected[i+1] = word
			}
		}
		mayBeAbsent[i+1] = strings.Contains(mark, "may be absent")
	}
	return expected, mayBeAbsent
}

// Each starter rule finds what its failing fixture marks, at its line, with a fix, and
// nothing else; and says nothing of its passing fixture.
func TestStarterRules(t *testing.T) {
	r := rules(t)
	for _, rule := range r.List() {
		name := strings.TrimSuffix(filepath.Base(rule.File), ".rego")
		t.Run(rule.ID+" "+name, func(t *testing.T) {
			r := alone(t, r, rule)
			bad := template(t, "starter/"+name+".fail.yaml")
			want, _ := marks(bad)
			got := map[int]string{}
			for _, f := range of(t, r, bad, rule.ID) {
				got[f.Line] = "finding"
				if f.Code == "AXLE2402" {
					got[f.Line] = "unknown"
				}
				if f.Hint == "" || f.File != bad.Doc.File || f.Col == 0 || f.Fingerprint == "" {
					t.Errorf("finding is not whole: %+v", f)
				}
			}
			if len(want) == 0 || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("found %v\nwant  %v", got, want)
			}
			for _, f := range of(t, r, template(t, "starter/"+name+".pass.yaml"), rule.ID) {
				t.Errorf("false positive: %s", f.Diagnostic)
			}
		})
	}
}

// PERF-19, M20: with any key taken out, a failing fixture still fails.
func TestStarterRulesFailClosed(t *testing.T) {
	r := rules(t)
	tried := 0
	for _, rule := range r.List() {
		name := strings.TrimSuffix(filepath.Base(rule.File), ".rego")
		r := alone(t, r, rule)
		tmpl := template(t, "starter/"+name+".fail.yaml")
		_, mayBeAbsent := marks(tmpl)
		for _, resource := range tmpl.Resources {
			before := about(of(t, r, tmpl, rule.ID), resource.LogicalID)
			if before == 0 {
				continue
			}
			without(resource.Properties, func(key *document.Node) {
				tried++
				if !mayBeAbsent[key.Line] && about(of(t, r, tmpl, rule.ID), resource.LogicalID) < before {
					t.Errorf("%s: %s passes without %s (line %d)", rule.ID, resource.LogicalID, key.Value, key.Line)
				}
			})
		}
	}
	if tried < 100 {
		t.Errorf("only %d keys were tried", tried)
	}
}

func about(list []pipeline.Finding, resource string) int {
	n := 0
	for _, f := range list {
		if f.Resource == resource {
			n++
		}
	}
	return n
}

// without calls f once for each key below a node, with that key taken out.
func without(n *document.Node, f func(key *document.Node)) {
	if n == nil {
		return
	}
	for _, item := range n.Items {
		without(item, f)
	}
	for i := range n.Pairs {
		pairs := n.Pairs
		key := pairs[i].Key
		if strings.HasPrefix(key.Value, "Fn::") || key.Value == "Ref" {
			continue
		}
		n.Pairs = slices.Concat(pairs[:i], pairs[i+1:])
		f(key)
		n.Pairs = pairs
		without(pairs[i].Value, f)
	}
}

// kinds are the resource types that the rules name.
func kinds(r *Rules) map[string]bool {
	types := map[string]bool{}
	for _, m := range r.all {
		ast.WalkTerms(m.Module, func(term *ast.Term) bool {
			if s, ok := term.Value.(ast.String); ok && resourceType.MatchString(string(s)) {
				types[string(s)] = true
			}
			return false
		})
	}
	return types
}

var resourceType = regexp.MustCompile(`^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$`)

// A rule is a file with an id, a title, a fix and a source, its fixtures beside it.
func TestStarterRulesAreDocumented(t *testing.T) {
	r := rules(t)
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.List()) < 120 || len(kinds(r)) < 60 {
		t.Errorf("%d rules over %d types", len(r.List()), len(kinds(r)))
	}
	for _, rule := range r.List() {
		if !strings.HasPrefix(rule.ID, "AXLE-") || rule.Title == "" || rule.Fix == "" || len(rule.Standards) == 0 {
			t.Errorf("%s: %+v", rule.File, rule)
		}
		stops := map[bool]string{true: "no", false: "yes"}[rule.Severity == document.SeverityWarning]
		line := fmt.Sprintf("| %s | %s | %s | %s |\n", rule.ID, rule.Title, stops, strings.Join(rule.Standards, ", "))
		if !strings.Contains(string(readme), line) {
			t.Errorf("README.md lacks %s", line)
		}
	}
	fixtures, err := fs.Glob(os.DirFS("starter"), "*.yaml")
	if err != nil || len(fixtures) != 2*len(r.List()) {
		t.Errorf("%d fixtures for %d rules, %v", len(fixtures), len(r.List()), err)
	}
}

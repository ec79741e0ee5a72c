package policies

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

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
	whole, err := wholeShelf(rule.Namespace)
	if err != nil {
		t.Fatal(err)
	}
	p, err := whole.asking([]Rule{rule})
	if err != nil {
		t.Fatal(err)
	}
	return onlyOf(p, rule)
}

// wholeShelf is all starter rules of a namespace, compiled.
func wholeShelf(namespace string) (*program, error) { return wholes[namespace]() }

var wholes = map[string]func() (*program, error){CloudFormation: compiledWhole(CloudFormation), Terraform: compiledWhole(Terraform)}

func compiledWhole(namespace string) func() (*program, error) {
	return sync.OnceValues(func() (*program, error) {
		all, err := shelves()
		if err != nil {
			return nil, err
		}
		return programOf(all[namespace].files)
	})
}

func everyRule(t testing.TB) []Rule {
	t.Helper()
	all, err := rules(t).List()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func onlyOf(p *program, rule Rule) *Rules {
	return &Rules{own: []Rule{rule}, asked: map[string]*program{rule.Namespace: p}}
}

// listed are the rules of a namespace.
func listed(t testing.TB, r *Rules, namespace string) []Rule {
	t.Helper()
	all, err := r.List()
	if err != nil {
		t.Fatal(err)
	}
	return of(all, namespace)
}

// findingsOf keeps what one rule said.
func findingsOf(t testing.TB, r *Rules, tmpl *cfn.Template, id string) []pipeline.Finding {
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
	for _, rule := range listed(t, r, CloudFormation) {
		name := strings.TrimSuffix(filepath.Base(rule.File), ".rego")
		t.Run(rule.ID+" "+name, func(t *testing.T) {
			r := alone(t, r, rule)
			bad := template(t, "starter/"+name+".fail.yaml")
			want, _ := marks(bad)
			got := map[int]string{}
			for _, f := range findingsOf(t, r, bad, rule.ID) {
				got[f.Line] = wordOf(f)
				if f.Hint == "" || f.File != bad.Doc.File || f.Col == 0 || f.Fingerprint == "" {
					t.Errorf("finding is not whole: %+v", f)
				}
			}
			if len(want) == 0 || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("found %v\nwant  %v", got, want)
			}
			for _, f := range findingsOf(t, r, template(t, "starter/"+name+".pass.yaml"), rule.ID) {
				t.Errorf("false positive: %s", f.Diagnostic)
			}
		})
	}
}

// PERF-19, M20: with any key taken out, a failing fixture still fails.
func TestStarterRulesFailClosed(t *testing.T) {
	r := rules(t)
	tried := 0
	for _, rule := range listed(t, r, CloudFormation) {
		name := strings.TrimSuffix(filepath.Base(rule.File), ".rego")
		r := alone(t, r, rule)
		tmpl := template(t, "starter/"+name+".fail.yaml")
		_, mayBeAbsent := marks(tmpl)
		for _, resource := range tmpl.Resources {
			before := about(findingsOf(t, r, tmpl, rule.ID), resource.LogicalID)
			if before == 0 {
				continue
			}
			without(resource.Properties, func(key *document.Node) {
				tried++
				if !mayBeAbsent[key.Line] && about(findingsOf(t, r, tmpl, rule.ID), resource.LogicalID) < before {
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

// kinds are the resource types that the rules of a namespace look at.
func kinds(t testing.TB, namespace string) map[string]bool {
	t.Helper()
	all, err := shelves()
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]bool{}
	for _, f := range all[namespace].files {
		for _, kind := range f.looks().kinds {
			types[kind] = true
		}
	}
	return types
}

// A rule is a file with an id, a title, a fix and a source, its fixtures beside it.
func TestStarterRulesAreDocumented(t *testing.T) {
	r := rules(t)
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := everyRule(t)
	for ns, least := range map[string]struct{ rules, kinds int }{CloudFormation: {120, 60}, Terraform: {24, 15}} {
		if n, k := len(listed(t, r, ns)), len(kinds(t, ns)); n < least.rules || k < least.kinds {
			t.Errorf("%s: %d rules over %d types", ns, n, k)
		}
	}
	for _, rule := range all {
		if !strings.HasPrefix(rule.ID, "AXLE-") || rule.Title == "" || rule.Fix == "" || len(rule.Standards) == 0 {
			t.Errorf("%s: %+v", rule.File, rule)
		}
		stops := map[bool]string{true: "no", false: "yes"}[rule.Severity == document.SeverityWarning]
		line := fmt.Sprintf("| %s | %s | %s | %s |\n", rule.ID, rule.Title, stops, strings.Join(rule.Standards, ", "))
		if !strings.Contains(string(readme), line) {
			t.Errorf("README.md lacks %s", line)
		}
	}
	for ns, pattern := range map[string]string{CloudFormation: "*.yaml", Terraform: "terraform/*.json"} {
		fixtures, err := fs.Glob(os.DirFS("starter"), pattern)
		if n := len(listed(t, r, ns)); err != nil || len(fixtures) != 2*n {
			t.Errorf("%d fixtures for %d rules, %v", len(fixtures), n, err)
		}
	}
}

package pipeline

import (
	"reflect"
	"testing"
	"testing/fstest"
	"time"

	"github.com/axle-cd/axle/document"
)

func loaded(t *testing.T, text string) *File {
	t.Helper()
	f, ds := Load("pipeline.yaml", []byte(text))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	return f
}

// CLI-7: the smallest file, and what it means.
func TestSmallest(t *testing.T) {
	f := loaded(t, "schema: 1\nname: shop\nproducts: [product.yaml]\nstages: { alpha: {} }\n")
	want := &StageConfig{Environment: "alpha", Defaults: Defaults{
		Timeout: document.Duration(30 * time.Minute), Retries: &Retries{Max: 2, For: []string{"throttling"}}}}
	if f.Triggers.Protected != "main" || !reflect.DeepEqual(f.Stages.Alpha, want) {
		t.Errorf("got %s, %+v", f.Triggers.Protected, f.Stages.Alpha)
	}
	for _, name := range []string{"pre-commit", "beta", "gamma", "prod", "delta"} {
		if f.Stages.Config(name) != nil {
			t.Error(name, "is not in the file")
		}
	}
}

// interfaces.md §1.2: every default of the table, and what the file says instead.
func TestDefaults(t *testing.T) {
	f := loaded(t, `
schema: 1
name: shop
products: [product.yaml]
triggers: { protected: trunk }
defaults: { regions: [eu-west-1], retries: { max: 0 } }
stages:
  pre-commit: { secrets: {} }
  alpha: { secrets: { on_finding: quarantine }, policy: {}, unit: {}, timeout: 5m, regions: [us-east-1], retries: { for: [throttling] } }
  beta: {}
  gamma: { environment: staging }
  prod: { distribute: { waves: [{ name: all, spokes: { all: true } }, { name: some, regions: [eu-west-1], max_parallel: 3, max_failures: 2% }] } }
`)
	s := f.Stages
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"protected", f.Triggers.Protected, "trunk"},
		{"pre-commit scans what is staged", *s.PreCommit.Secrets, Secrets{Scan: "staged", OnFinding: "fail"}},
		{"alpha scans what was pushed", *s.Alpha.Secrets, Secrets{Scan: "range", OnFinding: "quarantine"}},
		{"policy", *s.Alpha.Policy, Policy{FailOn: "violation"}},
		{"unit", *s.Alpha.Unit, Unit{Paths: []string{"tests/"}}},
		{"a stage's own keys win", s.Alpha.Defaults, Defaults{Regions: []string{"us-east-1"}, Timeout: document.Duration(5 * time.Minute), Retries: &Retries{Max: 0, For: []string{"throttling"}}}},
		{"else the file's", s.Beta.Defaults, Defaults{Regions: []string{"eu-west-1"}, Timeout: document.Duration(30 * time.Minute), Retries: &Retries{Max: 0, For: []string{"throttling"}}}},
		{"provision", *s.Beta.Provision, Provision{ChangeSet: "show", TTL: document.Duration(4 * time.Hour)}},
		{"no assertions are asked for", s.Beta.Integration, (*Integration)(nil)},
		{"environment", []string{s.Beta.Environment, s.Gamma.Environment}, []string{"beta", "staging"}},
		{"approval", *s.Prod.Approval, Approval{Rules: []ApprovalRule{{Required: 1}}, Expires: document.Duration(72 * time.Hour), OnExpiry: "reject"}},
		{"wave", [2]any{s.Prod.Distribute.Waves[0].MaxParallel, s.Prod.Distribute.Waves[0].MaxFailures}, [2]any{10, "0"}},
		{"wave's own", [2]any{s.Prod.Distribute.Waves[1].MaxParallel, s.Prod.Distribute.Waves[1].MaxFailures}, [2]any{3, "2%"}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.what, c.got, c.want)
		}
	}
}

// CLI-1: schema says how to read the rest, so it comes first; elsewhere it is only warned of.
func TestSchemaComesFirst(t *testing.T) {
	_, ds := Load("pipeline.yaml", []byte("name: shop\nschema: 1\nproducts: [p.yaml]\nstages: { alpha: {} }"))
	if ds.Err() != nil || ds.Error() != "pipeline.yaml:2:1: warning AXLE1042: schema comes first (at schema)" {
		t.Error(ds)
	}
}

// B047, B048: the files it names are in the tree.
func TestCheckTree(t *testing.T) {
	f := loaded(t, "schema: 1\nname: shop\nproducts: [products/*/product.yaml, other.yaml]\ncatalog: Catalog.yaml\nstages: { alpha: { policy: { bundles: [rules] } } }\n")
	tree := fstest.MapFS{"catalog.yaml": {}, "rules": {}}
	want := `pipeline.yaml:3:12: error AXLE1041: path products/*/product.yaml: matches no file (at products[0])
pipeline.yaml:3:37: error AXLE1041: path other.yaml: not found (at products[1])
pipeline.yaml:4:10: error AXLE1041: path Catalog.yaml: not found (at catalog)
pipeline.yaml:5:40: error AXLE1041: path rules: is a file, a directory is needed (at stages.alpha.policy.bundles[0])`
	ds := f.CheckTree(tree)
	if ds.Error() != want || ds[2].Hint != "did you mean catalog.yaml?" {
		t.Errorf("got\n%s", ds)
	}
	whole := fstest.MapFS{"Catalog.yaml": {}, "rules/a.rego": {}, "other.yaml": {}, "products/a/product.yaml": {}}
	if ds := f.CheckTree(whole); ds != nil {
		t.Error(ds)
	}
}

func TestCron(t *testing.T) {
	for cron, fits := range map[string]bool{
		"0 3 * * 1": true, "*/15 0-6,20 1 1-12 0,7": true, "59 23 31 12 7": true,
		"60 * * * *": false, "* 24 * * *": false, "* * 0 * *": false, "* * * 13 *": false, "* * * * 8": false,
		"* * * *": false, "* * * * * *": false, "5-1 * * * *": false, "*/0 * * * *": false, "@daily": false, "a * * * *": false, "-1 * * * *": false, "1, * * * *": false,
	} {
		if (cronFault(cron) == "") != fits {
			t.Errorf("%s: %q", cron, cronFault(cron))
		}
	}
}

package policies

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
)

var here = cfn.Env{
	Partition: "aws", URLSuffix: "amazonaws.com", Region: "eu-west-1", AccountID: "111111111111", StackName: "sample",
	AZs: func(region string) []string { return []string{region + "a", region + "b", region + "c"} },
}

// sample is a product of this repository.
type sample struct {
	file     *products.File
	doc      *document.Doc
	template *cfn.Template
	tree     Bundle // its folder
}

func samples(t *testing.T) map[string]sample {
	t.Helper()
	files, err := filepath.Glob("../products/*/product.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d sample products, %v", len(files), err)
	}
	all := map[string]sample{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, ds := products.Load(file, text)
		if err := ds.Err(); err != nil {
			t.Fatal(err)
		}
		doc, _ := document.Parse(file, text, document.Files)
		dir := filepath.Dir(file)
		all[p.Name] = sample{p, doc, template(t, filepath.Join(dir, p.Template)), Bundle{FS: os.DirFS(dir), Dir: "tests/"}}
	}
	return all
}

// What this repository publishes is what it would have others publish: valid, without a
// finding or warning, launchable without a question.
func TestSamplesPassTheStarterRules(t *testing.T) {
	r := rules(t)
	for name, s := range samples(t) {
		t.Run(name, func(t *testing.T) {
			if ds := s.template.Check(); len(ds) > 0 {
				t.Error(ds)
			}
			if ds := products.Check(s.file, s.template); len(ds) > 0 {
				t.Error(ds)
			}
			if _, ds := s.template.Values(nil); len(ds) > 0 {
				t.Errorf("parameters without a default: %v", ds)
			}
			for _, env := range []cfn.Env{here, {Region: "eu-west-1"}} {
				report, err := r.Judge(context.Background(), s.template, env)
				if err != nil || report.Tried < len(listed(t, r, CloudFormation)) {
					t.Fatal(report.Tried, err)
				}
				for _, f := range report.Findings {
					t.Error(f.Diagnostic)
				}
			}
		})
	}
}

// F9: the unit tests beside a product run on its normal form alone.
func TestSamplesPassTheirUnitTests(t *testing.T) {
	for name, s := range samples(t) {
		t.Run(name, func(t *testing.T) {
			facts, err := Facts(s.template, here, s.doc.Root)
			if err != nil {
				t.Fatal(err)
			}
			results, err := Test(context.Background(), facts, s.tree)
			allPass(t, results, err, 5)
		})
	}
}

// F11: and the integration assertions hold of what CloudFormation would record.
func TestSamplesPassTheirIntegrationTests(t *testing.T) {
	for name, s := range samples(t) {
		t.Run(name, func(t *testing.T) {
			folder := Bundle{FS: s.tree.FS, Dir: "tests/integration"}
			results, err := Assert(context.Background(), made(t, s.template), folder)
			allPass(t, results, err, 4)

			spoilt := made(t, s.template)
			delete(spoilt["resources"].(map[string]any), s.template.Resources[0].LogicalID)
			results, err = Assert(context.Background(), spoilt, folder)
			if err != nil || len(Findings(results)) == 0 {
				t.Errorf("a stack without %s passes: %v", s.template.Resources[0].LogicalID, err)
			}
		})
	}
}

func allPass(t *testing.T, results []TestResult, err error, atLeast int) {
	t.Helper()
	if err != nil || len(results) < atLeast {
		t.Fatalf("%d tests, %v", len(results), err)
	}
	for _, f := range Findings(results) {
		t.Error(f.Diagnostic)
	}
}

// made plays a stack of a template: ids and ARNs are AWS's in form, properties recorded as evaluated.
func made(t *testing.T, tmpl *cfn.Template) map[string]any {
	t.Helper()
	env := here
	kind := func(id string) string { return strings.ToLower(strings.Split(tmpl.Resource(id).Type, "::")[1]) }
	physical := func(id string) string { return strings.ToLower(id) + "-0a1b2c3d" }
	env.Ref = func(id string) (any, bool) { return physical(id), true }
	env.GetAtt = func(id, attribute string) (any, bool) {
		return "arn:aws:" + kind(id) + ":eu-west-1:111111111111:" + physical(id), true
	}
	form, err := normal(tmpl, env)
	if err != nil {
		t.Fatal(err)
	}
	outputs, resources := map[string]any{}, map[string]any{}
	for name, o := range form["Outputs"].(map[string]any) {
		outputs[name] = o.(map[string]any)["Value"]
	}
	for id, r := range form["Resources"].(map[string]any) {
		resources[id] = map[string]any{"type": r.(map[string]any)["Type"], "physical_id": physical(id), "status": "CREATE_COMPLETE", "properties": r.(map[string]any)["Properties"]}
	}
	return map[string]any{"outputs": outputs, "resources": resources, "parameters": map[string]any{}, "region": "eu-west-1"}
}

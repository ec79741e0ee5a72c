package policies

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/document"
)

// product is a tree of test files.
func product(files map[string]string) Bundle {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Bundle{FS: tree, Dir: "tests/"}
}

func facts(t *testing.T) map[string]any {
	t.Helper()
	doc, ds := document.Parse("product.yaml", []byte("name: store\nversion: 1.0.0\nparameters: { N: { default: 5 } }\n"), document.Files)
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	f, err := Facts(parsed(t, openBucket), here, doc.Root)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What a test rule says, and what its author is told. Only true is a pass.
func TestUnitTests(t *testing.T) {
	for _, c := range []struct{ id, body, want string }{
		{"template", `test_it if data.template.Resources.Data.Type == "AWS::S3::Bucket"`, "pass"},
		{"product", `test_it if { data.product.name == "store"; data.product.parameters.N.default == 5 }`, "pass"},
		{"two bodies", "test_it if not data.template\ntest_it if data.template", "pass"},
		{"a constant", `test_it if true`, "it looks at nothing of the product"},
		{"another template in its place", `test_it if data.template.Resources.Data.Type == "X" with data.template as {"Resources": {"Data": {"Type": "X"}}}`, "it looks at nothing of the product"},
		{"an input of its own", `test_it if input.Type == "X" with input as {"Type": "X"}`, "it looks at nothing of the product"},
		{"false", "test_it if {\n\tx := data.template.Resources\n\tcount(x) == 2\n}", "tests/a_test.rego:4 does not hold: count(x) == 2"},
		{"undefined", `test_it if data.template.Resources.Gone`, "tests/a_test.rego:2 does not hold: data.template.Resources.Gone"},
		{"false value", `test_it := false`, "nothing made it true"},
		{"text", `test_it := "true"`, `a test is true or false; this one gave "true"`},
		{"set", `test_it contains 1 if true`, "a test is true or false; this one gave {1}"},
		{"builtin error", `test_it if to_number("abc") == 1`, "AXLE2413: tests/a_test.rego:2: to_number"},
		{"endless", `test_it if count({x | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); x := i * j; x < 0}) > 0`, "AXLE2410: policy exceeded 2 s"},
	} {
		t.Run(c.id, func(t *testing.T) {
			text := "package a_test\n" + c.body + "\ntest_other if data.template\n"
			results, err := Test(context.Background(), facts(t), product(map[string]string{"tests/a_test.rego": text}))
			if err != nil || len(results) != 2 || !results[1].Pass {
				t.Fatal(results, err)
			}
			r := results[0]
			if r.Name != "a_test.test_it" || r.File != "tests/a_test.rego" || r.Line != 2 {
				t.Errorf("%+v", r)
			}
			if r.Pass != (c.want == "pass") || !r.Pass && !strings.Contains(r.Message, c.want) {
				t.Errorf("%v %s, want %s", r.Pass, r.Message, c.want)
			}
			found := Findings(results)
			if r.Pass != (len(found) == 0) || !r.Pass && (found[0].Code != "AXLE2420" || found[0].Line != 2 || found[0].Severity != document.SeverityError) {
				t.Errorf("%+v", found)
			}
		})
	}
}

// What cannot be run is an error; what is not there gives no result, so no pass.
func TestUnitTestsThatDoNotRun(t *testing.T) {
	for _, c := range []struct{ id, file, text, want string }{
		{"none", "tests/README.md", "", ""},
		{"no folder", "template.yaml", "", ""},
		{"no rule", "tests/a_test.rego", "package a\nx := 1\n", ""},
		{"integration alone", "tests/integration/a.rego", "package integration\ntest_x if true\n", ""},
		{"parse", "tests/a_test.rego", "package a\ntest_x if {\n", "AXLE1402"},
		{"v0", "tests/a_test.rego", "package a\ntest_x { true }\n", "AXLE1401"},
		{"B104", "tests/a_test.rego", "package a\ntest_x if http.send({})\n", "AXLE1404"},
		{"shadow", "tests/a_test.rego", "package template\ntest_x if true\n", "AXLE1403"},
		{"place", "tests/a_test.rego", "package integration\ntest_x if true\n", "AXLE1414"},
	} {
		t.Run(c.id, func(t *testing.T) {
			results, err := Test(context.Background(), facts(t), product(map[string]string{c.file: c.text}))
			got := ""
			if err != nil {
				got = err.Error()
			}
			for _, f := range Findings(results) {
				got += f.Code + " " + f.Summary
			}
			if c.want == "" && (len(results) > 0 || err != nil) || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A rule of a test file that nobody asks is no pass: it is said, and fails.
func TestRulesThatAreNoTests(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"todo_test_x if false", "tests.todo_test_x failed: it is not run: write the test"},
		{"tset_x if false", "tests.tset_x failed: it is not run: nothing reads this rule, and the name of a test begins with test_"},
		{"testx if false", "tests.testx failed"},
		{"Test_x if false", "tests.Test_x failed"},
		{"checks.test_x if false", "tests.checks failed"},
		{"ready if data.template\ntest_y if ready", ""},
		{"near(r) if r == 1\nlist contains 1\nsize := 1\ntest_y if { near(size); data.product }", ""},
	} {
		results, err := Test(context.Background(), facts(t), product(map[string]string{"tests/a.rego": "package tests\ntest_a if data.template\n" + c.text + "\n"}))
		said := ""
		for _, f := range Findings(results) {
			said += f.Code + " " + f.String()
		}
		if err != nil || !strings.Contains(said, c.want) || (c.want == "") != (said == "") || c.want != "" && !strings.Contains(said, "tests/a.rego:3:1: error AXLE2430") {
			t.Errorf("%s: %v\n%s", c.text, err, said)
		}
	}
}

// F11: integration tests read the stack; unit tests do not run with them, nor they with unit tests.
func TestIntegrationTests(t *testing.T) {
	files := map[string]string{
		"tests/a_test.rego":             "package a_test\ntest_unit if data.template\n",
		"tests/lib.rego":                "package names\nx := 1\n",
		"tests/integration/stack.rego":  "package integration\nimport data.integration.lib\ntest_output if input.outputs.Url == \"https://x\"\ntest_region if lib.near(input.region)\ntest_made if input.resources.A.status == \"CREATE_COMPLETE\"\ntest_const if true\ntest_given if input.region == \"x\" with input as {\"region\": \"x\"}\n",
		"tests/integration/lib/l.rego":  "package integration.lib\nnear(r) if startswith(r, \"eu-\")\n",
		"tests/more/integration/b.rego": "package integration\ntest_b if true\n",
	}
	stack := map[string]any{
		"outputs": map[string]string{"Url": "https://x"}, "region": "eu-west-1", "parameters": map[string]string{},
		"resources": map[string]any{"A": map[string]any{"status": "CREATE_FAILED", "properties": map[string]any{}}},
	}
	p := product(files)
	unit, err := Test(context.Background(), facts(t), p)
	if err != nil || len(unit) != 1 || unit[0].Name != "a_test.test_unit" {
		t.Errorf("%+v, %v", unit, err)
	}
	results, err := Assert(context.Background(), stack, Bundle{FS: p.FS, Dir: "tests/integration"})
	if err != nil || len(results) != 5 {
		t.Fatalf("%+v, %v", results, err)
	}
	for _, r := range results {
		if r.Pass != (r.Name == "integration.test_output" || r.Name == "integration.test_region") {
			t.Errorf("%+v", r)
		}
	}
	for _, c := range []struct{ dir, want string }{{"tests", "AXLE1414"}, {"none", ""}} {
		results, err := Assert(context.Background(), stack, Bundle{FS: p.FS, Dir: c.dir})
		if document.CodeOf(err) != c.want || len(results) > 0 {
			t.Errorf("%s: %v, %v", c.dir, results, err)
		}
	}
}

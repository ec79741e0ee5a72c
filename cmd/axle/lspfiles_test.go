package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// What an editor holds counts for other files too, and what is wrong with them, once it keeps a file
// from being judged. A text without a file is searched for secrets alone.
func TestEditorHoldsFiles(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	uri := func(name string) string { return "file://" + filepath.ToSlash(filepath.Join(root, name)) }
	const rule = "package acme.x\n\ndeny contains \"topic\" if input.Resources.Topic\n"
	const leak = "password: hunt" + "er2XyZ9qR7\n"
	open := map[string][]byte{}
	for name, text := range map[string]string{
		"pipeline.yaml": "schema: 1\nname: x\nproducts: [p/product.yaml]\ncatalog: catalog.yaml\nstages: { alpha: { policy: { bundles: [rules] } } }\n",
		"catalog.yaml":  "portfolios: {}\n", "p/product.yaml": "schema: 1\n", "site.yaml": "Resources: { Topic: { Type: AWS::SNS::Topic } }\n",
		"rules/x.rego": rule, "rules/x_test.rego": "package acme.x_test\n\ntest_x if count(data.acme.x.deny) == 1 with input as {\"Resources\": {\"Topic\": {}}}\n",
		"README.md": leak, ".axle-exceptions.yaml": "schema: 1\nexceptions: [{ rule: AXLE-NO-1, reason: r, owner: o, expires: 2020-01-01, resource: X }]\n",
	} {
		writeText(t, name, text)
	}
	repository(t) // the pipeline is looked for up to its root
	e := newEditor(t)
	for _, c := range []struct{ name, file, text, want string }{
		{"a rule judges", "site.yaml", "", "acme.x topic"},
		{"a rule that changes judges at once", "rules/x.rego", strings.Replace(rule, "\"topic", "\"no topic", 1), ""},
		{"by the changed rule", "site.yaml", "", "acme.x no topic"},
		{"a rule with a slip", "rules/x.rego", strings.Replace(rule, "deny", "denny", 1), `AXLE1405 nothing asks for rule denny; did you mean "deny"?`},
		{"keeps templates from being judged", "site.yaml", "", "1:1 error AXLE1405 not judged: rules/x.rego:"},
		{"and exceptions", ".axle-exceptions.yaml", "", "not judged: rules/x.rego:"},
		{"until it is mended", "rules/x.rego", rule, ""},
		{"an exception without its rule", ".axle-exceptions.yaml", "", "AXLE2425 rule AXLE-NO-1 does not exist"},
		{"a test that is not saved", "rules/y_test.rego", "package acme.y_test\n\ntest_y if 1 == 2\n", "acme.y_test.test_y"},
		{"a secret in any file", "README.md", "", "error"},
		{"a file that is nobody's", "notes.txt", "Resources: {", ""},
		{"a template without an end", "new.json", "{\"Resources\": ", "not JSON (it ends too early)"},
	} {
		if c.text != "" {
			open[uri(c.file)] = []byte(c.text)
		} else {
			open[uri(c.file)] = []byte(readText(t, c.file))
		}
		got := strings.Join(e.seesAll(t, uri(c.file), open), "\n")
		if !strings.Contains(got, c.want) || c.want == "" && got != "" || strings.Contains(got, "r2XyZ9") {
			t.Errorf("%s: %s: %q, want %q", c.name, c.file, got, c.want)
		}
	}
	open["untitled:Untitled-1"] = []byte(leak)
	if got := e.seesAll(t, "untitled:Untitled-1", open); len(got) != 1 {
		t.Errorf("of a text without a file: %q", got)
	}
	open[uri("p/product.yaml")] = []byte("schema: 1\n")
	open[uri("pipeline.yaml")] = []byte("schema: 1\nname: x\nproducts: [p/product.yaml]\nstagse: {}\n")
	if got := strings.Join(e.seesAll(t, uri("p/product.yaml"), open), "\n"); !strings.Contains(got, "not judged: pipeline.yaml:") {
		t.Errorf("of a product whose pipeline is wrong: %q", got)
	}
	writeText(t, "p/tests/a.feature", "")
	open[uri("pipeline.yaml")] = []byte("schema: 1\nname: x\nstages: {}\n")
	open[uri("p/tests/a.feature")] = []byte("Feature: x\n  Scenario: y\n    Then there was a topic\n")
	if got := strings.Join(e.seesAll(t, uri("p/tests/a.feature"), open), "\n"); !strings.Contains(got, "not judged: pipeline.yaml:") {
		t.Errorf("of a feature whose pipeline is wrong: %q", got)
	}
	writeText(t, ".config/pipeline.yaml", "schema: 1\n")
	open[uri("site.yaml")] = []byte(leak)
	found, err := e.judge(t.Context(), uri("site.yaml"), open)
	if err == nil || !strings.Contains(err.Error(), "both pipeline.yaml and .config") || len(found) != 1 {
		t.Errorf("where there are two pipelines: %v, %v", found, err)
	}
}

// A folder of Terraform is judged through what the editor holds: a product's by alpha's lint, any by the policies.
func TestEditorTerraform(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	uri := func(name string) string { return "file://" + filepath.ToSlash(filepath.Join(root, name)) }
	const logs = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n  acl    = \"public-read\"\n}\n"
	for name, text := range map[string]string{
		"pipeline.yaml":     "schema: 1\nname: x\nproducts: [p/product.yaml]\nstages: { alpha: {}, beta: { account: { id: \"111111111111\", role: B } } }\n",
		"p/product.yaml":    "schema: 1\nname: x\nversion: 1.0.0\nchanges: First\nowner: a@example.com\ntype: EXTERNAL\nsource: source\nportfolios: {}\n",
		"p/source/main.tf":  "variable \"days\" { type = number }\n",
		"elsewhere/main.tf": logs,
	} {
		writeText(t, name, text)
	}
	repository(t)
	e := newEditor(t)
	for _, c := range []struct{ file, text, want string }{
		{"p/source/main.tf", "resource \"aws_s3_bucket\" \"b\" {\n  bucket = var.nmae\n}\n", "var.nmae"},
		{"p/source/main.tf", "data \"external\" \"x\" { program = [\"sh\"] }\n", "runs code"},
		{"elsewhere/main.tf", logs, "AXLE-TF-"},
		{"elsewhere/main.tf", "resource \"aws_s3_bucket\" {\n}\n", "error"},
	} {
		got := strings.Join(e.seesAll(t, uri(c.file), map[string][]byte{uri(c.file): []byte(c.text)}), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.file, got, c.want)
		}
	}
}

// A URI leads to a file, or to a name that is good for messages only.
func TestFileOf(t *testing.T) {
	for uri, want := range map[string]string{
		"file:///a/b.yaml":           "/a/b.yaml",
		"file:///a%20b/%C3%A4.yaml":  "/a b/ä.yaml",
		"file:///a/../../etc/b.yaml": "/etc/b.yaml",
		"file://localhost/a":         "/a",
		"untitled:Untitled-1":        "no file: untitled:Untitled-1",
		"git:/a/b.yaml?x":            "no file: b.yaml?x",
		"file:b.yaml":                "no file: file:b.yaml",
		"file:///%zz":                "no file: %zz",
		"":                           "no file: .",
	} {
		got, ok := fileOf(uri)
		if !ok {
			got = "no file: " + got
		}
		if got != want {
			t.Errorf("%q is %q, want %q", uri, got, want)
		}
	}
}

// One file is judged in less than 300 ms, also the first, for which the rules are compiled (F5).
func BenchmarkEditor(b *testing.B) {
	uri := "file:///nowhere/template.yaml"
	open := map[string][]byte{uri: []byte(readText(b, "../../products/vpc-three-tier/template.yaml"))}
	for _, fresh := range []bool{true, false} {
		e := newEditor(b)
		b.Run(fmt.Sprintf("fresh=%v", fresh), func(b *testing.B) {
			for b.Loop() {
				if fresh {
					e.rules = nil
				}
				if _, err := e.judge(context.Background(), uri, open); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

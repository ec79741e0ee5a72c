package stages_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/tf"
	"github.com/axle-cd/axle/stages"
)

// sourced is a bed whose product is a source of Terraform with one variable and one resource.
func sourced() *bed {
	b := newBed()
	b.edit("q/product.yaml", "template: template.yaml", "type: EXTERNAL\nsource: terraform")
	b.write("q/terraform/main.tf", `resource "terraform_data" "a" {}`)
	b.write("q/tests/topic_test.rego", "package topic_test\n\ntest_level if data.template.Resources[\"terraform_data.a\"].Properties.input == \"low\"\n")
	b.settings("  beta:\n    account: { id: \"111111111111\", role: CatalogBetaDeploy }\n", "")
	b.settings("  gamma:\n    account: { id: \"222222222222\", role: CatalogGammaDeploy }\n    publish: { portfolio: staging }\n    launch: { role: CatalogGammaBuilder }\n", "")
	b.settings("  prod: {}\n", "")
	b.published = nil
	return b
}

// publishedSource is a version 1.0.0 made of one file.
func (b *bed) publishedSource(name string) {
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: name, Mode: 0o644}), w.Close(), zipped.Close()); err != nil {
		panic(err)
	}
	data := out.Bytes()
	b.published = []products.Published{{Version: "1.0.0", Digest: "sha256:00", Template: b.put(data)}}
}

// doSource carries out an action with a reader that gives the value of Level to the resource, and with tests.
func (b *bed) doSource(t *testing.T, action string, found document.Diagnostics, tests ...pipeline.Test) (pipeline.Result, error) {
	t.Helper()
	d := b.deps()
	d.Terraform = func(files fs.FS, dir string, inputs map[string]string) (*tf.Configuration, document.Diagnostics) {
		if err := b.call("Terraform %s", dir); err != nil {
			return nil, document.Diagnostics{{Severity: document.SeverityError, Code: "AXLE2485", Summary: err.Error()}}
		}
		if dir == "." { // a published source lies by itself
			if _, err := fs.Stat(files, "main.tf"); err != nil {
				return nil, document.Diagnostics{{Severity: document.SeverityError, Code: "AXLE2484", Summary: err.Error()}}
			}
			return &tf.Configuration{Variables: []tf.Variable{{Name: "Level", Type: "string", Default: "none"}, {Name: "Size"}, {Name: "token", Sensitive: true}}}, found
		}
		return &tf.Configuration{
			Dir:       dir,
			Variables: []tf.Variable{{Name: "Level", Type: "string", Default: "none"}, {Name: "token", Sensitive: true}},
			Resources: []tf.Resource{{Address: "terraform_data.a", Mode: "managed", Type: "terraform_data", Values: map[string]any{"input": inputs["Level"]}}},
		}, found
	}
	d.TestSource = func(_ context.Context, _ fs.FS, dir string) ([]pipeline.Test, error) {
		return tests, b.call("TestSource %s", dir)
	}
	stage, name, _ := strings.Cut(action, "/")
	return stages.All(d)[action](t.Context(), b.input(t, stage, name))
}

// F7 F9: alpha judges a source of Terraform as it judges a template.
func TestSourceThroughAlpha(t *testing.T) {
	missed := pipeline.Test{Name: "a: two", File: "q/terraform/a.tftest.hcl", Line: 7, Message: "there are three"}
	fault := document.Diagnostics{{File: "q/terraform/main.tf", Line: 1, Col: 1, Severity: document.SeverityError, Code: "AXLE2488", Summary: "runs code"}}
	for _, c := range []struct {
		name, action string
		change       func(*bed)
		found        document.Diagnostics
		tests        []pipeline.Test
		ends, says   string
	}{
		{name: "lint", action: "alpha/lint", ends: "pass"},
		{name: "what is wrong with the source", action: "alpha/lint", found: fault, ends: "fail AXLE2488", says: "q/terraform/main.tf:1:1"},
		{name: "it is judged by nobody", action: "alpha/policy", found: fault, ends: "unjudged AXLE2111"},
		{name: "nor tested", action: "alpha/unit", found: fault, ends: "unjudged AXLE2111"},
		{name: "a parameter that is no variable", action: "alpha/lint", change: func(b *bed) { b.edit("q/product.yaml", "Level:", "Levels:") },
			ends: "fail AXLE1482", says: `did you mean "Level"?`},
		{name: "a default of what is sensitive", action: "alpha/lint", change: func(b *bed) { b.edit("q/product.yaml", "Level: { default: low }", "token: { default: low }") },
			ends: "fail AXLE1484", says: "which is sensitive"},
		{name: "fixed", action: "alpha/lint", change: func(b *bed) { b.edit("q/product.yaml", "default: low", "fixed: low") }, ends: "fail AXLE1483"},
		{name: "what nothing holds", action: "alpha/lint", change: func(b *bed) { b.edit("q/product.yaml", "default: low", "default: low, allowed_values: [low]") }, ends: "pass AXLE1485"},
		{name: "a test that would not be found", action: "alpha/lint", change: func(b *bed) { b.write("q/tests/a.tftest.hcl", "") },
			ends: "fail AXLE2498", says: "q/tests/a.tftest.hcl: error AXLE2498: terraform test does not find this test"},
		{name: "policy", action: "alpha/policy", ends: "pass", says: "0 violations"},
		{name: "a namespace that leaves it out", action: "alpha/policy", change: func(b *bed) { b.settings("timeout: 5m", "policy: { namespaces: [cloudformation] }") },
			ends: "unjudged AXLE2428", says: "add terraform to stages.alpha.policy.namespaces"},
		{name: "Rego", action: "alpha/unit", ends: "pass", says: "1 tests, 0 failed"},
		{name: "Rego that does not hold", action: "alpha/unit", change: func(b *bed) { b.edit("q/product.yaml", "default: low", "default: high") }, ends: "fail AXLE2420"},
		{name: "what a Rego test names is covered", action: "alpha/unit", ends: "pass", says: "1 of 1 resources have an assertion"},
		{name: "terraform test", action: "alpha/unit", tests: []pipeline.Test{{Name: "a", Passed: true}}, ends: "pass", says: "2 tests, 0 failed"},
		{name: "terraform test that fails", action: "alpha/unit", change: func(b *bed) { b.write("q/terraform/a.tftest.hcl", "") }, tests: []pipeline.Test{missed}, ends: "fail AXLE2461", says: "q/terraform/a.tftest.hcl:7:1: error AXLE2461: a: two failed: there are three"},
		{name: "terraform test that does not run", action: "alpha/unit", change: failing("TestSource"), ends: "unjudged AXLE3002", says: "the world is down"},
		{name: "compatibility", action: "alpha/compatibility", ends: "pass", says: "the first version of topic"},
		{name: "a published version of something else", action: "alpha/compatibility", change: func(b *bed) { b.published = newBed().published }, ends: "unjudged AXLE1212"},
		{name: "a published source, and too small a version", action: "alpha/compatibility", change: func(b *bed) { b.publishedSource("main.tf") }, // CAT-20
			ends: "fail AXLE2302 AXLE2311", says: "q/terraform: error AXLE2311: variable Size is gone: a major change since 1.0.0"},
		{name: "a published source that cannot be read", action: "alpha/compatibility", change: func(b *bed) { b.publishedSource("other") }, ends: "unjudged AXLE2484 AXLE3002"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := sourced()
			if c.change != nil {
				c.change(b)
			}
			res, err := b.doSource(t, c.action, c.found, c.tests...)
			if got := word(res, err); got != c.ends || !strings.Contains(b.text(res, err), c.says) {
				t.Errorf("ends %q, want %q, says\n%s\nwant %q", got, c.ends, b.text(res, err), c.says)
			}
		})
	}
}

// CAT-6: beta has nothing to build such a product with, and says so; it makes nothing.
func TestSourceThroughBeta(t *testing.T) {
	b := newBed()
	b.edit("q/product.yaml", "template: template.yaml", "type: EXTERNAL\nsource: terraform")
	b.write("q/terraform/main.tf", `resource "terraform_data" "a" {}`)
	for _, action := range []string{"beta/provision", "beta/integration", "beta/teardown"} {
		res, err := b.doSource(t, action, nil)
		if got := b.text(res, err); res.Verdict != pipeline.Skipped || err != nil || !strings.Contains(got, "is built by its engine, in gamma") {
			t.Errorf("%s: %s %s", action, word(res, err), got)
		}
	}
	if made := b.called("Provision", "OpenStack", "Delete"); len(made) > 0 {
		t.Errorf("called %v", made)
	}
}

// CAT-6: what an engine does not find is refused, what it passes over is a warning.
func TestSourceForAnEngine(t *testing.T) {
	for name, c := range map[string]struct {
		change     func(*bed)
		ends, says string
	}{
		"no .tf at the root": {func(b *bed) {
			b.write("q/terraform/main.tf", "")
			b.edit("q/product.yaml", "source: terraform", "source: terraform2")
			b.write("q/terraform2/x/main.tf", "")
		},
			"fail AXLE1160", "there is no .tf file in terraform2 itself"},
		".tf.json":  {func(b *bed) { b.write("q/terraform/more.tf.json", "{}") }, "pass AXLE1161", "passes over .tf.json"},
		"500 KiB":   {func(b *bed) { b.write("q/terraform/data.bin", noise(600<<10)) }, "pass AXLE1161", "the packed source has 6"},
		"all there": {func(*bed) {}, "pass", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := sourced()
			c.change(b)
			res, err := b.doSource(t, "alpha/lint", nil)
			if got := word(res, err); got != c.ends || !strings.Contains(b.text(res, err), c.says) {
				t.Errorf("ends %q, want %q, says\n%s", got, c.ends, b.text(res, err))
			}
		})
	}
}

// noise does not pack.
func noise(n int) string {
	r, out := rand.New(rand.NewPCG(1, 2)), make([]byte, n)
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return string(out)
}

package stages

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/products/tf"
)

// F9: coverage counts a resource that a step of a feature spoke of or a Rego test names, and no other.
func TestCoverage(t *testing.T) {
	template, ds := cfn.Parse("t.yaml", []byte(`Resources:
  Bucket: {Type: 'AWS::S3::Bucket'}
  Key: {Type: 'AWS::KMS::Key'}
  Topic: {Type: 'AWS::SNS::Topic'}
  Queue: {Type: 'AWS::SQS::Queue'}
`))
	if template == nil {
		t.Fatal(ds)
	}
	for _, c := range []struct {
		name, rego string
		spoken     []string
		want       string // the asserted, then the missing
	}{
		{"nothing", "", nil, "/Bucket Key Queue Topic"},
		{"a feature", "", []string{"Key", "Gone"}, "Key/Bucket Queue Topic"},
		{"a dotted name", "x := data.template.Resources.Bucket.Properties", nil, "Bucket/Key Queue Topic"},
		{"a name in quotes", `x := resources["Topic"]` + "\ny := [\"Queue\"]", nil, "Queue Topic/Bucket Key"},
		{"a reference to it", `x == "${Bucket.Arn}"; y == "${Key}"`, nil, "/Bucket Key Queue Topic"},
		{"a comment", "# resources.Bucket\nx := 1 # \"Key\"", nil, "/Bucket Key Queue Topic"},
		{"a longer name", "x := resources.BucketPolicy", nil, "/Bucket Key Queue Topic"},
		{"both", "x := r.Bucket", []string{"Queue"}, "Bucket Queue/Key Topic"},
	} {
		spoken := map[string]bool{}
		for _, id := range c.spoken {
			spoken[id] = true
		}
		tree := fstest.MapFS{"p/tests/x_test.rego": {Data: []byte(c.rego)}}
		tests := []policies.TestResult{{File: "p/tests/x_test.rego"}, {File: "p/tests/x_test.rego"}}
		got, err := coverage(template, spoken, tests, []policies.Bundle{{FS: tree, Dir: "p/other"}, {FS: tree, Dir: "p/tests"}})
		if text := strings.Join(got.Asserted, " ") + "/" + strings.Join(got.Missing, " "); err != nil || text != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, text, err, c.want)
		}
		if n, all := got.Of(); n != len(got.Asserted) || all != 4 {
			t.Errorf("%s: %d of %d", c.name, n, all)
		}
	}
	if _, err := coverage(template, nil, []policies.TestResult{{File: "elsewhere.rego"}}, nil); err == nil {
		t.Error("a test file that cannot be read is passed over")
	}
}

// F9: a resource of Terraform is covered when a test names its address, with or without an index; data
// sources are not counted.
func TestSourceCoverage(t *testing.T) {
	source := &tf.Configuration{Resources: []tf.Resource{
		{Address: "aws_kms_key.a", Mode: "managed"}, {Address: `aws_sqs_queue.q["x"]`, Mode: "managed"}, {Address: `aws_sqs_queue.q["y"]`, Mode: "managed"},
		{Address: "module.m.aws_s3_bucket.b[0]", Mode: "managed"}, {Address: "data.aws_region.now", Mode: "data"},
	}}
	const all = "aws_kms_key.a aws_sqs_queue.q module.m.aws_s3_bucket.b"
	for _, c := range []struct {
		name, rego, hcl string
		spoken          []string
		want            string // the asserted, then the missing
	}{
		{"nothing", "", "", nil, "/" + all},
		{"a feature", "", "", []string{`aws_sqs_queue.q["x"]`}, "aws_sqs_queue.q/aws_kms_key.a module.m.aws_s3_bucket.b"},
		{"Rego", `x := data.template.Resources["module.m.aws_s3_bucket.b[0]"]`, "", nil, "module.m.aws_s3_bucket.b/aws_kms_key.a aws_sqs_queue.q"},
		{"Rego, a key in quotes", `x := r["aws_sqs_queue.q[\"x\"]"]`, "", nil, "aws_sqs_queue.q/aws_kms_key.a module.m.aws_s3_bucket.b"},
		{"Rego, a raw text", "x := r[`aws_sqs_queue.q[\"x\"]`]", "", nil, "aws_sqs_queue.q/aws_kms_key.a module.m.aws_s3_bucket.b"},
		{"Rego, a reference to it, a comment", "# \"aws_kms_key.a\"\nx == \"${aws_kms_key.a.arn}\"", "", nil, "/" + all},
		{"terraform test", "", "assert {\n condition = length(aws_sqs_queue.q) == 2 && aws_kms_key.a.id != \"\"\n error_message = \"no\"\n}",
			nil, "aws_kms_key.a aws_sqs_queue.q/module.m.aws_s3_bucket.b"},
		{"terraform test, its message first", "", "assert {\n error_message = \"of aws_sqs_queue.q\"\n condition = aws_kms_key.a.id != null\n}\noverride_resource { target = aws_sqs_queue.q }",
			nil, "aws_kms_key.a/aws_sqs_queue.q module.m.aws_s3_bucket.b"},
	} {
		spoken := map[string]bool{}
		for _, address := range c.spoken {
			spoken[address] = true
		}
		tree := fstest.MapFS{"p/tests/x_test.rego": {Data: []byte(c.rego)}, "p/a.tftest.hcl": {Data: []byte(c.hcl)}}
		got, err := (&commit{tree: tree, source: source}).sourceCoverage(spoken, []pipeline.Test{{File: "p/a.tftest.hcl"}, {File: "p/main.tf"}},
			[]policies.TestResult{{File: "p/tests/x_test.rego"}}, []policies.Bundle{{FS: tree, Dir: "p/tests"}})
		if text := strings.Join(got.Asserted, " ") + "/" + strings.Join(got.Missing, " "); err != nil || text != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, text, err, c.want)
		}
	}
}

// A source in the store: the same files are the same bytes, and they are there again.
func TestPacked(t *testing.T) {
	tree := fstest.MapFS{"p/terraform/main.tf": {Data: []byte("locals {}"), ModTime: time.Now()}, "p/terraform/sub/x.tf": {Data: []byte("x")}, "p/product.yaml": {}}
	first, err := packed(tree, "p/terraform")
	if err != nil {
		t.Fatal(err)
	}
	tree["p/terraform/main.tf"].ModTime = time.Time{}
	again, _ := packed(tree, "p/terraform")
	files, err := unpacked(again)
	if err != nil || !bytes.Equal(first, again) {
		t.Fatal("packed otherwise the second time", err)
	}
	for name, want := range map[string]string{"main.tf": "locals {}", "sub/x.tf": "x"} {
		if got, err := fs.ReadFile(files, name); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, damaged := range [][]byte{nil, []byte("PK"), again[:len(again)/2]} {
		if _, err := unpacked(damaged); err == nil {
			t.Errorf("%d damaged bytes are read", len(damaged))
		}
	}
	if _, err := packed(tree, "p/none"); err == nil {
		t.Error("a folder that is not there is packed")
	}
}

// The tests of the sample products notice what they are there for: without any one of the resources
// that they are said to cover, a scenario fails.
func TestSamplesFeaturesNotice(t *testing.T) {
	for _, sample := range samples(t) {
		tests, asserted, err := play(sample.features, sample.facts(nil))
		if err != nil || len(tests) < 10 || len(failures(tests)) > 0 {
			t.Errorf("%s: %d scenarios, %v: %v", sample.name, len(tests), failures(tests), err)
		}
		for _, r := range sample.template.Resources {
			if !asserted[r.LogicalID] {
				t.Errorf("%s: no feature speaks of %s", sample.name, r.LogicalID)
				continue
			}
			broken, _, err := play(sample.features, sample.facts(func(resources map[string]any) { delete(resources, r.LogicalID) }))
			if err != nil || len(failures(broken)) == 0 {
				t.Errorf("%s: without %s every scenario holds: %v", sample.name, r.LogicalID, err)
			}
		}
		var tags []string
		for _, test := range tests {
			tags = append(tags, test.Tags...)
		}
		if !slices.ContainsFunc(tags, func(tag string) bool { return strings.HasPrefix(tag, "@") }) {
			t.Errorf("%s: no tags", sample.name)
		}
	}
}

package stages

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
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

package tf_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/tf"
)

// plan is one of each: a value, what is known after apply, what is sensitive, a module, what was read.
const plan = `{"format_version": "1.2",
 "planned_values": {"outputs": {"o": {"sensitive": false, "value": 3}, "s": {"sensitive": true, "value": "HUNTER2"}},
  "root_module": {
   "resources": [{"address": "aws_x.a[0]", "mode": "managed", "type": "aws_x", "name": "a", "index": 0,
     "values": {"name": "n", "port": 80, "ratio": 1.5, "absent": null, "password": "HUNTER2", "rule": [{"cidr": "10.0.0.0/8", "group": null}]},
     "sensitive_values": {"password": true, "rule": [{}]}}],
   "child_modules": [{"address": "module.m[\"k.1\"]", "resources": [
     {"address": "module.m[\"k.1\"].aws_y.b", "mode": "managed", "type": "aws_y", "name": "b", "values": {"size": 1}, "sensitive_values": {}}]}]}},
 "resource_changes": [
   {"address": "aws_x.a[0]", "change": {"after_unknown": {"id": true, "key": true, "rule": [{"group": true}]}}},
   {"address": "module.m[\"k.1\"].aws_y.b", "change": {"after_unknown": {"id": true, "of": true}}}],
 "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": [
   {"address": "data.aws_region.now", "mode": "data", "type": "aws_region", "name": "now", "values": {"name": "eu-west-1"}, "sensitive_values": {}},
   {"address": "aws_x.old", "mode": "managed", "type": "aws_x", "name": "old", "values": {}, "sensitive_values": {}}]}}},
 "configuration": {"provider_config": {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws", "version_constraint": "~> 5.0"}},
  "root_module": {
   "variables": {"n": {"default": 2, "description": "how many"}, "p": {"sensitive": true}},
   "resources": [{"address": "aws_x.a", "expressions": {"key": {"references": ["aws_k.main[\"a.b\"].arn", "aws_k.main[\"a.b\"]", "aws_k.main"]},
      "rule": [{"group": {"references": ["aws_g.one.id", "aws_g.one", "var.x"]}}]}}],
   "module_calls": {"m": {"module": {"resources": [{"address": "aws_y.b", "expressions": {"of": {"references": ["aws_z.c.id", "aws_z.c"]}}}]}}}}}}`

// F7: the plan's values in the form that policies read; what is unknown says whose it is.
func TestPlan(t *testing.T) {
	c, ds := tf.Plan("plan.json", []byte(plan))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	after := func(of string) any {
		out := map[string]any{"axle::unknown": "known after apply"}
		if of != "" {
			out["axle::of"] = of
		}
		return out
	}
	hidden := map[string]any{"axle::unknown": "sensitive"}
	want := map[string]any{
		"Resources": map[string]any{
			"aws_x.a[0]": map[string]any{"Type": "aws_x", "Mode": "managed", "Properties": map[string]any{
				"name": "n", "port": int64(80), "ratio": 1.5, "id": after(""), "key": after(`aws_k.main["a.b"]`), "password": hidden,
				"rule": []any{map[string]any{"cidr": "10.0.0.0/8", "group": after("")}}}},
			`module.m["k.1"].aws_y.b`: map[string]any{"Type": "aws_y", "Mode": "managed", "Properties": map[string]any{
				"size": int64(1), "id": after(""), "of": after(`module.m["k.1"].aws_z.c`)}},
			"data.aws_region.now": map[string]any{"Type": "aws_region", "Mode": "data", "Properties": map[string]any{"name": "eu-west-1"}},
		},
		"Parameters": map[string]any{
			"n": map[string]any{"Type": "", "Description": "how many", "NoEcho": false, "Default": int64(2)},
			"p": map[string]any{"Type": "", "Description": "", "NoEcho": true}},
		"Outputs": map[string]any{"o": map[string]any{"Value": int64(3), "NoEcho": false}, "s": map[string]any{"Value": hidden, "NoEcho": true}},
	}
	if got := c.Normal(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if want := []tf.Provider{{Name: "aws", Source: "hashicorp/aws", Version: "~> 5.0"}}; !reflect.DeepEqual(c.Providers, want) {
		t.Errorf("providers %v", c.Providers)
	}
}

// What the provider fills in, nobody has written: it is absent, as in the source. What is written and
// not known stays so, and so does a block, which dynamic may make.
func TestPlanOfWhatTheProviderChooses(t *testing.T) {
	const text = `{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
		{"address": "aws_s3_bucket.a", "mode": "managed", "type": "aws_s3_bucket", "name": "a", "values": {}, "sensitive_values": {}},
		{"address": "aws_s3_bucket.lost", "mode": "managed", "type": "aws_s3_bucket", "name": "lost", "values": {}, "sensitive_values": {}}]}},
	 "resource_changes": [
		{"address": "aws_s3_bucket.a", "change": {"after_unknown": {"acl": true, "policy": true, "ingress": true, "arn": true}}},
		{"address": "aws_s3_bucket.lost", "change": {"after_unknown": {"acl": true}}}],
	 "configuration": {"root_module": {"resources": [{"address": "aws_s3_bucket.a", "expressions": {"policy": {"references": ["var.x"]}}}]}}}`
	c, ds := tf.Plan("plan.json", []byte(text))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	for i, want := range [][]string{{"arn", "ingress", "policy"}, {"acl"}} {
		if got := slices.Sorted(maps.Keys(c.Resources[i].Values)); !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", c.Resources[i].Address, got, want)
		}
	}
}

// A state has values, and nothing that is unknown.
func TestPlanOfState(t *testing.T) {
	c, ds := tf.Plan("state.json", []byte(`{"format_version": "1.0", "values": {"root_module": {"resources": [
		{"address": "aws_x.a", "mode": "managed", "type": "aws_x", "values": {"id": "x-1", "token": "HUNTER2"}, "sensitive_values": {"token": true}}]}}}`))
	if len(ds) > 0 || len(c.Resources) != 1 || c.Resources[0].Values["id"] != "x-1" || c.Resources[0].Values["token"] != (tf.Unknown{Why: "sensitive"}) {
		t.Errorf("%v %v", c, ds)
	}
}

func TestPlanRefusals(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"empty", ``, "p.json:1:1: error AXLE1481: not a plan: EOF"},
		{"not JSON", "{\n  \"format_version\": 1.2,,}", `p.json:2:25: error AXLE1481: not a plan: invalid character ',' looking for beginning of object key string`},
		{"another file", `{"format_version": "0.1", "values": {}}`, `p.json: error AXLE1481: not the output of terraform show -json: its format_version is "0.1", not 1.x`},
		{"a state as it is stored", `{"version": 4, "resources": []}`, `p.json: error AXLE1481: not the output of terraform show -json: its format_version is "", not 1.x`},
		{"neither plan nor state", `{"format_version": "1.0"}`, "p.json: error AXLE1481: there is neither a plan nor a state in it"},
		{"two documents", `{"format_version": "1.0", "values": {}} {}`, "something follows the plan"},
		{"a run that failed", `{"format_version": "1.0", "planned_values": {}, "errored": true}`, "the plan is of a run that failed"},
		{"a type that is none", `{"format_version": "1.0", "values": {"root_module": []}}`, "not a plan: json: cannot unmarshal"},
	} {
		if conf, ds := tf.Plan("p.json", []byte(c.data)); conf != nil || !strings.Contains(ds.Error(), c.want) {
			t.Errorf("%s: %v %v, want %s", c.name, conf, ds, c.want)
		}
	}
}

func FuzzPlan(f *testing.F) {
	f.Add([]byte(plan))
	f.Add([]byte(`{"format_version": "1.0", "values": {"root_module": {"resources": [{"address": "module.\"[", "values": {"a": [1]}}]}}}`))
	f.Add([]byte(`{"format_version": "1.0", "planned_values": {}, "resource_changes": [{"address": "", "change": {"after_unknown": [true]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, ds := tf.Plan("p.json", data)
		if (c == nil) != (ds.Err() != nil) {
			t.Fatalf("%v beside %v", c, ds)
		}
		if c != nil {
			c.Normal()
		}
	})
}

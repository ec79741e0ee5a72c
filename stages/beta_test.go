package stages_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

func TestProvision(t *testing.T) {
	table(t, "beta/provision", []outcome{
		{"a stack in each region", nil, "pass", "eu-west-1 AWS::SNS::Topic"},
		{"events as they come, with their reason", nil, "pass", "CREATE_COMPLETE: made"},
		{"a stack that was rolled back", func(b *bed) { b.created.Status, b.created.Reason = "ROLLBACK_COMPLETE", "Topic: no such key" },
			"fail AXLE2120", "stack axle-r1 in 111111111111 eu-west-1 ended ROLLBACK_COMPLETE: Topic: no such key"}, // X43
		{"a stack whose rollback failed", func(b *bed) { b.created.Status = "ROLLBACK_FAILED" }, "fail AXLE2120", "mend the template"}, // X44
		{"a stack that is still being made", func(b *bed) { b.created.Status = "CREATE_IN_PROGRESS" }, "fail AXLE2120", ""},            // X47
		{"a stack that says nothing", func(b *bed) { b.created.Status = "" }, "fail AXLE2120", ""},
		{"what the sandbox cannot make", func(b *bed) {
			b.created.Status, b.created.Reason = "ROLLBACK_COMPLETE", "AWS::X::Y is not in the sandbox"
		}, "unjudged AXLE3121", "the template may be sound"}, // SBX-61
		{"no account to make it in", func(b *bed) {
			b.settings(`    account: { id: "111111111111", role: CatalogBetaDeploy }`, "    environment: test")
		},
			"unjudged AXLE1215", "stages.beta.account is missing"},
		{"files with errors", func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") }, "unjudged AXLE2111", ""},
		{"CloudFormation is down", failing("Provision"), "unjudged AXLE3002", "the world is down"},
	})
}

// I4: a stack stands in the ledger before it is made, and where that cannot be written it is not made.
func TestTheLedgerComesFirst(t *testing.T) {
	b := newBed()
	if res, err := b.do(t, "beta/provision"); word(res, err) != "pass" {
		t.Fatal(word(res, err))
	}
	order := map[string][]string{} // the regions go side by side
	for _, c := range b.called("OpenStack", "Provision") {
		words := strings.Fields(c)
		order[words[2]] = append(order[words[2]], words[0])
	}
	first := []string{"OpenStack", "Provision"}
	if len(order) != 2 || !slices.Equal(order["eu-west-1"], first) || !slices.Equal(order["us-east-1"], first) {
		t.Errorf("calls %q", order)
	}

	b = newBed()
	failing("OpenStack")(b)
	if res, err := b.do(t, "beta/provision"); word(res, err) != "unjudged AXLE3002" || len(b.called("Provision")) > 0 {
		t.Errorf("%s, and yet %q", word(res, err), b.called("Provision"))
	}
}

// A stack gets the values of product.yaml, and says whose it is: resumed, the same words again.
func TestProvisionAsks(t *testing.T) {
	b := newBed()
	b.settings("stages:\n", "defaults: { regions: [eu-west-1] }\nstages:\n")
	b.edit("q/product.yaml", "Level: { default: low }", "Level: { fixed: high }")
	for range 2 {
		if res, err := b.do(t, "beta/provision"); word(res, err) != "pass" {
			t.Fatalf("%s\n%s", word(res, err), b.text(res, err))
		}
	}
	calls := b.called("Provision")
	if len(calls) != 2 || calls[0] != calls[1] || !strings.HasPrefix(calls[0], "Provision axle-r1 eu-west-1 map[Level:high] map[") || !strings.Contains(calls[0], "axle:run:r1") {
		t.Errorf("%q", calls)
	}
}

func TestIntegration(t *testing.T) {
	none := func(b *bed) { delete(b.files, "q/tests/integration/topic.rego") }
	table(t, "beta/integration", []outcome{
		{"assertions that hold, in each region", nil, "pass", "4 tests, 0 failed"},
		{"a property that is otherwise", func(b *bed) { b.kept.Resources[0].Properties["DisplayName"] = "high" },
			"fail AXLE2420", "test_level_is_the_product_files failed"},
		{"an output that is not there", func(b *bed) { b.kept.Outputs = nil }, "fail AXLE2420", "test_output failed"},
		{"a stack that is gone", func(b *bed) { b.kept.Resources, b.kept.Outputs = nil, nil }, "fail AXLE2420", "4 tests, 4 failed"}, // X48
		{"a test that is no Rego", func(b *bed) { b.write("q/tests/integration/topic.rego", "package x\nnot rego") },
			"unjudged AXLE1402", ""},
		{"no assertions, and none asked for", none, "skipped", "0 tests"},
		{"no assertions, and pipeline.yaml asks for them", func(b *bed) {
			none(b)
			b.settings("  gamma:", "    integration: { regions: [eu-west-1] }\n  gamma:")
		}, "fail AXLE2112", "no integration tests under q/tests/integration"},
		{"in the regions that it names", func(b *bed) { b.settings("  gamma:", "    integration: { regions: [eu-west-1] }\n  gamma:") },
			"pass", "2 tests, 0 failed"},
		{"CloudFormation is down", failing("Describe"), "unjudged AXLE3002", "the world is down"},
	})
}

// An integration test reads where the stack is, what it was asked for, and what came of it.
func TestIntegrationReads(t *testing.T) {
	b := newBed()
	b.write("q/tests/integration/topic.rego", `package integration

test_input if {
	input.account == "111111111111"
	input.region in ["eu-west-1", "us-east-1"]
	input.stack == "axle-r1"
	input.parameters == {"Level": "low"}
	input.outputs == {"Name": "topic-1"}
	input.resources == {"Topic": {"type": "AWS::SNS::Topic", "physical_id": "topic-1", "status": "CREATE_COMPLETE", "properties": {"DisplayName": "low"}}}
}
`)
	res, err := b.do(t, "beta/integration")
	if word(res, err) != "pass" {
		t.Errorf("%s\n%s", word(res, err), b.text(res, err))
	}
	var regions []string
	for _, test := range res.Tests {
		regions = append(regions, test.Region)
	}
	if len(regions) == 0 || slices.Contains(regions, "") {
		t.Errorf("the tests looked at %q", regions) // INT-23
	}
}

// I4, X46: a stack that stays is a leak, by its name and with the reason; it stays in the ledger.
func TestTeardown(t *testing.T) {
	table(t, "beta/teardown", []outcome{
		{"gone", nil, "pass", ""},
		{"one that CloudFormation could not delete", func(b *bed) { b.deleted.Status, b.deleted.Reason = "DELETE_FAILED", "Bucket is not empty" },
			"unjudged AXLE3120", "stack axle-r1 is left in 111111111111 eu-west-1: DELETE_FAILED: Bucket is not empty"},
		{"one that is still being deleted", func(b *bed) { b.deleted.Status = "DELETE_IN_PROGRESS" },
			"unjudged AXLE3120", "stack axle-r1 is left in 111111111111 us-east-1: DELETE_IN_PROGRESS"},
		{"one that says nothing", func(b *bed) { b.deleted.Status = "" }, "unjudged AXLE3120", ""},
		{"CloudFormation is down", failing("Delete"), "unjudged AXLE3120", "the world is down"},
		{"the ledger cannot be written", failing("CloseStack"), "unjudged AXLE3002", "the world is down"},
	})
}

// One stack that stays, or a ledger that fails, keeps no other from being deleted, side by side.
func TestTeardownGoesOn(t *testing.T) {
	for call, closed := range map[string][]string{
		"Delete axle-r1 eu-west-1":     {"CloseStack axle-r1 us-east-1"},
		"CloseStack axle-r1 eu-west-1": {"CloseStack axle-r1 eu-west-1", "CloseStack axle-r1 us-east-1"},
	} {
		b := newBed()
		failing(call)(b)
		res, err := b.do(t, "beta/teardown")
		if err == nil || res.Verdict == pipeline.Pass {
			t.Errorf("%s failed: %s", call, word(res, err))
		}
		if got := b.called("Delete"); len(got) != 2 {
			t.Errorf("%s failed: then %q", call, got)
		}
		if got := slices.Sorted(slices.Values(b.called("CloseStack"))); !slices.Equal(got, closed) {
			t.Errorf("%s failed: then %q, want %q", call, got, closed)
		}
	}
}

// What provision did not like is still taken down: a template that is wrong, a stack that failed.
func TestTeardownAfterAFailure(t *testing.T) {
	for name, spoil := range map[string]func(*bed){
		"a stack that failed":     func(b *bed) { b.created.Status = "ROLLBACK_COMPLETE" },
		"a template that is gone": func(b *bed) { delete(b.files, "q/template.yaml") },
		"a product.yaml at fault": func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") },
		"a world that stops":      failing("Provision"),
	} {
		b := newBed()
		spoil(b)
		run := b.execute(t, b.run(t, stages.Limit{Only: []string{"beta"}}))
		if run.State() != pipeline.StateFailed || len(b.called("Delete")) != 2 || len(b.called("Describe")) > 0 {
			t.Errorf("%s: %s, calls %q", name, run.State(), b.calls)
		}
		if got := run.Results()["beta/teardown"].Verdict; got != pipeline.Pass {
			t.Errorf("%s: teardown %s", name, got)
		}
	}
}

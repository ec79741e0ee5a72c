package policies

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/products/tf"
)

// What a package judges is in its name.
func TestNamespaceOf(t *testing.T) {
	for pack, want := range map[string]string{
		"cloudformation.queues": CloudFormation, "main": CloudFormation, "acme.names": CloudFormation, "acme.names.terraform": CloudFormation,
		"terraform": Terraform, "terraform.queues": Terraform, "acme.terraform.queues": Terraform, "org.terraform.x": Terraform, "axle.terraform.s3_public_acl": Terraform,
	} {
		if got := namespaceOf(strings.Split(pack, ".")); got != want {
			t.Errorf("%s judges %s, want %s", pack, got, want)
		}
	}
}

// infra is a bucket in main.tf whose acl is in clear, and a queue in a module.
func infra() *tf.Configuration {
	at := func(file string, line, col int) tf.Place { return tf.Place{File: file, Line: line, Col: col} }
	return &tf.Configuration{Dir: "infra", Resources: []tf.Resource{
		{Address: "aws_s3_bucket.logs", Mode: "managed", Type: "aws_s3_bucket", Values: map[string]any{"bucket": "logs", "acl": "public-read"},
			Place: at("infra/main.tf", 1, 1), Places: map[string]tf.Place{"acl": at("infra/main.tf", 3, 3)}},
		{Address: "module.q.aws_sqs_queue.q[0]", Mode: "managed", Type: "aws_sqs_queue", Values: map[string]any{"sqs_managed_sse_enabled": tf.Unknown{Why: "known after apply"}},
			Place: at("infra/q/queue.tf", 7, 1)},
	}, Variables: []tf.Variable{{Name: "db_password", Required: true, Place: at("infra/variables.tf", 2, 1)}}}
}

const ownTerraform = `# METADATA
# title: A bucket has a team
# custom:
#   id: ACME-1
#   fix: Set the tag
package acme.terraform.teams

deny contains {"msg": sprintf("%s has no team", [id]), "resource": id, "path": ["Properties", "tags", "team"]} if {
	some id, resource in input.Resources
	resource.Type == "aws_s3_bucket"
	object.get(resource, ["Properties", "tags", "team"], "") == ""
}
`

// F7: a finding of Terraform stands at the argument, else at its block, with address, rule and fix; what is
// not known is a finding. The starter rules, the organization's and the repository's are asked, those of CloudFormation are not.
func TestJudgeTerraform(t *testing.T) {
	org := organization(t, map[string]string{"o.rego": "package org.terraform.o\nwarn contains {\"msg\": \"seen\", \"resource\": id} if some id, _ in input.Resources\n"})
	r := rules(t, org, bundle(map[string]string{"a.rego": ownTerraform, "b.rego": "package cloudformation.b\ndeny contains \"not asked\" if true\n"}))
	report, err := r.JudgeTerraform(context.Background(), infra())
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, f := range report.Findings {
		said[f.Rule+" "+f.Resource] = f.Diagnostic.String() + " | " + f.Hint
		if f.Fingerprint == "" {
			t.Errorf("no fingerprint: %+v", f)
		}
	}
	for key, want := range map[string]string{
		"AXLE-TF-S3-2 aws_s3_bucket.logs":           "infra/main.tf:3:3: error AXLE2400: bucket aws_s3_bucket.logs is public by its access control list (at aws_s3_bucket.logs.acl) | Remove acl",
		"AXLE-TF-S3-1 aws_s3_bucket.logs":           "infra/main.tf:1:1: error AXLE2400: ",
		"ACME-1 aws_s3_bucket.logs":                 "infra/main.tf:1:1: error AXLE2400: aws_s3_bucket.logs has no team (at aws_s3_bucket.logs.tags.team) | Set the tag",
		"AXLE-TF-SQS-1 module.q.aws_sqs_queue.q[0]": "infra/q/queue.tf:7:1: error AXLE2402: module.q.aws_sqs_queue.q[0]: sqs_managed_sse_enabled cannot be judged: known after apply",
		"org.terraform.o aws_s3_bucket.logs":        "infra/main.tf:1:1: warning AXLE2401: seen",
		"AXLE-TF-VAR-1 ":                            "infra/variables.tf:2:1: error AXLE2400: variable db_password is a secret",
	} {
		if !strings.HasPrefix(said[key], want) {
			t.Errorf("%s: %q, want %q", key, said[key], want)
		}
	}
	if strings.Contains(fmt.Sprint(said), "not asked") || report.Tried != len(listed(t, r, Terraform)) {
		t.Errorf("%d tried: %v", report.Tried, said)
	}
	template, err := r.Judge(context.Background(), parsed(t, "Resources: { A: { Type: \"AWS::SNS::Topic\" } }\n"), cfn.Env{})
	if err != nil || strings.Contains(fmt.Sprint(template.all), "seen") || !strings.Contains(fmt.Sprint(template.all), "not asked") {
		t.Errorf("%v, %v", template.all, err)
	}
}

// Exceptions to findings of Terraform: of the folder or a file of it, an address, a path below it.
func TestTerraformExceptions(t *testing.T) {
	const whole = `{ rule: AXLE-TF-S3-2, resource: aws_s3_bucket.logs, path: acl, reason: old site, owner: ann@example.com, expires: 2026-11-21 }`
	report, err := rules(t).JudgeTerraform(context.Background(), infra())
	if err != nil {
		t.Fatal(err)
	}
	for item, excepted := range map[string]int{
		whole: 1,
		strings.Replace(whole, "resource", "template: infra, resource", 1):         1,
		strings.Replace(whole, "resource", "template: infra/main.tf, resource", 1): 1,
		strings.Replace(whole, "resource", "template: infra/q.tf, resource", 1):    0,
		strings.Replace(whole, "resource", "template: other, resource", 1):         0,
		strings.Replace(whole, "path: acl", "path: bucket", 1):                     0,
		strings.Replace(whole, "11-21", "11-20", 1):                                0,
	} {
		after := report.Except(exceptions(t, "  - "+item+"\n"), today)
		if len(after.Excepted) != excepted || after.Errors < report.Errors-excepted {
			t.Errorf("%s: %d excepted, want %d", item, len(after.Excepted), excepted)
		}
	}
	for template, concerned := range map[string]bool{"infra/q/queue.tf": true, "infra": true, "infrastructure/a.tf": false} {
		after := report.Except(exceptions(t, "  - "+strings.Replace(strings.Replace(whole, "11-21", "11-20", 1), "resource", "template: "+template+", resource", 1)+"\n"), today)
		if said := strings.Contains(fmt.Sprint(after.all), "waiver expired"); said != concerned {
			t.Errorf("an expired exception of %s is named: %v", template, said)
		}
	}
}

// policy.namespaces of pipeline.yaml: an unknown one is refused, and what is left out is not judged, so does not pass.
func TestNamespacesAreChosen(t *testing.T) {
	r := rules(t)
	if _, err := r.In([]string{"cloudformation", "teraform"}); document.CodeOf(err) != "AXLE1410" || !strings.Contains(fmt.Sprint(err), "teraform") {
		t.Error(err)
	}
	for _, c := range []struct {
		namespaces          []string
		template, terraform string
	}{
		{nil, "", ""}, {[]string{Terraform}, "AXLE2428", ""}, {[]string{CloudFormation}, "", "AXLE2428"}, {[]string{Terraform, CloudFormation}, "", ""},
	} {
		some, err := r.In(c.namespaces)
		if err != nil {
			t.Fatal(err)
		}
		_, one := some.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
		_, two := some.JudgeTerraform(context.Background(), infra())
		if document.CodeOf(one) != c.template || document.CodeOf(two) != c.terraform {
			t.Errorf("%v: %v, %v", c.namespaces, one, two)
		}
	}
}

// Rules asked alone, by id: axle's and own ones, of either namespace.
func TestOnly(t *testing.T) {
	r := rules(t, bundle(map[string]string{"a.rego": ownTerraform}))
	if _, err := r.Only([]string{"AXLE-S3-O"}); document.CodeOf(err) != "AXLE1417" {
		t.Error(err)
	}
	few, err := r.Only([]string{"AXLE-S3-1", "ACME-1"})
	if err != nil {
		t.Fatal(err)
	}
	template, err := few.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
	if err != nil || len(template.all) != 1 || template.all[0].Rule != "AXLE-S3-1" || template.Tried != 1 {
		t.Errorf("%+v, %v", template, err)
	}
	other := exceptions(t, "  - { rule: AXLE-S3-2, resource: Data, reason: old site, owner: ann@example.com, expires: 2026-11-21 }\n")
	if after := template.Except(other, today); len(after.all) != 1 {
		t.Errorf("an exception to a rule that is not asked is a finding: %v", after.all)
	}
	report, err := few.JudgeTerraform(context.Background(), infra())
	if err != nil || len(report.all) != 1 || report.all[0].Rule != "ACME-1" || report.Tried != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

// A rule that looks for what nothing of its namespace has would never speak: it is refused.
func TestRulesOfTheOtherNamespace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"package a\ndeny contains \"x\" if input.Resources[_].Type == \"aws_s3_bucket\"\n", "rules/x.rego:2:22: error AXLE1415: no template has a resource of type aws_s3_bucket"},
		{"package terraform.a\ndeny contains \"x\" if input.Resources[_].Type == \"AWS::S3::Bucket\"\n", "AXLE1415: no Terraform configuration has a resource of type AWS::S3::Bucket"},
		{"package a\ndeny contains \"x\" if object.get(input.Resources.A, \"Type\", \"\") == \"aws_s3_bucket\"\n", "name it terraform.<what>"},
		{"package a\ndeny contains \"x\" if input.Resources.A.Properties.Name == \"aws_s3_bucket\"\n", ""},
		{"package terraform.a\ndeny contains \"x\" if input.resource_changes\n", "AXLE1416: no Terraform configuration has input.resource_changes"},
		{"package terraform.a\ndeny contains \"x\" if input.Resources.A.DeletionPolicy\n", "no Terraform configuration has input.Resources.A.DeletionPolicy"},
		{"package terraform.a\ndeny contains \"x\" if input.Resources[_].Mode == \"data\"\n", ""},
		{"package acme.terraform.a\nrule contains \"x\" if true\n", "AXLE1405: package has no deny/violation/warn rule"},
	} {
		_, err := New(context.Background(), bundle(map[string]string{"x.rego": c.text}))
		said := fmt.Sprint(err)
		if ds, ok := err.(document.Diagnostics); ok {
			said += ds[0].Hint
		}
		if c.want == "" && err != nil || !strings.Contains(said, c.want) {
			t.Errorf("%s: %v, want %q", c.text, said, c.want)
		}
	}
}

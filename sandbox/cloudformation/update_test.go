package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// SBX-65, SBX-66: what becomes of what an update replaces or removes.
func TestCleanup(t *testing.T) {
	const old = "Resources:\n  Keep: {Type: AWS::SNS::Topic}\n  Bucket: {Type: AWS::S3::Bucket%s, Properties: {BucketName: old}}\n"
	for _, c := range []struct {
		name, policy, next string
		full               bool // the bucket holds an object
		event              string
		left               bool
	}{
		{"replaced", "", "old→new", false, "Bucket DELETE_COMPLETE", false},
		{"replaced, to be retained", ", UpdateReplacePolicy: Retain", "old→new", false, "Bucket DELETE_SKIPPED", true},
		{"replaced, not empty", "", "old→new", true, "Bucket DELETE_FAILED", true},
		{"removed", "", "", false, "Bucket DELETE_COMPLETE", false},
		{"removed, to be retained", ", DeletionPolicy: Retain", "", false, "Bucket DELETE_SKIPPED", true},
		{"removed, not empty", "", "", true, "Bucket DELETE_FAILED", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			template := strings.Replace(old, "%s", c.policy, 1)
			r.create("s", template)
			if c.full {
				r.fill("old")
			}
			next := strings.Replace(template, "BucketName: old", "BucketName: new", 1)
			if c.next == "" {
				next = "Resources:\n  Keep: {Type: AWS::SNS::Topic}\n"
			}
			if s := r.update("s", next); s.StackStatus != "UPDATE_COMPLETE" {
				t.Errorf("%s", s.StackStatus)
			}
			if !has(r.story("s"), "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", c.event, "s UPDATE_COMPLETE") {
				t.Errorf("%v", r.story("s"))
			}
			r.do(func(call *world.Call) {
				if _, left := world.BucketOf(call, "old"); left != c.left {
					t.Errorf("the old bucket is left: %v", left)
				}
				if _, made := world.BucketOf(call, "new"); made != (c.next != "") {
					t.Errorf("the new bucket is there: %v", made)
				}
			})
			if gone := r.remove("s"); gone.StackStatus != "DELETE_COMPLETE" {
				t.Errorf("its deletion ends %s", gone.StackStatus)
			}
		})
	}
}

// SBX-67: a change that may replace is Conditional.
func TestConditionalReplacement(t *testing.T) {
	const table = "Resources:\n  T: {Type: AWS::DynamoDB::Table, Properties: {TableName: t, KeySchema: [{AttributeName: a, KeyType: HASH}]}}"
	r := newRig(t)
	r.create("s", table)
	c := r.propose("s", "c", strings.Replace(table, "AttributeName: a", "AttributeName: b", 1))
	if told(c) != "Modify T Conditional" || c.Changes[0].ResourceChange.Details[0].Target.RequiresRecreation != "Conditionally" {
		t.Errorf("%s", told(c))
	}
}

// Tags of the stack: kept when none are given, taken away by an empty list.
func TestTagsOfAStack(t *testing.T) {
	r := newRig(t)
	tag := func(v string) []types.Tag { return []types.Tag{{Key: aws.String("k"), Value: &v}} }
	r.create("s", bucket, func(in *cf.CreateStackInput) { in.Tags = tag("1") })
	s := r.update("s", bucket, func(in *cf.UpdateStackInput) { in.Tags = tag("2") })
	if s.StackStatus != "UPDATE_COMPLETE" || *s.Tags[0].Value != "2" || r.resources("s")["Bucket"].ResourceStatus != "UPDATE_COMPLETE" {
		t.Errorf("%s %v", s.StackStatus, s.Tags)
	}
	s = r.update("s", "Description: x\n"+strings.Replace(bucket, "Type: AWS::S3::Bucket", "Type: AWS::S3::Bucket\n    Metadata: {a: b}", 1))
	if len(s.Tags) != 1 || *s.Description != "x" {
		t.Errorf("without tags given: %v", s.Tags)
	}
	untagged := "Resources:\n  P: {Type: AWS::SQS::QueuePolicy, Properties: {PolicyDocument: {}, Queues: [q]}}"
	r.create("p", untagged)
	if s := r.update("p", untagged, func(in *cf.UpdateStackInput) { in.Tags = tag("1") }); s.StackStatus != "UPDATE_COMPLETE" || len(s.Tags) != 1 {
		t.Errorf("of a stack whose resources take none: %s %v", s.StackStatus, s.Tags)
	}
}

// RT14: a template that differs in nothing that counts is no update.
func TestNothingToUpdate(t *testing.T) {
	r := newRig(t)
	r.create("s", bucket)
	for name, template := range map[string]string{
		"the same":               bucket,
		"a comment":              "# hello\n" + bucket,
		"a description":          "Description: hello\n" + bucket,
		"a parameter unused":     "Parameters: {P: {Type: String, Default: x}}" + bucket,
		"a deletion policy only": strings.Replace(bucket, "Type: AWS::S3::Bucket", "Type: AWS::S3::Bucket\n    DeletionPolicy: Retain", 1),
		"JSON instead of YAML":   `{"Resources":{"Bucket":{"Type":"AWS::S3::Bucket"}},"Outputs":{"Name":{"Value":{"Ref":"Bucket"}},"Arn":{"Value":{"Fn::GetAtt":["Bucket","Arn"]}}}}`,
	} {
		_, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: &template})
		if err == nil {
			t.Errorf("%s was an update", name)
			continue
		}
		wants(t, err, "ValidationError", "No updates are to be performed.")
	}
}

// Requests that contradict themselves.
func TestContradictions(t *testing.T) {
	r := newRig(t)
	r.create("s", bucket)
	url := "https://axle-artifacts-999999999999-eu-west-1.s3.eu-west-1.amazonaws.com/t"
	_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("x"), TemplateBody: aws.String(bucket), TemplateURL: &url})
	wants(t, err, "ValidationError", "Either Template URL or Template Body must be specified.")
	_, err = r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("x")})
	wants(t, err, "ValidationError", "Either Template URL or Template Body must be specified.")
	_, err = r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("x"), TemplateBody: aws.String(bucket), OnFailure: "DELETE", DisableRollback: aws.Bool(true)})
	wants(t, err, "ValidationError", "only one of DisableRollback and OnFailure")
	_, err = r.DescribeStackResources(r.ctx, &cf.DescribeStackResourcesInput{})
	wants(t, err, "ValidationError", "stackName")
	_, err = r.DescribeStackResources(r.ctx, &cf.DescribeStackResourcesInput{StackName: aws.String("s"), PhysicalResourceId: aws.String("p")})
	wants(t, err, "ValidationError", "only one of StackName and PhysicalResourceId")
	_, err = r.DescribeStackResources(r.ctx, &cf.DescribeStackResourcesInput{PhysicalResourceId: aws.String("nil")})
	wants(t, err, "ValidationError", "Stack for nil does not exist")
	_, err = r.DescribeChangeSet(r.ctx, &cf.DescribeChangeSetInput{ChangeSetName: aws.String("c")})
	wants(t, err, "ValidationError", "StackName must be specified")
	_, err = r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: aws.String("s"), RoleARN: aws.String("arn:aws:iam::999999999999:role/Nil")})
	wants(t, err, "ValidationError", "cannot be assumed")
	if s := r.create("d", bucket, func(in *cf.CreateStackInput) { in.DisableRollback = aws.Bool(true) }); !*s.DisableRollback {
		t.Error("DisableRollback is forgotten")
	}
}

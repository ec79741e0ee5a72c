package cloudformation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// broken makes a bucket that a queue waits for, and the queue has a property that none has.
const broken = `
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: mine}%s}
  Queue: {Type: AWS::SQS::Queue, DependsOn: Bucket, Properties: {Colour: red}}
  Topic: {Type: AWS::SNS::Topic, DependsOn: Queue}
`

// SBX-63, SBX-65, X43: a fault in a resource fails it, and the stack goes back.
func TestCreateRollsBack(t *testing.T) {
	for _, c := range []struct {
		on, policy string
		status     types.StackStatus
		ends       []string
		bucket     bool // is left
	}{
		{"", "", "ROLLBACK_COMPLETE", []string{"s ROLLBACK_IN_PROGRESS", "Queue DELETE_COMPLETE", "Bucket DELETE_IN_PROGRESS", "Bucket DELETE_COMPLETE", "s ROLLBACK_COMPLETE"}, false},
		{"ROLLBACK", ", DeletionPolicy: Retain", "ROLLBACK_COMPLETE", []string{"Bucket DELETE_SKIPPED", "s ROLLBACK_COMPLETE"}, true},
		{"ROLLBACK", ", DeletionPolicy: RetainExceptOnCreate", "ROLLBACK_COMPLETE", []string{"Bucket DELETE_COMPLETE", "s ROLLBACK_COMPLETE"}, false},
		{"DO_NOTHING", "", "CREATE_FAILED", []string{"s CREATE_FAILED"}, true},
		{"DELETE", "", "DELETE_COMPLETE", []string{"s DELETE_IN_PROGRESS", "Bucket DELETE_COMPLETE", "s DELETE_COMPLETE"}, false},
	} {
		t.Run(c.on+c.policy, func(t *testing.T) {
			r := newRig(t)
			out, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(fmt.Sprintf(broken, c.policy)), OnFailure: types.OnFailure(c.on)})
			if err != nil {
				t.Fatal(err)
			}
			if s := r.settle(*out.StackId); s.StackStatus != c.status || len(s.Outputs) > 0 {
				t.Errorf("ends %s, outputs %v", s.StackStatus, s.Outputs)
			}
			story := r.story(*out.StackId)
			if !has(story, append([]string{"Bucket CREATE_COMPLETE", "Queue CREATE_IN_PROGRESS", "Queue CREATE_FAILED"}, c.ends...)...) || has(story, "Topic CREATE_IN_PROGRESS") {
				t.Errorf("%v", story)
			}
			for _, e := range r.events(*out.StackId) {
				if e.ResourceStatus == "CREATE_FAILED" && *e.LogicalResourceId == "Queue" && !strings.Contains(*e.ResourceStatusReason, "extraneous key [Colour]") {
					t.Errorf("reason: %s", *e.ResourceStatusReason)
				}
				if e.ResourceStatus == "ROLLBACK_IN_PROGRESS" && *e.ResourceStatusReason != "The following resource(s) failed to create: [Queue]. Rollback requested by user." {
					t.Errorf("reason: %s", *e.ResourceStatusReason)
				}
			}
			r.do(func(call *world.Call) {
				if _, left := world.BucketOf(call, "mine"); left != c.bucket {
					t.Errorf("bucket left: %v", left)
				}
			})
			if c.status == "ROLLBACK_COMPLETE" {
				_, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(bucket)})
				wants(t, err, "ValidationError", "is in ROLLBACK_COMPLETE state and can not be updated") // RT14
				if gone := r.remove("s"); gone.StackStatus != "DELETE_COMPLETE" {
					t.Errorf("its deletion ends %s", gone.StackStatus)
				}
			}
		})
	}
}

// SBX-63, X49: what makes a resource fail, and how it says so.
func TestWhyAResourceFails(t *testing.T) {
	for _, c := range []struct{ name, resource, reason string }{
		{"unknown property", "{Type: AWS::SNS::Topic, Properties: {Nam: x}}", "#: extraneous key [Nam] is not permitted"},
		{"missing property", "{Type: AWS::S3::BucketPolicy, Properties: {Bucket: b}}", "#: required key [PolicyDocument] not found"},
		{"a name another stack has", "{Type: AWS::SQS::Queue, Properties: {QueueName: taken}}", "already exists in stack arn:aws:cloudformation"},
		{"a bucket's name that is taken anywhere", "{Type: AWS::S3::Bucket, Properties: {BucketName: axle-artifacts-999999999999-us-east-1}}", "axle-artifacts-999999999999-us-east-1 already exists"},
		{"a role's name that is taken", "{Type: AWS::IAM::Role, Properties: {RoleName: SCLaunchStorage, AssumeRolePolicyDocument: {}}}", "SCLaunchStorage already exists"},
		{"a name another resource of the stack has", "{Type: AWS::SNS::Topic, Properties: {TopicName: twice}}\n  Other: {Type: AWS::SNS::Topic, DependsOn: R, Properties: {TopicName: twice}}", "twice already exists"},
		{"a name made of a secret", "{Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Secret}}", "A physical name made of a NoEcho parameter is not in the sandbox"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.create("first", "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: taken}}")
			s := r.create("s", "Parameters: {Secret: {Type: String, NoEcho: true, Default: x}}\nResources:\n  R: "+c.resource, func(in *cf.CreateStackInput) {
				in.Capabilities = []types.Capability{"CAPABILITY_NAMED_IAM"}
			})
			var reasons []string
			for _, e := range r.events("s") {
				if e.ResourceStatus == "CREATE_FAILED" {
					reasons = append(reasons, *e.ResourceStatusReason)
				}
			}
			if s.StackStatus != "ROLLBACK_COMPLETE" || !strings.Contains(strings.Join(reasons, "\n"), c.reason) {
				t.Errorf("%s: %q", s.StackStatus, reasons)
			}
			r.remove("s")
			r.do(func(call *world.Call) {
				if _, ok := world.RoleOf(call, account, "SCLaunchStorage"); !ok {
					t.Error("the rollback took away a role that was not the stack's")
				}
			})
		})
	}
}

const before = `
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: mine}}
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: old, TopicName: news}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: old}}
  Gone: {Type: AWS::SQS::Queue, Properties: {QueueName: gone}}
  Rule:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [x]}, Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]}
Outputs:
  Queue: {Value: !Ref Queue}
`

var after = strings.NewReplacer("DisplayName: old", "DisplayName: new", "QueueName: old", "QueueName: new", "BucketName: mine}", "BucketName: mine, VersioningConfiguration: {Status: Enabled}}",
	"  Gone: {Type: AWS::SQS::Queue, Properties: {QueueName: gone}}\n", "  Added: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /added}}\n").Replace(before)

// SBX-65: an update changes in place, replaces, adds, and cleans up last.
func TestUpdate(t *testing.T) {
	r := newRig(t)
	r.create("s", before)
	old := r.resources("s")
	s := r.update("s", after)
	if s.StackStatus != "UPDATE_COMPLETE" || s.LastUpdatedTime == nil || !strings.HasSuffix(outputs(s)["Queue"], "/new") {
		t.Fatalf("%s %v", s.StackStatus, outputs(s))
	}
	story := r.story("s")
	if !has(story, "s UPDATE_IN_PROGRESS", "Queue UPDATE_IN_PROGRESS", "Queue UPDATE_COMPLETE", "Rule UPDATE_IN_PROGRESS", "Rule UPDATE_COMPLETE",
		"s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Queue DELETE_COMPLETE", "s UPDATE_COMPLETE") ||
		!has(story, "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Gone DELETE_COMPLETE", "s UPDATE_COMPLETE") || !has(story, "Added CREATE_COMPLETE", "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") {
		t.Errorf("%v", story)
	}
	now := r.resources("s")
	if _, still := now["Gone"]; still || now["Queue"].ResourceStatus != "UPDATE_COMPLETE" || *now["Topic"].PhysicalResourceId != *old["Topic"].PhysicalResourceId {
		t.Errorf("%+v", now)
	}
	r.do(func(c *world.Call) {
		if b, _ := world.BucketOf(c, "mine"); !b.Versioned {
			t.Error("the bucket's row is not versioned")
		}
	})
	if free := r.create("other", "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: old}}\n  B: {Type: AWS::SQS::Queue, Properties: {QueueName: gone}}"); free.StackStatus != "CREATE_COMPLETE" {
		t.Errorf("the old names are not free: %s", free.StackStatus)
	}
	_, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(after)})
	wants(t, err, "ValidationError", "No updates are to be performed.") // RT14
	_, err = r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("nil"), TemplateBody: aws.String(after)})
	wants(t, err, "ValidationError", "Stack [nil] does not exist")
	_, err = r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(strings.Replace(after, "{Type: AWS::SNS::Topic, Properties: {DisplayName: new, TopicName: news}}", "{Type: AWS::Logs::LogGroup}", 1))})
	wants(t, err, "ValidationError", "Update of resource type is not permitted. The new template modifies resource type of the following resources: [Topic]")
}

// SBX-65: a failed update restores every value, and takes away what it made.
func TestUpdateRollsBack(t *testing.T) {
	for _, c := range []struct{ name, fault, reason string }{
		{"a new resource fails", "  Bad: {Type: AWS::SNS::Topic, DependsOn: Rule, Properties: {Nam: x}}\nOutputs:", "failed to create: [Bad]"},
		{"a named one cannot be replaced", "  Bad: {Type: AWS::DynamoDB::Table, Properties: {TableName: t, KeySchema: [{AttributeName: b, KeyType: HASH}], ImportSourceSpecification: {S3BucketSource: {S3Bucket: b}, InputFormat: CSV}}}\nOutputs:", "failed to update: [Bad]"},
		{"an export is another's", "Outputs:\n  Mine: {Value: x, Export: {Name: taken}}", "Export with name taken is already exported by stack first"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.create("first", bucket+"  X: {Value: x, Export: {Name: taken}}")
			table := "  Bad: {Type: AWS::DynamoDB::Table, Properties: {TableName: t, KeySchema: [{AttributeName: a, KeyType: HASH}]}}\nOutputs:"
			original := before
			if strings.Contains(c.fault, "DynamoDB") {
				original = strings.Replace(before, "Outputs:", table, 1)
			}
			r.create("s", original)
			old, properties := r.resources("s"), r.recorded("s", "Topic")
			s := r.update("s", strings.Replace(after, "Outputs:", c.fault, 1))
			story := r.story("s")
			if s.StackStatus != "UPDATE_ROLLBACK_COMPLETE" || !has(story, "s UPDATE_IN_PROGRESS", "Topic UPDATE_COMPLETE", "s UPDATE_ROLLBACK_IN_PROGRESS", "Topic UPDATE_COMPLETE", "s UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "s UPDATE_ROLLBACK_COMPLETE") {
				t.Errorf("%s: %v", s.StackStatus, story)
			}
			told := ""
			for _, e := range r.events("s") {
				if e.ResourceStatus == "UPDATE_ROLLBACK_IN_PROGRESS" {
					told = *e.ResourceStatusReason
				}
			}
			if !strings.Contains(told, c.reason) {
				t.Errorf("reason: %q", told)
			}
			now := r.resources("s")
			if len(now) != len(old) {
				t.Errorf("%d resources, had %d", len(now), len(old))
			}
			for id, was := range old {
				if *now[id].PhysicalResourceId != *was.PhysicalResourceId || strings.HasSuffix(string(now[id].ResourceStatus), "FAILED") {
					t.Errorf("%s: %s %s", id, *now[id].PhysicalResourceId, now[id].ResourceStatus)
				}
			}
			if got := r.recorded("s", "Topic"); fmt.Sprint(got) != fmt.Sprint(properties) {
				t.Errorf("Topic: %v, was %v", got, properties)
			}
			if !strings.HasSuffix(outputs(s)["Queue"], "/old") {
				t.Errorf("outputs %v", outputs(s))
			}
			template, err := r.GetTemplate(r.ctx, &cf.GetTemplateInput{StackName: aws.String("s")})
			if err != nil || *template.TemplateBody != original {
				t.Errorf("the template is not the old one: %v", err)
			}
			if again := r.update("s", strings.Replace(after, "DisplayName: new", "DisplayName: newer", 1)); again.StackStatus != "UPDATE_COMPLETE" {
				t.Errorf("a good update after it: %s", again.StackStatus)
			}
		})
	}
}

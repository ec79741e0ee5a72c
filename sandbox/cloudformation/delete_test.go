package cloudformation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/axle-cd/axle/sandbox/world"
)

const mine = `
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: mine}}
  Queue: {Type: AWS::SQS::Queue}
`

func (r *rig) fill(name string) {
	r.do(func(c *world.Call) { world.PutObject(c, world.Object{Bucket: name, Key: "k", Body: []byte("v")}) })
}

func (r *rig) empty(name string) {
	r.do(func(c *world.Call) { world.RemoveObject(c, name, "k") })
}

// SBX-65, X46: what cannot be deleted stays, says why, and can be tried again or let go.
func TestDeletionFails(t *testing.T) {
	for _, c := range []struct {
		name  string
		again cf.DeleteStackInput
		clear bool
		ends  types.StackStatus
		left  bool
	}{
		{"emptied and tried again", cf.DeleteStackInput{}, true, "DELETE_COMPLETE", false},
		{"tried again", cf.DeleteStackInput{}, false, "DELETE_FAILED", true},
		{"let go", cf.DeleteStackInput{RetainResources: []string{"Bucket"}}, false, "DELETE_COMPLETE", true},
		{"forced", cf.DeleteStackInput{DeletionMode: types.DeletionModeForceDeleteStack}, false, "DELETE_COMPLETE", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			id := *r.create("s", mine).StackId
			r.fill("mine")
			_, err := r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: &id, RetainResources: []string{"Bucket"}})
			wants(t, err, "ValidationError", "DELETE_FAILED")
			s := r.remove("s")
			if s.StackStatus != "DELETE_FAILED" || *s.StackStatusReason != "The following resource(s) failed to delete: [Bucket]. " {
				t.Fatalf("%s %s", s.StackStatus, aws.ToString(s.StackStatusReason))
			}
			got := r.resources("s")
			if !strings.Contains(aws.ToString(got["Bucket"].ResourceStatusReason), "is not empty") || got["Queue"].ResourceStatus != "DELETE_COMPLETE" {
				t.Errorf("%+v", got)
			}
			if c.clear {
				r.empty("mine")
			}
			c.again.StackName = &id
			if _, err := r.DeleteStack(r.ctx, &c.again); err != nil {
				t.Fatal(err)
			}
			if s := r.settle(id); s.StackStatus != c.ends {
				t.Errorf("ends %s", s.StackStatus)
			}
			r.do(func(call *world.Call) {
				if _, left := world.BucketOf(call, "mine"); left != c.left {
					t.Errorf("bucket left: %v", left)
				}
			})
		})
	}
}

// What a failed deletion still needs is not touched.
func TestDeletionSparesWhatStandingResourcesNeed(t *testing.T) {
	r := newRig(t)
	r.create("s", "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n  Bucket: {Type: AWS::S3::Bucket, DependsOn: Topic, Properties: {BucketName: mine}}")
	r.fill("mine")
	r.remove("s")
	if got := r.resources("s")["Topic"].ResourceStatus; got != "CREATE_COMPLETE" {
		t.Errorf("Topic: %s", got)
	}
}

// SBX-66: Retain lets a resource outlive its stack; its name stays taken.
func TestRetain(t *testing.T) {
	r := newRig(t)
	retained := strings.Replace(mine, "AWS::S3::Bucket,", "AWS::S3::Bucket, DeletionPolicy: Retain,", 1)
	id := *r.create("s", retained).StackId
	if s := r.remove("s"); s.StackStatus != "DELETE_COMPLETE" || !has(r.story(id), "Bucket DELETE_SKIPPED", "s DELETE_COMPLETE") {
		t.Errorf("%s %v", s.StackStatus, r.story(id))
	}
	if s := r.create("s2", mine); s.StackStatus != "ROLLBACK_COMPLETE" {
		t.Errorf("the retained bucket's name was free: %s", s.StackStatus)
	}
}

// SBX-66, X46
func TestTerminationProtection(t *testing.T) {
	r := newRig(t)
	r.create("s", mine, func(in *cf.CreateStackInput) { in.EnableTerminationProtection = aws.Bool(true) })
	_, err := r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: aws.String("s")})
	wants(t, err, "ValidationError", "Stack [s] cannot be deleted while TerminationProtection is enabled")
	if _, err := r.UpdateTerminationProtection(r.ctx, &cf.UpdateTerminationProtectionInput{StackName: aws.String("s"), EnableTerminationProtection: aws.Bool(false)}); err != nil {
		t.Fatal(err)
	}
	if s := r.remove("s"); s.StackStatus != "DELETE_COMPLETE" {
		t.Error(s.StackStatus)
	}
}

// A deletion ends a creation under way: what had not begun never comes, and no name stays taken.
func TestDeletionDuringCreation(t *testing.T) {
	r := newRig(t)
	template := "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n  Bucket: {Type: AWS::S3::Bucket, DependsOn: Queue, Properties: {BucketName: mine}}\nOutputs: {Q: {Value: !Ref Queue, Export: {Name: q}}}"
	out, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: &template})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.remove("s"); s.StackStatus != "DELETE_COMPLETE" {
		t.Error(s.StackStatus)
	}
	story := r.story(*out.StackId)
	if has(story, "Bucket CREATE_IN_PROGRESS") || has(story, "s CREATE_COMPLETE") || !has(story, "Queue CREATE_IN_PROGRESS", "s DELETE_IN_PROGRESS", "Queue DELETE_COMPLETE") {
		t.Errorf("%v", story)
	}
	if s := r.create("s", template); s.StackStatus != "CREATE_COMPLETE" {
		t.Errorf("made again: %s", s.StackStatus)
	}
}

// The same while it rolls back: what is gone is not deleted again, what stands is.
func TestDeletionDuringRollback(t *testing.T) {
	r := newRig(t)
	out, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(fmt.Sprintf(broken, ""))})
	if err != nil {
		t.Fatal(err)
	}
	r.pass(3500 * time.Millisecond)
	if s := r.stack("s"); s.StackStatus != "ROLLBACK_IN_PROGRESS" {
		t.Fatal(s.StackStatus)
	}
	other := "Resources:\n  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: mine}}" // the name is free again
	if _, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("other"), TemplateBody: &other}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: out.StackId}); err != nil {
		t.Fatal(err)
	}
	if s := r.settle(*out.StackId); s.StackStatus != "DELETE_COMPLETE" {
		t.Errorf("%s: %v", s.StackStatus, r.story(*out.StackId))
	}
	for id, x := range r.resources(*out.StackId) {
		if x.ResourceStatus != "DELETE_COMPLETE" {
			t.Errorf("%s is %s", id, x.ResourceStatus)
		}
	}
	r.do(func(c *world.Call) {
		if _, left := world.BucketOf(c, "mine"); !left {
			t.Error("it took another stack's bucket")
		}
	})
}

// SBX-65: while an update runs, nothing else is begun.
func TestOneOperationAtATime(t *testing.T) {
	r := newRig(t)
	r.create("s", before)
	if _, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(after)}); err != nil {
		t.Fatal(err)
	}
	_, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(before)})
	wants(t, err, "ValidationError", "is in UPDATE_IN_PROGRESS state and can not be updated")
	_, err = r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: aws.String("s")})
	wants(t, err, "ValidationError", "cannot be deleted while in status UPDATE_IN_PROGRESS")
	r.pass(time.Minute)
	if s := r.remove("s"); s.StackStatus != "DELETE_COMPLETE" {
		t.Error(s.StackStatus)
	}
	if _, err := r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: aws.String("never")}); err != nil {
		t.Errorf("a stack that is not there: %v", err)
	}
}

// The record is the row its API shows: S3 sees the bucket a stack has made, a stack sees what
// S3 has put into it.
func TestBucketIsS3s(t *testing.T) {
	r := newRig(t)
	r.create("s", mine)
	client := s3.New(s3.Options{Region: region, Credentials: r.keys(), HTTPClient: r.Options().HTTPClient, Retryer: aws.NopRetryer{}})
	if _, err := client.PutObject(r.ctx, &s3.PutObjectInput{Bucket: aws.String("mine"), Key: aws.String("k"), Body: strings.NewReader(mine)}); err != nil {
		t.Fatal(err)
	}
	if s := r.remove("s"); s.StackStatus != "DELETE_FAILED" {
		t.Errorf("with an object in it: %s", s.StackStatus)
	}
	url := "https://mine.s3.eu-west-1.amazonaws.com/k"
	if _, err := r.ValidateTemplate(r.ctx, &cf.ValidateTemplateInput{TemplateURL: &url}); err != nil {
		t.Errorf("a template by S3: %v", err)
	}
	_, err := r.ValidateTemplate(r.ctx, &cf.ValidateTemplateInput{TemplateURL: aws.String(url + "nil")})
	wants(t, err, "ValidationError", "S3 error: The specified key does not exist.")
	if strings.Count(err.Error(), "S3 error") != 1 {
		t.Error(err)
	}
}

package cloudformation_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/sandbox/world"
)

// crowd is a template whose names other stacks of the walk want too, and which is often wrong.
func crowd(rng *rand.Rand) string {
	var b strings.Builder
	b.WriteString("Resources:\n  Always: {Type: AWS::SNS::Topic}\n")
	if rng.IntN(2) == 0 {
		policy := []string{"", ", DeletionPolicy: Retain", ", UpdateReplacePolicy: Retain", ", DeletionPolicy: RetainExceptOnCreate"}[rng.IntN(4)]
		fmt.Fprintf(&b, "  Bucket: {Type: AWS::S3::Bucket%s, DependsOn: Always, Properties: {BucketName: walk-%d}}\n", policy, rng.IntN(3))
	}
	if rng.IntN(2) == 0 {
		fmt.Fprintf(&b, "  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: walk-%d, DelaySeconds: %d}}\n", rng.IntN(3), rng.IntN(2))
	}
	if rng.IntN(4) == 0 {
		b.WriteString("  Bad: {Type: AWS::SNS::Topic, DependsOn: Always, Properties: {Colour: red}}\n")
	}
	if rng.IntN(3) == 0 {
		b.WriteString("  User: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue walk}}\n")
	}
	b.WriteString("Outputs:\n  T: {Value: !Ref Always")
	if rng.IntN(3) == 0 {
		b.WriteString(", Export: {Name: walk}")
	}
	return b.String() + "}\n"
}

// step does one thing to one of three stacks, at whatever state it is in.
func (r *rig) step(rng *rand.Rand) (string, error) {
	name, template := fmt.Sprintf("w%d", rng.IntN(3)), crowd(rng)
	set := fmt.Sprintf("c%d", rng.IntN(2))
	switch rng.IntN(8) {
	case 0, 1:
		on := []types.OnFailure{"", "DELETE", "DO_NOTHING"}[rng.IntN(3)]
		_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: &name, TemplateBody: &template, OnFailure: on})
		return "create " + name, err
	case 2, 3:
		_, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: &name, TemplateBody: &template})
		return "update " + name, err
	case 4:
		kind := []types.ChangeSetType{"CREATE", "UPDATE"}[rng.IntN(2)]
		_, err := r.CreateChangeSet(r.ctx, &cf.CreateChangeSetInput{StackName: &name, ChangeSetName: &set, ChangeSetType: kind, TemplateBody: &template})
		return "propose " + name, err
	case 5:
		_, err := r.ExecuteChangeSet(r.ctx, &cf.ExecuteChangeSetInput{StackName: &name, ChangeSetName: &set})
		return "execute " + name, err
	case 6:
		_, err := r.DeleteChangeSet(r.ctx, &cf.DeleteChangeSetInput{StackName: &name, ChangeSetName: &set})
		return "withdraw " + name, err
	}
	_, err := r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: &name})
	return "delete " + name, err
}

// SBX-65, SBX-69: whatever is asked in whatever order and at whatever moment, no answer is a
// fault of ours, nothing hangs, and nothing is left that nobody owns.
func TestRandomWalk(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 2))
		r := newRig(t)
		done := map[string]int{}
		for range 30 {
			what, err := r.step(rng)
			var refused smithy.APIError
			switch {
			case err == nil:
				done[strings.Fields(what)[0]]++
			case !errors.As(err, &refused) || refused.ErrorCode() == "InternalFailure" || refused.ErrorCode() == "NotImplemented":
				t.Fatalf("seed %d: %s: %v", seed, what, err)
			}
			r.pass(time.Duration(rng.IntN(5000)) * time.Millisecond)
		}
		if len(done) < 3 {
			t.Errorf("seed %d did little: %v", seed, done)
		}
		r.leave(seed)
	}
}

// leave deletes every stack and looks that all of them are gone, at most blocked by an import.
func (r *rig) leave(seed uint64) {
	r.t.Helper()
	for range 4 { // importers go before what they import
		r.pass(time.Minute)
		all, err := r.DescribeStacks(r.ctx, &cf.DescribeStacksInput{})
		if err != nil {
			r.t.Fatal(err)
		}
		for _, s := range all.Stacks {
			if status := string(s.StackStatus); strings.HasSuffix(status, "IN_PROGRESS") && status != "REVIEW_IN_PROGRESS" {
				r.t.Fatalf("seed %d: %s hangs in %s", seed, *s.StackName, status)
			}
			if _, err := r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: s.StackId}); err != nil {
				r.t.Fatalf("seed %d: %v", seed, err)
			}
		}
	}
	all, err := r.DescribeStacks(r.ctx, &cf.DescribeStacksInput{})
	if err != nil || len(all.Stacks) > 0 {
		r.t.Errorf("seed %d: left %v %v", seed, all.Stacks, err)
	}
	sets, err := r.ListExports(r.ctx, &cf.ListExportsInput{})
	if err != nil || len(sets.Exports) > 0 {
		r.t.Errorf("seed %d: exports are left: %v %v", seed, sets.Exports, err)
	}
	r.do(func(c *world.Call) {
		for _, b := range world.List[world.Bucket](c.In("", ""), world.KindBucket) {
			if strings.HasPrefix(b.Name, "walk-") && r.retainer(c, b.Name) == "" {
				r.t.Errorf("seed %d: bucket %s is left, and no stack retains it", seed, b.Name)
			}
		}
	})
}

// retainer is the stack that a bucket's row names as the one that let it go.
func (r *rig) retainer(c *world.Call, bucket string) string {
	h, _ := world.Get[struct{ StackID string }](c, "stack-resource", "AWS::S3::Bucket/"+bucket)
	return h.StackID
}

// A name goes from a stack to the next as soon as the first one lets it go.
func TestNamesAreFreeAgain(t *testing.T) {
	const template = "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: one}}\n  R: {Type: AWS::IAM::Role, Properties: {RoleName: one, AssumeRolePolicyDocument: {}}}\n  L: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /one}}"
	named := func(in *cf.CreateStackInput) { in.Capabilities = []types.Capability{"CAPABILITY_NAMED_IAM"} }
	r := newRig(t)
	r.create("a", template, named)
	if s := r.create("b", template, named); s.StackStatus != "ROLLBACK_COMPLETE" {
		t.Errorf("while a has them: %s", s.StackStatus)
	}
	r.remove("a")
	if s := r.create("c", template, named); s.StackStatus != "CREATE_COMPLETE" {
		t.Errorf("when a is gone: %s", s.StackStatus)
	}
	elsewhere := cf.New(r.Options(), func(o *cf.Options) { o.Region = "us-east-1" })
	queue := "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: one}}"
	role := "Resources:\n  R: {Type: AWS::IAM::Role, Properties: {RoleName: one, AssumeRolePolicyDocument: {}}}"
	for name, body := range map[string]string{"queue": queue, "role": role} {
		in := &cf.CreateStackInput{StackName: &name, TemplateBody: &body}
		named(in)
		if _, err := elsewhere.CreateStack(r.ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	r.pass(time.Minute)
	for name, want := range map[string]types.StackStatus{"queue": "CREATE_COMPLETE", "role": "ROLLBACK_COMPLETE"} { // IAM is one for all regions
		out, err := elsewhere.DescribeStacks(r.ctx, &cf.DescribeStacksInput{StackName: aws.String(name)})
		if err != nil || out.Stacks[0].StackStatus != want {
			t.Errorf("the name of a %s in another region: %v %v", name, out.Stacks[0].StackStatus, err)
		}
	}
}

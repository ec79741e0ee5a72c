package cloudformation_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/s3"
	"github.com/axle-cd/axle/sandbox/world"
)

// rig is a sandbox, and the SDK's own client in its hub account.
type rig struct {
	*cf.Client
	t     *testing.T
	ctx   context.Context
	box   *sandbox.Sandbox
	store world.Store
}

const account, region = "999999999999", "eu-west-1"

func newRig(t *testing.T) *rig {
	t.Helper()
	store := world.Memory()
	box, err := sandbox.New(store, sandbox.Options{Wall: time.Now, Seed: []byte(t.Name()), Services: []world.Service{cloudformation.Service(), s3.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, ctx: t.Context(), box: box, store: store}
	r.Client = cf.New(cf.Options{Region: region, Credentials: r.keys(), HTTPClient: &http.Client{Transport: box.Transport()}, Retryer: aws.NopRetryer{}})
	t.Cleanup(func() {
		r.ctx = context.Background()
		r.do(func(c *world.Call) {
			for _, o := range cloudformation.Orphans(c) { // SBX-69
				t.Errorf("nobody owns %s", o)
			}
		})
	})
	return r
}

func (r *rig) keys() aws.CredentialsProvider {
	r.t.Helper()
	k, err := r.box.Credentials(r.ctx, "axle")
	if err != nil {
		r.t.Fatal(err)
	}
	return credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)
}

// pass lets time go by.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	if err := r.box.Sleep(r.ctx, d); err != nil {
		r.t.Fatal(err)
	}
}

// create makes a stack and waits until it is as it will be.
func (r *rig) create(name, template string, set ...func(*cf.CreateStackInput)) types.Stack {
	r.t.Helper()
	in := &cf.CreateStackInput{StackName: &name, TemplateBody: &template}
	for _, s := range set {
		s(in)
	}
	if _, err := r.CreateStack(r.ctx, in); err != nil {
		r.t.Fatalf("CreateStack %s: %v", name, err)
	}
	return r.settle(name)
}

func (r *rig) update(name, template string, set ...func(*cf.UpdateStackInput)) types.Stack {
	r.t.Helper()
	in := &cf.UpdateStackInput{StackName: &name, TemplateBody: &template}
	for _, s := range set {
		s(in)
	}
	if _, err := r.UpdateStack(r.ctx, in); err != nil {
		r.t.Fatalf("UpdateStack %s: %v", name, err)
	}
	return r.settle(name)
}

// remove deletes a stack and gives what it says of itself afterwards.
func (r *rig) remove(name string) types.Stack {
	r.t.Helper()
	id := *r.stack(name).StackId
	if _, err := r.DeleteStack(r.ctx, &cf.DeleteStackInput{StackName: &name}); err != nil {
		r.t.Fatalf("DeleteStack %s: %v", name, err)
	}
	return r.settle(id)
}

func (r *rig) settle(name string) types.Stack {
	r.t.Helper()
	r.pass(10 * time.Minute)
	s := r.stack(name)
	if status := string(s.StackStatus); strings.HasSuffix(status, "IN_PROGRESS") && status != "REVIEW_IN_PROGRESS" {
		r.t.Fatalf("stack %s hangs in %s", name, status)
	}
	return s
}

func (r *rig) stack(name string) types.Stack {
	r.t.Helper()
	out, err := r.DescribeStacks(r.ctx, &cf.DescribeStacksInput{StackName: &name})
	if err != nil {
		r.t.Fatalf("DescribeStacks %s: %v", name, err)
	}
	return out.Stacks[0]
}

// events are a stack's history, oldest first.
func (r *rig) events(name string) []types.StackEvent {
	r.t.Helper()
	var all []types.StackEvent
	pages := cf.NewDescribeStackEventsPaginator(r.Client, &cf.DescribeStackEventsInput{StackName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(r.ctx)
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, page.StackEvents...)
	}
	slices.Reverse(all)
	return all
}

// story is a stack's history in words: Logical STATUS.
func (r *rig) story(name string) []string {
	r.t.Helper()
	var words []string
	for _, e := range r.events(name) {
		line := *e.LogicalResourceId + " " + string(e.ResourceStatus)
		if len(words) == 0 || words[len(words)-1] != line {
			words = append(words, line)
		}
	}
	return words
}

func (r *rig) resources(name string) map[string]types.StackResource {
	r.t.Helper()
	out, err := r.DescribeStackResources(r.ctx, &cf.DescribeStackResourcesInput{StackName: &name})
	if err != nil {
		r.t.Fatal(err)
	}
	all := map[string]types.StackResource{}
	for _, x := range out.StackResources {
		all[*x.LogicalResourceId] = x
	}
	return all
}

// do carries out something in the world itself.
func (r *rig) do(f func(*world.Call)) {
	r.t.Helper()
	err := r.store.Update(r.ctx, func(tx world.Tx) error {
		now := world.Tick(tx, time.Now())
		f(&world.Call{Tx: tx, Service: "test", Account: account, Region: region, Principal: world.Principal{Account: account}, Now: now, Wall: now})
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func outputs(s types.Stack) map[string]string {
	all := map[string]string{}
	for _, o := range s.Outputs {
		all[*o.OutputKey] = *o.OutputValue
	}
	return all
}

func parameters(pairs ...string) []types.Parameter {
	var all []types.Parameter
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, types.Parameter{ParameterKey: &pairs[i], ParameterValue: &pairs[i+1]})
	}
	return all
}

// wants checks an error's code and a part of its message.
func wants(t *testing.T, err error, code, message string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("want %s %q, got %v", code, message, err)
	}
	if api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), message) {
		t.Fatalf("want %s %q, got %s %q", code, message, api.ErrorCode(), api.ErrorMessage())
	}
}

func has(words []string, sequence ...string) bool {
	for _, w := range words {
		if len(sequence) > 0 && w == sequence[0] {
			sequence = sequence[1:]
		}
	}
	return len(sequence) == 0
}

const bucket = `
Resources:
  Bucket:
    Type: AWS::S3::Bucket
Outputs:
  Name: {Value: !Ref Bucket}
  Arn: {Value: !GetAtt Bucket.Arn}
`

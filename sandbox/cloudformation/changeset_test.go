package cloudformation_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// propose makes a change set and waits until it is ready.
func (r *rig) propose(stack, name, template string, set ...func(*cf.CreateChangeSetInput)) *cf.DescribeChangeSetOutput {
	r.t.Helper()
	in := &cf.CreateChangeSetInput{StackName: &stack, ChangeSetName: &name, TemplateBody: &template}
	for _, s := range set {
		s(in)
	}
	if _, err := r.CreateChangeSet(r.ctx, in); err != nil {
		r.t.Fatalf("CreateChangeSet %s: %v", name, err)
	}
	r.pass(time.Minute)
	return r.proposed(stack, name)
}

func (r *rig) proposed(stack, name string) *cf.DescribeChangeSetOutput {
	r.t.Helper()
	out, err := r.DescribeChangeSet(r.ctx, &cf.DescribeChangeSetInput{StackName: &stack, ChangeSetName: &name})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) execute(stack, name string) types.Stack {
	r.t.Helper()
	if _, err := r.ExecuteChangeSet(r.ctx, &cf.ExecuteChangeSetInput{StackName: &stack, ChangeSetName: &name}); err != nil {
		r.t.Fatalf("ExecuteChangeSet %s: %v", name, err)
	}
	return r.settle(stack)
}

func create(in *cf.CreateChangeSetInput) { in.ChangeSetType = types.ChangeSetTypeCreate }

// SBX-66, SBX-67: a stack made by change set is in review until then, and ends as one made at once.
func TestCreateByChangeSet(t *testing.T) {
	r := newRig(t)
	if _, err := r.CreateChangeSet(r.ctx, &cf.CreateChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("c"), ChangeSetType: "CREATE", TemplateBody: aws.String(bucket), Description: aws.String("why")}); err != nil {
		t.Fatal(err)
	}
	if s := r.stack("s"); s.StackStatus != "REVIEW_IN_PROGRESS" || len(s.Outputs) > 0 {
		t.Errorf("%s", s.StackStatus)
	}
	if c := r.proposed("s", "c"); c.Status != "CREATE_IN_PROGRESS" || c.ExecutionStatus != "UNAVAILABLE" || len(c.Changes) > 0 {
		t.Errorf("at once: %s %s", c.Status, c.ExecutionStatus)
	}
	_, err := r.ExecuteChangeSet(r.ctx, &cf.ExecuteChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("c")})
	wants(t, err, "InvalidChangeSetStatus", "CREATE_IN_PROGRESS")
	r.pass(time.Minute)
	c := r.proposed("s", "c")
	if c.Status != "CREATE_COMPLETE" || c.ExecutionStatus != "AVAILABLE" || told(c) != "Add Bucket" || *c.Description != "why" {
		t.Errorf("%s %s %s", c.Status, c.ExecutionStatus, told(c))
	}
	template, err := r.GetTemplate(r.ctx, &cf.GetTemplateInput{StackName: aws.String("s"), ChangeSetName: aws.String("c")})
	if err != nil || *template.TemplateBody != bucket {
		t.Errorf("GetTemplate: %v", err)
	}
	s := r.execute("s", "c")
	if s.StackStatus != "CREATE_COMPLETE" || len(s.Outputs) != 2 || *s.ChangeSetId != *c.ChangeSetId {
		t.Errorf("%s %v", s.StackStatus, s.Outputs)
	}
	if c := r.proposed("s", "c"); c.ExecutionStatus != "EXECUTE_COMPLETE" {
		t.Errorf("executed: %s", c.ExecutionStatus)
	}
	if !has(r.story("s"), "s REVIEW_IN_PROGRESS", "s CREATE_IN_PROGRESS", "Bucket CREATE_COMPLETE", "s CREATE_COMPLETE") {
		t.Errorf("%v", r.story("s"))
	}
}

// told is a change set in words.
func told(c *cf.DescribeChangeSetOutput) string {
	var all []string
	for _, x := range c.Changes {
		line := fmt.Sprintf("%s %s %s", x.ResourceChange.Action, *x.ResourceChange.LogicalResourceId, x.ResourceChange.Replacement)
		all = append(all, strings.TrimSpace(line))
	}
	return strings.Join(all, ", ")
}

// SBX-67: what a change does to a resource follows from what it touches.
func TestChanges(t *testing.T) {
	const base = `
Parameters:
  Name: {Type: String, Default: q1}
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name, DelaySeconds: 1}}
  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: d}}
  S: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: sqs, Endpoint: !GetAtt Q.Arn}}
  B: {Type: AWS::S3::Bucket, DeletionPolicy: Retain, Metadata: {a: b}}
`
	type change = func(*cf.CreateChangeSetInput)
	for _, c := range []struct {
		name     string
		old, new string
		set      change
		changes  string
		detail   string // of the first change: source, evaluation, entity, attribute, name, recreation
	}{
		{"a property in place", "DelaySeconds: 1", "DelaySeconds: 2", nil, "Modify Q False", "DirectModification Static  Properties DelaySeconds Never"},
		{"the same number as text is no change, the other is", "DelaySeconds: 1", "DelaySeconds: '1', VisibilityTimeout: 9", nil, "Modify Q False", "DirectModification Static  Properties VisibilityTimeout Never"},
		{"a create-only one by parameter", "", "", func(in *cf.CreateChangeSetInput) { in.Parameters = parameters("Name", "q2") },
			"Modify Q True, Modify S Conditional", "ParameterReference Static Name Properties QueueName Always"},
		{"a create-only one in the template", "!Ref Name", "q3", nil, "Modify Q True, Modify S Conditional", "DirectModification Static  Properties QueueName Always"},
		{"a property that goes", ", DelaySeconds: 1", "", nil, "Modify Q False", "DirectModification Static  Properties DelaySeconds Never"},
		{"a resource that comes", "\n  T:", "\n  New: {Type: AWS::SNS::Topic}\n  T:", nil, "Add New", ""},
		{"resources that go", "\n  S: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: sqs, Endpoint: !GetAtt Q.Arn}}", "", nil, "Remove S", ""},
		{"metadata", "a: b", "a: c", nil, "Modify B False", "DirectModification Static  Metadata  Never"},
		{"tags of the stack", "", "", func(in *cf.CreateChangeSetInput) {
			in.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
		},
			"Modify B False, Modify Q False, Modify T False", "DirectModification Static  Tags  Never"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.create("s", base)
			got := r.propose("s", "c", strings.Replace(base, c.old, c.new, 1), func(in *cf.CreateChangeSetInput) {
				if c.set != nil {
					c.set(in)
				}
			})
			if told(got) != c.changes {
				t.Fatalf("%s %s: %s, want %s", got.Status, aws.ToString(got.StatusReason), told(got), c.changes)
			}
			first := got.Changes[0].ResourceChange
			if c.detail == "" {
				if len(first.Details) > 0 {
					t.Errorf("details of %s: %v", first.Action, first.Details)
				}
				return
			}
			d := first.Details[0]
			line := fmt.Sprintf("%s %s %s %s %s %s", d.ChangeSource, d.Evaluation, aws.ToString(d.CausingEntity), d.Target.Attribute, aws.ToString(d.Target.Name), d.Target.RequiresRecreation)
			if line != c.detail {
				t.Errorf("%s, want %s", line, c.detail)
			}
			if !slices.Contains(first.Scope, d.Target.Attribute) || first.PhysicalResourceId == nil {
				t.Errorf("scope %v, physical id %v", first.Scope, first.PhysicalResourceId)
			}
		})
	}
}

// SBX-67: what follows from another resource's change is Dynamic and names it.
func TestDynamicChange(t *testing.T) {
	const base = "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q1}}\n  A: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Q.Arn}}\n  R: {Type: AWS::SSM::Parameter, DeletionPolicy: Retain, Properties: {Type: String, Value: !Ref Q}}"
	r := newRig(t)
	r.create("s", base)
	c := r.propose("s", "c", strings.Replace(base, "q1", "q2", 1))
	var lines []string
	for _, x := range c.Changes {
		for _, d := range x.ResourceChange.Details {
			lines = append(lines, fmt.Sprintf("%s %s %s %s %s", *x.ResourceChange.LogicalResourceId, d.ChangeSource, d.Evaluation, aws.ToString(d.CausingEntity), x.ResourceChange.PolicyAction))
		}
	}
	want := "[A ResourceAttribute Dynamic Q.Arn  Q DirectModification Static  ReplaceAndDelete R ResourceReference Dynamic Q ]"
	if fmt.Sprint(lines) != want {
		t.Errorf("%v, want %v", lines, want)
	}
	gone := r.propose("s", "d", "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q1}}")
	if told(gone) != "Remove A, Remove R" || gone.Changes[0].ResourceChange.PolicyAction != "Delete" || gone.Changes[1].ResourceChange.PolicyAction != "Retain" {
		t.Errorf("%s", told(gone))
	}
}

// SBX-67: a set without changes fails, with CloudFormation's reason, and cannot be executed.
func TestChangeSetWithoutChanges(t *testing.T) {
	r := newRig(t)
	r.create("s", bucket)
	c := r.propose("s", "c", bucket)
	if c.Status != "FAILED" || *c.StatusReason != "The submitted information didn't contain changes. Submit different information to create a change set." || c.ExecutionStatus != "UNAVAILABLE" {
		t.Errorf("%s %s", c.Status, *c.StatusReason)
	}
	_, err := r.ExecuteChangeSet(r.ctx, &cf.ExecuteChangeSetInput{ChangeSetName: c.ChangeSetId})
	wants(t, err, "InvalidChangeSetStatus", "FAILED")
	if _, err := r.DeleteChangeSet(r.ctx, &cf.DeleteChangeSetInput{ChangeSetName: c.ChangeSetId}); err != nil {
		t.Error(err)
	}
	_, err = r.DescribeChangeSet(r.ctx, &cf.DescribeChangeSetInput{ChangeSetName: c.ChangeSetId})
	wants(t, err, "ChangeSetNotFound", "does not exist")
}

// SBX-67: executing one removes the stack's others; a stack changed otherwise makes them obsolete.
func TestChangeSetsOfOneStack(t *testing.T) {
	r := newRig(t)
	r.create("s", before)
	r.propose("s", "a", after)
	r.propose("s", "b", strings.Replace(before, "old", "other", 1))
	list, err := r.ListChangeSets(r.ctx, &cf.ListChangeSetsInput{StackName: aws.String("s")})
	if err != nil || len(list.Summaries) != 2 || *list.Summaries[0].ChangeSetName != "a" {
		t.Fatalf("%v %v", list, err)
	}
	_, err = r.CreateChangeSet(r.ctx, &cf.CreateChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("a"), TemplateBody: aws.String(after)})
	wants(t, err, "AlreadyExistsException", "ChangeSet a already exists")
	if s := r.execute("s", "a"); s.StackStatus != "UPDATE_COMPLETE" {
		t.Error(s.StackStatus)
	}
	_, err = r.DescribeChangeSet(r.ctx, &cf.DescribeChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("b")})
	wants(t, err, "ChangeSetNotFound", "[b]")
	_, err = r.ExecuteChangeSet(r.ctx, &cf.ExecuteChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("a")})
	wants(t, err, "InvalidChangeSetStatus", "EXECUTE_COMPLETE")

	r.propose("s", "c", before)
	r.update("s", strings.Replace(after, "DisplayName: new", "DisplayName: newer", 1))
	if c := r.proposed("s", "c"); c.ExecutionStatus != "OBSOLETE" {
		t.Errorf("after another update: %s", c.ExecutionStatus)
	}
	_, err = r.ExecuteChangeSet(r.ctx, &cf.ExecuteChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("c")})
	wants(t, err, "InvalidChangeSetStatus", "OBSOLETE")
}

// SBX-67: which type fits which stack.
func TestChangeSetType(t *testing.T) {
	r := newRig(t)
	r.create("there", bucket)
	ask := func(stack, typ string) error {
		_, err := r.CreateChangeSet(r.ctx, &cf.CreateChangeSetInput{StackName: &stack, ChangeSetName: aws.String("c" + strings.ToLower(typ)), ChangeSetType: types.ChangeSetType(typ), TemplateBody: aws.String(mine)})
		return err
	}
	wants(t, ask("there", "CREATE"), "ValidationError", "Stack [there] already exists and cannot be created again with the changeSet [ccreate].")
	wants(t, ask("nil", "UPDATE"), "ValidationError", "Stack [nil] does not exist")
	if err := ask("review", "CREATE"); err != nil {
		t.Fatal(err)
	}
	wants(t, ask("review", "UPDATE"), "ValidationError", "is in REVIEW_IN_PROGRESS state and can not be updated")
	_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("review"), TemplateBody: aws.String(mine)})
	wants(t, err, "AlreadyExistsException", "review")
	id := *r.stack("review").StackId
	if s := r.remove("review"); s.StackStatus != "DELETE_COMPLETE" {
		t.Errorf("a stack in review, deleted: %s", s.StackStatus)
	}
	_, err = r.DescribeChangeSet(r.ctx, &cf.DescribeChangeSetInput{StackName: &id, ChangeSetName: aws.String("ccreate")})
	wants(t, err, "ChangeSetNotFound", "")
}

// SBX-65: a change set says what becomes of a stack that fails.
func TestOnStackFailure(t *testing.T) {
	for on, status := range map[types.OnStackFailure]types.StackStatus{"": "ROLLBACK_COMPLETE", "ROLLBACK": "ROLLBACK_COMPLETE", "DO_NOTHING": "CREATE_FAILED", "DELETE": "DELETE_COMPLETE"} {
		r := newRig(t)
		c := r.propose("s", "c", fmt.Sprintf(broken, ""), create, func(in *cf.CreateChangeSetInput) { in.OnStackFailure = on })
		if _, err := r.ExecuteChangeSet(r.ctx, &cf.ExecuteChangeSetInput{ChangeSetName: c.ChangeSetId}); err != nil {
			t.Fatal(err)
		}
		if s := r.settle(*c.StackId); s.StackStatus != status {
			t.Errorf("%s ends %s", on, s.StackStatus)
		}
		if got := r.proposed(*c.StackId, "c").ExecutionStatus; got != "EXECUTE_FAILED" {
			t.Errorf("the set is %s", got)
		}
	}
}

// random is a template of some of eight resources, that refer to earlier ones.
func random(rng *rand.Rand) string {
	var b strings.Builder
	b.WriteString("Parameters: {P: {Type: String, Default: x}}\nResources:\n  Always: {Type: AWS::SNS::Topic}\n")
	var made []string
	for i := range 8 {
		if rng.IntN(4) == 0 {
			continue
		}
		value := fmt.Sprintf("v%d", rng.IntN(2))
		if len(made) > 0 && rng.IntN(2) == 0 {
			value = "!Ref " + made[rng.IntN(len(made))]
		}
		id := fmt.Sprintf("R%d", i)
		made = append(made, id)
		properties := map[int]string{0: "AWS::SNS::Topic, Properties: {DisplayName: %s, TopicName: n%d%d}", 1: "AWS::SSM::Parameter, Properties: {Type: String, Value: %s}"}[i%2]
		if i%2 == 0 {
			properties = fmt.Sprintf(properties, value, i, rng.IntN(2))
		} else {
			properties = fmt.Sprintf(properties, value)
		}
		fmt.Fprintf(&b, "  %s: {Type: %s}\n", id, properties)
	}
	return b.String()
}

// SBX-67: executed equals announced, whatever the two templates.
func TestExecutedEqualsAnnounced(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		first, second := random(rng), random(rng)
		r := newRig(t)
		r.create("s", first)
		old := r.resources("s")
		c := r.propose("s", "c", second)
		if c.Status == "FAILED" {
			continue
		}
		if s := r.execute("s", "c"); s.StackStatus != "UPDATE_COMPLETE" {
			t.Fatalf("seed %d: %s: %v\n%s\n%s", seed, s.StackStatus, r.story("s"), first, second)
		}
		now := r.resources("s")
		for _, x := range c.Changes {
			id := *x.ResourceChange.LogicalResourceId
			was, is := old[id], now[id]
			replaced := aws.ToString(was.PhysicalResourceId) != aws.ToString(is.PhysicalResourceId)
			good := map[types.ChangeAction]bool{
				"Add":    was.LogicalResourceId == nil && is.ResourceStatus == "CREATE_COMPLETE",
				"Remove": is.LogicalResourceId == nil && was.LogicalResourceId != nil,
				"Modify": is.ResourceStatus == "UPDATE_COMPLETE" && (x.ResourceChange.Replacement == "Conditional" || replaced == (x.ResourceChange.Replacement == "True")),
			}[x.ResourceChange.Action]
			if !good {
				t.Errorf("seed %d: announced %s %s %s, was %v, is %v\n%s\n%s", seed, x.ResourceChange.Action, id, x.ResourceChange.Replacement, was, is, first, second)
			}
			delete(old, id)
			delete(now, id)
		}
		for id, was := range old {
			if is, ok := now[id]; !ok || *is.PhysicalResourceId != *was.PhysicalResourceId || is.ResourceStatus != was.ResourceStatus {
				t.Errorf("seed %d: %s was not announced: %v, now %v", seed, id, was, is)
			}
		}
		if len(now) != len(old) {
			t.Errorf("seed %d: not announced: %v", seed, now)
		}
	}
}

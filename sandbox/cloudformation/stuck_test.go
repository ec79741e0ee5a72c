package cloudformation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// rollbacksFail sets the switch.
func (r *rig) rollbacksFail(on bool) {
	r.t.Helper()
	r.do(func(c *world.Call) {
		world.PutSettings(c.Tx, world.Settings{Switches: map[string]bool{"cloudformation:rollback-fails": on}})
	})
}

const failing = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: a}}\n  B: {Type: AWS::SQS::Queue, DependsOn: A, Properties: {QueueNam: b}}\n"

// SBX-65, X44: a creation whose rollback fails keeps what it could not delete, until it is deleted.
func TestRollbackFails(t *testing.T) {
	for _, c := range []struct {
		onFailure types.OnFailure
		ends      types.StackStatus
	}{{types.OnFailureRollback, "ROLLBACK_FAILED"}, {types.OnFailureDelete, "DELETE_FAILED"}} {
		t.Run(string(c.onFailure), func(t *testing.T) {
			r := newRig(t)
			r.rollbacksFail(true)
			s := r.create("s", failing, func(in *cf.CreateStackInput) { in.OnFailure = c.onFailure })
			if s.StackStatus != c.ends || !strings.Contains(*s.StackStatusReason, "failed to delete: [A]") {
				t.Errorf("%s %s", s.StackStatus, aws.ToString(s.StackStatusReason))
			}
			if a := r.resources("s")["A"]; a.ResourceStatus != "DELETE_FAILED" || a.PhysicalResourceId == nil {
				t.Errorf("%+v", a)
			}
			_, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(bucket)})
			wants(t, err, "ValidationError", "can not be updated")
			if gone := r.remove("s"); gone.StackStatus != "DELETE_COMPLETE" {
				t.Errorf("its deletion ends %s", gone.StackStatus)
			}
		})
	}
}

// SBX-65, X45: a rollback that is stuck goes on when it can, or without what it is stuck at.
func TestContinueUpdateRollback(t *testing.T) {
	const good = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: a, DisplayName: old}}\n"
	bad := strings.Replace(good, "old", "new", 1) + "  B: {Type: AWS::SQS::Queue, DependsOn: A, Properties: {QueueNam: b}}\n"
	for _, c := range []struct {
		name string
		on   bool
		skip []string
		ends types.StackStatus
	}{
		{"what failed can be restored now", false, nil, "UPDATE_ROLLBACK_COMPLETE"},
		{"what failed is skipped", true, []string{"A"}, "UPDATE_ROLLBACK_COMPLETE"},
		{"it fails again", true, nil, "UPDATE_ROLLBACK_FAILED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.create("s", good)
			r.rollbacksFail(true)
			s := r.update("s", bad)
			if s.StackStatus != "UPDATE_ROLLBACK_FAILED" || !strings.Contains(*s.StackStatusReason, "failed to update: [A]") || r.resources("s")["A"].ResourceStatus != "UPDATE_FAILED" {
				t.Fatalf("%s %s", s.StackStatus, aws.ToString(s.StackStatusReason))
			}
			_, err := r.ContinueUpdateRollback(r.ctx, &cf.ContinueUpdateRollbackInput{StackName: aws.String("s"), ResourcesToSkip: []string{"B"}})
			wants(t, err, "ValidationError", "B is not in state UPDATE_FAILED")
			r.rollbacksFail(c.on)
			if _, err := r.ContinueUpdateRollback(r.ctx, &cf.ContinueUpdateRollbackInput{StackName: aws.String("s"), ResourcesToSkip: c.skip}); err != nil {
				t.Fatal(err)
			}
			if s := r.settle("s"); s.StackStatus != c.ends {
				t.Errorf("ends %s", s.StackStatus)
			}
			if c.ends == "UPDATE_ROLLBACK_FAILED" {
				r.rollbacksFail(false)
				if gone := r.remove("s"); gone.StackStatus != "DELETE_COMPLETE" {
					t.Errorf("its deletion ends %s", gone.StackStatus)
				}
				return
			}
			_, err = r.ContinueUpdateRollback(r.ctx, &cf.ContinueUpdateRollbackInput{StackName: aws.String("s")})
			wants(t, err, "ValidationError", "can not continue rolling back")
			if again := r.update("s", strings.Replace(good, "old", "newer", 1)); again.StackStatus != "UPDATE_COMPLETE" {
				t.Errorf("a good update after it: %s", again.StackStatus)
			}
		})
	}
}

// SBX-65: an update that is cancelled rolls back what it has done, and leaves every name as it was.
func TestCancelUpdateStack(t *testing.T) {
	const good = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: a, DisplayName: old}}\n  C: {Type: AWS::SQS::Queue, DependsOn: A, Properties: {QueueName: c}}\n"
	next := strings.NewReplacer("old", "new", "QueueName: c}", "QueueName: d}").Replace(good) + "  B: {Type: AWS::SSM::Parameter, DependsOn: C, Properties: {Name: /b, Type: String, Value: x}}\n"
	for _, after := range []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 2500 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			r := newRig(t)
			r.create("s", good)
			before := r.resources("s")
			_, err := r.CancelUpdateStack(r.ctx, &cf.CancelUpdateStackInput{StackName: aws.String("s")})
			wants(t, err, "ValidationError", "cannot be called from current stack status")
			if _, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: &next}); err != nil {
				t.Fatal(err)
			}
			r.pass(after)
			if _, err := r.CancelUpdateStack(r.ctx, &cf.CancelUpdateStackInput{StackName: aws.String("s")}); err != nil {
				t.Fatal(err)
			}
			if s := r.settle("s"); s.StackStatus != "UPDATE_ROLLBACK_COMPLETE" {
				t.Errorf("ends %s: %v", s.StackStatus, r.story("s"))
			}
			now := r.resources("s")
			if len(now) != 2 || *now["C"].PhysicalResourceId != *before["C"].PhysicalResourceId || r.recorded("s", "A")["DisplayName"] != "old" {
				t.Errorf("%v %v", now, r.story("s"))
			}
			if free := r.create("t", "Resources:\n  D: {Type: AWS::SQS::Queue, Properties: {QueueName: d}}\n  P: {Type: AWS::SSM::Parameter, Properties: {Name: /b, Type: String, Value: x}}\n"); free.StackStatus != "CREATE_COMPLETE" {
				t.Errorf("the names it would have taken are not free: %v", r.reasons("t"))
			}
			if again := r.update("s", strings.Replace(good, "old", "newer", 1)); again.StackStatus != "UPDATE_COMPLETE" {
				t.Errorf("an update after it: %s", again.StackStatus)
			}
		})
	}
}

// SBX-67: with IncludePropertyValues a change set says what becomes what; without, it does not.
func TestChangeSetValues(t *testing.T) {
	const base = "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q1}}\n  A: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Q.Arn}}\n"
	r := newRig(t)
	r.create("s", base)
	if bare := r.propose("s", "c", strings.Replace(base, "q1", "q2", 1)); bare.Changes[0].ResourceChange.AfterContext != nil || bare.Changes[0].ResourceChange.Details[0].Target.AfterValue != nil {
		t.Errorf("%+v", bare.Changes[0].ResourceChange)
	}
	out, err := r.DescribeChangeSet(r.ctx, &cf.DescribeChangeSetInput{StackName: aws.String("s"), ChangeSetName: aws.String("c"), IncludePropertyValues: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	a, q := out.Changes[0].ResourceChange, out.Changes[1].ResourceChange
	if *q.BeforeContext != `{"Properties":{"QueueName":"q1"}}` || *q.AfterContext != `{"Properties":{"QueueName":"q2"}}` {
		t.Errorf("%s %s", *q.BeforeContext, *q.AfterContext)
	}
	is := q.Details[0].Target
	if *is.Path != "/Properties/QueueName" || *is.BeforeValue != "q1" || *is.AfterValue != "q2" || is.AttributeChangeType != types.AttributeChangeTypeModify {
		t.Errorf("%+v", is)
	}
	if is := a.Details[0].Target; *is.AfterValue != "{{changeSet:KNOWN_AFTER_APPLY}}" || !strings.HasSuffix(*is.BeforeValue, ":q1") {
		t.Errorf("%s %s", *is.BeforeValue, *is.AfterValue)
	}
}

// SBX-67: what a transform makes of the template it had is compared, not what stood in its place.
func TestChangesOfATransformedTemplate(t *testing.T) {
	const base = "Transform: AWS::LanguageExtensions\nParameters: {Say: {Type: String, Default: a}}\nResources:\n  Fn::ForEach::Topics:\n    - N\n    - [One, Two]\n    - 'T${N}': {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Say}}\n"
	auto := []types.Capability{"CAPABILITY_AUTO_EXPAND"}
	r := newRig(t)
	r.create("s", base, func(in *cf.CreateStackInput) { in.Capabilities = auto })
	c := r.propose("s", "c", base, func(in *cf.CreateChangeSetInput) { in.Capabilities, in.Parameters = auto, parameters("Say", "b") })
	for _, x := range c.Changes {
		if d := x.ResourceChange.Details; len(d) != 1 || d[0].ChangeSource != types.ChangeSourceParameterReference {
			t.Errorf("%s: %+v", *x.ResourceChange.LogicalResourceId, d)
		}
	}
	for stage, want := range map[types.TemplateStage]string{types.TemplateStageOriginal: "Fn::ForEach::Topics", types.TemplateStageProcessed: `"TOne"`} {
		out, err := r.GetTemplate(r.ctx, &cf.GetTemplateInput{StackName: aws.String("s"), TemplateStage: stage})
		if err != nil || !strings.Contains(*out.TemplateBody, want) || !slices.Contains(out.StagesAvailable, stage) {
			t.Errorf("%s: %s %v", stage, aws.ToString(out.TemplateBody), err)
		}
	}
}

// A stack policy says what an update may do to which resources; what it does not allow fails the update.
func TestStackPolicy(t *testing.T) {
	const good = "Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: a, DisplayName: old}}\n  B: {Type: AWS::SQS::Queue, Properties: {QueueName: b}}\n"
	const guarded = `{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"},{"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":"*","Condition":{"StringEquals":{"ResourceType":["AWS::SQS::Queue"]}}}]}`
	for _, c := range []struct {
		name, change string
		with         string
		ends         types.StackStatus
	}{
		{"a change in place", "old", "new", "UPDATE_COMPLETE"},
		{"a replacement that is denied", "QueueName: b", "QueueName: c", "UPDATE_ROLLBACK_COMPLETE"},
		{"a removal that is denied", "  B: {Type: AWS::SQS::Queue, Properties: {QueueName: b}}\n", "", "UPDATE_ROLLBACK_COMPLETE"},
		{"a replacement that is allowed", "TopicName: a", "TopicName: c", "UPDATE_COMPLETE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.create("s", good)
			if _, err := r.SetStackPolicy(r.ctx, &cf.SetStackPolicyInput{StackName: aws.String("s"), StackPolicyBody: aws.String(guarded)}); err != nil {
				t.Fatal(err)
			}
			if s := r.update("s", strings.Replace(good, c.change, c.with, 1)); s.StackStatus != c.ends {
				t.Errorf("ends %s: %q", s.StackStatus, r.reasons("s"))
			}
			if len(r.resources("s")) != 2 {
				t.Errorf("%v", r.resources("s"))
			}
			if p, err := r.GetStackPolicy(r.ctx, &cf.GetStackPolicyInput{StackName: aws.String("s")}); err != nil || *p.StackPolicyBody != guarded {
				t.Errorf("%v %v", p, err)
			}
		})
	}
	r := newRig(t)
	r.create("s", good)
	for text, code := range map[string]string{"{": "ValidationError", `{"Statement":[]}`: "ValidationError", strings.Replace(guarded, `"Principal":"*",`, "", 1): "ValidationError", strings.Replace(guarded, "StringEquals", "Bool", 1): "NotImplemented"} {
		_, err := r.SetStackPolicy(r.ctx, &cf.SetStackPolicyInput{StackName: aws.String("s"), StackPolicyBody: &text})
		wants(t, err, code, "")
	}
}

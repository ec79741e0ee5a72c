package cloudformation_test

import (
	"testing"
	"time"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// SBX-33: a reader sees what is due, and nothing drives it.
func TestStackIsReadAsFarAsItIsDue(t *testing.T) {
	r := newRig(t)
	name, body := "s", bucket
	if _, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: &name, TemplateBody: &body}); err != nil {
		t.Fatal(err)
	}
	if s := r.stack(name); s.StackStatus != "CREATE_IN_PROGRESS" || len(s.Outputs) > 0 {
		t.Fatalf("at once: %s, outputs %v", s.StackStatus, outputs(s))
	}
	r.pass(time.Minute)
	s := r.stack(name)
	if s.StackStatus != "CREATE_COMPLETE" {
		t.Fatalf("a minute later: %s", s.StackStatus)
	}
	t.Log(outputs(s), r.story(name))
	for _, e := range r.events(name) {
		t.Log(*e.LogicalResourceId, e.ResourceStatus, *e.PhysicalResourceId)
	}
}

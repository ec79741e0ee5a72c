package cloudformation_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// SBX-61: parameters are judged by the template's Rules before anything is made; a rule that
// only an account could judge is not taken for held.
func TestRules(t *testing.T) {
	const template = "Parameters: {Stage: {Type: String}}\nRules: {Small: {Assertions: [{Assert: !Contains [[test, dev], !Ref Stage], AssertDescription: only small stages}]}}\n" + bucket
	r := newRig(t)
	_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(template), Parameters: parameters("Stage", "prod")})
	wants(t, err, "ValidationError", "Rule Small is not held by the parameters: only small stages")
	s := r.create("s", template, func(in *cf.CreateStackInput) { in.Parameters = parameters("Stage", "test") })
	if s.StackStatus != "CREATE_COMPLETE" {
		t.Error(s.StackStatus)
	}
	_, err = r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("u"), TemplateBody: aws.String("Rules: {R: {Assertions: [{Assert: !Contains [!RefAll 'AWS::EC2::VPC::Id', a]}]}}\n" + bucket)})
	wants(t, err, "NotImplemented", "Fn::RefAll")
}

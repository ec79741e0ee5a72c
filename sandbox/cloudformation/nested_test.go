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

const (
	templates = "https://templates.s3.eu-west-1.amazonaws.com/"
	inner     = `
Parameters: {Label: {Type: String}, Colour: {Type: String, Default: ''}}
Conditions: {Painted: !Not [!Equals [!Ref Colour, '']]}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Label, Tags: !If [Painted, [{Key: a, Value: b}], !Ref AWS::NoValue]}}
  Queue: {Type: AWS::SQS::Queue, DependsOn: Topic}
Outputs:
  Name: {Value: !GetAtt Topic.TopicName, Export: {Name: !Sub '${Label}-name'}}
`
	outer = `
Parameters: {Label: {Type: String, Default: one}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: https://templates.s3.eu-west-1.amazonaws.com/inner.yaml, Parameters: {Label: !Ref Label}}
  After: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Inner.Outputs.Name}}
  Last: {Type: AWS::SSM::Parameter, DependsOn: After, Properties: {Type: String, Value: x}}
Outputs:
  Name: {Value: !Sub '${Inner.Outputs.Name}'}
  Stack: {Value: !Ref Inner}
`
)

// offer puts templates where nested stacks find them.
func (r *rig) offer(all map[string]string) {
	r.t.Helper()
	r.do(func(c *world.Call) {
		world.Put(c.In("", ""), world.KindBucket, "templates", world.Bucket{Name: "templates", Account: account, Region: region, Created: c.Now})
		for key, body := range all {
			world.PutObject(c, world.Object{Bucket: "templates", Key: key, Body: []byte(body)})
		}
	})
}

// SBX-61, SBX-64: a nested stack is a stack of its own, made before what needs its outputs.
func TestNestedStackLivesWithItsParent(t *testing.T) {
	r := newRig(t)
	r.offer(map[string]string{"inner.yaml": inner})
	s := r.create("shop", outer)
	if s.StackStatus != "CREATE_COMPLETE" {
		t.Fatal(r.story("shop"))
	}
	id := outputs(s)["Stack"]
	nested := r.stack(id)
	if nested.StackStatus != "CREATE_COMPLETE" || outputs(s)["Name"] != outputs(nested)["Name"] || !strings.HasPrefix(*nested.StackName, "shop-Inner-") {
		t.Errorf("%v %v", *nested.StackName, outputs(nested))
	}
	if aws.ToString(nested.ParentId) != *s.StackId || aws.ToString(nested.RootId) != *s.StackId {
		t.Errorf("its parent is %v", nested.ParentId)
	}
	if !has(r.story("shop"), "Inner CREATE_IN_PROGRESS", "Inner CREATE_COMPLETE", "After CREATE_IN_PROGRESS", "shop CREATE_COMPLETE") {
		t.Error(r.story("shop"))
	}
	done := func(name, logical, status string) time.Time {
		for _, e := range r.events(name) {
			if *e.LogicalResourceId == logical && string(e.ResourceStatus) == status {
				return *e.Timestamp
			}
		}
		t.Fatalf("%s of %s is never %s", logical, name, status)
		return time.Time{}
	}
	if done(id, *nested.StackName, "CREATE_COMPLETE").After(done("shop", "Inner", "CREATE_COMPLETE")) {
		t.Error("the parent says that it is done before it is")
	}
	if r.update("shop", outer, func(in *cf.UpdateStackInput) { in.Parameters = parameters("Label", "two") }).StackStatus != "UPDATE_COMPLETE" || r.recorded(id, "Topic")["DisplayName"] != "two" {
		t.Error(r.story(id))
	}
	r.remove("shop")
	if end := r.stack(id); end.StackStatus != "DELETE_COMPLETE" || done(id, *nested.StackName, "DELETE_COMPLETE").After(done(*s.StackId, "shop", "DELETE_COMPLETE")) {
		t.Error(end.StackStatus)
	}
}

// Only the content of the nested template is another: the update finds it.
func TestNestedTemplateChanges(t *testing.T) {
	r := newRig(t)
	r.offer(map[string]string{"inner.yaml": inner})
	id := outputs(r.create("shop", outer))["Stack"]
	if _, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("shop"), TemplateBody: aws.String(outer)}); err == nil {
		t.Error("nothing has changed, and it is updated")
	}
	r.offer(map[string]string{"inner.yaml": strings.Replace(inner, "Queue:", "Other:", 1)})
	r.update("shop", outer)
	if story := r.story(id); !has(story, "Other CREATE_COMPLETE", "Queue DELETE_COMPLETE") {
		t.Error(story)
	}
}

// SBX-65: what fails in or beside a nested stack takes both back.
func TestNestedStackRollsBack(t *testing.T) {
	r := newRig(t)
	r.offer(map[string]string{"inner.yaml": strings.Replace(inner, "DependsOn: Topic", "DependsOn: Topic, Properties: {Colour: red}", 1)})
	s := r.create("shop", outer)
	reason := ""
	for _, e := range r.events("shop") {
		if *e.LogicalResourceId == "Inner" && e.ResourceStatus == "CREATE_FAILED" {
			reason = aws.ToString(e.ResourceStatusReason)
		}
	}
	if s.StackStatus != "ROLLBACK_COMPLETE" || !strings.Contains(reason, "was not successfully created: The following resource(s) failed to create: [Queue].") {
		t.Errorf("%s %q", s.StackStatus, reason)
	}
	r.offer(map[string]string{"inner.yaml": inner})
	s = r.create("works", outer)
	id := outputs(s)["Stack"]
	broken := strings.Replace(outer, "DependsOn: After, Properties: {", "DependsOn: After, Properties: {Colour: red, ", 1)
	s = r.update("works", broken, func(in *cf.UpdateStackInput) { in.Parameters = parameters("Label", "two") })
	if s.StackStatus != "UPDATE_ROLLBACK_COMPLETE" || r.stack(id).StackStatus != "UPDATE_ROLLBACK_COMPLETE" || r.recorded(id, "Topic")["DisplayName"] != "one" || outputs(r.stack(id))["Name"] == "" {
		t.Errorf("%s, %v", s.StackStatus, r.story(id))
	}
	for _, name := range []string{"shop", "works"} {
		if gone := r.remove(name); gone.StackStatus != "DELETE_COMPLETE" {
			t.Errorf("%s: %s", name, gone.StackStatus)
		}
	}
}

// SBX-61: what is wrong in a nested stack is said at once, and where.
func TestNestedStackRefused(t *testing.T) {
	r := newRig(t)
	r.offer(map[string]string{
		"inner.yaml": inner, "sky.yaml": "Resources: {A: {Type: AWS::Sky::Hook}}", "macro.yaml": "Transform: Mine\nResources: {A: {Type: AWS::SNS::Topic}}",
		"self.yaml": "Resources: {A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: " + templates + "self.yaml}}}",
	})
	for _, c := range []struct{ name, properties, output, code, want string }{
		{"not there", "TemplateURL: " + templates + "none.yaml, Parameters: {Label: a}", "Name", "ValidationError", "nested stack N: TemplateURL " + templates + "none.yaml"},
		{"not S3", "TemplateURL: ./inner.yaml", "Name", "ValidationError", "nested stack N: TemplateURL ./inner.yaml"},
		{"parameter without value", "TemplateURL: " + templates + "inner.yaml", "Name", "ValidationError", "nested stack N: Parameters: [Label] must have values"},
		{"unknown type inside", "TemplateURL: " + templates + "sky.yaml", "Name", "ValidationError", "nested stack N: Template format error: Unrecognized resource types: [AWS::Sky::Hook]"},
		{"a macro inside", "TemplateURL: " + templates + "macro.yaml", "Name", "NotImplemented", "cloudformation:Transform.Mine"},
		{"itself inside", "TemplateURL: " + templates + "self.yaml", "Name", "ValidationError", "nested deeper than 5"},
		{"output that is not there", "TemplateURL: " + templates + "inner.yaml, Parameters: {Label: a}", "Nmae", "ValidationError", "nested stack N has no output Nmae"},
	} {
		t.Run(c.name, func(t *testing.T) {
			template := "Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {" + c.properties + "}}}\nOutputs: {O: {Value: !GetAtt N.Outputs." + c.output + "}}"
			_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: &template, Capabilities: []types.Capability{"CAPABILITY_AUTO_EXPAND"}})
			wants(t, err, c.code, c.want)
		})
	}
	all, err := r.ListStacks(r.ctx, &cf.ListStacksInput{})
	if err != nil || len(all.StackSummaries) > 0 {
		t.Errorf("a refused one left %v %v", all.StackSummaries, err)
	}
}

// What one nested stack exports another may import.
func TestSiblingsShareExports(t *testing.T) {
	r := newRig(t)
	r.offer(map[string]string{"inner.yaml": inner, "user.yaml": "Resources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue one-name}}}"})
	s := r.create("shop", outer+"\n", func(in *cf.CreateStackInput) {
		body := strings.Replace(outer, "  After:", "  User: {Type: AWS::CloudFormation::Stack, DependsOn: Inner, Properties: {TemplateURL: "+templates+"user.yaml}}\n  After:", 1)
		in.TemplateBody = &body
	})
	if s.StackStatus != "CREATE_COMPLETE" {
		t.Fatal(r.story("shop"))
	}
	imports, err := r.ListImports(r.ctx, &cf.ListImportsInput{ExportName: aws.String("one-name")})
	if err != nil || !slices.ContainsFunc(imports.Imports, func(n string) bool { return strings.HasPrefix(n, "shop-User-") }) {
		t.Errorf("%v %v", imports, err)
	}
	if gone := r.remove("shop"); gone.StackStatus != "DELETE_COMPLETE" {
		t.Error(gone.StackStatus)
	}
}

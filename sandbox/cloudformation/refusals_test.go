package cloudformation_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const topic = "Resources:\n  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: %s}}\n"

// SBX-61: refused at once, and nothing is left behind. ValidateTemplate judges what needs no values.
func TestRefusedAtOnce(t *testing.T) {
	many := func(n int, section, line string) string {
		var b strings.Builder
		b.WriteString(section + ":\n")
		for i := range n {
			fmt.Fprintf(&b, line+"\n", i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, template string
		parameters     []types.Parameter
		message        string
		values         bool // only values show it
	}{
		{"empty", " ", nil, "Template format error", false},
		{"no YAML", "Resources: [", nil, "Template format error", false},
		{"no Resources", "Description: x", nil, "Template format error", false},
		{"unknown types, all in one message", "Resources:\n  A: {Type: AWS::Sky::Hook}\n  B: {Type: My::Own::Thing}\n  C: {Type: AWS::SNS::Topic}",
			nil, "[AWS::Sky::Hook, My::Own::Thing]: not in the sandbox", false},
		{"cycle", "Resources:\n  A: {Type: AWS::SNS::Topic, DependsOn: B}\n  B: {Type: AWS::SNS::Topic, DependsOn: A}", nil, "A -> B -> A", false},
		{"unresolved Ref", fmt.Sprintf(topic, "!Ref Nil"), nil, "Nil", false},
		{"unresolved GetAtt", fmt.Sprintf(topic, "!GetAtt Nil.Arn"), nil, "Nil", false},
		{"unresolved attribute", fmt.Sprintf(topic, "!GetAtt T2.Nil") + "  T2: {Type: AWS::SNS::Topic}", nil, "Nil", false},
		{"unresolved condition", "Resources:\n  T: {Type: AWS::SNS::Topic, Condition: Nil}", nil, "Nil", false},
		{"unresolved mapping key", "Mappings: {M: {a: {b: c}}}\n" + fmt.Sprintf(topic, "!FindInMap [M, a, Nil]"), nil, "Nil", false},
		{"unresolved import", fmt.Sprintf(topic, "!ImportValue Nil"), nil, "No export named Nil found.", true},
		{"unknown parameter", bucket, parameters("Nil", "x"), "Parameters: [Nil] do not exist in the template", true},
		{"parameter without value", "Parameters: {P: {Type: String}, Q: {Type: String}}" + bucket, nil, "Parameters: [P, Q] must have values", true},
		{"AllowedValues", "Parameters: {P: {Type: String, AllowedValues: [a, b]}}" + bucket, parameters("P", "c"), "P", true},
		{"AllowedPattern", "Parameters: {P: {Type: String, AllowedPattern: '[a-z]+'}}" + bucket, parameters("P", "9"), "P", true},
		{"MaxLength", "Parameters: {P: {Type: String, MaxLength: 2}}" + bucket, parameters("P", "abc"), "P", true},
		{"MinValue", "Parameters: {P: {Type: Number, MinValue: 3}}" + bucket, parameters("P", "2"), "P", true},
		{"Number", "Parameters: {P: {Type: Number}}" + bucket, parameters("P", "two"), "P", true},
		{"parameter of 4,097 bytes", "Parameters: {P: {Type: String}}" + bucket, parameters("P", strings.Repeat("x", 4097)), "4,096", true},
		{"parameter store without it", "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>'}}" + bucket, parameters("P", "/nil"), "Unable to fetch parameters [/nil]", true},
		{"501 resources", many(501, "Resources", "  R%d: {Type: AWS::SNS::Topic}"), nil, "500", false},
		{"201 parameters", many(201, "Parameters", "  P%d: {Type: String, Default: x}") + bucket, nil, "200", false},
		{"201 outputs", many(201, "Resources:\n  T: {Type: AWS::SNS::Topic}\nOutputs", "  O%d: {Value: x}"), nil, "200", false},
		{"51,201 bytes inline", bucket + strings.Repeat("#", 51_201-len(bucket)), nil, "51200", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: &c.template, Parameters: c.parameters})
			wants(t, err, "ValidationError", c.message)
			all, err := r.ListStacks(r.ctx, &cf.ListStacksInput{})
			if err != nil || len(all.StackSummaries) > 0 {
				t.Errorf("it left %v %v", all.StackSummaries, err)
			}
			_, err = r.ValidateTemplate(r.ctx, &cf.ValidateTemplateInput{TemplateBody: &c.template})
			if c.values && err != nil {
				t.Errorf("ValidateTemplate judged values: %v", err)
			}
			if !c.values {
				wants(t, err, "ValidationError", c.message)
			}
		})
	}
}

// SBX-61: 51,200 bytes inline pass, more go by S3; names have their form.
func TestLimitsThatHold(t *testing.T) {
	r := newRig(t)
	if s := r.create("s", bucket+strings.Repeat("#", 51_200-len(bucket))); s.StackStatus != "CREATE_COMPLETE" {
		t.Error(s.StackStatus)
	}
	for _, name := range []string{"", "1st", "a_b", strings.Repeat("a", 129)} {
		_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: &name, TemplateBody: aws.String(bucket)})
		wants(t, err, "ValidationError", "stackName")
	}
	if s := r.create(strings.Repeat("a", 128), bucket); s.StackStatus != "CREATE_COMPLETE" {
		t.Error(s.StackStatus)
	}
}

// SBX-62
func TestCapabilities(t *testing.T) {
	const trust = "AssumeRolePolicyDocument: {Statement: []}"
	role := "Resources:\n  R: {Type: AWS::IAM::Role, Properties: {" + trust + "}}"
	named := "Resources:\n  R: {Type: AWS::IAM::Role, Properties: {RoleName: n, " + trust + "}}"
	extended := "Transform: AWS::LanguageExtensions\n" + bucket
	for _, c := range []struct {
		name, template string
		given          []types.Capability
		needs          string
	}{
		{"no IAM", bucket, nil, ""},
		{"IAM without", role, nil, "CAPABILITY_IAM"},
		{"IAM with", role, []types.Capability{"CAPABILITY_IAM"}, ""},
		{"IAM with the stronger one", role, []types.Capability{"CAPABILITY_NAMED_IAM"}, ""},
		{"named IAM with the weaker one", named, []types.Capability{"CAPABILITY_IAM"}, "CAPABILITY_NAMED_IAM"},
		{"named IAM with", named, []types.Capability{"CAPABILITY_NAMED_IAM"}, ""},
		{"transform without", extended, nil, "CAPABILITY_AUTO_EXPAND"},
		{"transform with", extended, []types.Capability{"CAPABILITY_AUTO_EXPAND"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: &c.template, Capabilities: c.given})
			if c.needs == "" && err != nil {
				t.Fatal(err)
			}
			if c.needs != "" {
				wants(t, err, "InsufficientCapabilitiesException", "Requires capabilities : ["+c.needs+"]") // RT15
			}
		})
	}
	r := newRig(t)
	_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String("Transform: [AWS::LanguageExtensions, Mine, AWS::Include]\n" + bucket)})
	wants(t, err, "NotImplemented", "cloudformation:Transform.AWS::Include, cloudformation:Transform.Mine")
	out, err := r.ValidateTemplate(r.ctx, &cf.ValidateTemplateInput{TemplateBody: &named})
	if err != nil || out.Capabilities[0] != "CAPABILITY_NAMED_IAM" || !strings.Contains(*out.CapabilitiesReason, "AWS::IAM::Role") {
		t.Errorf("ValidateTemplate: %v %v", out, err)
	}
}

// A condition that would compare a secret cannot be answered, and is not answered wrongly.
func TestConditionOnASecretIsRefused(t *testing.T) {
	r := newRig(t)
	_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(
		"Parameters: {P: {Type: String, NoEcho: true, Default: x}}\nConditions: {C: !Or [!Equals [!Ref P, prod], !Equals [a, b]]}" + bucket)})
	wants(t, err, "NotImplemented", "Condition on a NoEcho parameter")
}

// SBX-66: the role is there, in the account, and trusts CloudFormation or Service Catalog.
func TestRole(t *testing.T) {
	for arn, ok := range map[string]bool{
		"arn:aws:iam::999999999999:role/SCLaunchStorage":     true,
		"arn:aws:iam::999999999999:role/Nil":                 false,
		"arn:aws:iam::333333333333:role/SCLaunchStorage":     false, // another account's
		"arn:aws:iam::999999999999:role/CatalogHubPublisher": false, // trusts neither
		"SCLaunchStorage": false,
	} {
		r := newRig(t)
		_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(bucket), RoleARN: &arn})
		if ok && err != nil {
			t.Errorf("%s: %v", arn, err)
		}
		if !ok {
			wants(t, err, "ValidationError", "is invalid or cannot be assumed")
		}
	}
}

func TestTemplateSummary(t *testing.T) {
	r := newRig(t)
	out, err := r.GetTemplateSummary(r.ctx, &cf.GetTemplateSummaryInput{TemplateBody: aws.String(secret)})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Parameters) != 2 || !*out.Parameters[0].NoEcho || *out.Parameters[0].DefaultValue != "****" || *out.Parameters[1].DefaultValue != "p" || fmt.Sprint(out.ResourceTypes) != "[AWS::SSM::Parameter]" {
		t.Errorf("%+v", out)
	}
	r.create("db", secret)
	again, err := r.GetTemplateSummary(r.ctx, &cf.GetTemplateSummaryInput{StackName: aws.String("db")})
	if err != nil || len(again.Parameters) != 2 {
		t.Errorf("of a stack: %v %v", again, err)
	}
}

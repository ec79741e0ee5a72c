package cloudformation_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/cloudformation"
)

// What a property records, for each way to write it.
func TestRecordedValue(t *testing.T) {
	const frame = `
Parameters:
  Stage: {Type: String, Default: prod}
  Names: {Type: CommaDelimitedList, Default: "a, b ,c"}
  Ports: {Type: List<Number>, Default: "80,443"}
Mappings:
  Sizes: {prod: {size: large}, test: {size: small}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Test: !Not [{Condition: Prod}]
Resources:
  Other: {Type: AWS::SNS::Topic, Properties: {TopicName: other}}
  P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: %s}}
`
	for value, want := range map[string]string{
		"plain":                                "plain",
		"true":                                 "true",
		"42":                                   "42",
		"4.5":                                  "4.5",
		"1000000000000":                        "1000000000000",
		"!Ref Stage":                           "prod",
		"!Join ['-', !Ref Names]":              "a-b-c",
		"!Select [1, !Ref Names]":              "b",
		"!Select [0, !Ref Ports]":              "80",
		"!If [Prod, up, down]":                 "up",
		"!If [Test, up, down]":                 "down",
		"!FindInMap [Sizes, !Ref Stage, size]": "large",
		"!Sub '${Stage}-${AWS::Region}'":       "prod-eu-west-1",
		"!Sub '${AWS::AccountId}/${AWS::StackName}'": "999999999999/s",
		"!Sub ['${a}-${b}', {a: 1, b: !Ref Stage}]":  "1-prod",
		"!Sub '${!Literal}'":                         "${Literal}",
		"!Ref Other":                                 "arn:aws:sns:eu-west-1:999999999999:other",
		"!GetAtt Other.TopicName":                    "other",
		"!Select [0, !Split [':', !Ref Other]]":      "arn",
		"{Fn::Base64: hello}":                        "aGVsbG8=",
		"!Base64 {Fn::Sub: '${Stage}'}":              "cHJvZA==", // SBX-64: short forms nest
		"!Select [1, !GetAZs {Ref: AWS::Region}]":    "eu-west-1b",
		"!Select [2, !Cidr [10.0.0.0/16, 4, 8]]":     "10.0.2.0/24",
		"!Ref AWS::Partition":                        "aws",
		"!Ref AWS::URLSuffix":                        "amazonaws.com",
		"'{{resolve:ssm:/x}}'":                       "{{resolve:ssm:/x}}",
	} {
		t.Run(value, func(t *testing.T) {
			r := newRig(t)
			r.create("s", fmt.Sprintf(frame, value))
			if got := r.recorded("s", "P")["Value"]; got != want {
				t.Errorf("recorded %q, want %q", got, want)
			}
		})
	}
}

// AWS::NoValue takes the property away; lists and mappings keep their form.
func TestRecordedStructure(t *testing.T) {
	r := newRig(t)
	r.create("s", `
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !Ref AWS::NoValue
      FifoQueue: true
      RedrivePolicy: {maxReceiveCount: 3, deadLetterTargetArn: !Ref AWS::NoValue}
      Tags: [{Key: a, Value: 1}, !Ref AWS::NoValue]
`)
	if got := fmt.Sprint(r.recorded("s", "Q")); got != "map[FifoQueue:true RedrivePolicy:map[maxReceiveCount:3] Tags:[map[Key:a Value:1]]]" {
		t.Error(got)
	}
}

// A condition makes a resource, and takes it away again.
func TestCondition(t *testing.T) {
	const template = `
Parameters: {Stage: {Type: String, Default: test}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources:
  Always: {Type: AWS::SNS::Topic}
  Sometimes: {Type: AWS::SQS::Queue, Condition: Prod, DependsOn: Always}
  After: {Type: AWS::SNS::Topic, DependsOn: Sometimes}
Outputs:
  Q: {Value: !GetAtt Sometimes.Arn, Condition: Prod}
`
	r := newRig(t)
	stage := func(v string) func(*cf.UpdateStackInput) {
		return func(in *cf.UpdateStackInput) { in.Parameters = parameters("Stage", v) }
	}
	for _, c := range []struct {
		stack     types.Stack
		resources int
		outputs   int
	}{
		{r.create("s", template), 2, 0},
		{r.update("s", template, stage("prod")), 3, 1},
		{r.update("s", template, stage("test")), 2, 0},
	} {
		if len(c.stack.Outputs) != c.outputs {
			t.Errorf("%s: outputs %v", c.stack.StackStatus, outputs(c.stack))
		}
	}
	story := r.story("s")
	if !has(story, "s CREATE_COMPLETE", "Sometimes CREATE_COMPLETE", "s UPDATE_COMPLETE", "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Sometimes DELETE_COMPLETE", "s UPDATE_COMPLETE") || len(r.resources("s")) != 2 {
		t.Errorf("%v", story)
	}
}

// A parameter's value is one of the store, where its type says so.
func TestParameterStore(t *testing.T) {
	const reader = "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<%s>', Default: %s}}\nResources:\n  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: %s}}"
	r := newRig(t)
	r.create("maker", "Resources:\n  P: {Type: AWS::SSM::Parameter, Properties: {Name: /cfg, Type: String, Value: 'a,b'}}")
	for i, c := range []struct{ typ, name, use, want string }{
		{"String", "/cfg", "!Ref P", "a,b"},
		{"List<String>", "/cfg", "!Select [1, !Ref P]", "b"},
		{"AWS::EC2::Image::Id", "/aws/service/ami-amazon-linux-latest/al2023", "!Select [0, !Split ['-', !Ref P]]", "ami"},
	} {
		name := fmt.Sprint("reader", i)
		r.create(name, fmt.Sprintf(reader, c.typ, c.name, c.use))
		if got := r.recorded(name, "T")["DisplayName"]; got != c.want {
			t.Errorf("%s of %s: %v", c.typ, c.name, got)
		}
	}
	r.remove("maker")
	_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("late"), TemplateBody: aws.String(fmt.Sprintf(reader, "String", "/cfg", "x"))})
	wants(t, err, "ValidationError", "Unable to fetch parameters [/cfg] from parameter store for this account.")
}

// What an update takes over, and what it does not.
func TestPreviousValues(t *testing.T) {
	const template = "Parameters: {P: {Type: String, Default: d}, Q: {Type: String}}\nResources:\n  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub '${P}${Q}'}}"
	previous := func(name string) types.Parameter {
		return types.Parameter{ParameterKey: &name, UsePreviousValue: aws.Bool(true)}
	}
	for _, c := range []struct {
		name  string
		given []types.Parameter
		want  string // recorded, or the refusal
	}{
		{"both kept", []types.Parameter{previous("P"), previous("Q")}, "No updates are to be performed."},
		{"one kept", append(parameters("Q", "new"), previous("P")), "pnew"},
		{"one left to its default", []types.Parameter{previous("Q")}, "dq"},
		{"one without default left out", []types.Parameter{previous("P")}, "Parameters: [Q] must have values"},
		{"one that never was", []types.Parameter{previous("P"), previous("Q"), previous("Z")}, "parameter key Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.create("s", template, func(in *cf.CreateStackInput) { in.Parameters = parameters("P", "p", "Q", "q") })
			_, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), UsePreviousTemplate: aws.Bool(true), Parameters: c.given})
			if err != nil {
				wants(t, err, "ValidationError", c.want)
				return
			}
			r.settle("s")
			if got := r.recorded("s", "T")["DisplayName"]; got != c.want {
				t.Errorf("recorded %v, want %s", got, c.want)
			}
		})
	}
}

// Every type is made, found and deleted, with the properties its schema requires.
func TestEveryTypeLives(t *testing.T) {
	for _, typ := range cloudformation.Types() {
		if typ == "AWS::CloudFormation::Stack" {
			continue // it needs a template: TestNestedStackLivesWithItsParent
		}
		t.Run(typ, func(t *testing.T) {
			ended := life(t, "Resources:\n  Thing:\n    Type: "+typ+"\n    Properties: {"+cloudformation.Required(typ)+"}\n", nil)
			if ended != "CREATE_COMPLETE" {
				t.Errorf("ended %s", ended)
			}
		})
	}
}

// The repository's own products live and die here.
func TestSampleProducts(t *testing.T) {
	found, err := filepath.Glob("../../products/*/template.yaml")
	if err != nil || len(found) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, path := range found {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if ended := life(t, string(raw), plausible(raw)); ended != "CREATE_COMPLETE" {
				t.Errorf("ended %s", ended)
			}
		})
	}
}

// SBX-33: as time goes by, history only grows at its end, and a stack's state is its last line.
func TestHistoryOnlyGrows(t *testing.T) {
	r := newRig(t)
	r.create("s", before)
	if _, err := r.UpdateStack(r.ctx, &cf.UpdateStackInput{StackName: aws.String("s"), TemplateBody: aws.String(after)}); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for range 40 {
		var now []string
		last := types.ResourceStatus("")
		for _, e := range r.events("s") {
			now = append(now, *e.EventId+string(e.ResourceStatus))
			if *e.LogicalResourceId == "s" {
				last = e.ResourceStatus
			}
		}
		if len(now) < len(seen) || strings.Join(now[:len(seen)], " ") != strings.Join(seen, " ") {
			t.Fatalf("history changed:\n%v\n%v", seen, now)
		}
		if status := r.stack("s").StackStatus; string(status) != string(last) {
			t.Errorf("state %s, last line %s", status, last)
		}
		seen = now
		r.pass(250 * time.Millisecond)
	}
	if got := r.stack("s").StackStatus; got != "UPDATE_COMPLETE" {
		t.Errorf("after ten seconds: %s", got)
	}
}

// SBX-59: the same seed and the same calls make the same ids.
func TestIdsComeFromTheSeed(t *testing.T) {
	one, two := newRig(t), newRig(t)
	a, b := one.create("s", network()), two.create("s", network())
	if *a.StackId != *b.StackId {
		t.Errorf("%s, %s", *a.StackId, *b.StackId)
	}
	for id, x := range one.resources("s") {
		if other := two.resources("s")[id]; *x.PhysicalResourceId != *other.PhysicalResourceId {
			t.Errorf("%s: %s, %s", id, *x.PhysicalResourceId, *other.PhysicalResourceId)
		}
	}
}

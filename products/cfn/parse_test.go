package cfn

import (
	"fmt"
	"slices"
	"testing"
)

const full = `AWSTemplateFormatVersion: 2010-09-09
Description: A queue
Transform: AWS::LanguageExtensions
Metadata:
  Owner: platform
Parameters:
  Size:
    Type: Number
    Description: How many
    Default: 3
    MinValue: 1
    MaxValue: '5.5'
  Zones:
    Type: CommaDelimitedList
    Default: [a, b]
    AllowedValues: [a, b, true]
    NoEcho: true
  Name:
    Type: String
    AllowedPattern: '[a-z]+'
    ConstraintDescription: lower case
    MinLength: 1
    MaxLength: 9
Mappings:
  M: {a: {b: c}}
Conditions:
  Live: !Equals [!Ref Name, live]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Condition: Live
    DependsOn: Topic
    DeletionPolicy: Retain
    UpdateReplacePolicy: Snapshot
    Properties:
      DelaySeconds: !Ref Size
  Topic:
    Type: AWS::SNS::Topic
    DependsOn: []
Outputs:
  Arn:
    Description: Where to send
    Condition: Live
    Value: !GetAtt Queue.Arn
    Export:
      Name: !Sub ${AWS::StackName}-arn
  Plain:
    Value: x
`

// Every section, as written and in the order written.
func TestParse(t *testing.T) {
	tm := must(t, full)
	if got := tm.Check(); len(got) > 0 {
		t.Errorf("%v", got)
	}
	if tm.Description != "A queue" || !slices.Equal(tm.Transforms, []string{extensions}) {
		t.Errorf("%q %q", tm.Description, tm.Transforms)
	}
	size, zones, name := tm.Parameters[0], tm.Parameters[1], tm.Parameters[2]
	if size.Name != "Size" || size.Description != "How many" || *size.Default != "3" || *size.MinValue != 1 || *size.MaxValue != 5.5 || size.List() {
		t.Errorf("%+v", size)
	}
	if !zones.List() || !zones.NoEcho || *zones.Default != "a,b" || !slices.Equal(zones.AllowedValues, []string{"a", "b", "true"}) {
		t.Errorf("%+v", zones)
	}
	if name.Default != nil || name.AllowedPattern != "[a-z]+" || name.ConstraintDescription != "lower case" || *name.MinLength != 1 || *name.MaxLength != 9 {
		t.Errorf("%+v", name)
	}
	queue, topic := tm.Resources[0], tm.Resource("Topic")
	if queue.LogicalID != "Queue" || queue.Condition != "Live" || !slices.Equal(queue.DependsOn, []string{"Topic"}) ||
		queue.DeletionPolicy != "Retain" || queue.UpdateReplacePolicy != "Snapshot" || queue.Properties == nil {
		t.Errorf("%+v", queue)
	}
	if topic.Type != "AWS::SNS::Topic" || topic.Properties != nil || len(topic.DependsOn) > 0 {
		t.Errorf("%+v", topic)
	}
	arn := tm.Outputs[0]
	if arn.Name != "Arn" || arn.Description != "Where to send" || arn.Condition != "Live" || arn.Export == nil || tm.Outputs[1].Export != nil {
		t.Errorf("%+v", arn)
	}
	if tm.Resource("Nobody") != nil || tm.Parameter("Nobody") != nil {
		t.Error("a name that is not there gives something")
	}
}

// A template of JSON has places too, and the same faults.
func TestParseJSON(t *testing.T) {
	tm, ds := Parse("t.json", []byte(`{
  "Resources": {
    "Bucket": {
      "Type": "AWS::S3::Bucket",
      "Properties": {
        "BucketName": {"Ref": "Nmae"},
        "Tags": [{"Key": "a", "Value": {"Fn::GetAtt": "Bucket.Arm"}}]
      }
    }
  },
  "Parameters": {"Name": {"Type": "String"}}
}`))
	if tm == nil {
		t.Fatal(ds)
	}
	want := `3:5 AXLE2218 cycle: Bucket -> Bucket; take one of these references out
6:31 AXLE2213 Ref "Nmae" names nothing; did you mean "Name"?
7:55 AXLE2214 AWS::S3::Bucket has no attribute "Arm"; did you mean "Arn"?`
	if got := lines(tm.Check()); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// A transform in each of its spellings.
func TestTransforms(t *testing.T) {
	for spelling, want := range map[string]string{
		"A":                             "[A]",
		"[A, B]":                        "[A B]",
		"{Name: A, Parameters: {x: 1}}": "[A]",
		"[{Name: A}, B]":                "[A B]",
	} {
		if got := fmt.Sprint(must(t, "Transform: "+spelling+"\nResources: {}\n").Transforms); got != want {
			t.Errorf("%s: %s, want %s", spelling, got, want)
		}
	}
}

// Empty sections are as good as none; what is empty in a resource is a fault of its own.
func TestEmptySections(t *testing.T) {
	tm := must(t, "Parameters:\nConditions:\nMappings:\nOutputs:\nResources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n")
	if got := lines(tm.Check()); got != `8:16 AXLE2224 null is not allowed here; leave the key out, or write {"Ref": "AWS::NoValue"}` {
		t.Errorf("got %s", got)
	}
}

func TestMegabytes(t *testing.T) {
	for n, want := range map[int]string{1_000_000: "1 MB", 1_240_000: "1.2 MB", 4_000_000: "4 MB", 100_000_000: "100 MB"} {
		if got := megabytes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// What Fn::Sub takes for a variable.
func TestParts(t *testing.T) {
	for text, want := range map[string]string{
		"":                "|",
		"a":               "a|",
		"${A}":            "|<A>|",
		"a${A}b${B.C}c":   "a|<A>b|<B.C>c|",
		"${!A}":           "${A}||",
		"${AWS::Region}$": "|<AWS::Region>$|",
		"${unclosed":      "${unclosed|",
		"$${A}":           "$|<A>|",
		"x${!A}y${B}":     "x${A}|y|<B>|",
	} {
		got := ""
		for _, p := range parts(text) {
			if p.variable {
				got += "<" + p.text + ">"
			} else {
				got += p.text + "|"
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

package cloudformation_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// life takes a template through a stack's whole life and says how it ended, or why it was
// refused. A refusal is AWS's, never a fault of ours.
func life(t *testing.T, template string, parameters map[string]string) string {
	t.Helper()
	ended, _ := lifeIn(t, region, template, parameters)
	return ended
}

// lifeIn is a life in a region, beside a stack that exports what the template imports. The
// stack is as it was before its deletion.
func lifeIn(t *testing.T, region, template string, parameters map[string]string, exports ...string) (string, cloudformation.Stack) {
	t.Helper()
	store, now := world.Memory(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	call := func(f func(*world.Call)) {
		if err := store.Update(t.Context(), func(tx world.Tx) error {
			f(&world.Call{Tx: tx, Account: account, Region: region, Now: now})
			return nil
		}); err != nil {
			t.Fatalf("%v\n%s", err, template)
		}
		now = now.Add(24 * time.Hour)
	}
	var refused error
	var s cloudformation.Stack
	for i, name := range exports {
		exporter := fmt.Sprintf("Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {O: {Value: %q, Export: {Name: %q}}}", exportedValue(name), name)
		call(func(c *world.Call) {
			if _, err := cloudformation.Create(c, cloudformation.Request{Name: fmt.Sprint("exporter", i), Template: exporter}); err != nil {
				t.Fatal(err)
			}
		})
	}
	call(func(c *world.Call) {
		s, refused = cloudformation.Create(c, cloudformation.Request{Name: "s", Template: template, Parameters: parameters, Capabilities: []string{"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}})
	})
	if refused != nil {
		var w *wire.Error
		if !errors.As(refused, &w) || w.Status >= 500 && w.Code != "NotImplemented" {
			t.Fatalf("not a refusal: %v\n%s", refused, template)
		}
		return refused.Error(), s
	}
	call(func(c *world.Call) {
		var ok bool
		if s, ok = cloudformation.Find(c, s.ID); !ok || s.Status != "CREATE_COMPLETE" && s.Status != "ROLLBACK_COMPLETE" {
			t.Fatalf("%s %s\n%s", s.Status, s.StatusReason, template)
		}
		_ = cloudformation.Delete(c, s.ID)
	})
	before := s
	call(func(c *world.Call) {
		if s, _ = cloudformation.Find(c, s.ID); s.Status != "DELETE_COMPLETE" {
			t.Fatalf("its deletion ends %s: %s\n%s", s.Status, s.StatusReason, template)
		}
	})
	return before.Status, before
}

// exportedValue is an ARN where the name asks for one.
func exportedValue(name string) string {
	if arns.MatchString(name) {
		return "arn:aws:iam::123456789012:role/example"
	}
	return "vpc-0123456789abcdef0"
}

// SBX-13: no template hangs a stack or makes a 500.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{bucket, network(), secret, before, after, mine, exporting, importing, "", "{}", "Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !If [X, a, b]}}}",
		"Transform: AWS::LanguageExtensions\nResources: {'Fn::ForEach::L': [N, [A, B], {'T${N}': {Type: AWS::SNS::Topic}}]}",
		"Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}\nResources: {F: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, AutoPublishAlias: a, Policies: [{S3ReadPolicy: {BucketName: b}}], Events: {E: {Type: Api, Properties: {Path: /, Method: get}}, S: {Type: SNS}}}}, A: {Type: AWS::Serverless::Api, Properties: {StageName: a}}, T: {Type: AWS::Serverless::SimpleTable}, S: {Type: AWS::Serverless::StateMachine}, L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: 's3://b/k'}}}",
		"Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://b.s3.amazonaws.com/k', Parameters: {A: [1]}, Tags: [1, {Key: a}]}}}",
		"Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Principal: [1]}}}}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, template string) { life(t, template, nil) })
}

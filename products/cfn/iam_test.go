package cfn_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

const withPolicies = `
Parameters:
  Who: { Type: String }
  Stage: { Type: String, AllowedValues: [dev, prod] }
Conditions:
  Prod: !Equals [!Ref Stage, prod]
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: orders } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole } }
      Policies:
        - PolicyName: a
          PolicyDocument: POLICY
  Secret: { Type: AWS::SecretsManager::ResourcePolicy, Properties: { SecretId: x, ResourcePolicy: !If [Prod, !Ref Who, { Statement: [] }] } }
`

// The template's policies by kind and place; each branch of a condition is one.
func TestPolicyDocuments(t *testing.T) {
	tpl := parsed(t, strings.Replace(withPolicies, "POLICY", "{ Statement: [] }", 1))
	var got []string
	for _, d := range tpl.PolicyDocuments() {
		got = append(got, strings.TrimSpace(string(d.Kind)+" "+d.Path+" "+d.Type))
	}
	want := `trust Resources.Role.Properties.AssumeRolePolicyDocument
identity Resources.Role.Properties.Policies.0.PolicyDocument
resource Resources.Secret.Properties.ResourcePolicy AWS::SecretsManager::Secret
resource Resources.Secret.Properties.ResourcePolicy AWS::SecretsManager::Secret`
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// F7c: a policy as IAM reads it; what only a launch knows is never wider than it may be.
func TestPolicyText(t *testing.T) {
	for _, c := range []struct{ name, policy, want, open string }{
		{"as it stands", `{ Version: "2012-10-17", Statement: [{ Effect: Allow, Action: [s3:GetObject], Resource: "arn:aws:s3:::a/*" }] }`,
			`{"Statement":{"Action":"s3:GetObject","Effect":"Allow","Resource":"arn:aws:s3:::a/*"},"Version":"2012-10-17"}`, ""},
		{"its own resource by ARN", `{ Statement: { Effect: Allow, Action: sns:Publish, Resource: !Ref Topic } }`,
			`{"Statement":{"Action":"sns:Publish","Effect":"Allow","Resource":"arn:aws-cn:sns:cn-north-1:111122223333:orders"}}`, ""},
		{"pseudo parameters", `{ Statement: { Effect: Deny, Action: "*", Resource: !Sub "arn:${AWS::Partition}:s3:::x-${AWS::Region}-${AWS::AccountId}" } }`,
			`{"Statement":{"Action":"*","Effect":"Deny","Resource":"arn:aws-cn:s3:::x-cn-north-1-111122223333"}}`, ""},
		{"an unknown resource is any", `{ Statement: { Effect: Allow, Action: a:B, Resource: !Sub "${Who}/x" } }`,
			`{"Statement":{"Action":"a:B","Effect":"Allow","Resource":"*"}}`, ""},
		{"an unknown principal is not everybody", `{ Statement: { Effect: Allow, Principal: { AWS: !Ref Who }, Action: a:B } }`,
			`{"Statement":{"Action":"a:B","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"}}}`, ""},
		{"both branches of a statement", `{ Statement: [!If [Prod, { Effect: Deny, Action: a:B, Resource: "*" }, !Ref AWS::NoValue], { Effect: Allow, Action: a:C, Resource: "*" }] }`,
			`{"Statement":[{"Action":"a:B","Effect":"Deny","Resource":"*"},{"Action":"a:C","Effect":"Allow","Resource":"*"}]}`, ""},
		{"an action that a launch chooses", `{ Statement: { Effect: Allow, Action: !Ref Who, Resource: "*" } }`, "", "Action is known at a launch only"},
		{"an effect on a condition", `{ Statement: { Effect: !If [Prod, Deny, Allow], Action: a:B, Resource: "*" } }`, "", "Effect depends on a condition"},
		{"a function", `!Ref Who`, "", "the policy is text or a function"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tpl := parsed(t, strings.Replace(withPolicies, "POLICY", c.policy, 1))
			text, open := tpl.Policy(tpl.PolicyDocuments()[1], "cn-north-1")
			if c.open != "" {
				if strings.Join(open, "; ") != c.open {
					t.Errorf("open %q, want %q", open, c.open)
				}
				return
			}
			if text != c.want || len(open) > 0 || !json.Valid([]byte(text)) {
				t.Errorf("got\n%s %v\nwant\n%s", text, open, c.want)
			}
		})
	}
}

// A policy is asked about beside the one that stood at its place; a finding is placed by its steps.
func TestQuestions(t *testing.T) {
	before := parsed(t, strings.Replace(withPolicies, "POLICY", `{ Statement: { Effect: Deny, Action: a:B, Resource: "*" } }`, 1))
	now := parsed(t, strings.Replace(withPolicies, "POLICY", `{ Statement: [{ Effect: Allow, Action: [a:B, a:C], Resource: "*" }] }`, 1))
	q := now.Questions(before, "eu-west-1")[1]
	if !strings.Contains(q.Before, "Deny") || !strings.Contains(q.Text, "Allow") {
		t.Errorf("%+v", q)
	}
	if alone := now.Questions(nil, "eu-west-1")[1]; alone.Before != "" {
		t.Errorf("%+v", alone)
	}
	for steps, want := range map[string]string{"Statement 0 Action 1": "a:C", "Statement 0 Effect": "Allow", "Statement 0 Effect 7 x": "Allow"} {
		if got := q.At(strings.Fields(steps)); got.Value != want {
			t.Errorf("%s: %+v", steps, got)
		}
	}
}

func parsed(t *testing.T, text string) *cfn.Template {
	t.Helper()
	tpl, ds := cfn.Parse("t.yaml", []byte(text))
	if tpl == nil {
		t.Fatal(ds)
	}
	return tpl
}

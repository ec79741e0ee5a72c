package policies_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
)

// rulesFound are the rules of findings, each once; a warning's in brackets.
func rulesFound(found []pipeline.Finding) string {
	var all []string
	for _, f := range found {
		rule := f.Rule[strings.LastIndex(f.Rule, "-")+1:]
		if f.Severity == document.SeverityWarning {
			rule = "(" + rule + ")"
		}
		all = append(all, rule)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// F7c: what axle's own subset says of a policy without asking AWS; the rule's number, (in brackets)
// where it only warns.
func TestIAM(t *testing.T) {
	const (
		identity = `Resources: { P: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: DOC } } }`
		trust    = `Resources: { R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: DOC } } }`
		resource = `Resources: { S: { Type: AWS::SecretsManager::ResourcePolicy, Properties: { SecretId: s, ResourcePolicy: DOC } } }`
		images   = `Resources: { E: { Type: AWS::ECR::Repository, Properties: { RepositoryPolicyText: DOC } } }`
		queue    = `Resources: { Q: { Type: AWS::SQS::QueuePolicy, Properties: { Queues: [q], PolicyDocument: DOC } } }`
	)
	for _, c := range []struct{ name, in, doc, rules, says string }{
		{"sound", identity, `{ V, Statement: { Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::a/*", Condition: { StringEqualsIfExists: { aws:SourceAccount: x } } } }`, "", ""},
		{"sound trust", trust, `{ V, Statement: { Effect: Allow, Principal: { Service: lambda.amazonaws.com, AWS: ["111111111111", !Ref AWS::AccountId, "arn:aws:iam::111111111111:root"] }, Action: sts:AssumeRole } }`, "", ""},
		{"sound repository policy, which names no resource", images, `{ V, Statement: { Effect: Allow, Principal: { AWS: "111111111111" }, Action: ecr:BatchGetImage } }`, "", ""},
		{"a function below", identity, `{ V, Statement: [!If [C, { Effect: Allow, Action: s3:GetObject, Resource: "*" }, !Ref AWS::NoValue]] }`, "", ""},
		{"no version", identity, `{ Statement: { Effect: Deny, Action: "*", Resource: "*" } }`, "(1)", "has no Version"},
		{"the old version", identity, `{ Version: "2008-10-17", Statement: { Effect: Deny, Action: "*", Resource: "*" } }`, "(1)", "2008-10-17 is not"},
		{"no statement", identity, `{ V, Statement: [] }`, "1", "has no Statement"},
		{"a misspelt element", identity, `{ V, Statement: { Effect: Allow, Actions: s3:GetObject, Resource: "*" } }`, "1", `did you mean "Action"?`},
		{"no effect", identity, `{ V, Statement: { Action: s3:GetObject, Resource: "*" } }`, "1", "Effect must be"},
		{"an effect that is none", identity, `{ V, Statement: { Effect: allow, Action: s3:GetObject, Resource: "*" } }`, "1", "Effect must be"},
		{"no resource", identity, `{ V, Statement: { Effect: Allow, Action: s3:GetObject } }`, "1", "one of Resource and NotResource"},
		{"two of a kind", identity, `{ V, Statement: { Effect: Deny, Action: s3:GetObject, NotAction: s3:PutObject, Resource: "*" } }`, "1", "one of Action and NotAction"},
		{"Sid twice", identity, `{ V, Statement: [{ Sid: A, Effect: Deny, Action: s3:GetObject, Resource: "*" }, { Sid: A, Effect: Deny, Action: s3:PutObject, Resource: "*" }] }`, "1", "the Sid A"},
		{"a trust policy with a resource", trust, `{ V, Statement: { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole, Resource: "*" } }`, "1", "names no resource"},
		{"an action without a service", identity, `{ V, Statement: { Effect: Allow, Action: GetObject, Resource: "*" } }`, "2", `"GetObject" is no action`},
		{"an action of nothing known", identity, `{ V, Statement: { Effect: Allow, Action: lamda:InvokeFunction, Resource: "*" } }`, "(2)", `did you mean "lambda"?`},
		{"an action one letter off", identity, `{ V, Statement: { Effect: Allow, Action: sqs:CreateQeue, Resource: "*" } }`, "(2)", "knows sqs:CreateQueue"},
		{"an action of two names", identity, `{ V, Statement: { Effect: Allow, Action: [ssm:GetParameter, "ssm:Get*", "s*:Get*"], Resource: "*" } }`, "", ""},
		{"a principal in an identity policy", identity, `{ V, Statement: { Effect: Allow, Principal: "*", Action: s3:GetObject, Resource: "*" } }`, "3", "names no principal"},
		{"no principal elsewhere", trust, `{ V, Statement: { Effect: Allow, Action: sts:AssumeRole } }`, "3", "names no Principal"},
		{"everybody but", resource, `{ V, Statement: { Effect: Allow, NotPrincipal: { AWS: "111111111111" }, Action: secretsmanager:GetSecretValue, Resource: "*" } }`, "3", "everybody else"},
		{"text for a principal", trust, `{ V, Statement: { Effect: Allow, Principal: lambda.amazonaws.com, Action: sts:AssumeRole } }`, "3", "* or a mapping"},
		{"a kind of principal that is none", trust, `{ V, Statement: { Effect: Allow, Principal: { Services: lambda.amazonaws.com }, Action: sts:AssumeRole } }`, "3", `did you mean "Service"?`},
		{"a service that is none", trust, `{ V, Statement: { Effect: Allow, Principal: { Service: lambda }, Action: sts:AssumeRole } }`, "3", "lambda is no service"},
		{"an account of 11 digits", trust, `{ V, Statement: { Effect: Allow, Principal: { AWS: "11111111111" }, Action: sts:AssumeRole } }`, "3", "neither an account nor an ARN"},
		{"a star in a principal's ARN", trust, `{ V, Statement: { Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/*" }, Action: sts:AssumeRole } }`, "3", "no wildcard"},
		{"every other action", identity, `{ V, Statement: { Effect: Allow, NotAction: iam:CreateUser, Resource: "*" } }`, "4", "every other action"},
		{"every other action denied", identity, `{ V, Statement: { Effect: Deny, NotAction: iam:CreateUser, Resource: "*" } }`, "", ""},
		{"a resource that is none", identity, `{ V, Statement: { Effect: Allow, Action: s3:GetObject, Resource: my-bucket } }`, "5", `"my-bucket" is no ARN`},
		{"a short ARN", identity, `{ V, Statement: { Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:bucket" } }`, "5", "is no ARN"},
		{"every other resource", identity, `{ V, Statement: { Effect: Allow, Action: s3:GetObject, NotResource: "arn:aws:s3:::a/*" } }`, "(5)", "every other resource"},
		{"an operator that is none", identity, `{ V, Statement: { Effect: Allow, Action: s3:GetObject, Resource: "*", Condition: { StringEqual: { aws:SourceAccount: x } } } }`, "6", `did you mean "StringEquals"?`},
		{"a key without a prefix", identity, `{ V, Statement: { Effect: Allow, Action: s3:GetObject, Resource: "*", Condition: { "ForAnyValue:StringLike": { SourceAccount: x } } } }`, "6", "write aws:SourceAccount"},
		{"a secret for everybody", resource, `{ V, Statement: { Effect: Allow, Principal: "*", Action: secretsmanager:GetSecretValue, Resource: "*" } }`, "7", "everybody may use S"},
		{"a secret for the organization", resource, `{ V, Statement: { Effect: Allow, Principal: { AWS: "*" }, Action: secretsmanager:GetSecretValue, Resource: "*", Condition: { StringEquals: { aws:PrincipalOrgID: o-1 } } } }`, "", ""},
		{"a queue for everybody is a starter rule's to say", queue, `{ V, Statement: { Effect: Allow, Principal: "*", Action: sqs:SendMessage, Resource: "*" } }`, "", ""},
		{"a policy of somewhere else", identity, `!Ref P`, "8", "is not judged"},
		{"a statement of somewhere else", identity, `{ V, Statement: [!Ref P] }`, "8", "is not judged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := strings.ReplaceAll(c.doc, "{ V,", `{ Version: "2012-10-17",`)
			tpl, _ := cfn.Parse("t.yaml", []byte(strings.ReplaceAll(c.in, "DOC", doc)))
			if tpl == nil {
				t.Fatal("no template")
			}
			r := policies.IAM(tpl)
			var said []string
			for _, f := range r.Findings {
				said = append(said, f.String(), f.Hint)
				if f.Line < 1 || f.Col < 1 || f.Path == "" || f.Resource == "" || f.Fingerprint == "" {
					t.Errorf("without its place: %+v", f)
				}
			}
			if got := rulesFound(r.Findings); got != c.rules || !strings.Contains(strings.Join(said, "\n"), c.says) {
				t.Errorf("rules %q, want %q; says\n%s", got, c.rules, strings.Join(said, "\n"))
			}
		})
	}
}

// Whatever stands where a policy should: it is judged or said to be none, and never a panic.
func FuzzIAM(f *testing.F) {
	f.Add(`{ Version: "2012-10-17", Statement: { Effect: Allow, Principal: { AWS: "*" }, Action: [s3:GetObject], Resource: !Sub "${X}" } }`)
	f.Add(`{ Statement: [!If [a, [1], { Condition: { A: [b] } }], !Ref x, [], ""] }`)
	f.Add(`!If [a, !Ref AWS::NoValue, { Statement: { Condition: !Ref x, Principal: [a] } }]`)
	f.Fuzz(func(t *testing.T, doc string) {
		tpl, _ := cfn.Parse("t.yaml", []byte("Resources: { R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: "+doc+" } } }"))
		if tpl == nil {
			return
		}
		for _, found := range policies.IAM(tpl).Findings {
			if found.Line < 1 || found.Summary == "" {
				t.Fatalf("%+v", found)
			}
		}
		tpl.Questions(tpl, "eu-west-1")
	})
}

// F7c: what IAM Access Analyzer answers stands at its place; new access warns, the rest fails.
func TestAnalyzed(t *testing.T) {
	tpl, _ := cfn.Parse("t.yaml", []byte("Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n          - Effect: Allow\n            Action: a:B\n            Resource: !Ref X\n"))
	asked := tpl.Questions(nil, "eu-west-1")
	for _, c := range []struct {
		name  string
		a     cfn.PolicyAnswer
		rules string
		says  string
	}{
		{"an error", cfn.PolicyAnswer{Check: cfn.CheckValid, Fails: true, Code: "ERROR INVALID_ACTION", Text: "No.", Link: "https://x", Steps: []string{"Statement", "0", "Action"}}, "1", "t.yaml:8:21: error AXLE2445: No. [ERROR INVALID_ACTION]"},
		{"a suggestion", cfn.PolicyAnswer{Check: cfn.CheckValid, Text: "Perhaps."}, "(1)", "t.yaml:6:9: warning AXLE2445"},
		{"new access", cfn.PolicyAnswer{Check: cfn.CheckNewAccess, Fails: true, Text: "More."}, "(2)", "did not: More."},
		{"forbidden", cfn.PolicyAnswer{Check: cfn.CheckNotGranted, Fails: true, Text: "It may."}, "3", "error AXLE2447"},
		{"public", cfn.PolicyAnswer{Check: cfn.CheckPublic, Fails: true, Text: "All.\x1b[31m"}, "4", `All.\x1b[31m`},
	} {
		r := policies.Analyzed(tpl, asked, []cfn.PolicyAnswer{c.a})
		if len(r.Findings) != 1 || rulesFound(r.Findings) != c.rules || !strings.Contains(r.Findings[0].String(), c.says) {
			t.Errorf("%s: %v, want %s %q", c.name, r.Findings, c.rules, c.says)
		}
	}
	asked[0].Open = []string{"Action is known at a launch only"}
	if r := policies.Analyzed(tpl, asked, nil); rulesFound(r.Findings) != "5" || r.Errors != 1 {
		t.Errorf("a policy that was not asked about passes: %v", r.Findings)
	}
}

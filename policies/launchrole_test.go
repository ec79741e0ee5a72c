package policies_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
)

func launchTemplate(t *testing.T, text string) *cfn.Template {
	t.Helper()
	tpl, ds := cfn.Parse("t.yaml", []byte(text))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	return tpl
}

const queue = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}}"

// F15: the computed policy is enough for its own template, and no rule finds it too wide.
func TestLaunchRoleOfTheSamples(t *testing.T) {
	for _, name := range []string{"encrypted-bucket", "queue-with-dlq", "vpc-three-tier"} {
		file := "../products/" + name + "/template.yaml"
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tpl, ds := cfn.Parse(file, data)
		if ds.Err() != nil {
			t.Fatal(ds)
		}
		needed, unknown := policies.LaunchRole(tpl)
		if len(unknown) > 0 {
			t.Errorf("%s: %q", name, unknown)
		}
		for _, p := range []policies.Policy{needed, needed.In("aws", "eu-central-1", "111111111111"), needed.In("", "", "")} {
			data, err := p.JSON()
			if err != nil {
				t.Fatal(err)
			}
			role, err := policies.ReadPolicy("role.json", data)
			if err != nil {
				t.Fatal(err)
			}
			if r := policies.Compare(role, needed); len(r.Findings) > 0 {
				t.Errorf("%s: %v\n%s", name, r.Findings, data)
			}
		}
	}
}

// What the policy is for one queue, to the letter but for its actions.
func TestLaunchRoleIsTheSameEveryTime(t *testing.T) {
	tpl := launchTemplate(t, queue)
	first, _ := policies.LaunchRole(tpl, "arn:aws:sns:us-east-1:111111111111:told")
	for range 5 {
		again, _ := policies.LaunchRole(tpl, "arn:aws:sns:us-east-1:111111111111:told")
		a, _ := first.JSON()
		b, _ := again.JSON()
		if string(a) != string(b) {
			t.Fatalf("%s\nthen\n%s", a, b)
		}
	}
	var on []string
	for _, s := range first.In("aws-cn", "cn-north-1", "111111111111").Statement {
		on = append(on, strings.Join(s.Resource, " "))
	}
	want := []string{"arn:aws-cn:cloudformation:cn-north-1:111111111111:stack/SC-*", "*", "*", "arn:aws:sns:us-east-1:111111111111:told", "arn:aws-cn:sqs:cn-north-1:111111111111:orders"}
	if !slices.Equal(on, want) {
		t.Errorf("%q, want %q", on, want)
	}
}

// F15: those who launch see only what is their own.
func TestEndUser(t *testing.T) {
	for _, s := range policies.EndUser("arn:aws:catalog:us-east-1:1:product/prod-a").Statement {
		for _, a := range s.Action {
			self := s.Condition["StringEquals"]["servicecatalog:userLevel"]
			switch {
			case strings.Contains(a, "Provisioned") && !slices.Equal(self, []string{"self"}):
				t.Errorf("%s without userLevel=self", a)
			case a == "servicecatalog:ProvisionProduct" && s.Resource[0] != "arn:aws:catalog:us-east-1:1:product/prod-a":
				t.Errorf("%s on %v", a, s.Resource)
			case strings.Contains(a, "*"):
				t.Errorf("%s", a)
			}
		}
	}
}

// allow is a statement of a role that is enough for queue, and one more.
func allow(more string) string {
	return `{"Version": "2012-10-17", "Statement": [
{"Effect": "Allow", "Action": ["cloudformation:CreateStack","cloudformation:DeleteStack","cloudformation:DescribeStackEvents","cloudformation:DescribeStacks","cloudformation:SetStackPolicy","cloudformation:UpdateStack"], "Resource": "arn:aws:cloudformation:*:*:stack/SC-*"},
{"Effect": "Allow", "Action": ["cloudformation:GetTemplateSummary","cloudformation:ValidateTemplate"], "Resource": "*"},
{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"s3:ExistingObjectTag/servicecatalog:provisioning": "true"}}}` + more + `]}`
}

const queues = `, {"Effect": "Allow", "Action": ["sqs:CreateQueue","sqs:GetQueueUrl","sqs:GetQueueAttributes","sqs:ListQueueTags","sqs:TagQueue","sqs:SetQueueAttributes","sqs:UntagQueue","sqs:DeleteQueue"], "Resource": "arn:aws:sqs:*:*:orders"}`

// F15, T26, T28: a role that gives too little, or too much, fails.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name, policy string
		rules        string // of the findings, in order of place
		says         string
	}{
		{"enough, and no more", allow(queues), "", ""},
		{"action names are the same in any case", allow(strings.ReplaceAll(queues, "sqs:CreateQueue", "SQS:createqueue")), "", ""},
		{"an action is missing", allow(strings.ReplaceAll(queues, `"sqs:DeleteQueue"`, `"sqs:GetQueueUrl"`)), "5", "lacks sqs:DeleteQueue on arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"},
		{"another queue is not this one", allow(strings.ReplaceAll(queues, ":orders", ":other")), "5", "lacks sqs:CreateQueue"},
		{"a pattern covers it", allow(strings.ReplaceAll(queues, ":orders", ":ord*")), "", ""},
		{"everything", `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`, "1 3", "may do everything (*)"},
		{"everything in a service", allow(queues + `, {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}`), "2 3", "may do everything in iam"},
		{"any role may be passed", allow(queues + `, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/*"}`), "3 6", "may pass any role"},
		{"every resource where fewer would do", allow(strings.ReplaceAll(queues, "arn:aws:sqs:*:*:orders", "*")), "4", "on every resource: sqs:CreateQueue"},
		{"reads that IAM does not narrow may be on all", allow(queues + `, {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}`), "6", "does not need ec2:Describe*"},
		{"what nobody needs is a warning", allow(queues + `, {"Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": "arn:aws:sqs:*:*:orders"}`), "6", "does not need sqs:PurgeQueue"},
		{"NotAction", `{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}`, "1", "every action but iam:*"},
		{"NotResource", allow(queues + `, {"Effect": "Allow", "Action": "sqs:TagQueue", "NotResource": "arn:aws:sqs:*:*:x"}`), "4", "every resource but a few"},
		{"a Deny takes away", allow(queues + `, {"Effect": "Deny", "Action": "sqs:Delete*", "Resource": "*"}`), "5", "a statement may deny it"},
		{"a Deny of something else does not", allow(queues + `, {"Effect": "Deny", "Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:other"}`), "5", "may deny it"},
		{"a condition that is not judged does not count", allow(strings.Replace(queues, `"Resource"`, `"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "Resource"`, 1)), "5", "only under a condition"},
		{"called by CloudFormation is what happens", allow(strings.Replace(queues, `"Resource"`, `"Condition": {"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}, "Resource"`, 1)), "", ""},
		{"a misspelt effect grants nothing", allow(strings.Replace(queues, `"Allow"`, `"allow"`, 1)), "5 7", "not one of an identity policy"},
		{"a principal belongs into another policy", allow(queues + `, {"Effect": "Allow", "Principal": "*", "Action": "sqs:TagQueue", "Resource": "*"}`), "7", "not one of an identity policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			role, err := policies.ReadPolicy("role.json", []byte(c.policy))
			if err != nil {
				t.Fatal(err)
			}
			needed, _ := policies.LaunchRole(launchTemplate(t, queue))
			checkRules(t, policies.Compare(role, needed), c.rules, c.says)
		})
	}
}

func checkRules(t *testing.T, r policies.Report, rules, says string) {
	t.Helper()
	var got []string
	said := ""
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Summary, "the launch role lacks cloudformation:") || strings.HasPrefix(f.Summary, "the launch role lacks s3:GetObject") {
			continue // of the shortest policies above
		}
		got = append(got, strings.TrimPrefix(f.Rule, "AXLE-ROLE-"))
		said += f.Summary + "\n"
		if f.Code == "" || f.Line == 0 || f.Hint == "" || f.Fingerprint == "" || (f.Severity == document.SeverityWarning) != (f.Rule == policies.RoleUnneeded) {
			t.Errorf("%+v", f)
		}
	}
	slices.Sort(got)
	if strings.Join(got, " ") != rules || !strings.Contains(said, says) {
		t.Errorf("rules %q, want %q; it says\n%swant %s", got, rules, said, says)
	}
}

const roles = `
Conditions: {C: !Equals [a, b]}
Resources:
  Launch:
    Type: AWS::IAM::Role
    Properties:
      RoleName: SCLaunchMessaging
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: servicecatalog.amazonaws.com}, Action: sts:AssumeRole}]}
      PROPERTIES
  Other:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}
  More:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: ROLES
      PolicyDocument: {Statement: [{Effect: Allow, Action: 'sqs:*', Resource: !Sub 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders'}]}
`

// B212, T28: a role of a template is read with all that is attached to it.
func TestRoles(t *testing.T) {
	for _, c := range []struct{ name, properties, attached, rules, says string }{
		{"AdministratorAccess", "ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']", "[!Ref Other]", "1 5", "has AdministratorAccess"},
		{"AdministratorAccess by !Sub", "ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess']", "[!Ref Other]", "1 5", "has AdministratorAccess"},
		{"another managed policy is not known", "ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSQSFullAccess']", "[!Ref Other]", "5 7", "AmazonSQSFullAccess grants is not known"},
		{"a managed policy of the template that names the role", "Description: x", "[!Ref Launch]", "2", "everything in sqs"},
		{"a managed policy of the template that the role names", "ManagedPolicyArns: [!Ref More]", "[!Ref Other]", "2", "everything in sqs"},
		{"a managed policy of the template that names the role on a condition", "Description: x", "[!If [C, !Ref Launch, !Ref Other]]", "2", "everything in sqs"},
		{"a managed policy of the template that has the role's name", "Description: x", "[SCLaunchMessaging]", "2", "everything in sqs"},
		{"a document on a condition cannot be judged", "Policies: !If [C, [{PolicyName: a, PolicyDocument: {Statement: {Effect: Allow, Action: '*', Resource: '*'}}}], !Ref AWS::NoValue]", "[!Ref Launch]", "2 7", "not one of an identity policy"},
		{"a statement on a condition cannot be judged", "Policies: [{PolicyName: a, PolicyDocument: {Statement: [!If [C, {Effect: Allow, Action: '*', Resource: '*'}, !Ref AWS::NoValue]]}}]", "[!Ref Launch]", "2 7", "not one of an identity policy"},
		{"a boundary is said", "PermissionsBoundary: x", "[!Ref Launch]", "2 6", "permissions boundary"},
		{"inline", "Policies: [{PolicyName: a, PolicyDocument: {Statement: {Effect: Allow, Action: 'sqs:*', Resource: 'arn:aws:sqs:*:*:orders'}}}]", "[!Ref Other]", "2", "everything in sqs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.NewReplacer("PROPERTIES", c.properties, "ROLES", c.attached).Replace(roles)
			tpl := launchTemplate(t, text)
			all := policies.Roles(tpl)
			if len(all) != 1 || all[0].Name != "Launch" {
				t.Fatalf("launch roles: %+v", all)
			}
			named, err := policies.RoleNamed(tpl, "SCLaunchMessaging")
			if err != nil || named.Name != "Launch" {
				t.Fatalf("%+v, %v", named, err)
			}
			needed, _ := policies.LaunchRole(launchTemplate(t, queue))
			checkRules(t, policies.Compare(all[0], needed), c.rules, c.says)
		})
	}
	if _, err := policies.RoleNamed(launchTemplate(t, strings.ReplaceAll(roles, "PROPERTIES", "Path: /")), "Lunch"); document.CodeOf(err) != "AXLE1480" || !strings.Contains(err.Error(), "Launch") {
		t.Errorf("%v", err)
	}
}

// F15: what is found fails unless it is waived, by rule and role, until a day.
func TestLaunchRoleWaived(t *testing.T) {
	role, err := policies.ReadPolicy("role.json", []byte(allow(queues+`, {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:role/x"}`)))
	if err != nil {
		t.Fatal(err)
	}
	needed, _ := policies.LaunchRole(launchTemplate(t, queue))
	report := policies.Compare(role, needed)
	waiver := policies.Exception{Rule: policies.RoleService, Template: "role.json", Path: "", Reason: "r", Owner: "o", Expires: "2026-06-30"}
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	for _, c := range []struct {
		name   string
		change func(*policies.Exception)
		day    string
		errors int
	}{
		{"an exception without a place does not hold", func(*policies.Exception) {}, "2026-06-01", 2},
		{"nor one of another role", func(e *policies.Exception) { e.Resource = "Launch" }, "2026-06-01", 1},
	} {
		e := waiver
		c.change(&e)
		if r := report.Except([]policies.Exception{e}, day(c.day)); r.Errors != c.errors {
			t.Errorf("%s: %d errors: %v", c.name, r.Errors, r.Findings)
		}
	}
	tpl := launchTemplate(t, strings.NewReplacer("PROPERTIES", "Description: x", "ROLES", "[!Ref Launch]").Replace(roles))
	report = policies.Compare(policies.Roles(tpl)[0], needed)
	e := policies.Exception{Rule: policies.RoleService, Resource: "Launch", Reason: "r", Owner: "o", Expires: "2026-06-30"}
	before, after := report.Except([]policies.Exception{e}, day("2026-06-30")), report.Except([]policies.Exception{e}, day("2026-07-01"))
	if len(before.Excepted) != 1 || before.Errors != report.Errors-1 || after.Errors <= before.Errors {
		t.Errorf("before: %+v\nafter: %+v", before, after)
	}
}

// Bad input: what is no policy document is refused, with its place.
func TestReadPolicyRefuses(t *testing.T) {
	for _, text := range []string{"", "{", "[]", "{}", `{"Statement": []}`, `{"Version": "2012-10-17"}`} {
		if _, err := policies.ReadPolicy("p.json", []byte(text)); err == nil {
			t.Errorf("%q is read as a policy", text)
		}
	}
}

func FuzzReadPolicy(f *testing.F) {
	f.Add([]byte(allow(queues)))
	f.Add([]byte(`{"Statement": {"Effect": {"Ref": "X"}, "Action": [{"Fn::Sub": "a"}], "NotResource": "*?*", "Condition": {"A": "b"}}}`))
	f.Add([]byte(`{"Statement": [null, 1, {"Effect": "Deny", "NotAction": "**", "Resource": "arn:::"}]}`))
	needed, _ := policies.LaunchRole(func() *cfn.Template { t, _ := cfn.Parse("t.yaml", []byte(queue)); return t }())
	f.Fuzz(func(t *testing.T, data []byte) {
		role, err := policies.ReadPolicy("p.json", data)
		if err != nil {
			return
		}
		r := policies.Compare(role, needed)
		if _, err := json.Marshal(r.Findings); err != nil {
			t.Fatal(err)
		}
	})
}

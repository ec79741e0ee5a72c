package policies_test

import (
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
)

// F15: those who launch can launch, see and change what is their own, and nothing of the catalog.
func TestCompareUser(t *testing.T) {
	whole, err := policies.EndUser().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, policy, rules, says string }{
		{"what axle prints", string(whole), "", ""},
		{"everything", `{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`, "3", "may change the catalog (*)"},
		{"all of the catalog", `{"Statement": [{"Effect": "Allow", "Action": "servicecatalog:*", "Resource": "*"}]}`, "3", "may change the catalog"},
		{"all but", `{"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}`, "3", "every action but"},
		{"what others launched", strings.Replace(string(whole), `"self"`, `"account"`, 1), "2", "reach what others launched"},
		{"nothing of the catalog", `{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}`, "1", "lack servicecatalog:DescribeProductView"},
		{"a deny is no grant", `{"Statement": [{"Effect": "Deny", "Action": "servicecatalog:*", "Resource": "*"}]}`, "1", "lack "},
	} {
		r, err := policies.ReadPolicy("user.json", []byte(c.policy))
		if err != nil {
			t.Fatal(err)
		}
		found := policies.CompareUser(r).Findings
		said := ""
		for _, f := range found {
			said += f.String() + "\n"
		}
		if rulesFound(found) != c.rules || !strings.Contains(said, c.says) {
			t.Errorf("%s: %q, want %q %q", c.name, said, c.rules, c.says)
		}
	}
}

// A managed policy may let its role launch; AWS's administrators' do more.
func TestCompareUserAttached(t *testing.T) {
	for arn, want := range map[string]string{"AWSServiceCatalogEndUserFullAccess": "", "AWSServiceCatalogAdminFullAccess": "3", "AdministratorAccess": "3"} {
		tpl := launchTemplate(t, "Resources: { R: { Type: AWS::IAM::Role, Properties: { RoleName: Builder, AssumeRolePolicyDocument: { Statement: [] }, ManagedPolicyArns: [\"arn:aws:iam::aws:policy/"+arn+"\"] } } }")
		if got := rulesFound(policies.CompareUser(policies.Declared(tpl, "Builder")[0]).Findings); got != want {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
}

// A role is found by the name it gets, not by its logical id.
func TestDeclared(t *testing.T) {
	tpl := launchTemplate(t, "Parameters: { N: { Type: String, AllowedValues: [SCa, SCb] } }\nResources:\n  R: { Type: AWS::IAM::Role, Properties: { RoleName: !Ref N, AssumeRolePolicyDocument: { Statement: [] } } }\n  SCc: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [] } } }\n")
	for name, want := range map[string]int{"SCa": 1, "SCb": 1, "SCc": 0, "R": 0} {
		if got := len(policies.Declared(tpl, name)); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

// F15: what another product needs, the role may give.
func TestCompareOfASharedRole(t *testing.T) {
	needed, _ := policies.LaunchRole(launchTemplate(t, queue))
	other, _ := policies.LaunchRole(launchTemplate(t, "Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: orders}}}"))
	both := policies.Policy{Version: needed.Version, Statement: append(needed.Statement, other.Statement...)}
	data, _ := both.JSON()
	role, err := policies.ReadPolicy("role.json", data)
	if err != nil {
		t.Fatal(err)
	}
	if r := policies.Compare(role, needed); r.Warnings == 0 {
		t.Error("more than its product needs, and no warning")
	}
	if r := policies.Compare(role, needed, other); len(r.Findings) > 0 {
		t.Errorf("the other product needs it: %v", r.Findings)
	}
}

// CLI-12: one file of exceptions is about the rules of every engine.
func TestReportsTogether(t *testing.T) {
	say := func(rule string) pipeline.Finding {
		f := pipeline.Finding{Rule: rule, Resource: "R"}
		f.File, f.Line, f.Severity = "t.yaml", 1, "error"
		return f
	}
	a, b := policies.ReportOf([]string{"A"}, []pipeline.Finding{say("A")}), policies.ReportOf([]string{"B", "C"}, []pipeline.Finding{say("B")})
	both := a.And(b)
	if both.Errors != 2 || !both.Fails(a) || !both.Fails(b) {
		t.Errorf("%+v", both)
	}
	e := policies.Exception{Rule: "B", Resource: "R", Reason: "r", Owner: "o", Expires: "2030-01-01"}
	left := both.Except([]policies.Exception{e}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if left.Errors != 1 || !left.Fails(a) || left.Fails(b) || len(left.Excepted) != 1 {
		t.Errorf("%+v", left)
	}
}

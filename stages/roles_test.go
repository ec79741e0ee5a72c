package stages_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
)

// leastRole is the launch role's policy for the bed's template, as axle prints it.
func leastRole(t *testing.T) string {
	t.Helper()
	tpl, ds := cfn.Parse("t.yaml", []byte(templateYAML))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	needed, unknown := policies.LaunchRole(tpl)
	data, err := needed.JSON()
	if err != nil || len(unknown) > 0 {
		t.Fatal(err, unknown)
	}
	return string(data)
}

const (
	demandRoles = "policy: { launch_roles: { paths: [roles], required: true } }"
	adminRole   = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`
)

// declaring is a template that makes a role of this name with this policy.
func declaring(name, policy string) string {
	return `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: ` + name + `
      AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { Service: servicecatalog.amazonaws.com }, Action: sts:AssumeRole }] }
      Policies: [{ PolicyName: launch, PolicyDocument: ` + policy + ` }]
`
}

// F15: alpha compares the launch role that the product names with what its template needs.
func TestPolicyLaunchRoles(t *testing.T) {
	least := leastRole(t)
	role := func(file, policy string) func(*bed) {
		return func(b *bed) {
			b.settings("timeout: 5m", demandRoles)
			b.write("roles/readme.txt", "SCLaunchTopic")
			b.write(file, policy)
		}
	}
	table(t, "alpha/policy", []outcome{
		{"a role that is nowhere", nil, "pass", ""},
		{"a role that is nowhere, where that is not enough", func(b *bed) {
			b.settings("timeout: 5m", demandRoles)
			b.write("roles/SCLaunchOther.json", adminRole)
		}, "fail AXLE2441", "launch roles must judge: SCLaunchTopic: its policy is not in the repository"},
		{"what the template needs", role("roles/SCLaunchTopic.json", least), "pass", ""},
		{"declared by a template", role("roles/all.yaml", declaring("SCLaunchTopic", least)), "pass", ""},
		{"declared under its logical id only", role("roles/all.yaml", strings.Replace(declaring("x", least), "  Role:", "  SCLaunchTopic:", 1)), "fail AXLE2441", ""},
		{"everything", role("roles/SCLaunchTopic.json", adminRole), "fail AXLE2481", "roles/SCLaunchTopic.json:1:"},
		{"any role passed on", role("roles/SCLaunchTopic.json", strings.Replace(least, `"Statement": [`, `"Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/*"},`, 1)),
			"fail AXLE2481 AXLE2482", "may pass any role"},
		{"a call that is missing", role("roles/SCLaunchTopic.json", strings.Replace(least, `"sns:CreateTopic",`, "", 1)), "fail AXLE2480", "lacks sns:CreateTopic"},
		{"two that are called so: both are judged", func(b *bed) {
			role("roles/SCLaunchTopic.json", least)(b)
			b.write("roles/more/SCLaunchTopic.yaml", adminRole)
		}, "fail AXLE2481", "roles/more/SCLaunchTopic.yaml"},
		{"a policy that cannot be read", role("roles/SCLaunchTopic.json", "{"), "unjudged AXLE1003", "roles/SCLaunchTopic.json"},
		{"a policy that is none", role("roles/SCLaunchTopic.json", `{"a": 1}`), "unjudged AXLE1480", "has no Statement"},
		{"a folder that is not there", func(b *bed) { b.settings("timeout: 5m", demandRoles) }, "unjudged AXLE2440", "roles"},
		{"what the template needs is not known", func(b *bed) {
			role("roles/SCLaunchTopic.json", least)(b)
			b.edit("q/template.yaml", "  Topic:", "  Odd: { Type: AWS::MediaLive::Channel }\n  Topic:")
		}, "fail AXLE2483", "what Odd calls is not known"},
	})
}

// F15: a role that another product of the pipeline declares, and that launches both of them.
func TestPolicyLaunchRoleOfAnotherProduct(t *testing.T) {
	b := newBed()
	b.settings("products: [q/product.yaml]", `products: ["*/product.yaml"]`)
	b.write("roles/product.yaml", strings.ReplaceAll(productYAML, "name: topic", "name: roles"))
	b.write("roles/template.yaml", declaring("SCLaunchTopic", leastRole(t)))
	b.write("broken/product.yaml", "a: [")
	res, err := b.do(t, "alpha/policy")
	if word(res, err) != "pass" || !judged(res, "judged: launch roles, pass: SCLaunchTopic as roles/template.yaml has it") {
		t.Errorf("%s\n%s\n%v", word(res, err), b.text(res, err), res.Judged)
	}
}

// A waiver of a role's fault counts as any other, by rule, file and the role's name.
func TestPolicyLaunchRoleWaived(t *testing.T) {
	b := newBed()
	b.settings("timeout: 5m", demandRoles)
	b.write("roles/SCLaunchTopic.json", adminRole)
	b.write(".axle-exceptions.yaml", `schema: 1
exceptions:
  - { rule: AXLE-ROLE-1, template: roles/SCLaunchTopic.json, resource: SCLaunchTopic, reason: until the move, owner: a@example.com, expires: 2027-01-01 }
  - { rule: AXLE-ROLE-3, template: roles/SCLaunchTopic.json, resource: SCLaunchTopic, reason: until the move, owner: a@example.com, expires: 2027-01-01 }
`)
	in := b.input(t, "alpha", "policy")
	in.Reviewed = in.Commit.SHA
	res, err := b.action("alpha/policy")(t.Context(), in)
	if word(res, err) != "pass" || !judged(res, "judged: launch roles, pass: SCLaunchTopic as roles/SCLaunchTopic.json has it") {
		t.Errorf("%s\n%s\n%v", word(res, err), b.text(res, err), res.Judged)
	}
}

// F15: the portfolio's principals are the audience; those that the repository has are compared with an end user's rights.
func TestPolicyEndUsers(t *testing.T) {
	user, err := policies.EndUser().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, policy, ends, line string }{
		{"nowhere", "", "pass", "not judged: end users: arn:aws:iam:::role/Builder: its policy is not in the repository"},
		{"as axle prints it", string(user), "pass", "judged: end users, pass: arn:aws:iam:::role/Builder as roles/Builder.json has it"},
		{"an administrator", adminRole, "fail AXLE2450", "judged: end users, fail: arn:aws:iam:::role/Builder as roles/Builder.json has it"},
	} {
		b := newBed()
		b.edit("catalog.yaml", "    provider_name: Team\n", "    provider_name: Team\n    principals: [{ type: IAM_PATTERN, arn: \"arn:aws:iam:::role/Builder\", accept_principal_name_risk: true }]\n")
		b.settings("timeout: 5m", "policy: { launch_roles: { paths: [roles] } }")
		b.write("roles/SCLaunchTopic.json", leastRole(t))
		if c.policy != "" {
			b.write("roles/Builder.json", c.policy)
		}
		res, err := b.do(t, "alpha/policy")
		if word(res, err) != c.ends || !judged(res, c.line) {
			t.Errorf("%s: %s\n%s\n%v", c.name, word(res, err), b.text(res, err), res.Judged)
		}
	}
}

// judged is whether one of the result's engines reads so.
func judged(res pipeline.Result, line string) bool {
	for _, e := range res.Judged {
		if e.String() == line {
			return true
		}
	}
	return false
}

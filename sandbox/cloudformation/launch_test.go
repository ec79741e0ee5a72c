package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/world"
)

// in runs f in a spoke's account, as another service of the sandbox would.
func (r *rig) in(account string, f func(*world.Call)) {
	r.t.Helper()
	r.do(func(c *world.Call) { f(c.In(account, region)) })
}

// A launch by another service: made, followed, updated with what it had, deleted.
func TestLaunch(t *testing.T) {
	const spoke = "333333333333"
	r := newRig(t)
	var id string
	r.in(spoke, func(c *world.Call) {
		s, err := cloudformation.Create(c, cloudformation.Request{
			Name: "SC-1", Template: secret, Parameters: map[string]string{"Password": "swordfish", "Plain": "p"},
			Tags: map[string]string{"k": "v"}, RoleARN: "arn:aws:iam::" + spoke + ":role/SCLaunchStorage",
		})
		if err != nil || s.Status != "CREATE_IN_PROGRESS" || s.Name != "SC-1" || len(s.Outputs) > 0 {
			t.Fatalf("%+v %v", s, err)
		}
		id = s.ID
	})
	if !strings.HasPrefix(id, "arn:aws:cloudformation:eu-west-1:333333333333:stack/SC-1/") {
		t.Errorf("id %s", id)
	}
	r.pass(1e10)
	r.in(spoke, func(c *world.Call) {
		s, ok := cloudformation.Find(c, "SC-1")
		if !ok || s.ID != id || s.Status != "CREATE_COMPLETE" || s.StatusReason != "" || s.Outputs["Password"] != "****" || s.Parameters["Password"] != "****" || s.Parameters["Plain"] != "p" {
			t.Errorf("%+v", s)
		}
		if len(s.Resources) != 1 || s.Resources[0] != (cloudformation.Resource{LogicalID: "Parameter", PhysicalID: "/db", Type: "AWS::SSM::Parameter", Status: "CREATE_COMPLETE"}) {
			t.Errorf("%+v", s.Resources)
		}
		if _, elsewhere := cloudformation.Find(c.In(account, region), "SC-1"); elsewhere {
			t.Error("seen in another account")
		}
		same := cloudformation.Request{Template: secret, UsePrevious: []string{"Password", "Plain"}}
		if _, err := cloudformation.Update(c, id, same); err == nil || !strings.Contains(err.Error(), "No updates are to be performed.") {
			t.Errorf("the same again: %v", err)
		}
		same.Parameters, same.UsePrevious = map[string]string{"Plain": "q"}, []string{"Password"}
		if _, err := cloudformation.Update(c, id, same); err != nil {
			t.Error(err)
		}
	})
	r.pass(1e10)
	r.in(spoke, func(c *world.Call) {
		if s, _ := cloudformation.Find(c, id); s.Status != "UPDATE_COMPLETE" || s.Parameters["Plain"] != "q" {
			t.Errorf("%+v", s)
		}
		if err := cloudformation.Delete(c, id); err != nil {
			t.Error(err)
		}
	})
	r.pass(1e10)
	r.in(spoke, func(c *world.Call) {
		if s, ok := cloudformation.Find(c, id); !ok || s.Status != "DELETE_COMPLETE" || len(s.Outputs) > 0 {
			t.Errorf("by id: %+v", s)
		}
		if _, ok := cloudformation.Find(c, "SC-1"); ok {
			t.Error("by name it is still there")
		}
	})
}

// Why a launch failed is still told when its rollback is done.
func TestLaunchTellsWhyItFailed(t *testing.T) {
	r := newRig(t)
	launch := func(name, template string) {
		r.in(account, func(c *world.Call) {
			if _, err := cloudformation.Create(c, cloudformation.Request{Name: name, Template: template}); err != nil {
				t.Fatal(err)
			}
		})
		r.pass(1e10)
	}
	launch("bad", "Resources:\n  Queue: {Type: AWS::SQS::Queue, Properties: {Colour: red}}")
	launch("good", bucket)
	r.in(account, func(c *world.Call) {
		if s, _ := cloudformation.Find(c, "bad"); s.Status != "ROLLBACK_COMPLETE" || !strings.Contains(s.StatusReason, "failed to create: [Queue]") {
			t.Errorf("%s %q", s.Status, s.StatusReason)
		}
		if _, err := cloudformation.Update(c, "good", cloudformation.Request{Template: strings.Replace(bucket, "Type: AWS::S3::Bucket", "Type: AWS::S3::Bucket\n    Properties: {Nam: x}", 1)}); err != nil {
			t.Fatal(err)
		}
	})
	r.pass(1e10)
	r.in(account, func(c *world.Call) {
		if s, _ := cloudformation.Find(c, "good"); s.Status != "UPDATE_ROLLBACK_COMPLETE" || !strings.Contains(s.StatusReason, "failed to update: [Bucket]") {
			t.Errorf("%s %q", s.Status, s.StatusReason)
		}
	})
}

// A role that a stack makes is a role of the world, with the trust its policy gives, no more.
func TestRoleIsTheWorlds(t *testing.T) {
	const policy = `{Statement: [{Effect: Allow, Principal: %s, Action: sts:AssumeRole%s}]}`
	for _, c := range []struct {
		name, principal, condition string
		services, accounts         int
		external                   string
	}{
		{"a service", "{Service: lambda.amazonaws.com}", "", 1, 0, ""},
		{"an account", "{AWS: ['arn:aws:iam::333333333333:root', '444444444444']}", "", 0, 2, ""},
		{"with an external id", "{AWS: '333333333333'}", ", Condition: {StringEquals: {'sts:ExternalId': x}}", 0, 1, "x"},
		{"with another condition", "{AWS: '333333333333'}", ", Condition: {Bool: {'aws:MultiFactorAuthPresent': true}}", 0, 0, ""},
		{"a single role", "{AWS: 'arn:aws:iam::333333333333:role/r'}", "", 0, 0, ""},
		{"anybody", "'*'", "", 0, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			document := strings.Replace(strings.Replace(policy, "%s", c.principal, 1), "%s", c.condition, 1)
			r.in(account, func(call *world.Call) {
				_, err := cloudformation.Create(call, cloudformation.Request{Name: "s", Capabilities: []string{"CAPABILITY_NAMED_IAM"},
					Template: "Resources:\n  R: {Type: AWS::IAM::Role, Properties: {RoleName: mine, AssumeRolePolicyDocument: " + document + "}}"})
				if err != nil {
					t.Fatal(err)
				}
				role, ok := world.RoleOf(call, account, "mine")
				if !ok || len(role.TrustServices) != c.services || len(role.TrustAccounts) != c.accounts || role.ExternalID != c.external {
					t.Errorf("%+v", role)
				}
			})
			r.pass(1e10)
			r.remove("s")
			r.in(account, func(call *world.Call) {
				if _, left := world.RoleOf(call, account, "mine"); left {
					t.Error("the role outlives its stack")
				}
			})
		})
	}
}

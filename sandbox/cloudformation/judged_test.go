package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/axle-cd/axle/sandbox/iam"
	"github.com/axle-cd/axle/sandbox/world"
)

// role makes a role of CloudFormation's in the hub, with one policy.
func (r *rig) role(name string, actions ...string) string {
	role := world.Role{Name: name, Path: "/", Account: account, TrustServices: []string{"cloudformation.amazonaws.com"}}
	role.Inline = map[string]string{"p": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}]}`}
	r.in(account, func(c *world.Call) { world.PutRole(c, role) })
	return role.ARN()
}

// A stack makes and deletes what its role may, and the event says what it may not. SBX-22, SBX-66
func TestJudgedByItsRole(t *testing.T) {
	const template = "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n"
	for _, c := range []struct {
		name      string
		actions   []string
		open      bool
		ends, why string
	}{
		{"all that it takes", []string{"sns:*"}, false, "CREATE_COMPLETE", ""},
		{"all but one", []string{"sns:Get*", "sns:List*", "sns:TagResource"}, false, "ROLLBACK_COMPLETE", "is not authorized to perform: sns:CreateTopic on resource: arn:aws:sns:eu-west-1:999999999999:s-Topic-"},
		{"nothing is judged", []string{"iam:GetRole"}, true, "CREATE_COMPLETE", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			arn := r.role("Maker", c.actions...)
			if c.open {
				r.in(account, func(c *world.Call) {
					world.PutSettings(c.Tx, world.Settings{Switches: map[string]bool{iam.Unjudged: true}})
				})
			}
			s := r.create("s", template, func(in *cf.CreateStackInput) { in.RoleARN = &arn })
			if string(s.StackStatus) != c.ends {
				t.Errorf("ended %s", s.StackStatus)
			}
			if all := strings.Join(r.reasons("s"), "\n"); !strings.Contains(all, c.why) {
				t.Errorf("events say %s", all)
			}
		})
	}
}

// Deleting takes its own permissions: without them the stack stays, DELETE_FAILED.
func TestJudgedDeletion(t *testing.T) {
	r := newRig(t)
	arn := r.role("Maker", "sns:*")
	r.create("s", "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n", func(in *cf.CreateStackInput) { in.RoleARN = &arn })
	r.role("Maker", "sns:CreateTopic")
	if s := r.remove("s"); s.StackStatus != "DELETE_FAILED" || !strings.Contains(strings.Join(r.reasons("s"), "\n"), "sns:DeleteTopic") {
		t.Errorf("ended %s: %v", s.StackStatus, r.reasons("s"))
	}
	r.role("Maker", "sns:*")
	if s := r.remove("s"); s.StackStatus != "DELETE_COMPLETE" {
		t.Errorf("ended %s", s.StackStatus)
	}
}

// reasons are those of a stack's events.
func (r *rig) reasons(name string) (all []string) {
	r.t.Helper()
	out, err := r.DescribeStackEvents(r.ctx, &cf.DescribeStackEventsInput{StackName: &name})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range out.StackEvents {
		all = append(all, aws.ToString(e.ResourceStatusReason))
	}
	return all
}

const identityTemplate = `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: made
      ManagedPolicyArns: [!Ref Managed]
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {AWS: "999999999999"}}}
      Policies: [{PolicyName: own, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sqs:*", Resource: "*"}]}}]
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: beside
      Roles: [!Ref Role]
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sns:*", Resource: "*"}]}
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: shared
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {InstanceProfileName: machine, Roles: [!Ref Role]}}
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: a-bucket-of-its-own}}
  Lets:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: s3:GetObject, Principal: {AWS: "333333333333"}, Resource: !Sub "${Bucket.Arn}/*"}]}
`

// What a stack makes of IAM's types is what IAM shows; an update changes its own parts and no
// other's, and a deletion takes them away. SBX-20
func TestIdentityRows(t *testing.T) {
	r := newRig(t)
	named := func(in *cf.CreateStackInput) { in.Capabilities = append(in.Capabilities, "CAPABILITY_NAMED_IAM") }
	r.create("s", identityTemplate, named)
	look := func() (role world.Role, managed world.Managed, bucket world.Bucket, profiles int) {
		r.in(account, func(c *world.Call) {
			role, _ = world.RoleOf(c, account, "made")
			managed, _ = world.Get[world.Managed](c.In(account, ""), world.KindManaged, "arn:aws:iam::999999999999:policy/shared")
			bucket, _ = world.BucketOf(c, "a-bucket-of-its-own")
			profiles = len(world.List[world.Profile](c.In(account, ""), world.KindProfile))
		})
		return role, managed, bucket, profiles
	}
	role, managed, bucket, profiles := look()
	if len(role.Inline) != 2 || role.Inline["own"] == "" || role.Inline["beside"] == "" || len(role.Attached) != 1 || !strings.Contains(role.Trust, "999999999999") {
		t.Errorf("role %+v", role)
	}
	if len(managed.Versions) != 1 || profiles != 1 || !strings.Contains(bucket.Policy, "333333333333") || bucket.Public {
		t.Errorf("managed %+v, %d profiles, bucket %+v", managed, profiles, bucket)
	}
	role.Inline["by hand"] = role.Inline["own"]
	r.in(account, func(c *world.Call) { world.PutRole(c, role) })
	r.update("s", strings.Replace(identityTemplate, "PolicyName: own", "PolicyName: renamed", 1), func(in *cf.UpdateStackInput) { in.Capabilities = append(in.Capabilities, "CAPABILITY_NAMED_IAM") })
	if role, _, _, _ = look(); len(role.Inline) != 3 || role.Inline["own"] != "" || role.Inline["renamed"] == "" || role.Inline["by hand"] == "" {
		t.Errorf("updated: %+v", role)
	}
	r.remove("s")
	if role, managed, bucket, profiles = look(); role.Name+managed.Name+bucket.Name != "" || profiles != 0 {
		t.Errorf("left: %+v, %+v, %+v, %d profiles", role, managed, bucket, profiles)
	}
}

// A policy that IAM would not store fails its resource.
func TestMalformedPolicyFails(t *testing.T) {
	r := newRig(t)
	s := r.create("s", strings.Replace(identityTemplate, "Effect: Allow, Action: \"sns:*\"", "Effect: Perhaps, Action: \"sns:*\"", 1), func(in *cf.CreateStackInput) {
		in.Capabilities = append(in.Capabilities, "CAPABILITY_NAMED_IAM")
	})
	if s.StackStatus != "ROLLBACK_COMPLETE" || !strings.Contains(strings.Join(r.reasons("s"), "\n"), "Invalid effect: Perhaps") {
		t.Errorf("%s: %v", s.StackStatus, r.reasons("s"))
	}
}

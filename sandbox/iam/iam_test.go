package iam_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	account = "999999999999"
	trust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	policy  = `{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}]}`
)

// newClient is the SDK's client as an administrator of the hub.
func newClient(t *testing.T) *api.Client {
	t.Helper()
	s, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Seed: []byte("iam")})
	if err != nil {
		t.Fatal(err)
	}
	k, err := s.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	return api.New(api.Options{Region: "us-east-1", HTTPClient: &http.Client{Transport: s.Transport()}, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)})
}

func code(err error) string {
	var of smithy.APIError
	if errors.As(err, &of) {
		return of.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func decoded(t *testing.T, text *string) string {
	t.Helper()
	out, err := url.QueryUnescape(aws.ToString(text))
	must(t, err)
	return out
}

// A role as IAM's API makes, shows, changes and deletes it.
func TestRoleLife(t *testing.T) {
	c, ctx, name := newClient(t), t.Context(), aws.String("Mine")
	made, err := c.CreateRole(ctx, &api.CreateRoleInput{RoleName: name, Path: aws.String("/team/"), AssumeRolePolicyDocument: aws.String(trust),
		Description: aws.String("a role"), MaxSessionDuration: aws.Int32(7200), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	must(t, err)
	if *made.Role.Arn != "arn:aws:iam::"+account+":role/team/Mine" || !strings.HasPrefix(*made.Role.RoleId, "AROA") || decoded(t, made.Role.AssumeRolePolicyDocument) != trust {
		t.Errorf("made %+v", *made.Role)
	}
	_, err = c.PutRolePolicy(ctx, &api.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("inline"), PolicyDocument: aws.String(policy)})
	must(t, err)
	inline, err := c.GetRolePolicy(ctx, &api.GetRolePolicyInput{RoleName: name, PolicyName: aws.String("inline")})
	if err != nil || decoded(t, inline.PolicyDocument) != policy {
		t.Errorf("inline: %v", err)
	}
	readOnly := aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")
	for range 2 { // attached twice is attached once
		_, err = c.AttachRolePolicy(ctx, &api.AttachRolePolicyInput{RoleName: name, PolicyArn: readOnly})
		must(t, err)
	}
	attached, err := c.ListAttachedRolePolicies(ctx, &api.ListAttachedRolePoliciesInput{RoleName: name})
	if err != nil || len(attached.AttachedPolicies) != 1 || *attached.AttachedPolicies[0].PolicyName != "ReadOnlyAccess" {
		t.Errorf("attached: %+v, %v", attached, err)
	}
	names, err := c.ListRolePolicies(ctx, &api.ListRolePoliciesInput{RoleName: name})
	if err != nil || len(names.PolicyNames) != 1 {
		t.Errorf("inline policies: %+v, %v", names, err)
	}
	_, err = c.TagRole(ctx, &api.TagRoleInput{RoleName: name, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
	must(t, err)
	_, err = c.UntagRole(ctx, &api.UntagRoleInput{RoleName: name, TagKeys: []string{"k"}})
	must(t, err)
	_, err = c.UpdateRole(ctx, &api.UpdateRoleInput{RoleName: name, Description: aws.String("another")})
	must(t, err)
	got, err := c.GetRole(ctx, &api.GetRoleInput{RoleName: name})
	if err != nil || *got.Role.Description != "another" || *got.Role.MaxSessionDuration != 7200 || len(got.Role.Tags) != 1 || *got.Role.Tags[0].Key != "a" {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, step := range []struct {
		want string
		do   func() error
	}{
		{"DeleteConflict", func() error { _, err := c.DeleteRole(ctx, &api.DeleteRoleInput{RoleName: name}); return err }},
		{"", func() error {
			_, err := c.DetachRolePolicy(ctx, &api.DetachRolePolicyInput{RoleName: name, PolicyArn: readOnly})
			return err
		}},
		{"DeleteConflict", func() error { _, err := c.DeleteRole(ctx, &api.DeleteRoleInput{RoleName: name}); return err }},
		{"", func() error {
			_, err := c.DeleteRolePolicy(ctx, &api.DeleteRolePolicyInput{RoleName: name, PolicyName: aws.String("inline")})
			return err
		}},
		{"", func() error { _, err := c.DeleteRole(ctx, &api.DeleteRoleInput{RoleName: name}); return err }},
		{"NoSuchEntity", func() error { _, err := c.GetRole(ctx, &api.GetRoleInput{RoleName: name}); return err }},
	} {
		if got := code(step.do()); got != step.want {
			t.Errorf("got %q, want %q", got, step.want)
		}
	}
}

// What IAM refuses, it refuses here, by its own word. SBX-22
func TestRefusals(t *testing.T) {
	c, ctx := newClient(t), t.Context()
	here, create := aws.String("CatalogHubPublisher"), func(in api.CreateRoleInput) error {
		if in.AssumeRolePolicyDocument == nil {
			in.AssumeRolePolicyDocument = aws.String(trust)
		}
		_, err := c.CreateRole(ctx, &in)
		return err
	}
	put := func(role, document string) error {
		_, err := c.PutRolePolicy(ctx, &api.PutRolePolicyInput{RoleName: &role, PolicyName: aws.String("p"), PolicyDocument: &document})
		return err
	}
	attach := func(arn string) error {
		_, err := c.AttachRolePolicy(ctx, &api.AttachRolePolicyInput{RoleName: here, PolicyArn: &arn})
		return err
	}
	for _, k := range []struct {
		name, want string
		err        error
	}{
		{"a role twice", "EntityAlreadyExists", create(api.CreateRoleInput{RoleName: here})},
		{"a name with a space", "ValidationError", create(api.CreateRoleInput{RoleName: aws.String("a b")})},
		{"a long name", "ValidationError", create(api.CreateRoleInput{RoleName: aws.String(strings.Repeat("a", 65))})},
		{"a path without its end", "ValidationError", create(api.CreateRoleInput{RoleName: aws.String("A"), Path: aws.String("/team")})},
		{"a session of two days", "ValidationError", create(api.CreateRoleInput{RoleName: aws.String("A"), MaxSessionDuration: aws.Int32(172800)})},
		{"a trust policy that trusts nobody", "MalformedPolicyDocument", create(api.CreateRoleInput{RoleName: aws.String("A"), AssumeRolePolicyDocument: aws.String(policy)})},
		{"a boundary that is not there", "NoSuchEntity", create(api.CreateRoleInput{RoleName: aws.String("A"), PermissionsBoundary: aws.String("arn:aws:iam::999999999999:policy/None")})},
		{"a policy on no role", "NoSuchEntity", put("Nobody", policy)},
		{"an unknown operator", "MalformedPolicyDocument", put(*here, strings.Replace(policy, `"Effect"`, `"Condition":{"StringIs":{"a:b":"c"}},"Effect"`, 1))},
		{"a policy of 11,000 letters", "LimitExceeded", put(*here, strings.Replace(policy, "b/*", strings.Repeat("b", 11000), 1))},
		{"no such policy", "NoSuchEntity", attach("arn:aws:iam::999999999999:policy/None")},
		{"a policy of AWS that is not here", "NotImplemented", attach("arn:aws:iam::aws:policy/AmazonBedrockFullAccess")},
	} {
		if got := code(k.err); got != k.want {
			t.Errorf("%s: %q (%v), want %q", k.name, got, k.err, k.want)
		}
	}
}

// A managed policy, its versions, and who has it.
func TestManagedPolicy(t *testing.T) {
	c, ctx := newClient(t), t.Context()
	made, err := c.CreatePolicy(ctx, &api.CreatePolicyInput{PolicyName: aws.String("P"), Path: aws.String("/team/"), PolicyDocument: aws.String(policy)})
	must(t, err)
	arn := made.Policy.Arn
	if *arn != "arn:aws:iam::"+account+":policy/team/P" {
		t.Errorf("made %s", *arn)
	}
	_, err = c.AttachRolePolicy(ctx, &api.AttachRolePolicyInput{RoleName: aws.String("CatalogHubPublisher"), PolicyArn: arn})
	must(t, err)
	for n := 2; n <= 5; n++ {
		_, err = c.CreatePolicyVersion(ctx, &api.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: aws.String(policy), SetAsDefault: n == 2})
		must(t, err)
	}
	_, err = c.CreatePolicyVersion(ctx, &api.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: aws.String(policy)})
	if code(err) != "LimitExceeded" {
		t.Errorf("a sixth version: %v", err)
	}
	got, err := c.GetPolicy(ctx, &api.GetPolicyInput{PolicyArn: arn})
	if err != nil || *got.Policy.DefaultVersionId != "v2" || *got.Policy.AttachmentCount != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	version, err := c.GetPolicyVersion(ctx, &api.GetPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v1")})
	if err != nil || decoded(t, version.PolicyVersion.Document) != policy || version.PolicyVersion.IsDefaultVersion {
		t.Errorf("v1: %+v, %v", version, err)
	}
	remove := func(version string) error {
		_, err := c.DeletePolicyVersion(ctx, &api.DeletePolicyVersionInput{PolicyArn: arn, VersionId: &version})
		return err
	}
	for version, want := range map[string]string{"v2": "DeleteConflict", "v9": "NoSuchEntity", "": "NoSuchEntity", "v1": "", "v3": "", "v4": "", "v5": ""} {
		if version != "" && code(remove(version)) != want {
			t.Errorf("delete %s: want %q", version, want)
		}
	}
	_, err = c.DeletePolicy(ctx, &api.DeletePolicyInput{PolicyArn: arn})
	if code(err) != "DeleteConflict" {
		t.Errorf("attached, and deleted: %v", err)
	}
	_, err = c.DetachRolePolicy(ctx, &api.DetachRolePolicyInput{RoleName: aws.String("CatalogHubPublisher"), PolicyArn: arn})
	must(t, err)
	_, err = c.DeletePolicy(ctx, &api.DeletePolicyInput{PolicyArn: arn})
	must(t, err)
	_, err = c.DeletePolicy(ctx, &api.DeletePolicyInput{PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
	if code(err) != "AccessDenied" {
		t.Errorf("AWS's own: %v", err)
	}
}

// The simulator gives the judge's answers, of what nobody does.
func TestSimulate(t *testing.T) {
	c, ctx := newClient(t), t.Context()
	custom, err := c.SimulateCustomPolicy(ctx, &api.SimulateCustomPolicyInput{ActionNames: []string{"s3:GetObject", "s3:PutObject"}, ResourceArns: []string{"arn:aws:s3:::b/k"},
		PolicyInputList: []string{policy, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}]}`}})
	if err != nil || len(custom.EvaluationResults) != 2 || custom.EvaluationResults[0].EvalDecision != "allowed" || custom.EvaluationResults[1].EvalDecision != "explicitDeny" {
		t.Errorf("custom: %+v, %v", custom, err)
	}
	ofRole, err := c.SimulatePrincipalPolicy(ctx, &api.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String("arn:aws:iam::" + account + ":role/CatalogHubPublisher"),
		ActionNames: []string{"servicecatalog:CreatePortfolio", "iam:CreateRole"}})
	if err != nil || len(ofRole.EvaluationResults) != 2 || ofRole.EvaluationResults[0].EvalDecision != "allowed" || ofRole.EvaluationResults[1].EvalDecision != "implicitDeny" {
		t.Errorf("of a role: %+v, %v", ofRole, err)
	}
	_, err = c.SimulatePrincipalPolicy(ctx, &api.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String("arn:aws:iam::" + account + ":role/Nobody"), ActionNames: []string{"iam:GetRole"}})
	if code(err) != "NoSuchEntity" {
		t.Errorf("of nobody: %v", err)
	}
	_, err = c.SimulateCustomPolicy(ctx, &api.SimulateCustomPolicyInput{ActionNames: []string{"iam:GetRole"}, PolicyInputList: []string{"{}"}})
	if code(err) != "MalformedPolicyDocument" {
		t.Errorf("no policy: %v", err)
	}
}

// Lists come in pages.
func TestListRoles(t *testing.T) {
	c := newClient(t)
	var names []string
	pages := api.NewListRolesPaginator(c, &api.ListRolesInput{MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil || len(page.Roles) > 2 {
			t.Fatalf("%+v, %v", page, err)
		}
		for _, r := range page.Roles {
			names = append(names, *r.RoleName)
		}
	}
	if strings.Join(names, " ") != "CatalogHubPublisher OrganizationAccountAccessRole SCLaunchMessaging SCLaunchNetwork SCLaunchStorage" {
		t.Errorf("%v", names)
	}
	if _, err := c.ListRoles(t.Context(), &api.ListRolesInput{Marker: aws.String("x")}); code(err) != "ValidationError" {
		t.Errorf("a marker of elsewhere: %v", err)
	}
	me, err := c.GetUser(t.Context(), &api.GetUserInput{})
	if err != nil || *me.User.UserName != "axle" {
		t.Errorf("who calls: %+v, %v", me, err)
	}
	linked, err := c.CreateServiceLinkedRole(t.Context(), &api.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("license-manager.amazonaws.com")})
	if err != nil || *linked.Role.Path != "/aws-service-role/license-manager.amazonaws.com/" {
		t.Errorf("linked: %+v, %v", linked, err)
	}
}

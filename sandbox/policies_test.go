package sandbox_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
)

const (
	hubAccount = "999999999999"
	trustHub   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":"sts:AssumeRole"}]}`
)

// allow is an identity's policy of one statement.
func allow(resource string, actions ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"` + resource + `"}]}`
}

// guest makes a role in the hub with one policy, and gives a session of it.
func guest(t *testing.T, hub aws.Config, name, policy string) aws.Config {
	t.Helper()
	client := iam.NewFromConfig(hub)
	_, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(trustHub)})
	if err == nil {
		_, err = client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("p"), PolicyDocument: &policy})
	}
	if err != nil {
		t.Fatal(err)
	}
	return assume(t, hub, roleARN(hubAccount, name))
}

// keyed is a configuration with a session's keys.
func keyed(c aws.Config, out *sts.AssumeRoleOutput) aws.Config {
	k := out.Credentials
	c.Credentials = credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
	return c
}

// A call is made by whom his policies let, on what they name; the refusal names who, what and why. SBX-22
func TestPoliciesDecide(t *testing.T) {
	bothWays(t, func(t *testing.T, s *sandbox.Sandbox, hub aws.Config) {
		admin := servicecatalog.NewFromConfig(hub)
		made, err := admin.CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{DisplayName: aws.String("one"), ProviderName: aws.String("team"), IdempotencyToken: aws.String("t")})
		if err != nil {
			t.Fatal(err)
		}
		reader := servicecatalog.NewFromConfig(guest(t, hub, "Reader", allow(*made.PortfolioDetail.ARN, "servicecatalog:DescribePortfolio")))
		if _, err := reader.DescribePortfolio(t.Context(), &servicecatalog.DescribePortfolioInput{Id: made.PortfolioDetail.Id}); err != nil {
			t.Errorf("the portfolio that is named: %v", err)
		}
		_, err = reader.DescribePortfolio(t.Context(), &servicecatalog.DescribePortfolioInput{Id: aws.String("port-aaaaaaaaaaaaa")})
		says := "User: arn:aws:sts::999999999999:assumed-role/Reader/test is not authorized to perform: servicecatalog:DescribePortfolio on resource: " +
			"arn:aws:catalog:eu-west-1:999999999999:portfolio/port-aaaaaaaaaaaaa because no identity-based policy allows the servicecatalog:DescribePortfolio action"
		if codeOf(err) != "AccessDeniedException" || !strings.Contains(err.Error(), says) {
			t.Errorf("another portfolio: %v", err)
		}
		if _, err := reader.ListPortfolios(t.Context(), nil); codeOf(err) != "AccessDeniedException" {
			t.Errorf("another action: %v", err)
		}
	})
}

// A session does no more than its own policies say, and a role no more than its boundary. SBX-21, SBX-22
func TestSessionPolicyAndBoundary(t *testing.T) {
	hub := config(t, newSandbox(t, sandbox.Options{}), "axle")
	guest(t, hub, "Wide", allow("*", "servicecatalog:*", "iam:GetRole"))
	arn, ctx := aws.String(roleARN(hubAccount, "Wide")), t.Context()
	session := func(in *sts.AssumeRoleInput) aws.Config {
		in.RoleArn, in.RoleSessionName = arn, aws.String("test")
		out, err := sts.NewFromConfig(hub).AssumeRole(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return keyed(hub, out)
	}
	list := func(c aws.Config) string {
		_, err := servicecatalog.NewFromConfig(c).ListPortfolios(ctx, nil)
		return codeOf(err)
	}
	if got := list(session(&sts.AssumeRoleInput{})); got != "" {
		t.Errorf("without limits: %s", got)
	}
	if got := list(session(&sts.AssumeRoleInput{Policy: aws.String(allow("*", "iam:*"))})); got != "AccessDeniedException" {
		t.Errorf("a session of another policy: %q", got)
	}
	if _, err := sts.NewFromConfig(hub).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: arn, RoleSessionName: aws.String("test"), Policy: aws.String("{}")}); codeOf(err) != "MalformedPolicyDocument" {
		t.Errorf("a session policy that is none: %v", err)
	}
	client := iam.NewFromConfig(hub)
	boundary := aws.String("arn:aws:iam::aws:policy/IAMReadOnlyAccess")
	if _, err := client.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: aws.String("Wide"), PermissionsBoundary: boundary}); err != nil {
		t.Fatal(err)
	}
	bounded := session(&sts.AssumeRoleInput{})
	if got := list(bounded); got != "AccessDeniedException" {
		t.Errorf("outside the boundary: %q", got)
	}
	if _, err := iam.NewFromConfig(bounded).GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("Wide")}); err != nil {
		t.Errorf("inside the boundary: %v", err)
	}
	_, err := client.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String("Wide"), PolicyName: aws.String("p")})
	if err == nil {
		_, err = client.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("Wide")})
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := list(bounded); got != "AccessDeniedException" {
		t.Errorf("after its role: %q", got)
	}
}

// Whom a role trusts is its document's to say. SBX-21, X57, X58
func TestTrustPolicies(t *testing.T) {
	hub := config(t, newSandbox(t, sandbox.Options{}), "axle")
	client, name := iam.NewFromConfig(hub), aws.String("Trusting")
	if _, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trustHub)}); err != nil {
		t.Fatal(err)
	}
	spoke := assume(t, hub, roleARN(spoke1, "CatalogBuilder"))
	lets := func(principal, condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal + condition + `}]}`
	}
	for _, c := range []struct {
		name, trust string
		as          aws.Config
		externalID  *string
		want        string
	}{
		{"the caller's account", trustHub, hub, nil, ""},
		{"another account", trustHub, spoke, nil, "AccessDenied"},
		{"the organization", lets(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorg1"}}`), spoke, nil, ""},
		{"another organization", lets(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-other"}}`), spoke, nil, "AccessDenied"},
		{"below a unit", lets(`"*"`, `,"Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-exampleorg1/r-ab12/ou-ab12-11111111/*"}}`), spoke, nil, ""},
		{"not below it", lets(`"*"`, `,"Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-exampleorg1/r-ab12/ou-ab12-11111111/*"}}`), hub, nil, "AccessDenied"},
		{"a role of another account", lets(`{"AWS":"`+roleARN(spoke1, "CatalogBuilder")+`"}`, ""), spoke, nil, ""},
		{"the external id", lets(`{"AWS":"999999999999"}`, `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`), hub, aws.String("xy"), "AccessDenied"},
		{"a service alone", lets(`{"Service":"servicecatalog.amazonaws.com"}`, ""), hub, nil, "AccessDenied"},
		{"a denial", strings.Replace(lets(`{"AWS":"999999999999"}`, ""), `"Statement":[`, `"Statement":[{"Effect":"Deny","Action":"*","Principal":"*"},`, 1), hub, nil, "AccessDenied"},
	} {
		if _, err := client.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: &c.trust}); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		_, err := sts.NewFromConfig(c.as).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(roleARN(hubAccount, *name)), RoleSessionName: aws.String("test"), ExternalId: c.externalID})
		if codeOf(err) != c.want {
			t.Errorf("%s: %q, want %q", c.name, codeOf(err), c.want)
		}
	}
}

// The start's policy keeps accounts in and launch roles the platform's; more can be attached,
// and the management account is bound by none. SBX-22, X59
func TestServiceControl(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hub, top, ctx := config(t, s, "axle"), config(t, s, "management"), t.Context()
	boot := assume(t, top, roleARN(spoke1, "OrganizationAccountAccessRole"))
	create := func(c aws.Config, name string) error {
		_, err := iam.NewFromConfig(c).CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(trustHub)})
		return err
	}
	if err := create(boot, "SCLaunchByBootstrap"); err != nil {
		t.Errorf("the bootstrap role makes a launch role: %v", err)
	}
	if err := create(boot, "Deputy"); err != nil {
		t.Fatal(err)
	}
	if _, err := iam.NewFromConfig(boot).AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("Deputy"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		t.Fatal(err)
	}
	deputy := assume(t, hub, roleARN(spoke1, "Deputy"))
	if err := create(deputy, "SCLaunchByDeputy"); codeOf(err) != "AccessDenied" || !strings.Contains(err.Error(), "with an explicit deny in a service control policy") {
		t.Errorf("an administrator of a spoke makes a launch role: %v", err)
	}
	if _, err := organizations.NewFromConfig(deputy).LeaveOrganization(ctx, nil); codeOf(err) != "AccessDeniedException" {
		t.Errorf("a spoke leaves: %v", err)
	}

	client := organizations.NewFromConfig(top)
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"servicecatalog:*","Resource":"*"}]}`
	made, err := client.CreatePolicy(ctx, &organizations.CreatePolicyInput{Name: aws.String("No catalog"), Description: aws.String(""), Type: orgtypes.PolicyTypeServiceControlPolicy, Content: &deny})
	if err != nil {
		t.Fatal(err)
	}
	id := made.Policy.PolicySummary.Id
	list := func(c aws.Config) string {
		_, err := servicecatalog.NewFromConfig(c).ListPortfolios(ctx, nil)
		return codeOf(err)
	}
	for _, step := range []struct {
		target         string
		hub, spoke, up string
	}{{spoke1, "", "AccessDeniedException", ""}, {"r-ab12", "AccessDeniedException", "AccessDeniedException", ""}} {
		if _, err := client.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: id, TargetId: &step.target}); err != nil {
			t.Fatal(err)
		}
		if h, d, u := list(hub), list(deputy), list(top); h != step.hub || d != step.spoke || u != step.up {
			t.Errorf("attached to %s: hub %q, spoke %q, management %q", step.target, h, d, u)
		}
		if _, err := client.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: id, TargetId: &step.target}); err != nil {
			t.Fatal(err)
		}
		if h, d := list(hub), list(deputy); h+d != "" {
			t.Errorf("detached from %s: hub %q, spoke %q", step.target, h, d)
		}
	}
	if _, err := client.DetachPolicy(ctx, &organizations.DetachPolicyInput{PolicyId: aws.String("p-FullAWSAccess"), TargetId: aws.String(spoke1)}); codeOf(err) != "ConstraintViolationException" {
		t.Errorf("the last policy is detached: %v", err)
	}
}

// Across accounts a bucket's policy decides with the caller's: the hub reads no bucket of a spoke
// that does not let it. SBX-22
func TestBucketPolicies(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hubConfig := config(t, s, "axle")
	ctx, hub := t.Context(), s3.NewFromConfig(hubConfig)
	spoke := s3.NewFromConfig(assume(t, hubConfig, roleARN(spoke1, "CatalogBuilder")))
	name := aws.String("spokes-own")
	_, err := spoke.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: name, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	if err == nil {
		_, err = spoke.PutObject(ctx, &s3.PutObjectInput{Bucket: name, Key: aws.String("k"), Body: strings.NewReader("v")})
	}
	if err != nil {
		t.Fatal(err)
	}
	read := func() string {
		_, err := hub.GetObject(ctx, &s3.GetObjectInput{Bucket: name, Key: aws.String("k")})
		return codeOf(err)
	}
	if got := read(); got != "AccessDenied" {
		t.Errorf("the hub reads a spoke's bucket: %q", got)
	}
	let := func(principal string) error {
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::spokes-own/*"}]}`
		_, err := spoke.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: name, Policy: &text})
		return err
	}
	if err := let(`"*"`); codeOf(err) != "AccessDenied" {
		t.Errorf("a public policy under the block: %v", err)
	}
	if err := let(`{"AWS":"999999999999"}`); err != nil || read() != "" {
		t.Errorf("a policy that lets the hub: %v, %q", err, read())
	}
	if err := let(`{"Cloud":"9"}`); codeOf(err) != "MalformedPolicy" {
		t.Errorf("a policy that is none: %v", err)
	}
	if _, err := spoke.DeletePublicAccessBlock(ctx, &s3.DeletePublicAccessBlockInput{Bucket: name}); err != nil {
		t.Fatal(err)
	}
	if err := let(`"*"`); err != nil || read() != "" {
		t.Errorf("a public policy without the block: %v, %q", err, read())
	}
	if _, err := spoke.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: name, PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{RestrictPublicBuckets: aws.Bool(true)}}); err != nil || read() != "AccessDenied" {
		t.Errorf("a public bucket that is restricted: %v, %q", err, read())
	}
	if _, err := spoke.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: name}); err != nil {
		t.Fatal(err)
	}
	if _, err := spoke.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: name}); codeOf(err) != "NoSuchBucketPolicy" {
		t.Errorf("no policy: %v", err)
	}
}

package sandbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/sandbox"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
)

const (
	manager  = "888888888888"
	spokeOne = "333333333333"
	spokeTwo = "444444444444"
)

// granter is a sandbox in which the management account holds a licence, and its client there.
func granter(t *testing.T, l lm.Licence) (*sandbox.Sandbox, *licensemanager.Client, lm.Licence) {
	t.Helper()
	s := newSandbox(t, sandbox.Options{})
	l.Holder, l.SKU = manager, "prod-scanner"
	made, err := s.PutLicence(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return s, licences(config(t, s, "management")), made
}

func licences(c aws.Config) *licensemanager.Client {
	c.Region, c.RetryMaxAttempts = "us-east-1", 1
	return licensemanager.NewFromConfig(c)
}

func inSpoke(t *testing.T, s *sandbox.Sandbox, account string) *licensemanager.Client {
	return licences(assume(t, config(t, s, "management"), "arn:aws:iam::"+account+":role/OrganizationAccountAccessRole"))
}

func granting(l lm.Licence, token, account string, change ...func(*licensemanager.CreateGrantInput)) *licensemanager.CreateGrantInput {
	in := &licensemanager.CreateGrantInput{ClientToken: &token, GrantName: aws.String("g"), HomeRegion: aws.String("us-east-1"), LicenseArn: &l.ARN,
		Principals: []string{"arn:aws:iam::" + account + ":root"}, AllowedOperations: []types.AllowedOperation{types.AllowedOperationCheckoutLicense},
		Tags: []types.Tag{{Key: aws.String("managed-by"), Value: aws.String("axle")}}}
	for _, c := range change {
		c(in)
	}
	return in
}

func grant(t *testing.T, c *licensemanager.Client, arn string) types.Grant {
	t.Helper()
	out, err := c.GetGrant(t.Context(), &licensemanager.GetGrantInput{GrantArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Grant
}

// SBX-73, MKA-20, MKA-21: a grant's life, each step with the minutes that it takes.
func TestGrantLife(t *testing.T) {
	s, c, l := granter(t, lm.Licence{})
	made, err := c.CreateGrant(t.Context(), granting(l, "one", spokeOne))
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.CreateGrant(t.Context(), granting(l, "one", spokeOne))
	if err != nil || *again.GrantArn != *made.GrantArn {
		t.Fatalf("a repeated token made %v, %v", again, err)
	}
	there := inSpoke(t, s, spokeOne)
	status := func(want types.GrantStatus) {
		t.Helper()
		if got := grant(t, c, *made.GrantArn); got.GrantStatus != want {
			t.Fatalf("it is %s, want %s", got.GrantStatus, want)
		}
	}
	later := func() {
		t.Helper()
		if err := s.Advance(t.Context(), 2*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	status(types.GrantStatusPendingWorkflow)
	if _, err := c.DeleteGrant(t.Context(), &licensemanager.DeleteGrantInput{GrantArn: made.GrantArn, Version: made.Version}); codeOf(err) != "InvalidResourceStateException" {
		t.Errorf("deleted while under way: %v", err)
	}
	later()
	status(types.GrantStatusPendingAccept)
	if _, err := inSpoke(t, s, spokeTwo).AcceptGrant(t.Context(), &licensemanager.AcceptGrantInput{GrantArn: made.GrantArn}); codeOf(err) != "ResourceNotFoundException" {
		t.Errorf("accepted by somebody else: %v", err)
	}
	if _, err := there.AcceptGrant(t.Context(), &licensemanager.AcceptGrantInput{GrantArn: made.GrantArn}); err != nil {
		t.Fatal(err)
	}
	status(types.GrantStatusDisabled)
	active := &licensemanager.CreateGrantVersionInput{ClientToken: aws.String("two"), GrantArn: made.GrantArn, Status: types.GrantStatusActive, SourceVersion: aws.String("1")}
	if _, err := c.CreateGrantVersion(t.Context(), active); err != nil {
		t.Fatal(err)
	}
	later()
	status(types.GrantStatusActive)
	if out, err := there.ListReceivedLicenses(t.Context(), nil); err != nil || len(out.Licenses) != 1 || out.Licenses[0].ReceivedMetadata.ReceivedStatus != types.ReceivedStatusActive {
		t.Errorf("the account received %+v, %v", out, err)
	}
	if out, err := c.ListTagsForResource(t.Context(), &licensemanager.ListTagsForResourceInput{ResourceArn: made.GrantArn}); err != nil || len(out.Tags) != 1 || *out.Tags[0].Value != "axle" {
		t.Errorf("its tags are %+v, %v", out, err)
	}
	more := []types.Tag{{Key: aws.String("managed-by"), Value: aws.String("somebody")}, {Key: aws.String("a"), Value: aws.String("b")}}
	if _, err := c.TagResource(t.Context(), &licensemanager.TagResourceInput{ResourceArn: made.GrantArn, Tags: more}); err != nil {
		t.Error(err)
	}
	if out, err := c.ListTagsForResource(t.Context(), &licensemanager.ListTagsForResourceInput{ResourceArn: made.GrantArn}); err != nil || len(out.Tags) != 2 || *out.Tags[1].Value != "somebody" {
		t.Errorf("its tags are now %+v, %v", out, err)
	}
	if _, err := c.DeleteGrant(t.Context(), &licensemanager.DeleteGrantInput{GrantArn: made.GrantArn, Version: aws.String("1")}); codeOf(err) != "ConflictException" {
		t.Errorf("deleted by an old version: %v", err)
	}
	if _, err := c.DeleteGrant(t.Context(), &licensemanager.DeleteGrantInput{GrantArn: made.GrantArn, Version: aws.String("2")}); err != nil {
		t.Fatal(err)
	}
	status(types.GrantStatusPendingDelete)
	later()
	status(types.GrantStatusDeleted)
}

// MKA-23: what the management account grants is accepted by the organization, once it is linked.
func TestGrantsAreAcceptedByTheOrganization(t *testing.T) {
	s, c, l := granter(t, lm.Licence{})
	if _, err := inSpoke(t, s, spokeOne).UpdateServiceSettings(t.Context(), &licensemanager.UpdateServiceSettingsInput{
		OrganizationConfiguration: &types.OrganizationConfiguration{EnableIntegration: true}}); codeOf(err) != "AccessDeniedException" {
		t.Errorf("linked by a member: %v", err)
	}
	if _, err := c.UpdateServiceSettings(t.Context(), &licensemanager.UpdateServiceSettingsInput{OrganizationConfiguration: &types.OrganizationConfiguration{EnableIntegration: true}}); err != nil {
		t.Fatal(err)
	}
	one, err := c.CreateGrant(t.Context(), granting(l, "one", spokeOne))
	if err != nil {
		t.Fatal(err)
	}
	many, err := c.CreateGrant(t.Context(), granting(l, "two", "", func(in *licensemanager.CreateGrantInput) {
		in.Principals = []string{"arn:aws:organizations::" + manager + ":ou/o-exampleorg1/ou-ab12-11111111"}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(t.Context(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := grant(t, c, *one.GrantArn); got.GrantStatus != types.GrantStatusDisabled {
		t.Errorf("a grant to an account is %s", got.GrantStatus)
	}
	if got := grant(t, c, *many.GrantArn); got.GrantStatus != types.GrantStatusWorkflowCompleted {
		t.Errorf("a grant to a unit is %s", got.GrantStatus)
	}
	out, err := c.ListReceivedGrantsForOrganization(t.Context(), &licensemanager.ListReceivedGrantsForOrganizationInput{LicenseArn: &l.ARN,
		Filters: []types.Filter{{Name: aws.String("ParentArn"), Values: []string{*many.GrantArn}}}})
	if err != nil || len(out.Grants) != 3 { // the suspended account has none
		t.Errorf("sub-grants: %d, %v", len(out.Grants), err)
	}
}

// SBX-73, MKA-21, LIC-8: what a grant cannot be.
func TestGrantsRefused(t *testing.T) {
	_, c, l := granter(t, lm.Licence{})
	for _, x := range []struct {
		name, want string
		change     func(*licensemanager.CreateGrantInput)
	}{
		{"two principals", "InvalidParameterValueException", func(in *licensemanager.CreateGrantInput) { in.Principals = append(in.Principals, in.Principals[0]) }},
		{"a unit as an account", "InvalidParameterValueException", func(in *licensemanager.CreateGrantInput) {
			in.Principals = []string{"arn:aws:iam::ou-ab12-11111111:root"}
		}},
		{"another Region", "InvalidParameterValueException", func(in *licensemanager.CreateGrantInput) { in.HomeRegion = aws.String("eu-west-1") }},
		{"more than was received", "InvalidParameterValueException", func(in *licensemanager.CreateGrantInput) {
			in.AllowedOperations = []types.AllowedOperation{"CreateToken"}
		}},
		{"no such licence", "ResourceNotFoundException", func(in *licensemanager.CreateGrantInput) { in.LicenseArn = aws.String(l.ARN + "0") }},
		{"a token with a blank", "ValidationException", func(in *licensemanager.CreateGrantInput) { in.ClientToken = aws.String("a b") }},
	} {
		_, err := c.CreateGrant(t.Context(), granting(l, strings.ReplaceAll(x.name, " ", "-"), spokeOne, x.change))
		if codeOf(err) != x.want {
			t.Errorf("%s: %v, want %s", x.name, err, x.want)
		}
	}
	for name, l := range map[string]lm.Licence{
		"suspended": {Status: "SUSPENDED"}, "its day is over": {Ends: time.Now().Add(-time.Hour)},
		"not to be granted on": {Operations: []types.AllowedOperation{types.AllowedOperationCheckoutLicense}},
	} {
		_, c, l := granter(t, l)
		if _, err := c.CreateGrant(t.Context(), granting(l, "t", spokeOne)); !slices.Contains([]string{"InvalidResourceStateException", "AuthorizationException"}, codeOf(err)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// MKA-22: an account has one active licence of a product, unless the grant may replace the others.
func TestASecondActiveLicence(t *testing.T) {
	s, c, l := granter(t, lm.Licence{})
	if _, err := s.PutLicence(t.Context(), lm.Licence{Holder: spokeOne, SKU: "prod-scanner"}); err != nil {
		t.Fatal(err)
	}
	made, err := c.CreateGrant(t.Context(), granting(l, "one", spokeOne))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(t.Context(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := inSpoke(t, s, spokeOne).AcceptGrant(t.Context(), &licensemanager.AcceptGrantInput{GrantArn: made.GrantArn}); err != nil {
		t.Fatal(err)
	}
	in := &licensemanager.CreateGrantVersionInput{ClientToken: aws.String("a"), GrantArn: made.GrantArn, Status: types.GrantStatusActive}
	if _, err := c.CreateGrantVersion(t.Context(), in); codeOf(err) != "ConflictException" {
		t.Errorf("a second active licence: %v", err)
	}
	in.ClientToken, in.Options = aws.String("b"), &types.Options{ActivationOverrideBehavior: types.ActivationOverrideBehaviorAllGrantsPermittedByIssuer}
	if _, err := c.CreateGrantVersion(t.Context(), in); err != nil {
		t.Errorf("one that replaces: %v", err)
	}
}

// SBX-38, SBX-39, MKA-24, L18: lists have pages of 100, filters one value and letters of a case; a
// licence has so many grants.
func TestGrantLists(t *testing.T) {
	s, c, l := granter(t, lm.Licence{})
	for i := range 120 {
		if _, err := c.CreateGrant(t.Context(), granting(l, fmt.Sprint("t", i), fmt.Sprintf("%012d", i))); err != nil {
			t.Fatal(err)
		}
	}
	first, err := c.ListDistributedGrants(t.Context(), &licensemanager.ListDistributedGrantsInput{})
	if err != nil || len(first.Grants) != 100 || first.NextToken == nil {
		t.Fatalf("the first page has %d, %v", len(first.Grants), err)
	}
	rest, err := c.ListDistributedGrants(t.Context(), &licensemanager.ListDistributedGrantsInput{NextToken: first.NextToken})
	if err != nil || len(rest.Grants) != 20 || rest.NextToken != nil {
		t.Errorf("the second has %d, %v", len(rest.Grants), err)
	}
	if _, err := c.ListReceivedLicenses(t.Context(), &licensemanager.ListReceivedLicensesInput{NextToken: first.NextToken}); codeOf(err) != "InvalidParameterValueException" {
		t.Errorf("another list's token: %v", err)
	}
	for _, x := range []struct {
		name, want string
		values     []string
		found      int
	}{
		{"GranteePrincipalARN", "", []string{"arn:aws:iam::000000000007:root"}, 1},
		{"GranteePrincipalArn", "InvalidParameterValueException", []string{"x"}, 0},
		{"GrantStatus", "FilterLimitExceededException", []string{"ACTIVE", "DISABLED"}, 0},
		{"LicenseArn", "", []string{"arn:none"}, 0},
	} {
		out, err := c.ListDistributedGrants(t.Context(), &licensemanager.ListDistributedGrantsInput{Filters: []types.Filter{{Name: &x.name, Values: x.values}}})
		if codeOf(err) != x.want || err == nil && len(out.Grants) != x.found {
			t.Errorf("%s %v: %+v, %v", x.name, x.values, out, err)
		}
	}
	if err := s.Set(t.Context(), map[string]string{"license-manager:grants-of-licence": "120"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateGrant(t.Context(), granting(l, "last", spokeOne)); codeOf(err) != "ResourceLimitExceededException" {
		t.Errorf("one more than the quota: %v", err)
	}
}

// MKA-21, LIC-7, LIC-10: who sees a licence, what an account is offered, and what License Manager is set to.
func TestWhoSeesALicence(t *testing.T) {
	s, c, l := granter(t, lm.Licence{Ends: time.Now().Add(90 * 24 * time.Hour), Seats: 3})
	there := inSpoke(t, s, spokeOne)
	if out, err := c.GetLicense(t.Context(), &licensemanager.GetLicenseInput{LicenseArn: &l.ARN}); err != nil || *out.License.ProductSKU != "prod-scanner" || *out.License.Entitlements[0].MaxCount != 3 {
		t.Errorf("its holder sees %+v, %v", out, err)
	}
	if _, err := there.GetLicense(t.Context(), &licensemanager.GetLicenseInput{LicenseArn: &l.ARN}); codeOf(err) != "ResourceNotFoundException" {
		t.Errorf("a stranger: %v", err)
	}
	out, err := c.ListReceivedLicensesForOrganization(t.Context(), &licensemanager.ListReceivedLicensesForOrganizationInput{
		Filters: []types.Filter{{Name: aws.String("ProductSKU"), Values: []string{"prod-scanner"}}}})
	if err != nil || len(out.Licenses) != 1 || *out.Licenses[0].Beneficiary != manager {
		t.Errorf("the organization's: %+v, %v", out, err)
	}
	if _, err := there.ListReceivedLicensesForOrganization(t.Context(), nil); codeOf(err) != "AccessDeniedException" {
		t.Errorf("the organization's, asked by a member: %v", err)
	}
	if settings, err := c.GetServiceSettings(t.Context(), nil); err != nil || settings.OrganizationConfiguration.EnableIntegration {
		t.Errorf("settings: %+v, %v", settings, err)
	}
	made, err := c.CreateGrant(t.Context(), granting(l, "t", spokeOne))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Advance(t.Context(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	if offered, err := there.ListReceivedGrants(t.Context(), nil); err != nil || len(offered.Grants) != 1 || offered.Grants[0].GrantStatus != types.GrantStatusPendingAccept {
		t.Errorf("offered: %+v, %v", offered, err)
	}
	if out, err := there.RejectGrant(t.Context(), &licensemanager.RejectGrantInput{GrantArn: made.GrantArn}); err != nil || out.Status != types.GrantStatusRejected {
		t.Errorf("rejected: %+v, %v", out, err)
	}
	if _, err := s.PutLicence(t.Context(), lm.Licence{Holder: "000000000000", SKU: "x"}); err == nil {
		t.Error("a licence of nobody is made")
	}
}

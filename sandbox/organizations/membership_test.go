package organizations_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// A removed account is on its own: the organization does not have it, and it has none.
func TestRemoveAccount(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	remove := func(id string) error {
		_, err := r.top.RemoveAccountFromOrganization(t.Context(), &api.RemoveAccountFromOrganizationInput{AccountId: &id})
		return err
	}
	alone := r.admin(gamma)
	r.must(remove(gamma))
	r.wants(remove(gamma), "AccountNotFoundException", "")
	same(t, "accounts", len(r.accounts()), 7)
	_, err := alone.DescribeOrganization(t.Context(), nil)
	r.wants(err, "AWSOrganizationsNotInUseException", "")
	_, err = alone.ListAccounts(t.Context(), nil)
	r.wants(err, "AWSOrganizationsNotInUseException", "")
	_, err = alone.LeaveOrganization(t.Context(), nil)
	r.wants(err, "AWSOrganizationsNotInUseException", "")
	r.wants(remove(management), "MasterCannotLeaveOrganizationException", "")
	r.wants(remove(hub), "ConstraintViolationException", "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")
}

// A created account stays for four days.
func TestLeaveOrganization(t *testing.T) {
	r := newRig(t, "empty", world.Settings{})
	id, err := r.create("new", "new@example.com")
	r.must(err)
	r.sleep(5 * time.Second)
	own := r.admin(*r.creation(id).AccountId)
	_, err = own.LeaveOrganization(t.Context(), nil)
	r.wants(err, "ConstraintViolationException", "WAIT_PERIOD_ACTIVE")
	r.sleep(4 * 24 * time.Hour)
	_, err = own.LeaveOrganization(t.Context(), nil)
	r.must(err)
	same(t, "accounts", len(r.accounts()), 1)
	_, err = r.top.LeaveOrganization(t.Context(), nil)
	r.wants(err, "MasterCannotLeaveOrganizationException", "")
}

// An account on its own makes an organization, of which it is the management account; the
// organization is deleted when nobody else is in it.
func TestCreateOrganization(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	_, err := r.top.CreateOrganization(t.Context(), &api.CreateOrganizationInput{})
	r.wants(err, "AlreadyInOrganizationException", "")
	_, err = r.top.DeleteOrganization(t.Context(), nil)
	r.wants(err, "OrganizationNotEmptyException", "")

	own := r.admin(gamma)
	_, err = r.top.RemoveAccountFromOrganization(t.Context(), &api.RemoveAccountFromOrganizationInput{AccountId: aws.String(gamma)})
	r.must(err)
	_, err = own.CreateOrganization(t.Context(), &api.CreateOrganizationInput{FeatureSet: "CONSOLIDATED_BILLING"})
	r.wants(err, "NotImplemented", "")
	made, err := own.CreateOrganization(t.Context(), &api.CreateOrganizationInput{})
	r.must(err)
	same(t, "management", *made.Organization.MasterAccountId, gamma)
	seen, err := own.ListAccounts(t.Context(), nil)
	r.must(err)
	same(t, "accounts", len(seen.Accounts), 1)
	_, err = own.DeleteOrganization(t.Context(), nil)
	r.must(err)
	_, err = own.DescribeOrganization(t.Context(), nil)
	r.wants(err, "AWSOrganizationsNotInUseException", "")
}

// Neither organization of two sees or changes anything of the other. SBX-15
func TestTwoOrganizations(t *testing.T) {
	r := newRig(t, "two-organizations", world.Settings{})
	other := r.user("management-2")
	same(t, "first", len(r.accounts()), 8)
	out, err := other.ListAccounts(t.Context(), nil)
	r.must(err)
	same(t, "second", len(out.Accounts), 4)
	org, err := other.DescribeOrganization(t.Context(), nil)
	r.must(err)
	same(t, "id", *org.Organization.Id, "o-exampleorg2")
	units, err := other.ListOrganizationalUnitsForParent(t.Context(), &api.ListOrganizationalUnitsForParentInput{ParentId: aws.String("r-cd34")})
	r.must(err)
	same(t, "units", len(units.OrganizationalUnits), 1)

	for name, call := range map[string]func() error{
		"AccountNotFoundException": func() error {
			_, err := other.DescribeAccount(t.Context(), &api.DescribeAccountInput{AccountId: aws.String(spoke)})
			return err
		},
		"OrganizationalUnitNotFoundException": func() error {
			_, err := other.DescribeOrganizationalUnit(t.Context(), &api.DescribeOrganizationalUnitInput{OrganizationalUnitId: aws.String(workloads)})
			return err
		},
		"ParentNotFoundException": func() error {
			_, err := other.ListAccountsForParent(t.Context(), &api.ListAccountsForParentInput{ParentId: aws.String(root)})
			return err
		},
		"ChildNotFoundException": func() error {
			_, err := other.ListParents(t.Context(), &api.ListParentsInput{ChildId: aws.String(spoke)})
			return err
		},
		"TargetNotFoundException": func() error {
			_, err := other.ListTagsForResource(t.Context(), &api.ListTagsForResourceInput{ResourceId: aws.String(spoke)})
			return err
		},
		"DestinationParentNotFoundException": func() error {
			_, err := other.MoveAccount(t.Context(), &api.MoveAccountInput{
				AccountId: aws.String("131313131313"), SourceParentId: aws.String("ou-cd34-22222222"), DestinationParentId: aws.String(workloads)})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { r.wants(call(), name, "") })
	}
	_, err = r.session("axle-2", spoke, "CatalogSpokeReader")
	r.wants(err, "AccessDenied", "")
	_, err = r.session("axle-2", "131313131313", "CatalogSpokeReader")
	r.must(err)
}

// Lists come in pages of 20, and every account once. SBX-38
func TestPages(t *testing.T) {
	r := newRig(t, "fleet 45x1", world.Settings{})
	seen := map[string]bool{}
	sizes := ""
	for pages := api.NewListAccountsPaginator(r.top, nil); pages.HasMorePages(); {
		out, err := pages.NextPage(t.Context())
		r.must(err)
		sizes += fmt.Sprint(len(out.Accounts), " ")
		for _, a := range out.Accounts {
			seen[*a.Id] = true
		}
	}
	same(t, "pages", sizes, "20 20 9 ")
	same(t, "accounts", len(seen), 49)
	_, err := r.top.ListAccounts(t.Context(), &api.ListAccountsInput{MaxResults: aws.Int32(21)})
	r.wants(err, "InvalidInputException", "MAX_VALUE_EXCEEDED")
	_, err = r.top.ListAccounts(t.Context(), &api.ListAccountsInput{NextToken: aws.String("mine")})
	r.wants(err, "InvalidInputException", "INVALID_NEXT_TOKEN")
}

// What was attached to a unit or an account goes with it: a policy that nothing bears can be deleted.
func TestAttachmentsGo(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	made, err := r.top.CreatePolicy(t.Context(), &api.CreatePolicyInput{Name: aws.String("deny"), Description: aws.String(""), Type: types.PolicyTypeServiceControlPolicy,
		Content: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`)})
	r.must(err)
	policy := made.Policy.PolicySummary.Id
	team := r.unit(root, "team")
	for _, target := range []string{team, gamma} {
		_, err = r.top.AttachPolicy(t.Context(), &api.AttachPolicyInput{PolicyId: policy, TargetId: &target})
		r.must(err)
	}
	remove := func() error {
		_, err := r.top.DeletePolicy(t.Context(), &api.DeletePolicyInput{PolicyId: policy})
		return err
	}
	r.wants(remove(), "PolicyInUseException", "")
	_, err = r.top.DeleteOrganizationalUnit(t.Context(), &api.DeleteOrganizationalUnitInput{OrganizationalUnitId: &team})
	r.must(err)
	_, err = r.top.RemoveAccountFromOrganization(t.Context(), &api.RemoveAccountFromOrganizationInput{AccountId: aws.String(gamma)})
	r.must(err)
	r.must(remove())
}

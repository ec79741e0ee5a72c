package organizations

import (
	"strings"

	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func membershipOperations() []world.Operation {
	return []world.Operation{
		world.Write("CreateOrganization", "", createOrganization),
		write("DeleteOrganization", deleteOrganization),
		write("RemoveAccountFromOrganization", removeAccount),
		world.Write("LeaveOrganization", "", leaveOrganization),
	}
}

// createOrganization makes an account that is in no organization the management account of one.
func createOrganization(c *world.Call, in *api.CreateOrganizationInput) (*api.CreateOrganizationOutput, error) {
	a, _ := world.FindAccount(c, c.Principal.Account)
	if a.Org != "" {
		return nil, wire.Fail("AlreadyInOrganizationException", "The provided account is already a member of an organization.")
	}
	if in.FeatureSet == types.OrganizationFeatureSetConsolidatedBilling {
		return nil, wire.NotHere("organizations:CreateOrganization.FeatureSet")
	}
	org := world.Organization{
		ID: c.NewID("o-", 10, world.Lower), Root: c.NewID("r-", 4, world.Lower), Management: a.ID, CatalogSharing: "DISABLED", Created: c.Now,
	}
	world.PutOrg(c, org)
	world.PutUnit(c, world.Unit{ID: org.Root, Name: "Root", Org: org.ID})
	a.Org, a.Parent, a.Joined, a.Invited = org.ID, org.Root, c.Now, true
	world.PutAccount(c, a)
	out := organization(c, org)
	return &api.CreateOrganizationOutput{Organization: &out}, nil
}

func deleteOrganization(c *world.Call, org world.Organization, _ *api.DeleteOrganizationInput) (*api.DeleteOrganizationOutput, error) {
	if membersOf(c, org) > 1 || len(unitsOf(c, org)) > 1 {
		return nil, wire.Fail("OrganizationNotEmptyException", "The organization isn't empty. To delete an organization, you must first remove all accounts except the management account, and delete all OUs.")
	}
	a, _ := world.FindAccount(c, org.Management)
	leave(c, a)
	world.Remove(c, world.KindUnit, org.Root)
	world.Remove(c, world.KindControls, org.Root)
	world.Remove(c, world.KindOrganization, org.ID)
	return &api.DeleteOrganizationOutput{}, nil
}

// leave makes an account one on its own, which no policy of an organization binds.
func leave(c *world.Call, a world.Account) {
	a.Org, a.Parent = "", ""
	world.PutAccount(c, a)
	world.Remove(c, world.KindControls, a.ID)
}

func removeAccount(c *world.Call, org world.Organization, in *api.RemoveAccountFromOrganizationInput) (*api.RemoveAccountFromOrganizationOutput, error) {
	a, err := member(c, org, in.AccountId)
	if err != nil {
		return nil, err
	}
	return &api.RemoveAccountFromOrganizationOutput{}, part(c, org, a)
}

// leaveOrganization is what a member does for itself.
func leaveOrganization(c *world.Call, _ *api.LeaveOrganizationInput) (*api.LeaveOrganizationOutput, error) {
	org, ok := world.OrgOf(c, c.Principal.Account)
	if !ok {
		return nil, notInUse()
	}
	if err := changeable(c, org); err != nil {
		return nil, err
	}
	a, _ := world.FindAccount(c, c.Principal.Account)
	return &api.LeaveOrganizationOutput{}, part(global(c), org, a)
}

// part makes a member an account on its own, with all that is in it.
func part(c *world.Call, org world.Organization, a world.Account) error {
	switch {
	case a.ID == org.Management:
		return wire.Fail("MasterCannotLeaveOrganizationException", "You can't remove a management account from an organization.")
	case len(servicesOf(org, a.ID)) > 0:
		return violation(types.ConstraintViolationExceptionReasonCannotRemoveDelegatedAdministratorFromOrg,
			"The account is a delegated administrator for %s. Deregister it first.", strings.Join(servicesOf(org, a.ID), ", "))
	case !a.Invited && c.Now.Before(a.Joined.Add(world.Takes(c, leaving, waitToLeave))):
		return violation(types.ConstraintViolationExceptionReasonWaitPeriodActive, "A created account can leave its organization four days after it was created.")
	}
	leave(c, a)
	return nil
}

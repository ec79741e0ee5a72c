package servicecatalog

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func organizationOperations() []world.Operation {
	return []world.Operation{
		write("EnableAWSOrganizationsAccess", "", enableAccess),
		write("DisableAWSOrganizationsAccess", "", disableAccess),
		read("GetAWSOrganizationsAccessStatus", getAccess),
	}
}

// enableAccess is the management account's alone, not even a delegated administrator's.
func enableAccess(c *world.Call, _ *servicecatalog.EnableAWSOrganizationsAccessInput) (*servicecatalog.EnableAWSOrganizationsAccessOutput, error) {
	org, ok := world.Org(c)
	if !ok || c.Account != org.Management {
		return nil, unsupported("Only the management account of the organization may call EnableAWSOrganizationsAccess.")
	}
	out := &servicecatalog.EnableAWSOrganizationsAccessOutput{}
	if accessStatus(c, org) != types.AccessStatusDisabled {
		return out, nil
	}
	org.CatalogSharing = string(types.AccessStatusUnderChange)
	if !slices.Contains(org.TrustedServices, ownDomain) {
		org.TrustedServices = append(org.TrustedServices, ownDomain)
	}
	world.PutOrg(c, org)
	world.Put(global(c), kindAccess, org.ID, access{enabling.start(c)})
	return out, nil
}

// disableAccess keeps the shares that are there, but for who was where when it was called: an
// account that moves then neither gains nor loses portfolios (CT-21).
func disableAccess(c *world.Call, _ *servicecatalog.DisableAWSOrganizationsAccessInput) (*servicecatalog.DisableAWSOrganizationsAccessOutput, error) {
	org, ok := world.Org(c)
	if !ok || c.Account != org.Management {
		return nil, unsupported("Only the management account of the organization may call DisableAWSOrganizationsAccess.")
	}
	if accessStatus(c, org) == types.AccessStatusDisabled {
		return &servicecatalog.DisableAWSOrganizationsAccessOutput{}, nil
	}
	places := world.PlacesIn(c)
	for _, a := range world.Accounts(c, org.ID) {
		world.Put(global(c), kindPlace, a.ID, places(a))
	}
	org.CatalogSharing = string(types.AccessStatusDisabled)
	world.PutOrg(c, org)
	return &servicecatalog.DisableAWSOrganizationsAccessOutput{}, nil
}

func getAccess(c *world.Call, _ *servicecatalog.GetAWSOrganizationsAccessStatusInput) (*servicecatalog.GetAWSOrganizationsAccessStatusOutput, error) {
	org, ok := world.Org(c)
	if !ok || !mayShareToNodes(org, c.Account) {
		return nil, unsupported("Account %s is neither the management account nor a delegated administrator for %s.", c.Account, ownDomain)
	}
	return &servicecatalog.GetAWSOrganizationsAccessStatusOutput{AccessStatus: accessStatus(c, org)}, nil
}

// accessStatus is DISABLED too where Organizations trusts Service Catalog no more.
func accessStatus(c *world.Call, org world.Organization) types.AccessStatus {
	if !slices.Contains(org.TrustedServices, ownDomain) {
		return types.AccessStatusDisabled
	}
	switch types.AccessStatus(org.CatalogSharing) {
	case types.AccessStatusEnabled:
		return types.AccessStatusEnabled
	case types.AccessStatusUnderChange:
		switch a, _ := world.Get[access](global(c), kindAccess, org.ID); {
		case !a.over(c):
			return types.AccessStatusUnderChange
		case a.Fails:
			return types.AccessStatusDisabled
		}
		return types.AccessStatusEnabled
	}
	return types.AccessStatusDisabled
}

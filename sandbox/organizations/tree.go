package organizations

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func treeOperations() []world.Operation {
	return []world.Operation{
		world.Read("DescribeOrganization", describeOrganization), // any member may ask
		read("DescribeAccount", describeAccount),
		read("DescribeOrganizationalUnit", describeUnit),
		read("ListRoots", listRoots),
		read("ListOrganizationalUnitsForParent", listUnits),
		read("ListAccountsForParent", listAccountsForParent),
		read("ListAccounts", listAccounts),
		read("ListChildren", listChildren),
		read("ListParents", listParents),
	}
}

// arn names a resource of the organization: account/o-…/123456789012.
func arn(c *world.Call, org world.Organization, kind, id string) *string {
	return aws.String(c.In(org.Management, "").ARN("organizations", kind+"/"+org.ID+"/"+id))
}

func describeOrganization(c *world.Call, _ *api.DescribeOrganizationInput) (*api.DescribeOrganizationOutput, error) {
	org, ok := world.OrgOf(c, c.Principal.Account)
	if !ok {
		return nil, notInUse()
	}
	out := organization(c, org)
	return &api.DescribeOrganizationOutput{Organization: &out}, nil
}

func organization(c *world.Call, org world.Organization) types.Organization {
	manager, _ := world.FindAccount(c, org.Management)
	return types.Organization{
		Arn: aws.String(c.In(org.Management, "").ARN("organizations", "organization/"+org.ID)), Id: &org.ID,
		FeatureSet:      types.OrganizationFeatureSetAll,
		MasterAccountId: &org.Management, MasterAccountEmail: &manager.Email, MasterAccountArn: arn(c, org, "account", org.Management),
	}
}

// account shows an account. Since 2026-09-09 it has a State and no Status (SBX-24).
func account(c *world.Call, org world.Organization, a world.Account) types.Account {
	out := types.Account{
		Arn: arn(c, org, "account", a.ID), Id: &a.ID, Name: &a.Name, Email: &a.Email,
		JoinedMethod: types.AccountJoinedMethodCreated, JoinedTimestamp: &a.Joined,
		State: types.AccountState(a.State), Status: status(a.State), Paths: []string{path(c, org, a.ID, a.Parent)},
	}
	if a.Invited {
		out.JoinedMethod = types.AccountJoinedMethodInvited
	}
	if world.Switched(c, noStatus) {
		out.Status = ""
	}
	return out
}

// path names the nodes from the organization down to an account or unit: o-…/r-…/ou-…/123456789012/.
func path(c *world.Call, org world.Organization, id, parent string) string {
	down := id + "/"
	for _, above := range world.PlacesIn(c)(world.Account{Parent: parent})[2:] {
		down = above + "/" + down
	}
	return org.ID + "/" + down
}

// status is the older word for State; a closed account has none.
func status(state string) types.AccountStatus {
	switch state {
	case "ACTIVE", "SUSPENDED":
		return types.AccountStatus(state)
	case "PENDING_CLOSURE":
		return types.AccountStatusPendingClosure
	}
	return ""
}

func describeAccount(c *world.Call, in *api.DescribeAccountInput) (*api.DescribeAccountOutput, error) {
	org, _ := world.Org(c)
	a, err := member(c, org, in.AccountId)
	if err != nil {
		return nil, err
	}
	out := account(c, org, a)
	return &api.DescribeAccountOutput{Account: &out}, nil
}

func unit(c *world.Call, org world.Organization, u world.Unit) types.OrganizationalUnit {
	return types.OrganizationalUnit{Arn: arn(c, org, "ou", u.ID), Id: &u.ID, Name: &u.Name, Path: aws.String(path(c, org, u.ID, u.Parent))}
}

func describeUnit(c *world.Call, in *api.DescribeOrganizationalUnitInput) (*api.DescribeOrganizationalUnitOutput, error) {
	org, _ := world.Org(c)
	u, err := ownUnit(c, org, in.OrganizationalUnitId)
	if err != nil {
		return nil, err
	}
	out := unit(c, org, u)
	return &api.DescribeOrganizationalUnitOutput{OrganizationalUnit: &out}, nil
}

func listRoots(c *world.Call, in *api.ListRootsInput) (*api.ListRootsOutput, error) {
	org, _ := world.Org(c)
	out, next, err := page([]types.Root{*rootTyped(c, org)}, "roots", in.MaxResults, in.NextToken)
	return &api.ListRootsOutput{Roots: out, NextToken: next}, err
}

// parent checks that a root or unit is there.
func parent(c *world.Call, id *string) (world.Organization, string, error) {
	org, _ := world.Org(c)
	u, ok := treeNode(c, org, id)
	if !ok {
		return org, "", missing("ParentNotFoundException", "a root or OU")
	}
	return org, u.ID, nil
}

// unitsOf are the root and all units of an organization.
func unitsOf(c *world.Call, org world.Organization) []world.Unit {
	return filter(world.List[world.Unit](global(c), world.KindUnit), func(u world.Unit) bool { return u.Org == org.ID })
}

func unitsIn(c *world.Call, parent string) []world.Unit {
	return filter(world.List[world.Unit](global(c), world.KindUnit), func(u world.Unit) bool { return u.Parent == parent })
}

func filter[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(list, func(v T) bool { return !keep(v) })
}

func listUnits(c *world.Call, in *api.ListOrganizationalUnitsForParentInput) (*api.ListOrganizationalUnitsForParentOutput, error) {
	org, id, err := parent(c, in.ParentId)
	if err != nil {
		return nil, err
	}
	all, next, err := page(unitsIn(c, id), "units/"+id, in.MaxResults, in.NextToken)
	return &api.ListOrganizationalUnitsForParentOutput{
		OrganizationalUnits: each(all, func(u world.Unit) types.OrganizationalUnit { return unit(c, org, u) }), NextToken: next,
	}, err
}

func listAccountsForParent(c *world.Call, in *api.ListAccountsForParentInput) (*api.ListAccountsForParentOutput, error) {
	org, id, err := parent(c, in.ParentId)
	if err != nil {
		return nil, err
	}
	all, next, err := page(world.Members(c, id), "accounts/"+id, in.MaxResults, in.NextToken)
	return &api.ListAccountsForParentOutput{Accounts: accounts(c, org, all), NextToken: next}, err
}

func listAccounts(c *world.Call, in *api.ListAccountsInput) (*api.ListAccountsOutput, error) {
	org, _ := world.Org(c)
	all, next, err := page(world.Members(c, org.ID), "accounts", in.MaxResults, in.NextToken)
	return &api.ListAccountsOutput{Accounts: accounts(c, org, all), NextToken: next}, err
}

// accounts shows a page of members. Only these are read.
func accounts(c *world.Call, org world.Organization, page []world.Member) []types.Account {
	return each(page, func(m world.Member) types.Account {
		a, _ := world.FindAccount(c, m.ID)
		return account(c, org, a)
	})
}

func listChildren(c *world.Call, in *api.ListChildrenInput) (*api.ListChildrenOutput, error) {
	_, id, err := parent(c, in.ParentId)
	if err != nil {
		return nil, err
	}
	var all []string
	switch in.ChildType {
	case types.ChildTypeAccount:
		all = each(world.Members(c, id), func(m world.Member) string { return m.ID })
	case types.ChildTypeOrganizationalUnit:
		all = each(unitsIn(c, id), func(u world.Unit) string { return u.ID })
	default:
		return nil, invalid(types.InvalidInputExceptionReasonInvalidEnum, "You specified an invalid value for ChildType: %s.", in.ChildType)
	}
	all, next, err := page(all, "children/"+id+string(in.ChildType), in.MaxResults, in.NextToken)
	return &api.ListChildrenOutput{
		Children: each(all, func(id string) types.Child { return types.Child{Id: &id, Type: in.ChildType} }), NextToken: next,
	}, err
}

func listParents(c *world.Call, in *api.ListParentsInput) (*api.ListParentsOutput, error) {
	org, _ := world.Org(c)
	above := ""
	if a, err := member(c, org, in.ChildId); err == nil {
		above = a.Parent
	} else if u, ok := treeNode(c, org, in.ChildId); ok {
		above = u.Parent
	}
	if above == "" {
		return nil, missing("ChildNotFoundException", "an account or OU")
	}
	kind := types.ParentTypeOrganizationalUnit
	if above == org.Root {
		kind = types.ParentTypeRoot
	}
	out, next, err := page([]types.Parent{{Id: &above, Type: kind}}, "parents/"+*in.ChildId, in.MaxResults, in.NextToken)
	return &api.ListParentsOutput{Parents: out, NextToken: next}, err
}

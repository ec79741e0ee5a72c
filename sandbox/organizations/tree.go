package organizations

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func arn(c *world.Call, resource string) *string {
	org, _ := world.Org(c)
	return aws.String(c.In(org.Management, "").ARN("organizations", resource))
}

func describeOrganization(c *world.Call, _ *api.DescribeOrganizationInput) (*api.DescribeOrganizationOutput, error) {
	org, ok := world.Org(c)
	if !ok {
		return nil, wire.Fail("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	}
	manager, _ := world.FindAccount(c, org.Management)
	return &api.DescribeOrganizationOutput{Organization: &types.Organization{
		Arn: arn(c, "organization/"+org.ID), Id: &org.ID, FeatureSet: types.OrganizationFeatureSetAll,
		MasterAccountId: &org.Management, MasterAccountEmail: &manager.Email,
		MasterAccountArn: arn(c, "account/"+org.ID+"/"+org.Management),
	}}, nil
}

func account(c *world.Call, a world.Account) types.Account {
	org, _ := world.Org(c)
	return types.Account{
		Arn: arn(c, "account/"+org.ID+"/"+a.ID), Id: &a.ID, Name: &a.Name, Email: &a.Email,
		JoinedMethod: types.AccountJoinedMethodCreated, JoinedTimestamp: &a.Joined,
		State: types.AccountState(a.State), Status: status(a.State),
	}
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
	a, ok := world.FindAccount(c, aws.ToString(in.AccountId))
	if !ok {
		return nil, missing("AccountNotFoundException", "an account")
	}
	out := account(c, a)
	return &api.DescribeAccountOutput{Account: &out}, nil
}

func unit(c *world.Call, u world.Unit) types.OrganizationalUnit {
	org, _ := world.Org(c)
	return types.OrganizationalUnit{Arn: arn(c, "ou/"+org.ID+"/"+u.ID), Id: &u.ID, Name: &u.Name}
}

func findUnit(c *world.Call, id string) (world.Unit, bool) {
	return world.Get[world.Unit](c, world.KindUnit, id)
}

func describeUnit(c *world.Call, in *api.DescribeOrganizationalUnitInput) (*api.DescribeOrganizationalUnitOutput, error) {
	u, ok := findUnit(c, aws.ToString(in.OrganizationalUnitId))
	if !ok || u.Parent == "" {
		return nil, missing("OrganizationalUnitNotFoundException", "an organizational unit")
	}
	out := unit(c, u)
	return &api.DescribeOrganizationalUnitOutput{OrganizationalUnit: &out}, nil
}

func listRoots(c *world.Call, in *api.ListRootsInput) (*api.ListRootsOutput, error) {
	org, _ := world.Org(c)
	root, _ := findUnit(c, org.Root)
	roots := []types.Root{{Arn: arn(c, "root/"+org.ID+"/"+root.ID), Id: &root.ID, Name: &root.Name}}
	out, next, err := page(roots, "roots", in.MaxResults, in.NextToken)
	return &api.ListRootsOutput{Roots: out, NextToken: next}, err
}

// parent checks that a root or unit is there.
func parent(c *world.Call, id *string) (string, error) {
	if _, ok := findUnit(c, aws.ToString(id)); !ok {
		return "", missing("ParentNotFoundException", "a root or OU")
	}
	return *id, nil
}

func unitsIn(c *world.Call, parent string) []world.Unit {
	return filter(world.List[world.Unit](c, world.KindUnit), func(u world.Unit) bool { return u.Parent == parent })
}

func accountsIn(c *world.Call, parent string) []world.Account {
	return filter(world.List[world.Account](c, world.KindAccount), func(a world.Account) bool { return a.Parent == parent })
}

func listUnits(c *world.Call, in *api.ListOrganizationalUnitsForParentInput) (*api.ListOrganizationalUnitsForParentOutput, error) {
	id, err := parent(c, in.ParentId)
	if err != nil {
		return nil, err
	}
	var all []types.OrganizationalUnit
	for _, u := range unitsIn(c, id) {
		all = append(all, unit(c, u))
	}
	out, next, err := page(all, "units/"+id, in.MaxResults, in.NextToken)
	return &api.ListOrganizationalUnitsForParentOutput{OrganizationalUnits: out, NextToken: next}, err
}

func accounts(c *world.Call, all []world.Account) []types.Account {
	out := make([]types.Account, len(all))
	for i, a := range all {
		out[i] = account(c, a)
	}
	return out
}

func listAccountsForParent(c *world.Call, in *api.ListAccountsForParentInput) (*api.ListAccountsForParentOutput, error) {
	id, err := parent(c, in.ParentId)
	if err != nil {
		return nil, err
	}
	out, next, err := page(accounts(c, accountsIn(c, id)), "accounts/"+id, in.MaxResults, in.NextToken)
	return &api.ListAccountsForParentOutput{Accounts: out, NextToken: next}, err
}

func listAccounts(c *world.Call, in *api.ListAccountsInput) (*api.ListAccountsOutput, error) {
	all := accounts(c, world.List[world.Account](c, world.KindAccount))
	out, next, err := page(all, "accounts", in.MaxResults, in.NextToken)
	return &api.ListAccountsOutput{Accounts: out, NextToken: next}, err
}

func listChildren(c *world.Call, in *api.ListChildrenInput) (*api.ListChildrenOutput, error) {
	id, err := parent(c, in.ParentId)
	if err != nil {
		return nil, err
	}
	var all []types.Child
	switch in.ChildType {
	case types.ChildTypeAccount:
		for _, a := range accountsIn(c, id) {
			all = append(all, types.Child{Id: &a.ID, Type: in.ChildType})
		}
	case types.ChildTypeOrganizationalUnit:
		for _, u := range unitsIn(c, id) {
			all = append(all, types.Child{Id: &u.ID, Type: in.ChildType})
		}
	default:
		return nil, wire.Fail("InvalidInputException", "You specified an invalid value for ChildType: %s.", in.ChildType)
	}
	out, next, err := page(all, "children/"+id+string(in.ChildType), in.MaxResults, in.NextToken)
	return &api.ListChildrenOutput{Children: out, NextToken: next}, err
}

func listParents(c *world.Call, in *api.ListParentsInput) (*api.ListParentsOutput, error) {
	id := aws.ToString(in.ChildId)
	above := ""
	if a, ok := world.FindAccount(c, id); ok {
		above = a.Parent
	} else if u, ok := findUnit(c, id); ok {
		above = u.Parent
	}
	if above == "" {
		return nil, missing("ChildNotFoundException", "an account or OU")
	}
	kind := types.ParentTypeOrganizationalUnit
	if strings.HasPrefix(above, "r-") {
		kind = types.ParentTypeRoot
	}
	out, next, err := page([]types.Parent{{Id: &above, Type: kind}}, "parents/"+id, in.MaxResults, in.NextToken)
	return &api.ListParentsOutput{Parents: out, NextToken: next}, err
}

func listTags(c *world.Call, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	id := aws.ToString(in.ResourceId)
	a, ok := world.FindAccount(c, id)
	if _, isUnit := findUnit(c, id); !ok && !isUnit {
		return nil, missing("TargetNotFoundException", "a target")
	}
	out, next, err := page(tags(a.Tags), "tags/"+id, nil, in.NextToken)
	return &api.ListTagsForResourceOutput{Tags: out, NextToken: next}, err
}

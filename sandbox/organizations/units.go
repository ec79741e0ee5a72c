package organizations

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func unitOperations() []world.Operation {
	return []world.Operation{
		write("CreateOrganizationalUnit", createUnit),
		write("UpdateOrganizationalUnit", updateUnit),
		write("DeleteOrganizationalUnit", deleteUnit),
		write("MoveAccount", moveAccount),
	}
}

const maxDepth = 5 // of units below the root

func createUnit(c *world.Call, org world.Organization, in *api.CreateOrganizationalUnitInput) (*api.CreateOrganizationalUnitOutput, error) {
	above, ok := treeNode(c, org, in.ParentId)
	if !ok {
		return nil, missing("ParentNotFoundException", "a root or OU")
	}
	if err := unitName(c, above.ID, "", in.Name); err != nil {
		return nil, err
	}
	if len(unitsOf(c, org))-1 >= world.Quota(c, quotaUnits, maxUnits) {
		return nil, violation(types.ConstraintViolationExceptionReasonOuNumberLimitExceeded, "You have exceeded the allowed number of organizational units.")
	}
	if depth(c, above) >= maxDepth {
		return nil, violation(types.ConstraintViolationExceptionReasonOuDepthLimitExceeded, "You have exceeded the allowed depth of organizational units.")
	}
	tags, err := retag(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	u := world.Unit{
		ID: c.NewID("ou-"+strings.TrimPrefix(org.Root, "r-")+"-", 8, world.Lower), Name: *in.Name, Org: org.ID, Parent: above.ID, Tags: tags,
	}
	world.PutUnit(c, u)
	out := unit(c, org, u)
	return &api.CreateOrganizationalUnitOutput{OrganizationalUnit: &out}, nil
}

// depth is how many units stand from the root down to u; the root's is 0.
func depth(c *world.Call, u world.Unit) int {
	n := 0
	for u.Parent != "" && n <= maxDepth {
		u, _ = world.FindUnit(c, u.Parent)
		n++
	}
	return n
}

// unitName holds that a name has AWS's length, and is no other unit's of the same parent.
func unitName(c *world.Call, parent, self string, name *string) error {
	if n := len([]rune(aws.ToString(name))); n < 1 || n > 128 {
		return invalid(types.InvalidInputExceptionReasonMaxLengthExceeded, "The Name of an organizational unit has 1 to 128 characters.")
	}
	for _, u := range unitsIn(c, parent) {
		if u.Name == *name && u.ID != self {
			return wire.Fail("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
		}
	}
	return nil
}

// ownUnit is a unit of the organization, and not its root.
func ownUnit(c *world.Call, org world.Organization, id *string) (world.Unit, error) {
	u, ok := treeNode(c, org, id)
	if !ok || u.Parent == "" {
		return u, missing("OrganizationalUnitNotFoundException", "an organizational unit")
	}
	return u, nil
}

func updateUnit(c *world.Call, org world.Organization, in *api.UpdateOrganizationalUnitInput) (*api.UpdateOrganizationalUnitOutput, error) {
	u, err := ownUnit(c, org, in.OrganizationalUnitId)
	if err != nil {
		return nil, err
	}
	if in.Name != nil {
		if err := unitName(c, u.Parent, u.ID, in.Name); err != nil {
			return nil, err
		}
		u.Name = *in.Name
		world.PutUnit(c, u)
	}
	out := unit(c, org, u)
	return &api.UpdateOrganizationalUnitOutput{OrganizationalUnit: &out}, nil
}

func deleteUnit(c *world.Call, org world.Organization, in *api.DeleteOrganizationalUnitInput) (*api.DeleteOrganizationalUnitOutput, error) {
	u, err := ownUnit(c, org, in.OrganizationalUnitId)
	if err != nil {
		return nil, err
	}
	coming := slices.ContainsFunc(world.List[world.Account](c, world.KindAccount), func(a world.Account) bool { return a.Parent == u.ID })
	if coming || len(unitsIn(c, u.ID)) > 0 {
		return nil, wire.Fail("OrganizationalUnitNotEmptyException", "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.")
	}
	world.Remove(c, world.KindUnit, u.ID)
	world.Remove(c, world.KindControls, u.ID)
	return &api.DeleteOrganizationalUnitOutput{}, nil
}

func moveAccount(c *world.Call, org world.Organization, in *api.MoveAccountInput) (*api.MoveAccountOutput, error) {
	a, err := member(c, org, in.AccountId)
	if err != nil {
		return nil, err
	}
	from, ok := treeNode(c, org, in.SourceParentId)
	if !ok {
		return nil, missing("SourceParentNotFoundException", "a source root or OU")
	}
	to, ok := treeNode(c, org, in.DestinationParentId)
	switch {
	case !ok:
		return nil, missing("DestinationParentNotFoundException", "a destination root or OU")
	case a.Parent == to.ID:
		return nil, wire.Fail("DuplicateAccountException", "The account is already in the destination.")
	case a.Parent != from.ID:
		return nil, missing("AccountNotFoundException", "an account in the source")
	}
	a.Parent, a.Placed = to.ID, c.Now
	world.PutAccount(c, a)
	return &api.MoveAccountOutput{}, nil
}

package cloudformation

import (
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// targets are the accounts and regions that an operation names.
type targets struct {
	accounts []string
	target   *sdk.DeploymentTargets
	regions  []string
}

// chosen are the instances that targets name, as they are or new. Where they have to be there,
// what an operation names account by account and is not is refused.
func (s stackSet) chosen(c *world.Call, t targets, existing bool) ([]instance, error) {
	units, err := s.accounts(c, t)
	if err != nil {
		return nil, err
	}
	if len(t.regions) == 0 {
		return nil, invalid("Regions cannot be empty")
	}
	var all []instance
	var absent error
	for _, region := range t.regions {
		for _, a := range units {
			i, known := world.Get[instance](c, kindInstance+s.ID, a.id+"/"+region)
			_, there := i.at(c.Now)
			switch {
			case known && there:
			case !existing:
				i = instance{Account: a.id, Region: region, Unit: a.unit}
			case s.Model != serviceManaged:
				absent = noInstance(a.id, region, s.Name)
				continue
			default:
				continue
			}
			all = append(all, i)
		}
	}
	return all, absent
}

// member is an account that is a target, and the organizational unit that it was named by.
type member struct{ id, unit string }

func (s stackSet) accounts(c *world.Call, t targets) ([]member, error) {
	if s.Model != serviceManaged {
		named := t.accounts
		if t.target != nil {
			if len(t.target.OrganizationalUnitIds) > 0 || t.target.AccountFilterType != "" {
				return nil, invalid("StackSets with SELF_MANAGED permission model can only have accounts as target")
			}
			named = append(named, t.target.Accounts...)
		}
		return listed(named)
	}
	switch {
	case len(t.accounts) > 0, t.target == nil, len(t.target.OrganizationalUnitIds) == 0 && t.target.AccountFilterType != "":
		return nil, invalid("StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target")
	case t.target.AccountsUrl != nil:
		return nil, missing("DeploymentTargets.AccountsUrl")
	case len(t.target.Accounts) > 0 && t.target.AccountFilterType == "" && len(t.target.OrganizationalUnitIds) > 0:
		return nil, invalid("AccountFilterType is required where both Accounts and OrganizationalUnitIds are given")
	}
	return filtered(c, *t.target)
}

func listed(named []string) ([]member, error) {
	if len(named) == 0 {
		return nil, invalid("Accounts cannot be empty")
	}
	var all []member
	for _, id := range named {
		if len(id) != 12 {
			return nil, invalid("1 validation error detected: Value '%s' at 'accounts' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9]{12}$", id)
		}
		if m := (member{id: id}); !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return all, nil
}

// filtered are the accounts under organizational units, as the filter leaves them. The
// management account is never one of them.
func filtered(c *world.Call, t sdk.DeploymentTargets) ([]member, error) {
	org, _ := world.OrgOf(c, c.Account)
	var all []member
	seen := map[string]bool{org.Management: true}
	for _, unit := range t.OrganizationalUnitIds {
		u, ok := world.FindUnit(c, unit)
		if !ok || u.Org != org.ID {
			return nil, invalid("OrganizationalUnitId %s does not exist", unit)
		}
		for _, a := range world.AccountsUnder(c, unit) {
			named := slices.Contains(t.Accounts, a.ID)
			out := t.AccountFilterType == sdk.AccountFilterTypeIntersection && !named || t.AccountFilterType == sdk.AccountFilterTypeDifference && named
			if !out && !seen[a.ID] {
				seen[a.ID] = true
				all = append(all, member{a.ID, unit})
			}
		}
	}
	if t.AccountFilterType != sdk.AccountFilterTypeUnion && len(t.OrganizationalUnitIds) > 0 {
		return all, nil
	}
	for _, id := range t.Accounts {
		a, ok := world.FindAccount(c, id)
		if !ok || a.Org != org.ID {
			return nil, invalid("Account %s is not a member of the organization", id)
		}
		if !seen[id] {
			seen[id] = true
			all = append(all, member{id, a.Parent})
		}
	}
	return all, nil
}

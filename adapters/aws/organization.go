package aws

import (
	"context"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/catalog"
)

// Organization reads the organization, as its management account or a delegated administrator.
type Organization struct{ *site }

// NewOrganization makes an Organization that acts as a role of an account; role "" is the session's own identity.
func NewOrganization(s *Session, account, role string) *Organization {
	return &Organization{s.at(account, role, "")}
}

// Accounts reads every unit and every account, or fails: what is not seen would look removed (I19).
func (o *Organization) Accounts(ctx context.Context) (catalog.Organization, error) {
	var org catalog.Organization
	out, err := call(ctx, o.site, op{"organizations", "DescribeOrganization", repeatable}, func(ctx context.Context) (*organizations.DescribeOrganizationOutput, error) {
		return o.members.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	})
	if err != nil {
		return org, err
	}
	org.ID = sdk.ToString(out.Organization.Id)
	if org.Root, err = o.root(ctx); err != nil {
		return org, err
	}
	for below := []string{org.Root}; len(below) > 0; below = below[1:] {
		units, err := o.units(ctx, below[0])
		if err != nil {
			return catalog.Organization{}, err
		}
		for _, u := range units {
			below = append(below, u.ID)
		}
		org.Units = append(org.Units, units...)
		accounts, err := o.accounts(ctx, below[0])
		if err != nil {
			return catalog.Organization{}, err
		}
		org.Accounts = append(org.Accounts, accounts...)
	}
	slices.SortFunc(org.Accounts, func(a, b catalog.Account) int { return compareText(a.ID, b.ID) })
	slices.SortFunc(org.Units, func(a, b catalog.Unit) int { return compareText(a.ID, b.ID) })
	return org, nil
}

func (o *Organization) root(ctx context.Context) (string, error) {
	id := ""
	err := o.pagesOf(ctx, op{"organizations", "ListRoots", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := o.members.ListRoots(ctx, &organizations.ListRootsInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, r := range out.Roots {
			id = sdk.ToString(r.Id)
		}
		return out.NextToken, nil
	})
	return id, err
}

func (o *Organization) units(ctx context.Context, parent string) ([]catalog.Unit, error) {
	var all []catalog.Unit
	err := o.pagesOf(ctx, op{"organizations", "ListOrganizationalUnitsForParent", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := o.members.ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{ParentId: &parent, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, u := range out.OrganizationalUnits {
			all = append(all, catalog.Unit{ID: sdk.ToString(u.Id), Name: sdk.ToString(u.Name), Parent: parent})
		}
		return out.NextToken, nil
	})
	return all, err
}

func (o *Organization) accounts(ctx context.Context, parent string) ([]catalog.Account, error) {
	var all []catalog.Account
	err := o.pagesOf(ctx, op{"organizations", "ListAccountsForParent", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := o.members.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: &parent, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, a := range out.Accounts {
			state := string(a.State)
			if state == "" {
				state = string(a.Status) // until AWS retires it
			}
			all = append(all, catalog.Account{ID: sdk.ToString(a.Id), Name: sdk.ToString(a.Name), Parent: parent, State: state})
		}
		return out.NextToken, nil
	})
	return all, err
}

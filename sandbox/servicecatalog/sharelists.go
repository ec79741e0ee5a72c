package servicecatalog

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func shareListOperations() []world.Operation {
	return []world.Operation{
		read("DescribePortfolioShares", describeShares, needs("PortfolioId", "Type")),
		read("ListPortfolioAccess", listAccess, needs("PortfolioId")),
		read("ListOrganizationPortfolioAccess", listOrganizationAccess, needs("PortfolioId", "OrganizationNodeType")),
	}
}

func describeShares(c *world.Call, in *servicecatalog.DescribePortfolioSharesInput) (*servicecatalog.DescribePortfolioSharesOutput, error) {
	if !slices.Contains(in.Type.Values(), in.Type) {
		return nil, violated("Value '%s' at 'type' failed to satisfy constraint: Member must satisfy enum value set", in.Type)
	}
	all, err := sharesOfType(c, *in.PortfolioId, string(in.Type))
	if err != nil {
		return nil, err
	}
	cut, next, err := page(c, all, in.PageSize, in.PageToken, wide, *in.PortfolioId, string(in.Type))
	out := &servicecatalog.DescribePortfolioSharesOutput{NextPageToken: next}
	for _, s := range cut {
		out.PortfolioShareDetails = append(out.PortfolioShareDetails, types.PortfolioShareDetail{
			PrincipalId: new(s.Node), Type: types.DescribePortfolioShareType(s.Type), Accepted: s.accepted(c),
			SharePrincipals: s.Principals, ShareTagOptions: s.TagOptions,
		})
	}
	return out, err
}

// accepted: node shares import themselves.
func (s share) accepted(c *world.Call) bool {
	_, ok := world.Get[accepted](c.In(s.Node, s.Region), kindAccepted, s.Portfolio)
	return s.node() || ok
}

// listAccess gives the accounts of account shares, or those that node shares reach under a parent.
func listAccess(c *world.Call, in *servicecatalog.ListPortfolioAccessInput) (*servicecatalog.ListPortfolioAccessOutput, error) {
	if _, err := ownPortfolio(c, *in.PortfolioId); err != nil {
		return nil, err
	}
	var ids []string
	for _, s := range sharesOf(c, *in.PortfolioId) {
		ids = append(ids, s.accounts(c, val(in.OrganizationParentId))...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	cut, next, err := page(c, ids, in.PageSize, in.PageToken, wide, *in.PortfolioId, val(in.OrganizationParentId))
	return &servicecatalog.ListPortfolioAccessOutput{AccountIds: cut, NextPageToken: next}, err
}

func (s share) accounts(c *world.Call, parent string) []string {
	if parent == "" {
		if s.node() {
			return nil
		}
		return []string{s.Node}
	}
	if !s.node() || !s.live(c) {
		return nil
	}
	return slices.DeleteFunc(s.accountsUnder(c, parent), s.failed)
}

func listOrganizationAccess(c *world.Call, in *servicecatalog.ListOrganizationPortfolioAccessInput) (*servicecatalog.ListOrganizationPortfolioAccessOutput, error) {
	if org, ok := world.Org(c); !ok || !mayShareToNodes(org, c.Account) {
		return nil, unsupported("Account %s is neither the management account nor a delegated administrator for %s.", c.Account, ownDomain)
	}
	kind := string(in.OrganizationNodeType)
	switch in.OrganizationNodeType {
	case types.OrganizationNodeTypeAccount:
		kind = shareMember
	case types.OrganizationNodeTypeOrganization, types.OrganizationNodeTypeOrganizationalUnit:
	default:
		return nil, violated("Value '%s' at 'organizationNodeType' failed to satisfy constraint: Member must satisfy enum value set", kind)
	}
	all, err := sharesOfType(c, *in.PortfolioId, kind)
	if err != nil {
		return nil, err
	}
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, *in.PortfolioId, kind)
	out := &servicecatalog.ListOrganizationPortfolioAccessOutput{NextPageToken: next}
	for _, s := range cut {
		out.OrganizationNodes = append(out.OrganizationNodes, types.OrganizationNode{Type: in.OrganizationNodeType, Value: new(s.Node)})
	}
	return out, err
}

// sharesOf gives the shares of a portfolio of the call's account that are not gone.
func sharesOf(c *world.Call, folio string) []share {
	return slices.DeleteFunc(world.List[share](c, under(kindShare, folio)), func(s share) bool { return s.gone(c) })
}

func sharesOfType(c *world.Call, folio, kind string) ([]share, error) {
	if _, err := ownPortfolio(c, folio); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(sharesOf(c, folio), func(s share) bool { return s.Type != kind }), nil
}

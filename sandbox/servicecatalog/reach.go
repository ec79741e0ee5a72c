package servicecatalog

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Types of a share: a node of the organization, or any account by its number.
const (
	shareOrganization = string(types.DescribePortfolioShareTypeOrganization)
	shareUnit         = string(types.DescribePortfolioShareTypeOrganizationalUnit)
	shareMember       = string(types.DescribePortfolioShareTypeOrganizationMemberAccount)
	shareAccount      = string(types.DescribePortfolioShareTypeAccount)
)

// receipt is a portfolio that an account has received, with what the shares bring along.
type receipt struct {
	portfolio
	Node                   bool // by a node of the organization, else by an accepted account share
	Principals, TagOptions bool
}

// own is a portfolio of the caller's account.
func own(p portfolio) receipt { return receipt{portfolio: p, Principals: true, TagOptions: true} }

// received gives the portfolios that the call's account has received in its region, once
// each, whichever number of shares reach it. Nothing is delivered: who is under a node is
// looked up now, so an account that moves gains and loses portfolios by itself (SBX-25).
func received(c *world.Call) []receipt {
	var all []receipt
	org, _ := world.Org(c)
	path := placeOf(c, org, c.Account)
	for _, s := range offers(c, path) {
		if s.Account == c.Account || !s.reaches(c, path) {
			continue
		}
		p, ok := world.Get[portfolio](c.In(s.Account, s.Region), kindPortfolio, s.Portfolio)
		if !ok {
			continue
		}
		r := receipt{p, s.node(), s.Principals, s.TagOptions}
		if i := slices.IndexFunc(all, func(o receipt) bool { return o.ID == p.ID }); i >= 0 {
			all[i].merge(r)
		} else {
			all = append(all, r)
		}
	}
	return all
}

// offers gives the shares of the call's region with its account, or with a node on its path.
func offers(c *world.Call, path []string) []share {
	if !slices.Contains(path, c.Account) {
		path = append([]string{c.Account}, path...)
	}
	var all []share
	for _, node := range path {
		for _, at := range world.List[shareKey](c.In("", c.Region), offersTo(node)) {
			if s, ok := world.Get[share](c.In(at.Account, c.Region), under(kindShare, at.Portfolio), at.ID); ok {
				all = append(all, s)
			}
		}
	}
	return all
}

func (r *receipt) merge(o receipt) {
	r.Node, r.Principals, r.TagOptions = r.Node || o.Node, r.Principals || o.Principals, r.TagOptions || o.TagOptions
}

func (s share) node() bool { return s.Type != shareAccount }

// live says whether receivers have the share now.
func (s share) live(c *world.Call) bool {
	return !c.Now.Before(s.Ready) && !s.Failed && !s.gone(c)
}

func (s share) gone(c *world.Call) bool {
	return !s.Gone.IsZero() && !c.Now.Before(s.Gone) || s.node() && s.orphaned(c)
}

// orphaned says whether the sharing account, which is not the management account, is a
// delegated administrator no more, or anew since it shared: its shares went with its office.
// SBX-25, CT-21
func (s share) orphaned(c *world.Call) bool {
	org, _ := world.OrgOf(c, s.Account)
	return !mayShareToNodes(org, s.Account) || s.Ready.Before(org.DelegatedAt[s.Account+"/"+ownDomain])
}

// reaches says whether the share gives its portfolio to the call's account, whose place in
// the organization is path.
func (s share) reaches(c *world.Call, path []string) bool {
	if !s.live(c) || s.failed(c.Account) {
		return false
	}
	if !s.node() {
		_, ok := world.Get[accepted](c, kindAccepted, s.Portfolio)
		return ok && s.Node == c.Account
	}
	return slices.Contains(path, s.Node)
}

func (s share) failed(account string) bool {
	return slices.ContainsFunc(s.Errors, func(e shareError) bool { return slices.Contains(e.Accounts, account) })
}

// accountsUnder gives the active accounts that a node share reaches, but not the sharing one,
// and that are under other nodes also.
func (s share) accountsUnder(c *world.Call, also ...string) []string {
	org, _ := world.OrgOf(c, s.Account)
	if stale(org) {
		return s.accountsThen(c, org, also)
	}
	var ids []string
	for i, node := range slices.Compact(append([]string{s.Node}, also...)) {
		var under []string
		for _, m := range world.MembersUnder(c, org.ID, node) {
			_, before := slices.BinarySearch(ids, m.ID)
			if m.State == "ACTIVE" && m.ID != s.Account && (before || i == 0) {
				under = append(under, m.ID)
			}
		}
		ids = under
	}
	return ids
}

// accountsThen is accountsUnder where places no longer change.
func (s share) accountsThen(c *world.Call, org world.Organization, also []string) []string {
	places := placesIn(c, org)
	var ids []string
	for _, a := range world.Accounts(c, org.ID) {
		path := places(a)
		outside := func(node string) bool { return !slices.Contains(path, node) }
		if a.ID != s.Account && !outside(s.Node) && !slices.ContainsFunc(also, outside) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// stale says whether who stands where is as it was when Organizations access was disabled.
func stale(org world.Organization) bool {
	return org.CatalogSharing == string(types.AccessStatusDisabled)
}

// kindPlace is where an account stood when Organizations access was disabled; global, by account.
const kindPlace = "sc-place"

// placesIn names an active member and every node above it, up to the organization. Others have
// no place: a suspended account receives nothing.
func placesIn(c *world.Call, org world.Organization) func(world.Account) []string {
	now := world.PlacesIn(c)
	return func(a world.Account) []string {
		if a.State != "ACTIVE" || a.Org != org.ID || org.ID == "" {
			return nil
		}
		if stale(org) {
			path, _ := world.Get[[]string](global(c), kindPlace, a.ID)
			return path
		}
		return now(a)
	}
}

// placeOf names one member and every node above it, as placesIn does.
func placeOf(c *world.Call, org world.Organization, account string) []string {
	a, _ := world.FindAccount(c, account)
	return placesIn(c, org)(a)
}

// isNode says whether an id names a node of an organization.
func isNode(c *world.Call, org world.Organization, kind, id string) bool {
	switch kind {
	case shareUnit:
		u, ok := world.FindUnit(c, id)
		return ok && u.Org == org.ID
	case shareMember:
		a, ok := world.FindAccount(c, id)
		return ok && a.Org == org.ID
	}
	return id == org.ID
}

// mayShareToNodes says whether an account is the management account or a delegated
// administrator for Service Catalog.
func mayShareToNodes(org world.Organization, account string) bool {
	return account == org.Management || slices.Contains(org.DelegatedAdmins[ownDomain], account)
}

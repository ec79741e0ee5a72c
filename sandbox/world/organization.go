package world

import (
	"cmp"
	"slices"
	"time"
)

func everywhere(c *Call) *Call { return c.In("", "") }

// FindAccount finds an account of the world, as it stands at the call's time.
func FindAccount(c *Call, id string) (Account, bool) {
	a, ok := Get[Account](everywhere(c), KindAccount, id)
	return a, ok && a.settle(c)
}

// Accounts are all accounts of an organization as they stand at the call's time, in order of id.
func Accounts(c *Call, org string) []Account {
	var all []Account
	for _, a := range List[Account](everywhere(c), KindAccount) {
		if a.Org == org && a.settle(c) {
			all = append(all, a)
		}
	}
	return all
}

// settle brings the account's state up to the call's time, and says whether it is there yet.
func (a *Account) settle(c *Call) bool {
	due := !c.Now.Before(a.Due)
	switch {
	case a.State == "PENDING_ACTIVATION" && !a.Due.IsZero():
		a.State = "ACTIVE"
		return due
	case a.State == "PENDING_CLOSURE" && !a.Due.IsZero() && due:
		a.State = "SUSPENDED"
	}
	return true
}

// kindSeat is where accounts stand: global, under an organization's, root's or unit's id, by account.
const kindSeat = "account-in"

// seat is what lists need of an account.
type seat struct {
	ID, State string
	Due       time.Time `json:",omitzero"`
}

// PutAccount keeps an account, and where it stands.
func PutAccount(c *Call, a Account) {
	c = everywhere(c)
	if old, ok := Get[Account](c, KindAccount, a.ID); ok {
		Remove(c, kindSeat+"/"+old.Org, a.ID)
		Remove(c, kindSeat+"/"+old.Parent, a.ID)
	}
	for _, node := range []string{a.Org, a.Parent} {
		if node != "" {
			Put(c, kindSeat+"/"+node, a.ID, seat{a.ID, a.State, a.Due})
		}
	}
	Put(c, KindAccount, a.ID, a)
}

// Member is an account as its organization's lists have it.
type Member struct{ ID, State string }

// Members are the accounts in a root or unit, or all of an organization, as they stand at the
// call's time, in order of id. No other account is read.
func Members(c *Call, node string) []Member {
	var all []Member
	for _, s := range List[seat](everywhere(c), kindSeat+"/"+node) {
		if a := (Account{State: s.State, Due: s.Due}); a.settle(c) {
			all = append(all, Member{s.ID, a.State})
		}
	}
	return all
}

// MembersUnder are the members of an organization below a node of it, at any depth, in order of
// id: the organization, the root, a unit, or an account itself.
func MembersUnder(c *Call, org, node string) []Member {
	if node == org {
		return Members(c, org)
	}
	if a, ok := FindAccount(c, node); ok && a.Org == org {
		return []Member{{a.ID, a.State}}
	}
	if u, ok := FindUnit(c, node); !ok || u.Org != org {
		return nil
	}
	var all []Member
	units := List[Unit](everywhere(c), KindUnit)
	below := []string{node}
	for i := 0; i < len(below); i++ {
		all = append(all, Members(c, below[i])...)
		for _, u := range units {
			if u.Parent == below[i] && !slices.Contains(below, u.ID) {
				below = append(below, u.ID)
			}
		}
	}
	slices.SortFunc(all, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Org is the organization of the call's account; a global call's is its caller's, and nobody's
// the first of the world.
func Org(c *Call) (Organization, bool) {
	if account := cmp.Or(c.Account, c.Principal.Account); account != "" {
		return OrgOf(c, account)
	}
	all := List[Organization](everywhere(c), KindOrganization)
	if len(all) == 0 {
		return Organization{}, false
	}
	return all[0], true
}

// OrgOf is the organization that an account is in.
func OrgOf(c *Call, account string) (Organization, bool) {
	a, ok := FindAccount(c, account)
	if !ok || a.Org == "" {
		return Organization{}, false
	}
	return Get[Organization](everywhere(c), KindOrganization, a.Org)
}

// PutOrg keeps an organization.
func PutOrg(c *Call, o Organization) { Put(everywhere(c), KindOrganization, o.ID, o) }

// FindUnit finds the root or a unit of any organization.
func FindUnit(c *Call, id string) (Unit, bool) {
	return Get[Unit](everywhere(c), KindUnit, id)
}

// PutUnit keeps a root or a unit.
func PutUnit(c *Call, u Unit) { Put(everywhere(c), KindUnit, u.ID, u) }

// SameOrg says whether two accounts are one, or in one organization.
func SameOrg(c *Call, a, b string) bool {
	org, ok := OrgOf(c, a)
	other, there := OrgOf(c, b)
	return a == b || ok && there && org.ID == other.ID
}

// Administers says whether the caller's account is the management account, or a delegated
// administrator for a service principal; "" asks for any service.
func Administers(c *Call, servicePrincipal string) bool {
	org, ok := OrgOf(c, c.Principal.Account)
	if !ok {
		return false
	}
	if c.Principal.Account == org.Management {
		return true
	}
	for principal, accounts := range org.DelegatedAdmins {
		if (servicePrincipal == "" || servicePrincipal == principal) && slices.Contains(accounts, c.Principal.Account) {
			return true
		}
	}
	return false
}

// AccountsUnder are the accounts below a node of the call's organization, at any depth, in order
// of id: the organization, the root, a unit, or an account itself.
func AccountsUnder(c *Call, node string) []Account {
	org, ok := Org(c)
	if !ok {
		return nil
	}
	places := PlacesIn(c)
	return slices.DeleteFunc(Accounts(c, org.ID), func(a Account) bool { return !slices.Contains(places(a), node) })
}

// PlacesIn reads units as they are asked for, each once. What it gives names an account and
// every node above it, up to its organization.
func PlacesIn(c *Call) func(Account) []string {
	units := map[string]Unit{}
	return func(a Account) []string {
		path := []string{a.Org, a.ID}
		for at := a.Parent; at != "" && !slices.Contains(path, at); {
			path = append(path, at)
			u, known := units[at]
			if !known {
				u, _ = FindUnit(c, at)
				units[at] = u
			}
			at = u.Parent
		}
		return path
	}
}

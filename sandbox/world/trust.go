package world

import (
	"slices"
	"strings"
)

// ARN names the role.
func (r Role) ARN() string {
	path := r.Path
	if path == "" {
		path = "/"
	}
	return "arn:aws:iam::" + r.Account + ":role" + path + r.Name
}

// TrustsService says whether an AWS service may assume the role.
func (r Role) TrustsService(principal string) bool {
	return slices.Contains(r.TrustServices, principal)
}

// TrustsCaller says whether a principal may assume the role with this external id.
func (r Role) TrustsCaller(p Principal, externalID string) bool {
	return slices.Contains(r.TrustAccounts, p.Account) && (r.ExternalID == "" || r.ExternalID == externalID)
}

// FindRole finds a role by its ARN, path and all, in whichever account it names.
func FindRole(c *Call, arn string) (Role, bool) {
	account, rest, ok := strings.Cut(strings.TrimPrefix(arn, "arn:aws:iam::"), ":role/")
	if !ok || !strings.HasPrefix(arn, "arn:aws:iam::") {
		return Role{}, false
	}
	name := rest[strings.LastIndex(rest, "/")+1:]
	role, ok := RoleOf(c, account, name)
	return role, ok && role.ARN() == arn
}

// RoleOf finds a role by account and name.
func RoleOf(c *Call, account, name string) (Role, bool) {
	return Get[Role](c.In(account, ""), KindRole, name)
}

// PutRole stores a role in its account.
func PutRole(c *Call, r Role) { Put(c.In(r.Account, ""), KindRole, r.Name, r) }

// FindAccount finds an account of the world.
func FindAccount(c *Call, id string) (Account, bool) {
	return Get[Account](c.In("", ""), KindAccount, id)
}

// Org is the organization.
func Org(c *Call) (Organization, bool) {
	return Get[Organization](c.In("", ""), KindOrganization, "o")
}

// Administers says whether the caller's account is the management account, or a delegated
// administrator for a service principal; "" asks for any service.
func Administers(c *Call, servicePrincipal string) bool {
	org, ok := Org(c)
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

// AccountsUnder are the accounts below a node, at any depth, in order of id: the organization,
// the root, a unit, or an account itself.
func AccountsUnder(c *Call, node string) []Account {
	org, _ := Org(c)
	var under []Account
	for _, a := range List[Account](c.In("", ""), KindAccount) {
		if a.ID == node || node == org.ID || below(c, a.Parent, node) {
			under = append(under, a)
		}
	}
	return under
}

// below says whether a unit is node or stands under it. The walk ends where AWS's depth does.
func below(c *Call, unit, node string) bool {
	for range 7 {
		if unit == node {
			return true
		}
		u, ok := Get[Unit](c.In("", ""), KindUnit, unit)
		if !ok {
			return false
		}
		unit = u.Parent
	}
	return false
}

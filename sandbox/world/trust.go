package world

import "strings"

// ARN names the role.
func (r Role) ARN() string {
	path := r.Path
	if path == "" {
		path = "/"
	}
	return "arn:aws:iam::" + r.Account + ":role" + path + r.Name
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

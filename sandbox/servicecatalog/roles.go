package servicecatalog

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

func roleOf(c *world.Call, account, name string) (world.Role, bool) {
	return world.Get[world.Role](c.In(account, ""), world.KindRole, name)
}

func roleARN(r world.Role) string {
	path := "/" + strings.Trim(r.Path, "/") + "/"
	return "arn:aws:iam::" + r.Account + ":role" + strings.ReplaceAll(path, "//", "/") + r.Name
}

// splitRole gives the account and the name in a role's ARN.
func splitRole(arn string) (account, name string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", arn
	}
	return parts[4], arn[strings.LastIndex(arn, "/")+1:]
}

// callerARN is the IAM ARN of who calls: its role, for a session.
func callerARN(c *world.Call) string {
	if c.Principal.Role == "" {
		return c.Principal.ARN
	}
	if r, ok := roleOf(c, c.Principal.Account, c.Principal.Role); ok {
		return roleARN(r)
	}
	return "arn:aws:iam::" + c.Principal.Account + ":role/" + c.Principal.Role
}

func hasRole(c *world.Call, arn string) bool {
	account, name := splitRole(arn)
	r, ok := roleOf(c, account, name)
	return ok && roleARN(r) == arn
}

func hasUser(c *world.Call, arn string) bool {
	return slices.ContainsFunc(world.List[world.Credential](global(c), world.KindCredential), func(k world.Credential) bool {
		return k.Principal.ARN == arn
	})
}

// launches says why a role cannot be assumed by Service Catalog, or "".
func launches(c *world.Call, account, name string) string {
	arn := roleARN(world.Role{Account: account, Name: name})
	r, ok := roleOf(c, account, name)
	switch {
	case !ok:
		return "Access denied while assuming the role " + arn + ": the role does not exist in account " + account + "."
	case !slices.Contains(r.TrustServices, ownDomain):
		return "Access denied while assuming the role " + roleARN(r) + ": its trust policy does not name " + ownDomain + "."
	}
	return ""
}

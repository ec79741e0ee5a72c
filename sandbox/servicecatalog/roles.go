package servicecatalog

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

// splitRole gives the account and the name in a role's ARN.
func splitRole(arn string) (account, name string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", arn
	}
	return parts[4], arn[strings.LastIndex(arn, "/")+1:]
}

// namedRole is a role by account and name; where there is none, its ARN stands without a path.
func namedRole(c *world.Call, account, name string) (world.Role, bool) {
	r, ok := world.RoleOf(c, account, name)
	if !ok {
		r = world.Role{Account: account, Name: name}
	}
	return r, ok
}

// callerARN is the IAM ARN of who calls: its role, for a session.
func callerARN(c *world.Call) string {
	if c.Principal.Role == "" {
		return c.Principal.ARN
	}
	r, _ := namedRole(c, c.Principal.Account, c.Principal.Role)
	return r.ARN()
}

func hasUser(c *world.Call, arn string) bool {
	return slices.ContainsFunc(world.List[world.Credential](global(c), world.KindCredential), func(k world.Credential) bool {
		return k.Principal.ARN == arn
	})
}

// unassumable says why Service Catalog cannot assume a role, or "", also for no role.
func unassumable(c *world.Call, arn string) string {
	if arn == "" {
		return ""
	}
	account, name := splitRole(arn)
	r, ok := namedRole(c, account, name)
	switch {
	case !ok:
		return "Access denied while assuming the role " + arn + ": it does not exist in account " + account + "."
	case !r.LetsService(c, ownDomain):
		return "Access denied while assuming the role " + arn + ": its trust policy does not name " + ownDomain + "."
	}
	return ""
}

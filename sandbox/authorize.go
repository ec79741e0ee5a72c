package sandbox

import (
	"net/http"
	"slices"

	"github.com/axle-cd/axle/sandbox/iam"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// free are operations that no policy decides, or that decide by themselves: whom a role trusts
// is STS's to ask.
var free = map[string][]string{
	"sts": {"GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity"},
}

// permitted asks the policies for everything that the operation takes, before it is carried out. SBX-22
func (a *attempt) permitted(in any) error {
	c := a.call
	c.Judge = iam.Judge
	if slices.Contains(free[c.Service], c.Operation) {
		return nil
	}
	for _, ask := range asksOf(c, in) {
		if why := c.Denied(ask); why != "" {
			return refusal(c, ask, why)
		}
	}
	return nil
}

// refusal is a service's own word for what the policies do not allow.
func refusal(c *world.Call, a world.Ask, why string) error {
	code, status := "AccessDeniedException", http.StatusBadRequest
	switch c.Service {
	case "cloudformation", "iam", "sts", "s3", "sqs":
		code, status = "AccessDenied", http.StatusForbidden
	case "sns":
		code, status = "AuthorizationError", http.StatusForbidden
	}
	return wire.Fail(code, "User: %s is not authorized to perform: %s on resource: %s %s", c.Principal.ARN, a.Action, a.Resource, why).With(status)
}

package sandbox

import (
	"crypto/subtle"
	"net/http"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// authenticate finds who signed the request, and puts the call in that principal's account.
func (a *attempt) authenticate() error {
	c, sig := a.call, a.req.Signature
	if sig == nil {
		if a.req.Service == "sts" && a.req.Operation == "AssumeRoleWithWebIdentity" {
			return nil // unsigned by design; find says whether it is here
		}
		return wire.Fail("MissingAuthenticationToken", "Request is missing Authentication Token").With(http.StatusForbidden)
	}
	key, ok := world.FindCredential(c, sig.AccessKeyID)
	if !ok || subtle.ConstantTimeCompare([]byte(key.SessionToken), []byte(sig.SessionToken)) != 1 {
		return wire.Fail("InvalidClientTokenId", "The security token included in the request is invalid.").With(http.StatusForbidden)
	}
	if err := a.req.Verify(key.SecretAccessKey, c.Wall); err != nil {
		return err
	}
	if !key.Expires.IsZero() && !c.Wall.Before(key.Expires) {
		return wire.Fail("ExpiredToken", "The security token included in the request is expired").With(http.StatusForbidden)
	}
	c.Principal, c.Account = key.Principal, key.Principal.Account
	if account, ok := world.FindAccount(c, c.Account); !ok || account.State != "ACTIVE" {
		return wire.Fail("AccessDenied", "Account %s is not active", c.Account).With(http.StatusForbidden)
	}
	return nil
}

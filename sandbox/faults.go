package sandbox

import (
	"net/http"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// rates are how many calls a second AWS takes of an operation; it publishes few. What stands
// under "" is any other operation's, and no figure is no limit (SBX-40).
var rates = map[string]map[string]int{
	"servicecatalog":        {"": 3},
	"cloudformation":        {"": 2, "DescribeStacks": 5},
	"organizations":         {"": 5},
	"license-manager":       {"": 2},
	"marketplace-catalog":   {"": 5, "ListEntities": 10, "DescribeEntity": 20, "DescribeChangeSet": 10},
	"marketplace-agreement": {"": 5},
}

// throttleCodes are the services' own words for too many calls.
var throttleCodes = map[string]string{
	"servicecatalog": "ThrottlingException", "marketplace-catalog": "ThrottlingException",
	"cloudformation": "Throttling", "sts": "Throttling", "iam": "Throttling", "sns": "Throttling",
	"organizations": "TooManyRequestsException", "license-manager": "RateLimitExceededException", "s3": "SlowDown",
}

func (a *attempt) tooMany() *wire.Error {
	code, ok := throttleCodes[a.req.Service]
	if !ok {
		code = "ThrottlingException"
	}
	err := wire.Fail(code, "Rate exceeded")
	if a.req.Protocol == wire.REST {
		return err.With(http.StatusServiceUnavailable)
	}
	return err
}

// throttled takes the call from its bucket, where calls are limited.
func (a *attempt) throttled() bool {
	c := a.call
	if !world.Switched(c, knobThrottle) {
		return false
	}
	rate, own := rates[c.Service][c.Operation]
	if !own {
		rate = world.Quota(c, c.Service+":rate", rates[c.Service][""])
	}
	rate = world.Quota(c, c.Service+":rate-"+c.Operation, rate)
	return rate > 0 && world.Throttled(c, rate)
}

// strike lets the call go wrong where the settings say so. An error is that the operation is not
// carried out; what is to happen to the answer stands in a.fault.
func (a *attempt) strike() error {
	a.call.Mutating = a.op.Mutating
	a.fault = world.Strike(a.call)
	a.late = world.Delay(a.call)
	if a.fault != nil {
		a.log.Fault = a.fault.Kind
		if err := a.refusal(a.fault); err != nil {
			return err
		}
	}
	if a.throttled() {
		return a.tooMany()
	}
	return nil
}

// refusal is the error that a fault has instead of an effect, or nil.
func (a *attempt) refusal(f *world.Fault) *wire.Error {
	switch f.Kind {
	case world.KindThrottle:
		return a.tooMany()
	case world.KindError:
		return failed(f, f.Code, http.StatusBadRequest)
	case world.KindHTTP:
		code := "InternalFailure"
		if f.Status == http.StatusServiceUnavailable {
			code = "ServiceUnavailable"
		}
		return failed(f, code, f.Status)
	case world.KindHTML, world.KindReset, world.KindTimeout: // nothing of this is sent
		return failed(f, "NoEffect", http.StatusBadGateway)
	case world.KindAccessDenied:
		return a.forProtocol(f, "AccessDenied", "AccessDeniedException")
	case world.KindExpiredToken:
		return a.forProtocol(f, "ExpiredToken", "ExpiredTokenException")
	}
	return nil
}

func (a *attempt) forProtocol(f *world.Fault, code, json string) *wire.Error {
	switch a.req.Protocol {
	case wire.JSON, wire.CBOR:
		return failed(f, json, http.StatusBadRequest)
	case wire.RESTJSON:
		return failed(f, json, http.StatusForbidden)
	}
	return failed(f, code, http.StatusForbidden)
}

func failed(f *world.Fault, code string, status int) *wire.Error {
	if f.Code != "" {
		code = f.Code
	}
	if f.Status != 0 {
		status = f.Status
	}
	return wire.Fail(code, "A fault of the sandbox's settings: %s", f.Kind).With(status)
}

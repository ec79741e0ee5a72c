package aws

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// answer is what an error of AWS asks of the caller.
type answer int

const (
	fail    answer = iota // repeat nothing
	again                 // it had no effect: send it again, later
	unsure                // it may have had an effect: look before a create is sent again
	renew                 // with new credentials, once
	busy                  // another share action is in flight
	inUse                 // something still uses the object
	missing               // not there; or not yet, if this run made it
	compare               // what was asked for may be there already: the caller compares
)

// patience is how long each answer is repeated before it is a failure.
var patience = map[answer]time.Duration{
	again: 10 * time.Minute, unsure: 2 * time.Minute, busy: 10 * time.Minute, inUse: 10 * time.Minute, missing: time.Minute,
}

// rule is a row of the retry table. Service "" is every service; text, where set, must stand in the message.
type rule struct {
	id, service string
	codes       []string
	text        string
	answer      answer
	code        string // ours, once it is a failure
	hint        string
}

// rules are searched in order; the first that fits decides. What fits none fails.
var rules = []rule{
	{"RT04", "servicecatalog", []string{"LimitExceededException"}, "", fail, "AXLE3204", "a quota of Service Catalog is used up: remove what nobody needs, or raise it in Service Quotas"},
	{"RT05", "servicecatalog", []string{"InvalidStateException"}, "more than one portfolio share action", busy, "AXLE3205", "something else keeps sharing portfolios in this account: run again when it has ended"},
	{"RT06", "servicecatalog", []string{"ResourceInUseException"}, "", inUse, "AXLE3206", "find what uses it, named in AWS's message, and remove that first"},
	{"RT07", "servicecatalog", []string{"DuplicateResourceException"}, "", compare, "AXLE3200", "it exists with other content: compare, then change or remove it"},
	{"RT08", "servicecatalog", []string{"ResourceNotFoundException"}, "", missing, "AXLE3207", "it was removed, or never was here: run again, and axle looks anew"},
	{"RT09", "servicecatalog", []string{"InvalidParametersException", "OperationNotSupportedException", "TagOptionNotMigratedException"}, "", fail, "AXLE3200", "AWS takes no such value: correct it in the file it comes from"},
	{"RT10", "cloudformation", []string{"AlreadyExistsException"}, "", compare, "AXLE3221", "choose another name, or remove what holds it"},
	{"RT11", "cloudformation", []string{"TokenAlreadyExistsException", "OperationInProgressException"}, "", again, "AXLE3201", "an operation on it has not ended: run again later"},
	{"RT12", "cloudformation", []string{"OperationIdAlreadyExistsException"}, "", compare, "AXLE3200", ""},
	{"RT13", "cloudformation", []string{"StaleRequestException"}, "", compare, "AXLE3200", "run again"},
	{"RT14", "cloudformation", []string{"ValidationError"}, "No updates are to be performed", compare, "AXLE3200", ""},
	{"RT14", "cloudformation", []string{"ValidationError"}, "does not exist", compare, "AXLE3207", ""},
	{"RT14", "cloudformation", []string{"ValidationError"}, "is in ROLLBACK_COMPLETE", compare, "AXLE3200", "delete the stack, then run again"},
	{"RT15", "cloudformation", []string{"InsufficientCapabilitiesException"}, "", fail, "AXLE3200", "the template makes IAM resources or has transforms that were not allowed"},
	{"RT15", "cloudformation", []string{"LimitExceededException"}, "", fail, "AXLE3204", "a quota of CloudFormation is used up: delete stacks, or raise it in Service Quotas"},
	{"RT16", "organizations", []string{"ConcurrentModificationException", "FinalizingOrganizationException", "PolicyChangesInProgressException"}, "", again, "AXLE3201", "the organization is being changed: run again later"},
	{"RT17", "organizations", []string{"ServiceException", "TooManyRequestsException"}, "", again, "AXLE3201", "run again later"},
	{"RT18", "organizations", []string{"ConstraintViolationException", "HandshakeConstraintViolationException", "AccountOwnerNotVerifiedException"}, "", fail, "AXLE3200", "AWS's message says which limit"},
	{"RT19", "license-manager", []string{"RateLimitExceededException"}, "", again, "AXLE3201", "run again later"},
	{"RT20", "license-manager", []string{"ServerInternalException", "FailedDependencyException"}, "", again, "AXLE3202", "run again later"},
	{"RT20", "license-manager", []string{"ConflictException"}, "", compare, "AXLE3200", "run again"},
	{"RT21", "license-manager", []string{"ResourceLimitExceededException", "EntitlementNotAllowedException", "NoEntitlementsAllowedException"}, "", fail, "AXLE3204", ""},
	{"RT22", "marketplace-catalog", []string{"ResourceInUseException"}, "", inUse, "AXLE3206", "another change set holds it: run again when that has ended"},
	{"RT23", "marketplace-catalog", []string{"ServiceQuotaExceededException"}, "", fail, "AXLE3204", ""},
	{"RT23", "marketplace-catalog", []string{"ValidationException"}, "", fail, "AXLE3200", ""},
	{"RT23", "marketplace-catalog", []string{"InternalServiceException"}, "", unsure, "AXLE3202", "run again later"},

	{"RT01", "", []string{"ThrottlingException", "Throttling", "ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled", "SlowDown", "PriorRequestNotComplete"}, "", again, "AXLE3201", "AWS limits how often this may be called: run again later"},
	{"RT02", "", []string{"InternalFailure", "InternalError", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout"}, "", unsure, "AXLE3202", "run again later; what was done stays done"},
	{"RT02", "s3", []string{"ConditionalRequestConflict", "OperationAborted"}, "", again, "AXLE3202", "run again"},
	{"RT03", "", []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed"}, "", renew, "AXLE3203", "check this machine's clock, then sign in again"},
	{"", "", []string{"SignatureDoesNotMatch", "InvalidSignatureException"}, "", fail, "AXLE3203", "check this machine's clock and the secret key"},
	{"", "", []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"}, "", fail, "AXLE4200", "give the role this permission"},
	{"", "", []string{"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "MissingAuthenticationToken", "IncompleteSignature"}, "", fail, "AXLE4201", "AWS does not know these credentials: sign in again, or choose another profile"},
}

// fault is an error of AWS, or of the way there, judged.
type fault struct {
	err           error
	code, message string
	request       string
	rule          rule
}

// judge says what an error asks for.
func judge(service string, err error) fault {
	f := fault{err: err, rule: rule{code: "AXLE3200"}}
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	var sent *smithyhttp.RequestSendError
	var garbled *smithy.DeserializationError
	if id := (interface{ ServiceRequestID() string })(nil); errors.As(err, &id) {
		f.request = id.ServiceRequestID()
	}
	known := errors.As(err, &api)
	if known {
		f.code, f.message = api.ErrorCode(), api.ErrorMessage()
		if i := slices.IndexFunc(rules, func(r rule) bool { return r.fits(service, f) }); i >= 0 {
			f.rule = rules[i]
			return f
		}
	}
	unreached := errors.As(err, &sent) || errors.As(err, &garbled)
	if unreached || (errors.As(err, &response) && transient(response.HTTPStatusCode())) {
		f.rule = rule{id: "RT02", answer: unsure, code: "AXLE3202", hint: "AWS failed or could not be reached: check the network, run again later"}
	}
	return f
}

func (r rule) fits(service string, f fault) bool {
	return (r.service == "" || r.service == service) && slices.Contains(r.codes, f.code) && strings.Contains(f.message, r.text)
}

func transient(status int) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return true
	}
	return false
}

// effect says what sending a call twice does.
type effect int

const (
	repeatable effect = iota // the same as sending it once
	create                   // perhaps two objects: after an unsure answer the caller looks first
	ofNew                    // repeatable, on an object that this run made: it may not be seen yet
	createOn                 // a create on an object that this run made
)

// op is a call about to be made.
type op struct {
	service, name string
	effect        effect
}

// call sends one call until it is answered, by the retry table. Its error holds a *document.Error.
func call[T any](ctx context.Context, s *site, o op, send func(context.Context) (T, error)) (T, error) {
	start := s.session.clock.Now()
	renewed := false
	for n := 0; ; n++ {
		out, err := send(ctx)
		if err == nil {
			return out, nil
		}
		var zero T
		if role := (*failed)(nil); errors.As(err, &role) {
			return zero, role // a role that could not be assumed says so itself
		}
		if ctx.Err() != nil {
			return zero, fmt.Errorf("%s %s: %w", o.service, o.name, ctx.Err())
		}
		f := judge(o.service, err)
		if !o.repeats(f.rule.answer, s.session.clock.Now().Sub(start), &renewed) {
			return zero, s.failure(o, f)
		}
		if f.rule.answer == renew {
			s.session.renew(s.place)
			continue
		}
		if err := s.session.clock.Sleep(ctx, delay(f.rule.answer, n, s.place, o)); err != nil {
			return zero, err
		}
	}
}

// repeats says whether the call is sent again after this answer.
func (o op) repeats(a answer, spent time.Duration, renewed *bool) bool {
	switch a {
	case fail, compare:
		return false
	case renew:
		first := !*renewed
		*renewed = true
		return first
	case missing:
		if o.effect != ofNew && o.effect != createOn {
			return false
		}
	case unsure:
		if o.effect == create || o.effect == createOn {
			return false
		}
	}
	return spent < patience[a]
}

// delay grows to ten seconds. Its jitter comes from the call itself: the same call waits the
// same, different ones do not wait in step.
func delay(a answer, n int, p place, o op) time.Duration {
	if a == busy || a == inUse || a == missing {
		steps := []time.Duration{2, 4, 8, 10}
		return steps[min(n, len(steps)-1)] * time.Second
	}
	full := min(500*time.Millisecond<<min(n, 10), 10*time.Second)
	sum := sha256.Sum256(fmt.Append(nil, p, o, n))
	part := binary.BigEndian.Uint32(sum[:4])
	return full/2 + time.Duration(uint64(full/2)*uint64(part)>>32)
}

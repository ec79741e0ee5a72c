package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/axle-cd/axle/document"
)

// The retry table of the specification, row by row. // RT01 … RT24
func TestRetryTable(t *testing.T) {
	const share = "Cannot process more than one portfolio share action at the same time. Try again later."
	rows := []struct {
		id, service, code, message string
		want                       answer
	}{
		{"RT01", "servicecatalog", "ThrottlingException", "", again},
		{"RT01", "cloudformation", "Throttling", "Rate exceeded", again},
		{"RT01", "s3", "SlowDown", "", again},
		{"RT01", "sts", "RequestLimitExceeded", "", again},
		{"RT02", "servicecatalog", "InternalFailure", "", unsure},
		{"RT02", "s3", "InternalError", "", unsure},
		{"RT02", "cloudformation", "ServiceUnavailable", "", unsure},
		{"RT03", "servicecatalog", "ExpiredTokenException", "", renew},
		{"RT03", "s3", "ExpiredToken", "", renew},
		{"RT03", "sts", "RequestExpired", "", renew},
		{"RT04", "servicecatalog", "LimitExceededException", "", fail},
		{"RT05", "servicecatalog", "InvalidStateException", share, busy},
		{"", "servicecatalog", "InvalidStateException", "The provisioned product is not in a state …", fail},
		{"RT06", "servicecatalog", "ResourceInUseException", "", inUse},
		{"RT07", "servicecatalog", "DuplicateResourceException", "", compare},
		{"RT08", "servicecatalog", "ResourceNotFoundException", "", missing},
		{"RT09", "servicecatalog", "InvalidParametersException", "", fail},
		{"RT09", "servicecatalog", "OperationNotSupportedException", "", fail},
		{"RT09", "servicecatalog", "TagOptionNotMigratedException", "", fail},
		{"RT10", "cloudformation", "AlreadyExistsException", "", compare},
		{"RT11", "cloudformation", "TokenAlreadyExistsException", "", again},
		{"RT11", "cloudformation", "OperationInProgressException", "", again},
		{"RT12", "cloudformation", "OperationIdAlreadyExistsException", "", compare},
		{"RT13", "cloudformation", "StaleRequestException", "", compare},
		{"RT14", "cloudformation", "ValidationError", "No updates are to be performed.", compare},
		{"RT14", "cloudformation", "ValidationError", "Stack with id x does not exist", compare},
		{"RT14", "cloudformation", "ValidationError", "Stack x is in ROLLBACK_COMPLETE state and can not be updated.", compare},
		{"", "cloudformation", "ValidationError", "Template format error", fail},
		{"RT15", "cloudformation", "InsufficientCapabilitiesException", "", fail},
		{"RT15", "cloudformation", "LimitExceededException", "", fail},
		{"RT16", "organizations", "ConcurrentModificationException", "", again},
		{"RT16", "organizations", "FinalizingOrganizationException", "", again},
		{"RT16", "organizations", "PolicyChangesInProgressException", "", again},
		{"RT17", "organizations", "ServiceException", "", again},
		{"RT17", "organizations", "TooManyRequestsException", "", again},
		{"RT18", "organizations", "ConstraintViolationException", "", fail},
		{"RT19", "license-manager", "RateLimitExceededException", "", again},
		{"RT20", "license-manager", "ServerInternalException", "", again},
		{"RT20", "license-manager", "ConflictException", "", compare},
		{"RT21", "license-manager", "EntitlementNotAllowedException", "", fail},
		{"RT22", "marketplace-catalog", "ResourceInUseException", "", compare},
		{"RT23", "marketplace-catalog", "ServiceQuotaExceededException", "", fail},
		{"RT23", "marketplace-catalog", "ValidationException", "", fail},
		{"RT23", "marketplace-catalog", "ValidationException", "The revision of exp-1@1 is not the latest", compare},
		{"RT23", "marketplace-catalog", "InternalServiceException", "", unsure},
		{"", "servicecatalog", "SomethingNew", "", fail}, // what is not known is not repeated
		{"", "servicecatalog", "AccessDeniedException", "", fail},
	}
	for _, r := range rows {
		t.Run(r.id+" "+r.service+" "+r.code+" "+r.message, func(t *testing.T) {
			f := judge(r.service, &smithy.GenericAPIError{Code: r.code, Message: r.message})
			if f.rule.answer != r.want || (r.id != "" && f.rule.id != r.id) {
				t.Errorf("got answer %d by %q, want %d by %q", f.rule.answer, f.rule.id, r.want, r.id)
			}
			if f.rule.code == "" {
				t.Error("no code to show")
			}
		})
	}
}

// X16 X19: what did not come from the service itself is judged by what it is.
func TestJudgeTheWayThere(t *testing.T) {
	status := func(code int) error {
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: code}}, Err: errors.New("x")}
	}
	for name, c := range map[string]struct {
		err  error
		want answer
	}{
		"not sent":          {&smithyhttp.RequestSendError{Err: errors.New("reset")}, unsure},
		"garbled":           {&smithy.DeserializationError{Err: errors.New("EOF")}, unsure},
		"500":               {status(500), unsure},
		"503":               {status(503), unsure},
		"200, broken off":   {status(200), unsure},
		"501 is no failure": {status(501), fail}, // SBX-5
		"404":               {status(404), fail},
		"our own mistake":   {&smithy.InvalidParamsError{}, fail},
	} {
		if got := judge("servicecatalog", fmt.Errorf("operation error: %w", c.err)).rule.answer; got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}

// RT01: the same call waits the same, others do not wait in step, nobody too long.
func TestDelay(t *testing.T) {
	one, other := op{"servicecatalog", "CreateProduct", create}, op{"servicecatalog", "CreatePortfolio", create}
	p := place{"999999999999", "R", "eu-west-1"}
	differs := false
	for n := range 40 {
		d := delay(again, n, p, one)
		if d != delay(again, n, p, one) || d > 10*time.Second || d < 200*time.Millisecond {
			t.Errorf("attempt %d waits %s", n, d)
		}
		differs = differs || d != delay(again, n, p, other)
	}
	if !differs {
		t.Error("two calls wait in step")
	}
	for n, want := range []time.Duration{2, 4, 8, 10, 10} { // CT-4
		if got := delay(busy, n, p, one); got != want*time.Second {
			t.Errorf("share attempt %d waits %s", n, got)
		}
	}
}

// bench is a site on a clock that only sleeping moves.
func bench() *site {
	now := time.Unix(0, 0)
	s := &Session{clock: Clock{Now: func() time.Time { return now }, Sleep: func(_ context.Context, d time.Duration) error {
		now = now.Add(d)
		return nil
	}}}
	return &site{place: place{"999999999999", "R", "eu-west-1"}, session: s}
}

// CT-17 X21: a list is followed over empty pages to its end, and not in a circle.
func TestPages(t *testing.T) {
	for name, c := range map[string]struct {
		tokens []string
		asked  int
		code   string
	}{
		"one page":             {[]string{""}, 1, ""},
		"pages, some empty":    {[]string{"a", "b", ""}, 3, ""},
		"a page is repeated":   {[]string{"a", "b", "a", ""}, 3, "AXLE3208"},
		"the second one fails": {[]string{"a", "fail"}, 2, "AXLE4200"},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			err := bench().pages(t.Context(), "ListX", func(context.Context, *string) (*string, error) {
				next := c.tokens[asked]
				asked++
				if next == "fail" {
					return nil, &smithy.GenericAPIError{Code: "AccessDeniedException"}
				}
				return &next, nil
			})
			if asked != c.asked || document.CodeOf(err) != c.code {
				t.Errorf("asked %d times, %v", asked, err)
			}
		})
	}
}

// What is polled for and never comes is an error that names it.
func TestPollEnds(t *testing.T) {
	asked := 0
	err := bench().poll(t.Context(), "the moon", objectPause, func() (bool, error) { asked++; return false, nil })
	if document.CodeOf(err) != "AXLE3211" || asked < 100 || asked > 300 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	if err := bench().poll(t.Context(), "x", objectPause, func() (bool, error) { return false, context.Canceled }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A call that was cancelled says so, and is not judged as AWS's failure.
func TestCallCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := call(ctx, bench(), op{"servicecatalog", "X", repeatable}, func(ctx context.Context) (int, error) {
		return 0, &smithyhttp.RequestSendError{Err: ctx.Err()}
	})
	if !errors.Is(err, context.Canceled) || document.CodeOf(err) != "" {
		t.Errorf("got %v", err)
	}
}

// Every rule has a code of ours, and no code of ours is written with two meanings of exit.
func TestRulesAreWhole(t *testing.T) {
	for _, r := range rules {
		if r.code == "" || len(r.codes) == 0 {
			t.Errorf("%+v", r)
		}
		if r.answer != fail && r.answer != compare && r.answer != renew && patience[r.answer] == 0 {
			t.Errorf("%v is repeated for no time", r.codes)
		}
		if r.code[:5] != "AXLE3" && r.code[:5] != "AXLE4" {
			t.Errorf("%v has code %s", r.codes, r.code)
		}
	}
	first := slices.IndexFunc(rules, func(r rule) bool { return r.service == "" })
	for _, r := range rules[first:] {
		if r.service != "" && r.service != "s3" {
			t.Errorf("%v of %s comes after the general rules", r.codes, r.service)
		}
	}
}

func TestPlaces(t *testing.T) {
	for region, want := range map[string][2]string{
		"eu-west-1":     {"aws", "https://b.s3.eu-west-1.amazonaws.com/k"},
		"cn-north-1":    {"aws-cn", "https://b.s3.cn-north-1.amazonaws.com.cn/k"},
		"us-gov-east-1": {"aws-us-gov", "https://b.s3.us-gov-east-1.amazonaws.com/k"},
	} {
		if partition(region) != want[0] || objectURL(region, "b", "k") != want[1] {
			t.Errorf("%s: %s, %s", region, partition(region), objectURL(region, "b", "k"))
		}
	}
}

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
	answered := errors.As(err, &response)
	cut := answered && !known && response.HTTPStatusCode() < http.StatusMultipleChoices // the answer broke off
	if unreached || cut || answered && transient(response.HTTPStatusCode()) {
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
	notice                   // a message more; nothing waits for it
)

// op is a call about to be made.
type op struct {
	service, name string
	effect        effect
}

// call sends one call until it is answered, by the retry table. Its error holds a *document.Error.
func call[T any](ctx context.Context, s *site, o op, send func(context.Context) (T, error)) (T, error) {
	var zero T
	var start time.Time
	renewed := false
	t := s.session.tempo(s.place, o)
	for n := 0; ; n++ {
		begun, err := t.wait(ctx, s.session.clock)
		if err != nil {
			return zero, fmt.Errorf("%s %s: %w", o.service, o.name, err)
		}
		if n == 0 {
			start = begun
		}
		s.session.spent.note(s.place, o)
		out, err := send(ctx)
		if err == nil {
			t.passed()
			return out, nil
		}
		if role := (*failed)(nil); errors.As(err, &role) {
			return zero, role // a role that could not be assumed says so itself
		}
		if ctx.Err() != nil {
			return zero, fmt.Errorf("%s %s: %w", o.service, o.name, ctx.Err())
		}
		f, now := judge(o.service, err), s.session.clock.Now()
		if slices.Contains(throttles, f.code) {
			t.throttled(now)
		}
		if !o.repeats(f.rule.answer, now.Sub(start), &renewed) {
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
	if o.effect == notice {
		return spent < noticePatience
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

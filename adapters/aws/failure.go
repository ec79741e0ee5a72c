package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// failed is a call that AWS, or the way there, did not let through: what is shown, and what was said.
type failed struct {
	shown *document.Error
	fault
}

// A failed call is one finding: what is shown. What was said answers Is and As all the same.
func (f *failed) Error() string        { return f.shown.Error() }
func (f *failed) Unwrap() error        { return f.shown }
func (f *failed) Is(target error) bool { return errors.Is(f.err, target) }
func (f *failed) As(target any) bool   { return errors.As(f.err, target) }

// failure says what AWS said, where, to which call, and what to do about it (CLI-27).
func (s *site) failure(o op, f fault) error {
	hint := f.rule.hint
	if f.rule.code == "AXLE4200" && s.role != "" {
		hint = fmt.Sprintf("give role %s in account %s the permission %s:%s", s.role, s.account, o.service, o.name)
	}
	text := fmt.Sprintf("%s %s%s: %s", o.service, o.name, s.place, f.words())
	return &failed{document.Fail(f.rule.code, text, hint, nil), f}
}

// words are AWS's own, with the request's id.
func (f fault) words() string {
	what := f.err.Error()
	if f.code != "" {
		what = f.code + ": " + f.message
	}
	if f.request != "" {
		what += " (request id " + f.request + ")"
	}
	return what
}

func (p place) String() string {
	var words []string
	for _, w := range []string{p.account, p.region} {
		if w != "" {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " in " + strings.Join(words, " ")
}

// answered says whether err is AWS's, with this answer.
func answered(err error, a answer) bool {
	var f *failed
	return errors.As(err, &f) && f.rule.answer == a
}

// coded says whether err is AWS's, with one of these codes.
func coded(err error, codes ...string) bool {
	var f *failed
	if !errors.As(err, &f) {
		return false
	}
	return slices.Contains(codes, f.code)
}

// roleRefused names the role: AWS does not say whether it is missing, or does not trust the caller.
func roleRefused(arn string, err error) error {
	var f *failed
	if !errors.As(err, &f) || f.code != "AccessDenied" {
		return err
	}
	shown := document.Fail("AXLE3210", "the role "+arn+" cannot be assumed: it is missing, or does not trust the hub: "+f.words(),
		"make the role in that account, trusting axle's identity; an external id must be the same on both sides", nil)
	return &failed{shown, f.fault}
}

// poll asks until done, waiting between: two seconds at first, five in the end.
func (s *site) poll(ctx context.Context, what string, limit pause, ask func() (done bool, err error)) error {
	start := s.session.clock.Now()
	wait := limit.first
	for {
		done, err := ask()
		if err != nil || done {
			return err
		}
		if s.session.clock.Now().Sub(start) > limit.total {
			return document.Fail("AXLE3211", fmt.Sprintf("%s%s is not done after %s", what, s.place, limit.total), "look at it in the AWS console; run again to go on waiting", nil)
		}
		if err := s.session.clock.Sleep(ctx, wait); err != nil {
			return err
		}
		wait = min(wait*3/2, limit.longest)
	}
}

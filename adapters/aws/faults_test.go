package aws_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

var published = []string{"CreatePortfolio", "PutObject", "CreateProduct", "AssociateProductWithPortfolio", "CreateConstraint",
	"AssociatePrincipalWithPortfolio", "CreatePortfolioShare"}

// X16 X17 X18 X15 I1: whatever happens to a call once or three times in a row, the hub ends as
// wanted, with one object of each.
func TestEveryMutatingCallInTrouble(t *testing.T) {
	troubles := map[string]fault{
		"its answer is lost":  {lost: true},                                 // X18
		"it is never sent":    {reset: true},                                // X17
		"it is throttled":     {status: 400, code: "ThrottlingException"},   // RT01
		"AWS fails":           {status: 500, code: "InternalFailure"},       // RT02
		"a gateway in HTML":   {status: 502, body: "<html>bad gateway"},     // X19
		"the session expired": {status: 403, code: "ExpiredTokenException"}, // RT03 X22
	}
	for _, call := range published {
		for name, f := range troubles {
			times := 3
			if f.lost || strings.HasPrefix(f.code, "Expired") {
				times = 1
			}
			t.Run(call+": "+name, func(t *testing.T) {
				b := newBed(t)
				b.wire.set(func(operation string, nth int) fault {
					if operation == wireName(call) && nth <= times {
						return f
					}
					return fault{}
				})
				b.publish(b.want("1.0.0"))
				b.wire.set(nil)
				b.one(t)
			})
		}
	}
}

func wireName(call string) string {
	if call == "PutObject" {
		return "PUTObject"
	}
	return call
}

// one checks that the hub has one object of each kind, seen without any pin.
func (b *bed) one(t *testing.T) {
	t.Helper()
	b.pins = &pins{ids: map[string]string{}}
	want := b.want("1.0.0")
	have, err := b.hub(want).Observe(t.Context())
	if err != nil {
		t.Fatal(err) // two of a key are refused
	}
	if left := catalog.Plan(want, have); len(left) > 0 {
		t.Errorf("not as wanted: %v", catalog.Summary(left))
	}
	if n := len(have.Product("eu-west-1", "bucket").Versions); n != 1 {
		t.Errorf("%d versions", n)
	}
}

// CAT-33 X02 I3 I9: killed at any call, before or after its effect, a rerun ends as a run that
// never was killed, and nothing was made twice.
func TestKilledAtEveryCall(t *testing.T) {
	works := map[string]struct {
		prepare, work func(ctx context.Context, b *bed) error
		made          []string // and nothing else
	}{
		"publish": {nil, publishFirst, published},
		"launch": {publishFirst, func(ctx context.Context, b *bed) error {
			p, err := aws.NewLauncher(b.session).Launch(ctx, catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "trial"})
			return expect(p.Status, "AVAILABLE", err)
		}, []string{"ProvisionProduct"}},
		"terminate": {func(ctx context.Context, b *bed) error {
			if err := publishFirst(ctx, b); err != nil {
				return err
			}
			_, err := aws.NewLauncher(b.session).Launch(ctx, catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "trial"})
			return err
		}, func(ctx context.Context, b *bed) error {
			return aws.NewLauncher(b.session).Terminate(ctx, builder, "trial")
		}, []string{"TerminateProvisionedProduct"}},
		"stack": {nil, func(ctx context.Context, b *bed) error {
			s, err := aws.NewStacks(b.session, b.files.Hub).Provision(ctx, request(templateText), nil)
			return expect(s.Status, "CREATE_COMPLETE", err)
		}, []string{"CreateChangeSet", "ExecuteChangeSet"}},
		"delete": {func(ctx context.Context, b *bed) error {
			_, err := aws.NewStacks(b.session, b.files.Hub).Provision(ctx, request(templateText), nil)
			return err
		}, func(ctx context.Context, b *bed) error {
			s, err := aws.NewStacks(b.session, b.files.Hub).Delete(ctx, beta, nil)
			return expect(s.Status, "DELETE_COMPLETE", err)
		}, []string{"DeleteStack"}},
	}
	for name, w := range works {
		ready := func(t *testing.T) (b *bed, mark int) {
			b = newBed(t)
			if w.prepare != nil {
				if err := w.prepare(t.Context(), b); err != nil {
					t.Fatal(err)
				}
			}
			b.session = b.newSession()
			return b, b.mark()
		}
		clean, mark := ready(t)
		if err := w.work(t.Context(), clean); err != nil {
			t.Fatal(err)
		}
		for at := 1; at <= len(clean.since(mark)); at++ {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s: call %d, effect %v", name, at, after), func(t *testing.T) {
					b, mark := ready(t)
					b.killAt(at, after, w.work)
					if err := w.work(t.Context(), b); err != nil {
						t.Fatal(err)
					}
					same(t, "made", askedAgain(mutating(b.since(mark))), slices.Sorted(slices.Values(w.made)))
				})
			}
		}
	}
}

func publishFirst(ctx context.Context, b *bed) error {
	want := b.want("1.0.0")
	r, err := catalog.Reconcile(ctx, b.hub(want), want, everything)
	if err != nil {
		return err
	}
	return r.Err()
}

func expect(got, want string, err error) error {
	if err == nil && got != want {
		return fmt.Errorf("it is %s, want %s", got, want)
	}
	return err
}

// CAT-33 CAT-2: killed at any call and the state lost, there is still one of each.
func TestKilledAndTheStateLost(t *testing.T) {
	clean := newBed(t)
	clean.publish(clean.want("1.0.0"))
	for at := range clean.since(0) {
		t.Run(fmt.Sprint("call ", at+1), func(t *testing.T) {
			b := newBed(t)
			b.killAt(at+1, true, publishFirst)
			b.pins = &pins{ids: map[string]string{}}
			b.publish(b.want("1.0.0"))
			b.one(t)
		})
	}
}

// killAt does the work and is killed at the nth call: nothing of it goes on.
func (b *bed) killAt(n int, effect bool, work func(context.Context, *bed) error) {
	ctx, kill := context.WithCancel(b.t.Context())
	total := 0
	b.wire.set(func(string, int) fault {
		total++
		if total < n {
			return fault{}
		}
		return fault{reset: !effect || total > n, lost: true, then: kill}
	})
	if err := work(ctx, b); err == nil {
		b.t.Error("it was not killed")
	}
	b.wire.set(nil)
	b.session = b.newSession()
}

// RT04 RT05 RT09 CLI-27: what AWS refuses is told with code, message, place, operation, request
// id and advice; what only waits its turn is waited for.
func TestRefusals(t *testing.T) {
	cases := []struct {
		name, call string
		answer     fault
		attempts   int
		code       string
	}{
		{"a quota is never retried", "CreatePortfolio", fault{status: 400, code: "LimitExceededException"}, 1, "AXLE3204"},        // RT04 X24 CT-22
		{"a wrong value is not retried", "CreateProduct", fault{status: 400, code: "InvalidParametersException"}, 1, "AXLE3200"},  // RT09
		{"no permission", "CreateConstraint", fault{status: 400, code: "AccessDeniedException"}, 1, "AXLE4200"},                   // X23
		{"keys that AWS does not know", "ListPortfolios", fault{status: 400, code: "UnrecognizedClientException"}, 1, "AXLE4201"}, //
		{"expired twice: the clock is wrong", "ListPortfolios", fault{status: 400, code: "ExpiredTokenException"}, 2, "AXLE3203"}, // RT03
		{"a role that is not there", "AssumeRole", fault{status: 403, code: "AccessDenied"}, 1, "AXLE3210"},                       // X57 X58
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(t)
			b.wire.set(func(operation string, _ int) fault {
				if operation == c.call {
					return c.answer
				}
				return fault{}
			})
			want := b.want("1.0.0")
			r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
			if err == nil {
				err = r.Err()
			}
			if document.CodeOf(err) != c.code || b.wire.count(c.call) != c.attempts {
				t.Errorf("%d attempts, %v; want %d, %s", b.wire.count(c.call), err, c.attempts, c.code)
			}
			for _, part := range []string{c.answer.code, "by the test", "999999999999", "eu-west-1", "request-by-test"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not name %s: %v", part, err)
				}
			}
			var shown *document.Error
			if !errors.As(err, &shown) || shown.Hint == "" {
				t.Errorf("no advice: %v", err)
			}
		})
	}
}

// RT01: throttling that does not end is given up, with its own code.
func TestThrottledForGood(t *testing.T) {
	b := newBed(t)
	b.wire.set(func(operation string, _ int) fault {
		if operation == "ListPortfolios" {
			return fault{status: 400, code: "ThrottlingException"}
		}
		return fault{}
	})
	want := b.want("1.0.0")
	_, err := b.hub(want).Observe(t.Context())
	if n := b.wire.count("ListPortfolios"); document.CodeOf(err) != "AXLE3201" || n < 20 || n > 200 {
		t.Errorf("%d attempts, %v", n, err)
	}
}

// CT-4 RT05 SBX-35: shares wait for each other, also for those of somebody else.
func TestShareWaitsItsTurn(t *testing.T) {
	b := newBed(t)
	folio := b.files.Portfolios["storage"]
	folio.Shares = append(folio.Shares, catalog.ShareFile{Organization: "o-exampleorg1", Principals: true})
	b.files.Portfolios["storage"] = folio
	b.wire.set(func(operation string, nth int) fault {
		if operation == "CreatePortfolioShare" && nth <= 3 {
			return fault{status: 400, body: `{"__type":"InvalidStateException","Message":"Cannot process more than one portfolio share action at the same time. Try again later."}`}
		}
		return fault{}
	})
	b.publish(b.want("1.0.0"))
	if n := b.wire.count("CreatePortfolioShare"); n != 5 {
		t.Errorf("%d attempts to share, want 5: three refused, two shares", n)
	}
}

// CT-5 RT24 X26: a share that ends with errors is removed and made again, and never a success.
func TestShareWithErrors(t *testing.T) {
	throttled := fault{status: 200, body: `{"Status":"COMPLETED_WITH_ERRORS","ShareDetails":{"SuccessfulShares":[],"ShareErrors":[{"Accounts":["333333333333"],"Error":"ThrottlingException","Message":"Rate exceeded"}]}}`}
	duplicate := fault{status: 200, body: `{"Status":"COMPLETED_WITH_ERRORS","ShareDetails":{"ShareErrors":[{"Accounts":["333333333333"],"Error":"DuplicateResourceException","Message":"has it"}]}}`}
	cases := []struct {
		name   string
		answer func(nth int) fault
		calls  []string
		code   string
	}{
		{"once", func(nth int) fault {
			if nth == 1 {
				return throttled
			}
			return fault{}
		}, []string{"CreatePortfolioShare", "DeletePortfolioShare", "CreatePortfolioShare"}, ""},
		{"and its removal too", func(nth int) fault {
			if nth <= 2 {
				return throttled
			}
			return fault{}
		}, []string{"CreatePortfolioShare", "DeletePortfolioShare", "CreatePortfolioShare"}, ""},
		{"an account that has it already has it", func(nth int) fault { return duplicate }, []string{"CreatePortfolioShare"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(t)
			b.wire.set(func(operation string, nth int) fault {
				if operation == "DescribePortfolioShareStatus" {
					return c.answer(nth)
				}
				return fault{}
			})
			want := b.want("1.0.0")
			r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
			if err != nil || document.CodeOf(r.Err()) != c.code {
				t.Fatal(err, r.Err())
			}
			same(t, "share calls", slices.DeleteFunc(mutating(b.since(0)), func(name string) bool { return !strings.Contains(name, "Share") }), c.calls)
		})
	}
}

// CT-5: a share that keeps failing names the accounts, and the next run does not take it for done.
func TestShareThatKeepsFailing(t *testing.T) {
	b := newBed(t)
	creating := false // deletions end well
	b.wire.set(func(operation string, nth int) fault {
		switch operation {
		case "CreatePortfolioShare":
			creating = true
		case "DeletePortfolioShare":
			creating = false
		}
		if operation == "DescribePortfolioShareStatus" && creating {
			return fault{status: 200, body: `{"Status":"COMPLETED_WITH_ERRORS","ShareDetails":{"ShareErrors":[{"Accounts":["333333333333"],"Error":"ThrottlingException","Message":"Rate exceeded"}]}}`}
		}
		return fault{}
	})
	want := b.want("1.0.0")
	r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
	if err == nil {
		err = r.Err()
	}
	if document.CodeOf(err) != "AXLE3214" || !strings.Contains(err.Error(), "333333333333") {
		t.Fatal(err)
	}
	plan, err := b.hub(want).Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if left := catalog.Plan(want, plan); len(left) != 1 || left[0].Kind != catalog.KindShare {
		t.Errorf("left to do: %v", catalog.Summary(left))
	}
	b.wire.set(nil)
	b.publish(want)
}

// CAT-34 X28: a region that does not answer fails alone.
func TestOneRegionDown(t *testing.T) {
	b := newBed(t)
	b.files.Hub.Regions = []string{"eu-west-1", "us-east-1", "eu-north-1"} // the last has no bucket
	want := b.want("1.0.0")
	r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
	if err != nil || len(r.Errors) != 1 || r.Errors["eu-north-1"] == nil {
		t.Fatalf("%v, %v", err, r.Errors)
	}
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		if r.Have.Product(region, "bucket") == nil {
			t.Errorf("%s is not published", region)
		}
	}
}

// CAT-45: tokens are the same on another machine, and in the form that AWS takes.
func TestTokens(t *testing.T) {
	tokens := func() []string {
		b := newBed(t)
		b.publish(b.want("1.0.0"))
		var all []string
		for _, c := range b.since(0) {
			if c.Token != "" {
				all = append(all, c.Operation+" "+c.Token)
			}
		}
		return all
	}
	first, second := tokens(), tokens()
	same(t, "tokens of two hubs alike", second, first)
	if len(first) < 3 {
		t.Errorf("only %d calls carry a token", len(first))
	}
	for _, line := range first {
		_, token, _ := strings.Cut(line, " ")
		if len(token) != 64 || strings.Trim(token, "0123456789"+"abcdef") != "" {
			t.Errorf("%s", line)
		}
	}
}

// An identity that cannot be told is an error, and one that can is told.
func TestIdentity(t *testing.T) {
	b := newBed(t)
	account, arn, err := b.session.Identity(t.Context())
	if err != nil || account != "999999999999" || !strings.HasSuffix(arn, ":user/axle") {
		t.Errorf("%s, %s, %v", account, arn, err)
	}
	if _, err := aws.FromProfile(t.Context(), "no-such-profile", aws.Options{Clock: b.clock()}); document.CodeOf(err) != "AXLE1250" {
		t.Errorf("got %v", err)
	}
}

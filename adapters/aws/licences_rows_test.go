package aws_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
)

// byHand makes a grant as somebody does in the console; it is in its workflow for a minute and a half.
func (s *shop) byHand(account string) string {
	s.t.Helper()
	made, err := licensemanager.NewFromConfig(s.management()).CreateGrant(s.t.Context(), &licensemanager.CreateGrantInput{ClientToken: sdk.String("by-hand-" + account),
		GrantName: sdk.String("by hand"), HomeRegion: sdk.String("us-east-1"), LicenseArn: &s.licence.ARN, Principals: []string{market.Root(account)},
		AllowedOperations: []types.AllowedOperation{"CheckoutLicense"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return *made.GrantArn
}

// LIC-9, L10: somebody's grant that AWS is still at work at is not axle's either: it is not waited for, and
// then neither taken nor changed.
func TestAGrantInTheMakingIsNotOurs(t *testing.T) {
	for _, tag := range []string{"", "true"} {
		s := newShop(t, sandbox.Options{})
		s.licences.RevokeAfter = 0
		if tag != "" {
			s.tag(first, tagOf, tag)
		}
		s.byHand(first)
		mark := s.mark()
		for range 3 {
			s.pass()
			s.later(5 * time.Minute)
		}
		if made := mutating(s.since(mark)); len(made) != 0 {
			t.Errorf("tagged %q: %v", tag, made)
		}
		s.have(map[string]string{first: "DISABLED"})
	}
}

// LIC-9, L21: the guard counts what is to be taken as soon as AWS has ended its workflow: nothing of it is
// taken unasked.
func TestGuardCountsGrantsInTheMaking(t *testing.T) {
	s := newShop(t, sandbox.Options{Start: "fleet 20x1"})
	yes, few := true, 5
	s.licences.Rules = []market.Rule{{SKU: "*", Allow: &yes, To: market.To{OU: "ou-ab12-11111111"}}}
	s.licences.RevokeAfter, s.licences.Concurrency, s.licences.Guard.MaxRevoke = 0, 50, &few
	s.pass(func(w *market.Sharing) { w.Budget = 70 * time.Second }) // twenty were begun, and none has ended
	s.licences.Rules = nil                                          // somebody emptied the rules
	plan, _, err := s.sharing().Propose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.licences.Guard.Permit(plan, market.Accepted{Revokes: -1}); document.CodeOf(err) != market.CodeRevokes {
		t.Errorf("%d pairs, %d to take: %v", len(plan.Pairs), plan.Revokes(), err)
	}
	if err := s.licences.Guard.Permit(plan, market.Accepted{Plan: &market.LicencePlan{}}); document.CodeOf(err) != market.CodeMoved {
		t.Errorf("nobody approved that: %v", err)
	}
	if err := s.licences.Guard.Permit(plan, market.Accepted{Revokes: 20}); err != nil {
		t.Error(err)
	}
}

// LIC-2: when the second page of the accounts cannot be read, nothing is taken from those of the first.
func TestSecondPageOfAccounts(t *testing.T) {
	s := newShop(t, sandbox.Options{Start: "fleet 30x1"})
	yes := true
	s.licences.Rules = []market.Rule{{SKU: "*", Allow: &yes, To: market.To{OU: "ou-ab12-11111111"}}}
	s.pass()
	s.licences.RevokeAfter, s.licences.Rules = 0, nil
	mark := s.mark()
	s.wire.next = refusing{s.sandbox.Transport(), "ListAccounts", `"NextToken":"`, fault{status: 400, code: "AccessDeniedException"}}
	if plan, _, err := s.sharing().Propose(t.Context()); err == nil || len(plan.Pairs) != 0 {
		t.Errorf("%d pairs from one page of two", len(plan.Pairs))
	}
	if made := mutating(s.since(mark)); len(made) != 0 {
		t.Error(made)
	}
	s.wire.next = s.sandbox.Transport()
	if plan, _ := s.pass(); plan.Revokes() != 30 { // read whole, it is what was asked for
		t.Errorf("%d to take", plan.Revokes())
	}
}

// L4, LIC-2: an account that has left the organization loses its grant, revoke_after later.
func TestAnAccountLeaves(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.tag(first, tagOf, "true")
	s.tag(second, tagOf, "true")
	s.pass()
	if _, err := organizations.NewFromConfig(s.management()).RemoveAccountFromOrganization(t.Context(), &organizations.RemoveAccountFromOrganizationInput{AccountId: sdk.String(first)}); err != nil {
		t.Fatal(err)
	}
	if plan, got := s.pass(); len(plan.Later) != 1 || got.Calls != 0 {
		t.Errorf("%+v, %+v", plan.Later, got)
	}
	s.later(71 * time.Hour)
	if _, got := s.pass(); got.Calls != 0 {
		t.Errorf("before its time: %+v", got)
	}
	s.later(2 * time.Hour)
	if plan, got := s.pass(); got.Calls != 1 || plan.Pairs[0].By != "the account is not of the organization" {
		t.Errorf("%+v %+v", plan, got)
	}
	s.have(map[string]string{first: "DELETED", second: "ACTIVE"})
}

// L5: a value that is no word changes nothing for who has the licence, nor for who has it not; a value of
// another case, or with blanks, is a word.
func TestTagValues(t *testing.T) {
	for value, want := range map[string][2]string{ // of who had it, and of who had it not
		"TRUE": {"ACTIVE", "ACTIVE"}, " All ": {"ACTIVE", "ACTIVE"}, "False ": {"DELETED", ""}, "NONE": {"DELETED", ""},
		"yes": {"ACTIVE", ""}, "": {"ACTIVE", ""}, "true false": {"ACTIVE", ""}, "1": {"ACTIVE", ""},
	} {
		s := newShop(t, sandbox.Options{})
		s.licences.RevokeAfter = 0
		s.tag(first, tagOf, "true")
		s.pass()
		s.tag(first, tagOf, value)
		s.tag(second, tagOf, value)
		plan, _ := s.pass()
		all := s.grants()
		if got := [2]string{all[first], all[second]}; got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
		if unclear := slices.ContainsFunc(plan.Notices, func(n market.Notice) bool { return n.Kind == "unclear" }); unclear != (want == [2]string{"ACTIVE", ""}) {
			t.Errorf("%q: %+v", value, plan.Notices)
		}
	}
}

// L9: a grant that somebody deleted between plan and pass is gone, and the next pair goes on.
func TestAGrantIsGone(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.licences.RevokeAfter = 0
	for _, account := range []string{first, second} {
		s.tag(account, tagOf, "true")
	}
	s.pass()
	for _, account := range []string{first, second} {
		s.untag(account, tagOf)
	}
	w := s.sharing()
	plan, _, err := w.Propose(t.Context())
	if err != nil || plan.Revokes() != 2 {
		t.Fatal(plan, err)
	}
	g := plan.Pairs[0].Grant
	if _, err := licensemanager.NewFromConfig(s.management()).DeleteGrant(t.Context(), &licensemanager.DeleteGrantInput{GrantArn: &g.ARN, Version: &g.Version}); err != nil {
		t.Fatal(err)
	}
	s.later(10 * time.Minute)
	s.wire.set(func(op string, n int) fault { // AWS knows it no more
		if op == "GetGrant" && n == 1 {
			return fault{status: 400, code: "ResourceNotFoundException"}
		}
		return fault{}
	})
	if got := w.Apply(t.Context(), plan); len(got.Failed) != 0 || got.Err != nil || got.Left != 0 {
		t.Errorf("%+v", got)
	}
	s.have(map[string]string{first: "DELETED", second: "DELETED"})
}

// L15: AWS throttles twenty calls in a row, creations and activations too: all are done, and once.
func TestBurstOfThrottling(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	for _, account := range []string{first, second, canary} {
		s.tag(account, tagOf, "true")
	}
	mark := s.mark()
	s.wire.set(func(op string, n int) fault {
		if (op == "CreateGrant" || op == "CreateGrantVersion") && n <= 20 {
			return fault{status: 400, code: "RateLimitExceededException"}
		}
		return fault{}
	})
	if _, got := s.pass(); len(got.Failed) != 0 || got.Left != 0 || got.Outcome != market.Applied {
		t.Errorf("%+v", got)
	}
	s.have(map[string]string{first: "ACTIVE", second: "ACTIVE", canary: "ACTIVE"})
	if n := len(mutating(s.since(mark))); n != 6 {
		t.Errorf("%d calls for three grants", n)
	}
}

// L12, L20, LIC-5: killed at each write of the journal, when a grant is made and when it is taken, the next
// pass ends the same; each call had its effect once.
func TestLicencesKilledAtEachWrite(t *testing.T) {
	for at := 1; ; at++ {
		s := newShop(t, sandbox.Options{})
		s.licences.RevokeAfter = 0
		s.tag(first, tagOf, "true")
		s.tag(second, tagOf, "true")
		s.pass()
		s.untag(first, tagOf)
		s.tag(canary, tagOf, "true")
		mark, n := s.mark(), 0
		dying := &dying{ledger: s.books, left: at - 1}
		s.pass(func(w *market.Sharing) { w.Books = dying })
		s.pass()
		if _, got := s.pass(); got.Outcome != market.Clean {
			t.Errorf("killed at write %d: %+v", at, got)
		}
		s.have(map[string]string{first: "DELETED", second: "ACTIVE", canary: "ACTIVE"})
		if n = len(mutating(s.since(mark))); n != 3 {
			t.Errorf("killed at write %d: %d calls for a deletion, a creation and an activation", at, n)
		}
		if dying.left > 0 {
			if at < 8 {
				t.Errorf("only %d writes", at)
			}
			return
		}
	}
}

// dying is a ledger whose process ends at a write.
type dying struct {
	*ledger
	left int
}

func (d *dying) Mark(ctx context.Context, m market.Mark, happened ...market.Audit) error {
	if d.left--; d.left < 0 {
		return errors.New("killed")
	}
	return d.ledger.Mark(ctx, m, happened...)
}

// PMP-15 of licences: two passes with two states at once: one grant each.
func TestTwoPassesOverLicences(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	for _, account := range []string{first, second, canary} {
		s.tag(account, tagOf, "true")
	}
	var wait sync.WaitGroup
	for n := range 2 {
		other := &shop{bed: s.bed, licences: s.licences, org: s.org, books: &ledger{marks: map[string]market.Mark{}}, licence: s.licence}
		w := other.sharing()
		w.Run = fmt.Sprint("runner-", n)
		wait.Go(func() {
			if plan, _, err := w.Propose(t.Context()); err == nil {
				w.Apply(t.Context(), plan)
			}
		})
	}
	wait.Wait()
	s.pass()
	s.have(map[string]string{first: "ACTIVE", second: "ACTIVE", canary: "ACTIVE"})
}

// LIC-2, MKA-26: where AWS gives an account no State, its Status counts.
func TestStatusOfAnAccount(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.wire.next = trip(func(r *http.Request) (*http.Response, error) {
		if operation(r) == "ListAccounts" {
			return answer(r, fault{status: 200, body: `{"Accounts": [{"Id": "` + first + `", "Status": "SUSPENDED"}, {"Id": "` + second + `", "Status": "SUSPENDED", "State": "ACTIVE"}]}`}), nil
		}
		return s.sandbox.Transport().RoundTrip(r)
	})
	all, err := aws.NewLicences(s.session, s.org, s.licences).Members(t.Context())
	if err != nil || len(all) != 2 || all[0].State != "SUSPENDED" || all[1].State != "ACTIVE" {
		t.Errorf("%+v, %v", all, err)
	}
}

// LIC-8, L16: a grant asks for no operation that the licence does not let be granted on.
func TestOperationsOfTheLicence(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.licence.Operations = []types.AllowedOperation{"CreateGrant", "CheckoutLicense", "ExtendConsumptionLicense"}
	s.buy(s.licence)
	yes := true
	s.licences.Rules = []market.Rule{{SKU: "*", Allow: &yes, Operations: []string{"CheckoutLicense", "ExtendConsumptionLicense", "CreateToken"}, To: market.To{Account: document.AccountID(first)}}}
	s.tag(second, tagOf, "true")
	if _, got := s.pass(); len(got.Failed) != 0 {
		t.Errorf("%+v", got)
	}
	e, err := aws.NewLicences(s.session, s.org, s.licences).Observe(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range e.Grants {
		got, want := strings.Join(g.Operations, " "), "CheckoutLicense"
		if g.Principal == market.Root(first) {
			want = "CheckoutLicense ExtendConsumptionLicense"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", g.Principal, got, want)
		}
	}
}

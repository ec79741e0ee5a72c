package aws_test

import (
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
)

// L2, L3, LIC-3: no event tells of an account that is made with its tags, of one that is moved into a unit,
// nor of a purchase, where it is lost: one pass serves them all the same.
func TestWithoutAnyEvent(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	yes := true
	s.licences.Rules = []market.Rule{{SKU: "*", Allow: &yes, To: market.To{OU: "ou-ab12-11111111"}}}
	s.pass()
	before := s.grants()
	c := organizations.NewFromConfig(s.management())
	_, err := c.CreateAccount(t.Context(), &organizations.CreateAccountInput{AccountName: sdk.String("fresh"), Email: sdk.String("fresh@example.com"),
		Tags: []orgtypes.Tag{{Key: sdk.String(tagOf), Value: sdk.String("true")}}})
	if err != nil {
		t.Fatal(err)
	}
	s.later(10 * time.Minute)
	s.pass()
	after := s.grants()
	if len(after) != len(before)+1 {
		t.Fatalf("%v, before %v", after, before)
	}
	fresh := ""
	for account, status := range after {
		if before[account] == "" && status == "ACTIVE" {
			fresh = account
		}
	}
	s.untag(fresh, tagOf)
	root, err := c.ListRoots(t.Context(), &organizations.ListRootsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.MoveAccount(t.Context(), &organizations.MoveAccountInput{AccountId: &fresh, SourceParentId: root.Roots[0].Id, DestinationParentId: sdk.String("ou-ab12-11111111")}); err != nil {
		t.Fatal(err)
	}
	s.buy(lm.Licence{SKU: "prod-second"})
	s.licences.RevokeAfter = 0
	plan, got := s.pass()
	if plan.Revokes() != 0 || got.Outcome != market.Applied {
		t.Errorf("%+v, %+v", plan, got)
	}
	for account, status := range s.grants() {
		if status != "ACTIVE ACTIVE" {
			t.Errorf("%s has %s", account, status)
		}
	}
}

// L4, L7: a tag on a unit is no tag of an account: nothing is granted to a unit, and every principal is an
// account's.
func TestATagOnAUnit(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.tag("ou-ab12-11111111", tagOf, "true")
	s.tag(first, tagOf, "true")
	s.pass()
	s.have(map[string]string{first: "ACTIVE"})
	for principal := range s.grants() {
		if strings.Contains(principal, "ou-") {
			t.Error(principal)
		}
	}
}

// LIC-4, LIC-5: ended before, during and after the call that takes a grant: it is taken once.
func TestLicencesKilledWhileTaking(t *testing.T) {
	for _, at := range []point{beforeSend, afterSend, afterEffect, afterAnswer} {
		for nth := 1; nth <= 2; nth++ {
			s := newShop(t, sandbox.Options{})
			s.licences.RevokeAfter = 0
			for _, account := range []string{first, second, canary} {
				s.tag(account, tagOf, "true")
			}
			s.pass()
			s.untag(first, tagOf)
			s.untag(second, tagOf)
			s.killed(nth, at)
			if _, got := s.pass(); len(got.Failed) != 0 || got.Err != nil {
				t.Errorf("%s, call %d: %+v", at, nth, got)
			}
			if plan, _ := s.pass(); len(plan.Pairs) != 0 {
				t.Errorf("%s, call %d: %+v", at, nth, plan.Pairs)
			}
			s.have(map[string]string{first: "DELETED", second: "DELETED", canary: "ACTIVE"})
		}
	}
}

// LIC-4: a grant is taken in the version that it has then, not in the one that was planned.
func TestAGrantHasANewVersion(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.licences.RevokeAfter = 0
	s.tag(first, tagOf, "true")
	s.pass()
	s.untag(first, tagOf)
	w := s.sharing()
	plan, _, err := w.Propose(t.Context())
	if err != nil || plan.Revokes() != 1 {
		t.Fatal(plan, err)
	}
	g := plan.Pairs[0].Grant
	_, err = licensemanager.NewFromConfig(s.management()).CreateGrantVersion(t.Context(), &licensemanager.CreateGrantVersionInput{ClientToken: sdk.String("by-hand"), GrantArn: &g.ARN,
		SourceVersion: &g.Version, AllowedOperations: []types.AllowedOperation{"CheckoutLicense"}})
	if err != nil {
		t.Fatal(err)
	}
	s.later(10 * time.Minute)
	if got := w.Apply(t.Context(), plan); len(got.Failed) != 0 || got.Err != nil {
		t.Errorf("%+v", got)
	}
	s.have(map[string]string{first: "DELETED"})
}

// LIC-5, PMP-8: each job is written down before its call.
func TestJobsAreWrittenDownFirst(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.licences.RevokeAfter = 0
	steps := map[string]market.GrantStep{"CreateGrant": market.Make, "CreateGrantVersion": market.Activate, "DeleteGrant": market.Revoke}
	seen := map[string]int{}
	s.wire.set(func(op string, _ int) fault {
		if step := steps[op]; step != "" {
			marks, err := s.books.Marks(t.Context())
			m := marks[market.PairKey(s.licence.ARN, market.Root(first))]
			if seen[op]++; err != nil || m.Step != step || m.Sent || m.Begun.IsZero() {
				t.Errorf("%s is sent, and written down is %+v", op, m)
			}
		}
		return fault{}
	})
	s.tag(first, tagOf, "true")
	s.pass()
	s.untag(first, tagOf)
	s.pass()
	if len(seen) != 3 {
		t.Errorf("seen %v", seen)
	}
}

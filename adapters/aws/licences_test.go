package aws_test

import (
	"slices"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// L3, L5, L11, LIC-3, LIC-4, X24: one pass without any event gives the tagged accounts their
// grants, tagged before or after axle came; what cannot be read stays as it is; another pass
// changes nothing.
func TestLicencesConverge(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.tag(first, tagOf, " TRUE ")
	s.tag(second, tagOf+"/"+sku, "true")
	s.tag(canary, tagOf, "yes")
	s.tag("666666666666", tagOf, "true") // suspended
	plan, got := s.pass()
	if len(plan.Pairs) != 2 || plan.Pairs[0].Step != market.Make || plan.Notices[0].Kind != "unclear" {
		t.Fatalf("planned %+v", plan)
	}
	if got.Outcome != market.Conflict || got.Calls != 4 || got.Left != 0 || got.Err != nil {
		t.Errorf("the pass came to %+v", got)
	}
	s.have(map[string]string{first: "ACTIVE", second: "ACTIVE"})
	mark := s.mark()
	if plan, got := s.pass(); len(plan.Pairs) != 0 || got.Calls != 0 || plan.Have != 2 || len(mutating(s.since(mark))) != 0 {
		t.Errorf("the second pass: %+v, %+v", plan, got)
	}
	if rows := s.books.audit; len(rows) != 12 || rows[0].Status != "begun" || rows[0].Product != sku || rows[0].Why == "" || rows[0].Actor == "" {
		t.Errorf("the audit has %d rows: %+v", len(rows), rows)
	}
	s.tag(canary, tagOf, "true")
	s.pass()
	s.have(map[string]string{first: "ACTIVE", second: "ACTIVE", canary: "ACTIVE"})
}

// L1, L4, LIC-2: untagged, suspended and departed accounts lose their grants, revoke_after later
// and not before; who is entitled again meanwhile keeps it.
func TestLicencesAreTaken(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	for _, account := range []string{first, second, canary} {
		s.tag(account, tagOf, "all")
	}
	s.pass()
	s.untag(first, tagOf)
	s.untag(second, tagOf)
	if _, err := organizations.NewFromConfig(s.management()).CloseAccount(t.Context(), &organizations.CloseAccountInput{AccountId: sdk.String(canary)}); err != nil {
		t.Fatal(err)
	}
	plan, got := s.pass()
	if len(plan.Later) != 3 || got.Calls != 0 {
		t.Fatalf("at once: %+v, %+v", plan, got)
	}
	s.later(70 * time.Hour)
	s.tag(second, tagOf, "true")
	s.pass()
	s.later(3 * time.Hour)
	if plan, got := s.pass(); plan.Revokes() != 2 || got.Calls != 2 || got.Outcome != market.Applied {
		t.Errorf("after the grace: %+v, %+v", plan, got)
	}
	s.have(map[string]string{first: "DELETED", second: "ACTIVE", canary: "DELETED"})
	s.tag(first, tagOf, "true") // a new generation: not the deleted one's token
	s.pass()
	s.have(map[string]string{first: "ACTIVE DELETED", second: "ACTIVE", canary: "DELETED"})
}

// LIC-2: half a list of accounts, or of tags, takes nothing from anybody.
func TestHalfAListRevokesNothing(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.tag(first, tagOf, "true")
	s.pass()
	s.untag(first, tagOf)
	s.licences.RevokeAfter = 0
	for _, name := range []string{"ListAccounts", "ListTagsForResource", "ListDistributedGrants", "ListReceivedLicensesForOrganization", "ListReceivedLicenses"} {
		s.wire.set(func(op string, _ int) fault {
			if op == name {
				return fault{status: 400, code: "ValidationException"}
			}
			return fault{}
		})
		if plan, _, err := s.sharing().Propose(t.Context()); err == nil {
			t.Errorf("without %s the plan is %+v", name, plan)
		}
	}
	s.wire.set(nil)
	s.have(map[string]string{first: "ACTIVE"})
}

// L12, LIC-4: a grant that nobody accepts is one grant, however many passes; after half an hour
// a person is told.
func TestNobodyAccepts(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.link(false)
	s.tag(first, tagOf, "true")
	for n := range 10 {
		plan, got := s.pass()
		if told := slices.ContainsFunc(plan.Notices, func(x market.Notice) bool { return x.Kind == "unaccepted" }); told != (n >= 2) {
			t.Errorf("pass %d: %+v %+v", n, plan.Notices, got)
		}
		s.later(15 * time.Minute)
	}
	s.have(map[string]string{first: "PENDING_ACCEPT"})
}

// LIC-4, MKA-23: accept: assume answers in the account itself.
func TestAcceptInTheAccount(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.link(false)
	s.licences.Accept, s.licences.GranteeRole = "assume", "LicenceGrantee"
	if _, err := s.sandbox.EnsureRole(t.Context(), []string{first}, world.Role{Name: "LicenceGrantee", TrustAccounts: []string{s.hubAccount()}}); err != nil {
		t.Fatal(err)
	}
	s.tag(first, tagOf, "true")
	if _, got := s.pass(); got.Calls != 3 || got.Outcome != market.Applied {
		t.Errorf("%+v", got)
	}
	s.have(map[string]string{first: "ACTIVE"})
}

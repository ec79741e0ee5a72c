package aws_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// PMP-17, X23: whether the role lets axle in without the external id is tried, not believed; an
// experience says for itself what it lacks.
func TestMarketDoctor(t *testing.T) {
	f := newFair(t, "experiences:\n  - {name: approved, organization: home, id: exp-1111approved, products_from: experience}\n")
	role := world.Role{Name: "open", Path: "/axle/", TrustAccounts: []string{"999999999999"}}
	if _, err := f.sandbox.EnsureRole(t.Context(), []string{home}, role); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"market": false, "open": true} {
		o := f.file.Organizations[0]
		o.Role = "arn:aws:iam::" + home + ":role/axle/" + name
		office, err := aws.NewMarketplace(f.newSession(), o).Office(t.Context(), o)
		if err != nil || office.Unguarded != want || office.Linked == nil {
			t.Errorf("%s: %+v %v", name, office, err)
		}
		wrong := 0
		for _, c := range office.Examine(market.Sight{}) {
			if !c.OK && strings.Contains(c.What, "external id") {
				wrong++
			}
		}
		if (wrong == 1) != want {
			t.Errorf("%s: %+v", name, office.Examine(market.Sight{}))
		}
	}
}

// LIC-10: where accounts accept by a role, the doctor says in which it cannot be assumed, and by that
// why a grant waits there; it changes nothing.
func TestLicencesDoctorAssumes(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.link(false)
	s.licences.Accept, s.licences.GranteeRole = "assume", "Grantee"
	if _, err := s.sandbox.EnsureRole(t.Context(), []string{first}, world.Role{Name: "Grantee", TrustAccounts: []string{s.hubAccount()}}); err != nil {
		t.Fatal(err)
	}
	s.tag(first, tagOf, "true")
	s.tag(second, tagOf, "true")
	s.pass() // the grant of second waits
	s.have(map[string]string{first: "ACTIVE", second: "PENDING_ACCEPT"})
	s.tag(canary, tagOf, "true")
	mark := s.mark()
	plan, e, err := s.sharing().Propose(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	setup, err := aws.NewLicences(s.newSession(), s.org, s.licences).Setup(t.Context(), s.licences.Grantees(e, plan))
	if err != nil || strings.Join(setup.Tried, " ") != second+" "+canary || strings.Join(setup.Closed, " ") != second+" "+canary {
		t.Fatalf("%+v %v", setup, err)
	}
	var why []string
	for _, c := range s.licences.Doctor(e, setup) {
		if strings.Contains(c.What, "waits to be accepted") {
			why = append(why, c.What)
		}
	}
	if len(why) != 1 || !strings.HasSuffix(why[0], "to "+market.Root(second)+" waits to be accepted: the role Grantee cannot be assumed there") {
		t.Errorf("%q", why)
	}
	for _, c := range s.since(mark) {
		if strings.HasPrefix(c.Operation, "Create") || strings.HasPrefix(c.Operation, "Accept") || strings.HasPrefix(c.Operation, "Delete") {
			t.Errorf("%s is called by the doctor", c.Operation)
		}
	}
}

// LIC-12: killed at any call of the pass that takes a licence's grants, or before anybody was told, the
// next one knows whom to tell, each by one id; who lost the licence before is not told.
func TestLicenceEndsKilled(t *testing.T) {
	for _, at := range []point{beforeSend, afterSend, afterEffect, afterAnswer} {
		for nth := 1; nth <= 4; nth++ {
			s := newShop(t, sandbox.Options{})
			s.licences.RevokeAfter = 0
			for _, account := range []string{first, second, canary} {
				s.tag(account, tagOf, "true")
			}
			s.pass()
			s.untag(canary, tagOf)
			s.pass()
			s.licence.Status = "DEACTIVATED"
			s.buy(s.licence)
			s.killed(nth, at)
			s.pass()
			s.have(map[string]string{first: "DELETED", second: "DELETED", canary: "DELETED"})
			ids := map[string]string{}
			for range 2 { // also of the pass that finds nothing to do
				s.pass()
				marks, _ := s.books.Marks(t.Context())
				_, e, err := s.sharing().Propose(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, n := range market.LicenceNews(e, marks, s.clock().Now()) {
					ids[n.Message("o", "topic", s.clock().Now()).ID] = n.Account
				}
			}
			if got := slices.Sorted(maps.Values(ids)); !slices.Equal(got, []string{first, second}) {
				t.Errorf("%s, call %d: told are %v", at, nth, got)
			}
		}
	}
}

package aws_test

import (
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
		for _, c := range office.Examine(nil, nil) {
			if !c.OK && strings.Contains(c.What, "external id") {
				wrong++
			}
		}
		if (wrong == 1) != want {
			t.Errorf("%s: %+v", name, office.Examine(nil, nil))
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

package market

import (
	"fmt"
	"strings"
	"testing"
)

func assumes(l *Licences, _ *Estate, _ *Setup) { l.Accept, l.GranteeRole = "assume", "Grantee" }

// LIC-10, MKA-23: the doctor names what is missing, and why a grant waits: by its own account first.
func TestLicenceDoctor(t *testing.T) {
	missing := func(changes ...func(*Licences, *Estate, *Setup)) (all []string) {
		l, e, _ := sharedBy()
		s := Setup{Management: boss, Linked: true, Trusted: []string{trustLicences, trustMember, trustSharing}, Roles: []string{RoleMarketplace, RoleMaster}}
		for _, change := range changes {
			change(l, &e, &s)
		}
		for _, c := range l.Doctor(e, s) {
			if !c.OK {
				all = append(all, c.What)
			}
			if !c.OK && c.Fix == "" {
				t.Errorf("%s has nothing that mends it", c.What)
			}
		}
		return all
	}
	if got := missing(); len(got) != 0 {
		t.Errorf("all is well, and %q", got)
	}
	waits := func(account string) func(*Licences, *Estate, *Setup) {
		return func(_ *Licences, e *Estate, _ *Setup) {
			e.Grants = append(e.Grants, granted(account, "PENDING_ACCEPT"))
		}
	}
	all := func(changes ...func(*Licences, *Estate, *Setup)) []func(*Licences, *Estate, *Setup) { return changes }
	for name, c := range map[string]struct {
		changes []func(*Licences, *Estate, *Setup)
		want    string
	}{
		"another granter": {all(func(_ *Licences, _ *Estate, s *Setup) { s.Management = one }), "is the management account"},
		"not linked":      {all(func(_ *Licences, _ *Estate, s *Setup) { s.Linked = false }), "linked"},
		"no trust":        {all(func(_ *Licences, _ *Estate, s *Setup) { s.Trusted = s.Trusted[1:] }), trustLicences},
		"no role":         {all(func(_ *Licences, _ *Estate, s *Setup) { s.Roles = nil }), RoleMarketplace},
		"no way in": {all(assumes, func(_ *Licences, _ *Estate, s *Setup) { s.Tried = []string{one, two, three, boss}; s.Closed = s.Tried }),
			"that was tried (4 of 4; not in: " + one + ", " + two + ", " + three + " and more)"},

		"waits, and nothing is wrong": {all(waits(one)), "AWS has not got to it"},
		"waits, a stranger":           {all(waits("999999999999")), "the account is not of the organization"},
		"waits, suspended":            {all(waits(one), func(_ *Licences, e *Estate, _ *Setup) { e.Members[1].State = "SUSPENDED" }), "the account is suspended"},
		"waits, another granter":      {all(waits(one), func(_ *Licences, _ *Estate, s *Setup) { s.Management = one }), "accepted: the granter is not"},
		"waits, not linked":           {all(waits(one), func(_ *Licences, _ *Estate, s *Setup) { s.Linked = false }), "accepted: License Manager is not linked"},
		"waits, no trust":             {all(waits(one), func(_ *Licences, _ *Estate, s *Setup) { s.Trusted = s.Trusted[1:] }), "accepted: " + trustLicences + " has no trusted access"},
		"waits, no way in":            {all(assumes, waits(one), func(_ *Licences, _ *Estate, s *Setup) { s.Tried, s.Closed = []string{one}, []string{one} }), "accepted: the role Grantee cannot be assumed there"},
		"waits, a way in":             {all(assumes, waits(one), func(_ *Licences, _ *Estate, s *Setup) { s.Tried, s.Closed = []string{one, two}, []string{two} }), "accepted: the next pass accepts it"},
		"waits, not tried":            {all(assumes, waits(one)), "accepted: the role Grantee was not tried there"},
		"waits, a unit": {all(assumes, func(_ *Licences, e *Estate, _ *Setup) {
			e.Grants = append(e.Grants, Grant{ARN: "g", Licence: "lic", Principal: "arn:aws:organizations::888888888888:ou/o-1/ou-1", Status: "PENDING_ACCEPT"})
		}), "accepted: nobody assumes a role in a unit"},
	} {
		if got := strings.Join(missing(c.changes...), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// LIC-10: grantee_role is tried where something waits or is to be done, in a few others where nothing
// is, and never in so many accounts that the doctor takes for ever.
func TestGrantees(t *testing.T) {
	l, e, marks := sharedBy()
	if got := l.Grantees(e, l.Plan(e, marks, Ask{}, noon)); got != nil {
		t.Errorf("accepted by itself, and %v", got)
	}
	l.Accept, l.GranteeRole = "assume", "Grantee"
	e.Grants = []Grant{granted(one, "ACTIVE"), granted(three, "PENDING_ACCEPT"), granted("999999999999", "PENDING_ACCEPT")}
	if got := fmt.Sprint(l.Grantees(e, l.Plan(e, marks, Ask{}, noon))); got != "["+three+" "+two+"]" {
		t.Errorf("what waits, and what is to be done: %v", got)
	}
	e.Grants = []Grant{granted(one, "ACTIVE"), granted(two, "ACTIVE"), granted(three, "ACTIVE")}
	if got := fmt.Sprint(l.Grantees(e, l.Plan(e, marks, Ask{}, noon))); got != "["+one+" "+two+" "+three+"]" {
		t.Errorf("a sample: %v", got)
	}
	for n := range 100 {
		e.Members = append(e.Members, Member{Account: fmt.Sprintf("%012d", n), State: "ACTIVE", Tags: map[string]string{l.Tag: "true"}})
	}
	if got := l.Grantees(e, l.Plan(e, marks, Ask{}, noon)); len(got) != mostTried {
		t.Errorf("%d accounts", len(got))
	}
	if got := l.Grantees(e, LicencePlan{}); len(got) != sample {
		t.Errorf("%d accounts", len(got))
	}
}

package aws_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// PMP-17, MKA-9, P6: all that planning, making and changing experiences calls is in the policy that the
// doctor prints, for a delegated administrator, who sees by another scope.
func TestMarketLeastPolicy(t *testing.T) {
	f := newFair(t, "")
	const hub2 = "121212121212"
	role := world.Role{Name: "least", Path: "/axle/", TrustAccounts: []string{"999999999999"}, ExternalID: "7f3c2d9e41",
		Grants: world.Grants{Inline: map[string]string{"least": market.LeastPolicy()}}}
	if _, err := f.sandbox.EnsureRole(t.Context(), []string{hub2}, role); err != nil {
		t.Fatal(err)
	}
	file, ds := market.Load("marketplace.yaml", []byte(`schema: 1
organizations:
  - {name: north, id: o-exampleorg2, account: "121212121212", role: "arn:aws:iam::121212121212:role/axle/least", external_id: 7f3c2d9e41}
experiences:
  - name: pilots
    organization: north
    products: {allow: [{id: a}], deny: [{id: b}]}
    settings: {status: enabled, user_requests: deny, audience: ["131313131313"], branding: {title: Pilots}}
`))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	f.file = file
	done := f.sync(-1)
	if outcomes(done) != "pilots applied" {
		t.Fatalf("%+v", done)
	}
	if got := outcomes(f.sync(-1)); got != "pilots clean" {
		t.Fatal(got)
	}
	office, err := aws.NewMarketplace(f.session, file.Organizations[0]).Office(t.Context(), file.Organizations[0])
	if err != nil || office.Unguarded || len(office.Administrators) == 0 || office.Linked != nil {
		t.Fatalf("%+v %v", office, err)
	}
	if n := f.called(0, "StartChangeSet"); n != 3 {
		t.Errorf("%d change sets; want one that makes it, one for the audience, one for the status", n)
	}
}

// PMP-11, PMP-2: what an experience is made with stands in the audit by product, under the id that it got;
// what it denied is axle's own.
func TestMarketMadeIsAudited(t *testing.T) {
	f := newFair(t, "experiences:\n  - {name: pilots, organization: home, products: {allow: [{id: a, ticket: P-1}], deny: [{id: b}]}}\n")
	done := f.sync(-1)
	if d := done[0]; d.Outcome != market.Applied || d.Denied != 1 || d.Allowed != 1 {
		t.Errorf("%+v", d)
	}
	var rows []string
	for _, r := range f.books.audit {
		if r.Experience != done[0].Experience {
			t.Errorf("a row is of %q", r.Experience)
		}
		rows = append(rows, strings.TrimSpace(r.Effect+" "+r.Product+" "+r.Ticket))
	}
	if got := strings.Join(rows, ", "); got != "CreateExperience, CreateProcurementPolicy, deny b, allow a P-1" {
		t.Error(got)
	}
	if s := f.books.sets[0]; s.Of() != done[0].Experience {
		t.Errorf("%+v", s)
	}
}

// PMP-20, MKA-2: an experience stays for ever: killed while it is made, there is one all the same.
func TestMarketMadeOnce(t *testing.T) {
	for at := 1; at < 9; at++ {
		f := newFair(t, "experiences:\n  - {name: pilots, organization: home, products: {allow: [{id: a}]}, settings: {status: enabled}}\n")
		n := 0
		f.books.kill = func() error {
			if n++; n >= at {
				return errors.New("killed")
			}
			return nil
		}
		f.sync(-1)
		f.books.kill = nil
		clear(f.books.leases)
		for range 2 {
			f.sync(-1)
		}
		all, err := aws.NewMarketplace(f.session, f.file.Organizations[0]).Experiences(t.Context())
		made := 0
		for _, e := range all {
			if e.Name == "pilots" {
				made++
			}
		}
		if err != nil || made != 1 {
			t.Fatalf("killed at write %d: made %d times (%v)", at, made, err)
		}
	}
}

// PMP-8, PMP-20, MKA-32: ended before, during and after each call that makes an experience, also where what
// the dead process sent arrives late: there is one, whole, and its journal has no loose end.
func TestMarketMadeOnceAtEachCall(t *testing.T) {
	for _, at := range []point{beforeSend, afterSend, afterEffect, afterAnswer} {
		for nth := 0; nth <= 3; nth++ { // 0 and 1: the creation
			f := newFair(t, "experiences:\n  - {name: pilots, organization: home, products: {allow: [{id: a}]}, settings: {status: enabled, audience: [\"333333333333\"]}}\n")
			f.killed(max(1, nth), at)
			if nth%2 == 0 { // the next process comes when all has ended
				if err := f.sandbox.Advance(t.Context(), 5*time.Minute); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 {
				f.sync(-1)
			}
			if got := outcomes(f.sync(-1)); got != "pilots clean" {
				t.Errorf("%s, call %d: %s", at, nth, got)
			}
			all, err := aws.NewMarketplace(f.session, f.file.Organizations[0]).Experiences(t.Context())
			made := slices.DeleteFunc(all, func(e market.Experience) bool { return e.Name != "pilots" })
			if err != nil || len(made) != 1 {
				t.Errorf("%s, call %d: made %d times (%v)", at, nth, len(made), err)
			}
			for _, s := range f.books.sets {
				if s.Open() {
					t.Errorf("%s, call %d: %s is still open", at, nth, s.Name)
				}
			}
		}
	}
}

// PMP-15, X11: two runners with two states at once: the same end, and no product is changed twice.
func TestMarketTwoRunners(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: some("p", 120)}, marketplacecatalog.Seed{Allow: []string{"q"}})
	var wait sync.WaitGroup
	var runners []*fair
	for n := range 2 {
		own := *f.bed
		other := &fair{bed: &own, books: newBooks(), file: f.file}
		other.books.runs = 10 * n // two runs, not one and the same
		other.session = f.newSession()
		runners = append(runners, other)
		pass, plan := other.pass(), other.plan()
		pass.Say = nil
		wait.Go(func() { pass.Apply(t.Context(), plan, -1) })
	}
	wait.Wait()
	f.sync(-1)
	changed := map[string]int{}
	for _, b := range []*books{runners[0].books, runners[1].books, f.books} {
		for _, s := range b.sets {
			for _, batch := range s.Batches {
				for _, id := range batch.IDs {
					if s.Status == market.Succeeded {
						changed[id]++
					}
				}
			}
		}
	}
	for id, n := range changed {
		if n != 1 {
			t.Errorf("%s was changed %d times", id, n)
		}
	}
	if allowed, denied := f.policy("north", "exp-north"); len(changed) != 121 || len(allowed) != 120 || !slices.Equal(denied, []string{"q"}) {
		t.Error(len(changed), len(allowed), denied)
	}
}

// PMP-20, P12, MKA-2: what the file archives is disabled, then archived, and then left alone; what it wants
// back is revived. Nothing is made anew for that: it would stay for ever.
func TestMarketArchived(t *testing.T) {
	const yaml = `experiences:
  - {name: pilots, organization: home, products: {allow: [{id: a}]}, settings: {status: %s, audience: ["333333333333"]}}
`
	f := newFair(t, fmt.Sprintf(yaml, "enabled"))
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-all", Name: "all", Audience: []string{"o-exampleorg1"}})
	kinds := func() string {
		l := f.listen()
		defer func() { f.wire.next = l.next }()
		got := outcomes(f.sync(-1))
		for _, s := range l.sent {
			for _, c := range s.ChangeSet {
				got += " " + c.ChangeType
			}
		}
		return got
	}
	for n, c := range []struct{ status, want string }{
		{"archived", "pilots clean"}, // there is none: none is made to be archived
		{"enabled", "pilots applied CreateExperience CreateProcurementPolicy AllowProductProcurement AssociateAudience UpdateExperience"},
		{"archived", "pilots applied UpdateExperience RestrictExperience"},
		{"archived", "pilots clean"},
		{"enabled", "pilots applied ReviveExperience UpdateExperience"},
		{"enabled", "pilots clean"},
	} {
		f.load(fmt.Sprintf(yaml, c.status))
		if got := kinds(); got != c.want {
			t.Errorf("%d, %s: %s\nwant %s", n, c.status, got, c.want)
		}
	}
}

// PMP-9, MKA-4, X10: an experience that is live without a policy allows everything to its audience. No pass
// makes it one unasked, whether it is followed or written in the file: there all but a few lines would end.
func TestMarketSourceOfTheFile(t *testing.T) {
	for name, c := range map[string]struct {
		have     marketplacecatalog.Seed
		more     string
		outcome  string
		says     string
		follower string
	}{
		"live without a policy":       {marketplacecatalog.Seed{NoPolicy: true}, "", market.Refused, "has no procurement policy", market.Refused},
		"disabled without a policy":   {marketplacecatalog.Seed{NoPolicy: true, Status: "Disabled"}, ", draft: true", market.Applied, "", market.Applied},
		"disabled":                    {marketplacecatalog.Seed{Status: "Disabled"}, "", market.Refused, "is disabled", market.Refused},
		"disabled, as a draft":        {marketplacecatalog.Seed{Status: "Disabled"}, ", draft: true", market.Applied, "", market.Applied},
		"disabled, and to be not":     {marketplacecatalog.Seed{Status: "Disabled"}, ", settings: {status: enabled}", market.Applied, "", market.Applied},
		"as the file has it":          {marketplacecatalog.Seed{Status: "Disabled"}, ", settings: {status: disabled}", market.Applied, "", market.Refused},
		"archived":                    {marketplacecatalog.Seed{Archived: true, Status: "Disabled"}, ", draft: true", market.Refused, "is archived", market.Refused},
		"archived, and to be revived": {marketplacecatalog.Seed{Archived: true, Status: "Disabled"}, ", settings: {status: enabled}", market.Applied, "", market.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFair(t, `experiences:
  - {name: approved, organization: home, id: exp-home, products: {allow: [{id: a}]}`+c.more+`}
  - {name: north-approved, organization: north, follows: approved, ids: [exp-north]}
`)
			f.twoExperiences(c.have, marketplacecatalog.Seed{})
			before := f.now()
			done := f.sync(-1)
			if done[0].Outcome != c.outcome || !strings.Contains(done[0].Why, c.says) || done[1].Outcome != c.follower {
				t.Errorf("%+v", done)
			}
			if c.outcome == market.Refused && f.writes(before) != 0 {
				t.Errorf("%d sets", f.writes(before))
			}
		})
	}
}

package aws_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

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

// PMP-15, X11: two runners with two states at once: the same end, and no product is changed twice.
func TestMarketTwoRunners(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: some("p", 120)}, marketplacecatalog.Seed{Allow: []string{"q"}})
	var wait sync.WaitGroup
	var runners []*fair
	for n := range 2 {
		other := &fair{bed: f.bed, books: newBooks(), file: f.file}
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

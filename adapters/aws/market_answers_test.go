package aws_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// MKA-8: a set at which AWS itself failed goes again, as another request, three times at most; then it is
// AWS's failure, and the next pass tries it again.
func TestMarketServerFault(t *testing.T) {
	for times, want := range map[int]string{1: "north-approved applied", 2: "north-approved applied", 99: "north-approved failed"} {
		f := newFair(t, following)
		f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
		l := f.listen()
		rule := world.Fault{Service: "marketplace-catalog", Operation: "StartChangeSet", Kind: world.KindResourceFail, Resource: "SERVER_FAULT", Times: times}
		if err := f.sandbox.SetRules(t.Context(), sandbox.Rules{Faults: []world.Fault{rule}}); err != nil {
			t.Fatal(err)
		}
		done := f.sync(-1)
		if outcomes(done) != want || len(l.sent) != min(times+1, 3) || len(done[0].Poisons) != 0 {
			t.Errorf("%d faults: %+v in %d sets", times, done, len(l.sent))
		}
		tokens, names := map[string]bool{}, map[string]bool{}
		for _, s := range l.sent { // a token that was answered once gives that answer again (MKA-31)
			tokens[s.ClientRequestToken], names[s.ChangeSetName] = true, true
		}
		if len(tokens) != len(l.sent) || len(names) != len(l.sent) {
			t.Errorf("%d faults: %d tokens and %d names for %d sets", times, len(tokens), len(names), len(l.sent))
		}
		if times == 99 && !strings.Contains(done[0].Why, "SERVER_FAULT") {
			t.Error(done[0].Why)
		}
		if err := f.sandbox.SetRules(t.Context(), sandbox.Rules{}); err != nil {
			t.Fatal(err)
		}
		f.sync(-1)
		if allowed, _ := f.policy("north", "exp-north"); !slices.Equal(allowed, []string{"a", "b"}) {
			t.Error(times, allowed)
		}
	}
}

// PMP-6, X4: a stranger's set holds the experience for 90 s: one set of ours, after it, and tries that grow
// apart from 5 s to 60 s.
func TestMarketLockedFor90Seconds(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
	p := f.plan()
	if err := f.sandbox.Set(t.Context(), map[string]string{"marketplace-catalog:change-set": "90s"}); err != nil {
		t.Fatal(err)
	}
	m := f.at(map[string]*aws.Marketplace{}, *f.file.Organization("north"))
	id, err := m.Start(t.Context(), market.Set{Name: "somebody else", Token: strings.Repeat("f", 64), Changes: []market.Edit{{Type: "UpdateProcurementPolicy", Entity: "exp-north",
		Kind: "Experience@1.0", Details: map[string]any{"Configuration": map[string]any{"PolicyResourceRequests": "Deny"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	held := f.clock().Now()
	var tries []time.Duration
	f.wire.set(func(op string, _ int) fault {
		if op == "StartChangeSet" {
			tries = append(tries, f.clock().Now().Sub(held).Round(time.Second))
		}
		return fault{}
	})
	if got := outcomes(f.pass().Apply(t.Context(), p, -1)); got != "north-approved applied" {
		t.Fatal(got)
	}
	began := 0
	for _, s := range f.books.sets {
		if s.ID == "" {
			continue
		}
		began++
		if s.ID == id || s.End.Sub(held) < 180*time.Second {
			t.Errorf("ours is %+v", s)
		}
	}
	if began != 1 || fmt.Sprint(tries[:5]) != "[0s 5s 15s 35s 1m15s]" || tries[5] < 90*time.Second || tries[5] > 140*time.Second {
		t.Errorf("%d sets of ours, tried after %v", began, tries)
	}
	if s, err := m.State(t.Context(), id); err != nil || s.Status != market.Succeeded {
		t.Errorf("the stranger's set is %+v, %v", s, err)
	}
	e, err := m.Read(t.Context(), "exp-north")
	if err != nil || e.Policy.Requests != "Deny" || !slices.Equal(e.Policy.Allowed, []string{"a", "b"}) {
		t.Errorf("%+v, %v", e.Policy, err)
	}
}

// MKA-31, X14: the same plan of the same world is sent in the same bytes, with the same tokens; two runners
// without common state that send it at once make one set of it.
func TestMarketSameBytes(t *testing.T) {
	var before []string
	for range 3 {
		f := newFair(t, following)
		f.twoExperiences(marketplacecatalog.Seed{Allow: some("p", 120)}, marketplacecatalog.Seed{Allow: []string{"q", "r"}})
		l := f.listen()
		if got := outcomes(f.sync(-1)); got != "north-approved applied" {
			t.Fatal(got)
		}
		var bodies []string
		for _, s := range l.sent {
			bodies = append(bodies, s.Body)
			if len(s.ClientRequestToken) != 64 || len(s.ChangeSet[0].DetailsDocument.Products[0].Notes) > 256 || !strings.HasPrefix(s.ChangeSetName, "axle:test-1:exp-north:") {
				t.Errorf("%+v", s)
			}
		}
		if before != nil && !slices.Equal(before, bodies) {
			t.Fatalf("sent\n%s\nand before\n%s", strings.Join(bodies, "\n"), strings.Join(before, "\n"))
		}
		before = bodies
	}
}

// MKA-31: what failed is sent under another token once it is sent again; what was not answered, under the same.
func TestMarketTokens(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "bad"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
	if err := f.sandbox.PutProduct(t.Context(), marketplacecatalog.Product{ID: "bad"}, false); err != nil {
		t.Fatal(err)
	}
	l := f.listen()
	f.wire.set(func(op string, n int) fault { return fault{reset: op == "StartChangeSet" && n == 2} })
	for range 3 { // refused, resting, refused again
		f.sync(-1)
		if err := f.sandbox.Advance(t.Context(), 40*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.sent) != 2 || l.sent[0].ClientRequestToken == l.sent[1].ClientRequestToken || l.sent[0].ChangeSet[0].Entity.Identifier != l.sent[1].ChangeSet[0].Entity.Identifier {
		t.Fatalf("%+v", l.sent)
	}
	if f.wire.count("StartChangeSet") != 3 || len(f.books.sets) != 2 {
		t.Errorf("sent %d times for %d sets", f.wire.count("StartChangeSet"), len(f.books.sets))
	}
}

// MKA-2: where AWS has no room for another set, none is lost: it goes once one has ended.
func TestMarketFull(t *testing.T) {
	const many = `experiences:
  - {name: approved, organization: home, id: exp-home, products_from: experience}
  - {name: north, organization: north, follows: approved, ids: [exp-1, exp-2, exp-3]}
`
	f := newFair(t, many)
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-home", Name: "approved", Allow: []string{"a", "b"}})
	for i := range 3 {
		f.put(marketplacecatalog.Seed{Account: north, ID: fmt.Sprintf("exp-%d", i+1), Audience: []string{fmt.Sprintf("%012d", i+1)}})
	}
	if err := f.sandbox.Set(t.Context(), map[string]string{"marketplace-catalog:open-change-sets": "1"}); err != nil {
		t.Fatal(err)
	}
	if got := outcomes(f.sync(-1)); got != "north applied, north applied, north applied" {
		t.Fatal(got)
	}
	if n := len(f.books.sets); n != 3 || f.wire.count("StartChangeSet") > 3+2+1 { // two were refused, and one of those once more
		t.Errorf("%d sets, sent %d times", n, f.wire.count("StartChangeSet"))
	}
}

// PMP-14: once twenty sets are known, none is begun in less time than nearly all of them took.
func TestMarketBudgetByTheJournal(t *testing.T) {
	for known, want := range map[int]string{19: "north-approved applied", 20: "north-approved incomplete"} {
		f := newFair(t, following+"sync: {budget: 4m}\n")
		f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
		now := f.clock().Now()
		for i := range known {
			f.books.sets = append(f.books.sets, market.Set{Organization: "o-other", Name: fmt.Sprint("old-", i), Status: market.Succeeded, Start: now, End: now.Add(5 * time.Minute)})
		}
		before := f.now()
		if got := outcomes(f.sync(-1)); got != want || (f.writes(before) == 0) != (known == 20) {
			t.Errorf("%d known: %s, %d sets", known, got, f.writes(before))
		}
	}
}

// PMP-8, MKA-32, P11: ended before, during and after any call that changes something, denials and allowances,
// the next process ends the same, and no batch is applied twice.
func TestMarketKilledAtEachCall(t *testing.T) {
	for _, at := range []point{beforeSend, afterSend, afterEffect, afterAnswer} {
		for nth := 1; nth <= 3; nth++ {
			f := newFair(t, following)
			f.twoExperiences(marketplacecatalog.Seed{Allow: some("p", 60)}, marketplacecatalog.Seed{Allow: []string{"q"}})
			run, late := f.killed(nth, at)
			if !late && at != beforeSend {
				if err := f.sandbox.Advance(t.Context(), 5*time.Minute); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // what arrives late holds the experience, and is found by its name
				f.sync(-1)
			}
			if got := outcomes(f.sync(-1)); got != "north-approved clean" {
				t.Errorf("%s, call %d: %s", at, nth, got)
			}
			if allowed, denied := f.policy("north", "exp-north"); len(allowed) != 60 || !slices.Equal(denied, []string{"q"}) {
				t.Errorf("%s, call %d: %d allowed, %v", at, nth, len(allowed), denied)
			}
			e, err := f.at(map[string]*aws.Marketplace{}, *f.file.Organization("north")).Read(t.Context(), "exp-north")
			if err != nil || e.Revision != 1+3 {
				t.Errorf("%s, call %d: revision %d after 3 batches, %v", at, nth, e.Revision, err)
			}
			told := map[string]int{}
			for _, a := range f.books.audit {
				who := map[bool]string{true: "first@example.com", false: "pat@example.com"}[a.Run == run] // who takes a set up is not who wanted it
				if told[a.Product]++; a.Why == "" || a.Actor != who || a.Status != market.Succeeded {
					t.Errorf("%s, call %d: %+v", at, nth, a)
				}
			}
			if len(told) != 61 || len(f.books.audit) != 61 {
				t.Errorf("%s, call %d: %d rows of audit for %d products", at, nth, len(f.books.audit), len(told))
			}
			for _, s := range f.books.sets {
				if s.Open() {
					t.Errorf("%s, call %d: %s is still open", at, nth, s.Name)
				}
			}
		}
	}
}

// PMP-8: each set is in the journal, with its token and what it changes, before it is sent.
func TestMarketSetsAreWrittenDownFirst(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: some("p", 60)}, marketplacecatalog.Seed{Allow: []string{"q"}})
	l := f.listen()
	next := f.wire.next
	f.wire.next = trip(func(r *http.Request) (*http.Response, error) {
		if operation(r) == "StartChangeSet" {
			f.books.mu.Lock()
			last := f.books.sets[len(f.books.sets)-1]
			f.books.mu.Unlock()
			out, err := next.RoundTrip(r)
			sent := l.sent[len(l.sent)-1]
			if last.Status != market.Begun || last.ID != "" || last.Token != sent.ClientRequestToken || last.Name != sent.ChangeSetName || len(last.Batches) != 1 {
				t.Errorf("%s is sent, and written down is %+v", sent.ChangeSetName, last)
			}
			return out, err
		}
		return next.RoundTrip(r)
	})
	if got := outcomes(f.sync(-1)); got != "north-approved applied" || len(l.sent) != 3 {
		t.Error(got, len(l.sent))
	}
}

// PMP-14: a set that has not ended within the budget is left to the next pass, which takes it up and begins
// no second one.
func TestMarketSetOutlivesItsPass(t *testing.T) {
	f := newFair(t, following+"sync: {budget: 2m}\n")
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
	if err := f.sandbox.Set(t.Context(), map[string]string{"marketplace-catalog:change-set": "10m"}); err != nil {
		t.Fatal(err)
	}
	if got := outcomes(f.sync(-1)); got != "north-approved incomplete" || f.books.seen["exp-north"].Error == "" {
		t.Fatal(got)
	}
	for n := 0; ; n++ {
		if got := outcomes(f.sync(-1)); got != "north-approved incomplete" {
			if got != "north-approved clean" && got != "north-approved applied" {
				t.Error(got)
			}
			break
		}
		if n > 8 {
			t.Fatal("it never ends")
		}
	}
	if n := f.called(0, "StartChangeSet"); n != 1 || len(f.books.sets) != 1 || f.books.sets[0].Status != market.Succeeded {
		t.Errorf("started %d times: %+v", n, f.books.sets)
	}
}

// PMP-15: while another runner has the organization nothing is sent there.
func TestMarketLeased(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
	f.books.leases["o-exampleorg2"] = "another"
	before := f.now()
	if got := outcomes(f.sync(-1)); got != "north-approved blocked" || f.writes(before) != 0 || f.books.leases["o-exampleorg2"] != "another" {
		t.Errorf("%s, %d sets", got, f.writes(before))
	}
}

// PMP-6, MKA-32: where our own set holds the experience, its answer having been lost and no list having shown
// it yet, it is found by its name and awaited.
func TestMarketHeldByOurs(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
	lists := 0
	f.wire.set(func(op string, n int) fault {
		switch {
		case op == "StartChangeSet" && n == 1:
			return fault{lost: true}
		case op == "StartChangeSet":
			return fault{status: 423, code: "ResourceInUseException"}
		case op == "ListChangeSets" && lists == 0:
			lists++
			return fault{status: 200, body: "{}"}
		}
		return fault{}
	})
	if got := outcomes(f.sync(-1)); got != "north-approved applied" || f.called(0, "StartChangeSet") != 1 || f.wire.count("StartChangeSet") != 2 {
		t.Errorf("%s, sent %d times", got, f.wire.count("StartChangeSet"))
	}
}

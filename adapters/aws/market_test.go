package aws_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
)

// following is a source that is set in AWS, and one follower.
const following = `experiences:
  - {name: approved, organization: home, id: exp-home, products_from: experience}
  - {name: north-approved, organization: north, follows: approved, ids: [exp-north]}
`

func (f *fair) twoExperiences(source, follower marketplacecatalog.Seed) {
	source.Account, source.ID, source.Name = home, "exp-home", "approved"
	follower.Account, follower.ID, follower.Name, follower.Audience = north, "exp-north", "north-approved", []string{"o-exampleorg2"}
	f.put(source)
	f.put(follower)
}

// PMP-2, PMP-10, X24: one pass brings a follower in line; planning changes nothing; the next pass
// makes no call that changes anything.
func TestMarketPass(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b", "z"}, Deny: []string{"x"}}, marketplacecatalog.Seed{Allow: []string{"a", "q"}, Deny: []string{"z"}})
	before := f.now()
	p := f.plan()
	if n := f.writes(before); n != 0 {
		t.Fatalf("planning changed something: %d calls", n)
	}
	i := p.Items[0]
	if got := fmt.Sprint(i.Deny, i.Allow, i.Guard); got != "[q x] [b z] <nil>" {
		t.Fatal(got)
	}
	if got := outcomes(f.sync(-1)); got != "north-approved applied" {
		t.Fatal(got)
	}
	allowed, denied := f.policy("north", "exp-north")
	if got := fmt.Sprint(allowed, denied); got != "[a b z] [q x]" {
		t.Fatal(got)
	}
	before = f.now()
	if got := outcomes(f.sync(-1)); got != "north-approved clean" || f.writes(before) != 0 {
		t.Fatalf("%s, %d calls", got, f.writes(before))
	}
	if len(f.books.audit) != 4 || f.books.audit[0].Effect != "deny" || f.books.audit[0].Why != "absent" || f.books.audit[0].Actor != "pat@example.com" {
		t.Errorf("audit: %+v", f.books.audit)
	}
}

// PMP-4, X25: 51 ids are two change sets; what leaves the file is denied.
func TestMarketFromFile(t *testing.T) {
	var lines []string
	for _, id := range some("p", 51) {
		lines = append(lines, "{id: "+id+"}")
	}
	yaml := func(lines []string) string {
		return "experiences:\n  - {name: approved, organization: home, id: exp-home, products: {allow: [" + strings.Join(lines, ", ") + "]}}\n"
	}
	f := newFair(t, yaml(lines))
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-home", Name: "approved"})
	if done := f.sync(-1); outcomes(done) != "approved applied" || done[0].Sets != 2 {
		t.Fatalf("%+v", done)
	}
	f.load(yaml(lines[1:]))
	if got := outcomes(f.sync(-1)); got != "approved applied" {
		t.Fatal(got)
	}
	allowed, denied := f.policy("home", "exp-home")
	if len(allowed) != 50 || !slices.Equal(denied, []string{"p00000"}) {
		t.Fatal(len(allowed), denied)
	}
}

// PMP-3, PMP-5, X1, X3: a product that AWS refuses holds up nobody: the denial goes first, the other
// 49 are applied within 13 sets beside the denial's, the one is quarantined with AWS's words, and tried
// again later.
func TestMarketPoison(t *testing.T) {
	ids := some("p", 50)
	for name, message := range map[string]string{"named": "", "not named": "This product is not available"} {
		t.Run(name, func(t *testing.T) {
			f := newFair(t, following)
			f.twoExperiences(marketplacecatalog.Seed{Allow: ids}, marketplacecatalog.Seed{Allow: []string{"old"}})
			if err := f.sandbox.PutProduct(t.Context(), marketplacecatalog.Product{ID: "p00017", Message: message}, false); err != nil {
				t.Fatal(err)
			}
			before := f.now()
			done := f.sync(-1)
			if outcomes(done) != "north-approved quarantined" || done[0].Allowed != 49 || done[0].Denied != 1 || f.writes(before) > 1+13 {
				t.Fatalf("%+v in %d sets", done[0], f.writes(before))
			}
			if allowed, denied := f.policy("north", "exp-north"); len(allowed) != 49 || !slices.Equal(denied, []string{"old"}) {
				t.Fatal(len(allowed), denied)
			}
			if p := f.books.poisons[0]; p.Product != "p00017" || p.Code != "INVALID_INPUT" || p.Next.Sub(p.First) != time.Hour || !strings.Contains(done[0].Why, p.Message) {
				t.Fatalf("%+v", p)
			}
			if seen := f.books.seen["exp-north"]; !slices.Equal(seen.Quarantined, []string{"p00017"}) || seen.Allowed != 49 || seen.Denied != 1 || !seen.Success.IsZero() {
				t.Errorf("%+v", seen)
			}
			before = f.now()
			if got := outcomes(f.sync(-1)); got != "north-approved quarantined" || f.writes(before) != 0 {
				t.Fatalf("it was tried before its time: %s", got)
			}
			if err := f.sandbox.PutProduct(t.Context(), marketplacecatalog.Product{ID: "p00017"}, true); err != nil {
				t.Fatal(err)
			}
			if err := f.sandbox.Advance(t.Context(), 2*time.Hour); err != nil {
				t.Fatal(err)
			}
			if got := outcomes(f.sync(-1)); got != "north-approved applied" || !f.books.poisons[0].Healed {
				t.Fatalf("%s, %+v", got, f.books.poisons)
			}
		})
	}
}

// PMP-9, X9, X10: what cannot be meant, or is more than may change unasked, is refused, and nothing
// is sent; a person's number lets it through.
func TestMarketGuards(t *testing.T) {
	many := some("p", 40)
	for _, c := range []struct {
		name             string
		source, follower marketplacecatalog.Seed
		accept           int
		want             string
	}{
		{"an emptied source", marketplacecatalog.Seed{}, marketplacecatalog.Seed{Allow: many}, -1, "allows nothing"},
		{"a source without a policy", marketplacecatalog.Seed{NoPolicy: true}, marketplacecatalog.Seed{Allow: many}, -1, "has no procurement policy"},
		{"an archived source", marketplacecatalog.Seed{Archived: true, Allow: many}, marketplacecatalog.Seed{Allow: many}, -1, "is archived"},
		{"a disabled source", marketplacecatalog.Seed{Status: "Disabled", Allow: many}, marketplacecatalog.Seed{Allow: many}, -1, "is disabled"},
		{"too many denials", marketplacecatalog.Seed{Allow: many[:30]}, marketplacecatalog.Seed{Allow: many}, -1, "would deny 10 products, and allows 40 now"},
		{"another number of them", marketplacecatalog.Seed{Allow: many[:30]}, marketplacecatalog.Seed{Allow: many}, 9, "9 denials were accepted, 10 are planned"},
		{"that number", marketplacecatalog.Seed{Allow: many[:30]}, marketplacecatalog.Seed{Allow: many}, 10, ""},
		{"that number, and too many allowances", marketplacecatalog.Seed{Allow: append(some("q", 501), many[:30]...)}, marketplacecatalog.Seed{Allow: many}, 10, "would allow 501"},
		{"few denials", marketplacecatalog.Seed{Allow: many[:35]}, marketplacecatalog.Seed{Allow: many}, -1, ""},
		{"too many allowances", marketplacecatalog.Seed{Allow: some("p", 501)}, marketplacecatalog.Seed{}, -1, "would allow 501"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFair(t, following)
			f.twoExperiences(c.source, c.follower)
			before := f.now()
			done := f.sync(c.accept)
			d := done[len(done)-1]
			if c.want == "" {
				if d.Outcome != market.Applied {
					t.Fatalf("%+v", d)
				}
				return
			}
			if d.Outcome != market.Refused || !strings.Contains(d.Why, c.want) || f.writes(before) != 0 {
				t.Fatalf("%+v, %d calls", d, f.writes(before))
			}
			if n := len(f.books.audit); n == 0 || f.books.audit[n-1].Status != market.Refused || f.books.audit[n-1].Why != "guard" || !strings.Contains(f.books.audit[n-1].Error, c.want) {
				t.Errorf("what was refused is not in the audit: %+v", f.books.audit)
			}
		})
	}
}

// PMP-9, MKA-4: a live follower without a policy allows everything: that is told, and mended where
// the file says so.
func TestMarketOpen(t *testing.T) {
	for create, want := range map[bool]string{false: "north-approved open", true: "north-approved applied"} {
		f := newFair(t, strings.Replace(following, "ids:", fmt.Sprintf("create_policy: %v, ids:", create), 1))
		f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a"}}, marketplacecatalog.Seed{NoPolicy: true})
		if got := outcomes(f.sync(-1)); got != want {
			t.Errorf("%s; want %s", got, want)
		}
	}
}

// X2, X5, X18: what one organization or experience lacks costs its own followers alone: AccessDenied
// is called once and is told as such; nothing seen is not success.
func TestMarketFailuresStayApart(t *testing.T) {
	const three = following + `  - {name: third, organization: home, follows: approved, ids: [exp-third]}
  - {name: gone, organization: north, follows: approved, ids: [exp-gone]}
`
	f := newFair(t, three)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a"}}, marketplacecatalog.Seed{})
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-third", Name: "third", Audience: []string{"ou-ab12-11111111"}})
	f.wire.fault = func(op string, n int) fault {
		if op == "ListEntities" && n == 2 {
			return fault{status: 429, code: "ThrottlingException"}
		}
		return fault{}
	}
	if got := outcomes(f.sync(-1)); !strings.Contains(got, "third applied") || !strings.Contains(got, "gone ") || strings.Contains(got, "gone clean") || !strings.Contains(got, "north-approved applied") {
		t.Fatal(got)
	}
}

// X2: AccessDenied is one call and its own outcome; 402 waits until sets have ended; a set that AWS
// failed at goes again, three times at most.
func TestMarketAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer fault
		times  int
		sent   int
		want   string
	}{
		{"access denied", fault{status: 403, code: "AccessDeniedException"}, 9, 1, "north-approved denied"},
		{"not as AWS takes it", fault{status: 422, code: "ValidationException"}, 9, 1, "north-approved failed"},
		{"too many open sets", fault{status: 402, code: "ServiceQuotaExceededException"}, 2, 3, "north-approved applied"},
		{"too many for long", fault{status: 402, code: "ServiceQuotaExceededException"}, 999, 0, "north-approved incomplete"},
		{"throttled", fault{status: 429, code: "ThrottlingException"}, 2, 3, "north-approved applied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFair(t, following)
			f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
			f.wire.fault = func(op string, n int) fault {
				if op == "StartChangeSet" && n <= c.times {
					return c.answer
				}
				return fault{}
			}
			if got := outcomes(f.sync(-1)); got != c.want || c.sent > 0 && f.wire.sent["StartChangeSet"] != c.sent {
				t.Fatalf("%s after %d", got, f.wire.sent["StartChangeSet"])
			}
		})
	}
}

// PMP-6, X4: a stranger's change set holds the experience: it is waited for, never cancelled, and
// ours is sent once, after it; past the budget the pass says who holds it.
func TestMarketLocked(t *testing.T) {
	for budget, want := range map[string]string{"30m": "north-approved applied", "2m": "north-approved blocked"} {
		t.Run(budget, func(t *testing.T) {
			f := newFair(t, following+"sync: {budget: "+budget+"}\n")
			f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
			p := f.plan()
			if err := f.sandbox.Set(t.Context(), map[string]string{"marketplace-catalog:change-set": "5m"}); err != nil {
				t.Fatal(err)
			}
			m := f.at(map[string]*aws.Marketplace{}, *f.file.Organization("north"))
			foreign := market.Set{Name: "somebody else", Token: strings.Repeat("f", 64), Changes: []market.Edit{{Type: "UpdateProcurementPolicy", Entity: "exp-north",
				Kind: "Experience@1.0", Details: map[string]any{"Configuration": map[string]any{"PolicyResourceRequests": "Deny"}}}}}
			if _, err := m.Start(t.Context(), foreign); err != nil {
				t.Fatal(err)
			}
			before := f.now()
			done := f.pass().Apply(t.Context(), p, -1)
			if outcomes(done) != want || f.called(before, "CancelChangeSet") != 0 {
				t.Fatalf("%+v", done)
			}
			if budget == "2m" && !strings.Contains(done[0].Why, "somebody else") {
				t.Error(done[0].Why)
			}
		})
	}
}

// PMP-7, X13: what a stranger changed between plan and apply is never overwritten unseen: where the
// rest is still what was agreed to it goes on, else the plan has moved.
func TestMarketStale(t *testing.T) {
	for _, c := range []struct {
		name    string
		changed []string
		want    string
	}{
		{"less is left to do", []string{"a", "q", "b"}, "north-approved applied"},
		{"something else would be denied", []string{"a", "q", "new"}, "north-approved plan_moved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFair(t, following)
			f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b", "c"}}, marketplacecatalog.Seed{Allow: []string{"a", "q"}})
			p := f.plan()
			f.put(marketplacecatalog.Seed{Account: north, ID: "exp-north", Name: "north-approved", Allow: c.changed})
			before := f.now()
			done := f.pass().Apply(t.Context(), p, -1)
			if outcomes(done) != c.want {
				t.Fatalf("%+v", done)
			}
			if c.want == "north-approved plan_moved" && f.writes(before) != 0 {
				t.Error("something was sent")
			}
		})
	}
	// and between two of our own sets
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a", "q"}})
	f.wire.fault = func(op string, n int) fault {
		if op == "StartChangeSet" && n == 1 {
			return fault{then: func() {
				_ = f.sandbox.Advance(t.Context(), 2*time.Minute)
				f.put(marketplacecatalog.Seed{Account: north, ID: "exp-north", Name: "north-approved", Allow: []string{"a", "new"}})
			}}
		}
		return fault{}
	}
	if got := outcomes(f.sync(-1)); got != "north-approved plan_moved" {
		t.Fatal(got)
	}
}

// PMP-8, MKA-32, P11: killed at each write and after each call, the next pass ends the same, and no
// change set is started twice.
func TestMarketKilled(t *testing.T) {
	killed := errors.New("killed")
	for at := 1; ; at++ {
		f := newFair(t, following)
		f.twoExperiences(marketplacecatalog.Seed{Allow: some("p", 60)}, marketplacecatalog.Seed{Allow: []string{"q"}})
		n := 0
		f.books.kill = func() error {
			if n++; n >= at {
				return killed
			}
			return nil
		}
		f.sync(-1)
		reached := n >= at
		f.books.kill = nil
		clear(f.books.leases)
		if got := outcomes(f.sync(-1)); got != "north-approved applied" && got != "north-approved clean" {
			t.Fatalf("killed at write %d: %s", at, got)
		}
		if started := f.called(0, "StartChangeSet"); started != 3 {
			t.Fatalf("killed at write %d: %d change sets for 3 batches", at, started)
		}
		if allowed, denied := f.policy("north", "exp-north"); len(allowed) != 60 || len(denied) != 1 {
			t.Fatal(at, len(allowed), denied)
		}
		if !reached {
			if at < 6 {
				t.Fatalf("only %d writes", at)
			}
			return
		}
	}
}

// MKA-31, MKA-32, L20, PMP-11: an answer that is lost, before or after the effect, is one change set, and one
// row of the audit, also where it has ended before it is found.
func TestMarketLostReply(t *testing.T) {
	for name, lost := range map[string]fault{"with its effect": {lost: true}, "with its effect, and ended": {lost: true}, "without": {reset: true}, "5xx": {status: 503, code: "InternalServiceException"}} {
		f := newFair(t, following)
		f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
		f.wire.fault = func(op string, n int) fault {
			if op == "ListChangeSets" && strings.HasSuffix(name, "ended") {
				_ = f.sandbox.Advance(t.Context(), time.Hour)
			}
			if op == "StartChangeSet" && n == 1 {
				return lost
			}
			return fault{}
		}
		if got := outcomes(f.sync(-1)); got != "north-approved applied" || f.called(0, "StartChangeSet") != 1 || len(f.books.audit) != 1 {
			t.Errorf("%s: %+v", name, f.books.audit)
			t.Errorf("%s: %s, %d sets", name, got, f.called(0, "StartChangeSet"))
		}
		if want := map[bool]int{true: 1, false: 2}[lost.lost]; f.wire.sent["StartChangeSet"] != want {
			t.Errorf("%s: sent %d times; want %d", name, f.wire.sent["StartChangeSet"], want)
		}
	}
}

// X6, X7, PMP-14: a slow set is started once; without time nothing is begun, that is told, and the
// next pass does the rest.
func TestMarketBudget(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
	if err := f.sandbox.Set(t.Context(), map[string]string{"marketplace-catalog:change-set": "400s"}); err != nil {
		t.Fatal(err)
	}
	if got := outcomes(f.sync(-1)); got != "north-approved applied" || f.called(0, "StartChangeSet") != 1 {
		t.Fatal(got, f.called(0, "StartChangeSet"))
	}
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-home", Name: "approved", Allow: some("p", 200)})
	f.load(following + "sync: {budget: 1m}\n")
	done := f.sync(3)
	if outcomes(done) != "north-approved refused" { // a and b go: the number is another
		t.Fatal(outcomes(done))
	}
	done = f.sync(2)
	if outcomes(done) != "north-approved incomplete" || f.books.seen["exp-north"].Error == "" {
		t.Fatalf("%+v", done)
	}
	f.load(following + "sync: {budget: 2h}\n")
	if got := outcomes(f.sync(-1)); got != "north-approved applied" {
		t.Fatal(got)
	}
	if code := document.CodeOf(done[0].Err); code != "AXLE3402" {
		t.Error(code)
	}
}

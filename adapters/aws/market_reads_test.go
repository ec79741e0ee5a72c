package aws_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// refusing answers a request whose body has a text with a fault, and lets all others pass.
type refusing struct {
	next            http.RoundTripper
	operation, text string
	fault           fault
}

func (x refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if operation(r) == x.operation && r.Body != nil {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		if bytes.Contains(raw, []byte(x.text)) {
			return answer(r, x.fault), nil
		}
	}
	return x.next.RoundTrip(r)
}

// PMP-2: where the second page of a list cannot be read there is no plan, and nothing is sent: neither in
// that organization nor where its experiences are followed.
func TestMarketPageFails(t *testing.T) {
	const three = following + "  - {name: home-approved, organization: home, follows: approved, ids: [exp-second]}\n"
	f := newFair(t, three)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a"}}, marketplacecatalog.Seed{Allow: []string{"q"}})
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-second", Audience: []string{"ou-ab12-11111111"}})
	for i := range 51 { // a page has fifty
		f.put(marketplacecatalog.Seed{Account: home, ID: fmt.Sprintf("exp-%02d", i), Status: "Disabled"})
	}
	f.wire.next = refusing{f.sandbox.Transport(), "ListEntities", `"NextToken":"`, fault{status: 403, code: "AccessDeniedException"}}
	before := f.now()
	for _, i := range f.plan().Items {
		if i.Err == nil || i.Changes() {
			t.Errorf("%s is planned from half a list", i.Entry)
		}
	}
	if got := outcomes(f.sync(-1)); got != "approved denied, home-approved denied, north-approved denied" || f.writes(before) != 0 {
		t.Errorf("%s, %d sets", got, f.writes(before))
	}
	f.wire.next = f.sandbox.Transport()
	if got := outcomes(f.sync(-1)); got != "home-approved applied, north-approved applied" {
		t.Error(got)
	}
}

// X5: of three experiences the second is throttled while it is read: all three are synced. What stays
// unread costs that one alone, and is neither success nor silence.
func TestMarketOneIsThrottled(t *testing.T) {
	const three = `experiences:
  - {name: approved, organization: home, id: exp-home, products_from: experience}
  - {name: north, organization: north, follows: approved, discover: live}
`
	for name, c := range map[string]struct {
		answer fault
		times  int
		want   string
	}{
		"for a moment": {fault{status: 429, code: "ThrottlingException"}, 2, "north applied, north applied, north applied"},
		"not to be":    {fault{status: 403, code: "AccessDeniedException"}, 99, "north applied, north denied, north applied"},
		"not readable": {fault{status: 200, body: "<html>"}, 99, "north applied, north failed, north applied"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFair(t, three)
			f.put(marketplacecatalog.Seed{Account: home, ID: "exp-home", Name: "approved", Allow: []string{"a"}})
			for i := range 3 {
				f.put(marketplacecatalog.Seed{Account: north, ID: fmt.Sprintf("exp-%d", i+1), Audience: []string{fmt.Sprintf("%012d", i+1)}})
			}
			for _, id := range []string{"exp-2222north", "exp-2222pilots"} { // of the start
				f.put(marketplacecatalog.Seed{Account: north, ID: id, Status: "Disabled"})
			}
			struck := 0
			f.wire.next = trip(func(r *http.Request) (*http.Response, error) {
				if operation(r) == "DescribeEntity" && r.URL.Query().Get("entityId") == "exp-2" && struck < c.times {
					struck++
					return answer(r, c.answer), nil
				}
				return f.sandbox.Transport().RoundTrip(r)
			})
			if got := outcomes(f.sync(-1)); got != c.want {
				t.Errorf("%s; want %s", got, c.want)
			}
		})
	}
}

type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// X8: 30,000 products, in AWS in as many statements as AWS likes, are read whole: no denial.
func TestMarketThirtyThousand(t *testing.T) {
	f := newFair(t, following)
	all := some("p", 30_000)
	f.twoExperiences(marketplacecatalog.Seed{Allow: all}, marketplacecatalog.Seed{Allow: all[:29_990]})
	if i := f.plan().Items[0]; len(i.Deny) != 0 || len(i.Allow) != 10 || i.Allowed != 29_990 {
		t.Errorf("%d denials, %d allowances of %d", len(i.Deny), len(i.Allow), i.Allowed)
	}
}

// X11, X22, X24, P2: five passes without any event: one change, and none where nothing changed; what
// happened while no pass ran, for days, is found by the next.
func TestMarketNoEventIsNeeded(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}, Deny: []string{"x"}}, marketplacecatalog.Seed{Allow: []string{"x", "b"}, Deny: []string{"a"}})
	before, audited := f.now(), 0
	for n := range 5 {
		f.sync(-1)
		if n == 0 {
			audited = len(f.books.audit)
		}
	}
	if f.writes(before) != 2 || len(f.books.audit) != audited { // a denial and an allowance
		t.Errorf("%d sets in five passes, %d rows of audit after %d", f.writes(before), len(f.books.audit), audited)
	}
	if err := f.sandbox.Advance(t.Context(), 90*time.Hour); err != nil {
		t.Fatal(err)
	}
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-home", Name: "approved", Allow: []string{"a", "new"}})
	f.put(marketplacecatalog.Seed{Account: north, ID: "exp-north", Name: "north-approved", Allow: []string{"a", "b", "mine"}})
	f.sync(-1)
	if allowed, denied := f.policy("north", "exp-north"); !slices.Equal(allowed, []string{"a", "new"}) || !slices.Equal(denied, []string{"b", "mine", "x"}) {
		t.Error(allowed, denied)
	}
}

// P3, X16, X17: two sources, and both followed in one account: both are synced, each by its own, and each has
// its own row.
func TestMarketTwoSourcesOneAccount(t *testing.T) {
	f := newFair(t, `experiences:
  - {name: one, organization: home, id: exp-one, products_from: experience}
  - {name: two, organization: home, id: exp-two, products: {allow: [{id: b}]}}
  - {name: north-one, organization: north, follows: one, ids: [exp-n1]}
  - {name: north-two, organization: north, follows: two, ids: [exp-n2]}
`)
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-one", Allow: []string{"a"}})
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-two", Allow: []string{"b"}})
	f.put(marketplacecatalog.Seed{Account: north, ID: "exp-n1", Audience: []string{"131313131313"}, Allow: []string{"b"}})
	f.put(marketplacecatalog.Seed{Account: north, ID: "exp-n2", Audience: []string{"141414141414"}})
	if got := outcomes(f.sync(-1)); got != "two clean, north-one applied, north-two applied" {
		t.Fatal(got)
	}
	for id, want := range map[string]string{"exp-n1": "[a] [b]", "exp-n2": "[b] []"} {
		if allowed, denied := f.policy("north", id); fmt.Sprint(allowed, denied) != want {
			t.Errorf("%s: %v %v", id, allowed, denied)
		}
		if s := f.books.seen[id]; s.Success.IsZero() || s.Experience != id {
			t.Errorf("%s was seen %+v", id, s)
		}
	}
}

// P4: an experience that no entry has is read, and nothing else; it is told in drift.
func TestMarketLocalStays(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a"}}, marketplacecatalog.Seed{})
	f.put(marketplacecatalog.Seed{Account: north, ID: "exp-local", Name: "their own", Allow: []string{"z"}, Audience: []string{"131313131313"}})
	l := f.listen()
	f.sync(-1)
	for _, s := range l.sent {
		if strings.Contains(s.Body, "exp-local") {
			t.Error(s.Body)
		}
	}
	if allowed, _ := f.policy("north", "exp-local"); !slices.Equal(allowed, []string{"z"}) {
		t.Error(allowed)
	}
	made := map[string]*aws.Marketplace{}
	s := f.file.Look(t.Context(), f.file.Experiences, func(o market.Organization) market.Marketplace { return f.at(made, o) })
	drifts := f.file.Drifts(f.file.Experiences, f.file.Plan(f.file.Experiences, s, f.clock().Now()), s, nil)
	if !slices.ContainsFunc(drifts, func(d market.Drift) bool { return d.Kind == "unmanaged" && d.Experience == "exp-local" }) {
		t.Errorf("%+v", drifts)
	}
}

// P9, X15, X20: another organization, or another account for one, is one entry of the file: it is asked by its
// own role from the next run on, and what the others are asked stays the same.
func TestMarketAnotherEntry(t *testing.T) {
	const third = "333333333333"
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
	role := world.Role{Name: "market", Path: "/axle/", TrustAccounts: []string{"999999999999"}, ExternalID: "7f3c2d9e41"}
	if _, err := f.sandbox.EnsureRole(t.Context(), []string{third}, role); err != nil {
		t.Fatal(err)
	}
	f.put(marketplacecatalog.Seed{Account: third, ID: "exp-third", Audience: []string{third}})
	asked := func() map[string]int {
		f.session = f.newSession()
		before, all := f.now(), map[string]int{}
		f.sync(-1)
		calls, err := f.sandbox.Calls(t.Context(), before)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range calls {
			if c.Service != "sts" {
				all[c.Account]++
			}
		}
		return all
	}
	were := asked()
	yaml := strings.Replace(twoOrganizations+following, "experiences:", `  - {name: third, id: o-exampleorg3, account: "333333333333", role: "arn:aws:iam::333333333333:role/axle/market", external_id: 7f3c2d9e41}
experiences:
  - {name: third, organization: third, follows: approved, ids: [exp-third]}`, 1)
	f.reload(yaml)
	now := asked()
	if now[home] != were[home] || now[north] != were[north] || now[third] == 0 || len(now) != len(were)+1 {
		t.Errorf("asked %v; before, without the third, %v", now, were)
	}
	if allowed, _ := f.policy("third", "exp-third"); !slices.Equal(allowed, []string{"a"}) {
		t.Error(allowed)
	}
	role.Name = "moved"
	if _, err := f.sandbox.EnsureRole(t.Context(), []string{"121212121212"}, role); err != nil {
		t.Fatal(err)
	}
	f.reload(strings.NewReplacer(north+":role/axle/market", "121212121212:role/axle/moved", north, "121212121212").Replace(yaml))
	if now := asked(); now[north] != 0 || now["121212121212"] == 0 {
		t.Errorf("the account is another now, and asked are %v", now)
	}
}

func (f *fair) reload(yaml string) {
	f.t.Helper()
	file, ds := market.Load("marketplace.yaml", []byte(yaml))
	if err := ds.Err(); err != nil {
		f.t.Fatal(err)
	}
	f.file = file
}

// PMP-12, X7, X21: where an organization cannot be read at all, each of its experiences has it written down:
// when it was tried, why not, and when it was last in line.
func TestMarketUnreadIsWrittenDown(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a"}}, marketplacecatalog.Seed{})
	f.sync(-1)
	was := f.books.seen["exp-north"]
	if was.Success.IsZero() || was.Allowed != 1 {
		t.Fatalf("%+v", was)
	}
	if err := f.sandbox.Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	f.wire.set(func(op string, _ int) fault {
		if op == "ListEntities" {
			return fault{status: 403, code: "AccessDeniedException"}
		}
		return fault{}
	})
	f.sync(-1)
	now := f.books.seen["exp-north"]
	if now.Outcome != market.Denied || !strings.Contains(now.Error, "AXLE4200") || !now.Success.Equal(was.Success) || now.Attempt.Sub(was.Attempt) < time.Hour {
		t.Errorf("%+v", now)
	}
}

// PMP-4: mode: report changes nothing, and says what it would.
func TestMarketReportOnly(t *testing.T) {
	f := newFair(t, strings.Replace(following, "ids:", "mode: report, ids:", 1))
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a", "b"}}, marketplacecatalog.Seed{Allow: []string{"q"}})
	before := f.now()
	if got := outcomes(f.sync(-1)); got != "north-approved drift" || f.writes(before) != 0 {
		t.Errorf("%s, %d sets", got, f.writes(before))
	}
	if i := f.plan().Items[0]; fmt.Sprint(i.Deny, i.Allow, i.Changes()) != "[q] [a b] false" {
		t.Errorf("%+v", i.Delta)
	}
}

// PMP-2, MKA-3: an experience that is changed while it is read is read again, whole; one that keeps changing is no
// snapshot, and nothing is planned of it.
func TestMarketReadOfOneMoment(t *testing.T) {
	for changes, want := range map[int]string{1: "", 2: "", 3: "AXLE3404"} {
		f := newFair(t, following)
		f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a"}}, marketplacecatalog.Seed{Allow: []string{"a"}})
		m := aws.NewMarketplace(f.session, *f.file.Organization("north"))
		if _, err := m.Experiences(t.Context()); err != nil {
			t.Fatal(err)
		}
		n, policies := 0, []int{2, 5, 9}[:changes] // an experience, its policy, from the second time on its audience, and the experience again
		f.wire.set(func(op string, _ int) fault {
			return fault{then: func() {
				if op != "DescribeEntity" {
					return
				}
				if n++; slices.Contains(policies, n) {
					f.put(marketplacecatalog.Seed{Account: north, ID: "exp-north", Name: "north-approved", Allow: []string{"a", fmt.Sprint("new-", n)}})
				}
			}}
		})
		e, err := m.Read(t.Context(), "exp-north")
		if document.CodeOf(err) != want {
			t.Errorf("%d changes: %v", changes, err)
		}
		if want == "" && !slices.Equal(e.Policy.Allowed, []string{"a", fmt.Sprint("new-", policies[changes-1])}) {
			t.Errorf("%d changes: revision %d with %v", changes, e.Revision, e.Policy.Allowed)
		}
	}
}

// X18: where the account shows no live experience, none is in line: that is told, and never success.
func TestMarketNothingIsSeen(t *testing.T) {
	f := newFair(t, `experiences:
  - {name: approved, organization: home, id: exp-home, products_from: experience}
  - {name: north, organization: north, follows: approved, discover: live}
`)
	f.put(marketplacecatalog.Seed{Account: home, ID: "exp-home", Name: "approved", Allow: []string{"a"}})
	for _, id := range []string{"exp-2222north", "exp-2222pilots"} { // of the start
		f.put(marketplacecatalog.Seed{Account: north, ID: id, Status: "Disabled"})
	}
	done := f.sync(-1)
	if outcomes(done) != "north conflict" || !strings.Contains(done[0].Why, "shows no live experience") {
		t.Errorf("%+v", done)
	}
}

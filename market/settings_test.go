package market

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

func words(steps []Step) string {
	var all []string
	for _, s := range steps {
		text := s.Text
		if s.Opens != "" {
			text += " (opens " + s.Opens + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// PMP-20, P12: which change sets take an experience's settings to those of the file, in which order, and
// whom each leaves without a live experience.
func TestSettle(t *testing.T) {
	live := func(principals ...string) Experience {
		return Experience{ID: "exp-1", Status: "Enabled", Policy: &Policy{Requests: "Allow"}, Audience: Audience{ID: "aud-1", Principals: principals}}
	}
	all := []Experience{live("o-1")}
	for _, c := range []struct {
		name   string
		s      *Settings
		have   Experience
		others []Experience
		want   string
	}{
		{name: "no settings: axle touches products alone", have: live("o-1")},
		{name: "as they are", s: &Settings{Status: "enabled", UserRequests: "allow", Audience: []string{"o-1"}}, have: live("o-1")},
		{name: "requests and branding go together", s: &Settings{UserRequests: "deny", Branding: &BrandingFile{Title: "T"}}, have: live("o-1"), want: `branding: title "T"; requests of users: deny`},
		{name: "somebody joins", s: &Settings{Audience: []string{"o-1", "111111111111"}}, have: live("o-1"), want: "binds 111111111111"},
		{name: "somebody moves: first out, then in", s: &Settings{Audience: []string{"ou-2"}}, have: live("o-1"), want: "no longer binds o-1 (opens o-1); binds ou-2"},
		{name: "nobody is left open where the organization has another", s: &Settings{Audience: []string{"ou-2"}}, have: live("ou-1"), others: all, want: "no longer binds ou-1; binds ou-2"},
		{name: "disabled", s: &Settings{Status: "disabled"}, have: live("o-1"), want: "status: Disabled (opens o-1)"},
		{name: "archived: disabled first", s: &Settings{Status: "archived"}, have: live("ou-1"), others: all, want: "status: Disabled; archive it"},
		{name: "revived", s: &Settings{Status: "enabled"}, have: Experience{Archived: true, Status: "Disabled"}, want: "revive it; status: Enabled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps := Entry{Name: "x", Settings: c.s}.settle(c.have, c.others)
			if got := words(steps); got != c.want {
				t.Fatalf("%s\nwant %s", got, c.want)
			}
			if opens := strings.Contains(c.want, "opens"); opens != (Item{Steps: steps}.Open() != nil) {
				t.Error("what leaves somebody open is not refused, or something else is")
			}
		})
	}
}

// PMP-20: one set makes the experience, its policy and the first products; its audience is not in it.
func TestCreation(t *testing.T) {
	e := Entry{Name: "pilots", Settings: &Settings{Status: "enabled", UserRequests: "deny", Audience: []string{"o-1"}, Branding: &BrandingFile{Title: "P"}}}
	var types []string
	for _, x := range e.creation([]Batch{{Deny, []string{"a"}}, {Allow, []string{"b"}}}, func(Batch) []any { return nil }) {
		if (x.Entity == "") != (x.Type == "CreateExperience") {
			t.Errorf("%s is about %q", x.Type, x.Entity)
		}
		types = append(types, x.Type)
	}
	if got := strings.Join(types, " "); got != "CreateExperience CreateProcurementPolicy CreateBrandingSettings UpdateProcurementPolicy DenyProductProcurement AllowProductProcurement" {
		t.Error(got)
	}
}

// twoEntries are a source of the file and a follower, as they are seen.
func twoEntries(t *testing.T, more string) (*File, Sight) {
	t.Helper()
	f, ds := Load("marketplace.yaml", []byte(`schema: 1
organizations:
  - {name: home, id: o-aaaaaaaaaa, account: "111111111111", role: "arn:aws:iam::111111111111:role/m", external_id: x}
experiences:
  - {name: approved, organization: home, id: exp-1, products: {allow: [{id: a, expires: 2026-12-01}, {id: b}], deny: [{id: c}]}}
  - {name: follower, organization: home, follows: approved, ids: [exp-2]`+more+`}
`))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	live := func(id string, p *Policy) Experience {
		return Experience{Organization: "home", ID: id, Revision: 3, Status: "Enabled", Policy: p, Audience: Audience{Principals: []string{"o-aaaaaaaaaa"}}}
	}
	s := Sight{Listed: map[string][]Experience{"home": {{ID: "exp-1"}, {ID: "exp-2"}, {ID: "exp-3", Name: "wild"}}}, Failed: map[string]error{}, Read: map[string]Experience{
		"exp-1": live("exp-1", &Policy{Allowed: []string{"a", "b"}, Denied: []string{"c"}}),
		"exp-2": live("exp-2", &Policy{Allowed: []string{"a", "z"}, Denied: []string{"q", "r"}}),
		"exp-3": live("exp-3", &Policy{}),
	}}
	return f, s
}

func driftKinds(all []Drift) string {
	var words []string
	for _, d := range all {
		words = append(words, d.Entry+":"+d.Kind+"="+strings.Join(d.Products, ","))
	}
	return strings.Join(words, " ")
}

// PMP-13, X12: every kind of drift, once; a residue of axle's own is told apart from a stranger's denial.
func TestDrifts(t *testing.T) {
	f, s := twoEntries(t, "")
	ours := map[string]map[string]bool{"exp-2": {"q": true}}
	want := "approved:expiring=a follower:extra_allow=z follower:missing_deny=c follower:missing_allow=b follower:stale_deny=r follower:residual=q :unmanaged="
	if got := driftKinds(f.Drifts(f.Experiences, f.Plan(f.Experiences, s, today), s, ours)); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for name, c := range map[string]struct {
		change func(*Experience)
		want   string
	}{
		"open":        {func(e *Experience) { e.Policy = nil }, "follower:open= "},
		"archived":    {func(e *Experience) { e.Archived = true }, "follower:archived= "},
		"disabled":    {func(e *Experience) { e.Status = "Disabled" }, "follower:disabled= "},
		"no audience": {func(e *Experience) { e.Audience = Audience{} }, "follower:no_audience= "},
	} {
		f, s := twoEntries(t, "")
		e := s.Read["exp-2"]
		c.change(&e)
		s.Read["exp-2"] = e
		all := f.Drifts(f.Experiences, f.Plan(f.Experiences, s, today), s, ours)
		if got := driftKinds(all) + " "; !strings.Contains(got, c.want) || OutcomeOfDrifts(all) == Clean {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// MKF-3: a line holds to the end of its day, UTC, wherever that is read; it is told from 30 days before.
func TestExpiring(t *testing.T) {
	west := time.FixedZone("west", -10*3600)
	for _, c := range []struct {
		now  time.Time
		told string
		wish string
	}{
		{time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC), "", "ab"},
		{time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), "expiring", "ab"},
		{time.Date(2026, 12, 1, 13, 59, 59, 0, west), "expiring", "ab"}, // 23:59:59 UTC
		{time.Date(2026, 12, 1, 14, 0, 0, 0, west), "expired_override", "b"},
	} {
		f, s := twoEntries(t, "")
		i := f.Plan(f.Experiences, s, c.now).Items[0] // a's line has expires: 2026-12-01
		told := ""
		for _, r := range i.Findings {
			told += r.Kind
		}
		if told != c.told || joined(i.Want.Allow) != c.wish {
			t.Errorf("at %s: %q, %v", c.now, told, i.Want.Allow)
		}
	}
}

// PMP-10, X14: the same sight gives the same plan and digest; what a saved plan does not hold is refused.
func TestPlanWithin(t *testing.T) {
	f, s := twoEntries(t, "")
	p := f.Plan(f.Experiences, s, today)
	if again := f.Plan(f.Experiences, s, today); again.Digest() != p.Digest() || p.Denials() != 2 {
		t.Fatal(again.Digest(), p.Digest(), p.Denials())
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var saved Proposal
	if err := json.Unmarshal(raw, &saved); err != nil || saved.Digest() != p.Digest() {
		t.Fatal("a plan that was saved has another digest", err)
	}
	if _, err := p.Within(saved); err != nil {
		t.Error(err)
	}
	e := s.Read["exp-2"]
	e.Policy = &Policy{Allowed: []string{"a", "z", "new"}}
	s.Read["exp-2"] = e
	if _, err := f.Plan(f.Experiences, s, today).Within(saved); document.CodeOf(err) != CodeMoved {
		t.Error("more than was shown went through:", err)
	}
}

// X5, X20: what could not be read is never clean; another account in the file is the one that is asked.
func TestPlanUnread(t *testing.T) {
	f, s := twoEntries(t, "")
	s.Failed["exp-2"] = document.Fail("AXLE3201", "throttled", "", nil)
	p := f.Plan(f.Experiences, s, today)
	if got := p.Outcome(); got != Broken || p.Items[1].Changes() {
		t.Error(got)
	}
	delete(s.Failed, "exp-2")
	s.Failed["home"] = errors.New("page 2 failed")
	for _, i := range f.Plan(f.Experiences, s, today).Items {
		if i.Err == nil || i.Changes() {
			t.Errorf("%s is planned from half a list", i.Entry)
		}
	}
}

// PMP-5: tried again after 1, 2, 4 … hours, and after no more than 7 days.
func TestPoisonAgain(t *testing.T) {
	p, now := Poison{}, today
	for _, want := range []time.Duration{time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 32 * time.Hour, 64 * time.Hour, 128 * time.Hour, 168 * time.Hour, 168 * time.Hour} {
		if p = p.again(now); p.Next.Sub(now) != want || !p.First.Equal(today) {
			t.Fatalf("%v; want %v", p.Next.Sub(now), want)
		}
	}
}

// PMP-14: a minute until twenty sets are known, then what nearly all took.
func TestUsualDuration(t *testing.T) {
	var all []time.Duration
	for range 19 {
		all = append(all, 2*time.Minute)
	}
	if p95(all) != time.Minute {
		t.Error(p95(all))
	}
	if all = append(all, time.Hour); p95(all) != 2*time.Minute {
		t.Error(p95(all))
	}
}

// Exit codes go by the worst: 4, 3, 124, 8, 1 in that order.
func TestWorst(t *testing.T) {
	for want, of := range map[string][]string{Refused: {Broken, Refused, Clean}, Broken: {Incomplete, Broken}, Incomplete: {Awaiting, Incomplete}, Awaiting: {Drifted, Awaiting}, Drifted: {Applied, Drifted}, Clean: nil} {
		if got := Worst(of...); got != want {
			t.Errorf("%v: %s; want %s", of, got, want)
		}
	}
}

// PMP-18: the control names exact roles, lets selling go on, and is within AWS's size; PMP-17, X23: the
// trust asks for the external id and the organization.
func TestPolicies(t *testing.T) {
	text, err := SyncControl([]string{"arn:aws:iam::111111111111:role/axle/market"})
	if err != nil || !strings.Contains(text, "catalog:ChangeType") || !json.Valid([]byte(text)) {
		t.Fatal(text, err)
	}
	if _, err := SyncControl([]string{"arn:aws:iam::*:role/axle/market"}); document.CodeOf(err) != "AXLE1189" {
		t.Error("a wildcard went through", err)
	}
	var many []string
	for range 80 {
		many = append(many, "arn:aws:iam::111111111111:role/"+strings.Repeat("a", 40))
	}
	if _, err := SyncControl(many); document.CodeOf(err) != "AXLE2807" {
		t.Error("AWS would not take it", err)
	}
	// A boundary alone permits: without its first statement whoever has it could do nothing at all.
	boundary, err := SyncBoundary([]string{"arn:aws:iam::111111111111:role/axle/market"})
	var is, control struct{ Statement []map[string]any }
	if err != nil || json.Unmarshal([]byte(boundary), &is) != nil || json.Unmarshal([]byte(text), &control) != nil {
		t.Fatal(boundary, err)
	}
	if !reflect.DeepEqual(is.Statement[1:], control.Statement) || is.Statement[0]["Effect"] != "Allow" || is.Statement[0]["Action"] != "*" {
		t.Error(boundary)
	}
	if _, err := SyncBoundary(many); document.CodeOf(err) != "AXLE2807" {
		t.Error("AWS would not take it", err)
	}
	if _, err := SyncBoundary([]string{"arn:aws:iam::*:role/axle/market"}); document.CodeOf(err) != "AXLE1189" {
		t.Error("a wildcard went through", err)
	}
	for n := 1; n < 80; n++ { // with blanks or without, never longer than AWS takes
		if text, err := SyncControl(many[:n]); err == nil && (len(text) > MostControl || !json.Valid([]byte(text))) {
			t.Errorf("%d roles: %d characters", n, len(text))
		}
	}
	trust := Organization{ExternalID: "7f3c"}.TrustPolicy("arn:aws:iam::999999999999:user/axle", "o-1")
	for _, want := range []string{`"sts:ExternalId": "7f3c"`, `"aws:PrincipalOrgID": "o-1"`} {
		if !strings.Contains(trust, want) {
			t.Error(trust)
		}
	}
}

// PMP-17: what is missing is named, with what mends it.
func TestExamine(t *testing.T) {
	o := Organization{Name: "home", Account: "111111111111", Role: "arn:aws:iam::111111111111:role/m"}
	good := Office{Organization: o, Management: "222222222222", Trusted: []string{TrustExperiences}, Administrators: []string{"111111111111"}}
	fine := Experience{ID: "exp-1", Status: "Enabled", Policy: &Policy{}, Audience: Audience{Principals: []string{"o-1"}}}
	no := false
	for name, c := range map[string]struct {
		office Office
		have   Experience
		want   int
	}{
		"all well":        {good, fine, 0},
		"no trust":        {Office{Organization: o, Management: "111111111111"}, fine, 1},
		"a stranger":      {Office{Organization: o, Management: "222222222222", Trusted: good.Trusted}, fine, 1},
		"no external id":  {Office{Organization: o, Management: "111111111111", Trusted: good.Trusted, Unguarded: true}, fine, 1},
		"no linked role":  {Office{Organization: o, Management: "111111111111", Trusted: good.Trusted, Linked: &no}, fine, 1},
		"an open one":     {good, Experience{ID: "exp-1", Status: "Enabled", Audience: fine.Audience}, 1},
		"nobody, and off": {good, Experience{ID: "exp-1", Policy: &Policy{}}, 2},
		"archived":        {good, Experience{ID: "exp-1", Archived: true}, 0},
	} {
		missing := 0
		for _, check := range c.office.Examine(Sight{Listed: map[string][]Experience{"home": {{ID: "exp-1"}}}, Read: map[string]Experience{"exp-1": c.have}}) {
			if !check.OK {
				missing++
			}
			if !check.OK && check.Fix == "" {
				t.Errorf("%s: %s has nothing that mends it", name, check.What)
			}
		}
		if missing != c.want {
			t.Errorf("%s: %d missing; want %d", name, missing, c.want)
		}
	}
	unread := Sight{Failed: map[string]error{"home": errors.New("page 2 failed")}}
	if !slices.ContainsFunc(good.Examine(unread), func(c Check) bool { return !c.OK && c.Fix == "page 2 failed" }) {
		t.Error("what could not be listed is told as empty")
	}
}

// PMP-17: the trust names axle's own organization where the file knows it, and else says what belongs there.
func TestHome(t *testing.T) {
	f := &File{Organizations: []Organization{{ID: "o-1", Account: "111111111111"}, {ID: "o-2", Account: "222222222222"}}}
	for identity, want := range map[string]string{"arn:aws:iam::222222222222:role/axle": "o-2", "arn:aws:iam::333333333333:role/axle": "o-… of axle's own account"} {
		if got := f.Home(identity); got != want {
			t.Errorf("%s is of %s", identity, got)
		}
	}
}

// PMP-17: a doctor looks at every organization of the file, be there an experience of it in the file or not.
func TestEverywhere(t *testing.T) {
	f := &File{Organizations: []Organization{{Name: "home", ID: "o-1"}, {Name: "north", ID: "o-2"}}}
	s := f.Everywhere(t.Context(), func(Organization) Marketplace { return window{} })
	if len(s.Listed["home"]) != 1 || len(s.Listed["north"]) != 1 || s.Read["exp-1"].Status != "Enabled" {
		t.Errorf("%+v", s)
	}
}

type window struct{}

func (window) Experiences(context.Context) ([]Experience, error) {
	return []Experience{{ID: "exp-1"}}, nil
}
func (window) Revision(context.Context, string) (int, error) { return 1, nil }
func (window) Read(_ context.Context, id string) (Experience, error) {
	return Experience{ID: id, Status: "Enabled"}, nil
}

// X8: 30,000 products on both sides are no change.
func TestThirtyThousand(t *testing.T) {
	var all []string
	for i := range 30_000 {
		all = append(all, fmt.Sprintf("prod-%05d", i))
	}
	if d := Diff(Want{Allow: all}, &Policy{Allowed: all}); !d.Empty() {
		t.Errorf("%d denials, %d allowances", len(d.Deny), len(d.Allow))
	}
}

// X15, X16, X17: another organization is an entry of the file and no more; two sources in one account
// are two, and each has its followers.
func TestTwoSources(t *testing.T) {
	f, ds := Load("marketplace.yaml", []byte(`schema: 1
organizations:
  - {name: home, id: o-aaaaaaaaaa, account: "111111111111", role: "arn:aws:iam::111111111111:role/m", external_id: x}
  - {name: north, id: o-bbbbbbbbbb, account: "222222222222", role: "arn:aws:iam::222222222222:role/m", external_id: x}
  - {name: third, id: o-cccccccccc, account: "333333333333", role: "arn:aws:iam::333333333333:role/m", external_id: x}
experiences:
  - {name: a, organization: home, id: exp-a, products: {allow: [{id: of-a}]}}
  - {name: b, organization: home, id: exp-b, products: {allow: [{id: of-b}]}}
  - {name: north-a, organization: north, follows: a, ids: [exp-na]}
  - {name: third-b, organization: third, follows: b, ids: [exp-tb]}
`))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	s := Sight{Listed: map[string][]Experience{}, Failed: map[string]error{}, Read: map[string]Experience{}}
	for id, of := range map[string]string{"exp-a": "home", "exp-b": "home", "exp-na": "north", "exp-tb": "third"} {
		s.Read[id] = Experience{Organization: of, ID: id, Status: "Enabled", Policy: &Policy{}, Audience: Audience{Principals: []string{"x"}}}
	}
	var got []string
	for _, i := range f.Plan(f.Experiences, s, today).Items {
		got = append(got, i.Entry+"+"+strings.Join(i.Allow, ","))
	}
	if text := strings.Join(got, " "); text != "a+of-a b+of-b north-a+of-a third-b+of-b" {
		t.Error(text)
	}
}

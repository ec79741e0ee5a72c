package market

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

// stallOf is an organization with a source, a follower of a unit, and an experience of nobody's.
func stallOf(t *testing.T, more string) (*File, Sight) {
	t.Helper()
	f, ds := Load("marketplace.yaml", []byte(`schema: 1
organizations:
  - {name: home, id: o-aaaaaaaaaa, account: "111111111111", role: "arn:aws:iam::111111111111:role/m", external_id: x}
experiences:
  - {name: approved, organization: home, id: exp-1, products: {allow: [{id: good}], deny: [{id: bad}]}}
  - {name: unit, organization: home, follows: approved, ids: [exp-2], overrides: [{product: pilot, effect: allow, reason: r}, {product: local, effect: ignore, reason: r}]}
`+more))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	live := func(id, principal string, allowed ...string) Experience {
		return Experience{Organization: "home", ID: id, Revision: 3, Status: "Enabled", Policy: &Policy{Allowed: allowed}, Audience: Audience{Principals: []string{principal}}}
	}
	s := Sight{Listed: map[string][]Experience{"home": {{ID: "exp-1"}, {ID: "exp-2"}, {ID: "exp-3"}}}, Failed: map[string]error{}, Read: map[string]Experience{
		"exp-1": live("exp-1", "o-aaaaaaaaaa", "good", "bad"),
		"exp-2": live("exp-2", "ou-unit", "good", "pilot"),
		"exp-3": live("exp-3", "333333333333", "good"),
	}}
	return f, s
}

func keptWords(all []Kept) string {
	var words []string
	for _, k := range all {
		word := "unlisted"
		if k.Denied {
			word = "denied"
		}
		words = append(words, fmt.Sprintf("%s:%s %s %s", k.Entry, k.Experience, word, k.Product))
	}
	return strings.Join(words, ", ")
}

// P8, A6, MKA-5: who keeps a product that is denied, or not allowed, by the experience that binds the
// account: its own, else its deepest unit's, else the organization's.
func TestKeeps(t *testing.T) {
	for _, c := range []struct {
		name, account, products, want string
		units                         []string
		change                        func(*Experience)
	}{
		{name: "what is allowed is nobody's business", account: "222222222222", products: "good"},
		{name: "denied by a line", account: "222222222222", products: "bad", want: "approved:exp-1 denied bad"},
		{name: "in no line", account: "222222222222", products: "other", want: "approved:exp-1 unlisted other"},
		{name: "two products of one purchase", account: "222222222222", products: "bad good other", want: "approved:exp-1 denied bad, approved:exp-1 unlisted other"},
		{name: "of a unit with an experience of its own", account: "222222222222", units: []string{"r-1", "ou-unit", "ou-below"}, products: "bad pilot local", want: "unit:exp-2 denied bad"},
		{name: "the deepest of its units counts", account: "222222222222", units: []string{"r-1", "ou-above", "ou-unit"}, products: "bad", want: "unit:exp-2 denied bad",
			change: func(e *Experience) {
				if e.ID == "exp-3" {
					e.Audience.Principals = []string{"ou-above"}
				}
			}},
		{name: "of another unit", account: "222222222222", units: []string{"r-1", "ou-other"}, products: "pilot", want: "approved:exp-1 unlisted pilot"},
		{name: "an experience of the account's own that is in no entry", account: "333333333333", products: "bad"},
		{name: "that one is no longer enabled", account: "333333333333", products: "bad", want: "approved:exp-1 denied bad",
			change: func(e *Experience) { e.Status = "Disabled" }},
		{name: "the unit's is archived", account: "222222222222", units: []string{"ou-unit"}, products: "pilot", want: "approved:exp-1 unlisted pilot",
			change: func(e *Experience) { e.Archived = true }},
		{name: "the unit's has no policy: what nobody wants there is kept all the same", account: "222222222222", units: []string{"ou-unit"}, products: "bad pilot other",
			want: "unit:exp-2 denied bad, unit:exp-2 unlisted other", change: func(e *Experience) { e.Policy = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, s := stallOf(t, "")
			if c.change != nil {
				for _, id := range []string{"exp-2", "exp-3"} {
					e := s.Read[id]
					c.change(&e)
					s.Read[id] = e
				}
			}
			a := Agreement{ID: "agmt-1", Account: c.account, Units: c.units, Products: strings.Fields(c.products)}
			kept := f.Keeps(f.Experiences, f.Plan(f.Experiences, s, today), s, []Reading{reading(OfAgreements, f.Organizations[0], []Agreement{a}, nil)}, today)
			if got := keptWords(kept); got != c.want {
				t.Fatalf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// P8: whom an experience will bind, where the file changes that, is whom its denials are about.
func TestKeepsAsSettled(t *testing.T) {
	f, s := stallOf(t, "  - {name: own, organization: home, products: {allow: [{id: x}]}, settings: {status: enabled, audience: [\"444444444444\"]}}\n")
	all := []Agreement{{ID: "agmt-1", Account: "444444444444", Products: []string{"good"}}, {ID: "agmt-2", Account: "555555555555", Products: []string{"good"}}}
	read := []Reading{reading(OfAgreements, f.Organizations[0], all, nil)}
	if got := keptWords(f.Keeps(f.Experiences, f.Plan(f.Experiences, s, today), s, read, today)); got != "own: unlisted good" {
		t.Fatal(got)
	}
	f.Entry("own").Settings.Status = "disabled"
	if got := keptWords(f.Keeps(f.Experiences, f.Plan(f.Experiences, s, today), s, read, today)); got != "" {
		t.Fatal(got)
	}
}

// A6: a source that is set in AWS has nothing to plan; what is bought beside it is told all the same.
func TestKeepsBesideAWS(t *testing.T) {
	f, s := stallOf(t, "")
	f.Experiences[0].ProductsFrom, f.Experiences[0].Products = "experience", nil
	a := Agreement{ID: "agmt-1", Account: "222222222222", Products: []string{"bad", "other"}}
	for _, settings := range []*Settings{nil, {UserRequests: "deny"}} { // with them there is something to plan
		f.Experiences[0].Settings = settings
		if got := keptWords(f.Keeps(f.Experiences, f.Plan(f.Experiences, s, today), s, []Reading{reading(OfAgreements, f.Organizations[0], []Agreement{a}, nil)}, today)); got != "approved:exp-1 unlisted other" {
			t.Fatal(got)
		}
	}
}

// PMP-13, A6: the drift names account, end and agreement; what could not be read is unknown and never clean;
// what was seen claims no more than that.
func TestSubscribed(t *testing.T) {
	f, _ := stallOf(t, "")
	ends := time.Date(2027, 1, 31, 23, 0, 0, 0, time.UTC)
	kept := []Kept{{Organization: "home", Entry: "unit", Experience: "exp-2", Product: "bad", Denied: true, Account: "222222222222", Agreement: "agmt-1", Ends: ends},
		{Organization: "home", Entry: "unit", Experience: "exp-2", Product: "other", Account: "222222222222", Agreement: "agmt-2"}}
	seen := reading(OfAgreements, f.Organizations[0], []Agreement{{Account: "222222222222"}, {Account: "222222222222"}}, nil)
	all := f.Subscribed(kept, []Reading{seen})
	for i, want := range []string{
		"subscribed drift: denied, and kept by 222222222222 until 2027-01-31 (agmt-1)",
		"subscribed drift: not allowed, and kept by 222222222222, without an end (agmt-2)",
		"agreements clean: agreements in home, as account 111111111111 is shown them: 2 active, of 222222222222; accounts that are not named may have others",
	} {
		if got := fmt.Sprintf("%s %s: %s", all[i].Kind, all[i].Outcome, all[i].Text); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if d := all[0]; d.Account != "222222222222" || d.Agreement != "agmt-1" || !d.Ends.Equal(ends) || d.Line != "marketplace.yaml:6" || d.Products[0] != "bad" {
		t.Errorf("%+v", d)
	}
	for code, outcome := range map[string]string{"AXLE4200": Denied, "AXLE3201": Broken} {
		lost := f.Subscribed(nil, []Reading{reading(OfAgreements, f.Organizations[0], nil, document.Fail(code, "no", "", nil))})
		if len(lost) != 1 || lost[0].Kind != "unknown" || lost[0].Outcome != outcome || !strings.Contains(lost[0].Text, "were not read") {
			t.Errorf("%s: %+v", code, lost)
		}
	}
	if none := reading(OfAgreements, f.Organizations[0], nil, nil).String(); !strings.HasPrefix(none, "agreements in home, as account 111111111111 is shown them: 0 active; accounts that") {
		t.Error(none)
	}
}

// P8: the digest that a person approves does not move with an agreement's end, nor with who has one.
func TestDigestWithoutAgreements(t *testing.T) {
	f, s := stallOf(t, "")
	p := f.Plan(f.Experiences, s, today)
	was := p.Digest()
	for _, ends := range []time.Time{today, today.AddDate(1, 0, 0)} {
		again := f.Plan(f.Experiences, s, today)
		again.Tell(f.Keeps(f.Experiences, again, s, []Reading{reading(OfAgreements, f.Organizations[0], []Agreement{{ID: "agmt-1", Account: "222222222222", Products: []string{"bad"}, Ends: ends}}, nil)}, today))
		if again.Items[0].Kept == nil || again.Digest() != was {
			t.Fatalf("%+v, %s", again.Items[0].Kept, again.Digest())
		}
		if _, err := p.Within(again); err != nil {
			t.Error(err)
		}
	}
}

// One reading an organization, and only of those that are asked for; one that fails costs no other.
func TestBought(t *testing.T) {
	f, s := stallOf(t, "")
	f.Organizations = append(f.Organizations, Organization{Name: "north", Account: "999999999999"}, Organization{Name: "idle"})
	f.Experiences = append(f.Experiences, Entry{Name: "n", Organization: "north", Follows: "approved"})
	if p := f.Plan(f.Experiences[:2], s, today); len(f.Denying(p)) != 1 || f.Denying(p)[0].Name != "home" || len(f.Denying(Proposal{Items: []Item{{Organization: "home", Delta: Delta{Allow: []string{"a"}}}}})) != 0 {
		t.Error(f.Denying(p))
	}
	asked := make(chan string, 9)
	readings := f.Bought(t.Context(), f.Concerned(f.Experiences), func(_ context.Context, o Organization) ([]Agreement, error) {
		asked <- o.Name
		if o.Name == "north" {
			return nil, errors.New("refused")
		}
		return []Agreement{{ID: "agmt-1", Account: "222222222222", Products: []string{"bad"}}}, nil
	})
	if len(asked) != 2 || len(readings) != 2 || readings[0].Active != 1 || readings[1].Error != "refused" || readings[1].Organization != "north" {
		t.Fatalf("asked %d times: %+v", len(asked), readings)
	}
}

// P8, A6: a licence that an account received says so too where no agreement is shown; one of an agreement that
// is shown is told once. They are read where the file's licences are, and nowhere else.
func TestKeptByLicence(t *testing.T) {
	f, s := stallOf(t, "licences: {organization: home, granter: \"111111111111\"}\n")
	agreed := reading(OfAgreements, f.Organizations[0], []Agreement{{ID: "agmt-1", Licence: "arn:l-1", Account: "222222222222", Products: []string{"bad"}}}, nil)
	north := Organization{Name: "north"}
	received := f.Received(t.Context(), []Organization{north, f.Organizations[0]}, func(_ context.Context, o Organization) ([]Agreement, error) {
		return []Agreement{{Licence: "arn:l-1", Account: "222222222222", Products: []string{"bad"}}, {Licence: "arn:l-2", Account: "444444444444", Products: []string{"bad"}}}, nil
	})
	if len(received) != 1 || received[0].Organization != "home" || !strings.HasPrefix(received[0].String(), "licences in home, as account 111111111111 is shown them: 2 active, of 222222222222, 444444444444;") {
		t.Fatalf("%+v", received)
	}
	var who []string
	for _, k := range f.Keeps(f.Experiences, f.Plan(f.Experiences, s, today), s, append(received, agreed), today) {
		who = append(who, k.Until())
	}
	if got := strings.Join(who, "; "); got != "222222222222, without an end (agmt-1); 444444444444, without an end (arn:l-2)" {
		t.Error(got)
	}
	f.Licences = nil
	if got := f.Received(t.Context(), f.Organizations, nil); len(got) != 0 {
		t.Error(got)
	}
}

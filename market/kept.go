package market

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kept is a product that an account keeps although it can no longer be procured there: a denial
// is of new subscriptions (MKA-5).
type Kept struct {
	Organization string    `json:"organization"`
	Entry        string    `json:"entry"`
	Experience   string    `json:"experience"`
	Product      string    `json:"product"`
	Denied       bool      `json:"denied"` // by a line; else it is in none
	Account      string    `json:"account"`
	Agreement    string    `json:"agreement"` // its id; of one that is seen by its licence alone, the licence's ARN
	Ends         time.Time `json:"ends,omitzero"`
}

// Until says who keeps it for how long.
func (k Kept) Until() string {
	if k.Ends.IsZero() {
		return fmt.Sprintf("%s, without an end (%s)", k.Account, k.Agreement)
	}
	return fmt.Sprintf("%s until %s (%s)", k.Account, k.Ends.UTC().Format(time.DateOnly), k.Agreement)
}

// Keeps are the active agreements of products that the entries deny, or do not allow, to whom
// bought them (P8, A6): sorted, so that an account's stand together.
func (f *File) Keeps(entries []Entry, p Proposal, s Sight, readings []Reading, now time.Time) []Kept {
	kept := []Kept{}
	known := map[string]bool{}
	for _, r := range readings {
		for _, a := range r.all {
			known[a.Licence] = known[a.Licence] || a.ID != "" && a.Licence != ""
		}
	}
	for _, r := range readings {
		all := f.binding(r.Organization, entries, p, s, now)
		for _, a := range r.all {
			if a.ID == "" && known[a.Licence] {
				continue // it is told with its agreement
			}
			for _, b := range binders(a, all) {
				kept = append(kept, b.keeps(a)...)
			}
		}
	}
	slices.SortFunc(kept, func(a, b Kept) int {
		return compare(a.Organization, b.Organization, a.Entry, b.Entry, a.Experience, b.Experience, a.Account, b.Account, a.Product, b.Product, a.Agreement, b.Agreement)
	})
	return kept
}

// Tell gives each item what is kept of its experience.
func (p Proposal) Tell(kept []Kept) {
	for i, item := range p.Items {
		for _, k := range kept {
			if k.Organization == item.Organization && k.Entry == item.Entry && k.Experience == item.Experience {
				p.Items[i].Kept = append(p.Items[i].Kept, k)
			}
		}
	}
}

// Keepers says who keeps a product, and for how long.
func (i Item) Keepers(product string) (all []string) {
	for _, k := range i.Kept {
		if k.Product == product {
			all = append(all, k.Until())
		}
	}
	return all
}

// binder is a live experience: whom it binds, and what the file would let them have.
type binder struct {
	Kept
	principals []string
	want       *Want // nil: no entry says
}

// keeps are the products of an agreement that its account could not procure now.
func (b binder) keeps(a Agreement) (all []Kept) {
	if b.want == nil {
		return nil
	}
	for _, id := range a.Products {
		if has(b.want.Allow, id) || has(b.want.Ignore, id) {
			continue
		}
		k := b.Kept
		k.Product, k.Denied, k.Account, k.Agreement, k.Ends = id, has(b.want.Deny, id), a.Account, cmp.Or(a.ID, a.Licence), a.Ends
		all = append(all, k)
	}
	return all
}

func has(ids []string, id string) bool {
	_, found := slices.BinarySearch(ids, id)
	return found
}

// binding are the experiences of an organization that bind anybody, once the file is carried out.
func (f *File) binding(organization string, entries []Entry, p Proposal, s Sight, now time.Time) (all []binder) {
	planned := map[string]bool{}
	for _, i := range p.Items {
		if i.Organization != organization || i.Err != nil {
			continue
		}
		planned[i.Experience] = true
		if live, principals := f.Entry(i.Entry).binds(i.Have); live {
			all = append(all, binder{Kept{Organization: organization, Entry: i.Entry, Experience: i.Experience}, principals, &i.Want})
		}
	}
	for _, id := range s.in(organization) {
		if have := s.Read[id]; have.Live() && !planned[id] {
			b := binder{Kept{Organization: organization, Experience: id}, have.Audience.Principals, nil}
			if i := slices.IndexFunc(entries, func(e Entry) bool { return e.ID == id && e.ProductsFrom == "experience" }); i >= 0 && have.Policy != nil {
				w := f.WantSource(entries[i], have.Policy, now)
				b.Entry, b.want = entries[i].Name, &w
			}
			all = append(all, b)
		}
	}
	return all
}

// in are the ids of the organization's experiences that were read, sorted.
func (s Sight) in(organization string) (ids []string) {
	for id, x := range s.Read {
		if x.Organization == organization {
			ids = append(ids, id)
		}
	}
	return sorted(ids)
}

// binds says whether an experience binds anybody once the entry is carried out, and whom.
func (e Entry) binds(have Experience) (live bool, principals []string) {
	live, principals = have.Live(), have.Audience.Principals
	if s := e.Settings; s != nil {
		if s.Status != "" {
			live = s.Status == "enabled"
		}
		if s.Audience != nil {
			principals = s.Audience
		}
	}
	return live, principals
}

// binders are the experiences that bind an account: its own, else its deepest unit's, else the
// organization's. AWS lets it be one; a tie is told of each.
func binders(a Agreement, all []binder) (found []binder) {
	organization := func(p string) bool { return strings.HasPrefix(p, "o-") }
	ranks := []func(string) bool{func(p string) bool { return p == a.Account }}
	for _, unit := range slices.Backward(a.Units) {
		ranks = append(ranks, func(p string) bool { return p == unit })
	}
	for _, is := range append(ranks, organization) {
		for _, b := range all {
			if slices.ContainsFunc(b.principals, is) {
				found = append(found, b)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// Subscribed is the drift of agreements: products that are kept though they are denied or not
// allowed, and what was seen of agreements at all (PMP-13).
func (f *File) Subscribed(kept []Kept, readings []Reading) []Drift {
	all := []Drift{}
	for _, k := range kept {
		what := "not allowed"
		if k.Denied {
			what = "denied"
		}
		all = append(all, Drift{Kind: "subscribed", Organization: k.Organization, Entry: k.Entry, Experience: k.Experience, Products: []string{k.Product},
			Account: k.Account, Agreement: k.Agreement, Ends: k.Ends, Outcome: Drifted, Line: f.line("experiences", f.index(k.Entry)),
			Text: what + ", and kept by " + k.Until()})
	}
	for _, r := range readings {
		d := Drift{Kind: r.Of, Organization: r.Organization, Text: r.String(), Outcome: Clean, Err: r.Err}
		if r.Err != nil {
			d.Kind, d.Outcome = "unknown", OutcomeOf(r.Err)
		}
		all = append(all, d)
	}
	return all
}

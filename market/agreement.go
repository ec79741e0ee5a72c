package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Agreement is a purchase that is in force, as AWS shows it to who asks (MKA-27); or a licence of
// one, which an administrator of licences is shown where the agreement may not be.
type Agreement struct {
	ID       string    // "": only the licence is known
	Licence  string    // its ARN; "": none is known
	Account  string    // that bought
	Units    []string  // it is in, from the root down; none where no experience is for a unit
	Products []string  // their ids
	Offer    string    // offer-…
	Ends     time.Time // zero: it has no end
}

// What a Reading is of.
const (
	OfAgreements = "agreements"
	OfLicences   = "licences"
)

// Reading is what was seen of the agreements in an organization, or of the licences received there,
// or why it was not. AWS shows an account its own agreements, and perhaps those of its
// organization: what is not seen may be there.
type Reading struct {
	Of           string   `json:"of"` // agreements, licences
	Organization string   `json:"organization"`
	Asked        string   `json:"asked_as"` // the account that was shown them
	Active       int      `json:"active"`
	Accounts     []string `json:"accounts"` // that bought
	Error        string   `json:"error,omitempty"`

	Err error       `json:"-"`
	all []Agreement // of an error none
}

// Bought reads the agreements in organizations, once each.
func (f *File) Bought(ctx context.Context, in []Organization, read func(context.Context, Organization) ([]Agreement, error)) []Reading {
	return f.readings(ctx, OfAgreements, in, read)
}

// Received reads the licences received in those of the organizations that have the file's licences:
// who holds one keeps the product too.
func (f *File) Received(ctx context.Context, in []Organization, read func(context.Context, Organization) ([]Agreement, error)) []Reading {
	var of []Organization
	for _, o := range in {
		if f.Licences != nil && f.Licences.Organization == o.Name {
			of = append(of, o)
		}
	}
	return f.readings(ctx, OfLicences, of, read)
}

func (f *File) readings(ctx context.Context, what string, in []Organization, read func(context.Context, Organization) ([]Agreement, error)) []Reading {
	readings := make([]Reading, len(in))
	index := make([]int, len(in))
	for i := range index {
		index[i] = i
	}
	each(index, f.Sync.Concurrency, func(i int) {
		all, err := read(ctx, in[i])
		readings[i] = reading(what, in[i], all, err)
	})
	return readings
}

func reading(what string, o Organization, all []Agreement, err error) Reading {
	r := Reading{Of: what, Organization: o.Name, Asked: string(o.Account), Accounts: []string{}, Err: err}
	if err != nil {
		r.Error = err.Error()
		return r
	}
	for _, a := range all {
		r.Accounts = append(r.Accounts, a.Account)
	}
	r.Active, r.Accounts, r.all = len(all), sorted(r.Accounts), all
	return r
}

// String says what was seen, and claims no more.
func (r Reading) String() string {
	if r.Err != nil {
		return fmt.Sprintf("the %s in %s were not read, so it is not known who keeps what is denied or not allowed: %s", r.Of, r.Organization, r.Error)
	}
	of := ""
	if r.Active > 0 {
		of = ", of " + strings.Join(r.Accounts, ", ")
	}
	return fmt.Sprintf("%s in %s, as account %s is shown them: %d active%s; accounts that are not named may have others", r.Of, r.Organization, r.Asked, r.Active, of)
}

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

// Denying are the organizations in which a proposal denies something.
func (f *File) Denying(p Proposal) []Organization {
	return f.having(func(name string) bool {
		return slices.ContainsFunc(p.Items, func(i Item) bool { return i.Organization == name && len(i.Deny) > 0 })
	})
}

// Concerned are the organizations of the entries.
func (f *File) Concerned(entries []Entry) []Organization {
	return f.having(func(name string) bool {
		return slices.ContainsFunc(entries, func(e Entry) bool { return e.Organization == name })
	})
}

func (f *File) having(has func(name string) bool) (all []Organization) {
	for _, o := range f.Organizations {
		if has(o.Name) {
			all = append(all, o)
		}
	}
	return all
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

package market

import (
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

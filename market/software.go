package market

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Ruling is whether who an entry binds may procure a product, and by what.
type Ruling struct {
	Word string // allow, deny, unknown
	Why  string
	Hint string // where it is denied
}

// Unknown is a ruling that the file alone does not give: what is set in AWS decides.
const Unknown = "unknown"

// Targets are the entries of these names; without names all that are not archived by the file. A name
// that the file does not have is among the strange.
func (f *File) Targets(names []string) (entries []Entry, strange []string) {
	for _, name := range names {
		if e := f.Entry(name); e != nil {
			entries = append(entries, *e)
		} else {
			strange = append(strange, name)
		}
	}
	for _, e := range f.Experiences {
		if len(names) == 0 && (e.Settings == nil || e.Settings.Status != "archived") {
			entries = append(entries, e)
		}
	}
	return entries, strange
}

// Names are those of the entries.
func (f *File) Names() (all []string) {
	for _, e := range f.Experiences {
		all = append(all, e.Name)
	}
	return all
}

// Rule says by the file alone whether an entry lets a product be procured (S2).
func (f *File) Rule(e Entry, product string, now time.Time) Ruling {
	source := f.truthOf(e)
	live := source.ProductsFrom == "experience"
	r := f.ruled(e, f.WantSource(source, nil, now), product, now)
	switch {
	case r.Word == string(Allow) && e.Mode == "report":
		return Ruling{Word: Unknown, Why: "axle reports on it, and changes nothing there"}
	case r.Word == string(Allow) && live && !e.MayOverrideDeny:
		return Ruling{Word: Unknown, Why: source.Name + " may deny it: its products are what is set in AWS"}
	case r.Word == "" && live:
		return Ruling{Word: Unknown, Why: "the products of " + source.Name + " are what is set in AWS"}
	case r.Word == "":
		return f.unlisted(e, source, product, now)
	}
	return r
}

// RuleSeen says it by what was seen of the entry and of what it follows.
func (f *File) RuleSeen(e Entry, product string, s Sight, now time.Time) (Ruling, error) {
	source := f.truthOf(e)
	truth, err := f.truth(source, s, now)
	if err != nil {
		return Ruling{}, err
	}
	r := f.ruled(e, truth, product, now)
	switch {
	case r.Word == Unknown, r.Word == string(Allow) && e.Mode == "report":
		return f.ownRuling(e, product, s)
	case r.Word == "" && source.ProductsFrom == "experience":
		return Ruling{string(Deny), source.Name + " does not allow it in AWS", "allow it there"}, nil
	case r.Word == "":
		return f.unlisted(e, source, product, now), nil
	}
	return r, nil
}

// truthOf is what an entry follows, or itself.
func (f *File) truthOf(e Entry) Entry {
	if source := f.Entry(e.Follows); source != nil {
		return *source
	}
	return e
}

// ruled is what an entry says where its source says that; "" is nothing.
func (f *File) ruled(e Entry, w Want, product string, now time.Time) Ruling {
	if e.Follows != "" {
		w = f.WantFollower(e, w, now)
	}
	by := w.Why[product]
	because := strings.Trim(by.Line+", "+by.Reason, ", ")
	switch {
	case slices.Contains(w.Allow, product):
		return Ruling{Word: string(Allow), Why: because}
	case slices.Contains(w.Deny, product):
		return Ruling{string(Deny), "denied by " + because, "take that denial away, or do without the product"}
	case slices.Contains(w.Ignore, product):
		return Ruling{Word: Unknown, Why: "it is left there as it is, by " + because}
	}
	return Ruling{}
}

// unlisted is the ruling on a product of which no line that applies speaks.
func (f *File) unlisted(e, source Entry, product string, now time.Time) Ruling {
	r := Ruling{string(Deny), "no line allows it", fmt.Sprintf("add to products.allow of %s in %s: - { id: %s, reason: … }", source.Name, f.Doc.File, product)}
	for _, o := range e.Overrides {
		if o.Product == product && o.Effect == string(Allow) && !Applies(o.Expires, now) {
			r.Why, r.Hint = "its override ended on "+o.Expires, "give the line another day, if that is meant"
		}
	}
	if source.Products == nil {
		return r
	}
	for _, p := range source.Products.Allow {
		if p.ID == product && !Applies(p.Expires, now) {
			r.Why, r.Hint = "its line ended on "+p.Expires, "give the line another day, if that is meant"
		}
	}
	return r
}

// ownRuling is what the entry's own experiences say in AWS: all of them have to allow it.
func (f *File) ownRuling(e Entry, product string, s Sight) (Ruling, error) {
	ids, err := f.followers(e, s)
	if err != nil {
		return Ruling{}, err
	}
	for _, id := range ids {
		have, err := s.seen(e.Organization, id)
		if err != nil {
			return Ruling{}, err
		}
		if have.Policy != nil && !slices.Contains(have.Policy.Allowed, product) { // without a policy everything is allowed (MKA-4)
			return Ruling{string(Deny), id + " does not allow it in AWS, and axle leaves it as it is there", "allow it there, or change the override"}, nil
		}
	}
	return Ruling{Word: string(Allow)}, nil
}

// Has says whether an agreement of a private offer is among those that were seen.
func (r Reading) Has(offer string) bool {
	return slices.ContainsFunc(r.all, func(a Agreement) bool { return a.Offer == offer })
}

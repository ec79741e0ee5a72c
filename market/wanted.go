package market

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Want is what an experience should let its audience procure. Allow and Deny are sorted and
// disjoint; what is in neither cannot be procured, and is denied where it can be (PMP-1).
type Want struct {
	Allow  []string
	Deny   []string
	Ignore []string       // whatever they are, they stay
	Why    map[string]Why // of each of them
}

// Why is what a product's effect rests on.
type Why struct {
	From    string `json:"from"` // source, override, absent
	Title   string `json:"title,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Ticket  string `json:"ticket,omitempty"`
	Expires string `json:"expires,omitempty"`
	Line    string `json:"line,omitempty"` // marketplace.yaml:31
}

// WantSource is what a source should be by the file, without the lines whose day is over.
// Where its truth is the experience itself, that is have's policy as it is.
func (f *File) WantSource(e Entry, have *Policy, now time.Time) Want {
	w := Want{Why: map[string]Why{}}
	if e.ProductsFrom == "experience" {
		if have != nil {
			w.Allow, w.Deny = sorted(have.Allowed), sorted(have.Denied)
		}
		for _, id := range slices.Concat(w.Allow, w.Deny) {
			w.Why[id] = Why{From: "source", Reason: "set in " + e.Name}
		}
		return w
	}
	if e.Products == nil {
		return w
	}
	i := f.index(e.Name)
	w.Allow = w.listed(f, e.Products.Allow, now, "experiences", i, "products", "allow")
	w.Deny = w.listed(f, e.Products.Deny, now, "experiences", i, "products", "deny")
	return w
}

// listed adds the lines that apply.
func (w Want) listed(f *File, all []Product, now time.Time, at ...string) (ids []string) {
	for i, p := range all {
		if Applies(p.Expires, now) {
			ids = append(ids, p.ID)
			w.Why[p.ID] = Why{"source", p.Title, p.Reason, p.Ticket, p.Expires, f.line(append(slices.Clone(at), strconv.Itoa(i))...)}
		}
	}
	return sorted(ids)
}

func (f *File) index(entry string) string {
	return strconv.Itoa(slices.IndexFunc(f.Experiences, func(e Entry) bool { return e.Name == entry }))
}

func (f *File) line(at ...string) string {
	if f.Doc == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", f.Doc.File, f.Doc.At(at...).Line)
}

// WantFollower is the source with the follower's overrides over it: a denial of the follower,
// then one of the source, then what the follower allows, then what the source allows.
// May_override_deny puts what the follower allows above the source's denial.
func (f *File) WantFollower(e Entry, source Want, now time.Time) Want {
	effect := map[string]Effect{}
	w := Want{Why: maps.Clone(source.Why)}
	for _, id := range source.Allow {
		effect[id] = Allow
	}
	for _, id := range source.Deny {
		effect[id] = Deny
	}
	for i, o := range e.Overrides {
		overruled := o.Effect == string(Allow) && effect[o.Product] == Deny && !e.MayOverrideDeny
		if !Applies(o.Expires, now) || overruled {
			continue
		}
		effect[o.Product] = Effect(o.Effect)
		w.Why[o.Product] = Why{"override", w.Why[o.Product].Title, o.Reason, o.Ticket, o.Expires,
			f.line("experiences", f.index(e.Name), "overrides", strconv.Itoa(i))}
	}
	for _, id := range slices.Sorted(maps.Keys(effect)) {
		switch effect[id] {
		case Allow:
			w.Allow = append(w.Allow, id)
		case Deny:
			w.Deny = append(w.Deny, id)
		case Ignore:
			w.Ignore = append(w.Ignore, id)
		}
	}
	return w
}

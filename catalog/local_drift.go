package catalog

import (
	"cmp"
	"slices"

	"github.com/axle-cd/axle/document"
)

// locals is how what spokes have of their own differs from what they should: imports deleted,
// copies that are stale, shares that nobody accepted. Of a spoke that was not read nothing is said.
func (s Sight) locals() []Drift {
	want := s.reduced()
	want.Locals = s.Want.Locals
	var all []Drift
	for _, region := range want.Regions() {
		for _, c := range PlanLocals(region, want, s.Have) {
			if s.Have.Portfolio(region, c.Portfolio) == nil && s.Have.Product(region, c.Product) == nil {
				continue // the hub lacks it: that is named once, there
			}
			all = append(all, Drift{Kind: c.localKind(), Account: c.Account, Region: region, On: cmp.Or(c.Product, c.Portfolio),
				ID: s.Have.Local(c.Account, region).id(c), What: c.drifted(nil), Repair: byPublishing})
		}
	}
	return all
}

func (c Change) localKind() string {
	switch c.Kind {
	case KindAcceptance, KindImport:
		return "CD-7"
	case KindLocal, KindCopy:
		return "CD-8"
	}
	return driftKind(c)
}

// id is AWS's of what a change is about, "" for what is not there.
func (l *Local) id(c Change) string {
	if l == nil {
		return ""
	}
	if c.Kind == KindCopy {
		for _, p := range l.Copies {
			if p.Key == c.Product {
				return p.ID
			}
		}
		return ""
	}
	for _, p := range l.Portfolios {
		if p.Key == c.Portfolio {
			return p.ID
		}
	}
	return ""
}

// wanted says whether something that stands in a spoke is there because git has it so.
func (c Catalog) wanted(account string, t Standing) bool {
	l := c.Local(account, t.Region)
	return l != nil && (slices.ContainsFunc(l.Portfolios, func(p Portfolio) bool { return p.ID == t.ID }) ||
		slices.ContainsFunc(l.Copies, func(p Product) bool { return p.ID == t.ID }))
}

// Spokes are those that were asked for.
func (s *SpokeSight) Spokes() []Spoke {
	all := make([]Spoke, len(s.Readings))
	for i, r := range s.Readings {
		all[i] = r.Spoke
	}
	return all
}

// copied says whether a row is of the copy that a spoke has of a product: it has the product's
// name, and an id of its own.
func (f Fleet) copied(p Product, row Row) bool {
	return p.Name == row.Product && slices.ContainsFunc(f.Have.Portfolios, func(folio Portfolio) bool {
		return folio.Region == row.Region && f.File.Portfolios[folio.Key].Mode == Copied && folio.Placement(p.Key) != nil
	})
}

// UnreadLocals are the spokes of which nothing is known: nothing is planned in them.
func UnreadLocals(have Catalog) []Unmet {
	var all []Unmet
	for _, l := range have.Locals {
		if l.Err != nil {
			all = append(all, Unmet{Account: l.Account, Region: l.Region, Code: document.CodeOf(l.Err), Why: why(l.Err), Hint: "let axle's role in, then run again"})
		}
	}
	return all
}

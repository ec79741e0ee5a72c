package catalog

import (
	"slices"
	"strings"
)

// PlanLocals is what must change in the spokes of one region so that they have what want
// says: accept what is shared with them alone, then their own portfolios, copies, what stands
// in them, whom they admit; removals last. A spoke that was not read gets no change at all.
func PlanLocals(region string, want, have Catalog) []Change {
	var all []Change
	for _, w := range want.Locals {
		h := have.Local(w.Account, w.Region)
		if w.Region != region || h == nil || h.Err != nil {
			continue
		}
		d := difference{region: region,
			want: Catalog{Portfolios: w.Portfolios, Products: want.In(region).Products},
			have: Catalog{Portfolios: h.Portfolios}}
		d.received(w.Received, h.Received)
		d.portfolios()
		removals := d.copies(w.Copies, h.Copies, settled(want.In(region), have.In(region)))
		d.placements()
		d.access()
		d.leftovers()
		for _, c := range append(d.changes, removals...) {
			c.Account = w.Account
			if c.Kind == KindPortfolio {
				c.Kind = KindLocal
			}
			all = append(all, c)
		}
	}
	return all
}

// received are portfolios shared with the account alone. Whom else it admits is its own affair.
func (d *difference) received(want, have []Portfolio) {
	for _, w := range want {
		i := slices.IndexFunc(have, func(h Portfolio) bool { return h.Key == w.Key })
		if i < 0 {
			d.add(Change{Verb: Create, Kind: KindAcceptance, Portfolio: w.Key, After: "accepted"})
		}
		for _, p := range w.Principals {
			if i < 0 || !slices.Contains(have[i].Principals, p) {
				d.add(Change{Verb: Create, Kind: KindPrincipal, Portfolio: w.Key, Principal: &p, After: p.words()})
			}
		}
	}
}

// settled are the products of a region's hub with the versions that they have once it is as wanted.
func settled(want, have Catalog) []Product {
	var all []Product
	for _, w := range want.Products {
		p := w
		p.Versions = nil
		if h := have.Product(w.Region, w.Key); h != nil {
			for _, v := range h.Versions {
				if v.Digest != "" {
					p.Versions = append(p.Versions, v.as(w.Version(v.Name)))
				}
			}
		}
		for _, v := range w.Versions {
			if v.Digest != "" && p.Version(v.Name) == nil {
				p.Versions = append(p.Versions, v.as(&v))
			}
		}
		slices.SortFunc(p.Versions, func(a, b Version) int { return strings.Compare(a.Name, b.Name) })
		all = append(all, p)
	}
	return all
}

// as is the version in the state that git names for it: active, where it names none.
func (v Version) as(named *Version) Version {
	s := Version{Name: v.Name, Digest: v.Digest, Commit: v.Commit, Changes: v.Changes, Active: true, Guidance: "DEFAULT"}
	if named != nil {
		s.Active, s.Guidance = named.Active, named.Guidance
	}
	return s
}

// copies makes the copies as the hub's products are. A version is the same by name and digest;
// by name alone it would stay as it was when the hub's became another (CT-20). What the hub no
// longer has is removed, which is given back: nothing else rests on it.
func (d *difference) copies(want, have []Product, hub []Product) (removals []Change) {
	for _, w := range want {
		i := slices.IndexFunc(hub, func(p Product) bool { return p.Key == w.Key })
		if i < 0 {
			continue
		}
		versions := hub[i].Versions
		at := slices.IndexFunc(have, func(p Product) bool { return p.Key == w.Key })
		var there []Version
		if at < 0 {
			first := slices.IndexFunc(versions, func(v Version) bool { return v.Active })
			if first < 0 {
				continue
			}
			there = versions[first : first+1]
			w.Versions = there
			d.add(Change{Verb: Create, Kind: KindCopy, Product: w.Key, NewProduct: &w, After: w.Name + " " + there[0].Name, Calls: 3})
		} else {
			there = have[at].Versions
			if before, after := differing(have[at].fields(), w.fields(), have[at].Tags, w.Tags); after != before {
				d.add(Change{Verb: Update, Kind: KindCopy, Product: w.Key, NewProduct: &w, Before: before, After: after})
			}
		}
		d.copied(w, versions, there)
		removals = append(removals, gone(w.Key, d.region, versions, there)...)
	}
	return removals
}

// Same says whether it is the same version: name and content.
func (v Version) Same(o Version) bool { return v.Name == o.Name && v.Digest == o.Digest }

// copied adds the versions that a copy lacks, and gives the others the hub's state. What is
// retired in the hub is not copied any more.
func (d *difference) copied(p Product, want, have []Version) {
	for _, v := range want {
		c := Change{Kind: KindCopy, Product: p.Key, Version: &v}
		switch i := slices.IndexFunc(have, v.Same); {
		case i < 0 && v.Active:
			c.Verb, c.After, c.Calls = Create, p.Name+" "+v.state(), 2
		case i >= 0 && (have[i].Active != v.Active || have[i].Guidance != v.Guidance):
			c.Verb, c.Before, c.After = Update, have[i].state(), v.state()
		default:
			continue
		}
		d.add(c)
	}
}

// gone are a copy's versions that the hub does not have. One that axle did not publish stays.
func gone(key, region string, want, have []Version) []Change {
	var all []Change
	for _, h := range have {
		if h.Digest != "" && !slices.ContainsFunc(want, h.Same) {
			v := Version{Name: h.Name, Digest: h.Digest}
			all = append(all, Change{Verb: Delete, Kind: KindCopy, Region: region, Product: key, Version: &v, Before: h.state() + " " + h.Digest, Calls: 1})
		}
	}
	return all
}

func (p Placement) kind() Kind {
	if p.Imported {
		return KindImport
	}
	return KindPlacement
}

// copied says which copy a change is of.
func (c Change) copied() string {
	switch {
	case c.Version != nil:
		return "of " + c.Product + " " + c.Version.Name
	case c.Verb == Create:
		return "of " + c.After
	}
	return "of " + c.Product
}

// EffectWave is the wave that a spoke's own goes with: the first that selects it, else the last.
func EffectWave(waves []Wave, org Organization, spokes []Spoke, account, region string) int {
	if i := waveOf(waves, org, spokes, account, region); i >= 0 {
		return i
	}
	return len(waves) - 1
}

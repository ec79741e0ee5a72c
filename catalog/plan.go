package catalog

import (
	"fmt"
	"slices"
)

// Plan is what must change in want's regions so that have becomes want, in the order in
// which it is safe: portfolio, product with its first version, placement and at once its
// constraints, what else a launch meets (tag options, service actions, budgets), principal,
// share, new version, deprecate, retire, removals. It is pure and
// deterministic, holds only what differs, and never deletes a product or a version.
func Plan(want, have Catalog) []Change {
	var all []Change
	for _, region := range want.Regions() {
		d := difference{region: region, want: want.In(region), have: have.In(region)}
		d.portfolios()
		d.products()
		d.placements()
		d.tagOptions()
		d.actions()
		d.budgets()
		d.access()
		d.versions()
		d.leftovers()
		d.gone()
		all = append(all, d.changes...)
		all = append(all, PlanLocals(region, want, have)...)
	}
	return all
}

// difference is a plan of one region in the making.
type difference struct {
	region     string
	want, have Catalog
	changes    []Change
}

func (d *difference) add(c Change) {
	c.Region = d.region
	if c.Calls == 0 {
		c.Calls = 1
	}
	d.changes = append(d.changes, c)
}

func (d *difference) portfolios() {
	for _, want := range d.want.Portfolios {
		alone := want
		alone.Placements, alone.Principals, alone.Shares = nil, nil, nil
		have := d.have.Portfolio(d.region, want.Key)
		if have == nil {
			d.add(Change{Verb: Create, Kind: KindPortfolio, Portfolio: want.Key, NewFolio: &alone, After: want.DisplayName})
			continue
		}
		before, after := differing(have.fields(), want.fields(), have.Tags, want.Tags)
		if after != before {
			d.add(Change{Verb: Update, Kind: KindPortfolio, Portfolio: want.Key, NewFolio: &alone, Before: before, After: after})
		}
	}
}

func (d *difference) products() {
	for _, want := range d.want.Products {
		alone := want
		alone.Versions, alone.TagOptions, alone.Actions, alone.Budgets = nil, nil, nil, nil
		have := d.have.Product(d.region, want.Key)
		if have == nil {
			first := want.first()
			if first == nil {
				continue // nothing to publish: states of versions that were never here
			}
			alone.Versions = []Version{first.fresh()}
			d.add(Change{Verb: Create, Kind: KindProduct, Product: want.Key, NewProduct: &alone, After: want.Name + " " + first.Name, Calls: 2})
			continue
		}
		before, after := differing(have.fields(), want.fields(), have.Tags, want.Tags)
		if after != before {
			d.add(Change{Verb: Update, Kind: KindProduct, Product: want.Key, NewProduct: &alone, Before: before, After: after})
		}
	}
}

// first is the version a product is made with: the first that has content.
func (p *Product) first() *Version {
	for i := range p.Versions {
		if p.Versions[i].Digest != "" {
			return &p.Versions[i]
		}
	}
	return nil
}

// fresh is the version as it is just after its creation.
func (v Version) fresh() Version {
	v.ID, v.Active, v.Guidance = "", true, "DEFAULT"
	return v
}

func (d *difference) placements() {
	for _, folio := range d.want.Portfolios {
		have := d.have.Portfolio(d.region, folio.Key)
		for _, want := range folio.Placements {
			at := Change{Portfolio: folio.Key, Product: want.Product}
			there := have.Placement(want.Product)
			if there == nil {
				c := at
				c.Verb, c.Kind = Create, want.kind()
				d.add(c)
				there = &Placement{}
			}
			d.constraints(at, want.Constraints, there.Constraints)
		}
	}
}

// constraints removes first: a launch constraint cannot be made beside a stack set's (CT-11).
func (d *difference) constraints(at Change, want, have []Constraint) {
	var adds []Change
	kept := map[int]bool{}
	for _, w := range want {
		c := at
		c.Kind, c.Constraint = KindConstraint, &Constraint{Type: w.Type, Parameters: w.Parameters}
		c.After = w.Type + " " + w.Parameters
		i := match(w, have, kept)
		if i < 0 {
			c.Verb = Create
			adds = append(adds, c)
			continue
		}
		kept[i] = true
		if have[i].Parameters != w.Parameters {
			c.Verb, c.Before = Update, have[i].Type+" "+have[i].Parameters
			adds = append(adds, c)
		}
	}
	for i, h := range have {
		if !kept[i] {
			c := at
			c.Verb, c.Kind, c.Constraint, c.Before = Delete, KindConstraint, &Constraint{Type: h.Type, Parameters: h.Parameters}, h.Type+" "+h.Parameters
			d.add(c)
		}
	}
	for _, c := range adds {
		d.add(c)
	}
}

// match finds the constraint that is w already, else one of its type to change into it.
func match(w Constraint, have []Constraint, kept map[int]bool) int {
	for i, h := range have {
		if !kept[i] && h.Type == w.Type && h.Parameters == w.Parameters {
			return i
		}
	}
	for i, h := range have {
		if !kept[i] && h.Type == w.Type {
			return i
		}
	}
	return -1
}

func (d *difference) access() {
	for _, want := range d.want.Portfolios {
		have := d.have.Portfolio(d.region, want.Key)
		if have == nil {
			have = &Portfolio{}
		}
		d.principals(want, have, false)
		for _, s := range want.Shares {
			d.share(want.Key, s, have.Shares)
		}
		d.principals(want, have, true)
	}
}

// principals of the hub come before the shares; those of other accounts after them, for what
// is not shared is not there to be admitted to.
func (d *difference) principals(want Portfolio, have *Portfolio, abroad bool) {
	for _, p := range want.Principals {
		if (p.Account != "") == abroad && !slices.Contains(have.Principals, p) {
			d.add(Change{Verb: Create, Kind: KindPrincipal, Portfolio: want.Key, Principal: &p, After: p.words()})
		}
	}
}

func (p Principal) words() string { return p.Type + " " + p.ARN }

// share plans a share; one that did not reach everybody counts as not made, and is made again (CT-5).
func (d *difference) share(folio string, want Share, have []Share) {
	c := Change{Kind: KindShare, Portfolio: folio, Share: &want, After: want.words()}
	i := slices.IndexFunc(have, func(h Share) bool { return h.Type == want.Type && h.Node == want.Node })
	switch {
	case i < 0:
		c.Verb = Create
	case len(have[i].Errors) > 0:
		c.Verb, c.Calls = Create, have[i].again(want)
	case have[i].TagOptions != want.TagOptions || have[i].Principals != want.Principals:
		c.Verb, c.Before = Update, have[i].words()
	default:
		return
	}
	d.add(c)
}

// again is how many calls it takes to make a share whole: it is removed and made, or, where nobody
// saw its end, asked for, and then changed if it was another.
func (s Share) again(want Share) int {
	if s.Errors[0].Code != EndUnseen || s.TagOptions != want.TagOptions || s.Principals != want.Principals {
		return 2
	}
	return 1
}

func (s Share) words() string {
	return fmt.Sprintf("%s %s (tag options %s, principals %s)", s.Type, s.Node, yes(s.TagOptions), yes(s.Principals))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// leftovers are the removals: what a wanted portfolio shares or admits beyond want, and
// placements of wanted products that want no longer has. What other products have there stays.
func (d *difference) leftovers() {
	for _, have := range d.have.Portfolios {
		want := d.want.Portfolio(d.region, have.Key)
		if want != nil {
			d.removed(*want, have)
		}
		for _, p := range have.Placements {
			ours := d.want.Product(d.region, p.Product) != nil
			if ours && want.Placement(p.Product) == nil {
				d.add(Change{Verb: Delete, Kind: p.kind(), Portfolio: have.Key, Product: p.Product,
					Before: p.Product + " in " + have.Key, Calls: 1 + len(p.Constraints)})
			}
		}
	}
	d.detached()
}

func (d *difference) removed(want, have Portfolio) {
	for _, s := range have.Shares {
		if !slices.ContainsFunc(want.Shares, func(w Share) bool { return w.Type == s.Type && w.Node == s.Node }) {
			gone := Share{Type: s.Type, Node: s.Node}
			d.add(Change{Verb: Delete, Kind: KindShare, Portfolio: want.Key, Share: &gone, Before: s.words()})
		}
	}
	for _, p := range have.Principals {
		if !slices.Contains(want.Principals, p) {
			d.add(Change{Verb: Delete, Kind: KindPrincipal, Portfolio: want.Key, Principal: &p, Before: p.words()})
		}
	}
}

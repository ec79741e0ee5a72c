package catalog

// index finds what a catalog has by region and key. What it has not is empty, never nil.
type index struct {
	all      Catalog
	products map[[2]string]*Product
	folios   map[[2]string]*Portfolio
	locals   map[[2]string]*Local // by account and region
}

func indexed(c Catalog) index {
	i := index{all: c, products: map[[2]string]*Product{}, folios: map[[2]string]*Portfolio{}, locals: map[[2]string]*Local{}}
	for n := range c.Products {
		p := &c.Products[n]
		i.products[[2]string{p.Region, p.Key}] = p
	}
	for n := range c.Portfolios {
		p := &c.Portfolios[n]
		i.folios[[2]string{p.Region, p.Key}] = p
	}
	for n := range c.Locals {
		l := &c.Locals[n]
		i.locals[[2]string{l.Account, l.Region}] = l
	}
	return i
}

func (i index) product(c Change) *Product {
	if p := i.products[[2]string{c.Region, c.Product}]; p != nil {
		return p
	}
	return &Product{}
}

func (i index) folio(c Change) *Portfolio {
	if p := i.folios[[2]string{c.Region, c.Portfolio}]; p != nil {
		return p
	}
	return &Portfolio{}
}

func (i index) placement(c Change) *Placement {
	if p := i.folio(c).Placement(c.Product); p != nil {
		return p
	}
	return &Placement{}
}

// id is what AWS calls the thing that a change updates or removes.
func (i index) id(c Change) string {
	if c.Account != "" && c.Kind != KindLaunch {
		return i.locals[[2]string{c.Account, c.Region}].id(c)
	}
	switch c.Kind {
	case KindPortfolio, KindPrincipal, KindShare:
		return i.folio(c).ID
	case KindProduct, KindPlacement:
		return i.product(c).ID
	case KindVersion:
		if v := i.product(c).Version(c.Version.Name); v != nil {
			return v.ID
		}
	case KindConstraint:
		all := i.placement(c).Constraints
		if n := match(*c.Constraint, all, nil); n >= 0 {
			return all[n].ID
		}
	case KindTagOption, KindAction, KindBudget:
		return i.all.attachedID(c)
	case KindLaunch:
		return c.Launch.ID
	}
	return ""
}

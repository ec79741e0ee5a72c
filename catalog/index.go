package catalog

import (
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// index finds what a catalog has by region and key. What it has not is empty, never nil.
type index struct {
	products map[[2]string]*Product
	folios   map[[2]string]*Portfolio
}

func indexed(c Catalog) index {
	i := index{products: map[[2]string]*Product{}, folios: map[[2]string]*Portfolio{}}
	for n := range c.Products {
		p := &c.Products[n]
		i.products[[2]string{p.Region, p.Key}] = p
	}
	for n := range c.Portfolios {
		p := &c.Portfolios[n]
		i.folios[[2]string{p.Region, p.Key}] = p
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
	case KindTagOption:
		return c.TagOption.ID
	case KindAction:
		return c.Action.ID
	case KindLaunch:
		return c.Launch.ID
	}
	return ""
}

// sortVersions puts the oldest first; what is no version number comes before all.
func sortVersions(names []string) {
	slices.SortFunc(names, func(a, b string) int {
		x, errX := semver.StrictNewVersion(a)
		y, errY := semver.StrictNewVersion(b)
		switch {
		case errX != nil && errY != nil:
			return strings.Compare(a, b)
		case errX != nil:
			return -1
		case errY != nil:
			return 1
		}
		return x.Compare(y)
	})
}

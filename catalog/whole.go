package catalog

import (
	"reflect"
	"slices"

	"github.com/axle-cd/axle/products"
)

// Beyond says whether catalog.yaml changed in what no product's run carries out: a portfolio that
// is not among covered, the hub, the spokes, what is enforced. was is nil where there was no such
// file, and then what the products' runs need of it is not beyond them.
func Beyond(was, now *File, covered []string) bool {
	first := was == nil
	if first {
		was = &File{}
	}
	for _, key := range slices.Concat(sortedKeys(was.Portfolios), sortedKeys(now.Portfolios)) {
		before, there := was.Portfolios[key]
		after, here := now.Portfolios[key]
		if (there != here || !reflect.DeepEqual(before, after)) && !slices.Contains(covered, key) {
			return true
		}
	}
	if first {
		return len(now.Enforced) > 0
	}
	return !reflect.DeepEqual(was.Hub, now.Hub) || !reflect.DeepEqual(was.Spokes, now.Spokes) || !reflect.DeepEqual(was.Enforced, now.Enforced)
}

// Left are the portfolios that catalog.yaml had and no longer has, by key.
func Left(was, now *File) []string {
	var left []string
	if was == nil {
		return nil
	}
	for _, key := range sortedKeys(was.Portfolios) {
		if _, ok := now.Portfolios[key]; !ok {
			left = append(left, key)
		}
	}
	return left
}

// Whole is what the hub should hold of all of catalog.yaml: every portfolio but gamma's, which
// gamma alone keeps, and in them what the products want there; and not the portfolios that have left.
func Whole(f *File, staging string, left []string, all ...Catalog) Catalog {
	bare := []Catalog{{Gone: Named(f.Hub.Regions, left).Portfolios}}
	for _, region := range f.Hub.Regions {
		for _, key := range sortedKeys(f.Portfolios) {
			if key == staging {
				continue
			}
			bare = append(bare, Catalog{Portfolios: []Portfolio{wantPortfolio(region, key, f.Portfolios[key])}})
		}
	}
	return Merge(append(bare, all...)...)
}

// Named are portfolios and products to be looked at, by nothing but their keys and names.
func Named(regions, keys []string, all ...*products.File) Catalog {
	var c Catalog
	for _, region := range regions {
		for _, p := range all {
			c.Products = append(c.Products, Product{Region: region, Key: p.Name, Name: p.Name})
		}
		for _, key := range keys {
			c.Portfolios = append(c.Portfolios, Portfolio{Region: region, Key: key})
		}
	}
	return Join(c)
}

// Present is what of want is there already: without a product that a region does not have yet,
// and without its placements. Its own run publishes it; and that alone takes back the state of a
// version that lifecycle does not name, as a rollback has left it.
func Present(want, have Catalog) Catalog {
	c := Catalog{Gone: want.Gone}
	for _, p := range want.Products {
		there := have.Product(p.Region, p.Key)
		if there == nil {
			continue
		}
		p.Versions = slices.Clone(p.Versions)
		for _, v := range there.Versions {
			if v.Digest != "" && p.Version(v.Name) == nil {
				p.Versions = append(p.Versions, Version{Name: v.Name, Active: v.Active, Guidance: v.Guidance})
			}
		}
		c.Products = append(c.Products, p)
	}
	for _, folio := range want.Portfolios {
		folio.Placements = slices.DeleteFunc(slices.Clone(folio.Placements), func(p Placement) bool {
			return have.Product(folio.Region, p.Product) == nil
		})
		c.Portfolios = append(c.Portfolios, folio)
	}
	return c
}

// gone removes portfolios that are to be no more: what is attached first, for AWS deletes an
// empty portfolio only.
func (d *difference) gone() {
	for _, left := range d.want.Gone {
		have := d.have.Portfolio(d.region, left.Key)
		if have == nil || d.want.Portfolio(d.region, left.Key) != nil {
			continue
		}
		d.removed(left, *have)
		d.add(Change{Verb: Delete, Kind: KindPortfolio, Portfolio: left.Key, Before: have.DisplayName})
	}
}

package catalog_test

import (
	"fmt"
	"testing"

	"github.com/axle-cd/axle/catalog"
)

// estate is an organization's catalog: products of ten versions, twenty to a portfolio, in each region.
func estate(regions, products int) catalog.Catalog {
	var c catalog.Catalog
	for r := range regions {
		region := fmt.Sprintf("region-%d", r)
		for f := range products / 20 {
			folio := catalog.Portfolio{Region: region, Key: fmt.Sprintf("folio-%03d", f), DisplayName: "Folio", Tags: map[string]string{"cost": "1"}, Principals: principals("IAM_PATTERN", 8)}
			for u := range 5 {
				folio.Shares = append(folio.Shares, catalog.Share{Type: "ORGANIZATIONAL_UNIT", Node: fmt.Sprintf("ou-ab12-%08d", u)})
			}
			for n := range 20 {
				key := fmt.Sprintf("product-%03d", f*20+n)
				folio.Placements = append(folio.Placements, catalog.Placement{Product: key, Constraints: []catalog.Constraint{{Type: "LAUNCH", Parameters: `{"LocalRoleName":"R"}`}}})
				c.Products = append(c.Products, catalog.Product{Region: region, Key: key, Name: key, Owner: "team", Tags: map[string]string{"cost": "1"}, Versions: versions(10)})
			}
			c.Portfolios = append(c.Portfolios, folio)
		}
	}
	return catalog.Join(c)
}

// BenchmarkPlan plans 200 products in 5 regions, all of them with something to change, and a launch
// in each of 1,000 spokes and 5 regions: the issue allows 2 s of CPU and 300 MB.
func BenchmarkPlan(b *testing.B) {
	have := estate(5, 200)
	want := clone(have)
	for i := range want.Products {
		p := &want.Products[i]
		p.Owner, p.Versions = "another team", append(p.Versions, catalog.Version{Name: "2.0.0", Digest: digest("2.0.0"), Active: true, Guidance: "DEFAULT"})
	}
	var spokes []catalog.Spoke
	for s := range 1000 {
		for r := range 5 {
			spokes = append(spokes, catalog.Spoke{Account: fmt.Sprintf("%012d", s), Region: fmt.Sprintf("region-%d", r), State: "ACTIVE"})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		changes := catalog.Plan(want, have)
		for _, s := range spokes {
			changes = append(changes, catalog.Change{Verb: catalog.Create, Kind: catalog.KindLaunch, Account: s.Account, Region: s.Region, Calls: 1,
				Launch: &catalog.Launch{Entry: "guard", Account: s.Account, Region: s.Region, Product: "product-000", Version: "2.0.0", Name: "guard"}})
		}
		p := catalog.Propose(catalog.Prospect{Hub: "999999999999", Changes: changes, Have: have, Quotas: catalog.Quotas(changes, have), Spokes: spokes})
		if len(p.Changes) != 2*5*200+5000 {
			b.Fatal(len(p.Changes))
		}
	}
}

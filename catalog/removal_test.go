package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// shared is bucket() whose portfolio is shared with n units.
func shared(n int) catalog.Catalog {
	return with(func(c *catalog.Catalog) {
		c.Portfolios[0].Shares = nil
		for i := range n {
			c.Portfolios[0].Shares = append(c.Portfolios[0].Shares, catalog.Share{Type: "ORGANIZATIONAL_UNIT", Node: fmt.Sprintf("ou-ab12-%08d", i)})
		}
	})
}

// CAT-52 B198 BL10 T30: of each kind at most one in ten, and at most five, go without their number.
func TestRemovals(t *testing.T) {
	for name, c := range map[string]struct {
		want, have catalog.Catalog
		count      int
		asks       bool
	}{
		"none":                                {shared(3), shared(3), 0, false},
		"one of twenty":                       {shared(19), shared(20), 1, false},
		"one of ten":                          {shared(9), shared(10), 1, false},
		"one of nine":                         {shared(8), shared(9), 1, true},
		"the only one":                        {shared(0), shared(1), 1, true},
		"five of a hundred":                   {shared(95), shared(100), 5, false},
		"six of a hundred":                    {shared(94), shared(100), 6, true},
		"37 of 37":                            {shared(0), shared(37), 37, true},
		"a share of many, and the principals": {with(func(c *catalog.Catalog) { *c = shared(19); c.Portfolios[0].Principals = nil }), shared(20), 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := catalog.Propose(prospect(c.want, c.have)).Removals
			if r.Count != c.count || r.Asks != c.asks {
				t.Fatalf("%d removals, asks %v (%s)", r.Count, r.Asks, r.Why)
			}
			for said, right := range map[int]bool{0: !c.asks, c.count: true, c.count + 1: false} {
				err := r.Confirm(said)
				if (err == nil) != right {
					t.Errorf("said %d: %v", said, err)
				}
				if c.asks && said != c.count && (document.CodeOf(err) != "AXLE1229" || !strings.Contains(err.Error(), fmt.Sprintf("needs --yes-remove %d", c.count))) {
					t.Errorf("said %d: %v", said, err)
				}
			}
		})
	}
}

// CAT-52: a removal stands apart, with its id; what does not come back as it was is said.
func TestRemovalIsMarked(t *testing.T) {
	have := with(func(c *catalog.Catalog) { c.Portfolios[0].ID = "port-1" })
	p := catalog.Propose(prospect(with(func(c *catalog.Catalog) { c.Portfolios[0].Shares = nil }), have))
	if len(p.Changes) != 1 || !p.Changes[0].Removal || !p.Changes[0].Reversible || p.Changes[0].ID != "port-1" {
		t.Errorf("%+v", p.Changes)
	}
	gone := catalog.Change{Verb: catalog.Delete, Kind: catalog.KindLaunch, Account: "333333333333", Region: "eu-west-1", Launch: &catalog.Launch{ID: "pp-1"}}
	p = catalog.Propose(catalog.Prospect{Changes: []catalog.Change{gone, gone}})
	if p.Changes[0].Reversible || p.Changes[0].ID != "pp-1" || len(p.Risks) != 1 || !p.Removals.Asks {
		t.Errorf("%+v %v %v", p.Changes[0], p.Risks, p.Removals)
	}
}

package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// apart refuses two constraints of which AWS takes one (CT-11).
func apart(want Catalog) error {
	for _, folio := range want.Portfolios {
		for _, at := range folio.Placements {
			var kinds []string
			for _, k := range at.Constraints {
				if k.builds() {
					kinds = append(kinds, k.Type)
				}
			}
			if len(kinds) > 1 {
				return document.Fail("AXLE2663", fmt.Sprintf("%s in portfolio %s %s has the constraints %s", at.Product, folio.Key, folio.Region, strings.Join(kinds, " and ")),
					"keep one: a product has one LAUNCH or one STACKSET in a portfolio", nil)
			}
		}
	}
	return nil
}

// builds says whether a constraint decides who builds: a product has one such in a portfolio.
func (k Constraint) builds() bool { return k.Type == "LAUNCH" || k.Type == "STACKSET" }

// choosable refuses a tag option that leaves a launch nothing to choose: a key that the portfolio
// has too, and no value of both (CT-18).
func choosable(want, have Catalog) error {
	for _, folio := range want.Portfolios {
		there := values(have.at(folio).TagOptions)
		for _, at := range folio.Placements {
			p := want.Product(folio.Region, at.Product)
			if p == nil {
				continue
			}
			given := values(p.TagOptions)
			for _, key := range sortedKeys(given) {
				both := slices.ContainsFunc(given[key], func(v string) bool { return slices.Contains(there[key], v) })
				if len(there[key]) > 0 && !both {
					return conflict("AXLE2662", *p, fmt.Sprintf("offers %s of %s, and portfolio %s (%s) has %s: no launch could choose",
						strings.Join(given[key], ", "), key, folio.Key, have.at(folio).ID, strings.Join(there[key], ", ")),
						"give them a value in common, or take the tag option from the portfolio")
				}
			}
		}
	}
	return nil
}

// at is the portfolio as it is, or an empty one.
func (c Catalog) at(folio Portfolio) Portfolio {
	if p := c.Portfolio(folio.Region, folio.Key); p != nil {
		return *p
	}
	return Portfolio{}
}

// values are what a launch may choose, by key.
func values(all []TagOption) map[string][]string {
	of := map[string][]string{}
	for _, o := range all {
		if !o.Inactive {
			of[o.Key] = append(of[o.Key], o.Value)
		}
	}
	return of
}

// defined refuses a service action whose name somebody else gave to something else: they are
// one a region, and changing it would change it for all who use it.
func defined(want, have Catalog) error {
	for _, region := range want.Regions() {
		there := have.SharedIn(region)
		for _, p := range want.In(region).Products {
			for _, a := range p.Actions {
				found, doubles := there.Action(a)
				switch {
				case len(doubles) > 0:
					return conflict("AXLE2661", p, fmt.Sprintf("has service action %s, which could be any of %s", a.Name, ids(doubles)), "delete the others, or choose another name")
				case found != nil && found.Owner != a.Owner && found.words() != a.words():
					return conflict("AXLE2660", p, fmt.Sprintf("has service action %s: %s; %s is already %s, of %s", a.Name, a.words(), found.ID, found.words(), found.owned()),
						"choose another name: a name means one thing in a region")
				}
				if found == nil {
					there.Actions = append(there.Actions, a)
				}
			}
		}
	}
	return nil
}

func (a Action) owned() string {
	if a.Owner == "" {
		return "somebody else"
	}
	return "product " + a.Owner
}

func ids(all []Action) string {
	names := make([]string, len(all))
	for i, a := range all {
		names[i] = a.ID
	}
	return strings.Join(names, ", ")
}

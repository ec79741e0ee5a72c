package catalog

import (
	"fmt"
	"maps"
	"slices"

	"github.com/axle-cd/axle/document"
)

// Removals are what a plan takes away, and whether a person must say their number (CAT-52).
type Removals struct {
	Count int    `json:"count"`
	Asks  bool   `json:"asks"`          // for --yes-remove Count
	Why   string `json:"why,omitempty"` // it asks: the kind that loses most
}

// What may be removed without asking for the number: of each kind, at most five, and at most one
// in ten of what is there (BL10).
const (
	removedAtMost = 5
	oneInRemoved  = 10
)

// removals counts them. Have is all that was observed: a list that was cut short is no have, and
// there is no plan from it.
func removals(changes []Change, have Catalog) Removals {
	var r Removals
	gone := map[Kind]int{}
	for _, c := range changes {
		if c.Verb == Delete {
			gone[c.Kind]++
			r.Count++
		}
	}
	there := have.count()
	for _, kind := range slices.Sorted(maps.Keys(gone)) {
		n := gone[kind]
		if n <= removedAtMost && n*oneInRemoved <= there[kind] {
			continue
		}
		if why := fmt.Sprintf("%d of %d %s", n, max(n, there[kind]), kind.plural()); !r.Asks {
			r.Asks, r.Why = true, why
		} else {
			r.Why += ", " + why
		}
	}
	return r
}

// count is how many of each kind there are.
func (c Catalog) count() map[Kind]int {
	n := map[Kind]int{KindProduct: len(c.Products), KindPortfolio: len(c.Portfolios)}
	for _, p := range c.Products {
		n[KindVersion] += len(p.Versions)
		n[KindTagOption] += len(p.TagOptions)
		n[KindAction] += len(p.Actions)
		n[KindBudget] += len(p.Budgets)
	}
	for _, l := range c.Locals {
		n[KindAcceptance] += len(l.Received)
		n[KindLocal] += len(l.Portfolios)
		n[KindCopy] += len(l.Copies)
		for _, p := range l.Portfolios {
			n[KindImport] += len(p.Placements)
		}
	}
	for _, p := range c.Portfolios {
		n[KindPlacement] += len(p.Placements)
		n[KindPrincipal] += len(p.Principals)
		n[KindShare] += len(p.Shares)
		for _, at := range p.Placements {
			n[KindConstraint] += len(at.Constraints)
		}
	}
	return n
}

// Confirm refuses a plan that removes much, unless its number of removals was said (B198).
func (r Removals) Confirm(said int) error {
	switch {
	case r.Asks && said != r.Count:
		return document.Fail("AXLE1229", fmt.Sprintf("%d targets would be removed (%s); needs --yes-remove %d", r.Count, r.Why, r.Count),
			"read the removals; if they are meant, approve with that number", nil)
	case !r.Asks && said != 0 && said != r.Count:
		return document.Fail("AXLE1229", fmt.Sprintf("--yes-remove %d: the plan removes %d", said, r.Count), "look at the plan again", nil)
	}
	return nil
}

func (k Kind) plural() string {
	if k == KindLaunch {
		return "launches"
	}
	return string(k) + "s"
}

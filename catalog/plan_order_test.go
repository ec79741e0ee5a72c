package catalog_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
)

// CAT-53: over random pairs, who may launch and with which role is settled before a portfolio is
// shared, and what is taken away is taken last. (That a version is made before others are
// deprecated, and these before any is retired, TestPlanOverRandomPairs holds.)
func TestSharesComeAfterWhatTheyShow(t *testing.T) {
	shares := 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 4))
		plan := catalog.Plan(random(r, true), random(r, false))
		for i, c := range plan {
			if c.Kind != catalog.KindShare || c.Verb == catalog.Delete {
				continue
			}
			shares++
			late := slices.IndexFunc(plan[i:], func(x catalog.Change) bool {
				settled := x.Kind == catalog.KindConstraint || x.Kind == catalog.KindPrincipal && x.Principal.Account == "" && x.Verb == catalog.Create || x.Kind == catalog.KindPlacement && x.Verb == catalog.Create
				return settled && x.Region == c.Region && x.Portfolio == c.Portfolio
			})
			if late >= 0 {
				t.Fatalf("seed %d: %s, and only then %s:\n%s", seed, c, plan[i+late], strings.Join(catalog.Summary(plan), "\n"))
			}
		}
	}
	if shares < 500 {
		t.Errorf("%d shares: too few to show anything", shares)
	}
}

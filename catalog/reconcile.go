package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/axle-cd/axle/document"
)

// RegionErrors are the regions, and the spokes in a region ("111111111111 eu-west-1"), that
// failed, and why. The others went on (CAT-34).
type RegionErrors map[string]error

func (e RegionErrors) Error() string {
	lines := make([]string, 0, len(e))
	for _, region := range sortedKeys(e) {
		lines = append(lines, region+": "+e[region].Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors in order of region.
func (e RegionErrors) Unwrap() []error {
	all := make([]error, 0, len(e))
	for _, region := range sortedKeys(e) {
		all = append(all, e[region])
	}
	return all
}

// Permit says which of the planned changes may be made, or refuses the plan.
type Permit func(plan []Change) ([]Change, error)

// Additions permits everything but removals: what needs no approval, in a staging portfolio. A
// constraint that a removal would have to make room for is refused: AWS would not take it (CT-11).
func Additions(plan []Change) ([]Change, error) {
	var kept []Change
	held := map[string]Constraint{}
	for _, c := range plan {
		at := c.Region + "/" + c.Portfolio + "/" + c.Product
		decides := c.Kind == KindConstraint && c.Constraint.builds()
		if c.Verb == Delete {
			if decides {
				held[at] = *c.Constraint
			}
			continue
		}
		if other, both := held[at]; both && decides {
			return nil, document.Fail("AXLE2663", fmt.Sprintf("%s in portfolio %s %s has a %s constraint, and a %s does not go beside it", c.Product, c.Portfolio, c.Region, other.Type, c.Constraint.Type),
				"delete that constraint by hand: what stands is removed only with an approval", nil)
		}
		kept = append(kept, c)
	}
	return kept, nil
}

// Approved permits a plan whose every change a person approved: that plan, or what an
// interrupted run has left of it. Anything else is refused with both digests (CAT-50).
func Approved(approved []Change) Permit {
	return func(plan []Change) ([]Change, error) {
		seen := map[string]bool{}
		for _, c := range approved {
			seen[c.key()], seen[c.unwaved()] = true, true
			for _, a := range c.aims() {
				seen[a.key()], seen[a.unwaved()] = true, true
			}
		}
		for _, c := range plan {
			if !seen[c.key()] && (c.Verb == Delete || !seen[c.aim().key()]) {
				return nil, document.Fail("AXLE2610", fmt.Sprintf("the plan is no longer the approved one: approved %s, now %s; not approved: %s",
					Digest(approved), Digest(plan), c), "look at the new plan and approve it", nil)
			}
		}
		return plan, nil
	}
}

// aim is what a change comes to, whatever is there before.
func (c Change) aim() Change {
	c.Verb, c.Before, c.After = "", "", ""
	if c.NewProduct != nil {
		p := *c.NewProduct
		p.Versions = nil
		c.NewProduct = &p
	}
	return c
}

// aims are what whoever permits a copy to be made permits it to come to: it takes several calls,
// and a run may end between two of them.
func (c Change) aims() []Change {
	if c.Kind != KindCopy || c.Verb != Create {
		return nil
	}
	all := []Change{c.aim()}
	if c.NewProduct != nil {
		for _, v := range c.NewProduct.Versions {
			all = append(all, Change{Kind: c.Kind, Account: c.Account, Region: c.Region, Wave: c.Wave, Product: c.Product, Version: &v})
		}
	}
	return all
}

// Report is what Reconcile did, and how it left the hub.
type Report struct {
	Applied   []Change     // in order, region by region
	Remaining []Change     // permitted, and still not as wanted
	Withheld  []Change     // planned, but not permitted
	Errors    RegionErrors // regions that failed
	Have      Catalog      // the hub as last seen, without the regions that failed
}

// Err is nil when the hub was seen to be as wanted.
func (r Report) Err() error {
	if len(r.Errors) > 0 {
		return r.Errors
	}
	if len(r.Remaining) > 0 {
		return document.Fail("AXLE2611", "applied, and yet the catalog still differs: "+strings.Join(Summary(r.Remaining), "; "),
			"someone else may be changing it; run again", nil)
	}
	return nil
}

// Reconcile makes the hub as wanted: observe, plan, ask permit, apply in order, each region
// on its own, and observe again; done means seen, not sent. It is idempotent. An error means
// that nothing was changed; what failed later is in the Report.
func Reconcile(ctx context.Context, hub Hub, want Catalog, permit Permit) (Report, error) {
	have, failed, err := observe(ctx, hub)
	if err != nil {
		return Report{}, err
	}
	if err := Check(want, have); err != nil {
		return Report{}, err
	}
	want = without(want, failed)
	plan := Plan(want, have)
	allowed, err := permit(plan)
	if err != nil {
		return Report{}, err
	}
	r := Report{Errors: failed, Have: have, Withheld: minus(plan, allowed)}
	if len(allowed) == 0 {
		return r, nil
	}
	r.apply(ctx, hub, allowed)
	r.lookAgain(ctx, hub, want)
	return r, nil
}

func observe(ctx context.Context, hub Hub) (Catalog, RegionErrors, error) {
	have, err := hub.Observe(ctx)
	failed := RegionErrors{}
	var some RegionErrors
	if errors.As(err, &some) {
		for region, e := range some {
			failed[region] = e
		}
		err = nil
	}
	for _, l := range have.Locals {
		if l.Err != nil {
			failed[l.place()] = l.Err
		}
	}
	return have, failed, err
}

func without(c Catalog, failed RegionErrors) Catalog {
	var kept []Catalog
	for _, region := range c.Regions() {
		if failed[region] == nil {
			in := c.In(region)
			in.Locals = slices.DeleteFunc(in.Locals, func(l Local) bool { return failed[l.place()] != nil })
			kept = append(kept, in)
		}
	}
	return Join(kept...)
}

// apply goes through each region's changes in order, the regions side by side; then through
// those of each spoke there, the spokes side by side. Each stops at its first failure: what
// follows may rest on it, and a spoke's rest on its region's.
func (r *Report) apply(ctx context.Context, hub Hub, changes []Change) {
	regions, spokes := map[string][]Change{}, map[string][]Change{}
	for _, c := range changes {
		if c.Account == "" {
			regions[c.Region] = append(regions[c.Region], c)
		} else {
			spokes[c.Account+" "+c.Region] = append(spokes[c.Account+" "+c.Region], c)
		}
	}
	r.applyEach(ctx, hub, regions)
	for at, list := range spokes {
		if r.Errors[list[0].Region] != nil {
			delete(spokes, at)
		}
	}
	r.applyEach(ctx, hub, spokes)
}

// abreast is how many regions or spokes are changed at a time.
const abreast = 64

func (r *Report) applyEach(ctx context.Context, hub Hub, lists map[string][]Change) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	turn := make(chan struct{}, abreast)
	done := map[string][]Change{}
	for at, list := range lists {
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			n, err := applyAll(ctx, hub, list)
			mu.Lock()
			defer mu.Unlock()
			done[at] = list[:n]
			if err != nil {
				r.Errors[at] = err
			}
		})
	}
	wg.Wait()
	for _, at := range sortedKeys(done) {
		r.Applied = append(r.Applied, done[at]...)
	}
}

func applyAll(ctx context.Context, hub Hub, changes []Change) (int, error) {
	for i, c := range changes {
		if err := hub.Apply(ctx, c); err != nil {
			return i, err
		}
	}
	return len(changes), nil
}

// lookAgain observes after the changes; what cannot be seen is not done.
func (r *Report) lookAgain(ctx context.Context, hub Hub, want Catalog) {
	have, failed, err := observe(ctx, hub)
	places := want.Regions()
	for _, l := range want.Locals {
		places = append(places, l.place())
	}
	for _, at := range places {
		e := failed[at]
		if err != nil {
			e = err
		}
		if e != nil && r.Errors[at] == nil {
			r.Errors[at] = e
		}
	}
	r.Have = without(have, r.Errors)
	r.Remaining = minus(Plan(without(want, r.Errors), have), r.Withheld)
}

// minus is all of a that is not in b.
func minus(a, b []Change) []Change {
	drop := map[string]bool{}
	for _, c := range b {
		drop[c.key()] = true
	}
	var left []Change
	for _, c := range a {
		if !drop[c.key()] {
			left = append(left, c)
		}
	}
	return left
}

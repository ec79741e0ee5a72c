package stages

import (
	"context"
	"errors"
	"fmt"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

// approved are the changes of the plan that a person saw.
func (d Deps) approved(in pipeline.Input) ([]catalog.Change, error) {
	planned := in.Results["prod/plan"]
	if planned.Verdict != pipeline.Skipped && in.Approved == "" {
		return nil, document.Fail("AXLE4110", "nobody has approved the plan", "", nil)
	}
	p, err := d.proposal(in)
	if err != nil {
		return nil, err
	}
	return p.Changes, p.Removals.Confirm(in.Removals)
}

// publish makes the hub as planned, and nothing else: a plan that differs is refused, and a
// version that what was published meanwhile no longer lets through (CAT-20, X34).
func (d Deps) publish(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	changes, err := d.approved(in)
	if err != nil {
		return pipeline.Result{}, err
	}
	o, err := d.Look(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	if was := in.Results["prod/plan"].Artifact("package"); was != o.Release.Digest {
		return failed("AXLE2140", fmt.Sprintf("integrity: the package is %s, approved was %s", o.Release.Digest, was), "start a new run"), nil
	}
	still, err := d.compatible(ctx, in, func(pipeline.Input, string, ...any) {})
	if err != nil || still.Verdict != pipeline.Pass {
		return still, err
	}
	report, err := catalog.Reconcile(ctx, o.hub, o.Want, catalog.Approved(changes))
	for _, c := range report.Applied {
		d.Say(in, "%s", c)
	}
	if err = errors.Join(err, report.Err()); err != nil {
		return pipeline.Result{}, err
	}
	product := o.Want.Products[0].Name
	err = d.Releases.Record(ctx, in.RunID, product, products.Published{Version: o.Release.Version, Digest: o.Release.Digest, Template: o.Release.Template})
	if err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Verdict: pipeline.Pass, Artifacts: []pipeline.Artifact{{Name: "package", Digest: o.Release.Digest}}}, nil
}

// verify looks, as an end user of every active spoke, whether the version can be launched.
func (d Deps) verify(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	c, err := d.hubbed(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	org, err := d.Organization(ctx, c.catalog)
	if err != nil {
		return pipeline.Result{}, err
	}
	spokes, err := catalog.Spokes(c.catalog, org)
	if err != nil {
		return pipeline.Result{}, err
	}
	var unreached []error
	reached := 0
	for _, s := range spokes {
		if !s.Active() {
			d.Say(in, "%s %s: skipped, %s", s.Account, s.Region, s.Why)
			continue
		}
		offer, err := d.Launcher.Offer(ctx, catalog.User{Account: s.Account, Role: s.Role, Region: s.Region}, c.product.Name, c.product.Version)
		if err != nil {
			unreached = append(unreached, document.Fail("AXLE3130", fmt.Sprintf("spoke %s %s cannot launch %s %s", s.Account, s.Region, c.product.Name, c.product.Version), "", err))
			continue
		}
		reached++
		d.Say(in, "%s %s: %s %s can be launched as %s (%s)", s.Account, s.Region, c.product.Name, c.product.Version, s.Role, offer.PathID)
	}
	if reached+len(unreached) == 0 {
		return failed("AXLE2131", "nothing to distribute to: catalog.yaml names no active spoke", "add one under spokes"), nil
	}
	if len(unreached) > 0 {
		return pipeline.Result{}, errors.Join(unreached...)
	}
	return pipeline.Result{Verdict: pipeline.Pass}, nil
}

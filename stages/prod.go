package stages

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	product := o.Want.Products[0].Name
	p := publication{Deps: d, in: in, look: o, changes: changes, verify: func(ctx context.Context, region string) error {
		return d.launchable(ctx, in, o.commit, o.file.LaunchedAs(o.org, o.spokes, o.commit.product.Name), region)
	}}
	if res, err := p.make(ctx); err != nil || res.Verdict != pipeline.Pass {
		return res, err
	}
	err = d.Releases.Record(ctx, in.RunID, product, products.Published{Version: o.Release.Version, Digest: o.Release.Digest, Template: o.Release.Template})
	if err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Verdict: pipeline.Pass, Artifacts: []pipeline.Artifact{{Name: "package", Digest: o.Release.Digest}}}, nil
}

// verify looks, as an end user of an active spoke of each region, whether the version can be launched.
func (d Deps) verify(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	c, err := d.hubbed(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	org, spokes, err := d.spokes(ctx, c.catalog)
	if err != nil {
		return pipeline.Result{}, err
	}
	for _, s := range spokes {
		if !s.Active() {
			d.Say(in, "%s %s: skipped, %s", s.Account, s.Region, s.Why)
		}
	}
	if !slices.ContainsFunc(spokes, catalog.Spoke.Active) {
		return failed("AXLE2131", "nothing to distribute to: catalog.yaml names no active spoke", "add one under spokes"), nil
	}
	spokes = c.catalog.LaunchedAs(org, spokes, c.product.Name)
	var unseen []error
	for _, region := range c.catalog.Hub.Regions {
		unseen = append(unseen, d.launchable(ctx, in, c, spokes, region))
	}
	if err := errors.Join(unseen...); err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Verdict: pipeline.Pass}, nil
}

// launchable looks whether the commit's version can be launched in a region. One that product.yaml
// deprecates or retires itself, as after a rollback, cannot, and shall not.
func (d Deps) launchable(ctx context.Context, in pipeline.Input, c *commit, spokes []catalog.Spoke, region string) error {
	if slices.Contains(c.product.Lifecycle.Retired, c.product.Version) {
		d.Say(in, "%s: %s %s is retired: nobody is asked", region, c.product.Name, c.product.Version)
		return nil
	}
	if slices.ContainsFunc(c.product.Lifecycle.Deprecated, func(x products.Deprecated) bool { return x.Version == c.product.Version }) {
		d.Say(in, "%s: %s %s is deprecated: it is not launched any more, and nobody is asked", region, c.product.Name, c.product.Version)
		return nil
	}
	return d.offered(ctx, in, spokes, region, c.product.Name, c.product.Version)
}

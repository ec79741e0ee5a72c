package stages

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Outlook is what publishing would do: the release, what the hub should hold, and what differs.
type Outlook struct {
	Release catalog.Release
	Want    catalog.Catalog
	Changes []catalog.Change
	hub     catalog.Hub
}

// Look observes the hub and plans the commit's publication. A conflict with what is published
// is an error with a 2xxx code.
func (d Deps) Look(ctx context.Context, in pipeline.Input) (Outlook, error) {
	var o Outlook
	c, err := d.hubbed(ctx, in)
	if err != nil {
		return o, err
	}
	if o.Release, err = d.release(in, c); err != nil {
		return o, err
	}
	if o.Want, err = catalog.Want(c.catalog, c.product, o.Release); err != nil {
		return o, err
	}
	if err := d.someSpoke(ctx, c.catalog); err != nil {
		return o, err
	}
	o.hub = d.Hub(c.catalog, o.Want)
	have, err := o.hub.Observe(ctx)
	if err != nil {
		return o, err
	}
	if err := catalog.Check(o.Want, have); err != nil {
		return o, err
	}
	o.Changes = catalog.Plan(o.Want, have)
	return o, nil
}

// someSpoke refuses to publish for nobody (B197).
func (d Deps) someSpoke(ctx context.Context, f *catalog.File) error {
	org, err := d.Organization(ctx, f)
	if err != nil {
		return err
	}
	spokes, err := catalog.Spokes(f, org)
	if err == nil && !slices.ContainsFunc(spokes, catalog.Spoke.Active) {
		err = document.Fail("AXLE1219", "nothing to distribute to: catalog.yaml names no active spoke", "add one under spokes", nil)
	}
	return err
}

// plan says what publishing would change. With nothing to change there is nothing to approve.
func (d Deps) plan(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	o, err := d.Look(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	data, err := json.Marshal(o.Changes)
	if err != nil {
		return pipeline.Result{}, err
	}
	stored, err := d.Store.Put(data)
	if err != nil {
		return pipeline.Result{}, err
	}
	for _, line := range catalog.Summary(o.Changes) {
		d.Say(in, "%s", line)
	}
	res := pipeline.Result{Verdict: pipeline.Pass, Artifacts: []pipeline.Artifact{
		{Name: "plan", Digest: stored}, {Name: "package", Digest: o.Release.Digest}, {Name: "template", Digest: o.Release.Template},
	}}
	if len(o.Changes) == 0 {
		d.Say(in, "nothing to change")
		res.Verdict = pipeline.Skipped
	}
	return res, nil
}


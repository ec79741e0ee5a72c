package stages

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

// Outlook is what publishing would do: the release, what the hub should hold, and what differs.
type Outlook struct {
	Release  catalog.Release
	Want     catalog.Catalog
	Changes  []catalog.Change
	file     *catalog.File
	have     catalog.Catalog
	scope    catalog.Catalog // what of the hub is looked at
	hub      catalog.Hub
	commit   *commit // nil in catalog.yaml's own run
	spokes   []catalog.Spoke
	org      catalog.Organization
	retiring []catalog.Risk     // who runs what is retired
	Launches catalog.LaunchPlan // of enforced; they are among the Changes of what Foresee gives
	waves    []catalog.Wave     // with the hub's regions of each; nil: everything at once
	reads    map[string]int     // of this look at the hub, by region
	notes    []string           // for people
	products []*products.File   // of catalog.yaml's own run: as they are published
}

// Look observes the hub and plans the commit's publication. A conflict with what is published
// is an error with a 2xxx code.
func (d Deps) Look(ctx context.Context, in pipeline.Input) (Outlook, error) {
	o, scope, err := d.wanted(ctx, in)
	if err != nil {
		return o, err
	}
	org, spokes, err := d.spokes(ctx, o.file)
	if err != nil {
		return o, err
	}
	if in.Whole == nil && !slices.ContainsFunc(spokes, catalog.Spoke.Active) { // for nobody (B197)
		return o, document.Fail("AXLE1219", "nothing to distribute to: catalog.yaml names no active spoke", "add one under spokes", nil)
	}
	if waves := Waves(in.Stages["prod"].Distribute); waves != nil {
		if o.waves, err = catalog.Visibility(o.file, waves, org, spokes); err != nil {
			return o, err
		}
	}
	o.org, o.spokes, o.scope = org, spokes, catalog.WithLocals(o.file, org, spokes, scope)
	o.hub = d.Hub(o.file, o.scope)
	before := d.Meter.Spent()
	if o.have, err = o.hub.Observe(ctx); err != nil {
		return o, err
	}
	o.reads = reads(d.Meter.Spent(), before, o.file)
	if in.Whole != nil {
		o.Want = catalog.Present(o.Want, o.have)
	} else if err := d.spoken(ctx, &o); err != nil {
		return o, err
	}
	o.Want = catalog.WithLocals(o.file, org, spokes, o.Want)
	o.Want = catalog.Thinned(o.Want, o.have, Thinning(in.Stages["prod"].Publish), d.today())
	if err := catalog.Check(o.Want, o.have); err != nil {
		return o, err
	}
	o.Changes = catalog.Plan(o.Want, o.have)
	return o, nil
}

// wanted is what git says that the hub should hold, and what is to be looked at for it.
func (d Deps) wanted(ctx context.Context, in pipeline.Input) (o Outlook, scope catalog.Catalog, err error) {
	if in.Whole != nil {
		return d.wholeWant(ctx, in)
	}
	c, err := d.hubbed(ctx, in)
	if err != nil {
		return o, scope, err
	}
	o.file, o.commit = c.catalog, c
	if o.Release, err = d.release(in, c); err != nil {
		return o, scope, err
	}
	o.Want, err = catalog.Want(c.catalog, c.product, o.Release)
	return o, o.Want, err
}

// spokes are whom catalog.yaml looks after, in the organization as it is now.
func (d Deps) spokes(ctx context.Context, f *catalog.File) (catalog.Organization, []catalog.Spoke, error) {
	org, err := d.Organization(ctx, f)
	if err != nil {
		return org, nil, err
	}
	all, err := catalog.Spokes(f, org)
	return org, all, err
}

// plan says what publishing would change. With nothing to change there is nothing to approve.
func (d Deps) plan(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	o, err := d.Foresee(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	p, err := d.Propose(ctx, in, o)
	if err != nil {
		return pipeline.Result{}, err
	}
	data, err := json.Marshal(p)
	if err != nil {
		return pipeline.Result{}, err
	}
	stored, err := d.Store.Put(data)
	if err != nil {
		return pipeline.Result{}, err
	}
	d.sayPlan(in, p)
	for _, u := range p.Unmet {
		d.Say(in, "not planned: %s", u)
	}
	for _, n := range p.Notes {
		d.Say(in, "%s", n)
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

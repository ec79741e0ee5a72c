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

// Keeper keeps provisioned products in the spokes as git has them. Parameters completes readings
// with what launches were given, where that is compared; a spoke that does not show it is unread.
// Keep returns when it is seen done, and does nothing where all is so already; one that failed is
// told by its Status.
type Keeper interface {
	Parameters(ctx context.Context, readings []catalog.Reading, want []catalog.Launch) error
	Keep(context.Context, catalog.Launch) (catalog.Provisioned, error)
}

// Foresee is Look, with what enforced would change in the spokes: for a product's run its own
// entries, for catalog.yaml's all. Where nothing is enforced no spoke is read.
func (d Deps) Foresee(ctx context.Context, in pipeline.Input) (Outlook, error) {
	o, err := d.Look(ctx, in)
	if err != nil {
		return o, err
	}
	if slices.ContainsFunc(o.Changes, retires) {
		readings, err := d.Fleet(ctx, o.spokes)
		if err != nil {
			return o, err
		}
		o.retiring = catalog.Retiring(o.Changes, o.have, readings)
	}
	if !o.enforces() {
		return o, nil
	}
	if err := d.enforced(ctx, in, &o); err != nil {
		return o, err
	}
	o.Changes = append(o.Changes, o.Launches.Changes...)
	return o, nil
}

// retires says whether a change takes a version from those who run it (CAT-78).
func retires(c catalog.Change) bool {
	return c.Kind == catalog.KindVersion && c.Verb == catalog.Update && !c.Version.Active
}

// enforces says whether anything is enforced that the run sees to.
func (o Outlook) enforces() bool {
	for _, e := range o.file.Enforced {
		if o.commit == nil || e.Product == o.commit.product.Name {
			return true
		}
	}
	return false
}

// enforced plans the launches of an outlook.
func (d Deps) enforced(ctx context.Context, in pipeline.Input, o *Outlook) error {
	product, all := "", o.products
	if o.commit != nil {
		product, all = o.commit.product.Name, []*products.File{o.commit.product}
	}
	if err := catalog.CheckEnforced(o.file, all, o.org, o.spokes).Err(); err != nil {
		return err
	}
	want := catalog.Enforce(o.file, product, all, catalog.Become(o.Want, o.have), o.org, o.spokes)
	readings, err := d.Fleet(ctx, want.Spokes(o.spokes))
	if err == nil {
		err = d.Keeper.Parameters(ctx, readings, want.Launches)
	}
	if err != nil {
		return err
	}
	o.Launches = catalog.PlanLaunches(want, readings)
	waves := Waves(in.Stages["prod"].Distribute)
	if r := o.Launches.Effect(waves, o.org, o.spokes); len(waves) > 0 {
		for i, t := range r.Targets { // as the changes are
			o.Launches.Changes[i].Wave = r.Waves[t.Wave].Name
		}
	}
	return nil
}

// enforce makes the spokes as enforced wants them, by what was approved: each launch by itself,
// after those that it depends on. What failed, before or now, is named and left as it is.
func (d Deps) enforce(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	o, _, err := d.wanted(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	d.proposeCampaign(in, o)
	if !o.enforces() {
		return pipeline.Result{Verdict: pipeline.Skipped}, nil
	}
	approved, err := d.approved(in)
	if err != nil {
		return pipeline.Result{}, err
	}
	if o, err = d.Foresee(ctx, in); err != nil {
		return pipeline.Result{}, err
	}
	if len(o.Launches.Changes)+len(o.Launches.Unmet) == 0 {
		return pipeline.Result{Verdict: pipeline.Skipped}, nil
	}
	may, withheld, err := catalog.Permitted(approved, o.Launches.Changes)
	if err != nil {
		return pipeline.Result{}, err
	}
	for _, c := range withheld {
		d.Say(in, "nobody approved it, for the next run: %s", c)
	}
	if len(may) == 0 {
		return d.asEnforced(in, o, withheld, nil)
	}
	r, turn, err := d.bring(ctx, in, o, approved, may)
	if err != nil {
		return pipeline.Result{}, err
	}
	if turn.End != catalog.Finished || slices.ContainsFunc(r.Targets, func(t catalog.Target) bool { return !t.Found && r.Done[t.Key].State == catalog.Broken }) {
		return d.concluded(in, r, turn)
	}
	if o, err = d.Foresee(ctx, in); err != nil { // done is what is seen
		return pipeline.Result{}, err
	}
	return d.asEnforced(in, o, withheld, r.Done)
}

// proposeCampaign says how those who run the product are moved to what was just published, where
// product.yaml asks for that. That a version mends a security fault its changes say; where they do
// not, a person decides.
func (d Deps) proposeCampaign(in pipeline.Input, o Outlook) {
	if o.commit == nil {
		return
	}
	p := o.commit.product
	command := fmt.Sprintf("axle campaign create --product %s --to %s", p.Name, p.Version)
	switch asked := p.Lifecycle.ForcedUpdate; {
	case asked == "always":
		d.Say(in, "lifecycle.forced_update is always; next: %s", command)
	case asked == "security_only" && catalog.Mends(p.Changes):
		d.Say(in, "lifecycle.forced_update is security_only, and %s mends a security fault; next: %s --critical", p.Version, command)
	case asked == "security_only":
		d.Say(in, "lifecycle.forced_update is security_only; if %s mends a security fault: %s --critical", p.Version, command)
	}
}

// bring carries out the launches that may be.
func (d Deps) bring(ctx context.Context, in pipeline.Input, o Outlook, approved, may []catalog.Change) (catalog.Rollout, catalog.Turn, error) {
	launches := map[string]catalog.Launch{}
	for _, c := range slices.Concat(approved, may) { // what a crash left under way may be in the one alone
		if c.Kind == catalog.KindLaunch {
			launches[c.Launch.Key()] = *c.Launch
		}
	}
	plan := o.Launches
	plan.Changes = may
	return d.Distribute(ctx, in.RunID+"/enforce", plan.Effect(Waves(in.Settings.Distribute), o.org, o.spokes), Work{
		Do:  func(ctx context.Context, t catalog.Target) error { return d.keep(ctx, launches[t.Key]) },
		Say: func(format string, args ...any) { d.Say(in, format, args...) },
	})
}

// keep makes one launch as it is wanted.
func (d Deps) keep(ctx context.Context, l catalog.Launch) error {
	p, err := d.Keeper.Keep(ctx, l)
	if err == nil && !l.Terminated && p.Status != "AVAILABLE" {
		err = document.Fail("AXLE2751", fmt.Sprintf("%s (%s) ended %s: %s", l.Name, p.ID, p.Status, p.Message), "", nil)
	}
	return err
}

// asEnforced is the verdict of a last look: what is not as wanted, and what was not read. done is
// what came of the launches, where any were begun.
func (d Deps) asEnforced(in pipeline.Input, o Outlook, withheld []catalog.Change, done map[string]catalog.Outcome) (pipeline.Result, error) {
	var faults []error
	unread := false
	for _, u := range o.Launches.Unmet {
		if u.Waits() {
			d.Say(in, "%s", u)
			continue
		}
		unread = unread || u.Code == catalog.CodeUnread
		faults = append(faults, document.Fail(u.Code, u.String(), u.Hint, nil))
	}
	for _, c := range o.Launches.Changes {
		if !slices.ContainsFunc(withheld, func(w catalog.Change) bool { return w.Launch.Key() == c.Launch.Key() }) {
			faults = append(faults, undone(c, done[c.Launch.Key()]))
		}
	}
	switch err := errors.Join(faults...); {
	case err == nil:
		return pipeline.Result{Verdict: pipeline.Pass}, nil
	case unread:
		return pipeline.Result{}, err
	default:
		return pipeline.Result{Verdict: pipeline.Fail, Findings: pipeline.FindingsOf(err)}, nil
	}
}

// undone says why a launch that was approved is still to do.
func undone(c catalog.Change, o catalog.Outcome) error {
	if o.State == catalog.Blocked {
		return document.Fail("AXLE2752", "not begun: "+c.String()+": "+o.Why, "mend what it comes after, then run again", nil)
	}
	return document.Fail("AXLE2749", "carried out, and yet it differs: "+c.String(), "somebody else may be changing it: run again", nil)
}

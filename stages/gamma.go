package stages

import (
	"context"
	"errors"
	"fmt"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// trial is the candidate in gamma: who tries it, where, and what it must upgrade.
type trial struct {
	*commit
	gamma     catalog.Gamma
	candidate catalog.Release
	published bool             // some version of the product is
	previous  *catalog.Release // the last published one, or nil where that is the candidate itself
}

func (d Deps) trial(ctx context.Context, in pipeline.Input) (*trial, error) {
	c, err := d.hubbed(ctx, in)
	if err != nil {
		return nil, err
	}
	s := in.Settings
	if s.Account == nil || s.Account.Role == "" || s.Publish == nil || s.Launch == nil || s.Publish.Portfolio == "" || s.Launch.Role == "" {
		return nil, document.Fail("AXLE1217", "gamma needs account.id, account.role, publish.portfolio and launch.role", "add them under stages.gamma in pipeline.yaml", nil)
	}
	t := &trial{commit: c, gamma: catalog.Gamma{Portfolio: s.Publish.Portfolio, Account: s.Account.ID, Deploy: s.Account.Role, Role: s.Launch.Role, Regions: c.catalog.Hub.Regions}}
	if t.candidate, err = d.release(in, c); err != nil {
		return nil, err
	}
	published, err := d.Releases.Published(ctx, c.product.Name)
	if err != nil {
		return nil, err
	}
	last, ok := lastOf(published, c.product)
	if t.published = ok; ok && last.Version != t.candidate.Version {
		t.previous = &catalog.Release{Version: last.Version, Digest: last.Digest, Template: last.Template}
	}
	return t, nil
}

func (t *trial) user(region string) catalog.User {
	return catalog.User{Account: string(t.gamma.Account), Role: t.gamma.Role, Region: region}
}

// names are the two provisioned products of a run: launched new, and upgraded.
func names(in pipeline.Input) (fresh, upgraded string) {
	return "axle-" + in.RunID, "axle-" + in.RunID + "-upgrade"
}

// stage publishes the candidate, and the version it must upgrade, to the staging portfolio.
func (d Deps) stage(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	t, err := d.trial(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	releases := []catalog.Release{t.candidate}
	if t.previous != nil {
		releases = append(releases, *t.previous)
	}
	want, err := catalog.Staging(t.catalog, t.product, t.gamma, releases...)
	if err != nil {
		return pipeline.Result{}, err
	}
	report, err := catalog.Reconcile(ctx, d.Hub(t.catalog, want), want, catalog.Additions)
	for _, c := range report.Applied {
		d.Say(in, "%s", c)
	}
	if err = errors.Join(err, report.Err()); err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Verdict: pipeline.Pass}, nil
}

// launch launches the candidate through the catalog, as its end user, in every region of the hub.
func (d Deps) launch(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	t, err := d.trial(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	fresh, _ := names(in)
	return sideBySide(t.gamma.Regions, func(region string) (pipeline.Result, error) {
		res, err := d.try(ctx, in, t, region, fresh, t.candidate)
		if err != nil || res.Verdict != pipeline.Pass {
			return res, err
		}
		// What has its own names must be gone before the upgrade makes it again.
		return res, d.Launcher.Terminate(ctx, t.user(region), fresh)
	})
}

// try launches a release, or updates what has the name to it, and looks whether it stands.
func (d Deps) try(ctx context.Context, in pipeline.Input, t *trial, region, name string, r catalog.Release) (pipeline.Result, error) {
	got, err := d.Launcher.Launch(ctx, catalog.LaunchRequest{
		User: t.user(region), Product: catalog.StagingName(t.product.Name), Version: catalog.Candidate(r), Name: name,
		Parameters: t.parameters(), Tags: map[string]string{"axle:run": in.RunID}, Choices: t.product.TagOptions,
	})
	if err != nil {
		return pipeline.Result{}, err
	}
	d.Say(in, "%s: %s is %s as %s in %s %s", name, got.Version, got.Status, t.gamma.Role, t.gamma.Account, region)
	if got.Status != "AVAILABLE" {
		return failed("AXLE2130", fmt.Sprintf("%s of %s by %s in %s %s ended %s: %s", r.Version, t.product.Name, t.gamma.Role, t.gamma.Account, region, got.Status, got.Message),
			"an end user would see this; mend the template, its parameters' defaults, or the launch role"), nil
	}
	return pipeline.Result{Verdict: pipeline.Pass}, nil
}

// upgrade launches the last published version, updates it to the candidate, and rolls it back, in
// every region of the hub.
func (d Deps) upgrade(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	t, err := d.trial(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	if t.previous == nil {
		why := "the first version"
		if t.published {
			why = t.candidate.Version + " is published already"
		}
		d.Say(in, "%s: nothing to upgrade", why)
		return pipeline.Result{Verdict: pipeline.Skipped}, nil
	}
	_, name := names(in)
	return sideBySide(t.gamma.Regions, func(region string) (pipeline.Result, error) {
		for _, r := range []catalog.Release{*t.previous, t.candidate, *t.previous} {
			if res, err := d.try(ctx, in, t, region, name, r); err != nil || res.Verdict != pipeline.Pass {
				return res, err
			}
		}
		return pipeline.Result{Verdict: pipeline.Pass}, nil
	})
}

// terminate leaves nothing of the trial in the gamma account.
func (d Deps) terminate(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	t, err := d.trial(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	fresh, upgraded := names(in)
	return sideBySide(t.gamma.Regions, func(region string) (pipeline.Result, error) {
		return pipeline.Result{Verdict: pipeline.Pass}, errors.Join(d.Launcher.Terminate(ctx, t.user(region), fresh), d.Launcher.Terminate(ctx, t.user(region), upgraded))
	})
}

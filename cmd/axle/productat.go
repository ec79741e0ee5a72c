package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

const (
	codeInstant   = "AXLE1164"
	codeUnalike   = "AXLE2844" // the record of what was published and the audit name two digests
	codeNoHistory = "AXLE1165"
)

// instant reads a time that is past: of RFC 3339, or a day, which is its first moment in UTC, or now.
func instant(text string, now time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.Parse(time.DateOnly, text)
	}
	switch {
	case err != nil:
		return at, document.Fail(codeInstant, fmt.Sprintf("--at %q is no instant", document.Printable(text)), "write it as 2026-11-01T12:00:00Z, as 2026-11-01, which is 00:00 UTC, or now", nil)
	case at.After(now):
		return at, document.Fail(codeInstant, fmt.Sprintf("--at %s is not yet past", text), "it is "+now.UTC().Format(time.RFC3339), nil)
	}
	return at, nil
}

// versionsAtDoc is axle product versions --at as JSON.
type versionsAtDoc struct {
	FormatVersion int             `json:"format_version"`
	Sandbox       bool            `json:"sandbox"`
	Product       string          `json:"product"`
	At            time.Time       `json:"at"`
	Versions      []catalog.Stood `json:"versions"`
}

// versionsAt tells of the record alone: neither git nor AWS say what was.
func (a *app) versionsAt(ctx context.Context, name, text string) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	now := a.now()
	if hub := w.cloud.now(); hub.After(now) {
		now = hub
	}
	at, err := instant(text, now)
	if err != nil {
		return err
	}
	moments, err := w.recorded(ctx, name)
	if err != nil {
		return err
	}
	doc := versionsAtDoc{formatVersion, w.cloud.box != nil, name, at, append([]catalog.Stood{}, catalog.AsOf(moments, at)...)}
	if a.output == "json" {
		return a.print(doc)
	}
	for _, v := range doc.Versions {
		fmt.Fprintln(a.Out, stoodLine(v))
	}
	if len(doc.Versions) == 0 {
		a.tell("no version of %s was published by then", name)
	}
	a.tell("as the audit of this state has it, which was verified; what was done by hand or by another state is not in it, %s", w.cloud.notice())
	return nil
}

func stoodLine(v catalog.Stood) string {
	line := fmt.Sprintf("%-12s %-10s %-12s", v.Version, v.State, cmp.Or(v.Region, "-"))
	if !v.Since.IsZero() {
		line += " since " + v.Since.UTC().Format(time.RFC3339)
	}
	if v.Digest != "" {
		line += fmt.Sprintf(", published %s by %s, commit %s, %s", v.Published.UTC().Format(time.RFC3339), v.Run, v.Commit[:min(10, len(v.Commit))], v.Digest)
	}
	if v.Why != "" {
		line += ": " + v.Why
	}
	return document.Printable(line)
}

// chronicle gathers the moments of one product from the audit, and from the plans that it names.
type chronicle struct {
	*workshop
	product string
	runs    map[string]pipeline.Run
	begun   []pipeline.Run // that began to publish, in that order, and are not told of yet
	plans   map[string][]catalog.Change
	all     []catalog.Moment
}

// recorded are the moments of a product, in the order in which they were written down.
func (w *workshop) recorded(ctx context.Context, product string) ([]catalog.Moment, error) {
	runs, err := w.state.log.Runs(ctx)
	if err != nil {
		return nil, err
	}
	c := &chronicle{workshop: w, product: product, runs: map[string]pipeline.Run{}, plans: map[string][]catalog.Change{}}
	var names []string
	for _, r := range runs {
		if r.Spec.Hub != w.cloud.known.Name || r.Spec.Market != "" {
			continue
		}
		c.runs[r.ID] = r
		names = append(names, r.Spec.Product)
		if !publishing(r).IsZero() {
			c.begun = append(c.begun, r)
		}
	}
	slices.SortStableFunc(c.begun, func(a, b pipeline.Run) int { return publishing(a).Compare(publishing(b)) })
	if err := w.state.log.Deeds(ctx, func(d sqlite.Deed, _ string) error { return c.hear(d) }); err != nil {
		return nil, err
	}
	for len(c.begun) > 0 {
		if err := c.begin(); err != nil {
			return nil, err
		}
	}
	known, err := c.ledger(ctx)
	if err == nil && !known && !slices.Contains(names, product) {
		err = document.Fail(codeNoHistory, fmt.Sprintf("no run of this state was of a product %q", document.Printable(product)), document.DidYouMean(product, names), nil)
	}
	return c.all, err
}

// publishing is when the run began to change the catalog; zero where it never did.
func publishing(r pipeline.Run) time.Time {
	for _, e := range r.Events {
		if e.Kind == pipeline.Started && e.Stage == "prod" && e.Action == "publish" {
			return e.At
		}
	}
	return time.Time{}
}

// hear takes a row of the audit.
func (c *chronicle) hear(d sqlite.Deed) error {
	if d.Hub != c.cloud.known.Name {
		return nil
	}
	for len(c.begun) > 0 && (d.Run == c.begun[0].ID && d.What == sqlite.DeedTarget || d.Stage != "" && publishing(c.begun[0]).Before(d.At)) {
		if err := c.begin(); err != nil {
			return err
		}
	}
	m := catalog.Moment{At: d.At, Version: d.Version, Region: d.Region, Run: d.Run, Commit: d.Commit}
	switch {
	case d.What == sqlite.DeedForgotten:
		c.all = nil
	case d.What == sqlite.DeedTarget && d.Target == d.Region && d.Status == string(catalog.Verified):
		return c.planned(m, func(p catalog.Change) bool { return p.InHub(d.Region) })
	case d.What == string(pipeline.Finished) && d.Stage == "prod" && d.Action == "publish" && d.Status == string(pipeline.Pass):
		return c.passed(m, d)
	case d.Product != c.product:
	case d.What == sqlite.DeedDeleting || d.What == sqlite.DeedDeleted:
		m.State, m.Begun = catalog.StateDeleted, d.What == sqlite.DeedDeleting
		m.Why = "by " + d.Actor
		if m.Begun {
			m.Why = d.Actor + " began to delete it, and nothing says that it is gone"
		}
		c.all = append(c.all, m)
	case d.What == sqlite.DeedTurning || d.What == sqlite.DeedTurned:
		m.State, m.Begun, m.Why = d.Status, d.What == sqlite.DeedTurning, "run "+d.Run+" was rolled back by "+d.Actor
		if m.Begun {
			m.Why = d.Actor + " began to roll run " + d.Run + " back, and nothing says how far that came"
		}
		c.all = append(c.all, m)
	}
	return nil
}

// begin tells that the run which is next began to publish.
func (c *chronicle) begin() error {
	r := c.begun[0]
	c.begun = c.begun[1:]
	return c.planned(catalog.Moment{At: publishing(r), Run: r.ID, Commit: r.Commit.SHA, Begun: true}, func(catalog.Change) bool { return true })
}

// passed tells that a run has seen all of its plan in the hub, and its version there.
func (c *chronicle) passed(m catalog.Moment, d sqlite.Deed) error {
	if err := c.planned(m, func(catalog.Change) bool { return true }); err != nil || d.Product != c.product || c.runs[d.Run].Spec.Whole != nil {
		return err
	}
	m.Seen, m.State, m.Digest = true, catalog.StateUnsure, d.Digest
	m.Why = "run " + d.Run + " found it published: since when, and where, is not on record"
	c.all = append(c.all, m)
	return nil
}

// planned adds what the fit changes of the plan of m's run do. A plan that cannot be read leaves
// nothing to tell.
func (c *chronicle) planned(m catalog.Moment, fit func(catalog.Change) bool) error {
	run, there := c.runs[m.Run]
	if !there || run.Spec.Whole == nil && cmp.Or(run.Spec.Product, run.Product) != c.product {
		return nil
	}
	changes, read := c.plans[m.Run]
	if !read {
		data, err := c.state.store.Get(run.Results()["prod/plan"].Artifact("plan"))
		if err != nil {
			return err
		}
		p, err := catalog.ReadProposal(data)
		if err != nil {
			return err
		}
		changes = p.Changes
		c.plans[m.Run] = changes
	}
	c.all = append(c.all, catalog.Moments(slices.DeleteFunc(slices.Clone(changes), func(p catalog.Change) bool { return !fit(p) }), c.product, m)...)
	return nil
}

// ledger holds the moments against what the state recorded as published, and adds what it has and
// they have not.
func (c *chronicle) ledger(ctx context.Context) (known bool, err error) {
	published, err := c.cloud.known.Published(ctx, c.product)
	for _, p := range published {
		told := false
		for _, m := range c.all {
			told = told || m.Version == p.Version
			if m.Version == p.Version && m.Digest != "" && m.Digest != p.Digest {
				return true, document.Fail(codeUnalike, fmt.Sprintf("%s %s was published as %s by the audit, and as %s by the record of what was published", c.product, p.Version, m.Digest, p.Digest),
					"axle verify "+c.product+"@"+p.Version+" says which one AWS has; restore the state from a backup", nil)
			}
		}
		if !told {
			c.all = append(c.all, catalog.Moment{Version: p.Version, State: catalog.StateUnsure, Why: "it was published before this state kept an audit: when, and what became of it since, is not on record"})
		}
	}
	return len(published) > 0, err
}

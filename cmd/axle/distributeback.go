package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

type rollbackFlags struct {
	plan, hide      bool
	confirm, reason string
}

const rollbackLong = `Takes the version that a run published from new launches, in every region of the hub, and
makes the one before it active and DEFAULT. The version becomes DEPRECATED: who runs it may
still update from it; with --hide it becomes inactive. Nothing is deleted, and provisioned
products stay as they are: axle campaign moves them. A run that is under way is aborted first.

--plan changes nothing and gives a token; --confirm TOKEN carries out that plan. product.yaml
must then say the same, or the next run publishes the version again: the lines are printed.`

func (a *app) rollbackCommand() *cobra.Command {
	var f rollbackFlags
	cmd := &cobra.Command{Use: "rollback RUN --plan | --confirm TOKEN --reason TEXT", Short: "Take back what a run published", Long: rollbackLong, Args: exactly("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.rollback(cmd.Context(), args[0], f) }}
	cmd.Flags().BoolVar(&f.plan, "plan", false, "show what would change, and its token")
	cmd.Flags().StringVar(&f.confirm, "confirm", "", "carry out the plan of this token")
	cmd.Flags().BoolVar(&f.hide, "hide", false, "make the version inactive: nobody sees it, or updates to it")
	cmd.Flags().StringVar(&f.reason, "reason", "", "why; required with --confirm, and recorded")
	return cmd
}

// rollbackDoc is axle distribute rollback as JSON.
type rollbackDoc struct {
	FormatVersion int               `json:"format_version"`
	Sandbox       bool              `json:"sandbox"`
	Run           string            `json:"run"`
	Product       string            `json:"product"`
	Version       string            `json:"version"`  // that is taken back
	Previous      map[string]string `json:"previous"` // by region
	Changes       []catalog.Change  `json:"changes"`
	Token         string            `json:"token,omitempty"` // of the plan
	Applied       bool              `json:"applied"`
	Lifecycle     string            `json:"lifecycle"` // what product.yaml must say now
}

// back is a rollback of one run's version.
type back struct {
	*workshop
	rollbackFlags
	run  pipeline.Run
	hub  catalog.Hub
	want catalog.Catalog
	doc  rollbackDoc
}

func (a *app) rollback(ctx context.Context, id string, f rollbackFlags) error {
	if f.plan == (f.confirm != "") {
		return document.Fail(codeUsage, "axle distribute rollback takes --plan, or --confirm with the token of a plan", "start with axle distribute rollback "+id+" --plan", nil)
	}
	w, run, err := a.distributed(ctx, id)
	if err != nil {
		return err
	}
	if w, err = w.at(ctx, run); err != nil {
		return err
	}
	b := &back{workshop: w, rollbackFlags: f, run: run}
	if err := b.look(ctx); err != nil {
		return err
	}
	if f.confirm != "" {
		if err := b.apply(ctx); err != nil {
			return err
		}
	}
	return b.show()
}

// look plans the rollback from what the hub has now.
func (b *back) look(ctx context.Context) error {
	version := b.run.Spec.Version
	b.doc = rollbackDoc{FormatVersion: formatVersion, Sandbox: b.cloud.box != nil, Run: b.run.ID, Product: b.run.Spec.Product, Version: version}
	if b.run.Spec.Whole != nil || b.run.Spec.Market != "" {
		return document.Fail("AXLE2727", "run "+b.run.ID+" is catalog.yaml's own, and publishes no version", "revert the commit: the run of that takes it back", nil)
	}
	p, f, err := b.productAt(ctx, b.run)
	if err != nil {
		return err
	}
	if f == nil {
		return document.Fail(codeUsage, "pipeline.yaml names no catalog", "add catalog: catalog.yaml", nil)
	}
	scope, err := catalog.Want(f, p, catalog.Release{})
	if err != nil {
		return err
	}
	scope.Portfolios = nil
	b.hub = b.cloud.hub(ctx)(f, scope)
	have, err := b.hub.Observe(ctx)
	if err != nil {
		return err
	}
	b.want, b.doc.Previous = catalog.RolledBack(have, p.Name, version, b.superseded(), b.hide)
	b.doc.Changes = append([]catalog.Change{}, catalog.Plan(b.want, have)...)
	switch {
	case !slices.ContainsFunc(have.Products, func(h catalog.Product) bool { return h.Version(version) != nil }):
		return document.Fail("AXLE2727", fmt.Sprintf("no region has %s %s", p.Name, version), "there is nothing to take back", nil)
	case len(b.doc.Previous) == 0:
		return document.Fail("AXLE2728", fmt.Sprintf("there is no version of %s before %s to go back to", p.Name, version), "axle product retire "+p.Name+"@"+version+" hides it", nil)
	}
	b.doc.Token = strings.TrimPrefix(catalog.Digest(b.doc.Changes), "sha256:")[:12]
	b.doc.Lifecycle = b.lines()
	return nil
}

// superseded are the versions that the run's plan took from new launches.
func (b *back) superseded() (names []string) {
	data, err := b.state.store.Get(b.run.Results()["prod/plan"].Artifact("plan"))
	if err != nil {
		return nil
	}
	p, err := catalog.ReadProposal(data)
	if err != nil {
		return nil
	}
	for _, c := range p.Changes {
		if c.Kind == catalog.KindVersion && c.Verb == catalog.Update {
			names = append(names, c.Version.Name)
		}
	}
	return names
}

// lines are what product.yaml must say so that no run undoes the rollback.
func (b *back) lines() string {
	if b.hide {
		return fmt.Sprintf("lifecycle:\n  retired: [%s]\n", b.run.Spec.Version)
	}
	return fmt.Sprintf("lifecycle:\n  deprecated: [{ version: %s, reason: rolled back }]\n", b.run.Spec.Version)
}

// end records who takes it back and why; a run that is under way is aborted, and ends.
func (b *back) end(ctx context.Context) error {
	reason := b.reason
	if strings.TrimSpace(reason) != "" {
		reason = "rolled back: " + reason
	}
	if err := b.tell(ctx, b.run.ID, catalog.Abort, reason); err != nil || b.run.Over() {
		return err
	}
	all, err := sqlite.Journal{Log: b.state.log}.Rollouts(ctx, b.run.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	b.run, err = b.drive(ctx, b.run)
	return err
}

// apply makes the plan of the token, and nothing else: also not what is otherwise once the run
// has ended.
func (b *back) apply(ctx context.Context) error {
	if err := b.same(); err != nil {
		return err
	}
	if err := b.end(ctx); err != nil {
		return err
	}
	done, err := b.turn(ctx, b.app.tell)
	if err != nil {
		return err
	}
	defer done()
	if err := b.look(ctx); err != nil {
		return err
	}
	if err := b.same(); err != nil {
		return err
	}
	if err := b.write(ctx, sqlite.DeedTurning); err != nil {
		return err
	}
	report, err := catalog.Reconcile(ctx, b.hub, b.want, catalog.Approved(b.doc.Changes))
	if err == nil {
		err = report.Err()
	}
	if err == nil {
		err = b.write(ctx, sqlite.DeedTurned)
	}
	b.doc.Applied, b.doc.Token = err == nil, ""
	return err
}

// write tells the audit of each version that is about to have, or has, another state.
func (b *back) write(ctx context.Context, what string) error {
	who, err := b.repo.Identity(ctx)
	if err != nil {
		return err
	}
	all := catalog.Moments(b.doc.Changes, b.doc.Product, catalog.Moment{})
	if len(all) == 0 && what == sqlite.DeedTurned { // done before, and perhaps killed before it was told
		all = b.found()
	}
	var deeds []sqlite.Deed
	for _, m := range all {
		deeds = append(deeds, sqlite.Deed{At: b.app.now(), What: what, Run: b.run.ID, Hub: b.cloud.known.Name, Product: b.doc.Product,
			Version: m.Version, Region: m.Region, Status: m.State, Actor: who, Digest: b.doc.Token})
	}
	return b.state.log.Tell(ctx, deeds...)
}

// found are the versions of a rollback that is done already, as the hub has them.
func (b *back) found() (all []catalog.Moment) {
	for _, p := range b.want.Products {
		for _, v := range p.Versions {
			if v.Name == b.doc.Version || v.Name == b.doc.Previous[p.Region] {
				all = append(all, catalog.Moment{Version: v.Name, Region: p.Region, State: v.State()})
			}
		}
	}
	return all
}

// same refuses a token of another plan. With nothing to change there is nothing to refuse.
func (b *back) same() error {
	if len(b.doc.Changes) == 0 || b.confirm == b.doc.Token {
		return nil
	}
	return document.Fail("AXLE2729", fmt.Sprintf("the plan is no longer the one of token %s", b.confirm), "look at it again: axle distribute rollback "+b.run.ID+" --plan", nil)
}

func (b *back) show() error {
	a, d := b.app, b.doc
	if a.output == "json" {
		return a.print(d)
	}
	for _, line := range catalog.Summary(d.Changes) {
		fmt.Fprintln(a.Out, line)
	}
	if len(d.Changes) == 0 {
		fmt.Fprintln(a.Out, "nothing to change")
	}
	again := ""
	if b.hide {
		again = " --hide"
	}
	if d.Applied {
		a.tell("taken back; provisioned products stay as they are. The next run publishes %s again unless product.yaml says:\n%s", d.Version, d.Lifecycle)
	} else if len(d.Changes) > 0 {
		a.tell("next: axle distribute rollback %s%s --confirm %s --reason TEXT", d.Run, again, d.Token)
	}
	a.tell("%s", b.cloud.notice())
	return nil
}

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

func (a *app) distributeCommand() *cobra.Command {
	status := &cobra.Command{Use: "status [RUN]", Short: "How far each wave is, and who ordered what; without RUN, of all runs that are under way", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.distributeStatus(cmd.Context(), args) }}
	return group("distribute", "See, hold up, take on or take back what goes out in waves", status,
		a.orderCommand(catalog.Pause, "Begin nothing new; what is under way finishes"),
		a.orderCommand(catalog.Resume, "Go on; what failed is begun again, what was found in a bake is accepted"),
		a.orderCommand(catalog.Abort, "End the run as failed; what is under way finishes, what is out stays out"),
		a.rollbackCommand())
}

func (a *app) orderCommand(verb catalog.OrderVerb, short string) *cobra.Command {
	var reason string
	cmd := &cobra.Command{Use: string(verb) + " RUN --reason TEXT", Short: short, Args: exactly("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.order(cmd.Context(), args[0], verb, reason) }}
	cmd.Flags().StringVar(&reason, "reason", "", "why; required, and recorded")
	return cmd
}

// journal is the state's, in which canceling a run is aborting its rollouts.
type journal struct{ sqlite.Journal }

// Orders implements stages.Journal.
func (j journal) Orders(ctx context.Context, id string) ([]catalog.Order, error) {
	all, err := j.Journal.Orders(ctx, id)
	if err != nil {
		return nil, err
	}
	run, err := j.Log.Run(ctx, sqlite.RunOf(id))
	if document.CodeOf(err) == sqlite.CodeNoRun { // a campaign is not a run
		return all, nil
	}
	for _, e := range run.Events {
		if e.Kind == pipeline.Canceled {
			all = append(all, catalog.Order{Verb: catalog.Abort, By: e.By, Reason: e.Reason, At: e.At})
		}
	}
	return all, err
}

// halted says why a run that is not over goes no further: it waits for a person.
func (w *workshop) halted(why error) error {
	if document.CodeOf(why) != stages.CodePaused {
		return why
	}
	fmt.Fprintln(w.app.Err, why)
	return exitCode(exitAwaiting)
}

// order writes down what a person tells a run's distribution. To resume and to abort also take
// the run on, as runs resume does.
func (a *app) order(ctx context.Context, id string, verb catalog.OrderVerb, reason string) error {
	w, run, err := a.distributed(ctx, id)
	if err != nil {
		return err
	}
	all, err := sqlite.Journal{Log: w.state.log}.Rollouts(ctx, id)
	if err == nil {
		err = orderable(run, all, verb)
	}
	if err == nil {
		err = w.tell(ctx, id, verb, reason)
	}
	if err != nil {
		return err
	}
	if verb == catalog.Pause {
		a.tell("%s is paused: what is under way finishes, and nothing new begins\nnext: axle distribute resume %s --reason TEXT", id, id)
		return nil
	}
	run, err = w.drive(ctx, run)
	if err != nil {
		return err
	}
	return w.report([]pipeline.Run{run}, nil)
}

// distributed is a run of this hub, and the workshop to take it on in.
func (a *app) distributed(ctx context.Context, id string) (*workshop, pipeline.Run, error) {
	w, err := a.workshop(ctx)
	if err != nil {
		return nil, pipeline.Run{}, err
	}
	runs, err := w.named(ctx, []string{id})
	if err != nil {
		return nil, pipeline.Run{}, err
	}
	return w, runs[0], w.sameHub(runs[0])
}

// orderable refuses an order that would change nothing.
func orderable(run pipeline.Run, all map[string]catalog.Rollout, verb catalog.OrderVerb) error {
	refuse := func(code, what, hint string) error {
		return document.Fail(code, fmt.Sprintf("cannot %s run %s: %s", verb, run.ID, what), hint, nil)
	}
	if run.Over() {
		return refuse("AXLE2725", "it is over", "axle distribute rollback "+run.ID+" takes back what it published")
	}
	if len(all) == 0 {
		return refuse("AXLE2725", "nothing of it is being distributed in waves", "axle runs show "+run.ID+" says where it is")
	}
	halted, broken := catalog.End(""), false
	for _, r := range all {
		if end := r.Next(time.Time{}).End; end != "" && end != catalog.Finished {
			halted = end
		}
		for _, o := range r.Done {
			broken = broken || o.State == catalog.Broken
		}
	}
	switch {
	case verb == catalog.Pause && halted == catalog.Paused:
		return refuse("AXLE2726", "it is paused already", "axle distribute resume "+run.ID+" lets it go on")
	case halted == catalog.Aborted && verb != catalog.Abort:
		return refuse("AXLE2726", "it was aborted", "axle runs resume "+run.ID+" lets it end")
	case verb == catalog.Resume && halted == "" && !broken:
		return refuse("AXLE2726", "nothing holds it up", "axle runs resume "+run.ID+" takes it on where its process has ended")
	}
	return nil
}

// tell writes an order down, by the git identity.
func (w *workshop) tell(ctx context.Context, id string, verb catalog.OrderVerb, reason string) error {
	who, err := w.repo.Identity(ctx)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(reason) == "":
		return document.Fail(pipeline.CodeNoReason, "a reason is needed", "give --reason TEXT", nil)
	}
	o := catalog.Order{Verb: verb, By: who, Reason: w.app.concealedText(reason), At: w.cloud.session.Clock().Now()}
	return sqlite.Journal{Log: w.state.log}.Order(ctx, id, o)
}

// distributionDoc is a rollout of axle distribute status as JSON.
type distributionDoc struct {
	Run     string          `json:"run"`
	Rollout string          `json:"rollout"` // the run's id, or that and a name
	State   string          `json:"state"`   // under way, baking, paused, stopped, aborted, finished
	Why     string          `json:"why,omitempty"`
	Waves   []waveDoc       `json:"waves"`
	Targets []targetDoc     `json:"targets"`
	Orders  []catalog.Order `json:"orders"`
}

type waveDoc struct {
	Name      string    `json:"name"`
	Regions   []string  `json:"regions,omitempty"`
	Targets   int       `json:"targets"`
	Pending   int       `json:"pending"`
	Running   int       `json:"running"`
	Verified  int       `json:"verified"`
	Failed    int       `json:"failed"`
	Blocked   int       `json:"blocked"`
	Allowed   int       `json:"failures_allowed"`
	BakeUntil time.Time `json:"bake_until,omitzero"`
}

type targetDoc struct {
	Key     string    `json:"key"`
	Account string    `json:"account"`
	Region  string    `json:"region"`
	Wave    string    `json:"wave"`
	State   string    `json:"state"`
	At      time.Time `json:"at,omitzero"`
	Why     string    `json:"why,omitempty"`
	Found   bool      `json:"found,omitempty"` // a failure that was seen while its wave baked
}

type distributionsDoc struct {
	FormatVersion int               `json:"format_version"`
	Sandbox       bool              `json:"sandbox"`
	Distributions []distributionDoc `json:"distributions"`
}

func (a *app) distributeStatus(ctx context.Context, ids []string) error {
	s, err := a.reading(ctx)
	if err != nil {
		return err
	}
	w := &workshop{app: a, state: s}
	runs, err := w.named(ctx, ids)
	if len(ids) == 0 {
		runs, err = s.log.Runs(ctx)
		runs = slices.DeleteFunc(runs, pipeline.Run.Over)
	}
	if err != nil {
		return err
	}
	docs := []distributionDoc{}
	for _, run := range runs {
		all, err := sqlite.Journal{Log: s.log}.Rollouts(ctx, run.ID)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(all)) {
			docs = append(docs, distributionOf(run.ID, id, all[id]))
		}
	}
	if a.output == "json" {
		return a.print(distributionsDoc{formatVersion, a.isSandbox(), docs})
	}
	for _, d := range docs {
		a.showDistribution(d)
	}
	if len(docs) == 0 {
		a.tell("nothing is being distributed in waves")
	}
	return nil
}

func distributionOf(run, id string, r catalog.Rollout) distributionDoc {
	turn := r.Next(time.Time{})
	d := distributionDoc{Run: run, Rollout: id, State: string(turn.End), Why: turn.Why, Waves: []waveDoc{}, Targets: []targetDoc{}, Orders: append([]catalog.Order{}, r.Orders...)}
	switch {
	case turn.End == "" && !turn.Until.IsZero():
		d.State = "baking"
	case turn.End == "":
		d.State = "under way"
	}
	for i, w := range r.Waves {
		n := r.Tally(i)
		doc := waveDoc{Name: w.Name, Regions: w.Regions, Targets: n.Targets, Pending: n.Pending, Running: n.Running, Verified: n.Verified, Failed: n.Failed, Blocked: n.Blocked, Allowed: n.Allowed}
		if turn.Wave == i {
			doc.BakeUntil = turn.Until
		}
		d.Waves = append(d.Waves, doc)
	}
	for _, t := range r.Targets {
		o := r.Done[t.Key]
		if t.Wave < 0 || t.Found && o.Why == "" { // not this rollout's, and a mark of its own
			continue
		}
		doc := targetDoc{t.Key, t.Account, t.Region, r.Waves[t.Wave].Name, string(o.State), o.At, o.Why, t.Found}
		if o.State == catalog.Pending {
			doc.State, doc.At = "pending", time.Time{}
		}
		d.Targets = append(d.Targets, doc)
	}
	return d
}

func (a *app) showDistribution(d distributionDoc) {
	fmt.Fprintf(a.Out, "%s  %s", d.Rollout, d.State)
	if d.Why != "" {
		fmt.Fprintf(a.Out, ": %s", document.Printable(d.Why))
	}
	fmt.Fprintln(a.Out)
	for _, w := range d.Waves {
		fmt.Fprintf(a.Out, "  %-12s %d of %d verified", w.Name, w.Verified, w.Targets)
		for _, part := range []struct {
			n    int
			word string
		}{{w.Running, "running"}, {w.Pending, "pending"}, {w.Blocked, "blocked"}} {
			if part.n > 0 {
				fmt.Fprintf(a.Out, ", %d %s", part.n, part.word)
			}
		}
		if w.Failed > 0 {
			fmt.Fprintf(a.Out, ", %d failed (%d allowed)", w.Failed, w.Allowed)
		}
		if !w.BakeUntil.IsZero() {
			fmt.Fprintf(a.Out, ", bakes until %s", w.BakeUntil.UTC().Format(time.RFC3339))
		}
		if len(w.Regions) > 0 {
			fmt.Fprintf(a.Out, "  %s", strings.Join(w.Regions, " "))
		}
		fmt.Fprintln(a.Out)
	}
	for _, t := range d.Targets {
		if t.Why != "" {
			fmt.Fprintf(a.Out, "  %s %s: %s\n", t.Key, t.State, document.Printable(t.Why))
		}
	}
	for _, o := range d.Orders {
		fmt.Fprintf(a.Out, "  %s  %s by %s: %s\n", o.At.UTC().Format(time.RFC3339), o.Verb, document.Printable(o.By), document.Printable(o.Reason))
	}
}

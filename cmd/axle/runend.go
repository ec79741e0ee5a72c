package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// endings are the commands that end a run, begin it anew, or wait for its end.
func (a *app) endings() []*cobra.Command {
	var reason, from string
	var status bool
	cancel := &cobra.Command{Use: "cancel ID", Short: "End a run: what is under way ends, what stands in test accounts is deleted", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.cancelRun(cmd.Context(), args[0], reason) }}
	cancel.Flags().StringVar(&reason, "reason", "", "why; required, and recorded")
	retry := &cobra.Command{Use: "retry ID", Short: "A new run of the same commit and product as one that is over", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.retryRun(cmd.Context(), args[0], from) }}
	retry.Flags().StringVar(&from, "from", "", "first stage; those before it must have passed")
	watch := &cobra.Command{Use: "watch ID", Short: "Follow a run until it waits or ends", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.watchRun(cmd.Context(), args[0], status) }}
	watch.Flags().BoolVar(&status, "exit-status", false, "exit as the run did: 0 succeeded, 8 it waits for approval, else why it failed")
	return []*cobra.Command{watch, cancel, retry}
}

// cancelRun records who ends the run and why, and sees to it that it cleans up.
func (a *app) cancelRun(ctx context.Context, id, reason string) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	runs, err := w.named(ctx, []string{id})
	if err != nil {
		return err
	}
	if err := w.sameHub(runs[0]); err != nil {
		return err
	}
	who, err := w.repo.Identity(ctx)
	if err != nil {
		return err
	}
	run, err := w.state.log.Decide(ctx, id, pipeline.Event{At: a.now(), Kind: pipeline.Canceled, By: who, Via: "local", Reason: reason})
	if err != nil {
		return err
	}
	a.showEvent(run.Events[len(run.Events)-1])
	if !run.Over() {
		if run, err = w.drive(ctx, run); err != nil {
			return err
		}
	}
	a.summary([]pipeline.Run{run}, w.cloud.notice())
	return nil
}

// retryRun begins a run anew that is over: of the same commit, ref and product, as pipeline.yaml is now.
func (a *app) retryRun(ctx context.Context, id, from string) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	runs, err := w.named(ctx, []string{id})
	if err != nil {
		return err
	}
	run := runs[0]
	if !run.Over() {
		return document.Fail("AXLE2152", "run "+id+" is not over: it is "+string(run.State()), "axle runs resume "+id+" takes it on; axle runs cancel "+id+" ends it", nil)
	}
	if err := w.sameHub(run); err != nil {
		return err
	}
	if w, err = w.at(ctx, run); err != nil {
		return err
	}
	f := runFlags{product: run.Product}
	f.limit.From = from
	planned, err := w.plannedRuns(ctx, pushedCommit(run.Commit), f)
	if err != nil {
		return err
	}
	return w.carryOut(ctx, planned)
}

// pushedCommit is a run's commit as it was delivered: of its people the pushers, for the others are
// looked up anew.
func pushedCommit(c pipeline.Commit) pipeline.Commit {
	var pushers []pipeline.Person
	for _, p := range c.People {
		if p.Role == "pusher" {
			pushers = append(pushers, p)
		}
	}
	c.People = pushers
	return c
}

func (a *app) watchRun(ctx context.Context, id string, status bool) error {
	w := &workshop{app: a}
	var err error
	if w.state, err = a.reading(ctx); err != nil {
		return err
	}
	if _, err := w.named(ctx, []string{id}); err != nil {
		return err
	}
	run, err := (&view{w: w, id: id}).follow(ctx, w.held(id))
	if err != nil {
		return err
	}
	if a.output == "json" {
		err = a.printRuns([]pipeline.Run{run}, a.isSandbox())
	}
	a.summary([]pipeline.Run{run}, a.where())
	if err == nil && status {
		err = outcome([]pipeline.Run{run})
	}
	return err
}

// overtake ends the runs that wait with a lower version of what this run has published, or with an
// older marketplace.yaml: they could no longer be published in their order (I12). Nothing else ends a
// run but a person (CAT-36).
func (w *workshop) overtake(ctx context.Context, by pipeline.Run) error {
	if by.Spec.Whole != nil || by.Results()["prod/publish"].Verdict != pipeline.Pass {
		return nil
	}
	all, err := w.state.log.Runs(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.Product != by.Product || r.Spec.Hub != by.Spec.Hub || r.State() != pipeline.StateAwaiting {
			continue
		}
		older := overtaken(r.Spec.Version, by.Spec.Version)
		if by.Spec.Market != "" { // the file that waits is no newer than the one that was carried out
			here, err := w.repo.Contains(ctx, by.Commit.SHA, r.Commit.SHA)
			older = err == nil && here
		}
		if !older {
			continue
		}
		why := cmp.Or(by.Spec.Version, by.Commit.SHA[:10]) + " was published by " + by.ID
		_, err := w.state.log.Decide(ctx, r.ID, pipeline.Event{At: w.app.now(), Kind: pipeline.Superseded, Reason: why})
		switch document.CodeOf(err) {
		case "":
			w.app.tell("%s  %s: superseded, %s", r.ID, titled(r), why)
		case pipeline.CodeOver, pipeline.CodeOutOfTurn: // somebody has decided meanwhile
		default:
			return err
		}
	}
	return nil
}

// turn waits until no other process of this machine makes changes to the hub, and keeps the others
// waiting: what one plans and applies, no other changes in between (CAT-36).
func (w *workshop) turn(ctx context.Context, say func(format string, args ...any)) (release func(), err error) {
	for tries := 0; ; tries++ {
		lock, err := disk.TryLock(w.lockFile("hub-" + slug(w.cloud.known.Name)))
		if err != nil {
			return nil, err
		}
		if lock != nil {
			return func() { _ = lock.Unlock() }, nil // it falls with the process in any case
		}
		if tries == 0 {
			say("another run is changing the catalog; this one is next")
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

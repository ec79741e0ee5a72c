package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

func (a *app) runsCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "All runs, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listRuns(cmd.Context()) }}
	show := &cobra.Command{Use: "show ID", Short: "One run: its stages, verdicts, findings and decisions", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.showRun(cmd.Context(), args[0]) }}
	var stage string
	var follow bool
	logs := &cobra.Command{Use: "logs ID", Short: "What a run's actions said", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.runLogs(cmd.Context(), args[0], stage, follow) }}
	logs.Flags().StringVar(&stage, "stage", "", "this stage alone")
	logs.Flags().BoolVar(&follow, "follow", false, "until the run waits or ends")
	resume := &cobra.Command{Use: "resume [ID...]", Short: "Go on with runs that were stopped; without ID, with all of them",
		RunE: func(cmd *cobra.Command, args []string) error { return a.resume(cmd.Context(), args) }}
	return group("runs", "List, show, follow, resume, cancel and retry runs", append([]*cobra.Command{list, show, logs, resume}, a.endings()...)...)
}

// exactly one argument, by its name in the message.
func exactly(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return document.Fail(codeUsage, fmt.Sprintf("%s takes one %s, not %d", cmd.CommandPath(), name, len(args)), "usage: axle "+cmd.UseLine()[len("axle "):], nil)
	}
}

// reading opens the state to look at it.
func (a *app) reading(ctx context.Context) (*state, error) {
	if dir, ok := a.env("AXLE_STATE"); ok && dir != "" {
		return a.state(ctx, nil)
	}
	r, err := a.repo(ctx)
	if err != nil {
		return nil, err
	}
	return a.state(ctx, r)
}

func (a *app) isSandbox() bool { return a.profile == "" && a.endpoint == "" }

func (a *app) listRuns(ctx context.Context) error {
	s, err := a.reading(ctx)
	if err != nil {
		return err
	}
	runs, err := s.log.Runs(ctx)
	if err != nil {
		return err
	}
	held, err := s.held(ctx, runs)
	if err != nil {
		return err
	}
	slices.Reverse(runs)
	if a.output == "json" {
		return a.printHeld(runs, a.isSandbox(), held)
	}
	if len(runs) == 0 {
		a.tell("no runs yet. axle run takes HEAD through the pipeline; axle hook install in a bare repository does at each push")
		return nil
	}
	for _, r := range runs {
		fmt.Fprintf(a.Out, "%-44s %-10s %-10s %s\n", r.ID, cmp.Or(held[r.ID], string(r.State())), document.Printable(r.Spec.Version), document.Printable(r.Commit.Ref))
	}
	return nil
}

// held are the runs that are not over, and that go no further before a person lets their distribution
// go on: by id, paused or stopped.
func (s *state) held(ctx context.Context, runs []pipeline.Run) (map[string]string, error) {
	held := map[string]string{}
	for _, r := range runs {
		if r.State() != pipeline.StateRunning || r.Stopped() {
			continue
		}
		all, err := sqlite.Journal{Log: s.log}.Rollouts(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		for _, rollout := range all {
			if end := rollout.Next(time.Time{}).End; end == catalog.Paused || end == catalog.Stopped {
				held[r.ID] = string(end)
			}
		}
	}
	return held, nil
}

func (a *app) showRun(ctx context.Context, id string) error {
	s, err := a.reading(ctx)
	if err != nil {
		return err
	}
	run, err := s.log.Run(ctx, id)
	if err != nil {
		return a.nearRun(ctx, s, id, err)
	}
	if err := a.reportRuns([]pipeline.Run{run}); err != nil {
		return err
	}
	held, err := s.held(ctx, []pipeline.Run{run})
	if err != nil {
		return err
	}
	if a.output == "json" {
		return a.printHeld([]pipeline.Run{run}, a.isSandbox(), held)
	}
	fmt.Fprintf(a.Out, "%s  %s, commit %s on %s: %s\n", run.ID, titled(run), run.Commit.SHA[:10], document.Printable(run.Commit.Ref), cmp.Or(held[id], string(run.State())))
	a.quiet, a.Err = false, a.Out
	for _, e := range run.Events {
		a.showEvent(e)
	}
	a.summary([]pipeline.Run{run}, a.where())
	return nil
}

func (a *app) where() string {
	if a.isSandbox() {
		return sandboxNotice
	}
	return "AWS"
}

// nearRun adds the id that was probably meant.
func (a *app) nearRun(ctx context.Context, s *state, id string, err error) error {
	runs, _ := s.log.Runs(ctx)
	var ids []string
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	if near := document.Nearest(id, ids); near != "" {
		return document.Fail(document.CodeOf(err), "no run "+id, "did you mean "+near+"?", nil)
	}
	return err
}

// logsDoc is axle runs logs as JSON.
type logsDoc struct {
	FormatVersion int           `json:"format_version"`
	Run           string        `json:"run"`
	Lines         []sqlite.Line `json:"lines"`
}

func (a *app) runLogs(ctx context.Context, id, stage string, follow bool) error {
	w := &workshop{app: a}
	var err error
	if w.state, err = a.reading(ctx); err != nil {
		return err
	}
	if _, err := w.state.log.Run(ctx, id); err != nil {
		return a.nearRun(ctx, w.state, id, err)
	}
	if follow {
		run, err := (&view{w: w, id: id, stage: stage}).follow(ctx, w.held(id))
		if err == nil {
			a.summary([]pipeline.Run{run}, a.where())
		}
		if err != nil || a.output != "json" {
			return err
		}
	}
	lines, err := w.state.log.Lines(ctx, id, 0)
	if err != nil {
		return err
	}
	lines = slices.DeleteFunc(lines, func(l sqlite.Line) bool { return stage != "" && l.Stage != stage })
	if a.output == "json" {
		return a.print(logsDoc{formatVersion, id, append([]sqlite.Line{}, lines...)})
	}
	for _, line := range lines {
		fmt.Fprintf(a.Out, "%s  %-20s %s\n", line.At.Format(time.RFC3339), line.Stage+"/"+line.Action, line.Text)
	}
	return nil
}

// resume drives runs on: those that are named, or every one of this hub that is not over.
func (a *app) resume(ctx context.Context, ids []string) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	var runs []pipeline.Run
	if len(ids) > 0 {
		runs, err = w.named(ctx, ids)
	} else if err = w.missed(ctx); err == nil {
		runs, err = w.unfinished(ctx)
	}
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		a.tell("nothing to resume")
	}
	return w.report(w.each(ctx, runs, func(run pipeline.Run) (pipeline.Run, error) {
		if run.Over() {
			return run, nil
		}
		ended, err := w.drive(ctx, run)
		w.note(ctx, run, err)
		return ended, err
	}))
}

// note keeps what stopped a driver in the run's own log: a driver that a push started has no
// terminal, and whoever follows it reads there.
func (w *workshop) note(ctx context.Context, run pipeline.Run, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	for _, f := range pipeline.FindingsOf(err) {
		line := sqlite.Line{At: w.app.now(), Stage: "run", Action: "stopped", Text: w.app.concealed(f.Diagnostic).String()}
		if err := w.state.log.Say(ctx, run.ID, line); err != nil {
			w.app.tell("a line of output was not stored: %v", err)
		}
	}
}

func (w *workshop) named(ctx context.Context, ids []string) (runs []pipeline.Run, err error) {
	for _, id := range ids {
		run, err := w.state.log.Run(ctx, id)
		if err != nil {
			return nil, w.app.nearRun(ctx, w.state, id, err)
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// unfinished are the runs that are not over. Those of another hub are told of, and left alone.
func (w *workshop) unfinished(ctx context.Context) ([]pipeline.Run, error) {
	all, err := w.state.log.Runs(ctx)
	var open []pipeline.Run
	for _, r := range all {
		switch {
		case r.Over():
		case w.sameHub(r) != nil:
			w.app.tell("%s is of %s: left alone", r.ID, hubName(r.Spec.Hub))
		default:
			open = append(open, r)
		}
	}
	return open, err
}

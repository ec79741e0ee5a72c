package main

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/gherkin"
	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/adapters/terraform"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
	"github.com/axle-cd/axle/stages"
)

// workshop is all that a run needs: the repository, the state, and the cloud.
type workshop struct {
	app   *app
	repo  *git.Repo
	state *state
	cloud *cloud
}

func (a *app) workshop(ctx context.Context) (*workshop, error) {
	r, err := a.repo(ctx)
	if err != nil {
		return nil, err
	}
	s, err := a.state(ctx, r)
	if err != nil {
		return nil, err
	}
	c, err := a.cloud(ctx, s)
	if err != nil {
		return nil, err
	}
	return &workshop{a, r, s, c}, nil
}

// deps wires the stages to this machine and to the cloud.
func (w *workshop) deps(ctx context.Context, say func(pipeline.Input, string, ...any)) stages.Deps {
	return stages.Deps{
		Tree:       w.repo.Tree,
		Incoming:   w.incoming,
		First:      w.repo.First,
		Now:        w.app.now,
		Clock:      stages.Clock(w.cloud.session.Clock()),
		Journal:    journal{sqlite.Journal{Log: w.state.log}},
		Fleet:      aws.NewFleet(w.cloud.session).Read,
		Keeper:     aws.NewFleet(w.cloud.session),
		Detector:   gitleaks.New,
		Feature:    gherkin.Parse,
		Terraform:  terraform.Load,
		TestSource: terraform.Test,
		Guard:      guard,
		Analyzer:   w.cloud.analyze,
		Store:      w.state.store,
		Ledger:     w.state.log,
		Releases:   w.cloud.known,
		Last:       w.last,
		Former:     w.former,
		Market:     w.fair(),
		Stacks: func(f *catalog.File) stages.Stacks {
			if f == nil {
				f = &catalog.File{}
			}
			return aws.NewStacks(w.cloud.session, f.Hub)
		},
		Launcher:     aws.NewLauncher(w.cloud.session),
		Hub:          w.cloud.hub(ctx),
		Organization: w.cloud.organization,
		Turn: func(ctx context.Context, in pipeline.Input) (func(), error) {
			return w.turn(ctx, func(format string, args ...any) { say(in, format, args...) })
		},
		Meter: meter{ctx, w.cloud},
		Told:  w.cloud.known,
		Tell: func(ctx context.Context, f *catalog.File, topic string, n catalog.Notice) error {
			return aws.NewTopics(w.cloud.session, f.Hub).Publish(ctx, topic, n)
		},
		Say: say,
	}
}

// incoming is what the push brought, and what pushes before it brought that no run has found clean:
// a key does not become harmless by the next push.
func (w *workshop) incoming(ctx context.Context, c pipeline.Commit) iter.Seq2[secrets.Blob, error] {
	all, err := w.state.log.Runs(ctx)
	if err != nil {
		return func(yield func(secrets.Blob, error) bool) { yield(secrets.Blob{}, err) }
	}
	return w.repo.Range(ctx, cleanUpTo(all, c.Before), c.SHA)
}

// cleanUpTo goes back from a commit over those whose runs did not find them clean.
func cleanUpTo(all []pipeline.Run, sha string) string {
	for seen := map[string]bool{}; !seen[sha]; {
		seen[sha] = true
		before, judged, clean := "", false, false
		for _, r := range all {
			if r.Commit.SHA == sha {
				before, judged = r.Commit.Before, true
				clean = clean || r.Results()["alpha/secrets"].Verdict == pipeline.Pass
			}
		}
		if !judged || clean {
			return sha
		}
		sha = before
	}
	return ""
}

// at is the workshop in the repository that the run's commit lies in: whoever approves may
// stand elsewhere. A repository that has moved is the one here, where that has the commit.
func (w *workshop) at(ctx context.Context, run pipeline.Run) (*workshop, error) {
	other, err := w.open(ctx, run)
	if err == nil && other != w {
		w.app.onClose(other.repo.Close)
	}
	return other, err
}

// open is at, of which whoever asks closes the repository, where it is another than w's.
func (w *workshop) open(ctx context.Context, run pipeline.Run) (*workshop, error) {
	if run.Commit.Repo == w.repo.Dir {
		return w, nil
	}
	r, err := git.Open(ctx, run.Commit.Repo)
	if err != nil {
		if _, missing := w.repo.Resolve(ctx, run.Commit.SHA); missing == nil {
			return w, nil
		}
		return nil, document.Fail("AXLE1226", fmt.Sprintf("run %s is of the repository %s, which cannot be opened", run.ID, run.Commit.Repo), "work in the repository that has commit "+run.Commit.SHA[:10], err)
	}
	other := *w
	other.repo = r
	return &other, nil
}

// sameHub refuses a run that was begun against another hub: what was tried in the sandbox is
// no evidence for AWS, and what was approved for the one is not for the other.
func (w *workshop) sameHub(run pipeline.Run) error {
	if run.Spec.Hub == w.cloud.known.Name {
		return nil
	}
	return document.Fail("AXLE1228", fmt.Sprintf("run %s is of %s, and this command uses %s", run.ID, hubName(run.Spec.Hub), hubName(w.cloud.known.Name)),
		"give the --profile, --endpoint-url or --sandbox that the run began with", nil)
}

func hubName(hub string) string {
	if hub == sqlite.SandboxHub {
		return "the sandbox"
	}
	return strings.Replace(hub, "aws", "AWS", 1)
}

// settled says that a run goes no further by itself: it is over, or it waits for a person.
func settled(run pipeline.Run) bool { return run.Over() || run.State() == pipeline.StateAwaiting }

// drive carries the run as far as it goes. While another process drives it, it is followed; when
// that one ends before the run does, the run is taken on here.
func (w *workshop) drive(ctx context.Context, run pipeline.Run) (pipeline.Run, error) {
	if err := w.sameHub(run); err != nil {
		return run, err
	}
	here := w
	w, err := w.open(ctx, run)
	if err != nil {
		return run, err
	}
	if w != here {
		defer w.repo.Close() // a watch drives runs for weeks
	}
	lock, run, err := w.take(ctx, run)
	if err != nil || lock == nil {
		return run, err
	}
	defer lock.Unlock()
	epoch, err := w.state.log.Claim(ctx, run.ID)
	if err != nil {
		return run, err
	}
	if run, err = w.state.log.Run(ctx, run.ID); err != nil {
		return run, err
	}
	if run, err = w.expire(ctx, run); err != nil || settled(run) {
		return run, err
	}
	if err := w.prepare(ctx, run); err != nil {
		return run, err
	}
	on, halt := context.WithCancelCause(ctx)
	defer halt(nil)
	done, err := w.execute(on, w.local(on, epoch, halt), run)
	if ctx.Err() != nil {
		return done, w.interrupted(ctx, done)
	}
	if on.Err() != nil {
		return done, w.halted(context.Cause(on))
	}
	if err == nil {
		err = w.overtake(ctx, done)
	}
	return done, err
}

// execute carries the run out. One that somebody has canceled meanwhile is not gone on with: it
// cleans up.
func (w *workshop) execute(ctx context.Context, by pipeline.Local, run pipeline.Run) (pipeline.Run, error) {
	done, err := by.Execute(ctx, run)
	if err == nil || ctx.Err() != nil {
		return done, err
	}
	now, unread := w.state.log.Run(ctx, run.ID)
	if unread != nil || !now.Stopped() {
		return done, err
	}
	w.app.tell("%s was canceled; what it has begun is cleaned up", run.ID)
	return by.Execute(ctx, now)
}

// local executes in this process, as the driver that epoch names.
func (w *workshop) local(ctx context.Context, epoch int, halt func(error)) pipeline.Local {
	deps := w.deps(ctx, w.say(ctx))
	deps.Halt = halt
	return pipeline.Local{
		Actions: stages.All(deps),
		Now:     w.app.now,
		Log: func(ctx context.Context, id string, events ...pipeline.Event) error {
			if err := w.state.log.Drive(ctx, id, epoch, events...); err != nil {
				return err
			}
			for _, e := range events {
				w.app.showEvent(e)
			}
			return nil
		},
	}
}

// take gives the run's lock. It is nil, and the run settled, when whoever held it has carried
// the run as far as it goes.
func (w *workshop) take(ctx context.Context, run pipeline.Run) (*disk.Lock, pipeline.Run, error) {
	seen := view{w: w, id: run.ID}
	for tries := 0; ; tries++ {
		lock, err := disk.TryLock(w.lockFile(run.ID))
		if lock != nil || err != nil {
			return lock, run, err
		}
		if tries == 1 { // at first it may be a driver that is just ending, or somebody who only looks
			w.app.tell("%s is driven by another process; following it", run.ID)
		}
		if tries > 0 {
			if run, err = seen.look(ctx); err != nil || settled(run) {
				return nil, run, err
			}
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, run, err
		}
	}
}

func (w *workshop) lockFile(id string) string { return filepath.Join(w.state.dir, "locks", id) }

// expire ends a run whose approval nobody gave in time, or asks again (on_expiry: reject, hold).
func (w *workshop) expire(ctx context.Context, run pipeline.Run) (pipeline.Run, error) {
	for _, s := range run.Next() {
		if s.Kind != pipeline.Await || w.app.now().Before(run.Deadline(s.Stage)) {
			continue
		}
		kind := pipeline.Expired
		if run.Holds(s.Stage) {
			kind = pipeline.Asked
		}
		return w.state.log.Decide(ctx, run.ID, pipeline.Event{At: w.app.now(), Kind: kind, Stage: s.Stage, Action: s.Action, Reason: "nobody decided in time"})
	}
	return run, nil
}

// interrupted names what a stopped run leaves behind, and how it goes on (B220).
func (w *workshop) interrupted(ctx context.Context, run pipeline.Run) error {
	open, _ := w.state.log.OpenStacks(context.WithoutCancel(ctx), run.ID)
	for _, t := range open {
		w.app.tell("stack %s in %s %s may stand; resuming the run deletes it", t.Name, t.Account, t.Region)
	}
	fmt.Fprintf(w.app.Err, "interrupted; run %s resumes from its log\nnext: axle runs resume %s\n", run.ID, run.ID)
	return exitCode(exitInterrupted)
}

// prepare makes what the sandbox must have before the run's product can be launched in it.
func (w *workshop) prepare(ctx context.Context, run pipeline.Run) error {
	if w.cloud.box == nil || run.Spec.Whole != nil || run.Spec.Market != "" {
		return nil
	}
	p, f, err := w.productAt(ctx, run)
	if err != nil || p == nil || f == nil {
		return nil // alpha says what is wrong with the files
	}
	var names []string
	for _, placed := range p.Portfolios {
		if placed.Constraints.Launch != nil {
			names = append(names, placed.Constraints.Launch.LocalRoleName)
		}
	}
	accounts := []string{string(f.Hub.Account)}
	for _, st := range run.Spec.Stages {
		if acc := st.Settings.Account; acc != nil && st.Name == "gamma" {
			accounts = append(accounts, string(acc.ID))
		}
	}
	spokes, err := w.spokes(ctx, f)
	if err != nil {
		return err
	}
	for _, s := range spokes {
		if s.Active() {
			accounts = append(accounts, s.Account)
		}
	}
	return w.cloud.ensureLaunchRoles(ctx, w.app.tell, names, accounts)
}

// say stores a line of an action's output and shows it.
func (w *workshop) say(ctx context.Context) func(pipeline.Input, string, ...any) {
	return func(in pipeline.Input, format string, args ...any) {
		line := sqlite.Line{At: w.app.now(), Stage: in.Stage, Action: in.Action, Text: w.app.concealedText(fmt.Sprintf(format, args...))}
		if err := w.state.log.Say(context.WithoutCancel(ctx), in.RunID, line); err != nil {
			w.app.tell("a line of output was not stored: %v", err)
		}
		w.app.showLine(line)
	}
}

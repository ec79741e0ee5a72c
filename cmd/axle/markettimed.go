package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

const refOfWatch = "branch, tag or commit whose marketplace.yaml counts; default: as an approved run carried it out last"

// timed is what the passes of a watch go by: the file that a person names by --file or --ref, or else
// the one in force, as an approved run carried it out last (MKF-4).
type timed struct {
	*workshop
	file   *market.File    // nil: nobody has approved one yet
	commit pipeline.Commit // that a run asking a person is of; none where a person named the file
	pipe   *pipeline.File  // of that commit
	run    pipeline.Run    // in force
}

func (w *workshop) timed(ctx context.Context, f marketFlags) (t timed, err error) {
	t.workshop = w
	if f.file != "" || f.ref != "" {
		t.file, err = w.marketFile(ctx, f)
		return t, err
	}
	if t.commit, t.pipe, err = w.protectedHead(ctx); err != nil {
		return t, err
	}
	if t.pipe.Marketplace == "" {
		return t, document.Fail(codeUsage, "pipeline.yaml names no marketplace", "add marketplace: marketplace.yaml, or give --file", nil)
	}
	if t.run, err = w.inForce(ctx, t.pipe.Marketplace); err != nil {
		return t, err
	}
	if t.run.ID == "" {
		if text, err := w.repo.File(ctx, t.commit.SHA, t.pipe.Marketplace); text == nil {
			return t, document.Fail(codeUsage, fmt.Sprintf("%s is not in commit %.10s of the protected branch", t.pipe.Marketplace, t.commit.SHA), "commit it", err)
		}
		return t, nil
	}
	t.commit = pushedCommit(t.run.Commit)
	t.commit.Repo = w.repo.Dir
	data, err := w.repo.File(ctx, t.commit.SHA, t.run.Product)
	if err != nil {
		return t, err
	}
	file, ds := market.Load(t.run.Product, data)
	t.file = file
	return t, ds.Err()
}

// protectedHead is the protected branch, and its pipeline.yaml.
func (w *workshop) protectedHead(ctx context.Context) (c pipeline.Commit, file *pipeline.File, err error) {
	if c, err = w.commit(ctx, ""); err != nil {
		return c, nil, err
	}
	if file, err = w.pipelineFile(ctx, c); err != nil {
		return c, nil, err
	}
	c.Ref = "refs/heads/" + file.Triggers.Protected
	c.SHA, err = w.repo.Resolve(ctx, c.Ref)
	return c, file, err
}

// byHand says that a person named the file: what the guards hold back is refused, and nobody is asked.
func (t timed) byHand() bool { return t.commit.SHA == "" }

// asks is the run that asks a person to approve: one that waits with a plan that holds what is to be
// changed, or a new one. One that somebody rejected or canceled, or that failed, is not begun anew by
// itself. Of a file that nobody has approved yet, any plan will do.
func (t timed) asks(ctx context.Context, holds func(stages.MarketPlan) bool) (pipeline.Run, error) {
	all, err := t.state.log.Runs(ctx)
	if err != nil {
		return pipeline.Run{}, err
	}
	text, err := t.repo.File(ctx, t.commit.SHA, t.pipe.Marketplace)
	if err != nil {
		return pipeline.Run{}, err
	}
	for _, run := range slices.Backward(all) {
		if !t.sameFile(ctx, run, text) {
			continue
		}
		over := run.Over()
		if !over {
			if run, err = t.drive(ctx, run); err != nil {
				return run, err
			}
		}
		holding, err := t.holding(run, holds)
		switch state := run.State(); {
		case err != nil:
			return run, err
		case state == pipeline.StateAwaiting && holding, state == pipeline.StateSucceeded && !over:
			return run, nil
		case state == pipeline.StateAwaiting:
			why := "what is to be changed is no longer what its plan has"
			if _, err := t.state.log.Decide(ctx, run.ID, pipeline.Event{At: t.app.now(), Kind: pipeline.Superseded, Reason: why}); err != nil {
				return run, err
			}
			t.app.tell("%s: superseded, %s", run.ID, why)
		case (state == pipeline.StateFailed || state == pipeline.StateCanceled) && holding && !expired(run):
			return run, nil
		}
		break
	}
	return t.ask(ctx)
}

// sameFile says whether a run is of the same marketplace.yaml, up to prod.
func (t timed) sameFile(ctx context.Context, run pipeline.Run, text []byte) bool {
	if run.Spec.Market == "" || run.Product != t.pipe.Marketplace || run.Spec.Hub != t.cloud.known.Name || !slices.ContainsFunc(run.Spec.Stages, isProd) {
		return false
	}
	if run.Commit.SHA == t.commit.SHA {
		return true
	}
	have, err := t.repo.File(ctx, run.Commit.SHA, run.Product)
	return err == nil && bytes.Equal(have, text) // a commit that is gone is of no use here
}

func isProd(st pipeline.Stage) bool { return st.Name == "prod" }

// holding says whether the plan that a run waits with has all that is to be changed. A run that came
// to no plan would come to none again.
func (t timed) holding(run pipeline.Run, holds func(stages.MarketPlan) bool) (bool, error) {
	plan, err := marketPlanOf(t.state, run)
	return err == nil && (plan == nil || holds(*plan)), err
}

func expired(run pipeline.Run) bool {
	return slices.ContainsFunc(run.Events, func(e pipeline.Event) bool { return e.Kind == pipeline.Expired })
}

// ask begins a run, and takes it to the person.
func (t timed) ask(ctx context.Context) (pipeline.Run, error) {
	run, err := t.marketRunOf(ctx, t.pipe, t.commit, stages.Limit{})
	if err == nil && !slices.ContainsFunc(run.Spec.Stages, isProd) {
		err = document.Fail("AXLE4183", "nobody can approve "+t.pipe.Marketplace+": pipeline.yaml has no stage prod", "add prod: {} to its stages, or give --file", nil)
	}
	if err != nil {
		return run, err
	}
	if run, err = t.begin(ctx, run); err != nil {
		return run, err
	}
	return t.drive(ctx, run)
}

// unapproved opens the run of a file that nobody has approved, and changes nothing.
func (t timed) unapproved(ctx context.Context) (pipeline.Run, error) {
	run, err := t.asks(ctx, func(stages.MarketPlan) bool { return true })
	if err == nil {
		t.app.tell("nobody has approved %s yet: nothing is changed", t.pipe.Marketplace)
		t.app.tell("%s", awaits(run))
	}
	return run, err
}

// awaits says where a person's word is waited for.
func awaits(run pipeline.Run) string {
	switch run.State() {
	case pipeline.StateAwaiting:
		return fmt.Sprintf("it awaits approval: axle approvals show %s", run.ID)
	case pipeline.StateSucceeded:
		return fmt.Sprintf("run %s has carried it out", run.ID)
	}
	return fmt.Sprintf("run %s %s, and nobody is asked again: axle runs retry %s asks", run.ID, run.State(), run.ID)
}

// experiences is a timed pass: what the guards let through is carried out; for the rest a run asks.
func (t timed) experiences(ctx context.Context, s *stall) error {
	if t.file == nil {
		run, err := t.unapproved(ctx)
		if err != nil {
			return err
		}
		return s.ended(ctx, []market.Done{}, run)
	}
	if err := s.ensureRoles(ctx); err != nil {
		return err
	}
	p, _, err := s.plan(ctx, nil)
	if err != nil {
		return err
	}
	pass, err := s.pass(ctx, p)
	if err != nil {
		return err
	}
	pass.Asks = !t.byHand()
	done := pass.Apply(ctx, p, -1)
	if !slices.ContainsFunc(done, func(d market.Done) bool { return d.Outcome == market.Awaiting }) {
		return s.ended(ctx, done, pipeline.Run{})
	}
	if p, _, err = s.plan(ctx, nil); err != nil { // what is left
		return err
	}
	run, err := t.asks(ctx, func(plan stages.MarketPlan) bool { return plan.Holds(p) })
	if err != nil {
		return err
	}
	for i := range done {
		if done[i].Outcome == market.Awaiting && run.State() == pipeline.StateSucceeded {
			done[i].Outcome, done[i].Why, done[i].Err = market.Applied, "", nil
		}
	}
	t.app.tell("%s", awaits(run))
	return s.ended(ctx, done, run)
}

// licences is a timed pass over them.
func (t timed) licences(ctx context.Context, f licenceFlags) error {
	if t.file == nil {
		run, err := t.unapproved(ctx)
		if err != nil {
			return err
		}
		c := &counter{stall: t.stallOf(&market.File{})}
		none := market.Shared{Outcome: market.Awaiting, Ended: []market.Pair{}, Failed: []market.Notice{}}
		return c.ended(ctx, market.LicencePlan{Later: []market.Pair{}, Notices: []market.Notice{}}, none, run)
	}
	c, err := t.counterOf(ctx, t.file)
	if err != nil {
		return err
	}
	c.timed = !t.byHand()
	plan, got, err := c.once(ctx, f, market.Accepted{Revokes: -1, Replaces: -1})
	if err != nil {
		return err
	}
	if got.Outcome != market.Awaiting {
		return c.ended(ctx, plan, got, pipeline.Run{})
	}
	run, err := t.asks(ctx, func(p stages.MarketPlan) bool { return p.Shares(c.of, plan) })
	if err != nil {
		return err
	}
	if run.State() == pipeline.StateSucceeded {
		got.Outcome, got.Error, got.Err = market.Applied, "", nil
	}
	t.app.tell("%s", awaits(run))
	return c.ended(ctx, plan, got, run)
}

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

func (a *app) approvalsCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "Runs that wait for somebody", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listApprovals(cmd.Context()) }}
	show := &cobra.Command{Use: "show ID", Short: "What an approval would let happen, and on what evidence", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.showApproval(cmd.Context(), args[0]) }}
	return group("approvals", "See what waits for approval; approve or reject it", list, show,
		a.decision("approve", pipeline.Approved, "Let the run go on, as your git identity (user.email)"),
		a.decision("reject", pipeline.Rejected, "End the run"))
}

func (a *app) decision(verb string, kind pipeline.EventKind, short string) *cobra.Command {
	e := pipeline.Event{Kind: kind, Via: "local"}
	cmd := &cobra.Command{Use: verb + " ID", Short: short, Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.decide(cmd.Context(), args[0], e)
		}}
	cmd.Flags().StringVar(&e.Reason, "reason", "", "why; required, and recorded")
	if kind == pipeline.Approved {
		cmd.Flags().IntVar(&e.Remove, "yes-remove", 0, "how many removals the plan has, where it has many; recorded")
	}
	return cmd
}

// waitingStage is the approval that the run waits for; the zero Step where it waits for none.
func waitingStage(r pipeline.Run) pipeline.Step {
	for _, s := range r.Next() {
		if s.Kind == pipeline.Await {
			return s
		}
	}
	return pipeline.Step{}
}

func (a *app) listApprovals(ctx context.Context) error {
	s, err := a.reading(ctx)
	if err != nil {
		return err
	}
	all, err := s.log.Runs(ctx)
	if err != nil {
		return err
	}
	var waiting []pipeline.Run
	for _, r := range all {
		if r.State() == pipeline.StateAwaiting {
			waiting = append(waiting, r)
		}
	}
	if a.output == "json" {
		return a.printRuns(waiting, a.isSandbox())
	}
	for _, r := range waiting {
		stage := waitingStage(r).Stage
		if !a.now().Before(r.Deadline(stage)) {
			then := "ends it"
			if r.Holds(stage) {
				then = "asks again"
			}
			fmt.Fprintf(a.Out, "%-44s %s: nobody decided in time; axle runs resume %s %s\n", r.ID, titled(r), r.ID, then)
			continue
		}
		fmt.Fprintf(a.Out, "%-44s %s: %s for %s, until %s\n", r.ID, titled(r), people(r.Missing(stage)), stage, r.Deadline(stage).Format("2006-01-02 15:04 MST"))
	}
	if len(waiting) == 0 {
		a.tell("nothing waits for approval")
	}
	return nil
}

// approvalShown is axle approvals show as JSON: the run, and the plan that it waits with.
type approvalShown struct {
	runsDoc
	Plan   catalog.Proposal   `json:"plan"`
	Market *stages.MarketPlan `json:"marketplace,omitempty"` // in marketplace.yaml's own run
}

// showApproval shows the plan and the evidence behind the digest.
func (a *app) showApproval(ctx context.Context, id string) error {
	s, err := a.reading(ctx)
	if err != nil {
		return err
	}
	run, err := s.log.Run(ctx, id)
	if err != nil {
		return a.nearRun(ctx, s, id, err)
	}
	p, err := storedPlan(s, run)
	if err != nil {
		return err
	}
	if a.output == "json" {
		m, err := marketPlanOf(s, run)
		if err != nil {
			return err
		}
		return a.print(approvalShown{runsDoc{formatVersion, a.isSandbox(), []runDoc{docOf(run)}}, p, m})
	}
	fmt.Fprintf(a.Out, "%s, commit %s (%s)\n", document.Printable(strings.TrimSpace(run.Spec.Product+" "+run.Spec.Version)), run.Commit.SHA, a.where())
	for _, p := range run.Commit.People {
		fmt.Fprintf(a.Out, "  %-9s %s %s\n", p.Role, document.Printable(p.Email), p.SHA[:min(10, len(p.SHA))])
	}
	planned := run.Results()["prod/plan"]
	switch {
	case run.Spec.Market != "":
		if err := a.showMarketPlan(s, run); err != nil {
			return err
		}
	case planned.Artifact("plan") != "":
		a.showPlan(p)
	}
	if run.Spec.Market == "" {
		fmt.Fprintf(a.Out, "package  %s\ntemplate %s\n", planned.Artifact("package"), planned.Artifact("template"))
	}
	a.showEvidence(run)
	if stage := waitingStage(run).Stage; stage != "" {
		number := ""
		if p.Removals.Asks {
			number = fmt.Sprintf(" --yes-remove %d", p.Removals.Count)
		}
		fmt.Fprintf(a.Out, "digest %s\nnext: axle approvals approve %s --reason TEXT%s\n", run.Subject(stage), run.ID, number)
	}
	return nil
}

// showEvidence is what each action said, counted; what it found stands in full.
func (a *app) showEvidence(run pipeline.Run) {
	done := run.Results()
	for _, st := range run.Spec.Stages {
		fmt.Fprintf(a.Out, "%-6s %s\n", st.Name, run.StageState(st.Name))
		for _, s := range st.Steps {
			res, ok := done[pipeline.Key(st.Name, s.Action)]
			if !ok {
				continue
			}
			line := fmt.Sprintf("  %-14s %s", s.Action, res.Verdict)
			if len(res.Tests) > 0 {
				line += ", " + count(len(res.Tests), "test")
			}
			if len(res.Findings) > 0 {
				line += ", " + count(len(res.Findings), "finding")
			}
			fmt.Fprintln(a.Out, line)
			for _, f := range res.Findings {
				fmt.Fprintln(a.Out, "    "+a.concealed(f.Diagnostic).String())
			}
		}
	}
}

// storedPlan is the plan that a run waits with; the zero Proposal where it has none.
func storedPlan(s *state, run pipeline.Run) (p catalog.Proposal, err error) {
	digest := run.Results()["prod/plan"].Artifact("plan")
	if digest == "" || run.Spec.Market != "" {
		return p, nil
	}
	data, err := s.store.Get(digest)
	if err != nil {
		return p, err
	}
	return catalog.ReadProposal(data)
}

// confirmed refuses to approve many removals whose number was not said. Publishing asks again.
func (a *app) confirmed(s *state, run pipeline.Run, said int) error {
	p, err := storedPlan(s, run)
	if err != nil {
		return err
	}
	return p.Removals.Confirm(said)
}

// decide records a person's decision and, after an approval, takes the run on.
func (a *app) decide(ctx context.Context, id string, e pipeline.Event) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	run, err := w.state.log.Run(ctx, id)
	if err != nil {
		return a.nearRun(ctx, w.state, id, err)
	}
	if err := w.sameHub(run); err != nil {
		return err
	}
	who, err := w.repo.Identity(ctx)
	if err != nil {
		return err
	}
	step := waitingStage(run)
	if e.Kind == pipeline.Approved {
		if err := a.confirmed(w.state, run, e.Remove); err != nil {
			return err
		}
	}
	e.At, e.By, e.Stage, e.Action, e.Digest = a.now(), who, orStage(step.Stage, run), orStep(step.Action), run.Subject(step.Stage)
	run, err = w.state.log.Decide(ctx, id, e)
	if err != nil {
		return err
	}
	a.showEvent(run.Events[len(run.Events)-1])
	if e.Kind == pipeline.Rejected {
		return w.report([]pipeline.Run{run}, nil)
	}
	if run, err = w.drive(ctx, run); err != nil {
		return err
	}
	return w.report([]pipeline.Run{run}, nil)
}

// orStage names the stage of a decision that comes out of turn, so that the refusal can.
func orStage(stage string, r pipeline.Run) string {
	for _, st := range r.Spec.Stages {
		for _, s := range st.Steps {
			if stage == "" && s.Approval {
				return st.Name
			}
		}
	}
	return stage
}

func orStep(action string) string {
	if action == "" {
		return "approval"
	}
	return action
}

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

type marketFlags struct {
	ref, file, out string
	detailed       bool
	acceptDeny     int
	acceptOpen     bool
	maxAge, every  time.Duration
	passes         int
	markdown       bool
	hints          string
}

const marketLong = `Keep Private Marketplace experiences in sync, as marketplace.yaml says: what a source allows and
denies, with each follower's overrides. The file is the one that pipeline.yaml names, at --ref, or
--file on disk. plan reads alone; apply goes on where an earlier one ended.`

func (a *app) marketCommand() *cobra.Command {
	var f marketFlags
	plan := &cobra.Command{Use: "plan [NAME...]", Short: "What apply would change; nothing is changed", Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return a.marketPlan(cmd.Context(), f, args) }}
	apply := &cobra.Command{Use: "apply [PLAN]", Short: "Carry it out: denials first, what the guards let through", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.marketApply(cmd.Context(), f, args) }}
	apply.Flags().IntVar(&f.acceptDeny, "accept-deny", -1, "agree to exactly so many denials, beyond what the guards let through")
	apply.Flags().BoolVar(&f.acceptOpen, "accept-open", false, "agree that somebody is left without a live experience, and so may procure everything")
	status := &cobra.Command{Use: "status", Short: "How each experience was when it was last in line; reads the state alone", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.marketStatus(cmd.Context(), f) }}
	drift := &cobra.Command{Use: "drift [NAME...]", Short: "In what the experiences are not as the file has them; nothing is repaired", Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return a.marketDrift(cmd.Context(), f, args) }}
	watch := &cobra.Command{Use: "watch", Short: "Apply what was approved last, again and again; for more than the guards let through a run asks", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.marketWatch(cmd.Context(), f) }}
	var scp bool
	doctor := &cobra.Command{Use: "doctor", Short: "What the organizations lack, and the least policies; nothing is changed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.marketDoctor(cmd.Context(), f, scp) }}
	doctor.Flags().BoolVar(&scp, "scp", false, "print the service control policy that lets the sync roles alone change experiences")
	subs := []*cobra.Command{plan, apply, status, drift, watch, a.marketRequests(&f), doctor}
	for _, c := range subs {
		f.of(c)
	}
	f.ofPlan(plan)
	f.ofStatus(status)
	f.ofDrift(drift)
	f.ofWatch(watch, "sync.every")
	subs = append(subs, a.marketImport())
	cmd := group("market", "Private Marketplace experiences of several organizations", subs...)
	cmd.Long = marketLong
	return cmd
}

// marketPlanDoc is axle market plan as JSON, and the file that apply takes.
type marketPlanDoc struct {
	FormatVersion int           `json:"format_version"`
	Sandbox       bool          `json:"sandbox"`
	Outcome       string        `json:"outcome"`
	Digest        string        `json:"digest"`
	Denials       int           `json:"denials"`
	Seconds       int           `json:"seconds"` // about how long it takes
	Experiences   []market.Item `json:"experiences"`

	Agreements []market.Reading `json:"agreements"` // in the organizations where something is denied
}

func (s *stall) planDoc(p market.Proposal, readings []market.Reading) marketPlanDoc {
	return marketPlanDoc{formatVersion, s.cloud.box != nil, p.Outcome(), p.Digest(), p.Denials(), int(p.Duration(s.file.Sync.Concurrency).Seconds()), p.Items, readings}
}

func (a *app) marketPlan(ctx context.Context, f marketFlags, names []string) error {
	s, err := a.stall(ctx, f)
	if err != nil {
		return err
	}
	p, sight, err := s.plan(ctx, names)
	if err != nil {
		return err
	}
	readings, err := s.keepers(ctx, names, p, sight)
	if err != nil {
		return err
	}
	doc := s.planDoc(p, readings)
	if err := savePlan(f.out, doc); err != nil {
		return err
	}
	err = s.show(doc, func() {
		for _, line := range marketPlanText(p, s.file.Sync.Concurrency) {
			fmt.Fprintln(a.Out, line)
		}
		for _, r := range readings {
			fmt.Fprintln(a.Out, document.Printable(r.String()))
		}
	})
	if err != nil {
		return err
	}
	var wrong []error
	for _, i := range p.Items {
		wrong = append(wrong, i.Err, i.Guard)
	}
	a.exitEach(wrong)
	return planExit(doc.Outcome, f.detailed, p)
}

// planExit: differences are no failure of a plan; what cannot be planned is.
func planExit(outcome string, detailed bool, p market.Proposal) error {
	code := marketExit(outcome)
	changes := slices.ContainsFunc(p.Items, market.Item.Changes)
	switch {
	case detailed && code > exitFindings:
		return exitCode(exitFindings)
	case detailed && changes:
		return exitCode(exitUsage)
	case detailed, outcome == market.Drifted, outcome == market.Clean:
		return nil
	case code == exitOK:
		return nil
	}
	return exitCode(code)
}

// marketExit is the exit code of an outcome (marketplace.md §5).
func marketExit(outcome string) int {
	switch outcome {
	case market.Clean, market.Applied:
		return exitOK
	case market.Refused, market.Moved, market.Denied:
		return exitNotAllowed
	case market.Blocked, market.Broken:
		return exitCloud
	case market.Incomplete:
		return exitTimedOut
	case market.Awaiting:
		return exitAwaiting
	}
	return exitFindings
}

// marketDoc is axle market apply as JSON.
type marketDoc struct {
	FormatVersion int           `json:"format_version"`
	Sandbox       bool          `json:"sandbox"`
	Outcome       string        `json:"outcome"`
	Run           string        `json:"run,omitempty"` // that waits for a person
	Experiences   []market.Done `json:"experiences"`
}

func (a *app) marketApply(ctx context.Context, f marketFlags, args []string) error {
	s, err := a.stall(ctx, f)
	if err != nil {
		return err
	}
	return s.apply(ctx, f, args)
}

func (s *stall) apply(ctx context.Context, f marketFlags, saved []string) error {
	p, _, err := s.plan(ctx, nil)
	if err != nil {
		return err
	}
	if len(saved) == 1 {
		if p, err = planned(saved[0], p); err != nil {
			return err
		}
	}
	pass, err := s.pass(ctx, p)
	if err != nil {
		return err
	}
	pass.Opens = f.acceptOpen
	return s.ended(ctx, pass.Apply(ctx, p, f.acceptDeny), pipeline.Run{})
}

// planned keeps what a saved plan holds: nothing else is changed. What moved away from it is refused.
func planned(name string, now market.Proposal) (market.Proposal, error) {
	saved, err := savedPlan(name, "axle market plan", func(d marketPlanDoc) (int, string, string) {
		return d.FormatVersion, d.Digest, market.Proposal{Items: d.Experiences}.Digest()
	})
	if err != nil {
		return now, err
	}
	return now.Within(market.Proposal{Items: saved.Experiences})
}

// pass is one pass of a person, or of what they started.
func (s *stall) pass(ctx context.Context, p market.Proposal) (market.Pass, error) {
	actor, err := s.actor(ctx)
	if err != nil {
		return market.Pass{}, err
	}
	clock := s.cloud.session.Clock()
	return market.Pass{File: s.file, Books: s.deskBooks(), Now: clock.Now, Sleep: clock.Sleep, Run: p.Digest()[7:19], Actor: actor, Say: s.tell, Bought: s.agreements, Received: s.received,
		At: func(o market.Organization) (market.Marketplace, market.Changer) { m := s.at(o); return m, m }}, nil
}

// ended shows what became of the experiences, and gives the command's end. by is the run that asks a
// person, where the guards held something back.
func (s *stall) ended(ctx context.Context, all []market.Done, by pipeline.Run) error {
	doc := marketDoc{formatVersion, s.cloud.box != nil, market.Clean, by.ID, all}
	if by.ID != "" && by.State() != pipeline.StateSucceeded {
		doc.Outcome = market.Awaiting
	}
	for _, d := range all {
		doc.Outcome = market.Worst(doc.Outcome, d.Outcome)
	}
	err := s.show(doc, func() {
		for _, d := range all {
			fmt.Fprintln(s.Out, doneText(d))
		}
	})
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var wrong []error
	for _, d := range all {
		wrong = append(wrong, d.Err)
	}
	s.exitEach(wrong)
	return outcomeErr(doc.Outcome)
}

// marketStatusDoc is axle market status as JSON.
type marketStatusDoc struct {
	FormatVersion int           `json:"format_version"`
	Sandbox       bool          `json:"sandbox"`
	Outcome       string        `json:"outcome"`
	Experiences   []market.Seen `json:"experiences"`
	Never         []string      `json:"never_seen"` // entries of the file that no pass has tried
}

func (a *app) marketStatus(ctx context.Context, f marketFlags) error {
	s, err := a.stallAsIs(ctx, f)
	if err != nil {
		return err
	}
	all, err := s.books.Seen(ctx)
	if err != nil {
		return err
	}
	doc := marketStatusDoc{formatVersion, s.cloud.box != nil, market.Clean, append([]market.Seen{}, all...), []string{}}
	now := s.cloud.now()
	for i, x := range doc.Experiences {
		if f.maxAge > 0 && !x.Fresh(now, f.maxAge) {
			doc.Experiences[i].Outcome = market.Worst(x.Outcome, market.Stale)
		}
		doc.Outcome = market.Worst(doc.Outcome, doc.Experiences[i].Outcome)
	}
	for _, e := range s.file.Experiences {
		if e.ProductsFrom != "experience" && !slices.ContainsFunc(all, func(x market.Seen) bool { return x.Entry == e.Name }) {
			doc.Never = append(doc.Never, e.Name)
			if f.maxAge > 0 {
				doc.Outcome = market.Worst(doc.Outcome, market.Stale)
			}
		}
	}
	if err := s.show(doc, func() { a.showMarketStatus(doc) }); err != nil {
		return err
	}
	return outcomeErr(doc.Outcome)
}

func (a *app) marketDrift(ctx context.Context, f marketFlags, names []string) error {
	s, err := a.stall(ctx, f)
	if err != nil {
		return err
	}
	p, sight, err := s.plan(ctx, names)
	if err != nil {
		return err
	}
	entries, err := s.entries(names)
	if err != nil {
		return err
	}
	ours, err := s.books.Denied(ctx)
	if err != nil {
		return err
	}
	kept, readings, err := s.bought(ctx, s.file.Concerned(entries), entries, p, sight)
	if err != nil {
		return err
	}
	all := append(s.file.Drifts(entries, p, sight, ours), s.file.Subscribed(kept, readings)...)
	outcome := market.OutcomeOfDrifts(all)
	doc := struct {
		FormatVersion int            `json:"format_version"`
		Sandbox       bool           `json:"sandbox"`
		Outcome       string         `json:"outcome"`
		Drifts        []market.Drift `json:"drifts"`
	}{formatVersion, s.cloud.box != nil, outcome, all}
	if f.markdown && a.output != "json" {
		fmt.Fprint(a.Out, driftTable(all))
	} else if err := s.show(doc, func() { a.showMarketDrift(all) }); err != nil {
		return err
	}
	if err := a.writeReports(marketFindings(all), nil); err != nil {
		return err
	}
	return outcomeErr(outcome)
}

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// planCommand shows what publishing the commit would change, and changes nothing.
func (a *app) planCommand() *cobra.Command {
	var f runFlags
	var stage string
	var detailed bool
	cmd := &cobra.Command{Use: "plan", Short: "What publishing the commit would change", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.plan(cmd.Context(), f, stage, detailed) }}
	fl := cmd.Flags()
	fl.StringVar(&f.ref, "ref", "", "branch, tag or commit; default HEAD")
	fl.StringVar(&f.product, "product", "", "this product alone, by name or path")
	fl.StringVar(&stage, "stage", "prod", "prod: the stage that publishes")
	fl.BoolVar(&detailed, "detailed-exitcode", false, "0 no change, 1 error, 2 changes: unlike every other command")
	return cmd
}

// planDoc is axle plan as JSON.
type planDoc struct {
	FormatVersion int           `json:"format_version"`
	Sandbox       bool          `json:"sandbox"`
	Plans         []productPlan `json:"plans"`
}

func (a *app) plan(ctx context.Context, f runFlags, stage string, detailed bool) error {
	if stage != "prod" {
		return document.Fail(codeUsage, "there is a plan of prod alone", "leave --stage out", nil)
	}
	doc, err := a.plans(ctx, f)
	if err != nil {
		if detailed {
			a.exit(err)
			return exitCode(exitFindings)
		}
		return err
	}
	changes := 0
	for _, p := range doc.Plans {
		changes += len(p.Changes)
	}
	if a.output == "json" {
		err = a.print(doc)
	} else {
		a.showPlans(doc)
	}
	if err == nil && detailed && changes > 0 {
		return exitCode(2)
	}
	return err
}

func (a *app) plans(ctx context.Context, f runFlags) (planDoc, error) {
	doc := planDoc{FormatVersion: formatVersion}
	w, err := a.workshop(ctx)
	if err != nil {
		return doc, err
	}
	doc.Sandbox = w.cloud.box != nil
	commit, err := w.commit(ctx, f.ref)
	if err != nil {
		return doc, err
	}
	runs, err := w.plannedRuns(ctx, commit, f)
	if err != nil {
		return doc, err
	}
	deps := w.deps(ctx, func(pipeline.Input, string, ...any) {})
	for _, run := range runs {
		if run.Spec.Market != "" {
			w.app.tell("%s has a run of its own: axle market plan shows what it would change", run.Spec.Market)
			continue
		}
		in := run.Input(pipeline.Step{Stage: "prod", Action: "plan"})
		o, err := deps.Foresee(ctx, in)
		if err != nil {
			return doc, err
		}
		p, err := deps.Propose(ctx, in, o)
		if err != nil {
			return doc, err
		}
		p.Product, p.Version = run.Spec.Product, run.Spec.Version
		doc.Plans = append(doc.Plans, productPlan{p, run.Commit.SHA, o.Release.Digest})
	}
	return doc, nil
}

// productPlan is what publishing one product would change.
type productPlan struct {
	catalog.Proposal
	Commit  string `json:"commit"`
	Package string `json:"package"`
}

func (a *app) showPlans(doc planDoc) {
	if doc.Sandbox {
		fmt.Fprintln(a.Out, sandboxNotice)
	}
	for _, p := range doc.Plans {
		fmt.Fprintf(a.Out, "%s at %s\n", strings.TrimSpace(p.Product+" "+p.Version), p.Commit[:10])
		a.showPlan(p.Proposal)
	}
}

func (a *app) showPlan(p catalog.Proposal) {
	for _, line := range planText(p, a.verbose) {
		fmt.Fprintln(a.Out, line)
	}
}

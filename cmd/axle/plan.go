package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
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
		o, err := deps.Look(ctx, run.Input(pipeline.Step{Stage: "prod", Action: "plan"}))
		if err != nil {
			return doc, err
		}
		doc.Plans = append(doc.Plans, planOf(run, o))
	}
	return doc, nil
}

// productPlan is what publishing one product would change.
type productPlan struct {
	Product string           `json:"product"`
	Version string           `json:"version"`
	Commit  string           `json:"commit"`
	Digest  string           `json:"digest"` // of the changes
	Package string           `json:"package"`
	Calls   int              `json:"calls"` // that change something
	Changes []catalog.Change `json:"changes"`
}

func planOf(run pipeline.Run, o stages.Outlook) productPlan {
	p := productPlan{Product: run.Spec.Product, Version: run.Spec.Version, Commit: run.Commit.SHA,
		Digest: catalog.Digest(o.Changes), Package: o.Release.Digest, Changes: o.Changes}
	if p.Changes == nil {
		p.Changes = []catalog.Change{}
	}
	for _, c := range o.Changes {
		p.Calls += c.Calls
	}
	return p
}

func (a *app) showPlans(doc planDoc) {
	if doc.Sandbox {
		fmt.Fprintln(a.Out, sandboxNotice)
	}
	for _, p := range doc.Plans {
		fmt.Fprintf(a.Out, "%s %s at %s: ", p.Product, p.Version, p.Commit[:10])
		if len(p.Changes) == 0 {
			fmt.Fprintln(a.Out, "nothing to change")
			continue
		}
		fmt.Fprintf(a.Out, "%s, %s\n", count(len(p.Changes), "change"), count(p.Calls, "mutating call"))
		for _, line := range catalog.Summary(p.Changes) {
			fmt.Fprintf(a.Out, "  %s\n", line)
		}
		fmt.Fprintf(a.Out, "  digest %s\n", p.Digest)
	}
}

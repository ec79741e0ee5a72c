package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// runFlags say which runs axle run makes.
type runFlags struct {
	ref, product string
	limit        stages.Limit
	changed      bool
	dryRun       bool
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Take a commit through the pipeline: to its end, or to the person who must approve",
		Long: `Judges the commit (--ref, else HEAD), never the files on disk, through the stages of
pipeline.yaml as the protected branch has it. Only commits on the protected branch go to prod.
A commit whose run is unfinished goes on where it was. Exit 8: it waits for an approval.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runRuns(cmd.Context(), f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.ref, "ref", "", "branch, tag or commit; default HEAD")
	fl.StringVar(&f.limit.From, "from", "", "first stage")
	fl.StringVar(&f.limit.To, "to", "", "last stage")
	fl.StringSliceVar(&f.limit.Only, "only", nil, "these stages alone")
	fl.StringVar(&f.product, "product", "", "this product alone, by name or path")
	fl.BoolVar(&f.changed, "changed", false, "products that the last commit touches")
	fl.BoolVar(&f.dryRun, "dry-run", false, "say which runs there would be")
	return cmd
}

// firstFew are the first n names, and how many there are besides.
func firstFew(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
}

func (a *app) runRuns(ctx context.Context, f runFlags) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	commit, err := w.commit(ctx, f.ref)
	if err != nil {
		return err
	}
	if f.ref == "" {
		if dirty, err := w.repo.Dirty(ctx); err == nil && len(dirty) > 0 {
			a.tell("%s not committed, and not judged: %s", count(len(dirty), "path"), document.Printable(firstFew(dirty, 3)))
		}
	}
	runs, err := w.plannedRuns(ctx, commit, f)
	if err != nil {
		return err
	}
	if f.dryRun {
		return a.showPlanned(w, runs)
	}
	w.tellLast(commit, runs)
	return w.carryOut(ctx, runs)
}

// tellLast says why the runs of a commit that is not the protected branch's end before prod.
func (w *workshop) tellLast(c pipeline.Commit, runs []pipeline.Run) {
	if len(runs) == 0 || c.Ref == "refs/heads/"+runs[0].Spec.Protected {
		return
	}
	if sts := runs[0].Spec.Stages; sts[len(sts)-1].Name == "gamma" {
		what := "a commit by its id"
		if c.Ref != "" {
			what = strings.TrimPrefix(c.Ref, "refs/heads/")
		}
		w.app.tell("%s is not the protected branch, %s: nothing goes past gamma", what, runs[0].Spec.Protected)
	}
}

// carryOut stores the runs, drives each, and says how they ended. One run's trouble does not
// hold up the others.
func (w *workshop) carryOut(ctx context.Context, runs []pipeline.Run) error {
	w.app.tell("%s, %s", w.cloud.notice(), count(len(runs), "run"))
	return w.report(w.each(ctx, runs, func(run pipeline.Run) (pipeline.Run, error) {
		stored, err := w.begin(ctx, run)
		if err != nil {
			return run, err
		}
		return w.drive(ctx, stored)
	}))
}

// each takes every run on, and gives those that were driven and what stopped the others.
// An interrupt stops them all.
func (w *workshop) each(ctx context.Context, runs []pipeline.Run, drive func(pipeline.Run) (pipeline.Run, error)) ([]pipeline.Run, error) {
	var done []pipeline.Run
	var stopped []error
	for _, run := range runs {
		ended, err := drive(run)
		if ctx.Err() != nil {
			return done, errors.Join(err, ctx.Err())
		}
		if err != nil {
			stopped = append(stopped, err)
			continue
		}
		done = append(done, ended)
	}
	return done, errors.Join(stopped...)
}

// report shows how runs ended, as the document or for people, and gives the exit code.
func (w *workshop) report(done []pipeline.Run, stopped error) error {
	if w.app.output == "json" {
		if err := w.app.printRuns(done, w.cloud.box != nil); err != nil {
			return err
		}
	}
	if err := w.app.reportRuns(done); err != nil {
		return err
	}
	w.app.summary(done, w.cloud.notice())
	if stopped != nil {
		return stopped
	}
	return outcome(done)
}

// begin stores a run, or finds the unfinished one of the same commit, product, hub and stages.
func (w *workshop) begin(ctx context.Context, run pipeline.Run) (pipeline.Run, error) {
	if err := w.passedBefore(ctx, run); err != nil {
		return run, err
	}
	stored, made, err := w.state.log.Create(ctx, run,
		func(n int) string { return runID(run, n) },
		func(r pipeline.Run) bool {
			return !r.Over() && sameTrial(r, run) && sameStages(r.Spec, run.Spec)
		})
	if err != nil {
		return run, err
	}
	verb := "run"
	if !made {
		verb = "continuing run"
	}
	w.app.tell("%s %s: %s at %s", verb, stored.ID, titled(stored), stored.Commit.SHA[:10])
	return stored, nil
}

// runID reads as what it is: product, commit, how often. A name that a slug cannot tell whole
// is told apart by the product's path.
func runID(run pipeline.Run, n int) string {
	name := slug(run.Spec.Product)
	if name != run.Spec.Product {
		sum := sha256.Sum256([]byte(run.Product))
		name += "-" + hex.EncodeToString(sum[:3])
	}
	return fmt.Sprintf("%s-%s-%d", name, run.Commit.SHA[:8], n)
}

// slug is a name in letters, digits and hyphens, at most 40, that begins with a letter.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String(), "-")
	if s == "" || s[0] < 'a' {
		s = "p-" + s
	}
	return strings.Trim(s[:min(40, len(s))], "-")
}

// sameTrial says whether what one run has passed counts for the other: the same bytes, judged by
// the same keys of pipeline.yaml, against the same hub.
func sameTrial(a, b pipeline.Run) bool {
	return a.Commit.SHA == b.Commit.SHA && a.Product == b.Product && a.Spec.Hub == b.Spec.Hub && a.Spec.Gates == b.Spec.Gates
}

func sameStages(a, b pipeline.Spec) bool {
	names := func(sp pipeline.Spec) (all []string) {
		for _, st := range sp.Stages {
			all = append(all, st.Name)
		}
		return all
	}
	return slices.Equal(names(a), names(b))
}

// passedBefore refuses a run that leaves out a stage which no run of this commit has passed under
// the same keys: no gate is got round (I5).
func (w *workshop) passedBefore(ctx context.Context, run pipeline.Run) error {
	if len(run.Spec.Requires) == 0 {
		return nil
	}
	all, err := w.state.log.Runs(ctx)
	if err != nil {
		return err
	}
	passed := map[string]bool{}
	for _, r := range all {
		if !sameTrial(r, run) {
			continue
		}
		for _, st := range r.Spec.Stages {
			if r.StageState(st.Name) == pipeline.StateSucceeded {
				passed[st.Name] = true
			}
		}
	}
	last := run.Spec.Stages[len(run.Spec.Stages)-1].Name
	for _, needed := range run.Spec.Requires {
		if !passed[needed] {
			return document.Fail(codeNotPassed, fmt.Sprintf("%s needs %s, and no run of %s at %s has passed it", last, needed, run.Spec.Product, run.Commit.SHA[:10]), "axle run takes it through every stage", nil)
		}
	}
	return nil
}

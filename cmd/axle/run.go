package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
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
			a.tell("%s not committed, and not judged: %s", count(len(dirty), "path"), document.Printable(strings.Join(dirty[:min(3, len(dirty))], ", ")))
		}
	}
	runs, err := w.plannedRuns(ctx, commit, f)
	if err != nil {
		return err
	}
	if f.dryRun {
		return a.showPlanned(w, runs)
	}
	return w.carryOut(ctx, runs, f.limit)
}

// carryOut stores the runs, drives each, and says how they ended. One run's trouble does not
// hold up the others.
func (w *workshop) carryOut(ctx context.Context, runs []pipeline.Run, limit stages.Limit) error {
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
			return !r.Over() && r.Spec.Hub == run.Spec.Hub && sameStages(r.Spec, run.Spec)
		})
	if err != nil {
		return run, err
	}
	verb := "run"
	if !made {
		verb = "continuing run"
	}
	w.app.tell("%s %s: %s %s at %s", verb, stored.ID, stored.Spec.Product, stored.Spec.Version, stored.Commit.SHA[:10])
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

func sameStages(a, b pipeline.Spec) bool {
	names := func(sp pipeline.Spec) (all []string) {
		for _, st := range sp.Stages {
			all = append(all, st.Name)
		}
		return all
	}
	return slices.Equal(names(a), names(b))
}

// passedBefore refuses a prod whose earlier stages no run of this commit has passed: nothing
// that was not tested is published.
func (w *workshop) passedBefore(ctx context.Context, run pipeline.Run) error {
	if len(run.Spec.Stages) == 0 || run.Spec.Stages[len(run.Spec.Stages)-1].Name != "prod" {
		return nil
	}
	all, err := w.state.log.Runs(ctx)
	if err != nil {
		return err
	}
	passed := map[string]bool{}
	for _, st := range run.Spec.Stages {
		passed[st.Name] = true
	}
	for _, r := range all {
		if r.Commit.SHA != run.Commit.SHA || r.Product != run.Product || r.Spec.Hub != run.Spec.Hub {
			continue
		}
		for _, st := range r.Spec.Stages {
			if r.StageState(st.Name) == pipeline.StateSucceeded {
				passed[st.Name] = true
			}
		}
	}
	for _, st := range stages.Order {
		if !passed[st.Name] {
			return document.Fail(codeNotPassed, fmt.Sprintf("prod needs %s, and no run of %s at %s has passed it", st.Name, run.Spec.Product, run.Commit.SHA[:10]), "axle run takes it through every stage", nil)
		}
	}
	return nil
}

// commit is what a person asks to be judged here: a ref, or HEAD.
func (w *workshop) commit(ctx context.Context, ref string) (pipeline.Commit, error) {
	c := pipeline.Commit{Repo: w.repo.Dir}
	name := ref
	if name == "" {
		name = "HEAD"
	}
	var err error
	if c.SHA, err = w.repo.Resolve(ctx, name); err != nil {
		return c, err
	}
	if ref == "" {
		c.Ref, err = w.repo.Branch(ctx)
		return c, err
	}
	if sha, err := w.repo.Resolve(ctx, "refs/heads/"+strings.TrimPrefix(ref, "refs/heads/")); err == nil && sha == c.SHA {
		c.Ref = "refs/heads/" + strings.TrimPrefix(ref, "refs/heads/")
	}
	return c, nil
}

// plannedRuns are the runs of a commit: one for each product it is asked for.
func (w *workshop) plannedRuns(ctx context.Context, c pipeline.Commit, f runFlags) ([]pipeline.Run, error) {
	tree, err := w.repo.Tree(ctx, c.SHA)
	if err != nil {
		return nil, err
	}
	file, err := w.pipelineFile(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := file.CheckTree(tree).Err(); err != nil {
		return nil, err
	}
	paths, err := productPaths(tree, file)
	if err != nil {
		return nil, err
	}
	if f.changed {
		if paths, err = w.touched(ctx, c, paths); err != nil {
			return nil, err
		}
	}
	var runs []pipeline.Run
	var names []string
	for _, p := range paths {
		run, err := w.runOf(ctx, tree, file, c, p, f.limit)
		if err != nil {
			return nil, err
		}
		if i := slices.Index(names, run.Spec.Product); i >= 0 {
			return nil, document.Fail("AXLE1227", fmt.Sprintf("%s and %s are both named %q", paths[i], p, run.Spec.Product), "give each product a name of its own", nil)
		}
		names = append(names, run.Spec.Product)
		if f.product == "" || f.product == run.Spec.Product || path.Clean(f.product) == p || path.Clean(f.product) == path.Dir(p) {
			runs = append(runs, run)
		}
	}
	if len(runs) == 0 && f.product != "" {
		return nil, document.Fail(codeNoProduct, fmt.Sprintf("no product %q at %s", f.product, c.SHA[:10]), document.DidYouMean(f.product, names), nil)
	}
	return runs, nil
}

// runOf is a run before it is stored: what it is of, who had a hand in it, what it goes through.
func (w *workshop) runOf(ctx context.Context, tree fs.FS, file *pipeline.File, c pipeline.Commit, p string, limit stages.Limit) (pipeline.Run, error) {
	run := pipeline.Run{Commit: c, Product: p}
	data, err := fs.ReadFile(tree, p)
	if err != nil {
		return run, err
	}
	if run.Spec, err = stages.Spec(file, c.Ref, limit); err != nil {
		return run, err
	}
	run.Spec.Hub, run.Spec.Product, run.Spec.Version = w.cloud.known.Name, path.Base(path.Dir(p)), ""
	if product, _ := products.Load(p, data); product != nil {
		run.Spec.Product, run.Spec.Version = product.Name, product.Version
	}
	base, err := w.lastPublished(ctx, p)
	if err != nil {
		return run, err
	}
	people, err := w.repo.ReleasePeople(ctx, base, c.SHA, path.Dir(p))
	run.Commit.People = append(append([]pipeline.Person(nil), c.People...), people...)
	return run, err
}

// lastPublished is the commit whose run last published the product, or "".
func (w *workshop) lastPublished(ctx context.Context, p string) (string, error) {
	all, err := w.state.log.Runs(ctx)
	if err != nil {
		return "", err
	}
	last := ""
	for _, r := range all {
		if r.Product == p && r.Spec.Hub == w.cloud.known.Name && r.Results()["prod/publish"].Verdict == pipeline.Pass {
			last = r.Commit.SHA
		}
	}
	return last, nil
}

// pipelineFile is pipeline.yaml as the protected branch has it: the commit's own where the commit
// is that branch's, or where there is no such branch yet.
func (w *workshop) pipelineFile(ctx context.Context, c pipeline.Commit) (*pipeline.File, error) {
	file, err := w.authority(ctx, c)
	if err != nil {
		return nil, err
	}
	ref := "refs/heads/" + file.Triggers.Protected
	if c.Ref == ref {
		return w.pipelineAt(ctx, c.SHA)
	}
	sha, err := w.repo.Resolve(ctx, ref)
	if err == nil {
		return w.pipelineAt(ctx, sha)
	}
	w.app.tell("there is no branch %s yet: pipeline.yaml is the commit's own, and nothing goes past alpha", file.Triggers.Protected)
	if file, err = w.pipelineAt(ctx, c.SHA); err == nil {
		file.Stages.Beta, file.Stages.Gamma, file.Stages.Prod = nil, nil, nil
	}
	return file, err
}

// authority is the pipeline.yaml that says which branch is protected. Where pushes arrive it is
// the default branch's: a pushed branch cannot name itself. A person's own repository is theirs.
func (w *workshop) authority(ctx context.Context, c pipeline.Commit) (*pipeline.File, error) {
	head, err := w.repo.Branch(ctx)
	if err != nil {
		return nil, err
	}
	if w.repo.Bare && head != "" && head != c.Ref {
		if sha, err := w.repo.Resolve(ctx, head); err == nil {
			file, err := w.pipelineAt(ctx, sha)
			if document.CodeOf(err) == codeNoPipeline {
				err = document.Fail(codeNoPipeline, fmt.Sprintf("no pipeline.yaml at %s on %s", sha[:10], head), "that branch says which one is protected: push pipeline.yaml there first", nil)
			}
			return file, err
		}
	}
	return w.pipelineAt(ctx, c.SHA)
}

func (w *workshop) pipelineAt(ctx context.Context, sha string) (*pipeline.File, error) {
	tree, err := w.repo.Tree(ctx, sha)
	if err != nil {
		return nil, err
	}
	name, data, err := findPipeline(tree, w.app.config)
	if err != nil {
		return nil, document.Fail(codeNoPipeline, fmt.Sprintf("no pipeline.yaml at %s", sha[:10]), "axle init writes one; commit it", err)
	}
	file, ds := pipeline.Load(name, data)
	if err := ds.Err(); err != nil {
		return nil, err
	}
	return file, nil
}

// findPipeline reads the pipeline file of a tree: the one that was asked for, else one of two places.
func findPipeline(tree fs.FS, asked string) (string, []byte, error) {
	if asked != "" {
		data, err := fs.ReadFile(tree, path.Clean(asked))
		return asked, data, err
	}
	for _, name := range []string{"pipeline.yaml", ".config/pipeline.yaml"} {
		data, err := fs.ReadFile(tree, name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return name, data, err
		}
	}
	if _, err := fs.Stat(tree, "pipeline.yml"); err == nil {
		return "", nil, errors.New("there is a pipeline.yml: rename it to pipeline.yaml")
	}
	return "", nil, fs.ErrNotExist
}

// productPaths are the product.yaml files that pipeline.yaml names, sorted. A glob without a match is an error.
func productPaths(tree fs.FS, file *pipeline.File) ([]string, error) {
	var all []string
	for _, glob := range file.Products {
		found, err := fs.Glob(tree, path.Clean(glob))
		if err != nil || len(found) == 0 {
			return nil, document.Fail("AXLE1225", fmt.Sprintf("path %s: matches no file", glob), "correct products in pipeline.yaml", err)
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// touched keeps the products in whose folder the commit, or the push, changed something.
func (w *workshop) touched(ctx context.Context, c pipeline.Commit, paths []string) ([]string, error) {
	before := c.Before
	if before == "" {
		if parent, err := w.repo.Resolve(ctx, c.SHA+"^"); err == nil {
			before = parent
		}
	}
	changed, err := w.repo.Changed(ctx, before, c.SHA)
	if err != nil {
		return nil, err
	}
	var kept []string
	for _, p := range paths {
		dir := path.Dir(p) + "/"
		if slices.ContainsFunc(changed, func(f string) bool { return strings.HasPrefix(f, dir) || dir == "./" }) {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

func (a *app) showPlanned(w *workshop, runs []pipeline.Run) error {
	if a.output == "json" {
		return a.printRuns(runs, w.cloud.box != nil)
	}
	for _, r := range runs {
		var names []string
		for _, st := range r.Spec.Stages {
			names = append(names, st.Name)
		}
		fmt.Fprintf(a.Out, "%s %s at %s: %s\n", r.Spec.Product, r.Spec.Version, r.Commit.SHA[:10], strings.Join(names, ", "))
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/stages"
)

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
		if err := notCatalog(file, run); err != nil {
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
	own, err := w.catalogRuns(ctx, tree, file, c, f, runs)
	if err != nil {
		return nil, err
	}
	market, err := w.marketRuns(ctx, tree, file, c, f)
	if err != nil {
		return nil, err
	}
	if runs = append(append(own, market...), runs...); len(runs) == 0 && f.product != "" {
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
	run.Spec.Reviewed = w.reviewed(ctx, c, file)
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

// reviewed is the protected branch's commit: what it says of exceptions counts, and nothing else.
func (w *workshop) reviewed(ctx context.Context, c pipeline.Commit, file *pipeline.File) string {
	ref := "refs/heads/" + file.Triggers.Protected
	if c.Ref == ref {
		return c.SHA
	}
	sha, err := w.repo.Resolve(ctx, ref)
	if err != nil {
		return "" // there is no such branch yet, and so nothing that was reviewed
	}
	return sha
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
	w.app.tellOnce(fmt.Sprintf("there is no branch %s yet: pipeline.yaml is the commit's own, and nothing goes past alpha", file.Triggers.Protected))
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
		if document.CodeOf(err) != "" {
			return nil, err
		}
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
	const here, nested = "pipeline.yaml", ".config/pipeline.yaml"
	_, errHere := fs.Stat(tree, here)
	_, errNested := fs.Stat(tree, nested)
	if errHere == nil && errNested == nil {
		return "", nil, document.Fail(codeUsage, "there is both "+here+" and "+nested, "keep one of them", nil)
	}
	for _, name := range []string{here, nested} {
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
		if err := linked(tree, path.Dir(path.Clean(glob))); err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// linked refuses what a glob for folders meets and no file can be found in: a link, which is not
// followed, or a submodule, which is not fetched. Its product would be none, in silence.
func linked(tree fs.FS, folders string) error {
	for ; folders != "."; folders = path.Dir(folders) {
		met, err := fs.Glob(tree, folders)
		if err != nil {
			return err
		}
		for _, name := range met {
			switch info, err := fs.Lstat(tree, name); {
			case err != nil:
				return err
			case info.Mode()&fs.ModeSymlink != 0:
				return git.Linked(name)
			case info.Mode()&fs.ModeIrregular != 0:
				return git.Submodule(name)
			}
		}
	}
	return nil
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
		fmt.Fprintf(a.Out, "%s at %s: %s\n", titled(r), r.Commit.SHA[:10], strings.Join(names, ", "))
	}
	return nil
}

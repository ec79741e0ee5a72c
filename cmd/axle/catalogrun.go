package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/stages"
)

// catalogName is what catalog.yaml's own run is called, where a product's has the product's name.
const catalogName = "catalog"

// namesCatalog says whether --product names catalog.yaml's own run.
func namesCatalog(f runFlags, file *pipeline.File) bool {
	return file.Catalog != "" && (f.product == catalogName || f.product != "" && path.Clean(f.product) == path.Clean(file.Catalog))
}

// catalogRuns is catalog.yaml's own run, where it is asked for, or where the file has changed beyond
// what the products' runs beside it carry out.
func (w *workshop) catalogRuns(ctx context.Context, tree fs.FS, file *pipeline.File, c pipeline.Commit, f runFlags, beside []pipeline.Run) ([]pipeline.Run, error) {
	asked := namesCatalog(f, file)
	if file.Catalog == "" || f.product != "" && !asked {
		return nil, nil
	}
	published, err := w.lastPublished(ctx, file.Catalog)
	if err != nil {
		return nil, err
	}
	since := published
	if since == "" || f.changed {
		if since, err = w.beforeOf(ctx, c, f); err != nil {
			return nil, err
		}
	}
	was, unread := w.catalogOf(ctx, since, file.Catalog)
	now, readable := catalogAt(tree, file.Catalog)
	if !asked && errors.Is(readable, fs.ErrNotExist) {
		return nil, nil // check says so, and so does lint in each product's run
	}
	if !asked && readable == nil && unread == nil && !catalog.Beyond(was, now, covered(tree, file, beside)) {
		return nil, nil
	}
	run, err := w.catalogRunOf(ctx, file, c, f.limit)
	if err != nil || len(run.Spec.Stages) == 0 {
		return nil, err
	}
	if published != "" && published != since {
		was, unread = w.catalogOf(ctx, published, file.Catalog)
	}
	if readable == nil && unread == nil {
		run.Spec.Whole.Left = catalog.Left(was, now)
	}
	run.Commit.People, err = w.catalogPeople(ctx, c, since, published, file)
	return []pipeline.Run{run}, err
}

func (w *workshop) catalogRunOf(ctx context.Context, file *pipeline.File, c pipeline.Commit, limit stages.Limit) (pipeline.Run, error) {
	run := pipeline.Run{Commit: c, Product: file.Catalog}
	var err error
	if run.Spec, err = stages.CatalogSpec(file, c.Ref, limit); err != nil {
		return run, err
	}
	run.Spec.Hub, run.Spec.Product, run.Spec.Reviewed = w.cloud.known.Name, catalogName, w.reviewed(ctx, c, file)
	return run, nil
}

// beforeOf is the commit that the flags compare with: what the ref was before the push, or the
// parent; "" is the beginning.
func (w *workshop) beforeOf(ctx context.Context, c pipeline.Commit, f runFlags) (string, error) {
	if !f.changed {
		return "", nil
	}
	if strings.Trim(c.Before, "0") != "" {
		return c.Before, nil
	}
	parent, err := w.repo.Resolve(ctx, c.SHA+"^")
	if err != nil {
		return "", nil // the first commit has none
	}
	return parent, nil
}

// catalogOf is catalog.yaml at a commit; nil where there was none. One that cannot be read any more
// is an error: nothing is known to have stayed the same.
func (w *workshop) catalogOf(ctx context.Context, sha, name string) (*catalog.File, error) {
	if sha == "" {
		return nil, nil
	}
	tree, err := w.repo.Tree(ctx, sha)
	if err != nil {
		return nil, err
	}
	f, err := catalogAt(tree, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return f, err
}

// covered are the portfolios that the runs of products carry out, and gamma's own.
func covered(tree fs.FS, file *pipeline.File, runs []pipeline.Run) []string {
	var keys []string
	if g := file.Stages.Gamma; g != nil && g.Publish != nil {
		keys = append(keys, g.Publish.Portfolio)
	}
	for _, r := range runs {
		if data, err := fs.ReadFile(tree, r.Product); err == nil {
			keys = append(keys, portfoliosOf(r.Product, data)...)
		}
	}
	return keys
}

// catalogPeople had a hand in catalog.yaml since it was published. What product.yaml says anew goes
// out with the product's own run.
func (w *workshop) catalogPeople(ctx context.Context, c pipeline.Commit, since, published string, file *pipeline.File) ([]pipeline.Person, error) {
	people, err := w.repo.ReleasePeople(ctx, cmp.Or(published, since), c.SHA, file.Catalog)
	seen := map[pipeline.Person]bool{}
	return slices.DeleteFunc(slices.Concat(c.People, people), func(p pipeline.Person) bool {
		twice := seen[p]
		seen[p] = true
		return twice
	}), err
}

// last is who published a product last, whatever folder it was in then.
func (w *workshop) last(ctx context.Context, product string) (stages.Last, error) {
	all, err := w.state.log.Runs(ctx)
	var last stages.Last
	for _, r := range all {
		if r.Spec.Whole != nil || r.Spec.Product != product || r.Spec.Hub != w.cloud.known.Name {
			continue
		}
		if r.Results()["prod/publish"].Verdict == pipeline.Pass {
			last = stages.Last{SHA: r.Commit.SHA, File: r.Product}
		} else if slices.ContainsFunc(r.Events, func(e pipeline.Event) bool {
			return e.Kind == pipeline.Started && e.Stage == "prod" && e.Action == "publish"
		}) {
			last.Open = true
		}
	}
	return last, err
}

// former is the name under which a product.yaml was published last, where it was not published under
// the name since: "" is that it never had another.
func (w *workshop) former(ctx context.Context, file, product string) (before string, err error) {
	all, err := w.state.log.Runs(ctx)
	for _, r := range all {
		if r.Spec.Whole != nil || r.Product != file || r.Spec.Hub != w.cloud.known.Name || r.Results()["prod/publish"].Verdict != pipeline.Pass {
			continue
		}
		if before = r.Spec.Product; before == product {
			before = ""
		}
	}
	if err != nil || before == "" {
		return "", err
	}
	known, err := w.cloud.known.Published(ctx, before)
	if len(known) == 0 { // the sandbox that had it is no more
		before = ""
	}
	return before, err
}

// notCatalog refuses a product that has the name of catalog.yaml's own run, or of marketplace.yaml's.
func notCatalog(file *pipeline.File, run pipeline.Run) error {
	for name, of := range map[string]string{catalogName: file.Catalog, marketName: file.Marketplace} {
		if of != "" && run.Spec.Product == name {
			return document.Fail("AXLE1260", run.Product+" is named "+name+", as "+of+"'s own run is", "give the product another name", nil)
		}
	}
	return nil
}

// titled is what a run is of, for people: a product and its version, or catalog.
func titled(r pipeline.Run) string {
	return document.Printable(strings.TrimSpace(r.Spec.Product + " " + r.Spec.Version))
}

// overtaken says whether a version may no longer be published in its order, once another was (I12).
func overtaken(waiting, published string) bool {
	latest, ok := products.Latest([]products.Published{{Version: waiting}, {Version: published}}, nil)
	return ok && waiting != "" && latest.Version == published && waiting != published
}

package stages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

// CatalogSpec freezes what catalog.yaml's own run goes through: alpha's lint and secrets, and prod.
// Nothing is launched of a catalog, so that there is nothing for beta and gamma to try.
func CatalogSpec(f *pipeline.File, ref string, limit Limit) (pipeline.Spec, error) {
	sp, err := Spec(f, ref, limit)
	if err != nil && document.CodeOf(err) != codeNoStage {
		return sp, err
	}
	var kept []pipeline.Stage
	for _, st := range sp.Stages {
		switch st.Name {
		case "alpha":
			st.Steps = slices.DeleteFunc(st.Steps, func(s pipeline.StepSpec) bool { return s.Action != "lint" && s.Action != "secrets" })
		case "prod":
		default:
			continue
		}
		kept = append(kept, st)
	}
	sp.Stages, sp.Whole = kept, &pipeline.Whole{}
	sp.Requires = slices.DeleteFunc(sp.Requires, func(stage string) bool { return stage != "alpha" })
	if g := f.Stages.Gamma; g != nil && g.Publish != nil {
		sp.Whole.Staging = g.Publish.Portfolio
	}
	return sp, nil
}

// either is an action of a product's run, and what it is in catalog.yaml's own.
func either(product, whole pipeline.Action) pipeline.Action {
	return func(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
		if in.Whole != nil {
			return whole(ctx, in)
		}
		return product(ctx, in)
	}
}

// inTurn lets one run at a time look at the hub and change it: what one plans, no other changes
// before it is applied. Whoever comes next observes what the one before has left (CAT-36).
func (d Deps) inTurn(action pipeline.Action) pipeline.Action {
	return func(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
		if in.Settings.Distribute == nil { // else it has a turn in each wave
			done, err := d.turn(ctx, in)
			if err != nil {
				return pipeline.Result{}, err
			}
			defer done()
		}
		return action(ctx, in)
	}
}

func (d Deps) turn(ctx context.Context, in pipeline.Input) (done func(), err error) {
	if d.Turn == nil {
		return func() {}, nil
	}
	return d.Turn(ctx, in)
}

// shelf is catalog.yaml with every product of the pipeline, as the commit has them.
type shelf struct {
	tree     fs.FS
	catalog  *catalog.File
	products []*products.File
	found    document.Diagnostics
	settled  []*products.File // as they are published, once wants was called
	waiting  []*products.File // which stay as the hub has them
	notes    []string         // what waits for a product's own run
}

func (d Deps) shelf(ctx context.Context, in pipeline.Input) (*shelf, error) {
	tree, err := d.Tree(ctx, in.Commit.SHA)
	if err != nil {
		return nil, err
	}
	c := commit{tree: tree}
	if err := c.readCatalog(in.Catalog); err != nil {
		return nil, err
	}
	s := &shelf{tree: tree, catalog: c.catalog, found: c.found}
	if s.catalog == nil || s.found.Errors() > 0 {
		return s, nil
	}
	for _, glob := range in.Products {
		names, err := fs.Glob(tree, path.Clean(glob))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := s.readProduct(name); err != nil {
				return nil, err
			}
		}
	}
	s.found = append(s.found, catalog.CheckEnforcedOffline(s.catalog, s.products)...)
	return s, nil
}

func (s *shelf) readProduct(name string) error {
	data, err := fs.ReadFile(s.tree, name)
	if err != nil {
		return err
	}
	p, ds := products.Load(name, data)
	s.found = append(s.found, ds...)
	if p == nil || ds.Errors() > 0 {
		return nil
	}
	s.found = append(s.found, p.CheckTree(s.tree, path.Dir(name))...)
	s.found = append(s.found, catalog.CheckPortfolios(s.catalog, p)...)
	s.found = append(s.found, CheckHidden(s.tree, s.catalog, p)...)
	s.products = append(s.products, p)
	return nil
}

// sound refuses what cannot be judged.
func (s *shelf) sound() error {
	if n := s.found.Errors(); n > 0 {
		return document.Fail("AXLE2111", fmt.Sprintf("not judged: %d errors in catalog.yaml and the products' files", n), "alpha/lint lists them", nil)
	}
	return nil
}

// want is what git says of the hub for a product of the tree, without a new version of it.
func (s *shelf) want(tree fs.FS, p *products.File, now time.Time) (catalog.Catalog, error) {
	files, err := Rules(tree, p)
	if err != nil {
		return catalog.Catalog{}, err
	}
	return catalog.Want(s.catalog, p, catalog.Release{Rules: files, Now: now})
}

// Last is the commit that published a product last, and its product.yaml there. Open: a publication
// has begun since, and is not through. The zero Last is of a product that no run is known to have
// published.
type Last struct {
	SHA, File string
	Open      bool
}

// wants are the products' parts of the hub as they were published last: what product.yaml says
// otherwise since then goes through the gates of the product's own run.
func (d Deps) wants(ctx context.Context, s *shelf) (all []catalog.Catalog, err error) {
	for _, p := range s.products {
		last, err := d.Last(ctx, p.Name)
		if err != nil {
			return nil, err
		}
		if last.SHA == "" || last.Open {
			s.waits(p, "%s stays as the hub has it: %s", p.Name, map[bool]string{true: "a publication of it is not through", false: "no run is known to have published it"}[last.Open])
			continue
		}
		want, err := d.settled(ctx, s, p, last)
		if err != nil {
			s.waits(p, "%s stays as the hub has it: commit %.10s, which published it, cannot be taken as it is: %v", p.Name, last.SHA, err)
			continue
		}
		all = append(all, want)
	}
	return all, nil
}

func (s *shelf) waits(p *products.File, format string, args ...any) {
	s.waiting, s.settled, s.notes = append(s.waiting, p), append(s.settled, p), append(s.notes, fmt.Sprintf(format, args...))
}

// settled is a product's part of the hub as its last publication had it.
func (d Deps) settled(ctx context.Context, s *shelf, p *products.File, last Last) (catalog.Catalog, error) {
	tree, err := d.Tree(ctx, last.SHA)
	if err != nil {
		return catalog.Catalog{}, err
	}
	data, err := fs.ReadFile(tree, last.File)
	if err != nil {
		return catalog.Catalog{}, err
	}
	old, ds := products.Load(last.File, data)
	if err := ds.Err(); err != nil {
		return catalog.Catalog{}, err
	}
	want, err := s.want(tree, old, d.today())
	if err != nil {
		return want, err
	}
	s.settled = append(s.settled, old)
	now, err := s.want(s.tree, p, d.today())
	if err == nil && (old.Version != p.Version || !reflect.DeepEqual(now, want)) {
		s.notes = append(s.notes, fmt.Sprintf("%s waits for its own run: it is taken as commit %.10s published it, and product.yaml has changed since", p.Name, last.SHA))
	}
	return want, err
}

// lintCatalog says everything that is wrong with catalog.yaml, and with what the products name of it.
func (d Deps) lintCatalog(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	s, err := d.shelf(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	s.found.Sort()
	res := verdict(asFindings(s.found))
	for _, p := range s.products {
		if res.Verdict != pipeline.Pass {
			break
		}
		if _, err := s.want(s.tree, p, d.today()); err != nil {
			res.Verdict, res.Findings = pipeline.Fail, append(res.Findings, pipeline.FindingsOf(err)...)
		}
	}
	return res, nil
}

// wholeWant is what the hub should hold of all of catalog.yaml, and the scope to look at: that,
// the portfolios that have left the file, and products that stay as they are.
func (d Deps) wholeWant(ctx context.Context, in pipeline.Input) (o Outlook, scope catalog.Catalog, err error) {
	s, err := d.shelf(ctx, in)
	if err != nil {
		return o, scope, err
	}
	if err := s.sound(); err != nil {
		return o, scope, err
	}
	all, err := d.wants(ctx, s)
	if err != nil {
		return o, scope, err
	}
	o.file, o.products, o.notes, o.Want = s.catalog, s.settled, s.notes, catalog.Whole(s.catalog, in.Whole.Staging, in.Whole.Left, all...)
	return o, catalog.Join(o.Want, catalog.Named(s.catalog.Hub.Regions, in.Whole.Left, s.waiting...)), nil
}

// publishCatalog makes the hub as planned, and nothing else.
func (d Deps) publishCatalog(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	changes, err := d.approved(in)
	if err != nil {
		return pipeline.Result{}, err
	}
	o, err := d.Look(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	p := publication{Deps: d, in: in, look: o, changes: changes, verify: func(ctx context.Context, region string) error {
		return d.seen(ctx, in, o, region)
	}}
	return p.make(ctx)
}

// verifyCatalog looks again: nothing is left to change, and in each region some active spoke can
// launch each product.
func (d Deps) verifyCatalog(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	o, err := d.calm(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	if len(o.Changes) > 0 {
		return failed("AXLE2790", fmt.Sprintf("published, and yet the catalog differs: %s", o.Changes[0]), "somebody else may be changing it: axle run takes it on"), nil
	}
	var unseen []error
	for _, region := range o.file.Hub.Regions {
		unseen = append(unseen, d.seen(ctx, in, o, region))
	}
	if err := errors.Join(unseen...); err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Verdict: pipeline.Pass}, nil
}

// calm looks until nothing is left to change, or a minute is over: what was just made is seen
// late now and then (CT-2).
func (d Deps) calm(ctx context.Context, in pipeline.Input) (Outlook, error) {
	pause := 2 * time.Second
	for start := d.Clock.Now(); ; pause = min(2*pause, 10*time.Second) {
		o, err := d.Look(ctx, in)
		if err != nil || len(o.Changes) == 0 || d.Clock.Now().Sub(start) > time.Minute {
			return o, err
		}
		if err := d.Clock.Sleep(ctx, pause); err != nil {
			return o, err
		}
	}
}

// seen looks in a region whether some active spoke can launch each product that is there.
func (d Deps) seen(ctx context.Context, in pipeline.Input, o Outlook, region string) error {
	var unseen []error
	for _, p := range o.have.In(region).Products {
		if v := p.Newest(""); v != "" && shared(o.Want, p) {
			unseen = append(unseen, d.offered(ctx, in, o.file.LaunchedAs(o.org, o.spokes, p.Key), region, p.Name, v))
		}
	}
	return errors.Join(unseen...)
}

// shared says whether a portfolio that is given to somebody holds the product.
func shared(want catalog.Catalog, p catalog.Product) bool {
	return slices.ContainsFunc(want.Portfolios, func(folio catalog.Portfolio) bool {
		return folio.Region == p.Region && len(folio.Shares) > 0 && folio.Placement(p.Key) != nil
	})
}

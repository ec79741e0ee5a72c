package stages

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/products/tf"
)

// commit is what the actions read of one commit: the product and what it is published into.
type commit struct {
	tree     fs.FS
	dir      string // the product's folder
	product  *products.File
	template *cfn.Template
	bytes    []byte            // the template's
	source   *tf.Configuration // of type EXTERNAL, and then there is no template
	catalog  *catalog.File
	found    document.Diagnostics // everything wrong with the files
}

// read reads the commit's files. What is wrong with them is in found; an error is what could
// not be read at all.
func (d Deps) read(ctx context.Context, in pipeline.Input) (*commit, error) {
	tree, err := d.Tree(ctx, in.Commit.SHA)
	if err != nil {
		return nil, err
	}
	c := &commit{tree: tree, dir: path.Dir(in.Product)}
	data, err := fs.ReadFile(tree, in.Product)
	if err != nil {
		return nil, err
	}
	var ds document.Diagnostics
	c.product, ds = products.Load(in.Product, data)
	c.found = append(c.found, ds...)
	if err := c.readCatalog(in.Catalog); err != nil {
		return nil, err
	}
	if c.product == nil || c.found.Errors() > 0 {
		return c, nil
	}
	c.found = append(c.found, c.product.CheckTree(tree, c.dir)...)
	if c.catalog != nil {
		c.found = append(c.found, catalog.CheckPortfolios(c.catalog, c.product)...)
		c.found = append(c.found, catalog.CheckEnforcedOffline(c.catalog, []*products.File{c.product})...)
	}
	if c.found.Errors() > 0 {
		return c, nil
	}
	if c.product.Type == external {
		d.readSource(c)
		return c, nil
	}
	return c, c.readTemplate()
}

func (c *commit) readCatalog(name string) error {
	if name == "" {
		return nil
	}
	data, err := fs.ReadFile(c.tree, name)
	if err != nil {
		return err
	}
	var ds document.Diagnostics
	c.catalog, ds = catalog.Load(name, data)
	c.found = append(c.found, ds...)
	return nil
}

func (c *commit) readTemplate() error {
	name := path.Join(c.dir, c.product.Template)
	info, err := fs.Stat(c.tree, name)
	if err != nil {
		return err
	}
	ds := document.CheckSize(name, info.Size(), document.Templates)
	for _, d := range ds { // what is too large is not read
		d.Line, d.Col = 1, 1
		c.found = append(c.found, d)
	}
	if len(ds) > 0 {
		return nil
	}
	data, err := fs.ReadFile(c.tree, name)
	if err != nil {
		return err
	}
	c.template, ds = cfn.Parse(name, data)
	c.bytes = data
	c.found = append(c.found, ds...)
	if c.catalog != nil {
		c.found = append(c.found, catalog.CheckHidden(c.catalog, c.product.Name, hidden(c.template))...)
	}
	return nil
}

// hidden are the names of the parameters that AWS does not show.
func hidden(t *cfn.Template) (names []string) {
	if t == nil {
		return nil
	}
	for _, p := range t.Parameters {
		if p.NoEcho {
			names = append(names, p.Name)
		}
	}
	return names
}

// CheckHidden is catalog.CheckHidden of a product and its template in the tree.
func CheckHidden(tree fs.FS, f *catalog.File, p *products.File) document.Diagnostics {
	if p.Template == "" || !slices.ContainsFunc(slices.Collect(maps.Values(f.Enforced)), func(e catalog.Enforced) bool { return e.Product == p.Name }) {
		return nil
	}
	c := commit{tree: tree, dir: path.Dir(p.Doc.File), product: p}
	if c.readTemplate() != nil {
		return nil // who checks the tree says so
	}
	return catalog.CheckHidden(f, p.Name, hidden(c.template))
}

// sound is the commit whose files have no errors. Whoever needs it cannot judge without:
// alpha's lint is who lists what is wrong.
func (d Deps) sound(ctx context.Context, in pipeline.Input) (*commit, error) {
	c, err := d.read(ctx, in)
	if err != nil {
		return nil, err
	}
	n := c.found.Errors()
	if n == 0 && c.template != nil {
		_, values := c.env()
		n = values.Errors()
	}
	if n > 0 {
		return nil, document.Fail("AXLE2111", fmt.Sprintf("not judged: %d errors in the product's files", n), "alpha/lint lists them, and axle check before a run", nil)
	}
	return c, nil
}

// hubbed is the sound commit of a pipeline that has a catalog.yaml.
func (d Deps) hubbed(ctx context.Context, in pipeline.Input) (*commit, error) {
	c, err := d.sound(ctx, in)
	if err == nil && c.catalog == nil {
		err = document.Fail("AXLE1213", "pipeline.yaml names no catalog", "add catalog: catalog.yaml", nil)
	}
	return c, err
}

// parameters are the values that product.yaml gives; the rest keeps the template's default.
func (c *commit) parameters() map[string]string { return Values(c.product) }

// Values are the values that product.yaml gives to parameters.
func Values(product *products.File) map[string]string {
	all := map[string]string{}
	for name, p := range product.Parameters {
		switch {
		case p.Fixed != nil:
			all[name] = *p.Fixed
		case p.Default != nil:
			all[name] = *p.Default
		}
	}
	return all
}

// env is the template's world before there is a stack: values by default, and what the hub's
// regions have in common; nothing else known.
func (c *commit) env() (cfn.Env, document.Diagnostics) { return c.envOf(c.parameters()) }

func (c *commit) envOf(parameters map[string]string) (cfn.Env, document.Diagnostics) {
	values, ds := c.template.Values(parameters)
	var regions []string
	if c.catalog != nil {
		regions = c.catalog.Hub.Regions
	}
	return cfn.Env{Params: values, Choices: c.choices()}.In(regions...), ds
}

// choices are the parameters for which product.yaml says what a launch may give.
func (c *commit) choices() map[string][]string {
	all := map[string][]string{}
	for name, p := range c.product.Parameters {
		switch {
		case p.Fixed != nil:
			all[name] = []string{*p.Fixed}
		case p.AllowedValues != nil:
			all[name] = p.AllowedValues
		}
	}
	return all
}

// release is the version about to be published, its bytes stored.
func (d Deps) release(in pipeline.Input, c *commit) (catalog.Release, error) {
	content, err := products.ContentDigest(c.tree, c.dir, c.product)
	if err != nil {
		return catalog.Release{}, err
	}
	data := c.bytes
	if c.source != nil {
		if data, err = packed(c.tree, c.sourceDir()); err != nil {
			return catalog.Release{}, err
		}
	}
	stored, err := d.Store.Put(data)
	if err != nil {
		return catalog.Release{}, err
	}
	named, err := Rules(c.tree, c.product)
	return catalog.Release{Version: c.product.Version, Digest: content, Template: stored, Commit: in.Commit.SHA, Changes: c.product.Changes, Rules: named, Now: d.today()}, err
}

// Rules are the files that a product's constraints name.
func Rules(tree fs.FS, p *products.File) (map[string][]byte, error) {
	all := map[string][]byte{}
	for _, placed := range p.Portfolios {
		if name := placed.Constraints.Template; name != "" {
			data, err := fs.ReadFile(tree, path.Join(path.Dir(p.Doc.File), name))
			if err != nil {
				return nil, err
			}
			all[name] = data
		}
	}
	return all, nil
}

// regions are where the stage works: its own, else the pipeline's, else the hub's.
func (c *commit) regions(in pipeline.Input) []string {
	if i := in.Settings.Integration; i != nil && len(i.Regions) > 0 {
		return i.Regions
	}
	if len(in.Settings.Regions) > 0 {
		return in.Settings.Regions
	}
	if c.catalog != nil {
		return c.catalog.Hub.Regions
	}
	return nil
}

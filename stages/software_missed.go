package stages

import (
	"context"
	"io/fs"
	"path"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

// missed warns, in marketplace.yaml's own run, of the pipeline's products that need what the file does not
// allow. No more than that: a denial waits for nobody, and each product's next run fails.
func (d Deps) missed(ctx context.Context, in pipeline.Input) (found document.Diagnostics, err error) {
	tree, err := d.Tree(ctx, in.Commit.SHA)
	if err != nil {
		return nil, err
	}
	for _, glob := range in.Products {
		names, err := fs.Glob(tree, path.Clean(glob))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			for _, f := range d.needy(tree, name).software(in.Market, d.today()).found {
				if f.Code == codeNotAllowed {
					found = append(found, f.Warning())
				}
			}
		}
	}
	return found, nil
}

// needy is a product as far as its software is asked for; what is wrong with it, its own run says.
func (d Deps) needy(tree fs.FS, name string) *commit {
	c := &commit{tree: tree, dir: path.Dir(name)}
	data, err := fs.ReadFile(tree, name)
	if err != nil {
		return c
	}
	p, ds := products.Load(name, data)
	if p == nil || ds.Errors() > 0 {
		return c
	}
	c.product = p
	if p.Type == external {
		d.readSource(c)
	} else if c.readTemplate() != nil {
		c.template = nil
	}
	return c
}

package catalog

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// Schema is the JSON Schema of catalog.yaml.
//
//go:embed catalog.schema.json
var Schema []byte

// Load reads catalog.yaml, judges it by every rule that needs no other file, and fills in
// the defaults. The File is nil when there was nothing to read; beside errors it is good for
// finding more of them only.
func Load(file string, data []byte) (*File, document.Diagnostics) {
	doc, ds := document.Parse(file, data, document.Files)
	if doc == nil {
		return nil, ds
	}
	f := &File{Doc: doc}
	ds = append(doc.Decode(f), f.check()...)
	for key, p := range f.Portfolios {
		if p.Mode == "" {
			p.Mode = "reference"
			f.Portfolios[key] = p
		}
	}
	ds.Sort()
	return f, ds
}

// CheckPortfolios refuses portfolios of a product that catalog.yaml does not have.
func CheckPortfolios(f *File, p *products.File) document.Diagnostics {
	known := slices.Sorted(maps.Keys(f.Portfolios))
	c := document.Checks{Doc: p.Doc}
	for key := range p.Portfolios {
		if _, have := f.Portfolios[key]; !have {
			c.FailKey("AXLE1150", fmt.Sprintf("%q is not in portfolios of %s", key, f.Doc.File), document.DidYouMean(key, known), "portfolios", key)
		}
	}
	c.Found.Sort()
	return c.Found
}

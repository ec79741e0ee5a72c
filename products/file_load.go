package products

import (
	_ "embed"
	"io/fs"

	"github.com/axle-cd/axle/document"
)

// Schema is the JSON Schema of product.yaml.
//
//go:embed product.schema.json
var Schema []byte

// Load reads product.yaml, judges it by every rule that needs no other file, and fills in
// the defaults. The File is nil when there was nothing to read; beside errors it is good for
// finding more of them only.
func Load(file string, data []byte) (*File, document.Diagnostics) {
	doc, ds := document.Parse(file, data, document.Files)
	if doc == nil {
		return nil, ds
	}
	f := &File{Doc: doc}
	ds = append(doc.Decode(f), f.check()...)
	f.fill()
	ds.Sort()
	return f, ds
}

func (f *File) fill() {
	for value, otherwise := range map[*string]string{
		&f.Type: cloudFormation, &f.Lifecycle.OnDeprecated: "notify", &f.Lifecycle.ForcedUpdate: "never",
	} {
		if *value == "" {
			*value = otherwise
		}
	}
}

const (
	cloudFormation = "CLOUD_FORMATION_TEMPLATE"
	external       = "EXTERNAL" // Terraform, by an engine beside Service Catalog
)

// CheckTree asks that the files product.yaml names are in the tree, below the folder it stands in.
func (f *File) CheckTree(tree fs.FS, folder string) document.Diagnostics {
	c := document.Checks{Doc: f.Doc}
	c.Tree(tree, folder, document.AFile, "template")
	c.Tree(tree, folder, document.AFolder, "source")
	c.Tree(tree, folder, document.AFile, "readme")
	for portfolio := range f.Portfolios {
		c.Tree(tree, folder, document.AFile, "portfolios", portfolio, "constraints", "template")
	}
	c.Found.Sort()
	return c.Found
}

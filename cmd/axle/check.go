package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/terraform"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/tf"
	"github.com/axle-cd/axle/stages"
)

// kinds are axle's own files: their schema, and what is wrong with one.
var kinds = []struct {
	name   string
	schema *[]byte
	judge  func(file string, data []byte) document.Diagnostics
}{
	{"pipeline", &pipeline.Schema, func(f string, b []byte) document.Diagnostics { _, ds := pipeline.Load(f, b); return ds }},
	{"product", &products.Schema, func(f string, b []byte) document.Diagnostics { _, ds := products.Load(f, b); return ds }},
	{"catalog", &catalog.Schema, func(f string, b []byte) document.Diagnostics { _, ds := catalog.Load(f, b); return ds }},
	{"marketplace", &market.Schema, func(f string, b []byte) document.Diagnostics { _, ds := market.Load(f, b); return ds }},
}

func kindNames() (names []string) {
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

func (a *app) schemaCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{Use: "schema KIND", Short: "The JSON Schema of pipeline, product, catalog or marketplace", Args: exactly("KIND"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, k := range kinds {
				if k.name != args[0] {
					continue
				}
				if to != "" {
					return disk.WriteFile(to, *k.schema, 0o644)
				}
				_, err := a.Out.Write(*k.schema)
				return err
			}
			return unknownKind(args[0])
		}}
	cmd.Flags().StringVar(&to, "write", "", "to this file")
	return cmd
}

func unknownKind(kind string) error {
	return document.Fail(codeUsage, fmt.Sprintf("unknown kind %q; kinds are %s", kind, strings.Join(kindNames(), ", ")), document.DidYouMean(kind, kindNames()), nil)
}

func (a *app) checkCommand() *cobra.Command {
	var kind string
	cmd := &cobra.Command{Use: "check [FILES...]", Short: "Judge pipeline.yaml, product.yaml, catalog.yaml, marketplace.yaml, and folders of Terraform, as they are on disk",
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), args, kind) }}
	cmd.Flags().StringVar(&kind, "kind", "", "of the files given: pipeline, product, catalog or marketplace")
	return cmd
}

// checkDoc is axle check as JSON.
type checkDoc struct {
	FormatVersion int                   `json:"format_version"`
	ErrorCount    int                   `json:"error_count"`
	Files         []string              `json:"files"`
	Diagnostics   []document.Diagnostic `json:"diagnostics"`
}

func (a *app) check(ctx context.Context, args []string, kind string) error {
	if kind != "" && !slices.Contains(kindNames(), kind) {
		return unknownKind(kind)
	}
	var files []string
	var found document.Diagnostics
	var err error
	switch {
	case a.config == "-":
		files, found, err = a.checkStdin(kind)
	case len(args) > 0:
		files, found = args, checkFiles(args, kind)
	default:
		files, found, err = a.checkAll(ctx)
	}
	if err != nil {
		return err
	}
	found.Sort()
	for i := range found {
		found[i] = a.concealed(found[i])
	}
	if a.output == "json" {
		doc := checkDoc{formatVersion, found.Errors(), files, found}
		if doc.Diagnostics == nil {
			doc.Diagnostics = document.Diagnostics{}
		}
		if err := a.print(doc); err != nil {
			return err
		}
	} else {
		a.showDiagnostics(found)
		if len(found) == 0 {
			a.tell("%s checked, nothing is wrong", count(len(files), "file"))
		}
	}
	if err := a.writeReports(pipeline.FindingsOf(found), nil); err != nil {
		return err
	}
	if found.Errors() > 0 {
		return exitCode(exitUsage)
	}
	return nil
}

func (a *app) checkStdin(kind string) ([]string, document.Diagnostics, error) {
	if kind == "" {
		return nil, nil, document.Fail(codeUsage, "standard input has no name", "say what it is: --kind pipeline, product, catalog or marketplace", nil)
	}
	data, err := io.ReadAll(io.LimitReader(a.In, 2<<20))
	return []string{kind + ".yaml"}, judgeOne(kind, kind+".yaml", data), err
}

func judgeOne(kind, name string, data []byte) document.Diagnostics {
	for _, k := range kinds {
		if k.name == kind {
			return k.judge(name, data)
		}
	}
	return nil
}

// checkFiles judges the files named, each as its name says or as kind does.
func checkFiles(names []string, kind string) document.Diagnostics {
	var found document.Diagnostics
	for _, name := range names {
		as := kind
		if as == "" {
			as = kindByName(name)
		}
		if ds, ok := checkTerraform(name); ok && as == "" {
			found = append(found, ds...)
			continue
		}
		if as == "" && exists(name) {
			found = append(found, document.Diagnostic{File: name, Severity: document.SeverityError, Code: codeUsage,
				Summary: "what kind of file this is cannot be told from its name", Hint: "say it: --kind pipeline, product, catalog or marketplace"})
			continue
		}
		data, ds := readLimited(name)
		found = append(found, ds...)
		if len(ds) == 0 {
			found = append(found, judgeOne(as, name, data)...)
		}
	}
	return found
}

// kindByName is the kind that a file's name says, or "".
func kindByName(name string) string {
	for _, k := range kinds {
		if filepath.Base(name) == k.name+".yaml" {
			return k.name
		}
	}
	return ""
}

// checkAll judges the pipeline file of this directory, or of one above it up to the repository's
// root, and every file it names.
func (a *app) checkAll(ctx context.Context) ([]string, document.Diagnostics, error) {
	name, err := a.discover(ctx)
	if err != nil {
		return nil, nil, err
	}
	p := around(name)
	files, found := p.check()
	return files, found, nil
}

// checked is what check has read so far.
type checked struct {
	folder
	files []string
	found document.Diagnostics
}

// check judges the pipeline file and every file it names.
func (p folder) check() ([]string, document.Diagnostics) {
	c := &checked{folder: p}
	file := load(c, p.pipeline, pipeline.Load)
	if file == nil {
		return c.files, c.found
	}
	if c.found.Errors() == 0 {
		for _, d := range stages.Unsupported(file) {
			c.found = append(c.found, d.Warning())
		}
	}
	var cat *catalog.File
	if file.Catalog != "" {
		cat = load(c, file.Catalog, catalog.Load)
	}
	if file.Marketplace != "" {
		load(c, file.Marketplace, market.Load)
	}
	if c.found.Errors() == 0 {
		c.found = append(c.found, stages.CheckWaves(file, cat)...)
	}
	tree := p.tree()
	c.found = append(c.found, file.CheckTree(tree)...)
	c.found = append(c.found, stages.CheckTree(file, tree)...)
	paths, err := productPaths(tree, file)
	if err != nil {
		if c.found.Errors() == 0 { // CheckTree says which path matches nothing
			for _, f := range pipeline.FindingsOf(err) {
				c.found = append(c.found, f.Diagnostic)
			}
		}
		return c.files, c.found
	}
	for _, name := range paths {
		c.product(tree, name, cat, file.Marketplace)
	}
	return c.files, c.found
}

// load reads one file and notes what is wrong with it.
func load[F any](c *checked, path string, by func(string, []byte) (*F, document.Diagnostics)) *F {
	name := c.named(path)
	c.files = append(c.files, name)
	data, ds := c.read(path)
	if len(ds) > 0 {
		c.found = append(c.found, ds...)
		return nil
	}
	file, ds := by(name, data)
	c.found = append(c.found, ds...)
	return file
}

func (c *checked) product(tree fs.FS, name string, cat *catalog.File, fair string) {
	before := c.found.Errors()
	product := load(c, name, products.Load)
	if product == nil || c.found.Errors() > before {
		return
	}
	if cat != nil {
		c.found = append(c.found, catalog.CheckPortfolios(cat, product)...)
		c.found = append(c.found, catalog.CheckEnforcedOffline(cat, []*products.File{product})...)
	}
	if c.found.Errors() == before {
		c.found = append(c.found, product.CheckTree(tree, path.Dir(name))...)
		if cat != nil {
			c.found = append(c.found, stages.CheckHidden(tree, cat, product)...)
		}
	}
	var source *tf.Configuration
	var ds document.Diagnostics
	if c.found.Errors() == before && product.Type == "EXTERNAL" {
		source, ds = terraform.Load(tree, path.Join(path.Dir(name), product.Source), stages.Values(product))
		c.add(ds, product)
	}
	if c.found.Errors() == before {
		c.add(stages.CheckSoftware(tree, fair, cat, product, name, source, time.Now()), product)
	}
}

// add notes what is wrong with files of the tree; the product's own is named already.
func (c *checked) add(ds document.Diagnostics, p *products.File) {
	for _, d := range ds {
		if d.File != p.Doc.File {
			d.File = c.named(d.File)
		}
		c.found = append(c.found, d)
	}
}

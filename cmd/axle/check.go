package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
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
}

func kindNames() (names []string) {
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

func (a *app) schemaCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{Use: "schema KIND", Short: "The JSON Schema of pipeline, product or catalog", Args: exactly("KIND"),
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
	cmd := &cobra.Command{Use: "check [FILES...]", Short: "Judge pipeline.yaml, product.yaml and catalog.yaml as they are on disk",
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), args, kind) }}
	cmd.Flags().StringVar(&kind, "kind", "", "of the files given: pipeline, product or catalog")
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
		return nil, nil, document.Fail(codeUsage, "standard input has no name", "say what it is: --kind pipeline, product or catalog", nil)
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
		for _, k := range kinds {
			if as == "" && filepath.Base(name) == k.name+".yaml" {
				as = k.name
			}
		}
		if as == "" && exists(name) {
			found = append(found, document.Diagnostic{File: name, Severity: document.SeverityError, Code: codeUsage,
				Summary: "what kind of file this is cannot be told from its name", Hint: "say it: --kind pipeline, product or catalog"})
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

// checkAll judges the pipeline file of this directory, or of one above it up to the repository's
// root, and every file it names.
func (a *app) checkAll(ctx context.Context) ([]string, document.Diagnostics, error) {
	name, err := a.discover(ctx)
	if err != nil {
		return nil, nil, err
	}
	files := []string{name}
	data, ds := readLimited(name)
	if len(ds) > 0 {
		return files, ds, nil
	}
	file, found := pipeline.Load(name, data)
	if file == nil {
		return files, found, nil
	}
	if found.Errors() == 0 {
		for _, d := range stages.Unsupported(file) {
			found = append(found, d.Warning())
		}
	}
	root := filepath.Dir(name)
	if filepath.Base(root) == ".config" {
		root = filepath.Dir(root)
	}
	cat, more := a.checkCatalog(root, file, &files)
	found = append(found, more...)
	return files, append(found, checkProducts(root, file, cat, &files)...), nil
}

func (a *app) checkCatalog(root string, file *pipeline.File, files *[]string) (*catalog.File, document.Diagnostics) {
	if file.Catalog == "" {
		return nil, nil
	}
	name := filepath.Join(root, filepath.FromSlash(file.Catalog))
	*files = append(*files, name)
	data, ds := readLimited(name)
	if len(ds) > 0 {
		return nil, ds
	}
	return catalog.Load(name, data)
}

func checkProducts(root string, file *pipeline.File, cat *catalog.File, files *[]string) document.Diagnostics {
	tree := os.DirFS(root)
	found := file.CheckTree(tree)
	paths, err := productPaths(tree, file)
	if err != nil {
		return found // CheckTree says which path matches nothing
	}
	for _, p := range paths {
		name := filepath.Join(root, filepath.FromSlash(p))
		*files = append(*files, name)
		data, ds := readLimited(name)
		if len(ds) == 0 {
			product, loaded := products.Load(name, data)
			ds = loaded
			if product != nil && cat != nil && ds.Errors() == 0 {
				ds = append(ds, catalog.CheckPortfolios(cat, product)...)
			}
			if product != nil && ds.Errors() == 0 {
				ds = append(ds, product.CheckTree(tree, path.Dir(p))...)
			}
		}
		found = append(found, ds...)
	}
	return found
}

package main

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/stages"
)

func (a *app) productCommand() *cobra.Command {
	var ref string
	list := &cobra.Command{Use: "list", Short: "The commit's products, and what of them is published", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listProducts(cmd.Context(), ref) }}
	show := &cobra.Command{Use: "show PRODUCT", Short: "One product as the commit has it", Args: exactly("PRODUCT"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.showProduct(cmd.Context(), ref, args[0]) }}
	var at string
	versions := &cobra.Command{Use: "versions PRODUCT", Short: "Its published versions, as the hub has them", Args: exactly("PRODUCT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("at") {
				return a.versionsAt(cmd.Context(), args[0], at)
			}
			return a.productVersions(cmd.Context(), ref, args[0])
		}}
	versions.Flags().StringVar(&at, "at", "", "as they stood at this instant (2026-11-01T12:00:00Z, or a day), by this state's audit")
	cmd := group("product", "See products and their published versions, and end a version's life", append(a.lifeCommands(&ref), list, show, versions, a.diffCommand(&ref))...)
	cmd.PersistentFlags().StringVar(&ref, "ref", "", "branch, tag or commit; default HEAD")
	return cmd
}

// shelf is a commit's products and its catalog.
type shelf struct {
	*workshop
	commit   pipeline.Commit
	tree     fs.FS
	catalog  *catalog.File
	products []*products.File
	thinning catalog.Thinning // what prod.publish.deprecate asks for
	waves    []catalog.Wave   // of prod.distribute
}

func (a *app) shelf(ctx context.Context, ref string) (*shelf, error) {
	w, err := a.workshop(ctx)
	if err != nil {
		return nil, err
	}
	s := &shelf{workshop: w}
	if s.commit, err = w.commit(ctx, ref); err != nil {
		return nil, err
	}
	if s.tree, err = w.repo.Tree(ctx, s.commit.SHA); err != nil {
		return nil, err
	}
	file, err := w.pipelineAt(ctx, s.commit.SHA)
	if err != nil {
		return nil, err
	}
	if file.Catalog != "" {
		if s.catalog, err = catalogAt(s.tree, file.Catalog); err != nil {
			return nil, err
		}
	}
	if prod := file.Stages.Prod; prod != nil {
		s.thinning, s.waves = stages.Thinning(prod.Publish), stages.Waves(prod.Distribute)
	}
	paths, err := productPaths(s.tree, file)
	for _, p := range paths {
		data, err := fs.ReadFile(s.tree, p)
		if err != nil {
			return nil, err
		}
		product, ds := products.Load(p, data)
		if err := ds.Err(); err != nil {
			return nil, err
		}
		s.products = append(s.products, product)
	}
	return s, err
}

func catalogAt(tree fs.FS, name string) (*catalog.File, error) {
	data, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	f, ds := catalog.Load(name, data)
	return f, ds.Err()
}

// find gives a product by name or by its path.
func (s *shelf) find(name string) (*products.File, error) {
	var names []string
	for _, p := range s.products {
		if p.Name == name || p.Doc.File == path.Clean(name) || path.Dir(p.Doc.File) == path.Clean(name) {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return nil, document.Fail(codeNoProduct, fmt.Sprintf("no product %q at %s", name, s.commit.SHA[:10]), document.DidYouMean(name, names), nil)
}

// observe reads the product from the hub.
func (s *shelf) observe(ctx context.Context, p *products.File) (catalog.Catalog, error) {
	if s.catalog == nil {
		return catalog.Catalog{}, document.Fail(codeUsage, "pipeline.yaml names no catalog", "add catalog: catalog.yaml", nil)
	}
	want, err := s.wanted(p)
	if err != nil {
		return want, err
	}
	return s.cloud.hub(ctx)(s.catalog, want).Observe(ctx)
}

// versionDoc is a published version in one region.
type versionDoc struct {
	Region     string `json:"region"`
	ProductID  string `json:"product_id"`
	ArtifactID string `json:"artifact_id"`
	Version    string `json:"version"`
	Digest     string `json:"digest"`
	State      string `json:"state"` // active, deprecated, retired
}

type productDoc struct {
	Name        string       `json:"name"`
	Path        string       `json:"path"`
	Version     string       `json:"version"` // in git
	Owner       string       `json:"owner"`
	Description string       `json:"description,omitempty"`
	Published   []versionDoc `json:"published"`
}

type productsDoc struct {
	FormatVersion int          `json:"format_version"`
	Sandbox       bool         `json:"sandbox"`
	Products      []productDoc `json:"products"`
}

func (s *shelf) doc(ctx context.Context, list ...*products.File) (productsDoc, error) {
	doc := productsDoc{formatVersion, s.cloud.box != nil, []productDoc{}}
	for _, p := range list {
		d := productDoc{Name: p.Name, Path: p.Doc.File, Version: p.Version, Owner: p.Owner, Description: p.Description, Published: []versionDoc{}}
		have, err := s.observe(ctx, p)
		if err != nil {
			return doc, err
		}
		for _, at := range have.Products {
			for _, v := range at.Versions {
				d.Published = append(d.Published, versionDoc{at.Region, at.ID, v.ID, v.Name, v.Digest, v.State()})
			}
		}
		doc.Products = append(doc.Products, d)
	}
	return doc, nil
}

func (a *app) listProducts(ctx context.Context, ref string) error {
	s, err := a.shelf(ctx, ref)
	if err != nil {
		return err
	}
	doc, err := s.doc(ctx, s.products...)
	if err != nil {
		return err
	}
	if a.output == "json" {
		return a.print(doc)
	}
	for _, p := range doc.Products {
		last := "not published"
		if n := len(p.Published); n > 0 {
			last = "published: " + p.Published[n-1].Version
		}
		fmt.Fprintf(a.Out, "%-30s %-10s %s\n", document.Printable(p.Name), p.Version, last)
	}
	a.tell("%s", s.cloud.notice())
	return nil
}

func (a *app) showProduct(ctx context.Context, ref, name string) error {
	s, err := a.shelf(ctx, ref)
	if err != nil {
		return err
	}
	p, err := s.find(name)
	if err != nil {
		return err
	}
	doc, err := s.doc(ctx, p)
	if err != nil || a.output == "json" {
		return orPrint(a, doc, err)
	}
	d := doc.Products[0]
	fmt.Fprintf(a.Out, "%s %s (%s)\nowner %s\n%s\n", document.Printable(d.Name), d.Version, d.Path, document.Printable(d.Owner), document.Printable(d.Description))
	showVersions(a, d)
	a.tell("%s", s.cloud.notice())
	return nil
}

func orPrint(a *app, doc any, err error) error {
	if err != nil {
		return err
	}
	return a.print(doc)
}

func (a *app) productVersions(ctx context.Context, ref, name string) error {
	s, err := a.shelf(ctx, ref)
	if err != nil {
		return err
	}
	p, err := s.find(name)
	if err != nil {
		return err
	}
	doc, err := s.doc(ctx, p)
	if err != nil || a.output == "json" {
		return orPrint(a, doc, err)
	}
	showVersions(a, doc.Products[0])
	a.tell("%s", s.cloud.notice())
	return nil
}

func showVersions(a *app, d productDoc) {
	for _, v := range d.Published {
		fmt.Fprintf(a.Out, "%-12s %-10s %-12s %s %s %s\n", v.Version, v.State, v.Region, v.ProductID, v.ArtifactID, v.Digest)
	}
	if len(d.Published) == 0 {
		a.tell("no version of %s is published", d.Name)
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
)

const codeUnproven = "AXLE2775"

func (a *app) diffCommand(ref *string) *cobra.Command {
	return &cobra.Command{Use: "diff PRODUCT [VERSION] [VERSION]", Short: "What differs between two versions; default the last published and the commit",
		Args: cobra.RangeArgs(1, 3), RunE: func(cmd *cobra.Command, args []string) error { return a.productDiff(cmd.Context(), *ref, args) }}
}

// edition is a product at one version, or as the commit has it.
type edition struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Digest   string `json:"digest,omitempty"` // "" of the commit
	tree     fs.FS
	file     *products.File // nil where its commit is not in this repository
	template []byte
}

// diffDoc is axle product diff as JSON.
type diffDoc struct {
	FormatVersion int                    `json:"format_version"`
	Sandbox       bool                   `json:"sandbox"`
	Product       string                 `json:"product"`
	From          edition                `json:"from"`
	To            edition                `json:"to"`
	Bump          string                 `json:"bump"`     // that the template's changes need
	Smallest      string                 `json:"smallest"` // version after From that they allow
	Template      []differenceDoc        `json:"template"`
	File          string                 `json:"file"`
	Fields        []products.FieldChange `json:"fields"` // of product.yaml
	Notes         []string               `json:"notes"`  // the rest, and what was not compared
	hidden        []string               // beginnings of paths whose values are not shown
}

type differenceDoc struct {
	Bump string `json:"bump"`
	What string `json:"what"`
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
	Path string `json:"path"`
	Risk bool   `json:"risk"`
}

func (a *app) productDiff(ctx context.Context, ref string, args []string) error {
	s, err := a.shelf(ctx, ref)
	if err != nil {
		return err
	}
	l, err := s.live(ctx, args[0], "")
	if err != nil {
		return err
	}
	from, to, err := l.editions(ctx, args[1:])
	if err != nil {
		return err
	}
	doc := diffDoc{FormatVersion: formatVersion, Sandbox: l.cloud.box != nil, Product: l.product.Name, From: from, To: to, File: l.product.Doc.File,
		Template: []differenceDoc{}, Fields: []products.FieldChange{}, Notes: []string{}}
	if err := errors.Join(doc.templates(l.product), doc.files()); err != nil {
		return err
	}
	if a.output == "json" {
		return a.print(doc)
	}
	a.showDiff(doc)
	a.tell("%s", l.cloud.notice())
	return nil
}

// editions are the two sides: versions by name; the later one left out, the commit.
func (l *living) editions(ctx context.Context, names []string) (from, to edition, err error) {
	if len(names) == 0 {
		last, ok := products.Latest(l.all(), l.product.Lifecycle.Retired)
		if !ok {
			return from, to, document.Fail(codeNotPublished, "no version of "+l.product.Name+" is published to compare with", "publish one: axle run", errors.Join(l.unread.Unwrap()...))
		}
		names = []string{last.Version}
	}
	if from, err = l.edition(ctx, names[0]); err != nil {
		return from, to, err
	}
	if len(names) == 2 {
		to, err = l.edition(ctx, names[1])
		return from, to, err
	}
	to = edition{Version: l.product.Version, Commit: l.commit.SHA, tree: l.tree, file: l.product}
	if l.product.Template != "" {
		to.template, err = fs.ReadFile(l.tree, path.Join(path.Dir(l.product.Doc.File), l.product.Template))
	}
	return from, to, err
}

// all are the versions that axle published, wherever they are.
func (l *living) all() []products.Published {
	var all []products.Published
	for _, p := range l.have.Products {
		for _, v := range p.Versions {
			if p.Key == l.product.Name && v.Digest != "" {
				all = append(all, products.Published{Version: v.Name, Digest: v.Digest})
			}
		}
	}
	return all
}

// edition reads a published version: product.yaml from the commit that its description names, the
// template from this state's store or, where another published it, from the hub.
func (l *living) edition(ctx context.Context, version string) (edition, error) {
	if err := l.known(version, "axle product versions lists them"); err != nil {
		return edition{}, err
	}
	i := slices.IndexFunc(l.have.Products, func(p catalog.Product) bool {
		v := p.Version(version)
		return p.Key == l.product.Name && v != nil && v.Digest != ""
	})
	p := l.have.Products[i]
	v := *p.Version(version)
	e := edition{Version: version, Commit: v.Commit, Digest: v.Digest}
	e.tree, e.file = l.at(ctx, v.Commit)
	if l.product.Template == "" {
		return e, nil
	}
	recorded, err := l.cloud.known.Published(ctx, l.product.Name)
	if err != nil {
		return e, err
	}
	if i := slices.IndexFunc(recorded, func(r products.Published) bool { return r.Version == version && r.Digest == v.Digest }); i >= 0 {
		if e.template, err = l.cloud.state.store.Get(recorded[i].Template); err == nil {
			return e, nil
		}
	}
	if e.template, err = l.hub.Template(ctx, p, v); err != nil {
		return e, err
	}
	if !e.proven() {
		return e, document.Fail(codeUnproven, fmt.Sprintf("the template of %s %s in %s is not shown to be what was published as %s", l.product.Name, version, p.Region, v.Digest),
			"fetch commit "+v.Commit+" into this repository; axle verify says what else differs", nil)
	}
	return e, nil
}

// proven says whether the template is of the edition's digest: by itself or, where it names other
// files, as its commit has it.
func (e edition) proven() bool {
	if products.TemplateContent(e.template) == e.Digest {
		return true
	}
	if e.file == nil {
		return false
	}
	dir := path.Dir(e.file.Doc.File)
	content, err := products.ContentDigest(e.tree, dir, e.file)
	data, unread := fs.ReadFile(e.tree, path.Join(dir, e.file.Template))
	return err == nil && unread == nil && content == e.Digest && bytes.Equal(data, e.template)
}

// at is the product as a commit has it, where this repository has the commit.
func (s *living) at(ctx context.Context, commit string) (fs.FS, *products.File) {
	sha, err := s.repo.Resolve(ctx, commit)
	if err != nil {
		return nil, nil
	}
	tree, err := s.repo.Tree(ctx, sha)
	if err != nil {
		return nil, nil
	}
	data, err := fs.ReadFile(tree, s.product.Doc.File)
	if err != nil {
		return nil, nil
	}
	file, ds := products.Load(s.product.Doc.File, data)
	if file == nil || ds.Errors() > 0 || file.Name != s.product.Name {
		return nil, nil
	}
	return tree, file
}

// templates compares them as alpha does.
func (d *diffDoc) templates(p *products.File) error {
	if p.Template == "" {
		d.Notes = append(d.Notes, "Terraform sources are not compared here: axle run --to alpha does")
		return nil
	}
	name := path.Join(path.Dir(p.Doc.File), p.Template)
	before, wrong := cfn.Parse(name+" of "+d.From.Version, d.From.template)
	if before == nil {
		return wrong
	}
	after, wrong := cfn.Parse(name, d.To.template)
	if after == nil {
		return wrong
	}
	all := products.Compare(before, after)
	d.Bump, d.Smallest = products.Needed(all).String(), products.SmallestVersion(d.From.Version, all)
	for _, c := range all {
		d.Template = append(d.Template, differenceDoc{c.Bump.String(), c.What, c.File, c.Line, c.Col, c.Path, c.Risk})
	}
	for _, t := range []*cfn.Template{before, after} {
		for _, param := range t.Parameters {
			if param.NoEcho {
				d.hidden = append(d.hidden, "parameters."+param.Name+".")
			}
		}
	}
	return nil
}

// files compares product.yaml and the rules that it names.
func (d *diffDoc) files() error {
	for _, e := range []edition{d.From, d.To} {
		if e.file == nil {
			d.Notes = append(d.Notes, fmt.Sprintf("product.yaml of %s is not compared: commit %s has none here", e.Version, e.Commit))
			return nil
		}
	}
	for _, c := range products.Fields(d.From.file, d.To.file) {
		if slices.ContainsFunc(d.hidden, func(prefix string) bool { return strings.HasPrefix(c.Path, prefix) }) {
			c.Before, c.After = "(not shown)", "(not shown)"
		}
		d.Fields = append(d.Fields, c)
	}
	for folio, placed := range d.To.file.Portfolios {
		was, is := d.From.rules(d.From.file.Portfolios[folio]), d.To.rules(placed)
		if was != nil && is != nil && !bytes.Equal(was, is) {
			d.Notes = append(d.Notes, fmt.Sprintf("the rules of portfolio %s differ: %s", folio, placed.Constraints.Template))
		}
	}
	slices.Sort(d.Notes)
	return nil
}

// rules is the file that a TEMPLATE constraint is in, nil without one.
func (e edition) rules(p products.Placement) []byte {
	if p.Constraints.Template == "" {
		return nil
	}
	data, _ := fs.ReadFile(e.tree, path.Join(path.Dir(e.file.Doc.File), p.Constraints.Template))
	return data
}

func (a *app) showDiff(d diffDoc) {
	side := func(e edition) string { return fmt.Sprintf("%s (%.10s)", e.Version, e.Commit) }
	fmt.Fprintf(a.Out, "%s %s → %s\n", d.Product, side(d.From), side(d.To))
	if d.Bump != "" {
		fmt.Fprintf(a.Out, "template: %s\n", count(len(d.Template), "change"))
	}
	for _, c := range d.Template {
		risk := ""
		if c.Risk {
			risk = " (look at it)"
		}
		fmt.Fprintf(a.Out, "  %-5s %s:%d:%d %s%s\n", c.Bump, c.File, c.Line, c.Col, document.Printable(c.What), risk)
	}
	if len(d.Template) > 0 {
		fmt.Fprintf(a.Out, "  smallest version after %s: %s\n", d.From.Version, d.Smallest)
	}
	fmt.Fprintf(a.Out, "product.yaml: %s\n", count(len(d.Fields), "change"))
	for _, c := range d.Fields {
		at := d.File
		if c.Line > 0 {
			at = fmt.Sprintf("%s:%d", d.File, c.Line)
		}
		fmt.Fprintf(a.Out, "  %s %s: %s → %s\n", at, document.Printable(c.Path), shown(c.Before), shown(c.After))
	}
	for _, n := range d.Notes {
		fmt.Fprintln(a.Out, document.Printable(n))
	}
}

func shown(value string) string {
	if value == "" {
		return "(none)"
	}
	return document.Printable(value)
}

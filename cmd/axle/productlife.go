package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

const (
	codeNotPublished = "AXLE2771"
	codeWithheld     = "AXLE2773"
	codeStaleToken   = "AXLE2774"
)

type lifeFlags struct {
	ref, reason, successor, until, confirm string
	patch                                  bool
}

// lifeCommands take a version to the end of its life. Deprecated and retired are lines of
// product.yaml, which a run then publishes; deleted is a thing of AWS alone.
func (a *app) lifeCommands(ref *string) []*cobra.Command {
	var f lifeFlags
	run := func(do func(context.Context, lifeFlags, string) error) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, args []string) error {
			f.ref = *ref
			return do(cmd.Context(), f, args[0])
		}
	}
	deprecate := &cobra.Command{Use: "deprecate PRODUCT@VERSION --reason TEXT", Short: "Write into product.yaml that a version takes no new launches",
		Args: exactly("PRODUCT@VERSION"), RunE: run(a.deprecate)}
	deprecate.Flags().StringVar(&f.reason, "reason", "", "why, for those who run it")
	deprecate.Flags().StringVar(&f.successor, "successor", "", "the version to go to")
	deprecate.Flags().StringVar(&f.until, "until", "", "the day, as 2027-03-31, from which on it is to be retired")
	retire := &cobra.Command{Use: "retire PRODUCT@VERSION", Short: "Write into product.yaml that a version is hidden, and say who runs it",
		Args: exactly("PRODUCT@VERSION"), RunE: run(a.retire)}
	for _, cmd := range []*cobra.Command{deprecate, retire} {
		cmd.Flags().BoolVar(&f.patch, "patch", false, "print the change as a patch, and write nothing")
	}
	remove := &cobra.Command{Use: "delete PRODUCT@VERSION", Short: "Delete a retired version that nobody runs; without --confirm, plan it",
		Args: exactly("PRODUCT@VERSION"), RunE: run(a.deleteVersion)}
	remove.Flags().StringVar(&f.confirm, "confirm", "", "carry out the plan of this token")
	return []*cobra.Command{deprecate, retire, remove}
}

// releaseOf reads PRODUCT@VERSION.
func releaseOf(arg string) (product, version string, err error) {
	product, version, ok := strings.Cut(arg, "@")
	if !ok || product == "" || version == "" || strings.Contains(version, "@") {
		return "", "", document.Fail(codeUsage, fmt.Sprintf("%q is not PRODUCT@VERSION", arg), "write it as example@1.0.0", nil)
	}
	return product, version, nil
}

// living is a product of the commit, and the hub as far as the product is in it.
type living struct {
	*shelf
	product *products.File
	version string // that a command speaks of
	org     catalog.Organization
	spokes  []catalog.Spoke
	scope   catalog.Catalog
	hub     *aws.Hub
	have    catalog.Catalog
	unread  catalog.RegionErrors
}

func (a *app) living(ctx context.Context, ref, arg string) (*living, error) {
	name, version, err := releaseOf(arg)
	if err != nil {
		return nil, err
	}
	s, err := a.shelf(ctx, ref)
	if err != nil {
		return nil, err
	}
	return s.live(ctx, name, version)
}

// live reads the hub of one product, and what spokes have of their own of it.
func (s *shelf) live(ctx context.Context, name, version string) (*living, error) {
	l := &living{shelf: s, version: version}
	var err error
	if l.product, err = s.find(name); err != nil {
		return nil, err
	}
	if s.catalog == nil {
		return nil, document.Fail(codeUsage, "pipeline.yaml names no catalog", "add catalog: catalog.yaml", nil)
	}
	if l.scope, err = s.wanted(l.product); err != nil {
		return nil, err
	}
	if l.org, err = s.cloud.organization(ctx, s.catalog); err != nil {
		return nil, err
	}
	if l.spokes, err = catalog.Spokes(s.catalog, l.org); err != nil {
		return nil, err
	}
	l.scope = catalog.WithLocals(s.catalog, l.org, l.spokes, l.scope)
	l.hub = aws.NewHub(s.cloud.session, s.catalog.Hub, l.scope, pins{ctx, s.cloud.known}, s.cloud.state.store.Get)
	l.have, err = l.hub.Observe(ctx)
	if errors.As(err, &l.unread) {
		err = nil
	}
	return l, err
}

// published says whether the hub has a version that axle published.
func (l *living) published(version string) bool {
	return slices.ContainsFunc(l.have.Products, func(p catalog.Product) bool {
		v := p.Version(version)
		return p.Key == l.product.Name && v != nil && v.Digest != ""
	})
}

// known refuses a version that is not published: there is nothing to say of it.
func (l *living) known(version, hint string) error {
	if l.published(version) {
		return nil
	}
	if len(l.unread) > 0 {
		return l.unread
	}
	var names []string
	for _, p := range l.have.Products {
		for _, v := range p.Versions {
			names = append(names, v.Name)
		}
	}
	if near := document.DidYouMean(version, names); near != "" {
		hint = near
	}
	return document.Fail(codeNotPublished, fmt.Sprintf("version %s of %s is not published", document.Printable(version), l.product.Name), hint, nil)
}

func (a *app) deprecate(ctx context.Context, f lifeFlags, arg string) error {
	if strings.TrimSpace(f.reason) == "" {
		return document.Fail(codeUsage, "axle product deprecate needs a reason", "add --reason: those who run the version read it", nil)
	}
	l, err := a.living(ctx, f.ref, arg)
	if err != nil {
		return err
	}
	const hint = "axle product versions lists them"
	if err := l.known(l.version, hint); err != nil {
		return err
	}
	if f.successor != "" && f.successor != l.product.Version {
		if err := l.known(f.successor, "a successor is published, or is the commit's version; "+hint); err != nil {
			return err
		}
	}
	data, err := l.product.Deprecating(products.Deprecated{Version: l.version, Reason: f.reason, Successor: f.successor, Until: f.until})
	if err != nil {
		return err
	}
	return a.edited(l, f, data, []string{})
}

func (a *app) retire(ctx context.Context, f lifeFlags, arg string) error {
	l, err := a.living(ctx, f.ref, arg)
	if err != nil {
		return err
	}
	if err := l.known(l.version, "axle product versions lists them"); err != nil {
		return err
	}
	data, err := l.product.Retiring(l.version)
	if err != nil {
		return err
	}
	d, err := l.deletion(ctx)
	if err != nil {
		return err
	}
	return a.edited(l, f, data, d.Held)
}

// editDoc is axle product deprecate and retire as JSON.
type editDoc struct {
	FormatVersion int      `json:"format_version"`
	Sandbox       bool     `json:"sandbox"`
	Product       string   `json:"product"`
	Version       string   `json:"version"`
	File          string   `json:"file"`
	Written       bool     `json:"written"`
	Patch         string   `json:"patch"`
	Held          []string `json:"held"` // who runs it, or may: retire says it
}

// edited writes product.yaml, whole or not at all, or prints what would be written.
func (a *app) edited(l *living, f lifeFlags, data []byte, held []string) error {
	doc := editDoc{formatVersion, l.cloud.box != nil, l.product.Name, l.version, l.product.Doc.File, false, patch(l.product.Doc.File, l.product.Doc.Data, data), held}
	if !f.patch {
		if err := l.write(f, data); err != nil {
			return err
		}
		doc.Written = true
	}
	if a.output == "json" {
		return a.print(doc)
	}
	fmt.Fprint(a.Out, doc.Patch)
	for _, line := range held {
		a.tell("%s", document.Printable(line))
	}
	if doc.Written {
		a.tell("written; next: git commit %s, then axle run", doc.File)
	}
	a.tell("%s", l.cloud.notice())
	return nil
}

func (l *living) write(f lifeFlags, data []byte) error {
	file := l.product.Doc.File
	if l.repo.WorkTree == "" || f.ref != "" {
		return document.Fail(codeUsage, "only the work tree's own HEAD is edited", "--patch prints the change", nil)
	}
	name := filepath.Join(l.repo.WorkTree, filepath.FromSlash(file))
	now, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, l.product.Doc.Data) {
		return document.Fail(codeDirty, file+" is not as HEAD has it", "commit it or take it back; --patch prints the change", nil)
	}
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return document.Fail(codeUsage, file+" is no file of its own", "--patch prints the change", nil)
	}
	return disk.WriteFile(name, data, info.Mode().Perm())
}

// patch is one hunk, as git apply takes it. What comes out of an edit lies close together.
func patch(name string, before, after []byte) string {
	a, b := lines(before), lines(after)
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	endA, endB := len(a), len(b)
	for endA > from && endB > from && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	const around = 3
	first, tail := max(0, from-around), min(around, len(a)-endA)
	var s strings.Builder
	fmt.Fprintf(&s, "--- a/%s\n+++ b/%s\n@@ -%d,%d +%d,%d @@\n", name, name, first+1, endA+tail-first, first+1, endB+tail-first)
	write := func(sign string, all []string) {
		for _, line := range all {
			s.WriteString(sign + line)
			if !strings.HasSuffix(line, "\n") {
				s.WriteString("\n\\ No newline at end of file\n")
			}
		}
	}
	write(" ", a[first:from])
	write("-", a[from:endA])
	write("+", b[from:endB])
	write(" ", a[endA:endA+tail])
	return s.String()
}

func lines(data []byte) []string {
	return slices.DeleteFunc(strings.SplitAfter(string(data), "\n"), func(s string) bool { return s == "" })
}

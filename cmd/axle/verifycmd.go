package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

const codeUnverified = "AXLE2780"

func (a *app) verifyCommand() *cobra.Command {
	var ref string
	cmd := &cobra.Command{Use: "verify PRODUCT@VERSION", Short: "Whether a published version is what git has: commit, stored artifact, object and version in every region",
		Args: exactly("PRODUCT@VERSION"), RunE: func(cmd *cobra.Command, args []string) error {
			name, version, err := releaseOf(args[0])
			if err != nil {
				return err
			}
			return a.verify(cmd.Context(), ref, name, version)
		}}
	cmd.Flags().StringVar(&ref, "ref", "", "branch, tag or commit that has the product; default HEAD")
	return cmd
}

func (a *app) catalogVerifyCommand() *cobra.Command {
	var ref string
	cmd := &cobra.Command{Use: "verify", Short: "axle verify of every published version of every product", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.verify(cmd.Context(), ref, "", "") }}
	cmd.Flags().StringVar(&ref, "ref", "", "branch, tag or commit that has the products; default HEAD")
	return cmd
}

// verifyDoc is axle verify as JSON.
type verifyDoc struct {
	FormatVersion int           `json:"format_version"`
	Sandbox       bool          `json:"sandbox"`
	Versions      []verifiedDoc `json:"versions"`
}

type verifiedDoc struct {
	Product   string            `json:"product"`
	Version   string            `json:"version"`
	Witnesses []catalog.Witness `json:"witnesses"`
	Faults    []string          `json:"faults"`
}

// verify looks at one version or, without a name, at all. It only reads; what cannot be read
// fails it.
func (a *app) verify(ctx context.Context, ref, name, version string) error {
	s, err := a.shelf(ctx, ref)
	if err != nil {
		return err
	}
	names := []string{name}
	if name == "" {
		names = nil
		for _, p := range s.products {
			names = append(names, p.Name)
		}
	}
	doc := verifyDoc{formatVersion, s.cloud.box != nil, []verifiedDoc{}}
	var unread []error
	for _, name := range names {
		all, err := s.verified(ctx, name, version)
		doc.Versions = append(doc.Versions, all...)
		unread = append(unread, err)
	}
	if a.output == "json" {
		err = a.print(doc)
	} else {
		a.showVerified(doc)
		a.tell("%s", s.cloud.notice())
	}
	return errors.Join(append(unread, err, doc.err())...)
}

func (d verifyDoc) err() error {
	var all []error
	for _, v := range d.Versions {
		for _, fault := range v.Faults {
			all = append(all, document.Fail(codeUnverified, fault, "find out who changed it; what was published lies in git, and in the bucket's earlier versions", nil))
		}
	}
	return errors.Join(all...)
}

// verified looks at one version of a product or, with "", at each that is published.
func (s *shelf) verified(ctx context.Context, name, version string) ([]verifiedDoc, error) {
	l, err := s.live(ctx, name, version)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range l.have.Products {
		for _, v := range p.Versions {
			if p.Key == l.product.Name && (v.Name == version || version == "") {
				names = append(names, v.Name)
			}
		}
	}
	recorded, err := l.cloud.known.Published(ctx, l.product.Name)
	if err != nil {
		return nil, err
	}
	if version != "" && len(names) == 0 {
		if slices.ContainsFunc(recorded, func(r products.Published) bool { return r.Version == version }) {
			names = []string{version} // gone from every region: that is said of each
		} else if err := l.known(version, "axle product versions lists them"); err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	var all []verifiedDoc
	failed := []error{unreadErr(l.unread)}
	for _, n := range slices.Compact(names) {
		witnesses, err := l.witnesses(ctx, n, recorded)
		failed = append(failed, err)
		faults := catalog.Verify(l.product.Name, n, witnesses)
		all = append(all, verifiedDoc{l.product.Name, n, witnesses, append([]string{}, faults...)})
	}
	return all, errors.Join(failed...)
}

func unreadErr(e catalog.RegionErrors) error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// witnesses are git, this state's record and store, and every region of the hub.
func (l *living) witnesses(ctx context.Context, version string, recorded []products.Published) ([]catalog.Witness, error) {
	commit, unowned := "", true
	for _, p := range l.have.Products {
		if v := p.Version(version); p.Key == l.product.Name && v != nil && v.Commit != "" && commit == "" {
			commit, unowned = v.Commit, false
		}
	}
	var all []catalog.Witness
	var parameters []string
	if !unowned {
		var git catalog.Witness
		git, parameters = l.gitWitness(ctx, commit)
		all = append(all, git)
	}
	if i := slices.IndexFunc(recorded, func(r products.Published) bool { return r.Version == version }); i >= 0 {
		all = append(all, l.recordWitness(recorded[i]))
	}
	told, err := l.hub.Witnesses(ctx, l.have, l.product.Name, version, parameters)
	return append(all, told...), err
}

// gitWitness makes the digests anew from the commit, and gives the template's parameters.
func (l *living) gitWitness(ctx context.Context, commit string) (catalog.Witness, []string) {
	w := catalog.Witness{Place: fmt.Sprintf("git %.10s", commit)}
	tree, file := l.at(ctx, commit)
	if file == nil {
		w.Fault = "this repository has no such commit with " + l.product.Doc.File
		return w, nil
	}
	dir := path.Dir(file.Doc.File)
	var err error
	if w.Content, err = products.ContentDigest(tree, dir, file); err != nil {
		w.Fault = err.Error()
		return w, nil
	}
	if file.Template == "" {
		return w, nil
	}
	data, err := fs.ReadFile(tree, path.Join(dir, file.Template))
	if err != nil {
		w.Fault = err.Error()
		return w, nil
	}
	sum := sha256.Sum256(data)
	w.Template = "sha256:" + hex.EncodeToString(sum[:])
	parameters := []string{}
	if t, _ := cfn.Parse(file.Template, data); t != nil {
		for _, p := range t.Parameters {
			parameters = append(parameters, p.Name)
		}
	}
	return w, parameters
}

func (l *living) recordWitness(r products.Published) catalog.Witness {
	w := catalog.Witness{Place: "this state's record", Content: r.Digest, Template: r.Template}
	if _, err := l.cloud.state.store.Get(r.Template); err != nil {
		w.Fault = "the stored artifact cannot be read: " + err.Error()
	}
	return w
}

func (a *app) showVerified(d verifyDoc) {
	for _, v := range d.Versions {
		word := "ok"
		if len(v.Faults) > 0 {
			word = "FAILED"
		}
		fmt.Fprintf(a.Out, "%s %s: %s\n", v.Product, document.Printable(v.Version), word)
		for _, w := range v.Witnesses {
			var says []string
			if w.Content != "" {
				says = append(says, "content "+w.Content)
			}
			if w.Template != "" {
				says = append(says, "template "+w.Template)
			}
			if w.Fault != "" {
				says = append(says, w.Fault)
			}
			fmt.Fprintln(a.Out, strings.TrimRight(fmt.Sprintf("  %-12s %s: %s", w.Region, document.Printable(w.Place), document.Printable(strings.Join(says, ", "))), " "))
		}
	}
	if len(d.Versions) == 0 {
		fmt.Fprintln(a.Out, "nothing is published")
	}
}

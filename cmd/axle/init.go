package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle"
	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// schemaURL is where editors find the schemas; axle never fetches them.
const schemaURL = "https://raw.githubusercontent.com/axle-cd/axle/main/"

//go:embed start
var start embed.FS

func (a *app) initCommand() *cobra.Command {
	var kind string
	cmd := &cobra.Command{Use: "init [DIR]", Short: "Begin a product repository: pipeline, catalog, an example product",
		Long: `Writes what is missing and never overwrites. In an empty folder it also makes the repository
and its first commit, so that axle run has something to judge.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 1 && filepath.IsAbs(args[0]):
				a.chdir = args[0]
			case len(args) == 1:
				a.chdir = filepath.Join(a.dir(), args[0])
			}
			return a.init(cmd.Context(), kind)
		}}
	cmd.Flags().StringVar(&kind, "kind", "", "cloudformation or terraform; default what is found")
	return cmd
}

func (a *app) init(ctx context.Context, kind string) error {
	dir, err := filepath.Abs(a.dir())
	if err != nil {
		return err
	}
	if err := kindOf(dir, kind); err != nil {
		return err
	}
	if top := a.rootAbove(ctx, dir); top != "" {
		return document.Fail(codeUsage, "a product repository begins at its root, and "+dir+" lies inside "+top, "axle -C "+top+" init", nil)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return document.Fail(codeUsage, dir+" cannot be made", "name a folder that may be written to", err)
	}
	files, err := startFiles(dir, a.branchOf(ctx, dir))
	if err != nil {
		return err
	}
	var wrote []string
	for _, f := range files {
		made, err := writeNew(filepath.Join(dir, filepath.FromSlash(f.name)), f.data)
		if err != nil {
			return err
		}
		if made {
			wrote = append(wrote, f.name)
		}
	}
	for _, name := range wrote {
		a.tell("wrote %s", name)
	}
	return a.firstCommit(ctx, dir, files)
}

// rootAbove is the root of a repository that dir, or the folder it will be made in, lies deeper in; else "".
func (a *app) rootAbove(ctx context.Context, dir string) string {
	at := dir
	for !exists(at) && at != filepath.Dir(at) {
		at = filepath.Dir(at)
	}
	r, err := git.Open(ctx, at)
	if err != nil {
		return ""
	}
	a.onClose(r.Close)
	if real, err := filepath.EvalSymlinks(at); err == nil && at == dir && real == r.WorkTree {
		return ""
	}
	return r.WorkTree
}

// branchOf is the branch that is checked out there, else main.
func (a *app) branchOf(ctx context.Context, dir string) string {
	r, err := git.Open(ctx, dir)
	if err != nil {
		return "main"
	}
	a.onClose(r.Close)
	if ref, err := r.Branch(ctx); err == nil && ref != "" {
		return strings.TrimPrefix(ref, "refs/heads/")
	}
	return "main"
}

// kindOf refuses what init cannot begin with.
func kindOf(dir, kind string) error {
	switch kind {
	case "cloudformation":
		return nil
	case "":
		found, err := filepath.Glob(filepath.Join(dir, "*.tf"))
		if err != nil || len(found) == 0 {
			return err
		}
	case "terraform":
	default:
		kinds := []string{"cloudformation", "terraform"}
		return document.Fail(codeUsage, fmt.Sprintf("unknown kind %q; kinds are cloudformation, terraform", kind), document.DidYouMean(kind, kinds), nil)
	}
	return document.Fail(codeUsage, "Terraform products are not supported yet", "begin with --kind cloudformation", nil)
}

type startFile struct {
	name string
	data []byte
}

// startFiles are what a product repository begins with. Products that are there already are
// kept, and the catalog then has the portfolios they name.
func startFiles(dir, branch string) ([]startFile, error) {
	there, err := productsIn(dir)
	if err != nil {
		return nil, err
	}
	var files []startFile
	var portfolios []string
	if len(there) == 0 || len(there) == 1 && there[0] == "products/example/product.yaml" {
		if files, err = exampleProduct(); err != nil {
			return nil, err
		}
	}
	for _, name := range there {
		data, ds := readLimited(filepath.Join(dir, filepath.FromSlash(name)))
		if len(ds) == 0 {
			portfolios = append(portfolios, portfoliosOf(name, data)...)
		}
	}
	for _, f := range files {
		if path.Base(f.name) == "product.yaml" {
			portfolios = append(portfolios, portfoliosOf(f.name, f.data)...)
		}
	}
	slices.Sort(portfolios)
	portfolios = slices.DeleteFunc(slices.Compact(portfolios), func(key string) bool { return key == "" || key == "staging" })
	for _, f := range []struct{ from, to string }{
		{"pipeline.yaml", "pipeline.yaml"}, {"catalog.yaml", "catalog.yaml"}, {"pre-commit-config.yaml", ".pre-commit-config.yaml"},
		{"no_iam_users.rego", "policies/no_iam_users.rego"}, {"no_iam_users_test.rego", "policies/no_iam_users_test.rego"},
	} {
		data, err := start.ReadFile("start/" + f.from)
		if err != nil {
			return nil, err
		}
		data = bytes.ReplaceAll(data, []byte("SCHEMAS/"), []byte(schemaURL))
		data = bytes.ReplaceAll(data, []byte("NAME"), []byte(slug(filepath.Base(dir))))
		data = bytes.ReplaceAll(data, []byte("BRANCH"), []byte(branch))
		data = bytes.ReplaceAll(data, []byte("PRODUCTS"), []byte(strings.Join(globsOf(there), ", ")))
		data = bytes.ReplaceAll(data, []byte("PORTFOLIOS"), []byte(portfolioText(portfolios)))
		files = append(files, startFile{f.to, data})
	}
	return append(files, startFile{".gitignore", []byte("/.axle/\n")}), nil
}

// productsIn are the product.yaml files that are there already, by their paths with slashes.
func productsIn(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case name == dir && errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case e.IsDir() && name != dir && (strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules"):
			return fs.SkipDir
		case e.Name() == "product.yaml" && e.Type().IsRegular():
			rel, err := filepath.Rel(dir, name)
			names = append(names, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	return names, err
}

// globsOf are what pipeline.yaml names the products by: those in products/ together, others one by one.
func globsOf(names []string) (globs []string) {
	const usual = "products/*/product.yaml"
	for _, name := range names {
		if ok, err := path.Match(usual, name); !ok || err != nil {
			quoted := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "'", "''").Replace(name)
			globs = append(globs, "'"+quoted+"'")
		}
	}
	if len(globs) < len(names) || len(names) == 0 {
		globs = append([]string{usual}, globs...)
	}
	return globs
}

func portfoliosOf(name string, data []byte) (keys []string) {
	if p, _ := products.Load(name, data); p != nil {
		for key := range p.Portfolios {
			keys = append(keys, key)
		}
	}
	return keys
}

func portfolioText(keys []string) string {
	var b strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&b, `  %s:
    display_name: %s
    provider_name: Platform team
    principals:
      - { type: IAM_PATTERN, arn: "arn:aws:iam:::role/CatalogBuilder", accept_principal_name_risk: true }
    shares:
      - { organizational_unit: ou-ab12-11111111, principals: true }
`, key, strings.ToUpper(key[:1])+key[1:])
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// exampleProduct is one of this repository's own, under another name.
func exampleProduct() (files []startFile, err error) {
	from := "products/queue-with-dlq"
	err = fs.WalkDir(axle.Files, from, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := axle.Files.ReadFile(name)
		data = bytes.ReplaceAll(data, []byte("queue-with-dlq"), []byte("example"))
		if path.Base(name) == "product.yaml" {
			data = append([]byte("# yaml-language-server: $schema="+schemaURL+"products/product.schema.json\n"), data...)
		}
		files = append(files, startFile{"products/example" + strings.TrimPrefix(name, from), data})
		return err
	})
	return files, err
}

// writeNew writes a file that is not there, whole or not at all; it says whether it did. What an
// init that was killed has left beside it goes.
func writeNew(name string, data []byte) (bool, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return false, err
	}
	part := name + ".axle-part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if _, err := os.Lstat(name); err == nil {
		return false, nil
	}
	file, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return false, err
	}
	defer os.Remove(part)
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return false, err
	}
	// A link fails where a file has come meanwhile: nothing is ever overwritten.
	if err = os.Link(part, name); errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// firstCommit makes the repository and commits what init wrote, where there is nothing else yet.
func (a *app) firstCommit(ctx context.Context, dir string, files []startFile) error {
	r, err := git.Open(ctx, dir)
	if document.CodeOf(err) == "AXLE1500" {
		r, err = git.Init(ctx, dir, "main")
	}
	if err != nil {
		return err
	}
	a.onClose(r.Close)
	unborn, err := r.Unborn(ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.name
	}
	dirty, err := r.Dirty(ctx)
	if err != nil {
		return err
	}
	if !unborn || !onlyOurs(dirty, names) || r.WorkTree != dir {
		if len(dirty) > 0 {
			a.tell("next: git add -A; git commit; then axle check and axle run")
		} else {
			a.tell("everything is there. next: axle check; axle run")
		}
		return nil
	}
	if err := r.CommitFiles(ctx, "Begin with axle", "init@axle.invalid", names...); err != nil {
		return err
	}
	a.tell("committed to a new repository. next: axle check; axle run (%s)", sandboxNotice)
	return nil
}

// onlyOurs says whether nothing else waits to be committed. Git names a new folder with a slash.
func onlyOurs(dirty, ours []string) bool {
	for _, name := range dirty {
		if !slices.ContainsFunc(ours, func(f string) bool { return f == name || strings.HasSuffix(name, "/") && strings.HasPrefix(f, name) }) {
			return false
		}
	}
	return true
}

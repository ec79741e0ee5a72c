package main

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/factory"
	"github.com/axle-cd/axle/adapters/puppet"
	"github.com/axle-cd/axle/adapters/taskcat"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// Codes of what importing refuses.
const (
	codeNoHub    = "AXLE1730"
	codeTaken    = "AXLE1731"
	codeTemplate = "AXLE1732" // a template that is yet to be put in its place
)

// importFlags say where the catalog stands, and where the files go.
type importFlags struct {
	out, account, role, bucket string
	regions                    []string
	check                      bool
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	sub := func(use, short string, args cobra.PositionalArgs, run func(*importFlags, []string) error) *cobra.Command {
		cmd := &cobra.Command{Use: use, Short: short, Args: args, RunE: func(_ *cobra.Command, args []string) error { return run(&f, args) }}
		cmd.Flags().BoolVar(&f.check, "check", false, "write nothing; list what would not be carried")
		cmd.Flags().StringVar(&f.out, "out", ".", "the folder that the files are written to")
		if !strings.HasPrefix(use, "taskcat") {
			cmd.Flags().StringVar(&f.account, "account", "", "the hub: the account that the tool runs in")
			cmd.Flags().StringSliceVar(&f.regions, "regions", nil, "the hub's regions")
			cmd.Flags().StringVar(&f.role, "role", "CatalogHubPublisher", "the role of the hub that axle publishes with")
			cmd.Flags().StringVar(&f.bucket, "bucket", "axle-artifacts", "what the hub's buckets are called before -ACCOUNT-REGION")
		}
		return cmd
	}
	return group("import", "Adopt what another tool's files say, and list what cannot be carried",
		sub("factory FILE...", "Portfolio files of AWS Service Catalog Factory", cobra.MinimumNArgs(1), a.importFactory),
		sub("puppet FILE", "The manifest of AWS Service Catalog Puppet", exactly("FILE"), a.importPuppet),
		sub("taskcat FILE", "The regions of a .taskcat.yml", exactly("FILE"), a.importTaskcat))
}

// importDoc is axle import as JSON.
type importDoc struct {
	FormatVersion int                   `json:"format_version"`
	Files         []string              `json:"files"`       // written, or to be
	NotCarried    int                   `json:"not_carried"` // keys
	Diagnostics   []document.Diagnostic `json:"diagnostics"`
}

func (a *app) importFactory(f *importFlags, args []string) error {
	top, files, err := below(args)
	if err != nil {
		return err
	}
	in, err := os.OpenRoot(top)
	if err != nil {
		return document.Fail(codeUsage, top+" cannot be read", "", err)
	}
	defer in.Close()
	got, found := factory.Read(in.FS(), f.account, files...)
	var all []startFile
	for i := range got.Products {
		p := &got.Products[i]
		dir := "products/" + factory.Slug(p.File.Name) + "/"
		all = append(all, startFile{dir + "product.yaml", []byte("# The template comes from: " + oneLine(p.From) + "\n" + yamlOf(p.File))})
		found = append(found, document.Diagnostic{File: dir + "product.yaml", Severity: document.SeverityWarning, Code: codeTemplate,
			Summary: "the template is not fetched", Hint: "put it at " + dir + p.File.Template + "; it comes from: " + oneLine(p.From)})
	}
	all = append(all, startFile{"catalog.yaml", []byte(yamlOf(catalog.File{Schema: 1, Hub: f.hub(), Portfolios: got.Portfolios}))})
	return a.imported(f, top, all, found)
}

// below is the deepest folder that holds all files, and their names from there with slashes.
func below(args []string) (top string, files []string, err error) {
	top = filepath.Dir(filepath.Clean(args[0]))
	for _, arg := range args {
		for {
			rel, err := filepath.Rel(top, arg)
			if err != nil {
				return "", nil, document.Fail(codeUsage, arg+" and "+args[0]+" have no folder in common that axle can tell", "name both from the same folder", err)
			}
			if filepath.IsLocal(rel) {
				break
			}
			top = filepath.Join(top, "..")
		}
	}
	for _, arg := range args {
		rel, err := filepath.Rel(top, arg)
		if err != nil {
			return "", nil, err
		}
		files = append(files, filepath.ToSlash(rel))
	}
	return top, files, nil
}

func (a *app) importPuppet(f *importFlags, args []string) error {
	in, err := os.OpenRoot(filepath.Dir(args[0]))
	if err != nil {
		return document.Fail(codeUsage, filepath.Dir(args[0])+" cannot be read", "", err)
	}
	defer in.Close()
	got, found := puppet.Read(in.FS(), f.account, filepath.Base(args[0]))
	text := yamlOf(catalog.File{Schema: 1, Hub: f.hub(), Spokes: got.Spokes, Enforced: got.Enforced})
	return a.imported(f, filepath.Dir(args[0]), []startFile{{"catalog.yaml", []byte(text)}}, found)
}

// importTaskcat prints what goes into the stages of pipeline.yaml, which is there already.
func (a *app) importTaskcat(f *importFlags, args []string) error {
	data, ds := readLimited(args[0])
	if len(ds) > 0 {
		return ds
	}
	got, found := taskcat.Read(args[0], data)
	if err := a.imported(f, "", nil, found); err != nil || f.check || a.output == "json" {
		return err
	}
	regions := make([]string, len(got.Regions))
	for i, region := range got.Regions {
		regions[i] = yamlText(region)
	}
	_, err := fmt.Fprintf(a.Out, "stages:\n  beta:\n    integration: { regions: [%s] }\n", strings.Join(regions, ", "))
	return err
}

func (f *importFlags) hub() catalog.Hubs {
	return catalog.Hubs{Account: document.AccountID(f.account), Regions: f.regions, Role: f.role, Bucket: f.bucket}
}

func oneLine(s string) string { return strings.Join(strings.Fields(document.Printable(s)), " ") }

// imported shows what was found, and writes the files where nothing speaks against it.
func (a *app) imported(f *importFlags, from string, files []startFile, found document.Diagnostics) error {
	for i, d := range found {
		if d.Code != codeTemplate && from != "" {
			found[i].File = path.Join(filepath.ToSlash(from), d.File)
		}
	}
	if len(files) > 0 && (f.account == "" || len(f.regions) == 0) && !f.check {
		return document.Fail(codeNoHub, "the files do not say where the portfolios stand", "--account 999999999999 --regions eu-west-1,us-east-1", nil)
	}
	if !f.check && found.Errors() == 0 {
		found = append(found, judgedFiles(files)...)
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = file.name
	}
	if err := a.showImport(f, names, found); err != nil || f.check {
		return err
	}
	return a.writeImport(f.out, files)
}

// leftIn counts what was not carried.
func leftIn(found document.Diagnostics) (n int) {
	for _, d := range found {
		if slices.Contains([]string{factory.CodeLeft, puppet.CodeLeft, taskcat.CodeLeft}, d.Code) {
			n++
		}
	}
	return n
}

func (a *app) showImport(f *importFlags, names []string, found document.Diagnostics) error {
	if a.output == "json" {
		for i := range found {
			found[i] = a.concealed(found[i])
		}
		err := a.print(importDoc{formatVersion, append([]string{}, names...), leftIn(found), append([]document.Diagnostic{}, found...)})
		if err != nil {
			return err
		}
	} else {
		a.showDiagnostics(found)
	}
	if found.Errors() > 0 {
		return exitCode(exitUsage)
	}
	if f.check {
		a.tell("%s would be written, %s not carried", count(len(names), "file"), count(leftIn(found), "key"))
	}
	return nil
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Package puppet reads the manifest of AWS Service Catalog Puppet, with the files that stand beside
// it. It gives what axle's files can hold, and lists every key that they cannot.
package puppet

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/foreign"
)

const (
	CodeLeft  = "AXLE1710" // a key that is not carried
	codeInput = "AXLE1711" // a file that the tool itself could not read
)

var codes = foreign.Codes{Left: CodeLeft, Input: codeInput}

// Import is what a manifest comes to.
type Import struct {
	Spokes   []catalog.SpokeFile
	Enforced map[string]catalog.Enforced
}

// reader gathers an Import from several files.
type reader struct {
	tree    fs.FS
	folder  string
	fill    *strings.Replacer
	sources []*foreign.Source
	found   document.Diagnostics
	out     Import
	where   map[string]string        // section/name, or an account → where it stands
	after   map[string]foreign.Value // depends_on of each launch that is carried
	props   map[string]property
}

// Read reads a manifest, named from the root of the tree: manifests/ and capabilities/, a folder of
// a section's name, and properties files beside it. hub is the account that the tool runs in. What
// is not carried is a warning; beside errors the Import is not whole.
func Read(tree fs.FS, hub, name string) (Import, document.Diagnostics) {
	r := &reader{tree: tree, folder: path.Dir(name), out: Import{Enforced: map[string]catalog.Enforced{}},
		where: map[string]string{}, after: map[string]foreign.Value{}, props: map[string]property{}}
	r.fill = r.functions(hub, name)
	r.properties(hub, name)
	for _, file := range r.yamls("manifests") { // stands over the manifest
		r.manifest(file, false)
	}
	r.manifest(name, true)
	for _, section := range append(slices.Sorted(maps.Keys(sections)), "launches") {
		for _, file := range r.yamls(section) {
			if s := r.open(file); s != nil {
				r.section(section, s.Root())
			}
		}
	}
	for _, file := range r.yamls("capabilities") {
		r.manifest(file, true)
	}
	r.depend()
	r.unused()
	for _, s := range r.sources {
		s.Root().Rest()
		r.found = append(r.found, s.Found...)
	}
	r.found.Sort()
	return r.out, r.found
}

// sections are those that axle has no place for, and what to do instead. launches are read.
var sections = map[string]string{
	"parameters":               "write the value into parameters of each entry of enforced that takes it",
	"mappings":                 "write the value into parameters, an entry of enforced a region or account",
	"stacks":                   "make the stack a product, and enforce it",
	"apps":                     "make the app a product, and enforce it",
	"workspaces":               "make the workspace a product of type EXTERNAL",
	"spoke-local-portfolios":   "share the hub's portfolio by reference: shares in catalog.yaml; principals there, launch roles in product.yaml",
	"imported-portfolios":      "share the hub's portfolio by reference: shares in catalog.yaml",
	"lambda-invocations":       "let the product's template call the function, as a custom resource",
	"code-build-runs":          "run it from your own pipeline, after axle run",
	"assertions":               "write it as tests/integration/*.rego of the product",
	"simulate-policies":        "write it as a test of the policies room: axle policy test",
	"service-control-policies": "axle does not write the organization's policies",
	"tag-policies":             "axle does not write the organization's policies",
	"organizational-units":     "axle does not make organizational units",
	"c7n-aws-lambdas":          "axle does not run Cloud Custodian",
	"c7n-aws-cloudtrails":      "axle does not run Cloud Custodian",
	"cfct":                     "axle does not read Customizations for Control Tower",
	"conditions":               "an entry of enforced has no condition: choose its spokes",
}

// manifest reads a file of sections. Only some may name accounts.
func (r *reader) manifest(name string, accounts bool) {
	s := r.open(name)
	if s == nil {
		return
	}
	root := s.Root()
	for _, key := range []string{"schema", "Schema"} {
		if v := root.Get(key); v.Node != nil && v.Text() != "puppet-2019-04-01" {
			v.Fail("is not puppet-2019-04-01")
		}
	}
	if !accounts {
		root.Get("accounts").Leave("the tool itself reads accounts in the manifest alone")
	}
	for _, a := range root.Get("accounts").Items() {
		if accounts {
			r.account(a)
		}
	}
	for _, section := range append(slices.Sorted(maps.Keys(sections)), "launches") {
		r.section(section, root.Get(section))
	}
}

// section reads the entries of a section, each by its name.
func (r *reader) section(section string, v foreign.Value) {
	v.Hollow()
	if v.Node == nil || v.Node.Kind == document.Null {
		return
	}
	if v.Node.Kind != document.Mapping {
		v.Fail("expected a mapping, found " + v.Node.Kind.String())
		return
	}
	for _, p := range v.Node.Pairs {
		entry, key := v.Get(p.Key.Value), section+"/"+p.Key.Value
		switch at := r.where[key]; {
		case at != "":
			entry.Leave("the entry at " + at + " stands over it")
			continue
		case section == "launches":
			r.launch(p.Key.Value, entry)
		default:
			entry.Leave(sections[section])
		}
		r.where[key] = fmt.Sprintf("%s:%d", v.In.Doc.File, p.Key.Line)
	}
}

// open reads a file; nil is: it could not be read, and that is said.
func (r *reader) open(name string) *foreign.Source {
	data := r.data(name)
	if data == nil {
		return nil
	}
	doc, ds := document.Parse(name, data, document.Files)
	r.found = append(r.found, ds...)
	if doc == nil {
		return nil
	}
	s := foreign.Open(doc, codes, r.fill)
	r.sources = append(r.sources, s)
	if doc.Root.Kind != document.Mapping {
		s.Root().Fail("expected a mapping, found " + doc.Root.Kind.String())
		return nil
	}
	return s
}

// data is a file's bytes; nil is: it could not be read, and that is said.
func (r *reader) data(name string) []byte {
	info, err := fs.Stat(r.tree, name)
	if err == nil {
		if ds := document.CheckSize(name, info.Size(), document.Files); ds != nil {
			r.found = append(r.found, ds...)
			return nil
		}
		var data []byte
		if data, err = fs.ReadFile(r.tree, name); err == nil {
			return append([]byte{}, data...)
		}
	}
	r.unread(name, err)
	return nil
}

func (r *reader) unread(name string, err error) {
	r.found = append(r.found, document.Diagnostic{File: name, Severity: document.SeverityError, Code: codeInput, Summary: "cannot be read: " + err.Error()})
}

// yamls are the files of a folder beside the manifest. The tool reads whatever lies there, and so does axle.
func (r *reader) yamls(folder string) (names []string) {
	folder = path.Join(r.folder, folder)
	entries, err := fs.ReadDir(r.tree, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.unread(folder, err)
	}
	for _, e := range entries {
		names = append(names, path.Join(folder, e.Name()))
	}
	return names
}

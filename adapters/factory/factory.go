// Package factory reads the portfolio files of AWS Service Catalog Factory, split files included.
// It gives what axle's files can hold, and lists every key that they cannot.
package factory

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/foreign"
	"github.com/axle-cd/axle/products"
)

const (
	CodeLeft  = "AXLE1700" // a key that is not carried
	codeInput = "AXLE1701" // a file that the tool itself could not read
)

var codes = foreign.Codes{Left: CodeLeft, Input: codeInput}

// Import is what the files come to.
type Import struct {
	Portfolios map[string]catalog.PortfolioFile
	Products   []Product
}

// Product is a product.yaml to be. From says where its template is: nothing is fetched.
type Product struct {
	File products.File
	From string
}

// reader gathers an Import from several files.
type reader struct {
	tree    fs.FS
	fill    *strings.Replacer
	sources []*foreign.Source
	found   document.Diagnostics
	out     Import
	lines   map[string]string   // product → where it is declared
	updates map[string][]update // of each portfolio
}

// Read reads portfolio files, named from the root of the tree, and the split files beside them.
// hub is the account that the portfolios stand in. What is not carried is a warning; beside errors the Import is not whole.
func Read(tree fs.FS, hub string, files ...string) (Import, document.Diagnostics) {
	r := &reader{tree: tree, fill: strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", hub),
		out: Import{Portfolios: map[string]catalog.PortfolioFile{}}, lines: map[string]string{}, updates: map[string][]update{}}
	var roots []*foreign.Source
	for _, name := range files {
		if s := r.open(name); s != nil {
			r.portfolios(s)
			roots = append(roots, s)
		}
	}
	for _, s := range roots { // they may stand in portfolios of any file
		r.products(s)
	}
	r.constrain()
	for _, s := range r.sources {
		s.Root().Rest()
		r.found = append(r.found, s.Found...)
	}
	r.found.Sort()
	return r.out, r.found
}

// open reads a file; nil is: it could not be read, and that is said.
func (r *reader) open(name string) *foreign.Source {
	info, err := fs.Stat(r.tree, name)
	if err != nil {
		r.unread(name, err)
		return nil
	}
	if ds := document.CheckSize(name, info.Size(), document.Files); ds != nil {
		r.found = append(r.found, ds...)
		return nil
	}
	data, err := fs.ReadFile(r.tree, name)
	if err != nil {
		r.unread(name, err)
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

func (r *reader) unread(name string, err error) {
	r.found = append(r.found, document.Diagnostic{File: name, Severity: document.SeverityError, Code: codeInput, Summary: "cannot be read: " + err.Error()})
}

// names are the entries of a folder; one that is not there has none.
func (r *reader) names(folder string) (names []string) {
	entries, err := fs.ReadDir(r.tree, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.unread(folder, err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// schemas are the values of Schema that the tool writes.
var schemas = []string{"factory-2019-04-01", "Factory-2019-04-01"}

// rootLists are where products stand at the root; the last is how the tool's own schema spells it.
var rootLists = []string{"Products", "Components", "Componets"}

// group is the first part of the names of a file's portfolios.
func group(s *foreign.Source) string { return strings.TrimSuffix(path.Base(s.Doc.File), ".yaml") }

func (r *reader) portfolios(s *foreign.Source) {
	root := s.Root()
	for _, key := range []string{"Schema", "schema"} {
		if v := root.Get(key); v.Node != nil && !slices.Contains(schemas, v.Text()) {
			v.Fail("is not " + schemas[0])
		}
	}
	for _, p := range root.Get("Portfolios").Items() {
		r.portfolio(p, path.Dir(s.Doc.File), group(s))
	}
}

func (r *reader) products(s *foreign.Source) {
	for _, list := range rootLists {
		for _, p := range s.Root().Get(list).Items() {
			r.product(p, "", path.Dir(s.Doc.File), r.placements(p, group(s))...)
		}
	}
}

// tags are a list of Key and Value.
func tags(v foreign.Value) map[string]string {
	all := map[string]string{}
	for _, t := range v.Items() {
		key := t.Must("Key")
		if _, twice := all[key]; twice {
			t.Leave("the key stands above")
			continue
		}
		all[key] = t.Get("Value").Text()
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

func tagOptions(v foreign.Value) map[string][]string {
	var all map[string][]string
	for _, t := range v.Items() {
		if all == nil {
			all = map[string][]string{}
		}
		key, option := t.Must("Key"), t.Get("Value").Text()
		if !slices.Contains(all[key], option) {
			all[key] = append(all[key], option)
		}
	}
	return all
}

// Slug makes a key of axle's files, and a folder's name, of a name.
func Slug(name string) string {
	slug := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		}
		return '-'
	}, name)
	return strings.Trim(slug, "-")
}

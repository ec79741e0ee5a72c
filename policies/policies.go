// Package policies runs Rego: axle's starter rules beside it, a repository's own rules, and
// the tests of a product. It is the only package that does, and what Rego cannot decide in
// bounded time is an error, never a pass.
package policies

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// Bundle is a folder of *.rego files in a tree.
type Bundle struct {
	FS  fs.FS
	Dir string

	organization bool   // see Organization
	pinned       string // the digest it must have
}

// Rule is a policy file that judges templates, as its metadata says.
type Rule struct {
	ID        string            `json:"id"` // AXLE-S3-1; a rule without metadata goes by its package
	Title     string            `json:"title"`
	Namespace string            `json:"namespace"` // what it judges: CloudFormation or Terraform
	Severity  document.Severity `json:"severity"`  // the heaviest it gives: an error stops the run
	Fix       string            `json:"fix,omitempty"`
	Standards []string          `json:"standards,omitempty"` // Security Hub S3.8
	Links     []string          `json:"links,omitempty"`     // where those stand
	File      string            `json:"file"`
	Line      int               `json:"line"`

	pack    string
	entries []entry
}

// Rules are policies: axle's, the organization's and the repository's. They may judge concurrently.
type Rules struct {
	starter map[string]*shelf   // by namespace
	asked   map[string]*program // what the added rules are asked, by namespace
	own     []Rule              // those added to the starter rules
	added   []module            // their files, tests among them
	said    []string            // ids that they give to single findings
	only    []string            // namespaces; all without any
}

// New compiles the organization's and the repository's bundles beside the starter rules. Bundles only
// add: a repository's package below axle or org is refused. An error is document.Diagnostics,
// all that is wrong.
func New(ctx context.Context, bundles ...Bundle) (*Rules, error) {
	organization, repository := parts(bundles)
	theirs, ds, err := readOrganization(organization)
	if err != nil {
		return nil, err
	}
	added, err := read(isPolicy, repository...)
	if err != nil {
		return nil, err
	}
	ds = append(append(ds, reserved(added, "axle", "org")...), empty(added, repository)...)
	own, tests := splitTests(append(theirs, added...))
	starter, err := shelves()
	if err != nil {
		return nil, err
	}
	r := &Rules{starter: starter, added: append(own, tests...), asked: map[string]*program{}}
	ds = append(ds, r.gather(own)...)
	if err := sorted(ds); err != nil {
		return nil, err
	}
	if len(own) == 0 {
		return r, ctx.Err()
	}
	if err := r.compile(own); err != nil {
		return nil, err
	}
	return r, ctx.Err()
}

// gather finds the rules of the added modules, and what is wrong with them.
func (r *Rules) gather(own []module) document.Diagnostics {
	rules, ds := rulesOf(own)
	r.own = rules
	for _, m := range own {
		ds = append(append(ds, lintInput(m)...), lintTypes(m)...)
		r.said = append(r.said, saidIDs(m)...)
	}
	var all []Rule
	for _, ns := range Namespaces {
		all = append(all, r.starter[ns].stubs()...)
	}
	return append(ds, sameIDs(append(all, rules...))...)
}

// compile compiles the added modules beside what they may read.
func (r *Rules) compile(own []module) error {
	shared, err := sharedBy(own)
	if err != nil {
		return err
	}
	compiled, err := compile(slices.Concat(shared, own))
	if err != nil {
		return err
	}
	for _, ns := range Namespaces {
		if r.asked[ns], err = compiled.asking(of(r.own, ns)); err != nil {
			return err
		}
	}
	return nil
}

// of keeps the rules of a namespace.
func of(rules []Rule, namespace string) []Rule {
	return keep(rules, func(r Rule) bool { return r.Namespace == namespace })
}

// keep gives what something holds for.
func keep[T any](list []T, holds func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(t T) bool { return !holds(t) })
}

// List gives the rules, the starter rules first.
func (r *Rules) List() ([]Rule, error) {
	var all []Rule
	for _, ns := range Namespaces {
		rules, err := r.starter[ns].rules()
		if err != nil {
			return nil, err
		}
		all = append(all, rules...)
	}
	return append(all, r.own...), nil
}

// IDs are the rules' ids.
func (r *Rules) IDs() []string {
	var ids []string
	for _, ns := range Namespaces {
		for _, rule := range r.starter[ns].stubs() {
			ids = append(ids, rule.ID)
		}
	}
	for _, rule := range r.own {
		ids = append(ids, rule.ID)
	}
	return ids
}

// programs are what is asked about a form: the starter rules that its resources concern, and all that were added.
func (r *Rules) programs(namespace string, form map[string]any) ([]*program, error) {
	var all []*program
	if s := r.starter[namespace]; s != nil && len(s.files) > 0 {
		p, err := s.about(kindsOf(form))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if p := r.asked[namespace]; p != nil {
		all = append(all, p)
	}
	return all, nil
}

// tried counts the rules that judge a namespace.
func (r *Rules) tried(namespace string) int {
	return len(r.starter[namespace].stubs()) + len(of(r.own, namespace))
}

// sorted is nil without errors, else all diagnostics in order.
func sorted(ds document.Diagnostics) error {
	ds.Sort()
	return ds.Err()
}

// sharedBy is what modules may read of axle's: nothing, the functions that rules share, or, where a
// module reads rules themselves, all.
func sharedBy(modules []module) ([]module, error) {
	functions, rules := false, false
	for _, m := range modules {
		ast.WalkRefs(m.Module, func(r ast.Ref) bool {
			if r[0].Equal(ast.DefaultRootDocument) {
				functions = functions || r.HasPrefix(sharedPath)
				rules = rules || len(r) == 1 || !r[1].IsGround() || r[1].Equal(sharedPath[1]) && !r.HasPrefix(sharedPath)
			}
			return false
		})
	}
	switch {
	case rules:
		return starterModules()
	case functions:
		return libraries()
	}
	return nil, nil
}

var sharedPath = ast.MustParseRef("data.axle.lib")

// builtin holds for the starter rules.
func (r Rule) builtin() bool { return strings.HasPrefix(r.pack, "axle.") }

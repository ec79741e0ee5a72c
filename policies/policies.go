// Package policies runs Rego: axle's starter rules beside it, a repository's own rules, and
// the tests of a product. It is the only package that does, and what Rego cannot decide in
// bounded time is an error, never a pass.
package policies

import (
	"context"
	"io/fs"
	"slices"
	"strings"

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
	Severity  document.Severity `json:"severity"` // the heaviest it gives: an error stops the run
	Fix       string            `json:"fix,omitempty"`
	Standards []string          `json:"standards,omitempty"` // Security Hub S3.8
	Links     []string          `json:"links,omitempty"`     // where those stand
	File      string            `json:"file"`
	Line      int               `json:"line"`

	pack    string
	entries []entry
}

// Rules are compiled policies. They are compiled once and may judge concurrently.
type Rules struct {
	rules   []Rule
	program *program
	all     []module
	modules []module // those added to the starter rules, for their tests
	said    []string // ids that rules give to single findings
}

// New compiles the starter rules, the organization's and the repository's bundles. Bundles only
// add: a repository's package below axle or org is refused. An error is document.Diagnostics,
// all that is wrong.
func New(ctx context.Context, bundles ...Bundle) (*Rules, error) {
	builtin, err := starterModules()
	if err != nil {
		return nil, err
	}
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
	added = append(theirs, added...)
	own, tests := splitTests(added)
	r := &Rules{all: slices.Concat(builtin, own), modules: append(own, tests...)}
	ds = append(ds, r.gather(len(builtin))...)
	if err := sorted(ds); err != nil {
		return nil, err
	}
	r.program, err = compile(r.all, entriesOfAll(r.rules))
	if err != nil {
		return nil, err
	}
	return r, ctx.Err()
}

// gather finds the rules of all modules, of which the first n are built in, and what is wrong with them.
func (r *Rules) gather(n int) document.Diagnostics {
	rules, ds := rulesOf(r.all)
	r.rules = rules
	for _, m := range r.all[n:] {
		ds = append(ds, lintInput(m)...)
		r.said = append(r.said, saidIDs(m)...)
	}
	return append(ds, sameIDs(rules)...)
}

func entriesOfAll(rules []Rule) []entry {
	var entries []entry
	for _, r := range rules {
		entries = append(entries, r.entries...)
	}
	return entries
}

// List gives the rules, the starter rules first.
func (r *Rules) List() []Rule { return append([]Rule(nil), r.rules...) }

// builtin holds for the starter rules.
func (r Rule) builtin() bool { return strings.HasPrefix(r.pack, "axle.") }

// IDs are the rules' ids.
func (r *Rules) IDs() []string {
	ids := make([]string, len(r.rules))
	for i, rule := range r.rules {
		ids[i] = rule.ID
	}
	return ids
}

// sorted is nil without errors, else all diagnostics in order.
func sorted(ds document.Diagnostics) error {
	ds.Sort()
	return ds.Err()
}

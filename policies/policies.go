// Package policies runs Rego: axle's starter rules beside it, a repository's own rules, and
// the tests of a product. It is the only package that does, and what Rego cannot decide in
// bounded time is an error, never a pass.
package policies

import (
	"context"
	"io/fs"

	"github.com/axle-cd/axle/document"
)

// Bundle is a folder of *.rego files in a tree.
type Bundle struct {
	FS  fs.FS
	Dir string
}

// Rule is a policy file that judges templates, as its metadata says.
type Rule struct {
	ID        string   `json:"id"` // AXLE-S3-1; a rule without metadata goes by its package
	Title     string   `json:"title"`
	Fix       string   `json:"fix,omitempty"`
	Standards []string `json:"standards,omitempty"` // Security Hub S3.8
	File      string   `json:"file"`
	Line      int      `json:"line"`

	pack    string
	entries []entry
}

// Rules are compiled policies. They are compiled once and may judge concurrently.
type Rules struct {
	rules    []Rule
	starters int // how many of them are built in: the first
	program  *program
	modules  []module // the repository's, for their tests
}

// New compiles the starter rules and the repository's bundles. Bundles only add: a package
// below axle or org is refused. An error is document.Diagnostics, all that is wrong.
func New(ctx context.Context, bundles ...Bundle) (*Rules, error) {
	builtin, err := starterModules()
	if err != nil {
		return nil, err
	}
	own, err := read(isPolicy, bundles...)
	if err != nil {
		return nil, err
	}
	ds := append(reserved(own, "axle", "org"), empty(own, bundles)...)
	own, tests := splitTests(own)
	all := append(builtin, own...)
	rules, more := rulesOf(all)
	starters, _ := rulesOf(builtin)
	ds = append(append(ds, more...), sameIDs(rules)...)
	if err := sorted(ds); err != nil {
		return nil, err
	}
	var entries []entry
	for _, r := range rules {
		entries = append(entries, r.entries...)
	}
	program, err := compile(all, entries)
	if err != nil {
		return nil, err
	}
	return &Rules{rules: rules, starters: len(starters), program: program, modules: append(own, tests...)}, ctx.Err()
}

// List gives the rules, the starter rules first.
func (r *Rules) List() []Rule { return append([]Rule(nil), r.rules...) }

// sorted is nil without errors, else all diagnostics in order.
func sorted(ds document.Diagnostics) error {
	ds.Sort()
	return ds.Err()
}

package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// entry is a rule that is asked: deny, violation or warn of a package.
type entry struct {
	name string // deny
	ref  ast.Ref
	rule int // index into program.rules
}

var (
	entryNames = []string{"deny", "violation", "warn"}
	entryName  = document.NewPattern(`^(deny|violation|warn)(_[a-zA-Z0-9]+)*$`)
)

// reserved refuses packages that are not the repository's to write.
func reserved(modules []module, roots ...string) document.Diagnostics {
	var ds document.Diagnostics
	for _, m := range modules {
		for _, root := range roots {
			if m.root() == root {
				at := m.Package.Location
				ds = append(ds, fault(m.file, at.Row, at.Col, "AXLE1403", "policy package "+root+".* is reserved", "name it cloudformation.<what> or terraform.<what>; rules of a repository only add"))
			}
		}
	}
	return ds
}

// rulesOf finds what is asked of each package. A package below lib holds functions only.
func rulesOf(modules []module) ([]Rule, document.Diagnostics) {
	var rules []Rule
	var ds document.Diagnostics
	used := wordsUsed(modules)
	asked := map[string]bool{} // a rule that stands in several files is asked once
	for _, m := range modules {
		names, faults := entriesOf(m, used)
		ds = append(ds, append(faults, lintNot(m)...)...)
		if m.library() {
			continue
		}
		rule := describe(m, names)
		for _, name := range names {
			if ref := m.Package.Path.Append(ast.StringTerm(name)); !asked[ref.String()] {
				asked[ref.String()] = true
				rule.entries = append(rule.entries, entry{name: name, ref: ref})
			}
		}
		if len(names) > 0 {
			rules = append(rules, rule)
		}
	}
	return rules, append(ds, silent(modules, asked)...)
}

func (m module) library() bool { return isLibrary(m.pack()) }

func isLibrary(pack string) bool {
	p := pack + "."
	return strings.HasPrefix(p, "lib.") || strings.HasPrefix(p, "axle.lib.") || strings.HasPrefix(p, "org.lib.")
}

// entriesOf gives the names of a file's deny, violation and warn rules, and faults those that are
// misspelt or not sets: undefined, they would say nothing.
func entriesOf(m module, used map[string]bool) ([]string, document.Diagnostics) {
	var names []string
	var ds document.Diagnostics
	seen := map[string]bool{}
	for _, r := range m.Rules {
		name := ruleName(r)
		switch {
		case seen[name]:
		case entryName.MatchString(name) && !isSet(r):
			ds = append(ds, fault(m.file, r.Location.Row, r.Location.Col, "AXLE1409", name+" must be a set", "write "+name+" contains msg if { … }"))
		case entryName.MatchString(name):
			names = append(names, name)
		case isSet(r) && !used[name] && document.Nearest(name, entryNames) != "":
			ds = append(ds, misspelt(m, r, name))
		}
		seen[name] = true
	}
	return names, ds
}

func misspelt(m module, r *ast.Rule, name string) document.Diagnostic {
	return fault(m.file, r.Location.Row, r.Location.Col, "AXLE1405",
		fmt.Sprintf("nothing asks for rule %s; did you mean %q?", name, document.Nearest(name, entryNames)), "rules are called deny, violation or warn")
}

func isSet(r *ast.Rule) bool {
	return r.Head.RuleKind() == ast.MultiValue && len(r.Head.Args) == 0 && len(r.Head.Ref()) == 1
}

func ruleName(r *ast.Rule) string { return r.Head.Ref()[0].Value.String() }

// silent faults packages of which nothing is asked (B106).
func silent(modules []module, asked map[string]bool) document.Diagnostics {
	speaks := map[string]bool{}
	for ref := range asked {
		speaks[ref[:strings.LastIndex(ref, ".")]] = true
	}
	var ds document.Diagnostics
	for _, m := range modules {
		if speaks[m.Package.Path.String()] || m.library() {
			continue
		}
		summary := "package has no deny/violation/warn rule"
		for _, r := range m.Rules {
			if near := document.Nearest(ruleName(r), entryNames); near != "" {
				summary += fmt.Sprintf("; did you mean %q?", near)
				break
			}
		}
		at := m.Package.Location
		ds = append(ds, fault(m.file, at.Row, at.Col, "AXLE1405", summary, "functions that other packages share stand in package lib.<what>"))
	}
	return ds
}

// saidIDs are the ids that a policy gives to single findings: {"id": "T-1", …}.
func saidIDs(m module) []string {
	var ids []string
	ast.WalkTerms(m.Module, func(t *ast.Term) bool {
		if object, ok := t.Value.(ast.Object); ok {
			if id := object.Get(ast.StringTerm("id")); id != nil {
				ids = append(ids, strings.Trim(id.Value.String(), `"`))
			}
		}
		return false
	})
	return ids
}

// sameIDs faults two policies of one id (B117).
func sameIDs(rules []Rule) document.Diagnostics {
	var ds document.Diagnostics
	first := map[string]Rule{}
	for _, r := range rules {
		if other, ok := first[r.ID]; ok && other.pack != r.pack {
			ds = append(ds, fault(r.File, r.Line, 1, "AXLE1408", fmt.Sprintf("policy id %s in %s and %s", r.ID, other.File, r.File), "an id names one policy"))
		}
		first[r.ID] = r
	}
	return ds
}

// wordsUsed are the names that some rule's body or value reads.
func wordsUsed(modules []module) map[string]bool {
	words := map[string]bool{}
	note := func(r ast.Ref) bool {
		for _, t := range r {
			switch v := t.Value.(type) {
			case ast.Var:
				words[string(v)] = true
			case ast.String:
				words[string(v)] = true
			}
		}
		return false
	}
	bare := func(v ast.Var) bool { words[string(v)] = true; return false }
	for _, m := range modules {
		for _, r := range m.Rules {
			ast.WalkRefs(r.Body, note)
			ast.WalkVars(r.Body, bare)
			if r.Head.Value != nil {
				ast.WalkRefs(r.Head.Value, note)
			}
		}
	}
	return words
}

// describe reads a file's metadata block.
func describe(m module, names []string) Rule {
	rule := Rule{ID: m.pack(), Namespace: m.namespace(), Severity: document.SeverityWarning, File: m.file, Line: m.Package.Location.Row, pack: m.pack()}
	if slices.ContainsFunc(names, func(name string) bool { return !strings.HasPrefix(name, "warn") }) {
		rule.Severity = document.SeverityError
	}
	for _, a := range m.Annotations {
		if a.Scope != "package" {
			continue
		}
		rule.Title = a.Title
		if id, ok := a.Custom["id"].(string); ok {
			rule.ID = id
		}
		rule.Fix, _ = a.Custom["fix"].(string)
		list, _ := a.Custom["standards"].([]any)
		for _, s := range list {
			rule.Standards = append(rule.Standards, fmt.Sprint(s))
		}
		rule.Links = links(rule.Standards)
	}
	return rule
}

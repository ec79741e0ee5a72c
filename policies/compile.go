package policies

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/axle-cd/axle/document"
)

// program is compiled modules and one query over all that is asked of them.
type program struct {
	compiler *ast.Compiler
	query    ast.Body
	rules    []Rule
	entries  []entry       // what of them is asked
	store    storage.Store // what data. reads besides modules
	bounds
}

// variable is the query's name for the value of entry i.
func variable(i int) ast.Var { return ast.Var(fmt.Sprintf("x%d", i)) }

// compile compiles modules; nothing is asked of them yet.
func compile(modules []module) (*program, error) {
	allowed, banned := capabilities()
	c := ast.NewCompiler().WithCapabilities(allowed).WithStrict(true)
	byFile := make(map[string]*ast.Module, len(modules))
	for _, m := range modules {
		byFile[m.file] = m.Module
	}
	if c.Compile(byFile); c.Failed() {
		return nil, compileFaults(c.Errors, banned)
	}
	return &program{compiler: c, store: inmem.New(), bounds: usual}, nil
}

// asking is the program with a query over the entries of some rules.
func (p *program) asking(rules []Rule) (*program, error) {
	out := *p
	out.rules, out.entries = rules, nil
	for i, r := range rules {
		for _, e := range r.entries {
			e.rule = i
			out.entries = append(out.entries, e)
		}
	}
	var err error
	out.query, err = queryOf(p.compiler, out.entries)
	return &out, err
}

// queryOf asks for the value of each entry; it is nil where nothing is asked.
func queryOf(c *ast.Compiler, entries []entry) (ast.Body, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	query := make(ast.Body, 0, len(entries))
	for i, e := range entries {
		query.Append(ast.Equality.Expr(ast.NewTerm(variable(i)), ast.NewTerm(e.ref)))
	}
	compiled, err := c.QueryCompiler().Compile(query)
	if err != nil {
		return nil, faults("", "AXLE1407", err)
	}
	return compiled, nil
}

// capabilities are OPA's without what reaches out, signs, or gives another answer the next
// time (FC01), or loops without asking whether to go on (FC04); banned are the names taken out.
func capabilities() (allowed *ast.Capabilities, banned []string) {
	c := ast.CapabilitiesForThisVersion()
	c.AllowNet = []string{}
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool {
		ban := b.IsNondeterministic() || b.Name == ast.RenderTemplate.Name || strings.HasPrefix(b.Name, "io.jwt.encode_sign") || b.Name == "io.jwt.decode_verify"
		if ban {
			banned = append(banned, b.Name)
		}
		return ban
	})
	return c, banned
}

var undefinedFunction = regexp.MustCompile(`^undefined function (\S+)$`)

// compileFaults gives each of OPA's compile errors its code.
func compileFaults(list ast.Errors, banned []string) error {
	ds := faults("", "AXLE1407", list)
	for i := range ds {
		d := &ds[i]
		if m := undefinedFunction.FindStringSubmatch(d.Summary); m != nil && slices.Contains(banned, m[1]) {
			d.Code, d.Summary = "AXLE1404", "builtin "+m[1]+" is not allowed in policies"
			d.Hint = "a verdict depends on the template alone"
		}
		if i < len(list) && list[i].Code == ast.RecursionErr {
			d.Code, d.Summary = "AXLE1406", strings.ReplaceAll(d.Summary, "data.", "")
		}
	}
	return sorted(slices.CompactFunc(ds, func(a, b document.Diagnostic) bool { return a == b }))
}

package policies

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

// TestResult is what came of one test_ rule. Only Pass is a pass.
type TestResult struct {
	Name    string // tests.bucket.test_versioned
	File    string
	Line    int
	Pass    bool
	Message string
	code    string
	ref     ast.Ref
}

// integration is the folder whose tests need a stack.
const integration = "integration"

// Facts are what unit tests read: data.template, the template's normal form, and
// data.product, product.yaml as it stands.
func Facts(t *cfn.Template, env cfn.Env, product *document.Node) (map[string]any, error) {
	form, err := normal(t, env)
	if err != nil {
		return nil, err
	}
	return map[string]any{"template": form, "product": product.Plain()}, nil
}

// Test runs the unit tests of a product's folders over facts. Folders called integration
// are left out: those tests need a stack. No result means that there is no test; whether
// that passes is for the caller to say.
func Test(ctx context.Context, facts map[string]any, folders ...Bundle) ([]TestResult, error) {
	keep := func(below string) bool {
		return !strings.HasPrefix(below, integration+"/") && !strings.Contains(below, "/"+integration+"/")
	}
	modules, err := readTests(keep, folders)
	if err != nil {
		return nil, err
	}
	ds := reserved(modules, "axle", "org", "template", "product")
	for _, m := range modules {
		if m.root() == integration {
			ds = append(ds, fault(m.file, m.Package.Location.Row, m.Package.Location.Col, "AXLE1414", "package integration stands outside tests/integration", "move the file there; it needs a stack to run"))
		}
	}
	if err := sorted(ds); err != nil {
		return nil, err
	}
	results, err := runModules(ctx, modules, nil, facts, &witness{spoke: map[ruleOf]bool{}})
	return append(results, unasked(modules)...), err
}

// Assert runs the tests of package integration over what was provisioned: input.outputs,
// input.resources, input.parameters, input.region. No result means that there is no test.
func Assert(ctx context.Context, input map[string]any, folders ...Bundle) ([]TestResult, error) {
	modules, err := readTests(isPolicy, folders)
	if err != nil {
		return nil, err
	}
	var ds document.Diagnostics
	for _, m := range modules {
		if m.root() != integration {
			ds = append(ds, fault(m.file, m.Package.Location.Row, m.Package.Location.Col, "AXLE1414", "an integration test's package is integration, not "+m.pack(), "write package integration"))
		}
	}
	if err := sorted(ds); err != nil {
		return nil, err
	}
	value, err := ast.InterfaceToValue(input)
	if err != nil {
		return nil, document.Fail("AXLE2414", "the stack cannot be given to its tests", "", err)
	}
	results, err := runModules(ctx, modules, value, nil, &witness{spoke: map[ruleOf]bool{}})
	return append(results, unasked(modules)...), err
}

// readTests reads the folders that are there; a folder that is not holds no test.
func readTests(keep func(string) bool, folders []Bundle) ([]module, error) {
	var there []Bundle
	for _, b := range folders {
		_, err := fs.Stat(b.FS, b.dir())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		there = append(there, b) // any other error shows itself when the folder is read
	}
	return read(keep, there...)
}

// runModules compiles once and asks each test by itself, so that one that fails to end does
// not silence the others. A test of an input or of data looks at it, or fails.
func runModules(ctx context.Context, modules []module, input ast.Value, data map[string]any, seen *witness) ([]TestResult, error) {
	compiled, err := compile(modules)
	if err != nil {
		return nil, err
	}
	facts, err := ast.InterfaceToValue(data)
	if err != nil {
		return nil, document.Fail("AXLE2414", "the template cannot be given to its tests", "", err)
	}
	if object, ok := facts.(ast.Object); ok {
		compiled.store = watchedFacts{inmem.NewFromASTObject(object), func() { seen.looked = true }}
	}
	results := testsOf(modules)
	for i, r := range results {
		*seen = witness{file: r.File, input: input, looked: input == nil && data == nil, spoke: seen.spoke}
		if err := compiled.test(ctx, &results[i], input, seen); err != nil {
			return nil, err
		}
		if results[i].Pass && !seen.looked {
			results[i].Pass, results[i].Message = false, "it looks at nothing of the product: it would hold for any"
		}
	}
	return results, nil
}

// unasked are rules of test files that hold or do not, and that nothing asks: what was meant as a test
// and is not called one, and a todo_test_. Such a test is a failure, as one that does not hold.
func unasked(tests []module) []TestResult {
	var list []TestResult
	used := wordsUsed(tests)
	seen := map[string]bool{}
	for _, m := range tests {
		for _, r := range m.Rules {
			name := ruleName(r)
			full := m.pack() + "." + name
			if strings.HasPrefix(name, "test_") || used[name] || seen[full] || !holds(r) {
				continue
			}
			seen[full] = true
			why := "it is not run: nothing reads this rule, and the name of a test begins with test_"
			if strings.HasPrefix(name, "todo_") {
				why = "it is not run: write the test, or remove it"
			}
			list = append(list, TestResult{Name: full, File: m.file, Line: r.Location.Row, Message: why, code: "AXLE2430"})
		}
	}
	return list
}

// holds says that a rule is true where its body holds, and has no other value.
func holds(r *ast.Rule) bool {
	return r.Head.RuleKind() == ast.SingleValue && len(r.Head.Args) == 0 && !r.Default && r.Head.Value != nil && r.Head.Value.Equal(ast.BooleanTerm(true))
}

// testsOf lists the test_ rules; one of several bodies is one test.
func testsOf(modules []module) []TestResult {
	var list []TestResult
	seen := map[string]bool{}
	for _, m := range modules {
		for _, r := range m.Rules {
			name := ruleName(r)
			ref := m.Package.Path.Append(ast.StringTerm(name))
			if !strings.HasPrefix(name, "test_") || seen[ref.String()] {
				continue
			}
			seen[ref.String()] = true
			list = append(list, TestResult{Name: m.pack() + "." + name, File: m.file, Line: r.Location.Row, code: "AXLE2420", ref: ref})
		}
	}
	return list
}

// test asks one test; only an interruption of the whole is an error.
func (p *program) test(ctx context.Context, result *TestResult, input ast.Value, seen *witness) error {
	query, err := p.compiler.QueryCompiler().Compile(ast.NewBody(ast.Equality.Expr(ast.NewTerm(variable(0)), ast.NewTerm(result.ref))))
	if err != nil {
		return faults(result.File, "AXLE1407", err)
	}
	one := *p
	one.query = query
	answer, err := one.run(ctx, input, seen)
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		result.Message = err.Error()
	case value(answer, 0) == nil || value(answer, 0).Compare(ast.Boolean(false)) == 0:
		result.Message = seen.String()
	case value(answer, 0).Compare(ast.Boolean(true)) != 0:
		result.Message = "a test is true or false; this one gave " + short(value(answer, 0))
	default:
		result.Pass = true
	}
	return nil
}

// Findings are the tests that did not pass.
func Findings(results []TestResult) []pipeline.Finding {
	var list []pipeline.Finding
	for _, r := range results {
		if r.Pass {
			continue
		}
		summary := r.Message
		if r.Name != "" {
			summary = r.Name + " failed: " + r.Message
		}
		d := document.Diagnostic{File: r.File, Line: r.Line, Severity: document.SeverityError, Code: r.code, Summary: summary}
		if r.Line > 0 {
			d.Col = 1
		}
		list = append(list, pipeline.Finding{Diagnostic: d, Rule: r.Name, Fingerprint: fingerprint(r.code, r.File, r.Name)})
	}
	return list
}

package policies

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

// site is a place of a module that can be changed, and what the change is.
type site struct {
	what  string
	apply func()
}

// sites are all single changes of a module's rules: a line dropped, a condition negated, a
// constant changed. They change the module they were made from.
func sites(m *ast.Module) (all []site) {
	add := func(at *ast.Location, what string, apply func()) {
		all = append(all, site{fmt.Sprintf("%s:%d: %s", at.File, at.Row, what), apply})
	}
	for _, r := range m.Rules {
		if r.Default {
			r.Body = nil // it is true
		}
		ast.WalkExprs(r, func(e *ast.Expr) bool {
			if e.Location == nil || len(e.Location.Text) == 0 || e.Generated {
				return false
			}
			text, _, _ := strings.Cut(string(e.Location.Text), "\n")
			add(e.Location, "without "+text, func() { e.Terms, e.Negated, e.With = ast.BooleanTerm(true), false, nil })
			if !e.IsAssignment() && !e.IsSome() {
				add(e.Location, "not "+text, func() { e.Negated = !e.Negated })
			}
			return false
		})
		held := map[*ast.Term]bool{} // defaults of object.get: TestStarterRulesFailClosed holds them
		ast.WalkTerms(r, func(t *ast.Term) bool {
			for _, v := range variants(t.Value) {
				if held[t] || strings.HasPrefix(t.Value.String(), `"member_`) {
					continue // "in" is a function called member
				}
				at := t.Location
				if at == nil {
					at = r.Location
				}
				add(at, fmt.Sprintf("%v for %v", v, t.Value), func() { t.Value = v })
			}
			if call, ok := t.Value.(ast.Call); ok && call[0].String() == ast.ObjectGet.Name {
				held[call[len(call)-1]] = true
			}
			_, list := t.Value.(*ast.Array)
			_, set := t.Value.(ast.Set)
			return list || set || held[t]
		})
	}
	return all
}

// variants are a value with one constant in it changed. What people read is no constant.
func variants(v ast.Value) (all []ast.Value) {
	switch v := v.(type) {
	case ast.String:
		if !strings.ContainsAny(string(v), " %") {
			return []ast.Value{v + "~"}
		}
	case ast.Number:
		n, _ := v.Int()
		return []ast.Value{ast.Number(fmt.Sprint(n + 1)), ast.Number(fmt.Sprint(n - 1))}
	case ast.Boolean:
		return []ast.Value{!v}
	case *ast.Array:
		var items []*ast.Term
		v.Foreach(func(t *ast.Term) { items = append(items, t) })
		for i, item := range items {
			for _, other := range variants(item.Value) {
				changed := slices.Clone(items)
				changed[i] = ast.NewTerm(other)
				all = append(all, ast.NewArray(changed...))
			}
		}
	case ast.Set:
		for _, item := range v.Slice() {
			for _, other := range variants(item.Value) {
				all = append(all, v.Diff(ast.NewSet(item)).Union(ast.NewSet(ast.NewTerm(other))))
			}
		}
	}
	return all
}

// mutant is a module with its nth change.
func mutant(m module, n int) (module, string) {
	m.Module = m.Copy()
	s := sites(m.Module)[n]
	s.apply()
	return m, s.what
}

// fixture is something to judge and what a rule says of it: line or path → finding or unknown.
type fixture struct {
	judge func(*Rules) (Report, error)
	key   func(pipeline.Finding) string
	want  string
}

func fixturesOf(t *testing.T, rule Rule) []fixture {
	name := strings.TrimSuffix(rule.File, ".rego")
	if rule.Namespace == Terraform {
		bad := planned(t, name+".fail.json")
		return []fixture{{bad.judge, pathOf, fmt.Sprint(bad.want())}, {planned(t, name+".pass.json").judge, pathOf, "map[]"}}
	}
	bad := template(t, name+".fail.yaml")
	lines, _ := marks(bad)
	want := map[string]string{}
	for line, word := range lines {
		want[strconv.Itoa(line)] = word
	}
	return []fixture{{judging(bad), lineOf, fmt.Sprint(want)}, {judging(template(t, name+".pass.yaml")), lineOf, "map[]"}}
}

func lineOf(f pipeline.Finding) string { return strconv.Itoa(f.Line) }

func judging(tmpl *cfn.Template) func(*Rules) (Report, error) {
	return func(r *Rules) (Report, error) {
		return r.Judge(context.Background(), tmpl, cfn.Env{Region: "eu-west-1"})
	}
}

// heard is what a program's only rule says of a fixture.
func heard(p *program, rule Rule, f fixture) string {
	report, err := f.judge(onlyOf(p, rule))
	if err != nil {
		return err.Error()
	}
	got := map[string]string{}
	for _, found := range report.Findings {
		got[f.key(found)] = wordOf(found)
	}
	return fmt.Sprint(got)
}

func wordOf(f pipeline.Finding) string {
	if f.Code == "AXLE2402" {
		return "unknown"
	}
	return "finding"
}

// build compiles modules without strictness: a dropped line may leave a variable unused. It is
// nil where they do not compile: such a change notices itself.
func build(modules []module) *ast.Compiler {
	c := ast.NewCompiler()
	byFile := map[string]*ast.Module{}
	for _, m := range modules {
		byFile[m.file] = m.Module
	}
	if c.Compile(byFile); c.Failed() {
		return nil
	}
	return c
}

// noticed is whether a rule's fixtures tell a changed program from the rule.
func noticed(c *ast.Compiler, rule Rule, fixtures []fixture) bool {
	p, err := (&program{compiler: c, store: inmem.New(), bounds: usual}).asking([]Rule{rule})
	return err != nil || slices.ContainsFunc(fixtures, func(f fixture) bool { return heard(p, rule, f) != f.want })
}

func starterOf(t *testing.T) (libraries []module, byFile map[string]module) {
	modules, err := starterModules()
	if err != nil {
		t.Fatal(err)
	}
	byFile = map[string]module{}
	for _, m := range modules {
		byFile[m.file] = m
		if m.library() {
			libraries = append(libraries, m)
		}
	}
	return libraries, byFile
}

// full asks for every mutant: AXLE_FULL=1 go test -run Mutants ./policies -timeout 30m
func full() bool { return os.Getenv("AXLE_FULL") != "" }

// M20: a rule that is changed, in one line or one constant, is noticed by its own fixtures.
func TestMutants(t *testing.T) {
	libraries, byFile := starterOf(t)
	tried, stillborn, alive := 0, 0, 0
	for i, rule := range everyRule(t) {
		m := byFile[rule.File]
		fixtures := fixturesOf(t, rule)
		count := len(sites(m.Module))
		for n := range count {
			if !full() && n != (i*7)%count {
				continue
			}
			changed, what := mutant(m, n)
			tried++
			switch c := build(append(slices.Clone(libraries), changed)); {
			case c == nil:
				stillborn++
			case !noticed(c, rule, fixtures) && known(what) == "":
				alive++
				t.Errorf("no fixture of %s notices %s", rule.ID, what)
			}
		}
	}
	t.Logf("%d mutants, %d do not compile, %d not noticed", tried, stillborn, alive)
	if tried-stillborn < 50 {
		t.Errorf("only %d mutants were tried", tried-stillborn)
	}
}

// M20: what the rules share is changed likewise, and judged by the fixtures of all rules together. Most of
// what nothing notices is a guard of a value that no template has there; the bound may only fall.
func TestLibraryMutants(t *testing.T) {
	if !full() {
		t.Skip("takes minutes: AXLE_FULL=1 asks for it")
	}
	libraries, byFile := starterOf(t)
	list := everyRule(t)
	fixtures := map[string][]fixture{}
	for _, rule := range list {
		fixtures[rule.ID] = fixturesOf(t, rule)
	}
	tried, alive := 0, 0
	for _, library := range libraries {
		for n := range len(sites(library.Module)) {
			changed, what := mutant(library, n)
			modules := []module{changed}
			for file, m := range byFile {
				if file != library.file {
					modules = append(modules, m)
				}
			}
			c := build(modules)
			if c == nil {
				continue
			}
			tried++
			if !slices.ContainsFunc(list, func(rule Rule) bool { return noticed(c, rule, fixtures[rule.ID]) }) {
				alive++
				t.Logf("no fixture notices %s", what)
			}
		}
	}
	t.Logf("%d mutants, %d not noticed", tried, alive)
	if tried < 100 || alive*100 > tried*13 {
		t.Errorf("%d of %d mutants are not noticed", alive, tried)
	}
}

// equivalent are changes that change no verdict and no line, each with its reason.
var equivalent = map[string]string{
	`ebs_encryption: ["BlockDeviceMappings~"] for ["BlockDeviceMappings"]`: "the line of a list's unknown member is that of the list",
	`ec2_acl: 1 for 0`:         "22 and 3389 are above both",
	`ec2_acl: -1 for 0`:        "22 and 3389 are above both",
	`ec2_acl: 65536 for 65535`: "22 and 3389 are below both",
	`ec2_acl: 65534 for 65535`: "22 and 3389 are below both",

	`rds_public: without value == null`:                                        "a choice of words",
	`rds_public: not value == null`:                                            "a choice of words",
	`s3_kms: without object.get(properties, "BucketEncryption", null) != null`: "a path that is not there is shown at the resource",
	`s3_public_access_block: without not lib.unknown(block)`:                   "the unknown block is told at the same line",
	`s3_public_access_block: without object.get(block, s, null) != null`:       "a path that is not there is shown at the block",
	`s3_public_access_block: without count(written) > 0`:                       "without one, written[0] is undefined",
	`s3_public_access_block: without count(block) > 0`:                         "a path that is not there is shown at the resource",
	`s3_public_access_block: -1 for 0`:                                         "a path that is not there is shown above",
	`s3_public_access_block: 1 for 0`:                                          "a path that is not there is shown above",
	`s3_tls: without some id, _ in lib.of("AWS::S3::Bucket")`:                  "the next line but one finds the bucket",
}

// known is why a change that nothing notices changes nothing; "" if it should have been noticed.
func known(what string) string {
	file, rest, _ := strings.Cut(strings.TrimPrefix(what, "starter/"), ".rego:")
	_, change, _ := strings.Cut(rest, ": ")
	return equivalent[file+": "+change]
}

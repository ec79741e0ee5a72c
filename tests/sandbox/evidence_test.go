package sandbox

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// called are the SDK's operations that a folder's code calls, service:Operation, tests left out. A call
// is known by the input it makes, or by its paginator.
func called(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no code: %v", dir, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		services := map[string]string{}
		for _, i := range parsed.Imports {
			from := strings.Trim(i.Path.Value, `"`)
			if strings.Contains(from, "aws-sdk-go-v2/service/") && path.Base(from) != "types" {
				services[path.Base(from)] = path.Base(from)
				if i.Name != nil {
					services[i.Name.Name] = path.Base(from)
				}
			}
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, ok := s.X.(*ast.Ident)
			if !ok || services[from.Name] == "" {
				return true
			}
			op, input := strings.CutSuffix(s.Sel.Name, "Input")
			if its, ok := strings.CutPrefix(s.Sel.Name, "New"); ok && !input {
				op, input = strings.CutSuffix(its, "Paginator")
			}
			if input {
				all[services[from.Name]+":"+op] = file
			}
			return true
		})
	}
	return all
}

// notHere are the operations that axle calls of AWS and that the sandbox answers with 501, and why that
// does.
var notHere = map[string]string{
	"accessanalyzer": "policies are judged by rules of our own where no AWS is asked",
}

// What axle calls is here. SBX-87
func TestCallersAreAnswered(t *testing.T) {
	rows := map[string]bool{}
	for _, op := range box(t).Coverage() {
		rows[strings.ReplaceAll(op.Service, "-", "")+":"+op.Operation] = true // as the SDK's package is called
	}
	calls := called(t, "../../adapters/aws")
	if len(calls) < 20 {
		t.Fatalf("only %d calls are found: %v", len(calls), calls)
	}
	for op, file := range calls {
		service, _, _ := strings.Cut(op, ":")
		if !rows[op] && notHere[service] == "" {
			t.Errorf("%s calls %s, which the sandbox does not answer", file, op)
		}
	}
}

// sources is the text of all tests and scenarios that call the sandbox, and of what axle calls.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range []string{"../../sandbox", "../../adapters/aws", "../../cmd/axle", "../../tests"} {
		err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
			adapter := strings.HasPrefix(file, "../../adapters/aws/")
			if err != nil || d.IsDir() || !adapter && !strings.HasSuffix(file, "_test.go") && !strings.HasSuffix(file, ".txtar") && !strings.HasSuffix(file, ".py") {
				return err
			}
			text, err := os.ReadFile(file)
			all.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

var capital = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])`)

// spoken is an operation's name as the aws CLI and boto3 have it: list-stack-sets, list_stack_sets.
func spoken(operation, between string) string {
	return strings.ToLower(capital.ReplaceAllString(operation, "${1}${3}"+between+"${2}${4}"))
}

// Each operation that is here is called by axle, or by a test or scenario. SBX-87
func TestRowsAreCalled(t *testing.T) {
	text := sources(t)
	for _, op := range box(t).Coverage() {
		names := regexp.MustCompile(`\b(New` + op.Operation + `Paginator|` + op.Operation + `(Input)?|` + spoken(op.Operation, "-") + `|` + spoken(op.Operation, "_") + `)\b`)
		if !names.MatchString(text) {
			t.Errorf("nobody calls %s:%s", op.Service, op.Operation)
		}
	}
}

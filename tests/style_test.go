package tests

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// source is a Go file of this repository.
type source struct {
	name  string // by its path from the root
	test  bool
	lines int
	fset  *token.FileSet
	tree  *ast.File
}

func (s source) dir() string  { return path.Dir(s.name) }
func (s source) inCmd() bool  { return strings.HasPrefix(s.name, "cmd/") }
func (s source) isMain() bool { return s.inCmd() && path.Base(s.name) == "main.go" }

func (s source) at(p token.Pos) string {
	return fmt.Sprintf("%s:%d", s.name, s.fset.Position(p).Line)
}

func parsed(t *testing.T, name string, text any) source {
	t.Helper()
	s := source{name: name, test: strings.HasSuffix(name, "_test.go"), fset: token.NewFileSet()}
	var err error
	if s.tree, err = parser.ParseFile(s.fset, filepath.Join("..", filepath.FromSlash(name)), text, parser.ParseComments); err != nil {
		t.Fatal(err)
	}
	s.lines = s.fset.File(s.tree.Pos()).LineCount()
	return s
}

// sources are all Go files of the repository.
func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir("..", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && p != ".." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(p, ".go") {
			all = append(all, parsed(t, filepath.ToSlash(strings.TrimPrefix(p, ".."+string(filepath.Separator))), nil))
		}
		return nil
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("%d files were read: %v", len(all), err)
	}
	return all
}

// habit is a rule of style that can be read from one file.
type habit struct {
	name, reason string
	breaks       func(source) []string // where, a line each
}

var habits = []habit{
	{"init", "what runs before main runs whatever the command", func(s source) []string {
		return s.functions(func(f *ast.FuncDecl) bool { return f.Name.Name == "init" && f.Recv == nil })
	}},
	{"panic", "an error says what to do; a panic does not", func(s source) []string {
		return s.calls("", []string{"panic"}, func(string) bool { return s.test }) // tests show what a panic leads to
	}},
	{"exit", "only main ends the process", func(s source) []string {
		return s.calls("os", []string{"Exit"}, func(in string) bool { return s.isMain() && in == "main" || s.test && in == "TestMain" })
	}},
	{"background", "a context comes in from main, so that an interrupt reaches everything", func(s source) []string {
		return s.calls("context", []string{"Background", "TODO"}, func(in string) bool { return s.test || s.isMain() && in == "main" })
	}},
	{"time", "time comes in as a value: the sandbox has a clock of its own", func(s source) []string {
		return s.calls("time", []string{"Now", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Since", "Until"},
			func(string) bool { return s.test || s.inCmd() })
	}},
	{"length", "a file that is longer holds more than one thing (400 lines)", func(s source) []string {
		if s.lines > 400 {
			return []string{fmt.Sprintf("%s: %d lines", s.name, s.lines)}
		}
		return nil
	}},
	{"interface", "an interface has at most three methods", func(s source) (bad []string) {
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok && i.Methods.NumFields() > 3 {
				bad = append(bad, fmt.Sprintf("%s: %d", s.at(i.Pos()), i.Methods.NumFields()))
			}
			return true
		})
		return bad
	}},
	{"promise", "what is not done is an issue, not a comment", func(s source) (bad []string) {
		for _, g := range s.tree.Comments {
			for _, c := range g.List {
				for _, word := range []string{"TO" + "DO", "FIX" + "ME", "XX" + "X:"} {
					if strings.Contains(c.Text, word) {
						bad = append(bad, s.at(c.Pos()))
					}
				}
			}
		}
		return bad
	}},
	{"skip", "a skipped test says why", func(s source) (bad []string) {
		ast.Inspect(s.tree, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok || !s.test {
				return true
			}
			sel, ok := c.Fun.(*ast.SelectorExpr)
			if ok && (sel.Sel.Name == "SkipNow" || sel.Sel.Name == "Skip" && len(c.Args) == 0) {
				bad = append(bad, s.at(c.Pos()))
			}
			return true
		})
		return bad
	}},
}

// functions are the places of the declared functions that a predicate picks.
func (s source) functions(is func(*ast.FuncDecl) bool) (at []string) {
	for _, d := range s.tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && is(f) {
			at = append(at, s.at(f.Pos()))
		}
	}
	return at
}

// calls are the places that name one of a package's functions (or of the language's, where pkg is
// ""), but those in declarations that may.
func (s source) calls(pkg string, names []string, may func(in string) bool) (at []string) {
	for _, d := range s.tree.Decls {
		in := ""
		if f, ok := d.(*ast.FuncDecl); ok {
			in = f.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if pos := named(n, pkg, names); pos.IsValid() && !may(in) {
				at = append(at, s.at(pos))
			}
			return true
		})
	}
	return at
}

// named gives the place of the node if it names one of the functions.
func named(n ast.Node, pkg string, names []string) token.Pos {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && pkg != "" && x.Name == pkg && x.Obj == nil && slices.Contains(names, n.Sel.Name) {
			return n.Pos()
		}
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.Ident); ok && pkg == "" && slices.Contains(names, f.Name) {
			return n.Pos()
		}
	}
	return token.NoPos
}

// debts are known breaks, by habit and file, each with what pays it.
var debts = map[string]string{}

func TestStyle(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sources(t) {
		for _, h := range habits {
			for _, where := range h.breaks(s) {
				key := h.name + " " + s.name
				seen[key] = true
				if debts[key] == "" {
					t.Errorf("%s (%s): %s", where, h.name, h.reason)
				}
			}
		}
	}
	for key := range debts {
		if !seen[key] {
			t.Logf("%q is paid: take it off the list", key)
		}
	}
}

// Each habit would notice its break, and leaves what is like it and allowed.
func TestStyleWouldNotice(t *testing.T) {
	for _, c := range []struct{ habit, name, text string }{
		{"init", "stages/x.go", "func init() {}"},
		{"panic", "stages/x.go", "func f() { panic(1) }"},
		{"exit", "cmd/axle/x.go", "func main() { os.Exit(1) }"},
		{"exit", "cmd/axle/main.go", "func f() { os.Exit(1) }"},
		{"background", "cmd/axle/main.go", "func f() { g(context.Background()) }"},
		{"background", "stages/x.go", "func f() { g(context.TODO()) }"},
		{"time", "catalog/x.go", "var now = time.Now"},
		{"time", "catalog/x.go", "func f() { <-time.After(1) }"},
		{"length", "catalog/x.go", strings.Repeat("\n", 400)},
		{"interface", "catalog/x.go", "type I interface { A(); B(); C(); D() }"},
		{"promise", "catalog/x.go", "// TO" + "DO: more"},
		{"skip", "catalog/x_test.go", "func f(t *testing.T) { t.Skip() }"},
	} {
		if got := broken(parsed(t, c.name, "package x\n"+c.text+"\n")); !slices.Equal(got, []string{c.habit}) {
			t.Errorf("%s with %.60q breaks %q, want %q", c.name, c.text, got, c.habit)
		}
	}
	for _, c := range []struct{ name, text string }{
		{"cmd/axle/main.go", "func main() { os.Exit(run(context.Background())) }"},
		{"cmd/axle/x.go", "var now = time.Now"},
		{"stages/x.go", "func f() { context.WithTimeout(ctx, time.Second) }"},
		{"stages/x.go", "type I interface { A(); B(); C() }\nfunc (s S) init() {}"},
		{"stages/x_test.go", "func MustF() { panic(1) }\nfunc TestMain() { os.Exit(1) }\nfunc f(t *testing.T) { t.Skip(`no git`); time.Sleep(1) }"},
	} {
		if got := broken(parsed(t, c.name, "package x\n"+c.text+"\n")); len(got) > 0 {
			t.Errorf("%s with %.60q breaks %q, and may", c.name, c.text, got)
		}
	}
}

func broken(s source) (names []string) {
	for _, h := range habits {
		if len(h.breaks(s)) > 0 {
			names = append(names, h.name)
		}
	}
	return names
}

var sentenceEnd = regexp.MustCompile(`[.!?]["')]?\s`)

// Every package says what it is, in one to three sentences.
func TestPackagesAreDescribed(t *testing.T) {
	comments := map[string]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		comments[s.dir()] += s.tree.Doc.Text()
	}
	for dir, text := range comments {
		sentences := len(sentenceEnd.FindAllString(text+"\n", -1))
		if text == "" || !strings.HasPrefix(text, "Package ") && !strings.HasPrefix(text, "Command ") || sentences > 3 {
			t.Errorf("package %s is described by %d sentences: %q", dir, sentences, text)
		}
	}
}

// leastTests is how many lines of tests stand beside a line of code. The goal is 0.8; it may only rise.
const leastTests = 0.6

// Functions are short (median 12 lines, nine of ten within 45), and tests are not much less than the code.
func TestProportions(t *testing.T) {
	var lengths []int
	code, tests := 0, 0
	for _, s := range sources(t) {
		if s.test {
			tests += s.lines
			continue
		}
		code += s.lines
		for _, d := range s.tree.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				lengths = append(lengths, s.fset.Position(f.End()).Line-s.fset.Position(f.Pos()).Line+1)
			}
		}
	}
	slices.Sort(lengths)
	median, ninth := lengths[len(lengths)/2], lengths[len(lengths)*9/10]
	t.Logf("%d functions, median %d lines, nine of ten within %d; %d lines of code, %d of tests (%.2f)", len(lengths), median, ninth, code, tests, float64(tests)/float64(code))
	if median > 12 || ninth > 45 {
		t.Errorf("functions: median %d lines (12), nine of ten within %d (45)", median, ninth)
	}
	if share := float64(tests) / float64(code); share < leastTests {
		t.Errorf("tests are %.2f of the code, and have been %.2f", share, leastTests)
	}
}

package tests

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// saying is a place where a code is given its meaning: a call that fails with it, or its constant.
type saying struct{ code, where, dir, words string }

// sayings are the codes that a file makes. A comparison with a code makes none.
func sayings(s source) (all []saying) {
	if s.test {
		return nil
	}
	note := func(e ast.Expr, words string) {
		if code := literal(e); len(code) == 8 && strings.HasPrefix(code, "AXLE") {
			all = append(all, saying{code, s.at(e.Pos()), s.dir(), words})
		}
	}
	ast.Inspect(s.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			for i, a := range n.Args {
				words := ""
				if i+1 < len(n.Args) {
					words = literal(n.Args[i+1])
				}
				note(a, words)
			}
		case *ast.ValueSpec:
			for _, v := range n.Values {
				note(v, "")
			}
		}
		return true
	})
	return all
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(lit.Value)
	return text
}

// clashes are codes that two packages make, in other words each. document's own may be made by
// whoever checks a file by hand: it says there what document would.
func clashes(all []saying) (bad []string) {
	first := map[string]saying{}
	for _, s := range all {
		if s.dir == "document" {
			first[s.code] = s
		}
	}
	for _, s := range all {
		f, ok := first[s.code]
		if !ok {
			first[s.code] = s
			continue
		}
		if f.dir != s.dir && f.dir != "document" && (s.words == "" || s.words != f.words) {
			bad = append(bad, fmt.Sprintf("%s and %s both make %s", f.where, s.where, s.code))
		}
	}
	return bad
}

// owed are codes that are known to clash, until one of the two has another.
var owed = map[string]string{
	"AXLE3520": "secrets has no detector, adapters/gitleaks cannot load its rules",
}

// A code has one meaning, so one package makes it.
func TestCodesHaveOneMeaning(t *testing.T) {
	var all []saying
	for _, s := range sources(t) {
		all = append(all, sayings(s)...)
	}
	if len(all) < 200 {
		t.Fatalf("%d codes were read", len(all))
	}
	found := clashes(all)
	for _, c := range found {
		if owed[c[len(c)-8:]] == "" {
			t.Errorf("%s: a code has one meaning", c)
		}
	}
	for code := range owed {
		if !slices.ContainsFunc(found, func(c string) bool { return strings.HasSuffix(c, code) }) {
			t.Errorf("%s clashes no more: take it off the list", code)
		}
	}
}

func TestCodesWouldClash(t *testing.T) {
	read := func(files ...[2]string) (all []saying) {
		for _, f := range files {
			all = append(all, sayings(parsed(t, f[0], "package x\n"+f[1]+"\n"))...)
		}
		return all
	}
	disk := [2]string{"adapters/disk/x.go", `func f() { g("AXLE2999", "integrity") }`}
	for _, c := range []struct {
		other [2]string
		want  int
	}{
		{[2]string{"products/x.go", `const c = "AXLE2999"`}, 1},
		{[2]string{"products/x.go", `func f() { g("AXLE2999", "older") }`}, 1},
		{[2]string{"products/x.go", `func f() { g("AXLE2999", "integrity") }`}, 0},
		{[2]string{"products/x.go", `func f() bool { return g() == "AXLE2999" }`}, 0},
		{[2]string{"adapters/disk/y.go", `func f() { g("AXLE2999", "another") }`}, 0},
		{[2]string{"document/x.go", `func f() { g("AXLE2999", "document's own") }`}, 0},
	} {
		if bad := clashes(read(disk, c.other)); len(bad) != c.want {
			t.Errorf("%s beside %s: %q, want %d", disk[1], c.other[1], bad, c.want)
		}
	}
}

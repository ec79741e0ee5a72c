package tests

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
)

// maxInstructions of one expression: a thousand are about a tenth of a millisecond.
const maxInstructions = 1500

var compiledAtStart = regexp.MustCompile("(?m)^(?:var |\t)\\w+\\s*=\\s*regexp\\.MustCompile\\(`([^`]*)`\\)")

// compiledLater are expressions that no start waits for, and so no start finds at fault.
var compiledLater = regexp.MustCompile("NewPattern\\(`([^`]*)`\\)")

// PERF-7: every expression of a package is compiled at every start of axle, whatever the command.
// Letters of all scripts, repeated up to 256 times, are 20 ms; their length is counted instead.
func TestExpressionsAreSmall(t *testing.T) {
	found, later := 0, 0
	err := filepath.WalkDir("..", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range compiledAtStart.FindAllSubmatch(data, -1) {
			found++
			if n := instructions(t, string(m[1])); n > maxInstructions {
				t.Errorf("%s: %s compiles to %d instructions at every start (max %d): count the length in code", name, m[1], n, maxInstructions)
			}
		}
		for _, m := range compiledLater.FindAllSubmatch(data, -1) {
			later++
			if _, err := regexp.Compile(string(m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
	if err != nil || found < 20 || later < 20 {
		t.Fatalf("%d expressions found, %d that are compiled later: %v", found, later, err)
	}
	if n := instructions(t, `^[\p{L}\p{N}]{0,256}$`); n <= maxInstructions {
		t.Errorf("the limit lets %d instructions pass", n)
	}
}

func instructions(t *testing.T, expr string) int {
	t.Helper()
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		t.Fatal(err)
	}
	n := len(prog.Inst)
	for _, i := range prog.Inst {
		n += len(i.Rune) / 8
	}
	return n
}

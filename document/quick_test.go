//go:build unix

package document_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

// BL12: no bad input takes long, whatever its make. FC11, FC12
func TestParseIsQuick(t *testing.T) {
	const size = 999_000
	many := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for _, c := range []struct{ id, text string }{
		{"keys", numbered(80_000, "k%d: v\n")},
		{"brackets", many("[")},
		{"nested lists", many("- ")},
		{"items", "[" + many("a,") + "]"},
		{"empty items", "[" + many(",")},
		{"comments", many("# x\n")},
		{"comments between", many("a:\n# x\n")},
		{"quotes", many("'a'\n")},
		{"one text", `a: "` + many("x") + `"`},
		{"one number", "a: " + many("9")},
		{"underscores", "a: 1" + many("_")},
		{"tags", "a: " + many("!")},
		{"anchors", many("&a ")},
		{"aliases", "a: &a x\nb: [" + many("*a,") + "]"},
		{"questions", many("? ")},
		{"braces", many("{")},
		{"braces for JSON", many(`{"a":`)},
		{"escapes", `{"a": "` + many(`\u0041`) + `"}`},
		{"block text", "a: |\n" + many("  x\n")},
		{"folded text", "a: >\n" + many("  x\n\n")},
		{"directives", many("%A B\n")},
		{"spaces", many(" ")},
		{"lines", many("\n")},
		{"markers", many("---\n")},
	} {
		for _, dialect := range []document.Dialect{document.Files, document.Templates} {
			if took := cpu(t, func() { document.Parse("f.yaml", []byte(c.text), dialect) }); took > 2*time.Second {
				t.Errorf("%s: took %v", c.id, took)
			}
		}
	}
}

// cpu is the processor time that something takes: what else the machine does is not the reader's.
func cpu(t *testing.T, do func()) time.Duration {
	t.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	do()
	return used() - before
}

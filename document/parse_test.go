package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// first is the first line of the first thing that is wrong, or "" where nothing is.
func first(ds document.Diagnostics) string {
	if len(ds) == 0 {
		return ""
	}
	return ds[0].String()
}

// What is refused before anything of it is believed. The sentences are the same for each of
// axle's files, by its own name (BI5).
func TestParseFilesRefuses(t *testing.T) {
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	block := strings.Builder{}
	for i := range 101 {
		block.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	for _, c := range []struct{ id, text, want string }{
		{"B001", "", ":1:1: error AXLE1002: F is empty"},
		{"B001 only a marker", "---\n", ":1:1: error AXLE1002: F is empty"},
		{"B002", "# a\n# b\n", ":1:1: error AXLE1002: F is empty"},
		{"B003", "name: x\n\x00\x01", ":2:1: error AXLE1010: not a YAML text (byte 0x00 at offset 8)"},
		{"B003 escape", "name: \x1b[31m", ":1:7: error AXLE1010: not a YAML text (byte 0x1B at offset 6)"},
		{"B004", "a:\n\tb: c", ":2:1: error AXLE1013: tabs are not allowed for indentation"},
		{"B005", "stages: 1\na: 2\nstages: 3", `:3:1: error AXLE1005: key "stages" repeats line 1`},
		{"B005 behind quotes", "a: 1\n\"a\": 2", `:2:1: error AXLE1005: key "a" repeats line 1`},
		{"B006", "a: 1\n---\nb: 2", ":2:1: error AXLE1006: a second document starts; only one is allowed"},
		{"B006 broken", "a: 1\n---\n[", ":4:1: error AXLE1003: not YAML: did not find expected node content"},
		{"B007", "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]", ":1:4: error AXLE1007: aliases expand to more than 10,000 nodes"},
		{"B008", "a: &a [*a]", ":1:8: error AXLE1007: anchor a contains itself"},
		{"anchor alone", "a: &a x", ":1:4: error AXLE1007: aliases are not supported"},
		{"merge", "a:\n  <<: x", ":2:3: error AXLE1007: aliases are not supported"},
		{"no such anchor", "a: *x", ":1:1: error AXLE1007: aliases are not supported"},
		{"B009", "a:\n" + numbered(40_000, "  k%d: v\n"), ":2:3: error AXLE1008: mapping has 40,000 keys (max 1,000)"},
		{"B010", deep, ":1:101: error AXLE1008: nesting deeper than 100"},
		{"B010 beyond the library", strings.Repeat("[", 20_000), ":1:1: error AXLE1008: nesting deeper than 100"},
		{"B010 by indentation", block.String(), ":100:100: error AXLE1008: nesting deeper than 100"},
		{"BL04", "[" + strings.Repeat("a,", 200_001) + "]", ":1:400000: error AXLE1008: more than 200,000 values"},
		{"B029", "a: !!python/object x", ":1:4: error AXLE1009: tag !!python/object is not allowed"},
		{"B029 of CloudFormation", "a: !Ref x", ":1:4: error AXLE1009: tag !Ref is not allowed"},
		{"B029 harmless", "a: !!str x", ":1:4: error AXLE1009: tag !!str is not allowed"},
		{"B034 UTF-16", "\xff\xfea\x00", ":1:1: error AXLE1011: not UTF-8 (offset 0)"},
		{"B034 Latin-1", "a: 1\nb: caf\xe9", ":2:7: error AXLE1011: not UTF-8 (offset 11)"},
		{"B037", "name: a\u202eb", ":1:8: error AXLE1012: invisible direction character at column 8"},
		{"B037 in a comment", "a: 1 # \u2066", ":1:8: error AXLE1012: invisible direction character at column 8"},
		{"B037 behind an escape", `a: "\u202e"`, ":1:4: error AXLE1012: invisible direction character at column 4"},
		{"B083 page", "<!DOCTYPE html>\n<html>", ":1:1: error AXLE1014: this is an HTML page"},
		{"a mark inside", "a: \ufeffx", ":1:4: error AXLE1010: not a YAML text (character U+FEFF at offset 3)"},
		{"key that is a list", "? [a]\n: b", ":1:3: error AXLE1003: not YAML that axle reads: a key must be text, found a list"},
		{"number too big", "a: 1e400", ":1:4: error AXLE1017: number out of range"},
		{"no number", "a: .nan", ":1:4: error AXLE1017: number out of range"},
		{"colon", "a: b: c", ":1:1: error AXLE1003: not YAML: mapping values are not allowed in this context"},
		{"quote", "a: 'x\nb: c\n", ":3:1: error AXLE1003: not YAML: found unexpected end of stream"},
	} {
		for _, file := range []string{"pipeline.yaml", "product.yaml", "catalog.yaml"} {
			doc, ds := document.Parse(file, []byte(c.text), document.Files)
			if want := file + strings.ReplaceAll(c.want, "F is", file+" is"); first(ds) != want || doc != nil {
				t.Errorf("%s: got %s, want %s", c.id, first(ds), want)
			}
		}
	}
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// What looks odd and is fine.
func TestParseTakes(t *testing.T) {
	for _, c := range []struct{ id, text string }{
		{"B035", "\ufeffa: b"},
		{"B036", "a: b\r\nc: |\r\n  d\r\n"},
		{"unicode", "ключ: значение 🚀"},
		{"marker and end", "---\na: b\n...\n"},
		{"1,000 keys", numbered(1_000, "k%d: v\n")},
		{"depth 100", strings.Repeat("[", 100) + strings.Repeat("]", 100)},
		{"tab after a key", "a:\tb"},
		{"<< in quotes", `"<<": x`},
	} {
		if _, ds := document.Parse("f.yaml", []byte(c.text), document.Files); ds != nil {
			t.Errorf("%s: %v", c.id, ds)
		}
	}
}

// B011, B051, B086: too big is said before it is read.
func TestCheckSize(t *testing.T) {
	for _, c := range []struct {
		size    int64
		dialect document.Dialect
		want    string
	}{
		{1_000_000, document.Files, ""},
		{1_000_001, document.Files, "x.yaml: error AXLE1008: file is 1,000,001 bytes (max 1 MB)"},
		{1_000_000_000, document.Files, "x.yaml: error AXLE1008: file is 1.0 GB (max 1 MB)"},
		{1_200_000, document.Templates, "x.yaml: error AXLE1008: template is 1.2 MB; CloudFormation allows 1 MB by S3"},
		{100_000_000, document.Templates, "x.yaml: error AXLE1008: template is 100 MB; CloudFormation allows 1 MB by S3"},
	} {
		if got := first(document.CheckSize("x.yaml", c.size, c.dialect)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if _, ds := document.Parse("x.yaml", make([]byte, 1_000_001), document.Files); document.CodeOf(ds) != "AXLE1008" {
		t.Error("Parse reads what is too big:", ds)
	}
}

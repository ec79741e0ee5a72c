package document_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/axle-cd/axle/document"
)

// CLI-24: two edits, three from eight letters on.
func TestNearest(t *testing.T) {
	known := []string{"stages", "name", "on_expiry", "products", "us-east-1", "us-east-2", "a"}
	for _, c := range []struct{ word, want string }{
		{"stagse", "stages"}, {"Stages", "stages"}, {"stags", "stages"}, {"on_expirey", "on_expiry"}, {"prodcts", "products"},
		{"us-east-9", "us-east-1"}, {"poducktz", "products"}, {"nothing", ""}, {"stgx", ""}, {"b", ""}, {"", ""},
	} {
		if got := document.Nearest(c.word, known); got != c.want {
			t.Errorf("%s: got %q, want %q", c.word, got, c.want)
		}
	}
}

// CLI-6
func TestDuration(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
		back string
	}{
		{"30m", 30 * time.Minute, "30m"}, {"60m", time.Hour, "1h"}, {"72h", 72 * time.Hour, "72h"}, {"90d", 90 * 24 * time.Hour, "90d"},
		{"90s", 90 * time.Second, "90s"}, {"0s", 0, "0s"}, {"-5m", -5 * time.Minute, "-5m"}, {"4d", 96 * time.Hour, "96h"},
	} {
		d, err := document.ParseDuration(c.text)
		if err != nil || time.Duration(d) != c.want || d.String() != c.back {
			t.Errorf("%s: got %v %v", c.text, d, err)
		}
		raw, err := json.Marshal(d)
		var again document.Duration
		if err != nil || json.Unmarshal(raw, &again) != nil || again != d {
			t.Errorf("%s: %s reads as %v", c.text, raw, again)
		}
	}
	for _, text := range []string{"", "m", "10", "1.5h", "1h30m", "+1h", "1 h", "1w", "one", "1H"} {
		if d, err := document.ParseDuration(text); document.CodeOf(err) != "AXLE1015" {
			t.Errorf("%q: got %v %v", text, d, err)
		}
	}
}

// CLI-4
func TestAccountID(t *testing.T) {
	for id, want := range map[document.AccountID]bool{"012345678901": true, "12345678901": false, "1234567890123": false, "12345678901x": false, "": false} {
		if id.Valid() != want {
			t.Errorf("%s: %v", id, !want)
		}
	}
}

// CLI-23: the frame is the line, the source, a caret and the hint.
func TestFrame(t *testing.T) {
	doc, ds := document.Parse("pipeline.yaml", []byte("stages:\n  beta:\n    account: { id: 011111111111, role: CatalogBetaDeploy }\n"), document.Files)
	if ds != nil {
		t.Fatal(ds)
	}
	got := doc.Fault("AXLE1004", "expected text, found a number", `quote it: "011111111111"`, "stages", "beta", "account", "id").Frame()
	want := `pipeline.yaml:3:20: error AXLE1004: expected text, found a number (at stages.beta.account.id)
     3 |     account: { id: 011111111111, role: CatalogBetaDeploy }
       |                    ^
  hint: quote it: "011111111111"`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What may stand before and after the place.
func TestFrames(t *testing.T) {
	for _, c := range []struct {
		why, text string
		path      []string
		want      string
	}{
		{"the caret counts characters", "ключ: { id: 01 }", []string{"ключ", "id"}, "f:1:13: error C: s (at ключ.id)\n     1 | ключ: { id: 01 }\n       |             ^"},
		{"a tab is one space", "a:\t1", []string{"a"}, "f:1:4: error C: s (at a)\n     1 | a: 1\n       |    ^"},
		{"CRLF", "a: b\r\nc: d\r\n", []string{"c"}, "f:2:4: error C: s (at c)\n     2 | c: d\n       |    ^"},
		{"what is absent is said where it would be", "a: { b: 1 }", []string{"a", "c", "d"}, "f:1:4: error C: s (at a.c.d)\n     1 | a: { b: 1 }\n       |    ^"},
		{"lists are counted", "a: [x, y]", []string{"a", "1"}, "f:1:8: error C: s (at a[1])\n     1 | a: [x, y]\n       |        ^"},
		{"a long line is cut", "a: " + strings.Repeat("x", 300), []string{"a"}, "f:1:4: error C: s (at a)\n     1 | a: " + strings.Repeat("x", 197) + "…\n       |    ^"},
		{"beyond the cut there is no line", `{"` + strings.Repeat("x", 300) + `": 1, b: 2}`, []string{"b"}, "f:1:312: error C: s (at b)"},
	} {
		doc, ds := document.Parse("f", []byte(c.text), document.Files)
		if ds != nil {
			t.Fatal(ds)
		}
		if got := doc.Fault("C", "s", "", c.path...).Frame(); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.why, got, c.want)
		}
	}
}

// CLI-54: foreign text cannot reach the terminal's controls; a secret's line is not shown.
func TestFrameIsPrintable(t *testing.T) {
	d := document.Diagnostic{File: "a\x1b[2J.yaml", Line: 1, Col: 6, Severity: document.SeverityError, Code: "C", Summary: "x\ny", Source: "\x1b[31mred", Hint: "h\u202e"}
	want := "a\\x1b[2J.yaml:1:6: error C: x\\ny\n     1 | \\x1b[31mred\n       |         ^\n  hint: h\\u202e"
	if got := d.Frame(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := d.Secret().Frame(); strings.Contains(got, "red") {
		t.Error(got)
	}
}

func TestDiagnostics(t *testing.T) {
	ds := document.Diagnostics{
		{File: "b", Line: 1, Code: "2"}, {File: "a", Line: 2, Code: "1"}, {File: "a", Line: 1, Col: 2}, {File: "a", Line: 1, Col: 1, Code: "2"}, {File: "a", Line: 1, Col: 1, Code: "1", Summary: "z"}, {File: "a", Line: 1, Col: 1, Code: "1", Summary: "y"},
	}
	ds.Sort()
	var got []string
	for _, d := range ds {
		got = append(got, d.Code+d.Summary)
	}
	if s := strings.Join(got, " "); s != "1y 1z 2  1 2" {
		t.Error(s)
	}
	if (document.Diagnostics{document.Diagnostic{}.Warning()}).Err() != nil || ds.Err() == nil {
		t.Error("warnings stop nothing, errors do")
	}
	err := document.Fail("AXLE1", "it broke", "mend it", io.EOF)
	if !errors.Is(err, io.EOF) || err.Error() != "AXLE1: it broke: EOF; mend it" || document.CodeOf(err) != "AXLE1" || document.CodeOf(io.EOF) != "" {
		t.Error(err)
	}
}

// Rules across keys, and the files that keys name: B044 B045 B046 B047 B048.
func TestChecks(t *testing.T) {
	doc, ds := document.Parse("f.yaml", []byte(`
plain: [here/template.yaml, link.yaml, through/x, here, fifo, Here/template.yaml, gone, ../out, far/x]
globs: ["*/*.yaml", "x/*.yaml"]
folder: here/template.yaml
root: .
absent: here/absent/x
one: { a: 1, b: 2 }
`), document.Files)
	if ds != nil {
		t.Fatal(ds)
	}
	tree := fstest.MapFS{
		"top/here/template.yaml": {}, "top/link.yaml": {Mode: 1 << 27}, "top/through": {Mode: 1 << 27}, "top/fifo": {Mode: 1 << 25}, "top/far": {Mode: 1 << 19}, // a submodule
	}
	c := document.Checks{Doc: doc}
	c.Tree(tree, "top", document.AFile, "plain")
	c.Tree(tree, "top", document.AGlob, "globs")
	c.Tree(tree, "top", document.AFolder, "folder")
	c.Tree(tree, "top", document.AFolder, "root")
	c.Tree(tree, "top", document.AFile, "absent")
	c.Tree(tree, "top", document.AFile, "not", "there")
	c.One("one", []string{"a", "b", "c"}, "one")
	c.Unsupported("one", "use two", "one")
	c.Unsupported("three", "use two", "three")
	c.FailKey("C", "by its key", "", "one", "b")
	c.Found.Sort()
	want := `f.yaml:2:29: error AXLE1041: link.yaml is a symbolic link; not allowed (at plain[1])
f.yaml:2:40: error AXLE1041: through is a symbolic link; not allowed (at plain[2])
f.yaml:2:51: error AXLE1041: path here: is a directory, a file is needed (at plain[3])
f.yaml:2:57: error AXLE1041: path fifo: is not a regular file (at plain[4])
f.yaml:2:63: error AXLE1041: path Here/template.yaml: not found (at plain[5])
f.yaml:2:83: error AXLE1041: path gone: not found (at plain[6])
f.yaml:2:97: error AXLE1041: submodule far not fetched; not supported (at plain[8])
f.yaml:3:21: error AXLE1041: path x/*.yaml: matches no file (at globs[1])
f.yaml:4:9: error AXLE1041: path here/template.yaml: is a file, a directory is needed (at folder)
f.yaml:6:9: error AXLE1041: path here/absent/x: not found (at absent)
f.yaml:7:1: warning AXLE1037: not supported by this version: one (at one)
f.yaml:7:6: error AXLE1038: one needs one of a, b, c (at one)
f.yaml:7:14: error C: by its key (at one)`
	if got := c.Found.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if c.Found[4].Hint != "did you mean here?" {
		t.Error(c.Found[4].Hint)
	}
}

// A file that was not read gives no places, and no panic.
func TestNoDocument(t *testing.T) {
	var doc *document.Doc
	if got := doc.Fault("C", "s", "", "a", "b").String(); got != "error C: s (at a.b)" {
		t.Error(got)
	}
	if (*document.Node)(nil).Get("x") != nil || (*document.Node)(nil).Plain() != nil {
		t.Error("a node that is not there holds nothing")
	}
}

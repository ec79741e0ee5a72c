package document_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/axle-cd/axle/document"
)

var seeds = []string{
	"", "# c", "a: b", "a: [b, {c: d}]\n", "a: |\n  x\n", "a: &a [*a]", "<<: x", "a: !Ref b", "- !GetAtt a.b", "--- a\n--- b", "\ufeffa: b\r\n",
	"a:\n\tb: c", "? a\n: b", `{"a": [1, -2.5e3, "\u00e9", true, null]}`, `{"a": 1,}`, "{a: 1", "a: 'b", "a: 0x1F", "a: .inf", "\xff\xfe", "%YAML 1.2\n---\na",
}

// Whatever it is given, the reader gives a document or says what is wrong, at a place that is
// there, in printable words.
func fuzzParse(f *testing.F, dialect document.Dialect) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, ds := document.Parse("f.yaml", data, dialect)
		if (doc == nil) == (len(ds) == 0) {
			t.Fatal("neither a document nor what is wrong", ds)
		}
		for _, d := range ds {
			if d.Code == "" || d.Summary == "" || d.Line < 1 || d.Col < 1 || !utf8.ValidString(d.Frame()) {
				t.Errorf("%+v", d)
			}
		}
		if doc == nil {
			return
		}
		doc.Root.Plain()
		places(t, doc, doc.Root, 0)
		var into struct {
			A []map[string]string `yaml:"a" check:"path"`
		}
		doc.Decode(&into)
	})
}

// places asks that every node has one, and that nothing is deeper than it may be.
func places(t *testing.T, doc *document.Doc, n *document.Node, depth int) {
	if n.Line < 1 || n.Col < 1 || n.Kind == 0 || depth > 200 {
		t.Fatalf("%+v at depth %d", n, depth)
	}
	doc.Diag(n, "C", "p", "s", "").Frame()
	for _, p := range n.Pairs {
		places(t, doc, p.Key, depth+1)
		places(t, doc, p.Value, depth+1)
	}
	for _, item := range n.Items {
		places(t, doc, item, depth+1)
	}
}

func FuzzFiles(f *testing.F)     { fuzzParse(f, document.Files) }
func FuzzTemplates(f *testing.F) { fuzzParse(f, document.Templates) }

// What the strict reader takes is JSON, with the value that encoding/json gives it; what it
// refuses as no JSON is none.
func FuzzJSON(f *testing.F) {
	for _, s := range append(seeds, `[1.0, 10, 1E+2, "\ud83d\ude80", "\ud800x", "a\/b"]`, `{"a":{"b":[]}}`, `-0`, `[01]`, `[1.]`, `[-]`) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, ds := document.Parse("f.json", []byte(text), document.Templates)
		valid := json.Valid([]byte(strings.TrimPrefix(text, "\ufeff")))
		if doc == nil && valid && ds[0].Code == "AXLE1003" {
			t.Fatalf("%q is JSON: %v", text, ds)
		}
		if doc == nil {
			return
		}
		if !valid {
			t.Fatalf("%q is not JSON", text)
		}
		var want any
		if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &want); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(doc.Root.Plain())
		if err != nil {
			t.Fatal(err)
		}
		var again any
		if err := json.Unmarshal(got, &again); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again, want) { // by value: -0 is 0
			t.Fatalf("%q: got %v, want %v", text, again, want)
		}
	})
}

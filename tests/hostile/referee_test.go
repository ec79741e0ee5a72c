package hostile

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// ambiguous are texts that one reader takes for another thing than the next. M15 T12.
var ambiguous = []struct{ name, text string }{
	{"plain", "a: 1\nb: [x, 'y', \"z\"]\nc: { d: true }\n"},
	{"a key twice", "a: 1\na: 2\n"},
	{"a key twice, quoted", "a: 1\n'a': 2\n"},
	{"a key twice, deep", "a: { b: { c: 1, c: 2 } }\n"},
	{"a number and a text for keys", "1: a\n'1': b\n"},
	{"two documents", "a: 1\n---\nb: 2\n"},
	{"a document's end", "a: 1\n...\n"},
	{"merge", "a: &a { b: 1 }\nc:\n  <<: *a\n"},
	{"an alias", "a: &a 1\nb: *a\n"},
	{"yes and no", "a: yes\nb: no\nc: on\nd: off\ne: y\n"},
	{"capital booleans", "a: True\nb: FALSE\nc: Yes\n"},
	{"octal of 1.1", "a: 010\n"},
	{"octal of 1.2", "a: 0o10\n"},
	{"an account id with a zero", "a: 012345678901\n"},
	{"an account id", "a: 123456789012\n"},
	{"hexadecimal and binary", "a: 0x1F\nb: 0b11\n"},
	{"sexagesimal", "a: 1:30\nb: 22:22:22\n"},
	{"underscores", "a: 1_000\n"},
	{"signs", "a: +1\nb: -1\n"},
	{"exponents", "a: 1e3\nb: 1.0e+3\n"},
	{"infinity and not a number", "a: .inf\nb: .nan\n"},
	{"a date", "a: 2012-10-17\n"},
	{"a time", "a: 2001-12-14t21:59:43.10-05:00\n"},
	{"nulls", "a:\nb: ~\nc: null\nd: Null\n"},
	{"a byte order mark", "\ufeffa: 1\n"},
	{"carriage returns", "a: 1\r\nb: 2\r\n"},
	{"lone carriage returns", "a: 1\rb: 2\r"},
	{"a line separator", "a: 1\u2028b: 2\n"},
	{"a next line", "a: x\u0085b: 2\n"},
	{"folded and literal", "a: >-\n  x\n  y\n\n  z\nb: |+\n  x\n\n"},
	{"a tag of YAML", "a: !!str 1\nb: !!int '2'\n"},
	{"a binary tag", "a: !!binary aGVsbG8=\n"},
	{"a set", "a: !!set { x, y }\n"},
	{"an object of a language", "a: !!python/object/apply:os.system [id]\n"},
	{"a tab behind a value", "a: 1\t# x\n"},
	{"a tab for an indent", "a:\n\tb: 1\n"},
	{"a colon in a value", "a: b:c\nd: e#f\n"},
	{"a hash in a text", "a: x #y\nb: 'x #y'\n"},
	{"a question mark", "? a\n: 1\n"},
	{"a list for a key", "? [a, b]\n: 1\n"},
	{"short forms", "a: !Ref b\nc: !GetAtt d.e\nf: !Sub '${g}'\nh: !Join ['', [x]]\n"},
	{"a short form of a list", "a: !GetAtt [d, e]\n"},
	{"a short form of a list in a text", "a: !GetAtt d.e.f\n"},
	{"a directive", "%YAML 1.1\n---\na: yes\n"},
	{"JSON", `{"a": 1, "b": [true, null], "c": "\u0041"}`},
	{"JSON with a key twice", `{"a": 1, "a": 2}`},
	{"JSON with a comma behind", `{"a": 1,}`},
	{"JSON with tabs", "{\n\t\"a\": 1\n}\n"},
	{"JSON with a comment", "{\"a\": 1 /* x */}"},
	{"JSON with a lone surrogate", `{"a": "\ud800"}`},
	{"JSON with a large number", `{"a": 12345678901234567890}`},
	{"YAML with a surrogate", `a: "\ud800"`},
	{"escapes", `a: "\x41\u00e9\t"`},
	{"a NUL", "a: \"x\\0y\"\n"},
}

// referee is cfn-lint's own reader.
const referee = `
import json, sys
from cfnlint.decode import decode_str
out = []
for text in json.load(sys.stdin):
    try:
        tree, wrong = decode_str(text)
        out.append({"refused": wrong[0].message} if wrong else {"tree": tree})
    except Exception as e:
        out.append({"refused": repr(e)})
json.dump(out, sys.stdout, default=str)
`

func refereed(t *testing.T) []struct {
	Refused string
	Tree    any
} {
	t.Helper()
	var texts []string
	for _, a := range ambiguous {
		texts = append(texts, a.text)
	}
	in, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("python3", "-c", "import cfnlint").CombinedOutput(); err != nil {
		t.Skipf("cfn-lint, the referee, is not installed for python3: %v %.200s", err, out)
	}
	cmd := exec.Command("python3", "-c", referee)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	// What JSON cannot say, Python says all the same.
	out = []byte(strings.NewReplacer("Infinity", `"inf"`, "NaN", `"nan"`).Replace(string(out)))
	var all []struct {
		Refused string
		Tree    any
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.UseNumber()
	if err := dec.Decode(&all); err != nil || len(all) != len(texts) {
		t.Fatal(len(all), err)
	}
	return all
}

// Whatever cfn-lint reads, axle reads the same, or refuses. It never reads it as something else.
func TestSameTreeAsCfnLintOrRefused(t *testing.T) {
	theirs := refereed(t)
	same := 0
	for i, a := range ambiguous {
		doc, ds := document.Parse("t.yaml", []byte(a.text), document.Templates)
		if ds.Err() != nil {
			continue
		}
		ours := plain(doc.Root)
		if theirs[i].Refused == "" && reflect.DeepEqual(ours, normal(theirs[i].Tree)) {
			same++
			continue
		}
		t.Errorf("%s: %q\naxle     %v\ncfn-lint %v %s", a.name, a.text, ours, theirs[i].Tree, theirs[i].Refused)
	}
	if same < 10 {
		t.Errorf("only %d texts are read at all", same)
	}
}

// plain is a node as JSON has it.
func plain(n *document.Node) any {
	switch n.Kind {
	case document.Mapping:
		m := map[string]any{}
		for _, p := range n.Pairs {
			m[p.Key.Value] = plain(p.Value)
		}
		return m
	case document.Sequence:
		l := []any{}
		for _, item := range n.Items {
			l = append(l, plain(item))
		}
		return l
	case document.Bool:
		return strings.EqualFold(n.Value, "true")
	case document.Number:
		return number(n.Value)
	case document.Null:
		return nil
	}
	return n.Value
}

// normal is what the referee has read, with its numbers as plain has them.
func normal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = normal(v[k])
		}
	case []any:
		for i := range v {
			v[i] = normal(v[i])
		}
	case json.Number:
		return number(v.String())
	}
	return v
}

func number(text string) any {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "number " + text
	}
	return f
}

package document_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

type ruled struct {
	Tags  map[string]string `yaml:"tags" check:"tags"`
	Short string            `yaml:"short" check:"max=3"`
	Many  []int             `yaml:"many" check:"most=2,min=1,max=9"`
	Shape struct {
		Round  bool `yaml:"round"`
		Square bool `yaml:"square" check:"only=true"`
	} `yaml:"shape" check:"of=shape,required"`
	Wait  document.Duration `yaml:"wait" check:"min=1m,max=2h"`
	Calm  document.Duration `yaml:"calm" check:"min=0s,max=2h"`
	Names map[string]int    `yaml:"names" check:"keys=spoke"`
}

// Each rule of a check tag, on a document that breaks it. B021, B024, B193
func TestRules(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"tags: { \"aws:a\": b }", "prefix aws: is reserved"},
		{"tags: { \"Axle:a\": b }", "prefix axle: is reserved"},
		{"tags: { \"\": b }", "a tag's key has 1 to 128 characters"},
		{"tags: { " + strings.Repeat("k", 129) + ": b }", "a tag's key has 1 to 128 characters"},
		{"tags: { k: " + strings.Repeat("v", 257) + " }", "a tag's value has at most 256 characters"},
		{"tags: { k: \"a;b\" }", "tags hold letters, digits, spaces and _.:/=+-@ only"},
		{"tags: {" + strings.Repeat(" ", 1) + numbered(21, "k%d: v,") + "}", "21 tags (max 20)"},
		{"tags: { Kostenstelle ü: a/b=c+d-e@f }", ""},
		{"short: äöü", ""},
		{"short: äöüx", "short has 4 characters (max 3)"},
		{"many: [1, 9]", ""},
		{"many: [1, 2, 3]", "many has 3 entries (max 2)"},
		{"many: [0]", "many 0 is out of range (1 .. 9)"},
		{"many: [10]", "many 10 is out of range (1 .. 9)"},
		{"many: [9223372036854775808]", "number out of range"},
		{"many: [1.5]", "expected a whole number, found 1.5"},
		{"many: [-01]", "-01 reads as octal"},
		{"shape: {}", "shape is empty; at least 1 is needed"},
		{"shape: { rund: true }", `unknown shape "rund"; shapes are round, square`},
		{"shape: { square: false }", "square false is not supported; write square: true"},
		{"wait: 59s", "wait 59s is out of range (1m .. 2h)"},
		{"wait: 0", "wait 0 is out of range (1m .. 2h)"},
		{"wait: 5", "wait 5 has no unit"},
		{"calm: 0", "calm 0 has no unit"},
		{"calm: 0s", ""},
		{"names: { on: 1 }", `"on" reads as true in YAML 1.1`},
		{"names: { \"on\": 1 }", ""},
		{"names: { \"\": 1 }", "spoke name is empty"},
		{"names: { \"a\\u0007b\": 1 }", `spoke name holds "\a" at column 2`},
		{"names: { \"a \": 1 }", "spoke name begins or ends with a space"},
	} {
		text := c.text
		if !strings.Contains(text, "shape:") {
			text += "\nshape: { round: true }"
		}
		doc, ds := document.Parse("f.yaml", []byte(text), document.Files)
		if ds == nil {
			ds = doc.Decode(&ruled{})
		}
		got := ""
		if len(ds) > 0 {
			got = ds[0].Summary
		}
		if got != c.want || len(ds) > 1 {
			t.Errorf("%s: got %q, want %q", c.text, ds, c.want)
		}
	}
}

// CLI-5: two references exist, anywhere in a text; nothing else that begins so does. B032, B033
func TestReferences(t *testing.T) {
	for text, want := range map[string]string{
		"${secret:slack}": "", "a ${ssm:/org/x} b ${secret:team/y.z}": "", "$x {y}": "", "100 $": "",
		"${ssm:org}": "${ssm:org}", "${secret:}": "${secret:}", "${}": "${}", "${{ a }}": "${{ a }}", "${env:HOME}": "${env:HOME}",
		"${secret:a} ${b}": "${b}", "${secret:${ssm:/a}}": "${secret:${ssm:/a}", "${": "${", "${" + strings.Repeat("x", 60): "${" + strings.Repeat("x", 38),
	} {
		doc, ds := document.Parse("f.yaml", []byte("a: '"+text+"'"), document.Files)
		if ds != nil {
			t.Fatal(ds)
		}
		got := doc.Decode(&struct {
			A string `yaml:"a"`
		}{})
		if want == "" && got != nil || want != "" && (len(got) != 1 || !strings.Contains(got[0].Summary, `"`+want+`"`)) {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// A document with faults without end is told of the first, and that there are more.
func TestFaultsHaveAnEnd(t *testing.T) {
	doc, ds := document.Parse("f.yaml", []byte("many:\n"+strings.Repeat("- x\n", 5_000)), document.Files)
	if ds != nil {
		t.Fatal(ds)
	}
	ds = doc.Decode(&ruled{})
	if len(ds) != 1_001 || !strings.Contains(ds.Error(), "more than 1,000 faults; the rest is not shown") {
		t.Error(len(ds))
	}
}

// B074: octals are corrected as they were meant.
func TestOctals(t *testing.T) {
	for raw, want := range map[string]string{"0080": "80", "-010": "-10", "00": "0", "0_7": "7"} {
		_, ds := document.Parse("t.yaml", []byte("Port: "+raw), document.Templates)
		if want := raw + " reads as octal; write " + want + " or quote it"; len(ds) != 1 || ds[0].Summary != want {
			t.Errorf("%s: got %v", raw, ds)
		}
	}
	if _, ds := document.Parse("t.yaml", []byte("[0, 10, 0.5, -1, '0080']"), document.Templates); ds != nil {
		t.Error(ds)
	}
}

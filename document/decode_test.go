package document_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

type shared struct {
	Timeout document.Duration `yaml:"timeout" check:"min=1s,max=24h"`
}

type sample struct {
	shared   `yaml:",inline"`
	Schema   int                 `yaml:"schema" check:"only=1"`
	Name     string              `yaml:"name" check:"name=thing,required"`
	Account  document.AccountID  `yaml:"account"`
	Ratio    *float64            `yaml:"ratio" check:"min=0,max=1"`
	On       bool                `yaml:"active"`
	Default  *string             `yaml:"default,scalar"`
	Allowed  []string            `yaml:"allowed,scalar" check:"least=1,most=3,unique"`
	Labels   map[string]string   `yaml:"labels"`
	Parts    map[string]*part    `yaml:"parts" check:"keys=part"`
	Free     map[string]any      `yaml:"free"`
	List     []part              `yaml:"list"`
	Lists    map[string][]string `yaml:"lists" check:"region"`
	Day      string              `yaml:"day" check:"date"`
	Unlisted string
	Ignored  string `yaml:"-"`
}

type part struct {
	Role string `yaml:"role" check:"required,role"`
	Path string `yaml:"path" check:"path"`
}

func decoded(t *testing.T, text string) (sample, document.Diagnostics) {
	t.Helper()
	doc, ds := document.Parse("f.yaml", []byte(text), document.Files)
	if ds != nil {
		t.Fatal(ds)
	}
	var s sample
	return s, doc.Decode(&s)
}

func TestDecode(t *testing.T) {
	doc, ds := document.Parse("f.yaml", []byte(`
schema: 1
name: Käse
timeout: 90m
account: "012345678901"
ratio: 0.5
active: true
default: 0080
allowed: [yes, 1.0, x]
labels: { a: "1", "no": b }
parts: { one: { role: R, path: a/b } }
free: { n: 1, f: 1.5, b: false, z: null, l: [x], m: { k: v }, v: "${secret:x}" }
list: [{ role: S }]
lists: { here: [eu-west-1] }
day: 2028-12-31
`), document.Files)
	if ds != nil {
		t.Fatal(ds)
	}
	var got sample
	if ds := doc.Decode(&got); ds != nil {
		t.Fatal(ds)
	}
	half, octal := 0.5, "0080"
	want := sample{
		shared: shared{document.Duration(90 * time.Minute)}, Schema: 1, Name: "Käse", Account: "012345678901", Ratio: &half, On: true, Default: &octal,
		Allowed: []string{"yes", "1.0", "x"}, Labels: map[string]string{"a": "1", "no": "b"},
		Parts: map[string]*part{"one": {"R", "a/b"}}, List: []part{{Role: "S"}}, Lists: map[string][]string{"here": {"eu-west-1"}}, Day: "2028-12-31",
		Free: map[string]any{"n": int64(1), "f": 1.5, "b": false, "z": nil, "l": []any{"x"}, "m": map[string]any{"k": "v"}, "v": "${secret:x}"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Each line is a document and all that is said of it: position, code, sentence and key path.
func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"name: x\nnmae: y", `f.yaml:2:1: error AXLE1001: unknown key "nmae"`},
		{"name: x\nUnlisted: y", `f.yaml:2:1: error AXLE1001: unknown key "Unlisted"`},
		{"name: x\nIgnored: y", `f.yaml:2:1: error AXLE1001: unknown key "Ignored"`},
		{"{}", "f.yaml:1:1: error AXLE1019: name is required"},
		{`name: " "`, "f.yaml:1:7: error AXLE1032: thing name begins or ends with a space (at name)"},
		{"name: 1.0", "f.yaml:1:7: error AXLE1004: expected text, found a number (at name)"},
		{"name: true", "f.yaml:1:7: error AXLE1004: expected text, found true or false (at name)"},
		{"name: ~", "f.yaml:1:7: error AXLE1004: expected text, found nothing (at name)"},
		{"name: [x]", "f.yaml:1:7: error AXLE1004: expected text, found a list (at name)"},
		{"schema: 2\nname: x", "f.yaml:1:9: error AXLE1036: schema 2 is not supported; write schema: 1 (at schema)"},
		{"schema: \"1\"\nname: x", "f.yaml:1:9: error AXLE1004: expected a number, found text (at schema)"},
		{"schema: 01\nname: x", "f.yaml:1:9: error AXLE1018: 01 reads as octal (at schema)"},
		{"name: x\nratio: 1.1", "f.yaml:2:8: error AXLE1021: ratio 1.1 is out of range (0 .. 1) (at ratio)"},
		{"name: x\nratio: -0.1", "f.yaml:2:8: error AXLE1021: ratio -0.1 is out of range (0 .. 1) (at ratio)"},
		{"name: x\nallowed: []", "f.yaml:2:10: error AXLE1019: allowed is empty; at least 1 is needed (at allowed)"},
		{"name: x\nallowed: [a, b, c, d]", "f.yaml:2:10: error AXLE1023: allowed has 4 entries (max 3) (at allowed)"},
		{"name: x\nallowed: [a, a]", `f.yaml:2:14: error AXLE1024: "a" repeats line 2 (at allowed)`},
		{"name: x\nallowed: [[a]]", "f.yaml:2:11: error AXLE1004: expected text, found a list (at allowed[0])"},
		{"name: x\nparts: { a: { role: R, path: ../x } }", "f.yaml:2:30: error AXLE1026: path ../x: leaves the repository (at parts.a.path)"},
		{"name: x\nparts: { a: {} }", "f.yaml:2:13: error AXLE1019: role is required (at parts.a)"},
		{"name: x\nparts: { a/b: { role: R } }", `f.yaml:2:10: error AXLE1032: part name holds "/" at column 2 (at parts.a/b)`},
		{"name: x\nlist: [{ role: a b }]", `f.yaml:2:16: error AXLE1031: role "a b" is not the name of a role (at list[0].role)`},
		{"name: x\nlists: { a: [eu-west-9] }", `f.yaml:2:14: error AXLE1025: unknown region "eu-west-9" (at lists.a[0])`},
		{"name: x\ntimeout: 25h", "f.yaml:2:10: error AXLE1021: timeout 25h is out of range (1s .. 24h) (at timeout)"},
		{"name: x\ntimeout: soon", `f.yaml:2:10: error AXLE1015: timeout "soon" is not a duration (at timeout)`},
		{"name: x\nday: tomorrow", `f.yaml:2:6: error AXLE1027: "tomorrow" is not a date (at day)`},
		{"name: x\nfree: { a: { b: [\"${x}\"] } }", `f.yaml:2:18: error AXLE1035: unknown reference "${x}"; known are ${ssm:..}, ${secret:..} (at free.a.b[0])`},
		{"name: x\nfree: { \"$(id)\": 1 }", "f.yaml:2:9: error AXLE1034: command substitution is not supported (at free.$(id))"},
		{"- a", "f.yaml:1:1: error AXLE1004: f.yaml must be a mapping, found a list"},
	} {
		if _, ds := decoded(t, c.text); ds.Error() != c.want {
			t.Errorf("%q:\ngot  %s\nwant %s", c.text, ds.Error(), c.want)
		}
	}
}

// CLI-23: all errors at once, in the order of the file.
func TestDecodeSaysAll(t *testing.T) {
	_, ds := decoded(t, "list: [1, { role: 2 }]\nname: 3\nratio: x\n")
	var places []string
	for _, d := range ds {
		place, _, _ := strings.Cut(d.String(), ": error")
		places = append(places, place)
	}
	if got := strings.Join(places, " "); got != "f.yaml:1:8 f.yaml:1:19 f.yaml:2:7 f.yaml:3:8" {
		t.Error(got)
	}
}

// A check tag that names no rule is a fault of axle, and never passes.
func TestUnknownRule(t *testing.T) {
	doc, _ := document.Parse("f.yaml", []byte("a: b"), document.Files)
	var v struct {
		A string `yaml:"a" check:"requird"`
	}
	if ds := doc.Decode(&v); document.CodeOf(ds) != "AXLE1099" {
		t.Error(ds)
	}
}

func TestForms(t *testing.T) {
	type forms struct {
		Email  string `yaml:"email" check:"email"`
		URL    string `yaml:"url" check:"url"`
		ARN    string `yaml:"arn" check:"arn=sns"`
		Any    string `yaml:"any" check:"arn"`
		Branch string `yaml:"branch" check:"branch"`
		Unit   string `yaml:"unit" check:"ou"`
		Org    string `yaml:"org" check:"org"`
		Path   string `yaml:"path" check:"path"`
		Enum   string `yaml:"enum" check:"enum=reference|import"`
	}
	for _, c := range []struct{ text, code string }{
		{"email: a@b", ""}, {"email: a", "AXLE1029"}, {"email: A <a@b>", "AXLE1029"},
		{"url: https://a/b?c=d", ""}, {"url: a.example", "AXLE1028"}, {"url: 'javascript:x'", "AXLE1028"}, {"url: 'https://'", "AXLE1028"},
		{"arn: 'arn:aws:sns:eu-west-1:999999999999:x'", ""}, {"arn: 'arn:aws:sqs:eu-west-1:999999999999:x'", "AXLE1030"}, {"any: 'arn:aws-cn:iam:::role/x'", ""}, {"any: x", "AXLE1030"},
		{"branch: release/1.x", ""}, {"branch: -x", "AXLE1039"}, {"branch: a..b", "AXLE1039"}, {"branch: 'a*'", "AXLE1039"}, {`branch: ""`, "AXLE1039"}, {"branch: x.lock", "AXLE1039"},
		{"unit: ou-ab12-11111111", ""}, {"unit: r-ab12", ""}, {"unit: ou-1", "AXLE1040"},
		{"org: o-exampleorg1", ""}, {"org: o-1", "AXLE1040"},
		{"path: a/./b/", ""}, {"path: a..b/c", ""}, {`path: ""`, "AXLE1026"}, {"path: ..", "AXLE1026"}, {`path: "a\0"`, "AXLE1026"}, {`path: 'a\b'`, "AXLE1026"}, {"path: C:x", "AXLE1026"},
		{"enum: import", ""}, {"enum: imports", "AXLE1022"},
	} {
		doc, ds := document.Parse("f.yaml", []byte(c.text), document.Files)
		if ds != nil {
			t.Fatal(ds)
		}
		if code := document.CodeOf(doc.Decode(&forms{})); code != c.code {
			t.Errorf("%s: got %q, want %q", c.text, code, c.code)
		}
	}
}

package document_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// Short forms are their long forms, nested ones too, and at the place they are written.
func TestShortForms(t *testing.T) {
	for _, c := range []struct{ yaml, long string }{
		{"!Ref Bucket", `{"Ref": "Bucket"}`},
		{"!Condition IsProd", `{"Condition": "IsProd"}`},
		{"!GetAtt Bucket.Arn", `{"Fn::GetAtt": ["Bucket", "Arn"]}`},
		{"!GetAtt Stack.Outputs.Name", `{"Fn::GetAtt": ["Stack", "Outputs.Name"]}`},
		{"!GetAtt [Bucket, !Ref Attribute]", `{"Fn::GetAtt": ["Bucket", {"Ref": "Attribute"}]}`},
		{"!Sub '${A}-b'", `{"Fn::Sub": "${A}-b"}`},
		{"!Sub ['${A}', {A: !Ref B}]", `{"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}`},
		{"!Join ['-', [a, !Ref B]]", `{"Fn::Join": ["-", ["a", {"Ref": "B"}]]}`},
		{"!If [C, !Ref A, !Ref 'AWS::NoValue']", `{"Fn::If": ["C", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}`},
		{"!Select [0, !GetAZs '']", `{"Fn::Select": [0, {"Fn::GetAZs": ""}]}`},
		{"!Base64 true", `{"Fn::Base64": "true"}`},
		{"!ImportValue 12", `{"Fn::ImportValue": "12"}`},
		{"!Equals [!Ref A, prod]", `{"Fn::Equals": [{"Ref": "A"}, "prod"]}`},
		{"2010-09-09", `"2010-09-09"`},
		{"2012-10-17", `"2012-10-17"`},
		{"[yes, No, on, OFF, 'yes', y]", `[true, false, true, false, "yes", "y"]`}, // T12: as YAML 1.1
		{"[true, False]", `[true, false]`},
		{"!!str 12", `"12"`},
		{"[1, -2, 1.5, 1.0e+3, 1e3, ~]", `[1, -2, 1.5, 1000, "1e3", null]`}, // T12
	} {
		doc, ds := document.Parse("t.yaml", []byte("k: "+c.yaml), document.Templates)
		if ds != nil {
			t.Errorf("%s: %v", c.yaml, ds)
			continue
		}
		var want any
		if err := json.Unmarshal([]byte(c.long), &want); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(doc.Root.Get("k").Plain())
		var got any
		if err != nil || json.Unmarshal(raw, &got) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %s, want %s", c.yaml, raw, c.long)
		}
	}
}

// A template's faults have their place too. Their class is decided by the gate that reads it.
func TestParseTemplatesRefuses(t *testing.T) {
	for _, c := range []struct{ id, file, text, want string }{
		{"B067", "t.yaml", "a: " + strings.Repeat("{a: ", 200) + "x" + strings.Repeat("}", 200), "t.yaml:1:397: error AXLE1008: nesting deeper than 100"},
		{"B070 comma", "t.yaml", "{\n \"a\": 1,\n}", "t.yaml:2:8: error AXLE1003: not JSON (trailing comma)"},
		{"B070 comma in a list", "t.json", "[1,\n2,\n]", "t.json:2:2: error AXLE1003: not JSON (trailing comma)"},
		{"B070 comment", "t.yaml", "{\n // c\n \"a\": 1}", "t.yaml:2:2: error AXLE1003: not JSON (comments)"},
		{"B070 by name", "t.json", "Resources: {}", "t.json:1:1: error AXLE1003: not JSON (a value is expected)"},
		{"B071", "t.yaml", "{\"Resources\": {\"A\": {\"Type\": 1,\n\"Type\": 2}}}", `t.yaml:2:1: error AXLE1005: key "Type" repeats line 1`},
		{"B072", "t.yaml", "a: &a x\nb: *a", "t.yaml:1:4: error AXLE1007: CloudFormation does not support YAML aliases"},
		{"B072 merge", "t.yaml", "a:\n  <<: {b: c}", "t.yaml:2:3: error AXLE1007: CloudFormation does not support YAML aliases"},
		{"B072 bomb", "t.yaml", "a: &a [*a]", "t.yaml:1:4: error AXLE1007: CloudFormation does not support YAML aliases"},
		{"B074", "t.yaml", "Port: 0080", "t.yaml:1:7: error AXLE1018: 0080 reads as octal; write 80 or quote it"},
		{"B075", "t.yaml", "a: 9223372036854775808", "t.yaml:1:4: error AXLE1017: number out of range"},
		{"B075 JSON", "t.json", `{"a": 1e400}`, "t.json:1:7: error AXLE1017: number out of range"},
		{"B083", "t.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4000000\n", "t.yaml:1:1: error AXLE1014: this is a Git LFS pointer (size 4 MB); LFS is not supported"},
		{"B084", "t.yaml", "PK\x03\x04\x14\x00", "t.yaml:1:1: error AXLE1014: this is a zip archive, not a template"},
		{"B084 gzip", "t.yaml", "\x1f\x8b\x08\x00", "t.yaml:1:1: error AXLE1014: this is a gzip archive, not a template"},
		{"B001", "t.json", " \n", "t.json:1:1: error AXLE1002: t.json is empty"},
		{"unknown tag", "t.yaml", "a: !Reff x", "t.yaml:1:4: error AXLE1009: tag !Reff is not allowed"},
		{"two values", "t.json", "{} {}", "t.json:1:4: error AXLE1003: not JSON (something follows its end)"},
		{"half", "t.json", `{"a": [1`, "t.json:1:9: error AXLE1003: not JSON (it ends too early)"},
		{"half a text", "t.json", `{"a": "x`, "t.json:1:7: error AXLE1003: not JSON (a string does not end)"},
		{"line in a text", "t.json", "{\"a\": \"x\ny\"}", "t.json:1:9: error AXLE1003: not JSON (a control character in a string)"},
		{"escape", "t.json", `{"a": "\x"}`, "t.json:1:8: error AXLE1003: not JSON (unknown escape)"},
		{"number", "t.json", `{"a": 01}`, "t.json:1:7: error AXLE1003: not JSON (a value is expected)"},
		{"no colon", "t.json", `{"a" 1}`, "t.json:1:6: error AXLE1003: not JSON (a colon is expected)"},
		{"plain key", "t.json", `{a: 1}`, "t.json:1:2: error AXLE1003: not JSON (a key in quotes is expected)"},
		{"no comma", "t.json", `[1 2]`, "t.json:1:4: error AXLE1003: not JSON (a comma or ] is expected)"},
	} {
		if _, ds := document.Parse(c.file, []byte(c.text), document.Templates); first(ds) != c.want {
			t.Errorf("%s: got %s, want %s", c.id, first(ds), c.want)
		}
	}
}

// A template in flow style is YAML, though it begins like JSON.
func TestFlowStyleIsYAML(t *testing.T) {
	doc, ds := document.Parse("t.yaml", []byte("{Resources: {A: {Type: x,}}}"), document.Templates)
	if ds != nil || doc.At("Resources", "A", "Type").Value != "x" {
		t.Error(ds)
	}
}

func TestJSONPlaces(t *testing.T) {
	doc, ds := document.Parse("t.json", []byte("{\r\n  \"é\": [true, null,\n    \"\\u00e9\\ud83d\\ude80\\n\"]}"), document.Templates)
	if ds != nil {
		t.Fatal(ds)
	}
	last := doc.At("é", "2")
	if last.Value != "é🚀\n" || last.Line != 3 || last.Col != 5 || !last.Quoted {
		t.Errorf("got %+v", last)
	}
	if key := doc.Root.Key("é"); key.Line != 2 || key.Col != 3 {
		t.Errorf("got %+v", key)
	}
}

// T12 B073: what readers of YAML 1.1 take for another value than it looks like.
func TestAmbiguousTextIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"1:30":                 "1:30 reads as a number of base 60; quote it",
		"0x1F":                 "0x1F reads as another number; write it in decimals, or quote it",
		"0o17":                 "0o17 reads as another number; write it in decimals, or quote it",
		"2001-12-14T21:59:43Z": "value reads as a date; quote it",
		`"1:30"`:               "",
		"03:00":                "",
		"2012-10-17":           "",
	} {
		_, ds := document.Parse("t.yaml", []byte("k: "+text), document.Templates)
		if want == "" && ds != nil || want != "" && (len(ds) != 1 || ds[0].Summary != want || ds[0].Line != 1 || ds[0].Col != 4) {
			t.Errorf("%s: %v, want %q", text, ds, want)
		}
	}
}

package cfn

import (
	"testing"

	"github.com/axle-cd/axle/document"
)

// One unknown argument makes every function unknown, wherever it stands: never a value, never an error.
func TestUnknownArguments(t *testing.T) {
	for _, expr := range []string{
		`!Ref N`,
		`!Sub "${N}"`,
		`!Sub ["${X}", {X: !Ref N}]`,
		`!Join [!Ref N, [a]]`,
		`!Join ["", !Ref N]`,
		`!Join ["", [a, !Ref N, b]]`,
		`!Select [!Ref N, [a]]`,
		`!Select [0, !Ref N]`,
		`!Select [1, [a, !Ref N]]`,
		`!Split [!Ref N, a]`,
		`!Split [",", !Ref N]`,
		`!If [Maybe, a, b]`,
		`!If [Always, !Ref N, b]`,
		`!FindInMap [!Ref N, a, b]`,
		`!FindInMap [M, !Ref N, ami]`,
		`!FindInMap [M, eu-west-1, !Ref N]`,
		`!FindInMap [M, eu-west-1, !Ref N, {DefaultValue: x}]`,
		`!FindInMap [M, mars, ami, {DefaultValue: !Ref N}]`,
		`{"Fn::GetAtt": [B, !Ref N]}`,
		`!Base64 {Ref: N}`,
		`!Cidr [!Ref N, 1, 8]`,
		`!Cidr [10.0.0.0/16, !Ref N, 8]`,
		`!Cidr [10.0.0.0/16, 1, !Ref N]`,
		`!GetAZs {Ref: N}`,
		`!ImportValue {Ref: N}`,
		`!Length {Ref: N}`,
		`!ToJsonString {a: {b: [!Ref N]}}`,
		`!Equals [!Ref N, a]`,
		`!Equals [a, [!Ref N]]`,
		`!Not [!Equals [!Ref N, a]]`,
		`!And [!Condition Always, !Condition Maybe]`,
		`!Or [!Condition Maybe, !Condition Never]`,
	} {
		tm := must(t, with("V: "+expr))
		v, err := tm.Eval(tm.Resource("R").Properties.Get("V"), world)
		if u, ok := v.(Unknown); err != nil || !ok || u.Why == "" {
			t.Errorf("%s: %#v, %v", expr, v, err)
		}
	}
}

// Without a world nothing is known that the template does not say itself.
func TestUnknownWithoutWorld(t *testing.T) {
	for expr, why := range map[string]string{
		`!Ref P`:              "parameter P has no value",
		`!Ref B`:              "Ref of B is known only once it is made",
		`!GetAtt B.Arn`:       "Arn of B is known only once it is made",
		`!Ref AWS::AccountId`: "AWS::AccountId is known only where it is deployed",
		`!Ref AWS::StackName`: "AWS::StackName is known only where it is deployed",
		`!GetAZs ""`:          "the zones of the region are known only where it is deployed",
		`!GetAZs eu-west-1`:   "the zones of eu-west-1 are known only where it is deployed",
		`!ImportValue x`:      `export "x" is known only where it is deployed`,
		`!If [Always, a, b]`:  "condition Always is not known: parameter P has no value",
	} {
		tm := must(t, with("V: "+expr))
		v, err := tm.Eval(tm.Resource("R").Properties.Get("V"), Env{})
		if u, ok := v.(Unknown); err != nil || !ok || u.Why != why {
			t.Errorf("%s: %#v, %v", expr, v, err)
		}
	}
}

// An error stands at the argument that is wrong, not at the function or the resource.
func TestEvalPlaces(t *testing.T) {
	for _, tt := range []struct {
		expr string
		col  int // of line 16, where V: begins at column 7
	}{
		{`!Ref Nobody`, 10},
		{`!Join ["-", [a, !Ref Nobody]]`, 26},
		{`!Select [9, [a]]`, 19},
		{`!Select [0, text]`, 22},
		{`!If [Nope, a, b]`, 15},
		{`!FindInMap [M, mars, ami]`, 25},
		{`!GetAtt Nobody.Arn`, 10},
		{`!Sub ["${X}", {X: !Ref Nobody}]`, 28},
		{`[a, {b: !Sub "${Nobody}"}]`, 18},
	} {
		tm := must(t, with("V: "+tt.expr))
		_, err := tm.Eval(tm.Resource("R").Properties, world)
		e, ok := err.(*document.Error)
		if !ok || e.File != "t.yaml" || e.Line != 16 || e.Col != tt.col {
			t.Errorf("%s: %v at %d:%d, want column %d", tt.expr, err, e.Line, e.Col, tt.col)
		}
	}
}

// A fault names its key path, lists by number.
func TestCheckPaths(t *testing.T) {
	for _, tt := range []struct{ properties, path string }{
		{"V: !Ref Nobody", "Resources.R.Properties.V"},
		{"V: {a: [x, !Ref Nobody]}", "Resources.R.Properties.V.a[1]"},
		{"V: !Join ['', [!Ref Nobody]]", "Resources.R.Properties.V.Fn::Join[1][0]"},
		{"V: !If [Nope, a, b]", "Resources.R.Properties.V"},
		{"V: !GetAtt [B]", "Resources.R.Properties.V"},
		{"V: !Sub [a]", "Resources.R.Properties.V"},
		{"V: {Ref: [a]}", "Resources.R.Properties.V"},
		{"V: {'Fn::If': [[a], b, c]}", "Resources.R.Properties.V"},
		{"V: !FindInMap [M, eu-west-1, nope]", "Resources.R.Properties.V"},
		{"V: !FindInMap [M, eu-west-1, ami, {DefaultValue: x}]", "Resources.R.Properties.V"},
		{"V: [a, ]\nW: {x: }", "Resources.R.Properties.W.x"},
	} {
		ds := must(t, with(tt.properties)).Check()
		if len(ds) != 1 || ds[0].Path != tt.path || ds[0].Line < 16 {
			t.Errorf("%s: %v", tt.properties, ds)
		}
	}
}

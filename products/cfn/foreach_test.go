package cfn

import (
	"encoding/json"
	"strings"
	"testing"
)

// SBX-62: what the language extensions make of a template.
func TestExpand(t *testing.T) {
	const head = "Transform: AWS::LanguageExtensions\nParameters: {Names: {Type: CommaDelimitedList}, Stage: {Type: String}}\nMappings: {Stages: {prod: {zones: [a, b]}}}\n"
	for _, c := range []struct{ name, template, want string }{
		{"a resource for each name, its identifier in key, Ref and Sub",
			"Resources:\n  Fn::ForEach::Topics:\n  - N\n  - [A, B]\n  - Topic${N}: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref N, DisplayName: !Sub 'of ${N}'}}",
			`{"TopicA":{"Properties":{"DisplayName":{"Fn::Sub":"of A"},"TopicName":"A"},"Type":"AWS::SNS::Topic"},"TopicB":{"Properties":{"DisplayName":{"Fn::Sub":"of B"},"TopicName":"B"},"Type":"AWS::SNS::Topic"}}`},
		{"&{} keeps letters and digits",
			"Resources:\n  Fn::ForEach::T:\n  - N\n  - ['10.0.0.1']\n  - 'T&{N}': {Type: AWS::SNS::Topic, Properties: {DisplayName: '${N}'}}",
			`{"T10001":{"Properties":{"DisplayName":"10.0.0.1"},"Type":"AWS::SNS::Topic"}}`},
		{"a parameter is a collection",
			"Resources:\n  Fn::ForEach::T:\n  - N\n  - !Ref Names\n  - 'T${N}': {Type: AWS::SNS::Topic}",
			`{"Tx":{"Type":"AWS::SNS::Topic"},"Ty":{"Type":"AWS::SNS::Topic"}}`},
		{"a parameter and a literal are one collection",
			"Resources:\n  Fn::ForEach::T:\n  - N\n  - [w, !Ref Names]\n  - 'T${N}': {Type: AWS::SNS::Topic}",
			`{"Tw":{"Type":"AWS::SNS::Topic"},"Tx":{"Type":"AWS::SNS::Topic"},"Ty":{"Type":"AWS::SNS::Topic"}}`},
		{"a mapping is a collection",
			"Resources:\n  Fn::ForEach::T:\n  - N\n  - !FindInMap [Stages, !Ref Stage, zones]\n  - 'T${N}': {Type: AWS::SNS::Topic}",
			`{"Ta":{"Type":"AWS::SNS::Topic"},"Tb":{"Type":"AWS::SNS::Topic"}}`},
		{"loops nest",
			"Resources:\n  Fn::ForEach::Outer:\n  - N\n  - [A, B]\n  - Fn::ForEach::Inner:\n    - M\n    - ['1', '2']\n    - 'T${N}${M}': {Type: AWS::SNS::Topic}",
			`{"TA1":{"Type":"AWS::SNS::Topic"},"TA2":{"Type":"AWS::SNS::Topic"},"TB1":{"Type":"AWS::SNS::Topic"},"TB2":{"Type":"AWS::SNS::Topic"}}`},
		{"a loop in properties",
			"Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      Fn::ForEach::P:\n      - N\n      - [TopicName, DisplayName]\n      - '${N}': x",
			`{"T":{"Properties":{"DisplayName":"x","TopicName":"x"},"Type":"AWS::SNS::Topic"}}`},
		{"policies and logical ids by functions",
			"Resources:\n  T: {Type: AWS::SNS::Topic, DeletionPolicy: !Select [0, [Retain]]}\n  U: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt [!Sub 'T', !Ref Stage]}}",
			`{"T":{"DeletionPolicy":"Retain","Type":"AWS::SNS::Topic"},"U":{"Properties":{"DisplayName":{"Fn::GetAtt":["T","prod"]}},"Type":"AWS::SNS::Topic"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ds := expand(t, head+c.template)
			if ds != "" {
				t.Fatal(ds)
			}
			raw, err := json.Marshal(got.Doc.Root.Get("Resources").Plain())
			if err != nil || string(raw) != c.want {
				t.Errorf("%s\nwant %s", raw, c.want)
			}
		})
	}
}

func TestExpandRefuses(t *testing.T) {
	const topic = "{Type: AWS::SNS::Topic}"
	for _, c := range []struct{ name, loop, want string }{
		{"no collection", "[N, {'T${N}': " + topic + "}]", "an identifier, a collection and a mapping"},
		{"a text for a collection", "[N, A, {'T${N}': " + topic + "}]", "must be a list, found text"},
		{"a collection that is made later", "[N, !GetAtt X.Y, {'T${N}': " + topic + "}]", "X"},
		{"a key without the identifier", "[N, [A, B], {T: " + topic + "}]", `"T" twice`},
		{"an identifier of a parameter", "[Stage, [A, B], {'T${Stage}': " + topic + "}]", "name of a parameter"},
		{"an identifier of the loop around", "[N, [A], {'Fn::ForEach::In': [N, [B], {'T${N}': " + topic + "}]}]", "taken by a loop"},
		{"a bomb", bomb(6), "more than CloudFormation allows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ds := expand(t, "Transform: AWS::LanguageExtensions\nParameters: {Names: {Type: CommaDelimitedList}, Stage: {Type: String}}\nResources: {'Fn::ForEach::L': "+c.loop+"}")
			if !strings.Contains(ds, c.want) {
				t.Errorf("%q, want %q", ds, c.want)
			}
		})
	}
}

// bomb is a loop in a loop, deep, each over ten names.
func bomb(deep int) string {
	name, key := "N"+strings.Repeat("x", deep), ""
	inside := "{Type: AWS::SNS::Topic}"
	if deep == 0 {
		for i := range 7 {
			key += "${N" + strings.Repeat("x", i) + "}"
		}
		return "[N, [a, b, c, d, e, f, g, h, i, j], {'" + key + "': " + inside + "}]"
	}
	return "[" + name + ", [a, b, c, d, e, f, g, h, i, j], {'Fn::ForEach::L': " + bomb(deep-1) + "}]"
}

func expand(t *testing.T, template string) (*Template, string) {
	t.Helper()
	read, ds := Parse("template", []byte(template))
	if read == nil {
		t.Fatal(ds)
	}
	got, ds := read.Expand(Env{Params: map[string]any{"Names": []any{"x", "y"}, "Stage": "prod"}, Region: "eu-west-1"})
	if got == nil {
		return nil, ds[0].Summary
	}
	return got, ""
}

// What is written out may be wrong, and never breaks the reader.
func FuzzExpand(f *testing.F) {
	f.Add("Resources:\n  Fn::ForEach::T:\n  - N\n  - [A]\n  - 'T${N}': {Type: AWS::SNS::Topic}")
	f.Add("Resources: {'Fn::ForEach::L': " + bomb(2) + "}")
	f.Add("Resources: {R: {Type: A::B::C, DeletionPolicy: {Ref: {'Fn::Sub': x}}}}")
	f.Fuzz(func(t *testing.T, template string) {
		if read, _ := Parse("template", []byte(template)); read != nil {
			read.Expand(Env{Region: "eu-west-1"})
		}
	})
}

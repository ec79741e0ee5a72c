package cfn

import (
	"reflect"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

var world = Env{
	Params:    map[string]any{"P": "p", "L": []any{"a", "b"}},
	AccountID: "111111111111", Region: "eu-west-1", StackName: "s", StackID: "arn:s",
	NotificationARNs: []string{"arn:n"},
	Ref:              func(id string) (any, bool) { return strings.ToLower(id) + "-1", id == "B" },
	GetAtt:           func(id, attr string) (any, bool) { return "arn:" + id + ":" + attr, attr == "Arn" },
	Import:           func(name string) (any, bool) { return "imported", name == "s-vpc" },
	AZs:              func(region string) []string { return []string{region + "a", region + "b"} },
}

// Each function in each of its forms, over one world.
func TestEval(t *testing.T) {
	unknown := func(why string) Unknown { return Unknown{Why: why} }
	for _, tt := range []struct {
		name, expr string
		want       any
	}{
		{"text", `x`, "x"},
		{"numbers and booleans keep their kind", `[1, 1.5, true, "1"]`, []any{int64(1), 1.5, true, "1"}},
		{"a mapping", `{a: {b: 1}}`, map[string]any{"a": map[string]any{"b": int64(1)}}},

		{"Ref of a parameter", `!Ref P`, "p"},
		{"Ref of a list", `!Ref L`, []any{"a", "b"}},
		{"Ref of a parameter without value", `!Ref N`, unknown("parameter N has no value")},
		{"Ref of a resource", `!Ref B`, "b-1"},
		{"Ref of a resource not made", `!Ref R`, Unknown{"Ref of R is known only once it is made", "R"}},
		{"pseudo parameters", `[!Ref "AWS::AccountId", !Ref "AWS::Region", !Ref "AWS::Partition", !Ref "AWS::URLSuffix", !Ref "AWS::StackName", !Ref "AWS::StackId"]`,
			[]any{"111111111111", "eu-west-1", "aws", "amazonaws.com", "s", "arn:s"}},
		{"notification ARNs are a list", `!Ref AWS::NotificationARNs`, []any{"arn:n"}},
		{"NoValue leaves a mapping", `{a: !Ref AWS::NoValue, b: 1}`, map[string]any{"b": int64(1)}},
		{"NoValue leaves a list", `[!Ref AWS::NoValue, 1]`, []any{int64(1)}},
		{"NoValue alone", `!Ref AWS::NoValue`, NoValue{}},

		{"GetAtt, dotted", `!GetAtt B.Arn`, "arn:B:Arn"},
		{"GetAtt, a list", `{"Fn::GetAtt": [B, Arn]}`, "arn:B:Arn"},
		{"GetAtt, long form dotted", `{"Fn::GetAtt": B.Arn}`, "arn:B:Arn"},
		{"GetAtt, attribute by Ref", `{"Fn::GetAtt": [B, !Ref N]}`, unknown("parameter N has no value")},
		{"GetAtt not known", `!GetAtt B.DomainName`, Unknown{"DomainName of B is known only once it is made", "B"}},

		{"Sub", `!Sub "${P}-${AWS::Region}-${B}-${B.Arn}"`, "p-eu-west-1-b-1-arn:B:Arn"},
		{"Sub with its own variables", `!Sub ["${X}${P}", {X: !Ref B, P: own}]`, "b-1own"},
		{"Sub, literal and unclosed", `!Sub "${!P} $P ${"`, "${P} $P ${"},
		{"Sub with an unknown variable is unknown", `!Sub "x-${N}"`, unknown("parameter N has no value")},

		{"Join", `!Join ["-", [a, !Ref P, 0.10, true]]`, "a-p-0.10-true"},
		{"Join over a list", `!Join [",", !Ref L]`, "a,b"},
		{"Join with one unknown item", `!Join ["", [a, !Ref N]]`, unknown("parameter N has no value")},
		{"a list keeps what it knows", `[a, !Ref N]`, []any{"a", unknown("parameter N has no value")}},
		{"Select", `!Select [1, [a, b]]`, "b"},
		{"Select with an index as text", `!Select ["0", !Ref L]`, "a"},
		{"Select of zones", `!Select [1, !GetAZs ""]`, "eu-west-1b"},
		{"Split", `!Split [",", "a,b"]`, []any{"a", "b"}},
		{"Split and Select", `!Select [1, !Split [":", !GetAtt B.Arn]]`, "B"},

		{"If", `!If [Always, a, b]`, "a"},
		{"If not", `!If [Never, a, b]`, "b"},
		{"If drops a property", `{a: !If [Never, x, !Ref "AWS::NoValue"]}`, map[string]any{}},
		{"If on an unknown condition", `!If [Maybe, a, b]`, unknown("condition Maybe is not known: parameter N has no value")},
		{"the branch not taken is not evaluated", `!If [Always, a, !Select [9, []]]`, "a"},
		{"FindInMap", `!FindInMap [M, !Ref "AWS::Region", ami]`, "ami-1"},
		{"FindInMap of a list", `!FindInMap [M, eu-west-1, zones]`, []any{"x", "y"}},
		{"FindInMap with a default", `!FindInMap [M, mars, ami, {DefaultValue: none}]`, "none"},

		{"Base64", `!Base64 hello`, "aGVsbG8="},
		{"nested short forms", `!Base64 {"Fn::Sub": "${P}"}`, "cA=="}, // SBX-64
		{"GetAZs over Ref", `!GetAZs {Ref: AWS::Region}`, []any{"eu-west-1a", "eu-west-1b"}},
		{"Cidr", `!Cidr [10.0.0.0/16, 3, 8]`, []any{"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"}},
		{"Cidr starts at its block's first address", `!Cidr [10.0.5.7/16, 1, 8]`, []any{"10.0.0.0/24"}},
		{"Cidr of IPv6", `!Cidr ["2001:db8::/56", 2, 64]`, []any{"2001:db8::/64", "2001:db8:0:1::/64"}},
		{"ImportValue", `!ImportValue {"Fn::Sub": "${AWS::StackName}-vpc"}`, "imported"},
		{"ImportValue of nobody", `!ImportValue x`, unknown(`export "x" is known only where it is deployed`)},
		{"Length", `!Length [a, b]`, int64(2)},
		{"ToJsonString keeps the order written", `!ToJsonString {b: [1, !Ref P], a: true}`, `{"b":[1,"p"],"a":true}`},
		{"ToJsonString leaves out what is not there", `!ToJsonString {b: [!Ref AWS::NoValue, <], a: !Ref AWS::NoValue}`, `{"b":["<"]}`},
		{"ToJsonString of an unknown", `!ToJsonString {a: [!Ref N]}`, unknown("parameter N has no value")},

		{"Equals compares scalars as text", `!Equals [1, "1"]`, true},
		{"Equals of an unknown", `!Equals [!Ref N, x]`, unknown("parameter N has no value")},
		{"And is false when one is", `!And [!Condition Never, !Condition Maybe]`, false},
		{"And is unknown when one is and none is false", `!And [!Condition Always, !Condition Maybe]`, unknown("parameter N has no value")},
		{"Or is true when one is", `!Or [!Condition Maybe, !Condition Always]`, true},
		{"Or of false ones", `!Or [!Condition Never, !Condition Never]`, false},
		{"Not of an unknown", `!Not [!Condition Maybe]`, unknown("parameter N has no value")},
		{"a policy's Condition is no function", `{Condition: {Bool: {"aws:SecureTransport": false}}}`,
			map[string]any{"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": false}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tm := must(t, with("V: "+tt.expr))
			got, err := tm.Eval(tm.Resource("R").Properties.Get("V"), world)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s\n got %#v, %v\nwant %#v", tt.expr, got, err, tt.want)
			}
		})
	}
}

// A function that is wrongly written is an error with its code and sentence, never a value.
func TestEvalRefuses(t *testing.T) {
	for _, tt := range []struct{ expr, code, says string }{
		{`!Ref Buckt`, CodeReference, `Ref "Buckt" names nothing`}, // B062
		{`!Ref AWS::Regoin`, CodeReference, `names no pseudo parameter`},
		{`!GetAtt X.Arn`, CodeReference, `Fn::GetAtt "X" names no resource`},
		{`{"Fn::GetAtt": B}`, CodeFunction, `needs a logical id and an attribute`},
		{`!Sub "${X}"`, CodeSub, `Sub variable "X" is not defined`}, // B065
		{`!Sub "${}"`, CodeSub, `Sub variable "" is not defined`},
		{`!Sub "${L}"`, CodeFunction, `found a list`},
		{`!Sub [a]`, CodeFunction, `Fn::Sub needs`},
		{`!If [Nope, a, b]`, CodeCondition, `condition "Nope" is not defined`}, // B066
		{`!If [Always, a]`, CodeFunction, `Fn::If needs a list of 3 values`},
		{`!Join ["-", [[a]]]`, CodeFunction, `Fn::Join needs text here, found a list`},
		{`!Join ["-", a]`, CodeFunction, `Fn::Join needs a list here, found text`},
		{`!Select [2, [a, b]]`, CodeFunction, `cannot select item 2 of a list of 2`},
		{`!Select [x, [a, b]]`, CodeFunction, `needs a whole number`},
		{`!Split ["", a]`, CodeFunction, `delimiter that is not empty`},
		{`!FindInMap [M, mars, ami]`, CodeMapping, `finds no "M.mars" in Mappings`},
		{`!Cidr [10.0.0.0/24, 4, 7]`, CodeFunction, `holds 2 blocks of 7 host bits, not 4`},
		{`!Cidr [10.0.0.0/24, 0, 4]`, CodeFunction, `count 0 is out of range`},
		{`!Cidr [ten, 1, 4]`, CodeFunction, `"ten" is not an address block`},
		{`!Cidr [10.0.0.0/24, 1]`, CodeFunction, `without its third value is not supported`},
		{`{"Fn::Frob": x}`, CodeFunction, `unknown function Fn::Frob`},
		{`{"Fn::GetStackOutput": {StackName: x}}`, CodeFunction, `Fn::GetStackOutput is not supported`},
		{`{"Fn::Transform": {Name: X}}`, CodeMacro, `Fn::Transform is not supported`},
		{`{a: 1, "Fn::ForEach::Loop": [x, [a], {}]}`, CodeMacro, `Fn::ForEach is not supported`},
	} {
		t.Run(tt.expr, func(t *testing.T) {
			tm := must(t, with("V: "+tt.expr))
			v, err := tm.Eval(tm.Resource("R").Properties, world)
			if document.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, %v; want %s: %s", v, err, tt.code, tt.says)
			}
		})
	}
}

// A region decides partition and suffix; without one they are unknown.
func TestEvalPartition(t *testing.T) {
	tm := must(t, with("V: !Sub '${AWS::Partition} ${AWS::URLSuffix}'"))
	for _, tt := range []struct {
		env  Env
		want any
	}{
		{Env{Region: "cn-north-1"}, "aws-cn amazonaws.com.cn"},
		{Env{Region: "us-gov-west-1"}, "aws-us-gov amazonaws.com"},
		{Env{Region: "eu-west-1", Partition: "aws-x"}, "aws-x amazonaws.com"},
		{Env{}, Unknown{Why: "AWS::Partition is known only where it is deployed"}},
	} {
		if got, err := tm.Eval(tm.Resource("R").Properties.Get("V"), tt.env); err != nil || got != tt.want {
			t.Errorf("%+v: %v, %v", tt.env, got, err)
		}
	}
}

// The short and the long form of a template are one normal form, in YAML and in JSON. PERF-20
func TestFormsAgree(t *testing.T) {
	short := must(t, with(`A: !Sub "${B}"
B: !GetAtt B.Arn
C: !If [Always, !Ref P, !Join ["", [!Select [0, !Ref L]]]]`))
	long, ds := Parse("t.json", []byte(`{"Parameters": {"P": {"Type": "String", "Default": "p"}, "L": {"Type": "CommaDelimitedList", "Default": "a, b"}, "N": {"Type": "String"}},
"Mappings": {"M": {"eu-west-1": {"ami": "ami-1", "zones": ["x", "y"]}}},
"Conditions": {"Always": {"Fn::Equals": ["p", {"Ref": "P"}]}, "Never": {"Fn::Not": [{"Condition": "Always"}]}, "Maybe": {"Fn::Equals": ["n", {"Ref": "N"}]}},
"Resources": {"B": {"Type": "AWS::S3::Bucket"}, "R": {"Type": "Custom::R", "Properties": {
 "A": {"Fn::Sub": "${B}"}, "B": {"Fn::GetAtt": ["B", "Arn"]},
 "C": {"Fn::If": ["Always", {"Ref": "P"}, {"Fn::Join": ["", [{"Fn::Select": [0, {"Ref": "L"}]}]]}]}}}}}`))
	if long == nil {
		t.Fatal(ds)
	}
	a, err := short.Normal(world)
	if err != nil {
		t.Fatal(err)
	}
	b, err := long.Normal(world)
	if err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%v\n%v\n%v", a, b, err)
	}
}

func TestEvalConditions(t *testing.T) {
	got, err := must(t, with("V: 1")).EvalConditions(world)
	want := map[string]any{"Always": true, "Never": false, "Maybe": Unknown{Why: "parameter N has no value"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = must(t, "Conditions:\n  A: !Not [!Condition B]\n  B: !Or [!Condition A, !Condition A]\nResources: {}\n").EvalConditions(world)
	if document.CodeOf(err) != CodeCycle || !strings.Contains(err.Error(), "cycle: A -> B -> A") {
		t.Errorf("a cycle gives %v", err)
	}
}

// Values that the caller handed in are never changed by what is made of them.
func TestNormalLeavesTheWorldAlone(t *testing.T) {
	items := []any{Unknown{Why: "w"}}
	env := Env{Params: map[string]any{"L": items, "P": "p"}}
	if _, err := must(t, with("V: !Ref L")).Normal(env); err != nil {
		t.Fatal(err)
	}
	if items[0] != (Unknown{Why: "w"}) {
		t.Errorf("the parameter's value is now %v", items[0])
	}
}

package cfn

import (
	"reflect"
	"strings"
	"testing"
)

func declared(parameter string) string {
	return "Parameters:\n  P: " + parameter + "\nResources:\n" + queue
}

// What a parameter gives for a value, or for none. SBX-61
func TestValues(t *testing.T) {
	given := func(s string) map[string]string { return map[string]string{"P": s} }
	for _, tt := range []struct {
		name, parameter string
		params          map[string]string
		want            any
		fault           string // CODE sentence
	}{
		{"a default", `{Type: String, Default: a}`, nil, "a", ""},
		{"a value goes before the default", `{Type: String, Default: a}`, given("b"), "b", ""},
		{"a number stays text", `{Type: Number, Default: '007'}`, given("08"), "08", ""},
		{"an empty value is a value", `{Type: String}`, given(""), "", ""},
		{"a list", `{Type: CommaDelimitedList}`, given("a, b ,c"), []any{"a", "b", "c"}, ""},
		{"a list of ids", `{Type: 'List<AWS::EC2::Subnet::Id>'}`, given("subnet-1,subnet-2"), []any{"subnet-1", "subnet-2"}, ""},
		{"a stored parameter", `{Type: 'AWS::SSM::Parameter::Value<String>', Default: /org/ami}`, nil,
			Unknown{Why: "parameter P is read from the parameter store where it is deployed"}, ""},
		{"a stored parameter's name", `{Type: 'AWS::SSM::Parameter::Name', Default: /org/ami}`, nil, "/org/ami", ""},

		{"none", `{Type: String}`, nil, nil, "AXLE2223 parameter P has no value and no default"},
		{"another", `{Type: String, Default: a}`, map[string]string{"Q": "x"}, "a", `AXLE2222 the template has no parameter "Q"`},
		{"not allowed", `{Type: String, AllowedValues: [a, b]}`, given("c"), nil, "AXLE2221 value of P is not one of the allowed values: a, b"},
		{"not allowed, hidden", `{Type: String, NoEcho: true, AllowedValues: [a, b]}`, given("c"), nil, "AXLE2221 value of P is not one of the allowed values"},
		{"an item not allowed", `{Type: CommaDelimitedList, AllowedValues: [a, b]}`, given("a,c"), nil, "AXLE2221 value of P is not one of the allowed values: a, b"},
		{"another pattern", `{Type: String, AllowedPattern: '[a-z]+'}`, given("a1"), nil, "AXLE2221 value of P does not match its AllowedPattern [a-z]+"},
		{"too short", `{Type: String, MinLength: 2}`, given("a"), nil, "AXLE2221 value of P is shorter than 2 characters"},
		{"characters, not bytes", `{Type: String, MaxLength: 2}`, given("öö"), "öö", ""},
		{"too long", `{Type: String, MaxLength: '1'}`, given("aa"), nil, "AXLE2221 value of P is longer than 1 characters"},
		{"no number", `{Type: Number}`, given("x"), nil, "AXLE2221 value of P is not a number"},
		{"too small", `{Type: Number, MinValue: 3}`, given("2"), nil, "AXLE2221 value of P is below 3"},
		{"too large", `{Type: 'List<Number>', MaxValue: 3}`, given("1,4"), nil, "AXLE2221 value of P is above 3"},
		{"B057", `{Type: String}`, given(strings.Repeat("x", 5000)), nil, "AXLE2221 value of P is 5,000 bytes (max 4,096)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			values, ds := must(t, declared(tt.parameter)).Values(tt.params)
			var fault string
			if len(ds) > 0 {
				fault = ds[0].Code + " " + ds[0].Summary
			}
			if !reflect.DeepEqual(values["P"], tt.want) || fault != tt.fault || len(ds) > 1 {
				t.Errorf("got %#v, %q\nwant %#v, %q", values["P"], fault, tt.want, tt.fault)
			}
		})
	}
}

// A refused value never stands in the message.
func TestValuesHideTheValue(t *testing.T) {
	_, ds := must(t, declared(`{Type: String, AllowedPattern: '\d+', MaxLength: 3}`)).Values(map[string]string{"P": "hunter2"})
	if len(ds) != 1 || strings.Contains(ds.Error(), "hunter2") || strings.Contains(ds[0].Frame(), "hunter2") {
		t.Errorf("%v", ds)
	}
}

// AllowedPattern is a Java expression over the whole value.
func TestPattern(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		yes, no []string
	}{
		{`[a-z]+`, []string{"abc"}, []string{"abc1", "", "1abc"}},
		{`^[a-z]+$`, []string{"abc"}, []string{"abc1"}},
		{`a|bc`, []string{"a", "bc"}, []string{"abc", "ac"}},
		{`^$|^vpc-[0-9a-f]{8}$`, []string{"", "vpc-0a1b2c3d"}, []string{"vpc-", "xvpc-0a1b2c3d"}},
		{`(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{4,8}`, []string{"Abc1"}, []string{"abc1", "Abcd", "A1"}},
		{`^(?!aws)[a-z]+$`, []string{"mine"}, []string{"awsome"}},
		{`(?=^.{3,5}$)[a-z(\[\])]+`, []string{"a(b"}, []string{"ab", "abcdef"}},
	} {
		match, err := compilePattern(tt.pattern)
		if err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		for _, s := range tt.yes {
			if !match(s) {
				t.Errorf("%s does not match %q", tt.pattern, s)
			}
		}
		for _, s := range tt.no {
			if match(s) {
				t.Errorf("%s matches %q", tt.pattern, s)
			}
		}
	}
}

// A pattern that cannot be judged is said, and refuses every value: unknown never passes.
func TestPatternNotJudged(t *testing.T) {
	tm := must(t, declared(`{Type: String, Default: aa, AllowedPattern: '(a)\1'}`))
	if got := lines(tm.Check()); !strings.HasPrefix(got, `2:50 AXLE2225 AllowedPattern of P cannot be judged`) {
		t.Errorf("Check says %q", got)
	}
	if err := tm.Check().Err(); err != nil {
		t.Errorf("the template is not at fault: %v", err)
	}
	if _, ds := tm.Values(nil); len(ds) != 1 || ds[0].Code != CodeValue {
		t.Errorf("Values says %v", ds)
	}
}

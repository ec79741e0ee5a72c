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
	const bucketName = `^$|^(?=^.{3,63}$)(?!.*[.-]{2})(?!^(?:(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(?!$)|$)){4}$)` +
		`(^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])$)`
	const password = `(?=^.{6,255}$)((?=.*\d)(?=.*[A-Z])(?=.*[a-z])|(?=.*\d)(?=.*[^A-Za-z0-9])(?=.*[a-z]))^.*`
	for _, tt := range []struct {
		name, pattern string
		yes, no       []string
	}{
		{"a class", `[a-z]+`, []string{"abc"}, []string{"abc1", "", "1abc"}},
		{"with anchors", `^[a-z]+$`, []string{"abc"}, []string{"abc1"}},
		{"alternatives are whole", `a|bc`, []string{"a", "bc"}, []string{"abc", "ac"}},
		{"empty or a vpc", `^$|^vpc-[0-9a-f]{8}$`, []string{"", "vpc-0a1b2c3d"}, []string{"vpc-", "xvpc-0a1b2c3d"}},
		{"lookaheads", `(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{4,8}`, []string{"Abc1"}, []string{"abc1", "Abcd", "A1"}},
		{"a negative lookahead", `^(?!aws)[a-z]+$`, []string{"mine"}, []string{"awsome"}},
		{"brackets in a class", `(?=^.{3,5}$)[a-z(\[\])]+`, []string{"a(b"}, []string{"ab", "abcdef"}},
		{"] and ^ in a class", `(?=.)[]x]+[^]x]`, []string{"]xa"}, []string{"]x]"}},
		{"a lookahead in the middle", `a(?!b).c?`, []string{"ax", "axc"}, []string{"ab", "abc"}},
		{"bounds", `(?=a)a{2}b{1,}c{0,2}`, []string{"aab", "aabbcc"}, []string{"ab", "aabccc"}},
		{"lazy", `(?=a)a+?b??`, []string{"a", "aab"}, []string{"b"}},
		{"escapes", `(?!x)\d\w\s\.\-\$`, []string{"1a .-$"}, []string{"aa .-$", "1a x-$"}},
		{"an empty round ends", `(?=a)(a*)*`, []string{"aaa"}, []string{"b"}},
		{"a bucket's name", bucketName, []string{"", "my-bucket", "a.b.c"}, []string{"ab", "My-bucket", "a..b", "10.0.0.1", "-ab"}},
		{"a password", password, []string{"Abcde1", "abcd1!"}, []string{"abcdef", "Abc1", "ABCDE1"}},
	} {
		match, err := compilePattern(tt.pattern)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		for _, s := range tt.yes {
			if ok, err := match(s); !ok || err != nil {
				t.Errorf("%s does not match %q: %v", tt.name, s, err)
			}
		}
		for _, s := range tt.no {
			if ok, err := match(s); ok || err != nil {
				t.Errorf("%s matches %q: %v", tt.name, s, err)
			}
		}
	}
}

// What the backtracking cannot read is an error, and so is what it cannot finish.
func TestPatternRefuses(t *testing.T) {
	for _, pattern := range []string{`(a)\1`, `(?<=a)b`, `(?<n>a)(?=b)`, `(?=a`, `(?=a))`, `(?=a)[b`, `(?=a)*+`, `(?=a)|*`, `(?=a)\q`, `(?=a)\`,
		strings.Repeat("(?=", 60) + strings.Repeat(")", 60)} {
		if _, err := compilePattern(pattern); err == nil {
			t.Errorf("%s is read", pattern)
		}
	}
	for _, endless := range []string{`(?=a)(a|aa)+(a|aa)+(a|aa)+b`, `(?=a)` + strings.Repeat("(|)", 40) + "b"} {
		match, err := compilePattern(endless)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := match(strings.Repeat("a", 200)); ok || err == nil {
			t.Errorf("no end to %s, and it gives %v, %v", endless, ok, err)
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

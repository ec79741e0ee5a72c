package cfn

import (
	"strings"
	"testing"
)

// SBX-61: rules judge parameters before anything is made.
func TestBroken(t *testing.T) {
	const head = "Parameters: {Stage: {Type: String}, Zones: {Type: CommaDelimitedList}}\nResources: {T: {Type: AWS::SNS::Topic}}\nRules: {R: "
	for _, c := range []struct{ name, rule, want string }{
		{"held", "{Assertions: [{Assert: !Equals [!Ref Stage, prod]}]}}", ""},
		{"not held", "{Assertions: [{Assert: !Equals [!Ref Stage, test], AssertDescription: only test}]}}", "R: only test"},
		{"its condition is not given", "{RuleCondition: !Equals [!Ref Stage, test], Assertions: [{Assert: !Equals [a, b]}]}}", ""},
		{"its condition is given", "{RuleCondition: !Equals [!Ref Stage, prod], Assertions: [{Assert: !Equals [a, b], AssertDescription: never}]}}", "R: never"},
		{"the first one that breaks", "{Assertions: [{Assert: !Equals [a, a]}, {Assert: !Equals [a, b], AssertDescription: second}]}}", "R: second"},
		{"contains", "{Assertions: [{Assert: !Contains [[a, prod], !Ref Stage]}]}}", ""},
		{"does not contain", "{Assertions: [{Assert: !Contains [[a, b], !Ref Stage], AssertDescription: in}]}}", "R: in"},
		{"each member in", "{Assertions: [{Assert: !EachMemberIn [!Ref Zones, [x, y, z]]}]}}", ""},
		{"a member not in", "{Assertions: [{Assert: !EachMemberIn [!Ref Zones, [x]], AssertDescription: in}]}}", "R: in"},
		{"each member equals", "{Assertions: [{Assert: !EachMemberEquals [[x, x], x]}]}}", ""},
		{"and, or, not", "{Assertions: [{Assert: !And [!Or [!Equals [a, b], !Equals [a, a]], !Not [!Equals [a, b]]]}]}}", ""},
		{"numbers are texts", "{Assertions: [{Assert: !Equals [1, '1']}]}}", ""},
		{"what the account knows", "{Assertions: [{Assert: !EachMemberIn [!ValueOfAll [AWS::EC2::VPC::Id, Tags.A], [a]]}]}}", "error: Fn::ValueOfAll is known only where it is deployed"},
		{"no assertion", "{RuleCondition: !Equals [a, a]}}", `error: rule "R" has no Assertions`},
		{"no function", "{Assertions: [{Assert: x}]}}", "error: a rule is judged by one function, found text"},
		{"one value", "{Assertions: [{Assert: !Equals [a]}]}}", "error: Fn::Equals needs a list of 2 values"},
		{"no function of rules", "{Assertions: [{Assert: !Join [a, [b]]}]}}", "error: Fn::Join cannot judge a rule"},
	} {
		t.Run(c.name, func(t *testing.T) {
			read, ds := Parse("template", []byte(head+c.rule))
			if read == nil {
				t.Fatal(ds)
			}
			rule, says, err := read.Broken(Env{Params: map[string]any{"Stage": "prod", "Zones": []any{"x", "y"}}})
			got := strings.TrimSuffix(rule+": "+says, ": ")
			if err != nil {
				got = "error: " + err.Error()
			}
			if err == nil && got != c.want || err != nil && !strings.Contains(got, strings.TrimPrefix(c.want, "error: ")) || err != nil && c.want == "" {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

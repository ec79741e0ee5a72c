package servicecatalog

import (
	"errors"
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox/wire"
)

func assertRule(expr string) string {
	return `{"Rules":{"r":{"Assertions":[{"Assert":` + expr + `,"AssertDescription":"must hold"}]}}}`
}

func given(values map[string]string) lookup {
	return func(name string) (any, bool) {
		v, ok := values[name]
		return v, ok
	}
}

// The rule functions that a TEMPLATE constraint may use, and what they say of parameters.
func TestRules(t *testing.T) {
	params := given(map[string]string{"Size": "small", "Zones": "a, b", "Count": "3"})
	tests := []struct {
		name, expr string
		holds      bool
	}{
		{"contains", `{"Fn::Contains":[["small","big"],{"Ref":"Size"}]}`, true},
		{"contains not", `{"Fn::Contains":[["big"],{"Ref":"Size"}]}`, false},
		{"equals", `{"Fn::Equals":[{"Ref":"Size"},"small"]}`, true},
		{"equals a number as text", `{"Fn::Equals":[{"Ref":"Count"},3]}`, true},
		{"not", `{"Fn::Not":[{"Fn::Equals":[{"Ref":"Size"},"big"]}]}`, true},
		{"and", `{"Fn::And":[{"Fn::Equals":[{"Ref":"Size"},"small"]},{"Fn::Equals":[{"Ref":"Count"},"4"]}]}`, false},
		{"or", `{"Fn::Or":[{"Fn::Equals":[{"Ref":"Size"},"small"]},{"Fn::Equals":[{"Ref":"Count"},"4"]}]}`, true},
		{"each member in", `{"Fn::EachMemberIn":[{"Ref":"Zones"},["a","b","c"]]}`, true},
		{"one member not in", `{"Fn::EachMemberIn":[{"Ref":"Zones"},["a"]]}`, false},
		{"a parameter without a value holds nothing", `{"Fn::Contains":[[""],{"Ref":"Nope"}]}`, false},
		{"an empty and is no pass", `{"Fn::And":[]}`, false},
		{"a text is no condition", `"true"`, false},
		{"wrong arity", `{"Fn::Equals":["small"]}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, err := parseRules(assertRule(tt.expr))
			if err != nil {
				t.Fatal(err)
			}
			why := set.broken(params)
			if (why == "") != tt.holds {
				t.Errorf("broken says %q, want holds %v", why, tt.holds)
			}
			if why != "" && !strings.Contains(why, "must hold") {
				t.Errorf("%q does not carry the description", why)
			}
		})
	}
}

// A rule whose condition is not met asserts nothing.
func TestRuleCondition(t *testing.T) {
	set, err := parseRules(`{"Rules":{"r":{"RuleCondition":{"Fn::Equals":[{"Ref":"Env"},"prod"]},
		"Assertions":[{"Assert":{"Fn::Equals":[{"Ref":"Size"},"big"]}}]}}}`)
	if err != nil {
		t.Fatal(err)
	}
	for env, want := range map[string]string{"dev": "", "prod": "Rule r is not held by the parameters."} {
		if got := set.broken(given(map[string]string{"Env": env, "Size": "small"})); got != want {
			t.Errorf("%s: %q, want %q", env, got, want)
		}
	}
}

// Parameters of a TEMPLATE constraint that are refused, and how: what the sandbox does not
// judge is 501, never a pass.
func TestRulesRefused(t *testing.T) {
	tests := []struct{ name, parameters, code string }{
		{"no rules", `{}`, "InvalidParametersException"},
		{"not JSON", `Rules: {}`, "InvalidParametersException"},
		{"another key", `{"Rules":{},"Other":1}`, "InvalidParametersException"},
		{"no assertions", `{"Rules":{"r":{}}}`, "InvalidParametersException"},
		{"a function of AWS that is not here", assertRule(`{"Fn::EachMemberEquals":[{"Fn::RefAll":"AWS::EC2::VPC::Id"},"x"]}`), "NotImplemented"},
		{"deep inside", assertRule(`{"Fn::Not":[{"Fn::Equals":[{"Fn::ValueOf":["V","Tags.Env"]},"x"]}]}`), "NotImplemented"},
		{"two functions in one", assertRule(`{"Fn::Not":[],"Fn::And":[]}`), "NotImplemented"},
		{"in the condition", `{"Rules":{"r":{"RuleCondition":{"Fn::RefAll":"x"},"Assertions":[{"Assert":{"Fn::Or":[]}}]}}}`, "NotImplemented"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseRules(tt.parameters)
			var e *wire.Error
			if !errors.As(err, &e) || e.Code != tt.code {
				t.Errorf("%v, want %s", err, tt.code)
			}
		})
	}
}

// What parses can be judged, and judging ends.
func FuzzRules(f *testing.F) {
	f.Add(assertRule(`{"Fn::Contains":[["a"],{"Ref":"Size"}]}`))
	f.Add(assertRule(`{"Fn::Not":[{"Fn::And":[{"Fn::EachMemberIn":[{"Ref":"Size"},[1,null,{}]]}]}]}`))
	f.Add(`{"Rules":{"":{"RuleCondition":[],"Assertions":[{}]}}}`)
	f.Add(`{"Rules":`)
	f.Fuzz(func(t *testing.T, parameters string) {
		set, err := parseRules(parameters)
		if err != nil {
			return
		}
		set.broken(given(map[string]string{"Size": "small"}))
	})
}

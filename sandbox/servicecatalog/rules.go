package servicecatalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// rule sets of a TEMPLATE constraint: what a launch's parameters must hold.
type (
	ruleSet   map[string]paramRule
	paramRule struct {
		RuleCondition any
		Assertions    []assertion
	}
	assertion struct {
		Assert            any
		AssertDescription string
	}
	// lookup gives a parameter's value; false: it has none.
	lookup func(name string) (any, bool)
)

// parseRules reads the parameters of a TEMPLATE constraint. A rule function that the sandbox
// does not judge is refused here, so that no launch passes unjudged.
func parseRules(parameters string) (ruleSet, error) {
	var p struct{ Rules ruleSet }
	if err := decode(parameters, &p); err != nil {
		return nil, err
	}
	if len(p.Rules) == 0 {
		return nil, invalid("A TEMPLATE constraint needs Rules.")
	}
	for _, name := range slices.Sorted(maps.Keys(p.Rules)) {
		if err := p.Rules[name].check(); err != nil {
			return nil, err
		}
	}
	return p.Rules, nil
}

func (r paramRule) check() error {
	if len(r.Assertions) == 0 {
		return invalid("Each rule of a TEMPLATE constraint needs Assertions.")
	}
	if r.RuleCondition != nil {
		if err := known(r.RuleCondition); err != nil {
			return err
		}
	}
	for _, a := range r.Assertions {
		if err := known(a.Assert); err != nil {
			return err
		}
	}
	return nil
}

var ruleFunctions = []string{"Fn::And", "Fn::Contains", "Fn::EachMemberIn", "Fn::Equals", "Fn::Not", "Fn::Or", "Ref"}

// known refuses, anywhere in an expression, a function that the sandbox does not judge.
func known(expr any) error {
	switch v := expr.(type) {
	case []any:
		for _, e := range v {
			if err := known(e); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, arg := range v {
			if len(v) != 1 || !slices.Contains(ruleFunctions, name) {
				return notHere("CreateConstraint with rule function %s", name)
			}
			if err := known(arg); err != nil {
				return err
			}
		}
	}
	return nil
}

// broken gives the description of the first assertion that the parameters do not hold, or "".
func (s ruleSet) broken(params lookup) string {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		r := s[name]
		if r.RuleCondition != nil && !truth(r.RuleCondition, params) {
			continue
		}
		for _, a := range r.Assertions {
			if truth(a.Assert, params) {
				continue
			}
			if a.AssertDescription == "" {
				return "Rule " + name + " is not held by the parameters."
			}
			return "Rule " + name + ": " + a.AssertDescription
		}
	}
	return ""
}

// truth judges a condition. What is not a condition is false.
func truth(expr any, params lookup) bool {
	m, _ := expr.(map[string]any)
	for name, arg := range m {
		args, _ := arg.([]any)
		switch name {
		case "Fn::And":
			return len(args) > 0 && !slices.ContainsFunc(args, func(a any) bool { return !truth(a, params) })
		case "Fn::Or":
			return slices.ContainsFunc(args, func(a any) bool { return truth(a, params) })
		case "Fn::Not":
			return len(args) == 1 && !truth(args[0], params)
		case "Fn::Equals":
			return len(args) == 2 && same(value(args[0], params), value(args[1], params))
		case "Fn::Contains":
			return len(args) == 2 && among(list(args[0], params), value(args[1], params))
		case "Fn::EachMemberIn":
			return len(args) == 2 && eachIn(list(args[0], params), list(args[1], params))
		}
	}
	return false
}

// value gives a literal, or what a Ref names; a parameter without a value is nil and equals nothing.
func value(expr any, params lookup) any {
	m, ok := expr.(map[string]any)
	if !ok {
		return expr
	}
	name, _ := m["Ref"].(string)
	v, found := params(name)
	if !found {
		return nil
	}
	return v
}

// list gives a list, literal or of a parameter, whose text is split at commas.
func list(expr any, params lookup) []any {
	switch v := value(expr, params).(type) {
	case []any:
		return v
	case string:
		var out []any
		for _, s := range strings.Split(v, ",") {
			out = append(out, strings.TrimSpace(s))
		}
		return out
	}
	return nil
}

func eachIn(members, allowed []any) bool {
	return len(members) > 0 && !slices.ContainsFunc(members, func(m any) bool { return !among(allowed, m) })
}

func among(all []any, v any) bool {
	return slices.ContainsFunc(all, func(a any) bool { return same(a, v) })
}

func same(a, b any) bool { return a != nil && b != nil && fmt.Sprint(a) == fmt.Sprint(b) }

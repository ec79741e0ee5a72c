package cfn

import (
	"reflect"
	"slices"

	"github.com/axle-cd/axle/document"
)

// Broken gives the first assertion of the Rules section that the parameters do not hold: the
// rule's name and what the assertion says. What only a deployed account knows (Fn::RefAll,
// Fn::ValueOf, Fn::ValueOfAll) is an error: unjudged, no rule is held.
func (t *Template) Broken(env Env) (rule, says string, err error) {
	e := newEvaluation(t, env)
	rules := t.Doc.Root.Get("Rules")
	for _, name := range keys(rules) {
		r := rules.Get(name)
		if when := r.Get("RuleCondition"); when != nil {
			holds, err := e.ruled(when)
			if err != nil {
				return "", "", err
			}
			if !holds {
				continue
			}
		}
		all := r.Get("Assertions")
		if all == nil || all.Kind != document.Sequence || len(all.Items) == 0 {
			return "", "", t.fail(r, CodeShape, "rule "+quote(name)+" has no Assertions", "")
		}
		for _, a := range all.Items {
			holds, err := e.ruled(a.Get("Assert"))
			if err != nil {
				return "", "", err
			}
			if !holds {
				return name, raw(a.Get("AssertDescription")), nil
			}
		}
	}
	return "", "", nil
}

// ruled judges a function of a rule.
func (e *evaluation) ruled(n *document.Node) (bool, error) {
	name, arg, ok := intrinsic(n)
	if !ok || arg == nil || arg.Kind != document.Sequence {
		return false, e.t.fail(n, CodeFunction, "a rule is judged by one function, found "+kind(n), "")
	}
	switch {
	case name == "Fn::And" || name == "Fn::Or":
		decisive := name == "Fn::Or"
		for _, item := range arg.Items {
			if holds, err := e.ruled(item); err != nil || holds == decisive {
				return holds, err
			}
		}
		return !decisive, nil
	case name == "Fn::Not" && len(arg.Items) == 1:
		holds, err := e.ruled(arg.Items[0])
		return !holds, err
	case len(arg.Items) != 2:
		return false, e.t.fail(n, CodeFunction, name+" needs a list of 2 values", "")
	}
	return e.compared(n, name, arg.Items[0], arg.Items[1])
}

func (e *evaluation) compared(n *document.Node, name string, first, second *document.Node) (bool, error) {
	a, err := e.judged(first)
	if err != nil {
		return false, err
	}
	b, err := e.judged(second)
	if err != nil {
		return false, err
	}
	all, isList := a.([]any)
	allowed, _ := b.([]any)
	among := func(v any) bool {
		return slices.ContainsFunc(allowed, func(x any) bool { return reflect.DeepEqual(x, v) })
	}
	switch name {
	case "Fn::Equals":
		return reflect.DeepEqual(a, b), nil
	case "Fn::Contains":
		return slices.ContainsFunc(all, func(x any) bool { return reflect.DeepEqual(x, b) }), nil
	case "Fn::EachMemberEquals":
		return isList && !slices.ContainsFunc(all, func(x any) bool { return !reflect.DeepEqual(x, b) }), nil
	case "Fn::EachMemberIn":
		return isList && !slices.ContainsFunc(all, func(x any) bool { return !among(x) }), nil
	}
	return false, e.t.fail(n, CodeFunction, name+" cannot judge a rule", document.DidYouMean(name, ruleFunctions))
}

// judged gives a value as rules compare it: scalars as text.
func (e *evaluation) judged(n *document.Node) (any, error) {
	if name, _, ok := intrinsic(n); ok && slices.Contains([]string{"Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"}, name) {
		return nil, e.t.fail(n, CodeMacro, name+" is known only where it is deployed", "")
	}
	if n != nil && n.Kind == document.Sequence {
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			var err error
			if out[i], err = e.judged(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	v, err := e.comparable(n)
	if u, ok := firstUnknown(v); ok && err == nil {
		return nil, e.t.fail(n, CodeFunction, "a rule cannot be judged: "+u.Why, "")
	}
	return v, err
}

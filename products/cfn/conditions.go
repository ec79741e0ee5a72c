package cfn

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// EvalConditions gives every condition: true, false or Unknown.
func (t *Template) EvalConditions(env Env) (map[string]any, error) {
	e := newEvaluation(t, env)
	for _, name := range keys(t.Conditions) {
		if _, err := e.condition(t.Conditions.Key(name), name); err != nil {
			return nil, err
		}
	}
	return e.conditions, nil
}

// condition gives a condition by name, computed when first asked for.
func (e *evaluation) condition(n *document.Node, name string) (any, error) {
	if v, ok := e.conditions[name]; ok {
		return v, nil
	}
	body := e.t.Conditions.Get(name)
	if body == nil {
		return nil, e.t.fail(n, CodeCondition, "condition "+quote(name)+" is not defined", document.DidYouMean(name, keys(e.t.Conditions)))
	}
	if i := slices.Index(e.open, name); i >= 0 {
		return nil, e.t.fail(n, CodeCycle, "cycle: "+strings.Join(append(slices.Clone(e.open[i:]), name), " -> "), "")
	}
	e.open = append(e.open, name)
	v, err := e.test(body)
	e.open = e.open[:len(e.open)-1]
	if err != nil {
		return nil, err
	}
	e.conditions[name] = v
	return v, nil
}

// test evaluates a condition function: true, false or Unknown. What is decided by its known
// parts is known: And with a false one, Or with a true one.
func (e *evaluation) test(n *document.Node) (any, error) {
	if n == nil || n.Kind != document.Mapping || len(n.Pairs) != 1 {
		return nil, e.t.fail(n, CodeFunction, "a condition is one function, found "+kind(n), "use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition")
	}
	arg := n.Pairs[0].Value
	switch name := n.Pairs[0].Key.Value; name {
	case "Condition":
		return e.condition(arg, raw(arg))
	case "Fn::Equals":
		return e.equals(arg)
	case "Fn::And":
		return e.every(arg, name, false)
	case "Fn::Or":
		return e.every(arg, name, true)
	case "Fn::Not":
		args, err := e.t.args(arg, name)
		if err != nil {
			return nil, err
		}
		v, err := e.test(args[0])
		if known, ok := v.(bool); ok {
			return !known, err
		}
		return v, err
	default:
		return nil, e.t.fail(n, CodeFunction, name+" is not a condition function", document.DidYouMean(name, conditionFunctions))
	}
}

func (e *evaluation) equals(arg *document.Node) (any, error) {
	args, err := e.t.args(arg, "Fn::Equals")
	if err != nil {
		return nil, err
	}
	sides := [2]any{}
	for i := range sides {
		if sides[i], err = e.comparable(args[i]); err != nil {
			return nil, err
		}
		if u, ok := firstUnknown(sides[i]); ok {
			return u, nil
		}
	}
	return reflect.DeepEqual(sides[0], sides[1]), nil
}

// comparable gives a value as Fn::Equals compares it: scalars as text.
func (e *evaluation) comparable(n *document.Node) (any, error) {
	if isScalar(n) {
		return n.Value, nil
	}
	v, err := e.value(n)
	if err != nil {
		return nil, err
	}
	switch v.(type) {
	case bool, int64, float64:
		return e.asText(n, v, "Fn::Equals")
	}
	return v, nil
}

// every evaluates And (decisive false) and Or (decisive true).
func (e *evaluation) every(arg *document.Node, name string, decisive bool) (any, error) {
	args, err := e.t.args(arg, name)
	if err != nil {
		return nil, err
	}
	var unknown any
	decided := false
	for _, a := range args {
		v, err := e.test(a)
		if err != nil {
			return nil, err
		}
		if known, ok := v.(bool); !ok {
			unknown = v
		} else if known == decisive {
			decided = true
		}
	}
	switch {
	case decided:
		return decisive, nil
	case unknown != nil:
		return unknown, nil
	}
	return !decisive, nil
}

// branch evaluates Fn::If. Only the branch taken is evaluated.
func (e *evaluation) branch(arg *document.Node) (any, error) {
	args, err := e.t.args(arg, "Fn::If")
	if err != nil {
		return nil, err
	}
	if !isScalar(args[0]) {
		return nil, e.t.fail(args[0], CodeFunction, "Fn::If needs the name of a condition, found "+kind(args[0]), "")
	}
	v, err := e.condition(args[0], args[0].Value)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case Unknown:
		return Unknown{Why: "condition " + args[0].Value + " is not known: " + v.Why}, nil
	case bool:
		if v {
			return e.value(args[1])
		}
	}
	return e.value(args[2])
}

// findInMap evaluates [map, key, key] with an optional {DefaultValue: …}.
func (e *evaluation) findInMap(arg *document.Node) (any, error) {
	args, err := e.t.args(arg, "Fn::FindInMap")
	if err != nil {
		return nil, err
	}
	at := e.t.Mappings
	var path []string
	for _, n := range args[:3] {
		name, err := e.text(n, "Fn::FindInMap")
		if err != nil {
			return nil, err
		}
		path = append(path, name)
		next := at.Get(name)
		if next == nil {
			return e.mapDefault(args, n, strings.Join(path, "."), document.DidYouMean(name, keys(at)))
		}
		at = next
	}
	return e.value(at)
}

func (e *evaluation) mapDefault(args []*document.Node, at *document.Node, path, hint string) (any, error) {
	if len(args) == 4 {
		if d := args[3].Get("DefaultValue"); d != nil {
			return e.value(d)
		}
	}
	return nil, e.t.fail(at, CodeMapping, "Fn::FindInMap finds no "+quote(path)+" in Mappings", hint)
}

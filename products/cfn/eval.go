package cfn

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Unknown stands where a value cannot be known without running: it is never a pass.
type Unknown struct {
	Why string
	Of  string // the logical id it would come from, where it is one resource's: Bucket for a Ref or GetAtt of Bucket
}

// NoValue is {"Ref": "AWS::NoValue"}: the property is not there. Eval drops it from mappings and lists.
type NoValue struct{}

// Env answers what a template asks of the world. A nil func answers nothing; an empty field
// is a pseudo parameter that is not known. Partition and URLSuffix follow from Region.
type Env struct {
	Params                        map[string]any // every parameter's value: string, or []any for list types
	Partition, AccountID, Region  string
	StackName, StackID, URLSuffix string
	NotificationARNs              []string
	Ref                           func(logicalID string) (any, bool)            // what Ref of a resource gives
	GetAtt                        func(logicalID, attribute string) (any, bool) // false: unknown
	Import                        func(export string) (any, bool)
	AZs                           func(region string) []string
	Choices                       map[string][]string // the values among which a launch may choose a parameter's; one that is not named has any that the template allows
	Conditions                    map[string]bool     // decided beforehand, whatever the template says
	StandIns                      bool                // Ref and GetAtt answer "${Key.Arn}" for what is not made yet: text to put together, not to take apart
}

// In is the world of all these regions at once: what they share is known, the rest is not.
// Without a region it is that of AWS's own partition.
func (e Env) In(regions ...string) Env {
	e.Region, e.Partition, e.URLSuffix = "", "", ""
	if len(regions) == 1 {
		e.Region = regions[0]
		return e
	}
	e.Partition, e.URLSuffix = shape("")
	for i, region := range regions {
		partition, suffix := shape(region)
		if i == 0 {
			e.Partition, e.URLSuffix = partition, suffix
		}
		if partition != e.Partition {
			e.Partition = ""
		}
		if suffix != e.URLSuffix {
			e.URLSuffix = ""
		}
	}
	return e
}

// Eval gives the value of a node: string, bool, int64, float64, nil, []any, map[string]any,
// Unknown or NoValue. An unknown part makes the smallest whole that holds it Unknown: a Sub
// with an unknown variable is Unknown, a list with one unknown item keeps the others.
// An error is a fault of the template, with its place.
func (t *Template) Eval(n *document.Node, env Env) (any, error) {
	return newEvaluation(t, env).value(n)
}

// evaluation is one walk with one environment; conditions are computed once, when first asked for.
type evaluation struct {
	t          *Template
	env        Env
	conditions map[string]any // bool or Unknown
	open       []string       // conditions being computed, to see a cycle
}

func newEvaluation(t *Template, env Env) *evaluation {
	e := &evaluation{t: t, env: env, conditions: map[string]any{}}
	for name, decided := range env.Conditions {
		e.conditions[name] = decided
	}
	return e
}

func (e *evaluation) value(n *document.Node) (any, error) {
	if n == nil {
		return nil, nil
	}
	switch n.Kind {
	case document.Sequence:
		return e.sequence(n)
	case document.Mapping:
		if name, arg, ok := intrinsic(n); ok {
			return e.call(n, name, arg)
		}
		return e.mapping(n)
	}
	return n.Plain(), nil
}

func (e *evaluation) sequence(n *document.Node) (any, error) {
	out := make([]any, 0, len(n.Items))
	for _, item := range n.Items {
		v, err := e.value(item)
		if err != nil {
			return nil, err
		}
		if v != (NoValue{}) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (e *evaluation) mapping(n *document.Node) (any, error) {
	out := make(map[string]any, len(n.Pairs))
	for _, p := range n.Pairs {
		if isLoop(p.Key.Value) {
			return nil, e.t.fail(p.Key, CodeMacro, "Fn::ForEach is not supported", "write the repeated part out")
		}
		v, err := e.value(p.Value)
		if err != nil {
			return nil, err
		}
		if v != (NoValue{}) {
			out[p.Key.Value] = v
		}
	}
	return out, nil
}

// notKnown carries an Unknown out of a function: one unknown part makes the function's value unknown.
type notKnown struct{ Unknown }

func (u notKnown) Error() string { return u.Why }

// call evaluates a function. What it could not know is its value.
func (e *evaluation) call(n *document.Node, name string, arg *document.Node) (any, error) {
	v, err := e.apply(n, name, arg)
	if u, ok := errors.AsType[notKnown](err); ok {
		return u.Unknown, nil
	}
	return v, err
}

// apply is the list of all functions.
func (e *evaluation) apply(n *document.Node, name string, arg *document.Node) (any, error) {
	switch name {
	case "Ref":
		return e.ref(arg)
	case "Fn::GetAtt":
		return e.getAtt(arg)
	case "Fn::Sub":
		return e.sub(arg)
	case "Fn::Join":
		return e.join(arg)
	case "Fn::Select":
		return e.selectItem(arg)
	case "Fn::Split":
		return e.split(arg)
	case "Fn::If":
		return e.branch(arg)
	case "Fn::FindInMap":
		return e.findInMap(arg)
	case "Fn::Base64":
		return e.base64(arg)
	case "Fn::Cidr":
		return e.cidr(arg)
	case "Fn::GetAZs":
		return e.zones(arg)
	case "Fn::ImportValue":
		return e.importValue(arg)
	case "Fn::Length":
		return e.length(arg)
	case "Fn::ToJsonString":
		return e.toJSON(arg)
	case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not":
		return e.test(n)
	case "Fn::Transform":
		return nil, e.t.fail(n, CodeMacro, "Fn::Transform is not supported", "transforms are denied by default; write the result into the template")
	}
	return nil, e.t.unknownFunction(n, name)
}

// text evaluates n to a text. A number or boolean is its raw scalar.
func (e *evaluation) text(n *document.Node, function string) (string, error) {
	if isScalar(n) {
		return n.Value, nil
	}
	v, err := e.value(n)
	if err != nil {
		return "", err
	}
	return e.asText(n, v, function)
}

func (e *evaluation) asText(n *document.Node, v any, function string) (string, error) {
	switch v := v.(type) {
	case Unknown:
		return "", notKnown{v}
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", e.t.fail(n, CodeFunction, fmt.Sprintf("%s needs text here, found %s", function, found(v)), "")
}

// knownText evaluates n to a text that is about to be taken apart: one that holds a stand-in is not known.
func (e *evaluation) knownText(n *document.Node, function string) (string, error) {
	s, err := e.text(n, function)
	if err == nil {
		err = e.standIn(s)
	}
	return s, err
}

// standIn finds the name of what is not made yet in a text.
func (e *evaluation) standIn(text string) error {
	if !e.env.StandIns {
		return nil
	}
	for _, p := range parts(text) {
		if id, _, _ := strings.Cut(p.text, "."); p.variable && e.t.Resource(id) != nil {
			return notKnown{Unknown{Why: p.text + " is known only once it is made", Of: id}}
		}
	}
	return nil
}

// list evaluates n to a list; text does not count as a list of one.
func (e *evaluation) list(n *document.Node, function string) ([]any, error) {
	v, err := e.value(n)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case Unknown:
		return nil, notKnown{v}
	case []any:
		return v, nil
	case string:
		if err := e.standIn(v); err != nil {
			return nil, err
		}
	}
	return nil, e.t.fail(n, CodeFunction, fmt.Sprintf("%s needs a list here, found %s", function, found(v)), "")
}

// arity is how many values each function takes that takes a list.
var arity = map[string][2]int{"Fn::Join": {2, 2}, "Fn::Select": {2, 2}, "Fn::Split": {2, 2}, "Fn::If": {3, 3},
	"Fn::FindInMap": {3, 4}, "Fn::Cidr": {2, 3}, "Fn::Equals": {2, 2}, "Fn::And": {2, 10}, "Fn::Or": {2, 10}, "Fn::Not": {1, 1}}

// args gives the arguments of a function that takes a list.
func (t *Template) args(arg *document.Node, function string) ([]*document.Node, error) {
	a := arity[function]
	if arg == nil || arg.Kind != document.Sequence || len(arg.Items) < a[0] || len(arg.Items) > a[1] {
		return nil, t.fail(arg, CodeFunction, fmt.Sprintf("%s needs a list of %s", function, span(a[0], a[1])), "")
	}
	return arg.Items, nil
}

func span(least, most int) string {
	if least == most {
		return fmt.Sprintf("%d values", least)
	}
	return fmt.Sprintf("%d to %d values", least, most)
}

// found is what a value is, in the words of a message; never the value itself.
func found(v any) string {
	switch v.(type) {
	case nil, NoValue:
		return "nothing"
	case []any:
		return "a list"
	case map[string]any:
		return "a mapping"
	case string:
		return "text"
	}
	return "a number or boolean"
}

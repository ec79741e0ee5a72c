package cfn

import "github.com/axle-cd/axle/document"

// Unknown stands where a value cannot be known without running: it is never a pass.
type Unknown struct{ Why string }

// NoValue is {"Ref": "AWS::NoValue"}: the property is not there. Eval drops it from mappings and lists.
type NoValue struct{}

// Env answers what a template asks of the world. A nil func answers nothing.
type Env struct {
	Params                        map[string]any // every parameter's value: string, or []any for list types
	Partition, AccountID, Region  string
	StackName, StackID, URLSuffix string
	NotificationARNs              []string
	Ref                           func(logicalID string) (any, bool)            // what Ref of a resource gives
	GetAtt                        func(logicalID, attribute string) (any, bool) // false: unknown
	Import                        func(export string) (any, bool)
	AZs                           func(region string) []string
}

// Eval gives the value of a node: string, bool, int64, float64, nil, []any, map[string]any,
// Unknown or NoValue. An unknown part makes the smallest whole that holds it Unknown: a Sub
// with an unknown variable is Unknown, a list with one unknown item keeps the others.
// An error is a fault of the template, with its place.
func (t *Template) Eval(n *document.Node, env Env) (any, error) {
	return nil, document.Fail("AXLE2099", "not built yet", "", nil)
}

package cfn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

var conditionFunctions = []string{"Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"}

// functions judges every function below a node, without values.
func (c *checker) functions(n *document.Node, path string) {
	if n == nil {
		return
	}
	if n.Kind == document.Null {
		c.fault(n, CodeNull, path, "null is not allowed here", `leave the key out, or write {"Ref": "AWS::NoValue"}`)
		return
	}
	if name, arg, ok := intrinsic(n); ok {
		c.function(n, name, arg, path)
	} else {
		c.alone(n, path)
	}
	for _, p := range n.Pairs {
		if p.Key.Value != "Fn::GetAZs" || p.Value.Kind != document.Null { // null is the region at hand
			c.functions(p.Value, join(path, p.Key.Value))
		}
	}
	for i, item := range n.Items {
		c.functions(item, fmt.Sprintf("%s[%d]", path, i))
	}
}

// alone refuses a function that has other keys beside it.
func (c *checker) alone(n *document.Node, path string) {
	for _, p := range n.Pairs {
		key := p.Key.Value
		if strings.HasPrefix(key, "Fn::") {
			c.fault(p.Key, CodeFunction, path, key+" must stand alone in its mapping", "")
		}
	}
}

func (c *checker) function(n *document.Node, name string, arg *document.Node, path string) {
	if !slices.Contains(functions, name) {
		c.take(c.t.unknownFunction(n, name), path)
		return
	}
	if _, ok := arity[name]; ok {
		if _, err := c.t.args(arg, name); err != nil {
			c.take(err, path)
			return
		}
	}
	c.extended(n, name, arg, path)
	switch name {
	case "Ref":
		c.ref(arg, path)
	case "Fn::GetAtt":
		c.getAtt(arg, path)
	case "Fn::Sub":
		c.sub(arg, path)
	case "Fn::If":
		c.conditional(arg.Items[0], path)
	case "Fn::FindInMap":
		c.findInMap(arg, path)
	}
}

// extended refuses what CloudFormation takes only with its language extensions.
func (c *checker) extended(n *document.Node, name string, arg *document.Node, path string) {
	what := name
	switch {
	case name == "Fn::Length" || name == "Fn::ToJsonString":
	case name == "Fn::FindInMap" && len(arg.Items) == 4:
		what = "DefaultValue of Fn::FindInMap"
	default:
		return
	}
	if !slices.Contains(c.t.Transforms, extensions) {
		c.fault(n, CodeFunction, path, what+" needs the language extensions", "write Transform: "+extensions)
	}
}

func (c *checker) ref(arg *document.Node, path string) {
	switch {
	case !isScalar(arg):
		c.fault(arg, CodeFunction, path, "Ref needs a name, found "+kind(arg), "")
	case !c.t.defines(arg.Value):
		c.fault(arg, CodeReference, path, "Ref "+quote(arg.Value)+" names nothing", document.DidYouMean(arg.Value, append(c.t.names(), pseudoNames...)))
	}
}

func (c *checker) getAtt(arg *document.Node, path string) {
	id, rest, ok := attribute(arg)
	if !ok {
		c.fault(arg, CodeFunction, path, "Fn::GetAtt needs a logical id and an attribute", "write [Bucket, Arn] or Bucket.Arn")
		return
	}
	c.attribute(id, id.Value, literalAttribute(rest), path)
}

// attribute judges what GetAtt, or ${A.B} of Sub, asks of a resource; "" is an attribute that a function computes.
func (c *checker) attribute(n *document.Node, id, name, path string) {
	r := c.t.Resource(id)
	if r == nil {
		c.fault(n, CodeReference, path, "Fn::GetAtt "+quote(id)+" names no resource", document.DidYouMean(id, c.t.resourceNames()))
		return
	}
	if info, ok := Type(r.Type); ok && name != "" && !info.Attribute(name) {
		c.fault(n, CodeAttribute, path, r.Type+" has no attribute "+quote(name), document.DidYouMean(name, info.Attributes))
	}
}

func (c *checker) sub(arg *document.Node, path string) {
	body, own, err := subArgs(c.t, arg)
	if err != nil {
		c.take(err, path)
		return
	}
	for _, p := range parts(body.Value) {
		if !p.variable || own.Get(p.text) != nil || c.t.defines(p.text) {
			continue
		}
		if id, attr, ok := strings.Cut(p.text, "."); ok && c.t.Resource(id) != nil {
			c.attribute(body, id, attr, path)
			continue
		}
		c.take(c.t.noVariable(body, p.text, own), path)
	}
}

// conditional judges the name of a condition.
func (c *checker) conditional(n *document.Node, path string) {
	switch {
	case n == nil:
	case !isScalar(n):
		c.fault(n, CodeFunction, path, "a condition is used by its name, found "+kind(n), "")
	case c.t.Conditions.Get(n.Value) == nil:
		c.fault(n, CodeCondition, path, "condition "+quote(n.Value)+" is not defined", document.DidYouMean(n.Value, keys(c.t.Conditions)))
	}
}

// findInMap judges the names that are literal.
func (c *checker) findInMap(arg *document.Node, path string) {
	if len(arg.Items) == 4 {
		return // a default covers what is missing
	}
	at := c.t.Mappings
	var walked []string
	for _, n := range arg.Items[:3] {
		if !isScalar(n) {
			return
		}
		walked = append(walked, n.Value)
		next := at.Get(n.Value)
		if next == nil {
			c.fault(n, CodeMapping, path, "Fn::FindInMap finds no "+quote(strings.Join(walked, "."))+" in Mappings", document.DidYouMean(n.Value, keys(at)))
			return
		}
		at = next
	}
}

// conditions judges the section: functions of conditions alone, over parameters alone, without a cycle.
func (c *checker) conditions() {
	for _, name := range keys(c.t.Conditions) {
		n, path := c.t.Conditions.Get(name), "Conditions."+name
		c.condition(n, path)
		for _, r := range c.t.References(n) {
			if c.t.Resource(r.LogicalID) != nil && c.t.Parameter(r.LogicalID) == nil && r.Kind != "Fn::FindInMap" && r.Kind != "Condition" {
				c.fault(r.Node, CodeReference, path, "a condition cannot use the resource "+quote(r.LogicalID), "conditions are decided before anything is made")
			}
		}
	}
	for _, name := range keys(c.t.Conditions) {
		if _, err := newEvaluation(c.t, Env{}).condition(nil, name); document.CodeOf(err) == CodeCycle {
			c.take(err, "Conditions."+name)
			return // the others of the cycle would say the same
		}
	}
}

func (c *checker) condition(n *document.Node, path string) {
	if n == nil || n.Kind != document.Mapping || len(n.Pairs) != 1 {
		c.fault(n, CodeFunction, path, "a condition is one function, found "+kind(n), "use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition")
		return
	}
	name, arg := n.Pairs[0].Key.Value, n.Pairs[0].Value
	switch {
	case name == "Condition":
		c.conditional(arg, path)
	case !slices.Contains(conditionFunctions, name):
		c.fault(n, CodeFunction, path, name+" is not a condition function", document.DidYouMean(name, conditionFunctions))
	case name == "Fn::Equals":
		c.functions(n, path)
	default:
		items, err := c.t.args(arg, name)
		if err != nil {
			c.take(err, path)
		}
		for i, item := range items {
			c.condition(item, fmt.Sprintf("%s.%s[%d]", path, name, i))
		}
	}
}

// ruleFunctions are those of the Rules section, which only CloudFormation evaluates.
var ruleFunctions = []string{"Fn::And", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::Equals",
	"Fn::If", "Fn::Not", "Fn::Or", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll", "Ref"}

func (c *checker) rules() {
	walk(c.t.Doc.Root.Get("Rules"), func(at *document.Node, name string, _ *document.Node) {
		if name != "Condition" && !slices.Contains(ruleFunctions, name) {
			c.fault(at, CodeFunction, "Rules", "unknown function "+name+" in Rules", document.DidYouMean(name, ruleFunctions))
		}
	})
}

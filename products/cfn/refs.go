package cfn

import (
	"strings"

	"github.com/axle-cd/axle/document"
)

// regionShape gives partition and DNS suffix of a region by its prefix; the empty prefix is all others.
var regionShape = []struct{ prefix, partition, suffix string }{
	{"cn-", "aws-cn", "amazonaws.com.cn"},
	{"us-gov-", "aws-us-gov", "amazonaws.com"},
	{"", "aws", "amazonaws.com"},
}

func shape(region string) (partition, suffix string) {
	for _, r := range regionShape {
		if strings.HasPrefix(region, r.prefix) {
			return r.partition, r.suffix
		}
	}
	return "", ""
}

// pseudo answers a pseudo parameter.
func (e *evaluation) pseudo(n *document.Node, name string) (any, error) {
	partition, suffix := e.env.Partition, e.env.URLSuffix
	if e.env.Region != "" {
		p, s := shape(e.env.Region)
		partition, suffix = or(partition, p), or(suffix, s)
	}
	var v string
	switch name {
	case "AWS::NoValue":
		return NoValue{}, nil
	case "AWS::NotificationARNs":
		return anys(e.env.NotificationARNs), nil
	case "AWS::AccountId":
		v = e.env.AccountID
	case "AWS::Region":
		v = e.env.Region
	case "AWS::Partition":
		v = partition
	case "AWS::URLSuffix":
		v = suffix
	case "AWS::StackName":
		v = e.env.StackName
	case "AWS::StackId":
		v = e.env.StackID
	default:
		return nil, e.t.fail(n, CodeReference, "Ref "+quote(name)+" names no pseudo parameter", document.DidYouMean(name, pseudoNames))
	}
	if v == "" {
		return Unknown{Why: name + " is known only where it is deployed"}, nil
	}
	return v, nil
}

var pseudoNames = []string{"AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition",
	"AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix"}

func (e *evaluation) ref(arg *document.Node) (any, error) {
	if !isScalar(arg) {
		return nil, e.t.fail(arg, CodeFunction, "Ref needs a name, found "+kind(arg), "")
	}
	return e.named(arg, arg.Value)
}

// named answers Ref of a pseudo parameter, a parameter or a resource.
func (e *evaluation) named(n *document.Node, name string) (any, error) {
	if strings.HasPrefix(name, "AWS::") {
		return e.pseudo(n, name)
	}
	if e.t.Parameter(name) != nil {
		if v, ok := e.env.Params[name]; ok {
			return v, nil
		}
		return Unknown{Why: "parameter " + name + " has no value"}, nil
	}
	if e.t.Resource(name) == nil {
		return nil, e.t.fail(n, CodeReference, "Ref "+quote(name)+" names nothing", document.DidYouMean(name, e.t.names()))
	}
	if e.env.Ref != nil {
		if v, ok := e.env.Ref(name); ok {
			return v, nil
		}
	}
	return Unknown{Why: "Ref of " + name + " is known only once it is made", Of: name}, nil
}

func (e *evaluation) getAtt(arg *document.Node) (any, error) {
	id, rest, ok := attribute(arg)
	if !ok {
		return nil, e.t.fail(arg, CodeFunction, "Fn::GetAtt needs a logical id and an attribute", "write [Bucket, Arn] or Bucket.Arn")
	}
	names := make([]string, len(rest))
	for i, n := range rest {
		name, err := e.text(n, "Fn::GetAtt")
		if err != nil {
			return nil, err
		}
		names[i] = name
	}
	return e.attributeOf(id, id.Value, strings.Join(names, "."))
}

func (e *evaluation) attributeOf(n *document.Node, id, attr string) (any, error) {
	if e.t.Resource(id) == nil {
		return nil, e.t.fail(n, CodeReference, "Fn::GetAtt "+quote(id)+" names no resource", document.DidYouMean(id, e.t.resourceNames()))
	}
	if e.env.GetAtt != nil {
		if v, ok := e.env.GetAtt(id, attr); ok {
			return v, nil
		}
	}
	return Unknown{Why: attr + " of " + id + " is known only once it is made", Of: id}, nil
}

// sub evaluates both forms: text, or [text, variables].
func (e *evaluation) sub(arg *document.Node) (any, error) {
	body, own, err := subArgs(e.t, arg)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, p := range parts(body.Value) {
		if !p.variable {
			b.WriteString(p.text)
			continue
		}
		s, err := e.variable(body, own, p.text)
		if err != nil {
			return nil, err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func subArgs(t *Template, arg *document.Node) (body, own *document.Node, err error) {
	if isScalar(arg) {
		return arg, nil, nil
	}
	if arg != nil && arg.Kind == document.Sequence && len(arg.Items) == 2 &&
		isScalar(arg.Items[0]) && arg.Items[1] != nil && arg.Items[1].Kind == document.Mapping {
		return arg.Items[0], arg.Items[1], nil
	}
	return nil, nil, t.fail(arg, CodeFunction, "Fn::Sub needs a text, or a list of a text and a mapping of its variables", "")
}

func (e *evaluation) variable(body, own *document.Node, name string) (string, error) {
	if n := own.Get(name); n != nil {
		return e.text(n, "Fn::Sub")
	}
	v, err := e.subValue(body, name)
	if err != nil {
		return "", err
	}
	return e.asText(body, v, "Fn::Sub variable "+quote(name))
}

func (e *evaluation) subValue(n *document.Node, name string) (any, error) {
	if e.t.defines(name) {
		return e.named(n, name)
	}
	if id, attr, ok := strings.Cut(name, "."); ok && e.t.Resource(id) != nil {
		return e.attributeOf(n, id, attr)
	}
	return nil, e.t.noVariable(n, name, nil)
}

func (t *Template) noVariable(n *document.Node, name string, own *document.Node) *document.Error {
	from := t.names()
	if own != nil {
		for _, p := range own.Pairs {
			from = append(from, p.Key.Value)
		}
	}
	id, _, _ := strings.Cut(name, ".")
	hint := document.DidYouMean(id, append(from, pseudoNames...))
	if hint == "" {
		hint = "write ${!" + name + "} for the text ${" + name + "}"
	}
	return t.fail(n, CodeSub, "Sub variable "+quote(name)+" is not defined", hint)
}

func (e *evaluation) importValue(arg *document.Node) (any, error) {
	name, err := e.text(arg, "Fn::ImportValue")
	if err != nil {
		return nil, err
	}
	if e.env.Import != nil {
		if v, ok := e.env.Import(name); ok {
			return v, nil
		}
	}
	return Unknown{Why: "export " + quote(name) + " is known only where it is deployed"}, nil
}

func (e *evaluation) zones(arg *document.Node) (any, error) {
	region := e.env.Region
	if arg != nil && arg.Kind != document.Null { // null, as "", is the region at hand
		named, err := e.text(arg, "Fn::GetAZs")
		if err != nil {
			return nil, err
		}
		region = or(named, region)
	}
	if e.env.AZs != nil && region != "" {
		if zones := e.env.AZs(region); zones != nil {
			return anys(zones), nil
		}
	}
	return Unknown{Why: "the zones of " + or(region, "the region") + " are known only where it is deployed"}, nil
}

package cfn

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Patterns are what a value of the template can be, as IAM writes it: * for what only a launch
// knows, ${AWS::Region} and its kin as they are. A list gives each of its items.
func (t *Template) Patterns(n *document.Node) []string { return t.namesOf(n, "") }

// namesOf are the names, or ARNs, that a value can be. kind says what a reference to a resource
// is a reference to.
func (t *Template) namesOf(n *document.Node, kind string) []string {
	if n == nil {
		return nil
	}
	name, arg, ok := intrinsic(n)
	switch {
	case !ok && n.Kind == document.Sequence:
		return t.eachOf(n.Items, kind)
	case !ok && isScalar(n):
		return []string{n.Value}
	case !ok || arg == nil:
		return []string{"*"}
	}
	switch name {
	case "Ref":
		return t.referred(arg.Value, kind)
	case "Fn::GetAtt":
		if id, _, ok := attribute(arg); ok {
			return t.referred(id.Value, kind)
		}
	case "Fn::If":
		if len(arg.Items) == 3 {
			return t.eachOf(arg.Items[1:], kind)
		}
	case "Fn::Sub":
		return []string{t.substituted(arg)}
	case "Fn::Join":
		return []string{t.joined(arg)}
	}
	return []string{"*"}
}

func (t *Template) eachOf(items []*document.Node, kind string) (out []string) {
	for _, item := range items {
		out = append(out, t.namesOf(item, kind)...)
	}
	return out
}

// referred is what a name of the template stands for: a parameter's allowed values, else anything;
// a resource of that kind by its name.
func (t *Template) referred(name, kind string) []string {
	switch {
	case name == "AWS::NoValue":
		return nil
	case name == "AWS::StackName":
		return []string{"SC-*"}
	case slices.Contains(pseudoNames, name):
		return []string{"${" + name + "}"}
	}
	if p := t.Parameter(name); p != nil && len(p.AllowedValues) > 0 {
		return p.AllowedValues
	}
	r := t.Resource(name)
	if r == nil || kind == "" {
		return []string{"*"}
	}
	of := actions().types[r.Type]
	if of == nil || of.own != kind {
		return []string{"*"}
	}
	return t.named(r, of, kind, "") // its name's own references are not followed: they may go round
}

// substituted is a Fn::Sub with what is not known as *.
func (t *Template) substituted(arg *document.Node) string {
	text, vars := arg, (*document.Node)(nil)
	if arg.Kind == document.Sequence && len(arg.Items) == 2 {
		text, vars = arg.Items[0], arg.Items[1]
	}
	var b strings.Builder
	for _, p := range parts(text.Value) {
		switch {
		case !p.variable:
			b.WriteString(p.text)
		case vars.Get(p.text) != nil:
			b.WriteString(sole(t.namesOf(vars.Get(p.text), "")))
		default:
			b.WriteString(sole(t.referred(p.text, "")))
		}
	}
	return stars(b.String())
}

func (t *Template) joined(arg *document.Node) string {
	if len(arg.Items) != 2 || !isScalar(arg.Items[0]) || arg.Items[1].Kind != document.Sequence {
		return "*"
	}
	var all []string
	for _, item := range arg.Items[1].Items {
		all = append(all, sole(t.namesOf(item, "")))
	}
	return stars(strings.Join(all, arg.Items[0].Value))
}

// sole is the only value there is, or anything.
func sole(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return "*"
}

func stars(s string) string {
	for strings.Contains(s, "**") {
		s = strings.ReplaceAll(s, "**", "*")
	}
	return s
}

// resolved are the reads of what the template names outside of it: parameters of SSM's types, and
// dynamic references.
func (t *Template) resolved() (out []Call) {
	for _, p := range t.Parameters {
		if !strings.HasPrefix(p.Type, "AWS::SSM::Parameter::") {
			continue
		}
		names := p.AllowedValues
		if len(names) == 0 {
			names = []string{"*"} // whoever launches chooses
		}
		out = append(out, Call{Action: "ssm:GetParameters", Resources: arns("ssm:parameter", names), For: p.Name})
	}
	for _, r := range t.Resources {
		out = append(out, t.dynamic(r.Properties, r.LogicalID)...)
	}
	return out
}

func (t *Template) dynamic(n *document.Node, id string) (out []Call) {
	if n == nil {
		return nil
	}
	text := n.Value
	if name, arg, ok := intrinsic(n); ok && name == "Fn::Sub" {
		text = t.substituted(arg)
	} else if ok && name == "Fn::Join" {
		text = t.joined(arg)
	} else {
		for _, item := range n.Items {
			out = append(out, t.dynamic(item, id)...)
		}
		for _, p := range n.Pairs {
			out = append(out, t.dynamic(p.Value, id)...)
		}
	}
	for _, rest := range strings.Split(text, "{{resolve:")[1:] {
		inside, _, _ := strings.Cut(rest, "}}")
		service, name, _ := strings.Cut(inside, ":")
		out = append(out, dynamicCalls(service, name, id)...)
	}
	return out
}

func dynamicCalls(service, name, id string) []Call {
	if !strings.HasPrefix(name, "arn:") {
		name, _, _ = strings.Cut(name, ":")
	} else if fields := strings.SplitN(name, ":", 8); len(fields) > 7 {
		name = strings.Join(fields[:7], ":")
	}
	if service == "secretsmanager" {
		return []Call{{Action: "secretsmanager:GetSecretValue", Resources: arns("secretsmanager:secret", []string{name}), For: id}}
	}
	return []Call{{Action: "ssm:GetParameters", Resources: arns("ssm:parameter", []string{name}), For: id}}
}

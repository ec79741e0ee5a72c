package cfn

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Calls are the actions that making, changing and removing the template's stack takes, besides
// those on the stack itself; and what of the template they could not be told for, a sentence each.
// Names that CloudFormation gives begin with the stack's, and Service Catalog's stacks with SC-.
func (t *Template) Calls() (all []Call, unknown []string) {
	for _, name := range t.Transforms {
		unknown = append(unknown, "the resources that transform "+name+" makes are not known")
	}
	for i := range t.Resources {
		r := &t.Resources[i]
		of, ok := actions().types[r.Type]
		switch {
		case r.Properties.Get("ServiceToken") != nil && (r.Type == "AWS::CloudFormation::CustomResource" || strings.HasPrefix(r.Type, "Custom::")):
			all, unknown = t.custom(r, all, unknown)
			continue
		case !ok:
			unknown = append(unknown, "what "+r.LogicalID+" calls is not known: type "+r.Type)
			continue
		case r.Type == "AWS::CloudFormation::Stack":
			unknown = append(unknown, "the resources of the nested stack "+r.LogicalID+" are in a template of its own")
		}
		more, not := t.callsOf(r, of)
		all, unknown = append(all, more...), append(unknown, not...)
	}
	return append(all, t.resolved()...), unknown
}

func (t *Template) callsOf(r *Resource, of *calls) (all []Call, unknown []string) {
	for _, c := range of.when {
		if c.properties != nil && !slices.ContainsFunc(c.properties, func(p string) bool { return len(below(r.Properties, p)) > 0 }) {
			continue
		}
		for _, action := range c.actions {
			all = append(all, Call{Action: action, Resources: t.on(r, of, action), For: r.LogicalID})
		}
	}
	for _, p := range of.passes {
		for _, n := range below(r.Properties, p.property) {
			roles := t.namesOf(n, "iam:role")
			if len(roles) == 0 || slices.Contains(roles, "*") {
				unknown = append(unknown, "which role "+r.LogicalID+" hands to "+p.service+" in "+p.property+" is not known: grant iam:PassRole on the roles that are meant")
				continue
			}
			all = append(all, Call{"iam:PassRole", arns("iam:role", roles), p.service, r.LogicalID})
		}
	}
	return all, unknown
}

// custom resources call the function, or the topic, behind their token.
func (t *Template) custom(r *Resource, all []Call, unknown []string) ([]Call, []string) {
	names := t.namesOf(r.Properties.Get("ServiceToken"), "lambda:function")
	if len(names) == 0 || slices.Contains(names, "*") {
		return all, append(unknown, "what answers "+r.LogicalID+" is not known: grant lambda:InvokeFunction or sns:Publish on its ServiceToken")
	}
	call := Call{"lambda:InvokeFunction", arns("lambda:function", names), "", r.LogicalID}
	if slices.ContainsFunc(call.Resources, func(arn string) bool { return strings.Contains(arn, ":sns:") }) {
		call.Action = "sns:Publish"
	}
	return append(all, call), unknown
}

// on is what an action of a resource is narrowed to. Reads that list many are asked of the kind.
func (t *Template) on(r *Resource, of *calls, action string) []string {
	var out []string
	for _, kind := range actions().actions[action] {
		if kind == "own" {
			kind = of.own
		}
		names := []string{"*"}
		if !listsMany(action) {
			names = t.named(r, of, kind, kind)
		}
		out = append(out, arns(kind, names)...)
	}
	if out == nil {
		return []string{"*"}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// listsMany holds for DescribeAlarms and its kin, which IAM asks of all alarms whatever they name.
func listsMany(action string) bool {
	_, verb, _ := strings.Cut(action, ":")
	return strings.HasPrefix(verb, "Describe") && strings.HasSuffix(verb, "s") && verb != "DescribeStacks"
}

// named are the names that a resource of this kind has around r; references to such resources are
// followed where follow is the kind too.
func (t *Template) named(r *Resource, of *calls, kind, follow string) []string {
	var out []string
	for _, n := range of.names {
		if n.kind != kind {
			continue
		}
		for _, node := range below(r.Properties, n.property) {
			out = append(out, t.namesOf(node, follow)...)
		}
		if out == nil && n.generated != "" {
			out = append(out, strings.ReplaceAll(n.generated, "<id>", r.LogicalID))
		}
	}
	if out == nil {
		return []string{"*"}
	}
	if paths := t.namesOf(r.Properties.Get("Path"), ""); len(paths) > 0 && kind == of.own && strings.HasPrefix(kind, "iam:") {
		out = under(paths, out)
	}
	return out
}

func under(paths, names []string) (out []string) {
	for _, p := range paths {
		for _, n := range names {
			out = append(out, strings.TrimPrefix(p, "/")+n)
		}
	}
	return out
}

// arns are names of a kind as ARNs; what is an ARN already stays.
func arns(kind string, names []string) []string {
	form := actions().kinds[kind]
	out := make([]string, 0, len(names))
	for _, name := range names {
		if strings.HasPrefix(name, "arn:") {
			out = append(out, name)
			continue
		}
		switch kind {
		case "ssm:parameter":
			name = strings.TrimPrefix(name, "/")
		case "kms:alias":
			name = strings.TrimPrefix(name, "alias/")
		case "kms:key":
			if strings.HasPrefix(name, "alias/") {
				name = "*"
			}
		case "s3:object", "cloudformation:stack":
			name += "/*"
		case "logs:log-group":
			name = strings.TrimSuffix(name, "*") + "*" // its streams too
		case "secretsmanager:secret":
			name = strings.TrimSuffix(name, "-*") + "-*" // AWS adds six characters
		}
		out = append(out, form[:strings.LastIndex(form, "*")]+name)
	}
	return out
}

// below are the nodes at a dotted path, through lists and both branches of Fn::If.
func below(n *document.Node, dotted string) []*document.Node {
	if n == nil {
		return nil
	}
	if name, arg, ok := intrinsic(n); ok {
		var out []*document.Node
		if name == "Fn::If" && len(arg.Items) == 3 {
			out = append(below(arg.Items[1], dotted), below(arg.Items[2], dotted)...)
		} else if name == "Ref" && arg.Value == "AWS::NoValue" {
			return nil
		} else if dotted == "" {
			return []*document.Node{n}
		}
		return out
	}
	if dotted == "" {
		return []*document.Node{n}
	}
	if n.Kind == document.Sequence {
		var out []*document.Node
		for _, item := range n.Items {
			out = append(out, below(item, dotted)...)
		}
		return out
	}
	first, rest, _ := strings.Cut(dotted, ".")
	return below(n.Get(first), rest)
}

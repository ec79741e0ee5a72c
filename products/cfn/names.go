package cfn

import (
	"slices"
	"strconv"

	"github.com/axle-cd/axle/document"
)

func quote(s string) string { return strconv.Quote(s) }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func anys(from []string) []any {
	out := make([]any, len(from))
	for i, s := range from {
		out[i] = s
	}
	return out
}

// names are what Ref may name, but for the pseudo parameters.
func (t *Template) names() []string {
	out := t.resourceNames()
	for _, p := range t.Parameters {
		out = append(out, p.Name)
	}
	return out
}

// key is the node that gives a resource its name.
func (t *Template) key(logicalID string) *document.Node {
	return t.Doc.Root.Get("Resources").Key(logicalID)
}

func (t *Template) resourceNames() []string {
	out := make([]string, 0, len(t.Resources)+len(t.Parameters))
	for _, r := range t.Resources {
		out = append(out, r.LogicalID)
	}
	return out
}

// defines is whether Ref may name it.
func (t *Template) defines(name string) bool {
	return slices.Contains(pseudoNames, name) || t.Parameter(name) != nil || t.Resource(name) != nil
}

func keys(n *document.Node) []string {
	if n == nil {
		return nil
	}
	out := make([]string, len(n.Pairs))
	for i, p := range n.Pairs {
		out[i] = p.Key.Value
	}
	return out
}

var functions = []string{"Ref", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs",
	"Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length", "Fn::Not", "Fn::Or", "Fn::Select",
	"Fn::Split", "Fn::Sub", "Fn::ToJsonString"}

func (t *Template) unknownFunction(n *document.Node, name string) *document.Error {
	if name == "Fn::GetStackOutput" {
		return t.fail(n, CodeFunction, name+" is not supported", "export the value there, and use Fn::ImportValue")
	}
	return t.fail(n, CodeFunction, "unknown function "+name, document.DidYouMean(name, functions))
}

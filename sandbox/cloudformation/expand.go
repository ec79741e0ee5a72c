package cloudformation

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

const (
	languageExtensions = "AWS::LanguageExtensions"
	serverless         = "AWS::Serverless-2016-10-31"
)

// macros refuses, all in one message, the macros that are not in the sandbox, wherever they stand.
func macros(t *cfn.Template) error {
	var names []string
	for _, name := range t.Transforms {
		if name != languageExtensions && name != serverless {
			names = append(names, name)
		}
	}
	loops := false
	var walk func(*document.Node)
	walk = func(n *document.Node) {
		if n == nil {
			return
		}
		for _, p := range n.Pairs {
			if p.Key.Value == "Fn::Transform" {
				names = append(names, macroName(p.Value))
			}
			loops = loops || strings.HasPrefix(p.Key.Value, "Fn::ForEach::")
			walk(p.Value)
		}
		for _, item := range n.Items {
			walk(item)
		}
	}
	walk(t.Doc.Root)
	slices.Sort(names)
	switch names = slices.Compact(names); {
	case len(names) > 0:
		return missing("Transform." + strings.Join(names, ", cloudformation:Transform."))
	case loops && !t.Extended():
		return invalid("Template format error: Fn::ForEach needs Transform: %s", languageExtensions)
	}
	return nil
}

// macroName is the name of the macro that Fn::Transform calls.
func macroName(n *document.Node) string {
	if n != nil && n.Kind == document.Sequence && len(n.Items) == 1 {
		n = n.Items[0]
	}
	if name := n.Get("Name"); name != nil && name.Value != "" {
		return name.Value
	}
	return "Fn::Transform"
}

// transformed says whether the template is another once its transforms have run.
func transformed(t *cfn.Template) bool {
	return t.Extended() || slices.Contains(t.Transforms, serverless)
}

// expand runs the template's transforms and judges what they make.
func expand(t *cfn.Template, env cfn.Env) (*cfn.Template, error) {
	if !transformed(t) {
		return t, nil
	}
	made := t
	if t.Extended() {
		next, ds := t.Expand(env)
		if next == nil {
			return nil, failed(languageExtensions, ds[0].Summary)
		}
		made = next
	}
	if slices.Contains(t.Transforms, serverless) {
		root, err := unserverless(made.Doc.Root)
		if err != nil {
			return nil, err
		}
		next, ds := made.With(root)
		if next == nil {
			return nil, failed(serverless, ds[0].Summary)
		}
		made = next
	}
	if err := lawful(made); err != nil {
		return nil, err
	}
	made.Transforms = t.Transforms
	return made, nil
}

func failed(transform, why string) error {
	return invalid("Transform %s failed with: %s", transform, why)
}

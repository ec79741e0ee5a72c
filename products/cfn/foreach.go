package cfn

import (
	"errors"
	"fmt"
	"strings"

	"github.com/axle-cd/axle/document"
)

// maxWritten is how many nodes loops may write out: a template of 1 MB holds fewer.
const maxWritten = 200_000

// Expand gives the template that the language extensions make of this one: Fn::ForEach is
// written out, and functions are resolved where CloudFormation by itself takes none: in the
// logical ids of Ref and Fn::GetAtt, in DeletionPolicy and UpdateReplacePolicy. env holds the
// parameters' values. Without the extensions it is the template itself.
func (t *Template) Expand(env Env) (*Template, document.Diagnostics) {
	x := &expansion{e: newEvaluation(t, env)}
	root, err := x.node(t.Doc.Root, nil)
	if err == nil {
		err = x.policies(root.Get("Resources"))
	}
	if e, ok := errors.AsType[*document.Error](err); ok {
		return nil, document.Diagnostics{e.Diagnostic}
	}
	return t.With(root)
}

// Extended is whether the template asks for the language extensions.
func (t *Template) Extended() bool {
	for _, name := range t.Transforms {
		if name == extensions {
			return true
		}
	}
	return false
}

// With reads the template with another root.
func (t *Template) With(root *document.Node) (*Template, document.Diagnostics) {
	doc := *t.Doc
	doc.Root = root
	r := &reader{t: &Template{Doc: &doc}}
	r.template(root)
	if r.found.Err() != nil {
		r.found.Sort()
		return nil, r.found
	}
	return r.t, r.found
}

// expansion writes loops out.
type expansion struct {
	e       *evaluation
	written int
}

// binding is what a loop's identifier stands for in one of its rounds.
type binding struct{ name, value string }

// node copies a node, with the identifiers of the loops around it replaced.
func (x *expansion) node(n *document.Node, in []binding) (*document.Node, error) {
	if n == nil {
		return nil, nil
	}
	if x.written++; x.written > maxWritten {
		return nil, x.e.t.fail(n, CodeLimit, "Fn::ForEach writes out more than CloudFormation allows", "make the collections smaller")
	}
	out := *n
	switch n.Kind {
	case document.Text:
		out.Value = bound(n.Value, in)
	case document.Sequence:
		out.Items = make([]*document.Node, len(n.Items))
		for i, item := range n.Items {
			var err error
			if out.Items[i], err = x.node(item, in); err != nil {
				return nil, err
			}
		}
	case document.Mapping:
		return x.mapping(&out, in)
	}
	return &out, nil
}

// bound puts the values of identifiers into a text: ${Name} as it is, &{Name} letters and digits alone.
func bound(text string, in []binding) string {
	for _, b := range in {
		text = strings.ReplaceAll(text, "${"+b.name+"}", b.value)
		text = strings.ReplaceAll(text, "&{"+b.name+"}", strings.Map(func(r rune) rune {
			if alphanumeric(string(r)) {
				return r
			}
			return -1
		}, b.value))
	}
	return text
}

func (x *expansion) mapping(n *document.Node, in []binding) (*document.Node, error) {
	if name, arg, ok := intrinsic(n); ok && name == "Ref" && isScalar(arg) {
		for _, b := range in {
			if b.name == arg.Value {
				return &document.Node{Kind: document.Text, Value: b.value, Quoted: true, Line: n.Line, Col: n.Col}, nil
			}
		}
	}
	var pairs []document.Pair
	for _, p := range n.Pairs {
		if isLoop(p.Key.Value) {
			made, err := x.loop(p, in)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, made...)
			continue
		}
		key := *p.Key
		key.Value = bound(key.Value, in)
		value, err := x.node(p.Value, in)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, document.Pair{Key: &key, Value: value})
	}
	n.Pairs = pairs
	if err := x.unique(n); err != nil {
		return nil, err
	}
	return n, x.named(n)
}

// unique refuses what two rounds, or a round and its surroundings, write under one key.
func (x *expansion) unique(n *document.Node) error {
	seen := make(map[string]bool, len(n.Pairs))
	for _, p := range n.Pairs {
		if seen[p.Key.Value] {
			return x.e.t.fail(p.Key, CodeName, "Fn::ForEach writes "+quote(p.Key.Value)+" twice", "use the loop's identifier in the key")
		}
		seen[p.Key.Value] = true
	}
	return nil
}

// loop writes [identifier, collection, {key: value}] out.
func (x *expansion) loop(p document.Pair, in []binding) ([]document.Pair, error) {
	arg := p.Value
	if arg == nil || arg.Kind != document.Sequence || len(arg.Items) != 3 || !isScalar(arg.Items[0]) || arg.Items[2].Kind != document.Mapping {
		return nil, x.e.t.fail(p.Key, CodeFunction, p.Key.Value+" needs a list of an identifier, a collection and a mapping", "")
	}
	name := arg.Items[0].Value
	for _, b := range in {
		if b.name == name {
			return nil, x.e.t.fail(arg.Items[0], CodeName, "the identifier "+quote(name)+" is taken by a loop around this one", "")
		}
	}
	if x.e.t.Parameter(name) != nil {
		return nil, x.e.t.fail(arg.Items[0], CodeName, "the identifier "+quote(name)+" is the name of a parameter", "")
	}
	values, err := x.collection(arg.Items[1], in)
	if err != nil {
		return nil, err
	}
	var out []document.Pair
	for _, v := range values {
		round := append(append([]binding(nil), in...), binding{name, v})
		made, err := x.node(arg.Items[2], round)
		if err != nil {
			return nil, err
		}
		out = append(out, made.Pairs...)
	}
	return out, nil
}

// collection gives the texts of a list; a function in it that gives a list adds all its items.
func (x *expansion) collection(n *document.Node, in []binding) ([]string, error) {
	own, err := x.node(n, in)
	if err != nil {
		return nil, err
	}
	v, err := x.e.value(own)
	if err != nil {
		return nil, err
	}
	if u, ok := firstUnknown(v); ok {
		return nil, x.e.t.fail(n, CodeFunction, "the collection of Fn::ForEach is not known: "+u.Why, "use parameters and mappings")
	}
	items, ok := v.([]any)
	if !ok {
		return nil, x.e.t.fail(n, CodeFunction, "the collection of Fn::ForEach must be a list, found "+found(v), "")
	}
	var out []string
	for _, item := range items {
		if inner, ok := item.([]any); ok {
			for _, i := range inner {
				out = append(out, fmt.Sprint(i))
			}
			continue
		}
		text, err := x.e.asText(n, item, "Fn::ForEach")
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// named resolves a function in the place of a logical id, or of an attribute.
func (x *expansion) named(n *document.Node) error {
	name, arg, ok := intrinsic(n)
	switch {
	case !ok || arg == nil:
	case name == "Ref" && arg.Kind == document.Mapping:
		return x.resolve(&n.Pairs[0].Value)
	case name == "Fn::GetAtt" && arg.Kind == document.Sequence:
		for i := range arg.Items {
			if err := x.resolve(&arg.Items[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// resolve puts the text that a function gives in its place. What is not known yet stays.
func (x *expansion) resolve(at **document.Node) error {
	n := *at
	if n == nil || n.Kind != document.Mapping {
		return nil
	}
	v, err := x.e.value(n)
	if text, ok := v.(string); ok {
		*at = &document.Node{Kind: document.Text, Value: text, Quoted: true, Line: n.Line, Col: n.Col}
	}
	return err
}

// policies resolves what says how resources go.
func (x *expansion) policies(resources *document.Node) error {
	if resources == nil {
		return nil
	}
	for _, r := range resources.Pairs {
		if r.Value == nil {
			continue
		}
		for i := range r.Value.Pairs {
			if p := &r.Value.Pairs[i]; p.Key.Value == "DeletionPolicy" || p.Key.Value == "UpdateReplacePolicy" {
				if err := x.resolve(&p.Value); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

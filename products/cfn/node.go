package cfn

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// shown are the codes whose source line is a name or a function, and may be printed.
var shown = []string{CodeKey, CodeName, CodeVersion, CodeType, CodeReference, CodeAttribute, CodeCondition, CodeMapping, CodeTransform, CodeRequired}

// diag is a fault at a node. Its source line is kept only where it cannot hold a value that is secret.
func (t *Template) diag(n *document.Node, code, path, summary, hint string) document.Diagnostic {
	d := t.Doc.Diag(n, code, path, summary, hint)
	if !slices.Contains(shown, code) || strings.ContainsAny(d.Source, "{,") {
		return d.Secret()
	}
	return d
}

func (t *Template) fail(n *document.Node, code, summary, hint string) *document.Error {
	return &document.Error{Diagnostic: t.diag(n, code, "", summary, hint)}
}

// kind is what a node holds, in the words of a message.
func kind(n *document.Node) string {
	if n == nil {
		return "nothing"
	}
	return n.Kind.String()
}

// raw is a scalar as written, or "".
func raw(n *document.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

func isScalar(n *document.Node) bool {
	return n != nil && (n.Kind == document.Text || n.Kind == document.Number || n.Kind == document.Bool)
}

// intrinsic takes a function apart: a mapping whose only key is Ref, Condition or Fn::….
// A lone Condition with text is a condition by name; with a mapping it is somebody's property.
func intrinsic(n *document.Node) (name string, arg *document.Node, ok bool) {
	if n == nil || n.Kind != document.Mapping || len(n.Pairs) != 1 {
		return "", nil, false
	}
	key := n.Pairs[0].Key.Value
	if key == "Ref" || strings.HasPrefix(key, "Fn::") {
		return key, n.Pairs[0].Value, true
	}
	return "", nil, false
}

func isLoop(key string) bool { return strings.HasPrefix(key, "Fn::ForEach::") }

// attribute takes the argument of Fn::GetAtt apart: [A, B], [A, B, C] or A.B. Parts after the
// first may be functions; they come back as nodes.
func attribute(arg *document.Node) (id *document.Node, rest []*document.Node, ok bool) {
	if arg == nil {
		return nil, nil, false
	}
	if arg.Kind == document.Text {
		a, b, found := strings.Cut(arg.Value, ".")
		at := func(v string) *document.Node {
			return &document.Node{Kind: document.Text, Value: v, Line: arg.Line, Col: arg.Col}
		}
		return at(a), []*document.Node{at(b)}, found && a != "" && b != ""
	}
	if arg.Kind != document.Sequence || len(arg.Items) < 2 || !isScalar(arg.Items[0]) {
		return nil, nil, false
	}
	return arg.Items[0], arg.Items[1:], true
}

// part is a piece of a Fn::Sub text: literal, or a variable's name.
type part struct {
	text     string
	variable bool
}

// parts takes a Fn::Sub text apart. ${!X} is the literal ${X}; an unclosed ${ is literal.
func parts(s string) []part {
	var out []part
	for {
		i := strings.Index(s, "${")
		end := -1
		if i >= 0 {
			end = strings.IndexByte(s[i:], '}')
		}
		if end < 0 {
			return append(out, part{text: s})
		}
		inside, escaped := strings.CutPrefix(s[i+2:i+end], "!")
		if escaped {
			out = append(out, part{text: s[:i] + "${" + inside + "}"})
		} else {
			out = append(out, part{text: s[:i]}, part{text: inside, variable: true})
		}
		s = s[i+end+1:]
	}
}

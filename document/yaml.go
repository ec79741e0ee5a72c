package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// yaml reads the data as one YAML document. Nothing is decoded but nodes: into anything
// else the library is quadratic in keys, and takes repeated ones (FC11, FC12).
func (r *reader) yaml() *Node {
	dec := yaml.NewDecoder(bytes.NewReader(r.doc.Data))
	var first, second yaml.Node
	switch err := dec.Decode(&first); {
	case errors.Is(err, io.EOF):
		r.empty()
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	root := first.Content[0]
	if root.Kind == yaml.ScalarNode && root.Value == "" && root.Tag == "!!null" {
		r.empty()
		return nil
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		r.fail(&Node{Line: second.Line, Col: second.Column}, "AXLE1006", "a second document starts; only one is allowed", "")
		return nil
	case !errors.Is(err, io.EOF):
		r.syntax(err)
		return nil
	}
	if r.aliases(root) {
		return nil
	}
	return r.convert(root, 1)
}

func (r *reader) empty() {
	r.found = append(r.found, r.doc.diag(1, 1, "AXLE1002", "", r.doc.File+" is empty", "").Secret())
}

var yamlError = NewPattern(`(?s)^yaml: (?:line (\d+): )?(.*)$`)

var yamlHints = map[string]string{
	"mapping values are not allowed in this context": `quote text that holds ": "`,
	"found unexpected end of stream":                 "a quoted text does not end",
	"found character that cannot start any token":    "quote text that begins with @, ` or %",
	"did not find expected key":                      "check the indentation",
	"did not find expected ',' or '}'":               "a bracket does not close",
	"did not find expected ',' or ']'":               "a bracket does not close",
}

// syntax gives the library's error its place, and the common ones their own sentence.
func (r *reader) syntax(err error) {
	m := yamlError.FindStringSubmatch(err.Error())
	if m == nil {
		m = []string{"", "", err.Error()}
	}
	line, _ := strconv.Atoi(m[1])
	if strings.HasPrefix(m[2], "did not find expected") {
		line++ // the library counts from 0 here
	}
	n := r.startOf(max(line, 1))
	switch {
	case strings.Contains(m[2], "exceeded max depth"):
		r.stop(n, fmt.Sprintf("nesting deeper than %d", maxDepth))
	case strings.Contains(m[2], "unknown anchor"):
		r.noAlias(n)
	default:
		if tab := r.tabIndent(line); tab != nil {
			r.fail(tab, "AXLE1013", "tabs are not allowed for indentation", "use spaces")
			return
		}
		r.fail(n, "AXLE1003", "not YAML: "+m[2], yamlHints[m[2]])
	}
}

// startOf is the place of a line's first character that is not blank.
func (r *reader) startOf(line int) *Node {
	text := r.doc.source(line, 1)
	return &Node{Line: line, Col: len(text) - len(strings.TrimLeft(text, " \t")) + 1}
}

// tabIndent finds a tab in the indentation at a line, or beside it: the library is not exact.
func (r *reader) tabIndent(line int) *Node {
	for _, l := range []int{line, line + 1, line - 1} {
		text := r.doc.source(l, 1)
		blank := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		if i := strings.IndexByte(blank, '\t'); i >= 0 {
			return &Node{Line: l, Col: i + 1}
		}
	}
	return nil
}

func (r *reader) convert(y *yaml.Node, depth int) *Node {
	n := &Node{Line: y.Line, Col: y.Column}
	if !r.admit(n, depth) {
		return n
	}
	switch y.Kind {
	case yaml.MappingNode:
		r.mapping(y, n, depth)
	case yaml.SequenceNode:
		n.Kind = Sequence
		for _, c := range y.Content {
			n.Items = append(n.Items, r.convert(c, depth+1))
		}
	default:
		n.Kind, n.Value = kindOf(y), y.Value
		n.Quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0
		r.scalar(n)
		if r.dialect == Templates && !n.Quoted {
			r.older(n, y.ShortTag() == "!!timestamp" && len(y.Value) > len("2012-10-17"))
		}
	}
	return r.tagged(y, n)
}

func (r *reader) mapping(y *yaml.Node, n *Node, depth int) {
	n.Kind = Mapping
	if !r.pairs(n, len(y.Content)/2) {
		return
	}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := r.convert(y.Content[i], depth+1)
		if key.Kind == Mapping || key.Kind == Sequence {
			r.fail(key, "AXLE1003", "not YAML that axle reads: a key must be text, found "+key.Kind.String(), "")
			continue
		}
		n.Pairs = append(n.Pairs, Pair{key, r.convert(y.Content[i+1], depth+1)})
	}
	r.unique(n)
}

func kindOf(y *yaml.Node) Kind {
	switch y.ShortTag() {
	case "!!int", "!!float":
		return Number
	case "!!bool":
		return Bool
	case "!!null":
		return Null
	}
	return Text
}

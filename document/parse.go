package document

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// Parse reads one document. The Doc is nil when there is an error.
func Parse(file string, data []byte, dialect Dialect) (*Doc, Diagnostics) {
	d := &Doc{File: file, Data: data}
	var y yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&y); err != nil {
		if err == io.EOF {
			return nil, Diagnostics{{File: file, Line: 1, Col: 1, Severity: SeverityError, Code: "AXLE1002", Summary: file + " is empty"}}
		}
		return nil, Diagnostics{{File: file, Line: 1, Col: 1, Severity: SeverityError, Code: "AXLE1003", Summary: fmt.Sprint(err)}}
	}
	d.Root = convert(y.Content[0], dialect)
	return d, nil
}

func convert(y *yaml.Node, dialect Dialect) *Node {
	n := &Node{Line: y.Line, Col: y.Column}
	switch y.Kind {
	case yaml.MappingNode:
		n.Kind = Mapping
		for i := 0; i+1 < len(y.Content); i += 2 {
			n.Pairs = append(n.Pairs, Pair{convert(y.Content[i], dialect), convert(y.Content[i+1], dialect)})
		}
	case yaml.SequenceNode:
		n.Kind = Sequence
		for _, c := range y.Content {
			n.Items = append(n.Items, convert(c, dialect))
		}
	default:
		n.Value = y.Value
		switch y.ShortTag() {
		case "!!int", "!!float":
			n.Kind = Number
		case "!!bool":
			n.Kind = Bool
		case "!!null":
			n.Kind = Null
		default:
			n.Kind = Text
		}
	}
	if dialect == Templates && strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") {
		return short(y.Tag[1:], n)
	}
	return n
}

// short gives the long form of a short one: !Ref X is {"Ref": "X"}, !GetAtt A.B is {"Fn::GetAtt": ["A", "B"]}.
func short(tag string, n *Node) *Node {
	if n.Kind == Number || n.Kind == Bool || n.Kind == Null {
		n.Kind = Text
	}
	key := "Fn::" + tag
	if tag == "Ref" || tag == "Condition" {
		key = tag
	}
	if tag == "GetAtt" && n.Kind == Text {
		id, attr, _ := strings.Cut(n.Value, ".")
		at := func(v string) *Node { return &Node{Kind: Text, Value: v, Line: n.Line, Col: n.Col} }
		n = &Node{Kind: Sequence, Line: n.Line, Col: n.Col, Items: []*Node{at(id), at(attr)}}
	}
	return &Node{Kind: Mapping, Line: n.Line, Col: n.Col, Pairs: []Pair{{&Node{Kind: Text, Value: key, Line: n.Line, Col: n.Col}, n}}}
}

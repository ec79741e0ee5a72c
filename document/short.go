package document

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// shortForms are CloudFormation's tags that stand for a function of the same name.
var shortForms = map[string]bool{
	"Ref": true, "Condition": true, "GetAtt": true, "Sub": true, "Join": true, "Select": true, "Split": true,
	"If": true, "Equals": true, "And": true, "Or": true, "Not": true, "FindInMap": true, "Base64": true, "Cidr": true,
	"GetAZs": true, "ImportValue": true, "Transform": true, "Length": true, "ToJsonString": true,
	"Contains": true, "EachMemberEquals": true, "EachMemberIn": true, "RefAll": true, "ValueOf": true, "ValueOfAll": true,
}

// coreTags say what plain values are anyway.
var coreTags = map[string]bool{
	"!!str": true, "!!int": true, "!!float": true, "!!bool": true, "!!null": true, "!!map": true, "!!seq": true,
}

// tagged gives a node with a tag its meaning, or refuses the tag.
func (r *reader) tagged(y *yaml.Node, n *Node) *Node {
	if y.Style&yaml.TaggedStyle == 0 {
		return n
	}
	tag := y.ShortTag()
	switch {
	case r.dialect == Templates && coreTags[tag]:
		return n
	case r.dialect == Templates && shortForms[strings.TrimPrefix(tag, "!")]:
		return short(tag[1:], n)
	}
	hint := "write the plain value"
	if r.dialect == Templates {
		hint = nearTag(tag)
	}
	r.fail(n, "AXLE1009", fmt.Sprintf("tag %s is not allowed", tag), hint)
	return n
}

func nearTag(tag string) string {
	known := make([]string, 0, len(shortForms))
	for name := range shortForms {
		known = append(known, "!"+name)
	}
	return DidYouMean(tag, known)
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
	at := func(v string) *Node { return &Node{Kind: Text, Value: v, Quoted: true, Line: n.Line, Col: n.Col} }
	if tag == "GetAtt" && n.Kind == Text {
		id, attr, _ := strings.Cut(n.Value, ".")
		n = &Node{Kind: Sequence, Line: n.Line, Col: n.Col, Items: []*Node{at(id), at(attr)}}
	}
	return &Node{Kind: Mapping, Line: n.Line, Col: n.Col, Pairs: []Pair{{at(key), n}}}
}

package cloudformation

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/axle-cd/axle/document"
)

// What transforms write is made of these.

func plainText(s string) *document.Node {
	return &document.Node{Kind: document.Text, Value: s, Quoted: true, Line: 1, Col: 1}
}

// mappingOf takes names and values in turn: texts, lists of texts, nodes. A nil node is left out.
func mappingOf(pairs ...any) *document.Node {
	out := &document.Node{Kind: document.Mapping, Line: 1, Col: 1}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := nodeOf(pairs[i+1]); v != nil {
			out.Pairs = append(out.Pairs, document.Pair{Key: nodeOf(pairs[i]), Value: v})
		}
	}
	return out
}

func nodeOf(v any) *document.Node {
	switch v := v.(type) {
	case *document.Node:
		return v
	case []string:
		out := listOfNodes()
		for _, s := range v {
			out.Items = append(out.Items, plainText(s))
		}
		return out
	case string:
		return plainText(v)
	}
	return nil
}

func listOfNodes(items ...*document.Node) *document.Node {
	return &document.Node{Kind: document.Sequence, Items: items, Line: 1, Col: 1}
}

func refTo(id string) *document.Node { return mappingOf("Ref", id) }

func subOf(body string) *document.Node { return mappingOf("Fn::Sub", body) }

func attributeOfNode(id, name string) *document.Node {
	return mappingOf("Fn::GetAtt", []string{id, name})
}

// isFunction says whether a node is one intrinsic function.
func isFunction(n *document.Node) bool {
	return n != nil && len(n.Pairs) == 1 && (n.Pairs[0].Key.Value == "Ref" || strings.HasPrefix(n.Pairs[0].Key.Value, "Fn::"))
}

// namesTransform says whether Transform, a text or a list, names it.
func namesTransform(n *document.Node, name string) bool {
	if n == nil {
		return false
	}
	for _, item := range n.Items {
		if item.Value == name {
			return true
		}
	}
	return n.Value == name
}

// letterDigits are what a logical id may hold of a text.
func letterDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// digestOf are ten digits that change with what a node holds.
func digestOf(n *document.Node) string {
	sum := sha256.Sum256([]byte(shape(n)))
	return hex.EncodeToString(sum[:])[:10]
}

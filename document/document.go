// Package document is the one checked reader of YAML and JSON: it gives nodes with
// positions, holds the limits on what is read, and says what is wrong where.
package document

import "strconv"

// Dialect says whose text is read.
type Dialect int

const (
	// Files are axle's own files: no tags, no aliases, closed mappings.
	Files Dialect = iota
	// Templates are CloudFormation: short forms become their long form, {"Ref": …}, {"Fn::Sub": …}.
	Templates
)

// Kind is what a node holds.
type Kind int

const (
	Mapping Kind = iota + 1
	Sequence
	Text   // a string, quoted or plain
	Number // an integer or a float; Value keeps the raw scalar
	Bool
	Null
)

// String names the kind as a person would.
func (k Kind) String() string {
	switch k {
	case Mapping:
		return "a mapping"
	case Sequence:
		return "a list"
	case Text:
		return "text"
	case Number:
		return "a number"
	case Bool:
		return "true or false"
	}
	return "nothing"
}

// Node is a value with its place. Lines and columns count from 1, columns in characters.
type Node struct {
	Kind      Kind
	Value     string // the raw scalar, for Text, Number, Bool
	Quoted    bool   // a Text in quotes, in a block or with a tag: no reader takes it for something else
	Pairs     []Pair // a Mapping's entries, in the order written
	Items     []*Node
	Line, Col int
}

// Pair is an entry of a mapping.
type Pair struct{ Key, Value *Node }

// Doc is one document and the bytes it was read from.
type Doc struct {
	File string
	Data []byte
	Root *Node

	lines []int // where each line of Data begins
}

// Get gives the value under key, or nil. It may be called on nil.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Mapping {
		return nil
	}
	for _, p := range n.Pairs {
		if p.Key.Value == key {
			return p.Value
		}
	}
	return nil
}

// Key gives the key node itself, or nil.
func (n *Node) Key(key string) *Node {
	if n == nil {
		return nil
	}
	for _, p := range n.Pairs {
		if p.Key.Value == key {
			return p.Key
		}
	}
	return nil
}

// child is the value under a key, or the item at a number, or nil.
func (n *Node) child(step string) *Node {
	if n == nil || n.Kind != Sequence {
		return n.Get(step)
	}
	i, err := strconv.Atoi(step)
	if err != nil || i < 0 || i >= len(n.Items) {
		return nil
	}
	return n.Items[i]
}

// At gives the deepest node that exists on a path from the root. A number indexes a list.
// A file that was not read has one node without a place.
func (d *Doc) At(path ...string) *Node {
	if d == nil || d.Root == nil {
		return &Node{}
	}
	n := d.Root
	for _, step := range path {
		next := n.child(step)
		if next == nil {
			break
		}
		n = next
	}
	return n
}

// Plain gives a node as plain values: map[string]any, []any, string, int64, float64, bool or nil.
func (n *Node) Plain() any {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case Mapping:
		m := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			m[p.Key.Value] = p.Value.Plain()
		}
		return m
	case Sequence:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = item.Plain()
		}
		return list
	case Number:
		return number(n.Value)
	case Bool:
		return truth(n.Value)
	case Null:
		return nil
	}
	return n.Value
}

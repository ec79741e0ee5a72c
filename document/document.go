// Package document is the one checked reader of YAML and JSON: it gives nodes with
// positions, holds the limits on what is read, and says what is wrong where.
package document

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

// Node is a value with its place. Lines and columns count from 1.
type Node struct {
	Kind      Kind
	Value     string // the raw scalar, for Text, Number, Bool
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

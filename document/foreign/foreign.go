// Package foreign reads files of other tools: each leaf of one is taken, left with what to do
// instead, or listed as unknown, so that an importer drops nothing in silence.
package foreign

import (
	"fmt"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Codes are an importer's for a key that is not carried, and for a file that the tool itself could not read.
type Codes struct{ Left, Input string }

// Source is a file that is read, and which of its values have been told of.
type Source struct {
	Doc   *document.Doc
	Found document.Diagnostics

	codes Codes
	fill  *strings.Replacer
	told  map[*document.Node]bool
}

// Open begins to read a file. fill is what the tool puts into its text.
func Open(doc *document.Doc, codes Codes, fill *strings.Replacer) *Source {
	return &Source{Doc: doc, codes: codes, fill: fill, told: map[*document.Node]bool{}}
}

// Fill is a text with what the tool puts into it.
func (s *Source) Fill(text string) string { return s.fill.Replace(text) }

// Value is a node with where it stands. Its node is nil where the key is not there. Each leaf is
// taken by Text, left by Leave, or listed by Rest: none is dropped in silence.
type Value struct {
	In   *Source
	Node *document.Node
	At   *document.Node // where to point: the key, or the item
	Path string
}

func (s *Source) Root() Value { return Value{s, s.Doc.Root, s.Doc.Root, ""} }

func (v Value) Get(key string) Value {
	path := key
	if v.Path != "" {
		path = v.Path + "." + key
	}
	v.Hollow()
	return Value{v.In, v.Node.Get(key), v.Node.Key(key), path}
}

// Items are a list's; what is not there has none.
func (v Value) Items() (all []Value) {
	v.Hollow()
	if v.Node != nil && v.Node.Kind != document.Sequence && v.Node.Kind != document.Null {
		v.Fail("expected a list, found " + v.Node.Kind.String())
		return nil
	}
	if v.Node != nil {
		for i, item := range v.Node.Items {
			all = append(all, Value{v.In, item, item, fmt.Sprintf("%s[%d]", v.Path, i)})
		}
	}
	return all
}

// Hollow tells of what holds nothing.
func (v Value) Hollow() {
	if v.Node != nil && (v.Node.Kind == document.Null || len(v.Node.Pairs)+len(v.Node.Items) == 0 && v.Node.Kind < document.Text) {
		v.In.told[v.Node] = true
	}
}

// Text takes the value: numbers and booleans as they are written.
func (v Value) Text() string {
	switch {
	case v.Node == nil:
		return ""
	case v.Node.Kind == document.Mapping || v.Node.Kind == document.Sequence:
		v.Fail("expected text, found " + v.Node.Kind.String())
		return ""
	}
	v.In.told[v.Node] = true
	return v.In.Fill(v.Node.Value)
}

// Must is text that may not be missing below v.
func (v Value) Must(key string) string {
	text := v.Get(key).Text()
	if text == "" {
		v.Fail(key + " is required")
	}
	return text
}

func (v Value) Fail(summary string) {
	v.Tell(v.Node)
	v.In.Found = append(v.In.Found, v.In.Doc.Diag(v.At, v.In.codes.Input, v.Path, summary, ""))
}

// Leave lists what is not carried of v, once, with what to do instead.
func (v Value) Leave(instead string) {
	if v.Node != nil && v.Tell(v.Node) {
		v.List("not carried", instead)
	}
}

// List lists v, also where a part of it was taken to judge it.
func (v Value) List(summary, instead string) {
	v.Tell(v.Node)
	v.In.Found = append(v.In.Found, v.In.Doc.Diag(v.At, v.In.codes.Left, v.Path, summary, instead).Warning())
}

// LeaveEach lists the keys of a table.
func (v Value) LeaveEach(instead map[string]string) {
	if v.Node == nil {
		return
	}
	for _, p := range v.Node.Pairs {
		if hint, known := instead[p.Key.Value]; known {
			v.Get(p.Key.Value).Leave(hint)
		}
	}
}

// Tell marks every leaf, and says whether one was not told of before.
func (v Value) Tell(n *document.Node) (fresh bool) {
	if n == nil {
		return false
	}
	for _, p := range n.Pairs {
		fresh = v.Tell(p.Value) || fresh
	}
	for _, item := range n.Items {
		fresh = v.Tell(item) || fresh
	}
	if len(n.Pairs)+len(n.Items) == 0 && !v.In.told[n] {
		v.In.told[n], fresh = true, true
	}
	return fresh
}

// touched says whether any leaf has been told of.
func (v Value) touched(n *document.Node) bool {
	for _, p := range n.Pairs {
		if v.touched(p.Value) {
			return true
		}
	}
	for _, item := range n.Items {
		if v.touched(item) {
			return true
		}
	}
	return v.In.told[n]
}

// Rest lists what nobody has told of: keys that are not known.
func (v Value) Rest() {
	switch {
	case v.Node == nil:
	case v.Node != v.In.Doc.Root && !v.touched(v.Node):
		v.Leave("axle does not know this key; see what it does, and write it down where it belongs")
	case v.Node.Kind == document.Mapping:
		for _, p := range v.Node.Pairs {
			v.Get(p.Key.Value).Rest()
		}
	case v.Node.Kind == document.Sequence:
		for _, item := range v.Items() {
			item.Rest()
		}
	}
}

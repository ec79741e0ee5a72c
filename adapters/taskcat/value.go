package taskcat

import (
	"fmt"
	"strings"

	"github.com/axle-cd/axle/document"
)

// source is a file that is read, and which of its values have been told of.
type source struct {
	doc   *document.Doc
	fill  *strings.Replacer // what the tool puts into text
	told  map[*document.Node]bool
	found document.Diagnostics
}

// value is a node with where it stands. Its node is nil where the key is not there. Each leaf is
// taken by text, left by leave, or listed by rest: none is dropped in silence.
type value struct {
	in   *source
	node *document.Node
	at   *document.Node // where to point: the key, or the item
	path string
}

func (s *source) root() value { return value{s, s.doc.Root, s.doc.Root, ""} }

func (v value) get(key string) value {
	path := key
	if v.path != "" {
		path = v.path + "." + key
	}
	v.hollow()
	return value{v.in, v.node.Get(key), v.node.Key(key), path}
}

// items are a list's; what is not there has none.
func (v value) items() (all []value) {
	v.hollow()
	if v.node != nil && v.node.Kind != document.Sequence && v.node.Kind != document.Null {
		v.fail("expected a list, found " + v.node.Kind.String())
		return nil
	}
	if v.node != nil {
		for i, item := range v.node.Items {
			all = append(all, value{v.in, item, item, fmt.Sprintf("%s[%d]", v.path, i)})
		}
	}
	return all
}

// hollow tells of what holds nothing.
func (v value) hollow() {
	if v.node != nil && (v.node.Kind == document.Null || len(v.node.Pairs)+len(v.node.Items) == 0 && v.node.Kind < document.Text) {
		v.in.told[v.node] = true
	}
}

// text takes the value: numbers and booleans as they are written.
func (v value) text() string {
	switch {
	case v.node == nil:
		return ""
	case v.node.Kind == document.Mapping || v.node.Kind == document.Sequence:
		v.fail("expected text, found " + v.node.Kind.String())
		return ""
	}
	v.in.told[v.node] = true
	return v.in.fill.Replace(v.node.Value)
}

func (v value) fail(summary string) {
	v.tell(v.node)
	v.in.found = append(v.in.found, v.in.doc.Diag(v.at, codeInput, v.path, summary, ""))
}

// leave lists what is not carried of v, once, with what to do instead.
func (v value) leave(instead string) {
	if v.node != nil && v.tell(v.node) {
		v.list("not carried", instead)
	}
}

// list lists v, also where a part of it was taken to judge it.
func (v value) list(summary, instead string) {
	v.tell(v.node)
	v.in.found = append(v.in.found, v.in.doc.Diag(v.at, CodeLeft, v.path, summary, instead).Warning())
}

// leaveEach lists the keys of a table.
func (v value) leaveEach(instead map[string]string) {
	if v.node == nil {
		return
	}
	for _, p := range v.node.Pairs {
		if hint, known := instead[p.Key.Value]; known {
			v.get(p.Key.Value).leave(hint)
		}
	}
}

// tell marks every leaf, and says whether one was not told of before.
func (v value) tell(n *document.Node) (fresh bool) {
	if n == nil {
		return false
	}
	for _, p := range n.Pairs {
		fresh = v.tell(p.Value) || fresh
	}
	for _, item := range n.Items {
		fresh = v.tell(item) || fresh
	}
	if len(n.Pairs)+len(n.Items) == 0 && !v.in.told[n] {
		v.in.told[n], fresh = true, true
	}
	return fresh
}

// touched says whether any leaf has been told of.
func (v value) touched(n *document.Node) bool {
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
	return v.in.told[n]
}

// rest lists what nobody has told of: keys that are not known.
func (v value) rest() {
	switch {
	case v.node == nil:
	case v.node != v.in.doc.Root && !v.touched(v.node):
		v.leave("axle does not know this key; see what it does, and write it down where it belongs")
	case v.node.Kind == document.Mapping:
		for _, p := range v.node.Pairs {
			v.get(p.Key.Value).rest()
		}
	case v.node.Kind == document.Sequence:
		for _, item := range v.items() {
			item.rest()
		}
	}
}

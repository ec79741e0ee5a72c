package document

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// aliases refuses anchors, aliases and merges, and says what they would have come to.
func (r *reader) aliases(root *yaml.Node) bool {
	before := len(r.found)
	w := &aliasWalk{size: map[*yaml.Node]int{}, open: map[*yaml.Node]bool{}}
	if w.walk(root, 0); w.first == nil {
		return false
	}
	n := &Node{Line: w.first.Line, Col: w.first.Column}
	switch {
	case r.dialect == Templates:
		r.noAlias(n)
	case w.loop != nil:
		r.fail(&Node{Line: w.loop.Line, Col: w.loop.Column}, "AXLE1007", fmt.Sprintf("anchor %s contains itself", w.loop.Value), "")
	case w.size[root] > maxAlias && w.used:
		r.fail(n, "AXLE1007", fmt.Sprintf("aliases expand to more than %s nodes", thousands(maxAlias)), "")
	default:
		r.noAlias(n)
	}
	return len(r.found) > before
}

func (r *reader) noAlias(n *Node) {
	what := "aliases are not supported"
	if r.dialect == Templates {
		what = "CloudFormation does not support YAML aliases"
	}
	r.fail(n, "AXLE1007", what, "write the value out where it is used")
}

// aliasWalk counts what a document would be with its aliases expanded, without expanding them.
type aliasWalk struct {
	size  map[*yaml.Node]int
	open  map[*yaml.Node]bool
	first *yaml.Node // the first anchor, alias or merge
	loop  *yaml.Node // an alias to what it stands in
	used  bool       // there is an alias
}

// walk gives the size of a node, at most just above the limit for what is anchored.
func (w *aliasWalk) walk(y *yaml.Node, depth int) int {
	if size, known := w.size[y]; known {
		return size
	}
	if w.open[y] || depth > 10*maxDepth {
		return 1
	}
	w.open[y] = true
	defer delete(w.open, y)
	w.note(y)
	size := 1
	for _, c := range y.Content {
		size = min(size+w.walk(c, depth+1), maxNodes)
	}
	if y.Kind == yaml.AliasNode {
		size = w.walk(y.Alias, depth+1)
	}
	if y.Anchor != "" || depth == 0 {
		w.size[y] = size
	}
	return size
}

func (w *aliasWalk) note(y *yaml.Node) {
	merge := y.Kind == yaml.ScalarNode && y.Tag == "!!merge"
	alias := y.Kind == yaml.AliasNode
	if w.first == nil && (y.Anchor != "" || alias || merge) {
		w.first = y
	}
	if alias {
		w.used = true
		if w.loop == nil && w.open[y.Alias] {
			w.loop = y
		}
	}
}

package document

import (
	"fmt"
	"strings"
)

// reference is all that may stand for a value: ${secret:name} and ${ssm:/path}.
var reference = NewPattern(`^\$\{(secret:[A-Za-z0-9_.-][A-Za-z0-9_./-]*|ssm:/[A-Za-z0-9_./-]+)\}`)

// references refuses every other ${…}, and commands, in all text of a document (CLI-5).
func (dec *decoder) references(n *Node, s spot) {
	for _, p := range n.Pairs {
		below := s.under(p.Key.Value)
		dec.refers(p.Key, below)
		dec.references(p.Value, below)
	}
	for i, item := range n.Items {
		dec.references(item, s.item(i))
	}
	if n.Kind == Text {
		dec.refers(n, s)
	}
}

func (dec *decoder) refers(n *Node, s spot) {
	if strings.Contains(n.Value, "$(") {
		dec.fail(n, s, "AXLE1034", "command substitution is not supported", "write the value itself")
	}
	for rest := n.Value; ; {
		i := strings.Index(rest, "${")
		if i < 0 {
			return
		}
		rest = rest[i:]
		if !reference.MatchString(rest) {
			dec.fail(n, s, "AXLE1035", fmt.Sprintf("unknown reference %q; known are ${ssm:..}, ${secret:..}", firstReference(rest)), "")
			return
		}
		rest = rest[2:]
	}
}

// firstReference is what a text beginning with ${ refers to, cut where it has no end.
func firstReference(text string) string {
	if strings.HasPrefix(text, "${{") {
		if i := strings.Index(text, "}}"); i > 0 {
			return text[:i+2]
		}
	}
	if i := strings.IndexByte(text, '}'); i > 0 {
		return text[:i+1]
	}
	return string([]rune(text)[:min(len([]rune(text)), 40)])
}

package document

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// Parse reads one document. The Doc is nil when there is an error. A template may be JSON:
// it is when its name says so, or when it begins as only JSON does.
func Parse(file string, data []byte, dialect Dialect) (*Doc, Diagnostics) {
	if ds := CheckSize(file, int64(len(data)), dialect); ds != nil {
		return nil, ds
	}
	d := &Doc{File: file, Data: bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))}
	d.lines = lineStarts(d.Data)
	if g, bad := d.text(); bad {
		return nil, Diagnostics{g}
	}
	r := &reader{doc: d, dialect: dialect}
	if dialect == Templates && looksJSON(file, d.Data) {
		d.Root = r.json()
	} else {
		d.Root = r.yaml()
	}
	if len(r.found) > 0 {
		r.found.Sort()
		return nil, r.found
	}
	return d, nil
}

// looksJSON decides between two formats that begin alike: after { only JSON goes on with a
// quote, the end, or a comment that it does not allow.
func looksJSON(file string, data []byte) bool {
	if strings.EqualFold(path.Ext(file), ".json") {
		return true
	}
	rest, found := bytes.CutPrefix(bytes.TrimSpace(data), []byte("{"))
	rest = bytes.TrimSpace(rest)
	return found && len(rest) > 0 && strings.IndexByte(`"}/`, rest[0]) >= 0
}

// reader makes nodes of one document and holds the limits while it does.
type reader struct {
	doc     *Doc
	dialect Dialect
	found   Diagnostics
	nodes   int
	full    bool // a limit is passed: nothing more is read
}

func (r *reader) fail(n *Node, code, summary, hint string) {
	if len(r.found) < 100 {
		r.found = append(r.found, r.doc.Diag(n, code, "", summary, hint))
	}
}

func (r *reader) stop(n *Node, summary string) {
	if !r.full {
		r.full = true
		r.fail(n, "AXLE1008", summary, "")
	}
}

// admit counts a node and says whether reading may go on below it.
func (r *reader) admit(n *Node, depth int) bool {
	if r.nodes++; r.nodes > maxNodes {
		r.stop(n, fmt.Sprintf("more than %s values", thousands(maxNodes)))
	}
	if depth > maxDepth {
		r.stop(n, fmt.Sprintf("nesting deeper than %d", maxDepth))
	}
	return !r.full
}

// pairs refuses a mapping with too many keys, and those that stand twice.
func (r *reader) pairs(n *Node, count int) bool {
	if count > maxKeys {
		r.fail(n, "AXLE1008", fmt.Sprintf("mapping has %s keys (max %s)", thousands(int64(count)), thousands(maxKeys)), "")
	}
	return count <= maxKeys
}

func (r *reader) unique(n *Node) {
	first := make(map[string]int, len(n.Pairs))
	for _, p := range n.Pairs {
		if line, twice := first[p.Key.Value]; twice {
			r.fail(p.Key, "AXLE1005", fmt.Sprintf("key %q repeats line %d", p.Key.Value, line), "")
			continue
		}
		first[p.Key.Value] = p.Key.Line
	}
}

// scalar holds what a value may be: numbers in range, no hidden direction behind an escape.
func (r *reader) scalar(n *Node) {
	switch {
	case n.Kind == Number && outOfRange(n.Value), n.Kind == Text && !n.Quoted && jsonNumber.MatchString(n.Value) && outOfRange(n.Value):
		r.fail(n, "AXLE1017", "number out of range", "quote it if it is text") // the library takes 1e400 for text
	case n.Kind == Number && r.dialect == Templates && octal(n.Value):
		r.fail(n, "AXLE1018", n.Value+" reads as octal; write "+decimal(n.Value)+" or quote it", "")
	case n.Kind == Text && strings.IndexFunc(n.Value, directs) >= 0:
		r.fail(n, "AXLE1012", fmt.Sprintf("invisible direction character at column %d", n.Col), "")
	}
}

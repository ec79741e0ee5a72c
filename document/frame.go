package document

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const widest = 200 // characters of a source line that are kept

// Diag says what is wrong at a node: file, place and source line are filled in. path is the
// key path as people write it; the zero node is the document's beginning.
func (d *Doc) Diag(n *Node, code, path, summary, hint string) Diagnostic {
	if d == nil {
		d = &Doc{}
	}
	if n == nil {
		n = &Node{Line: 1, Col: 1}
	}
	return d.diag(n.Line, n.Col, code, path, summary, hint)
}

func (d *Doc) diag(line, col int, code, path, summary, hint string) Diagnostic {
	return Diagnostic{
		File: d.File, Line: line, Col: col, Severity: SeverityError, Code: code,
		Summary: summary, Path: path, Hint: hint, Source: d.source(line, col),
	}
}

// Fault is Diag for the deepest node that exists on a path.
func (d *Doc) Fault(code, summary, hint string, path ...string) Diagnostic {
	return d.Diag(d.At(path...), code, d.join(path), summary, hint)
}

// join writes a path as people do: stages.prod.distribute.waves[1].name.
func (d *Doc) join(path []string) string {
	var b strings.Builder
	n := d.At()
	for i, step := range path {
		switch {
		case n.Kind == Sequence:
			b.WriteString("[" + step + "]")
		case i > 0:
			b.WriteString("." + step)
		default:
			b.WriteString(step)
		}
		if n = n.child(step); n == nil {
			n = &Node{}
		}
	}
	return b.String()
}

// Warning makes a diagnostic one that stops nothing.
func (d Diagnostic) Warning() Diagnostic {
	d.Severity = SeverityWarning
	return d
}

// Secret takes the source line out of a diagnostic.
func (d Diagnostic) Secret() Diagnostic {
	d.Source = ""
	return d
}

// source is a line's text, cut at its widest; "" where the column lies beyond the cut.
func (d *Doc) source(line, col int) string {
	starts := d.lines
	if starts == nil { // not made by Parse
		starts = lineStarts(d.Data)
	}
	if line < 1 || line > len(starts) || col > widest {
		return ""
	}
	rest := d.Data[starts[line-1]:]
	if line < len(starts) {
		rest = rest[:starts[line]-starts[line-1]]
	}
	text := []rune(strings.TrimRight(string(rest[:min(len(rest), widest*utf8.UTFMax)]), "\r\n\u0085\u2028\u2029"))
	if len(text) > widest {
		return string(text[:widest]) + "…"
	}
	return string(text)
}

// lineStarts gives the offset of each line. Lines end as YAML ends them.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i := 0; i < len(data); {
		size := breakAt(data[i:])
		if size == 0 {
			i++
			continue
		}
		i += size
		starts = append(starts, i)
	}
	return starts
}

// breakAt is the length of the line break that text begins with, or 0.
func breakAt(b []byte) int {
	switch {
	case b[0] == '\r' && len(b) > 1 && b[1] == '\n':
		return 2
	case b[0] == '\n' || b[0] == '\r':
		return 1
	case b[0] == 0xC2 && len(b) > 1 && b[1] == 0x85:
		return 2
	case b[0] == 0xE2 && len(b) > 2 && b[1] == 0x80 && (b[2] == 0xA8 || b[2] == 0xA9):
		return 3
	}
	return 0
}

// Frame is the diagnostic as a terminal shows it: its line, the source with a caret under
// the place, and the hint.
func (d Diagnostic) Frame() string {
	var b strings.Builder
	b.WriteString(d.String())
	if d.Source != "" && d.Line > 0 {
		fmt.Fprintf(&b, "\n%6d | %s", d.Line, Printable(d.Source))
		fmt.Fprintf(&b, "\n%6s | %s^", "", d.indent())
	}
	if d.Hint != "" {
		b.WriteString("\n  hint: " + Printable(d.Hint))
	}
	return b.String()
}

// indent is as wide as what stands before the place.
func (d Diagnostic) indent() string {
	before := []rune(d.Source)
	before = before[:min(len(before), max(d.Col-1, 0))]
	return strings.Repeat(" ", utf8.RuneCountInString(Printable(string(before))))
}

// Printable shows control and direction characters of foreign text escaped, and a tab as a space.
func Printable(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteByte(' ')
		case hidden(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

package lsp

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"

	"github.com/axle-cd/axle/document"
)

// longest is how far into a line a place is looked for; beyond it, it is the line's beginning.
const longest = 64 << 10

// show gives the diagnostics as an editor wants them, in order of place, the first of them only.
func show(data []byte, found []Diagnostic) []shown {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b Diagnostic) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col)) })
	if more := len(found) - maxShown; more > 0 {
		found = append(found[:maxShown:maxShown], Diagnostic{Diagnostic: document.Diagnostic{Line: 1, Col: 1, Severity: document.SeverityError,
			Code: codeMore, Summary: fmt.Sprintf("%d more are not shown here", more), Hint: "the command line shows them all"}})
	}
	p := newPlaces(data)
	all := make([]shown, len(found))
	for i, d := range found {
		all[i] = shown{Range: p.span(d), Severity: severity(d.Severity), Code: d.Code, Source: "axle", Message: words(d)}
		if d.Link != "" {
			all[i].Description = &href{d.Link}
		}
	}
	return all
}

func severity(s document.Severity) int {
	if s == document.SeverityWarning {
		return 2
	}
	return 1
}

// words are the diagnostic's sentence, its place in the file's keys, its rule and its hint.
func words(d Diagnostic) string {
	s := d.Summary
	if d.Path != "" {
		s += " (at " + d.Path + ")"
	}
	if d.Rule != "" {
		s += " [" + d.Rule + "]"
	}
	s = document.Printable(s)
	if d.Hint != "" {
		s += "\nhint: " + document.Printable(d.Hint)
	}
	return s
}

// places finds where a line and a column of ours are in the editor.
type places struct {
	data                   []byte
	editor, yaml, newlines []int
}

func newPlaces(data []byte) places {
	return places{data, lineStarts(data, editorBreak), lineStarts(data, yamlBreak), lineStarts(data, newline)}
}

// span is from the diagnostic's place to the end of the word there. One without a place is at the
// beginning.
func (p places) span(d Diagnostic) span {
	starts := p.yaml
	if d.Newlines {
		starts = p.newlines
	}
	at := p.byte(starts, d.Line, d.Col)
	return span{p.position(at), p.position(at + wordLength(p.data[at:]))}
}

// byte is the offset of a line and a column, both from 1, the column in characters. A byte order
// mark counts for none.
func (p places) byte(starts []int, line, col int) int {
	if line < 1 || line > len(starts) {
		return min(bom(p.data), len(p.data))
	}
	at, end := starts[line-1], len(p.data)
	if line < len(starts) {
		end = starts[line]
	}
	if line == 1 {
		at = bom(p.data)
	}
	rest := p.data[at:min(end, at+longest)]
	from, cut := at, at+longest < end
	for ; col > 1 && len(rest) > 0 && rest[0] != '\n'; col-- {
		_, size := utf8.DecodeRune(rest)
		rest, at = rest[size:], at+size
	}
	if cut && len(rest) == 0 {
		return from
	}
	return at
}

func bom(data []byte) int {
	if bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")) {
		return 3
	}
	return 0
}

// position is where a byte stands for the editor.
func (p places) position(at int) position {
	line := sort.Search(len(p.editor), func(i int) bool { return p.editor[i] > at }) - 1
	units, from := uint32(0), p.editor[line]
	if at-from > 2*longest { // lines of YAML that are one to the editor
		at = from
	}
	for rest := p.data[from:at]; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		units, rest = units+width(r), rest[size:]
	}
	return position{uint32(line), units}
}

// wordLength is how far the first word goes; a text in quotes is one.
func wordLength(data []byte) int {
	data = data[:min(len(data), 200)]
	end := bytes.IndexFunc(data, func(r rune) bool { return unicode.IsSpace(r) })
	if len(data) > 0 && (data[0] == '"' || data[0] == '\'') {
		if close := bytes.IndexByte(data[1:], data[0]); close >= 0 && !bytes.ContainsAny(data[1:1+close], "\r\n") {
			return close + 2
		}
	}
	if end < 0 {
		end = len(data)
		for end > 0 && !utf8.Valid(data[:end]) {
			end--
		}
	}
	return len(bytes.TrimRight(data[:end], ":,"))
}

package lsp

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/axle-cd/axle/document"
)

// text is a document at one version. It is never changed: a change makes another.
type text struct {
	uri     string
	version int32
	data    []byte
	fault   *document.Diagnostic // why there is no data
}

// refused is the document without its text: nothing of it passes until it is opened again.
func (t *text) refused(code, summary, hint string) *text {
	return &text{uri: t.uri, version: t.version, fault: &document.Diagnostic{Line: 1, Col: 1,
		Severity: document.SeverityError, Code: code, Summary: "not judged: " + summary, Hint: hint}}
}

// documents are the editor's, by URI.
type documents map[string]*text

func (d documents) names() []string { return slices.Sorted(maps.Keys(d)) }

// texts are those that are known.
func (d documents) texts() map[string][]byte {
	all := make(map[string][]byte, len(d))
	for uri, t := range d {
		if t.fault == nil {
			all[uri] = t.data
		}
	}
	return all
}

func (d documents) open(uri string, version int32, data string) {
	d.keep(&text{uri: uri, version: version, data: []byte(data)})
}

// keep takes a text within the limits.
func (d documents) keep(t *text) {
	delete(d, t.uri)
	held := 0
	for _, other := range d {
		held += len(other.data)
	}
	switch {
	case len(t.data) > maxText:
		t = t.refused(codeTooBig, fmt.Sprintf("the text has %d bytes, at most %d are judged", len(t.data), maxText), "keep files of more than 5 MB out of the repository")
	case held+len(t.data) > maxTexts:
		t = t.refused(codeTooBig, fmt.Sprintf("more than %d MB are open", maxTexts>>20), "close other files, then open this one again")
	}
	d[t.uri] = t
}

// change applies changes in their order; false says that the document is not open.
func (d documents) change(uri string, version int32, changes []change) bool {
	old := d[uri]
	if old == nil {
		return false
	}
	now, moved := &text{uri: uri, version: version, data: old.data, fault: old.fault}, 0
	for _, c := range changes {
		moved += len(now.data)
		if c.Range == nil && c.Text != nil {
			now.data, now.fault = []byte(*c.Text), nil
			continue
		}
		if now.fault != nil {
			continue
		}
		data, ok := now.replaced(c)
		if !ok || moved > maxRewrite || len(data) > maxText {
			now = now.refused(codeLost, "a change could not be applied", "close the file and open it again")
			continue
		}
		now.data = data
	}
	d.keep(now)
	return true
}

// replaced is the text after a change; false where its range is none.
func (t *text) replaced(c change) ([]byte, bool) {
	if c.Text == nil || c.Range == nil {
		return nil, false
	}
	starts := lineStarts(t.data, editorBreak)
	from, to := offset(t.data, starts, c.Range.Start), offset(t.data, starts, c.Range.End)
	if from > to {
		return nil, false
	}
	return slices.Concat(t.data[:from], []byte(*c.Text), t.data[to:]), true
}

// offset is the byte at a position. Beyond a line's end it is the line's end, as the protocol
// has it; beyond the text, the text's.
func offset(data []byte, starts []int, p position) int {
	if uint64(p.Line) >= uint64(len(starts)) {
		return len(data)
	}
	at, units := starts[p.Line], uint32(0)
	for at < len(data) && editorBreak(data[at:]) == 0 {
		r, size := utf8.DecodeRune(data[at:])
		if units += width(r); units > p.Character {
			break
		}
		at += size
	}
	return at
}

// width is how many UTF-16 units a character takes.
func width(r rune) uint32 {
	if utf16.RuneLen(r) == 2 {
		return 2
	}
	return 1
}

// lineStarts gives the offset of each line; ends gives the length of the break that a text begins
// with, or 0.
func lineStarts(data []byte, ends func([]byte) int) []int {
	starts := []int{0}
	for i := 0; i < len(data); i++ {
		if c := data[i]; c != '\n' && c != '\r' && c < utf8.RuneSelf {
			continue
		}
		if size := ends(data[i:]); size > 0 {
			i += size - 1
			starts = append(starts, i+1)
		}
	}
	return starts
}

// editorBreak ends a line as the protocol says.
func editorBreak(b []byte) int {
	switch {
	case b[0] == '\r' && len(b) > 1 && b[1] == '\n':
		return 2
	case b[0] == '\n' || b[0] == '\r':
		return 1
	}
	return 0
}

// yamlBreak ends a line as YAML does.
func yamlBreak(b []byte) int {
	switch {
	case b[0] == 0xC2 && len(b) > 1 && b[1] == 0x85:
		return 2
	case b[0] == 0xE2 && len(b) > 2 && b[1] == 0x80 && (b[2] == 0xA8 || b[2] == 0xA9):
		return 3
	}
	return editorBreak(b)
}

func newline(b []byte) int {
	if b[0] == '\n' {
		return 1
	}
	return 0
}

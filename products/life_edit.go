package products

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Deprecating gives product.yaml with one more line under lifecycle.deprecated, and every other
// byte as it was: comments, order and form are the author's.
func (f *File) Deprecating(d Deprecated) ([]byte, error) {
	words := []string{"version: " + d.Version, "reason: " + inQuotes(d.Reason)}
	if d.Successor != "" {
		words = append(words, "successor: "+d.Successor)
	}
	if d.Until != "" {
		words = append(words, "until: "+d.Until)
	}
	e := edit{f.Doc.Data}
	e.insert(f.Doc, "deprecated", "{ "+strings.Join(words, ", ")+" }")
	return f.edited(e.data, func(l *Lifecycle) { l.Deprecated = append([]Deprecated{d}, l.Deprecated...) })
}

// Retiring gives product.yaml with the version under lifecycle.retired, and no longer under
// lifecycle.deprecated: it is one or the other.
func (f *File) Retiring(version string) ([]byte, error) {
	e := edit{f.Doc.Data}
	e.insert(f.Doc, "retired", version)
	i := slices.IndexFunc(f.Lifecycle.Deprecated, func(d Deprecated) bool { return d.Version == version })
	if i >= 0 {
		between, ds := document.Parse(f.Doc.File, e.data, document.Files)
		if between == nil || ds.Errors() > 0 {
			return nil, f.byHand()
		}
		e.remove(between, "deprecated", i)
	}
	return f.edited(e.data, func(l *Lifecycle) {
		l.Retired = append([]string{version}, l.Retired...)
		if i >= 0 {
			l.Deprecated = slices.Delete(slices.Clone(l.Deprecated), i, i+1)
		}
	})
}

// edited reads the new text again: it must say what was meant, and nothing else may have moved.
func (f *File) edited(data []byte, change func(*Lifecycle)) ([]byte, error) {
	got, ds := Load(f.Doc.File, data)
	if err := ds.Err(); err != nil {
		return nil, err
	}
	want := *f
	change(&want.Lifecycle)
	if want.Doc = got.Doc; len(want.Lifecycle.Deprecated) == 0 {
		want.Lifecycle.Deprecated = got.Lifecycle.Deprecated
	}
	if !reflect.DeepEqual(&want, got) {
		return nil, f.byHand()
	}
	return data, nil
}

func (f *File) byHand() error {
	return &document.Error{Diagnostic: f.at(codeByHand, "lifecycle is written in a way that is not edited here", "add the line by hand: docs/using.md shows it", "lifecycle")}
}

// inQuotes is text that YAML reads as itself, in one line.
func inQuotes(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // text always encodes
	return strings.TrimSpace(b.String())
}

// edit is a text in the making.
type edit struct{ data []byte }

func (e *edit) splice(from, to int, text string) {
	e.data = slices.Concat(e.data[:from], []byte(text), e.data[to:])
}

// insert puts an item first in a list of lifecycle, making what is not there yet. What it writes
// is right only for the usual forms; whoever calls reads it again.
func (e *edit) insert(doc *document.Doc, list, item string) {
	life := doc.Root.Get("lifecycle")
	key, value := life.Key(list), life.Get(list)
	switch {
	case life == nil:
		end := ""
		if n := len(e.data); n > 0 && e.data[n-1] != '\n' {
			end = "\n"
		}
		e.splice(len(e.data), len(e.data), fmt.Sprintf("%slifecycle:\n  %s:\n    - %s\n", end, list, item))
	case key == nil && e.flow(life):
		e.open(life, fmt.Sprintf(" %s: [%s]", list, item), len(life.Pairs) > 0)
	case key == nil && len(life.Pairs) > 0:
		pad := strings.Repeat(" ", life.Pairs[0].Key.Col-1)
		e.after(doc.Root.Key("lifecycle").Line, fmt.Sprintf("%s%s:\n%s  - %s\n", pad, list, pad, item))
	case value == nil:
	case e.flow(value):
		e.open(value, item, len(value.Items) > 0)
	case len(value.Items) > 0:
		e.after(key.Line, strings.Repeat(" ", e.dash(value.Items[0]))+"- "+item+"\n")
	}
}

// open puts text behind the bracket that opens a value.
func (e *edit) open(n *document.Node, text string, more bool) {
	if more {
		text += ","
		if !strings.HasPrefix(text, " ") {
			text += " "
		}
	}
	at := e.offset(n.Line, n.Col) + 1
	e.splice(at, at, text)
}

// after puts whole lines behind a line.
func (e *edit) after(line int, text string) {
	at := e.offset(line+1, 1)
	if at > 0 && e.data[at-1] != '\n' {
		text = "\n" + text
	}
	e.splice(at, at, text)
}

func (e *edit) flow(n *document.Node) bool {
	at := e.offset(n.Line, n.Col)
	return at < len(e.data) && (e.data[at] == '[' || e.data[at] == '{')
}

// dash is how far an item of a block list stands in, by its own line.
func (e *edit) dash(item *document.Node) int {
	line := e.data[e.offset(item.Line, 1):e.offset(item.Line, item.Col)]
	return len(line) - len(bytes.TrimLeft(line, " "))
}

// offset is where a line and column begin; columns count characters. Past the end it is the end.
func (e *edit) offset(line, col int) int {
	at := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(e.data[at:], '\n')
		if next < 0 {
			return len(e.data)
		}
		at += next + 1
	}
	for i := range string(e.data[at:]) {
		if col--; col == 0 {
			return at + i
		}
	}
	return len(e.data)
}

// remove takes an item out of a list of lifecycle, and the list with its last one.
func (e *edit) remove(doc *document.Doc, list string, i int) {
	life := doc.Root.Get("lifecycle")
	value := life.Get(list)
	if e.flow(value) {
		e.removeFlow(value.Items, i)
		return
	}
	from, key := value.Items[i].Line, life.Key(list)
	start, inside := e.offset(from, 1), e.dash(value.Items[i])
	end := e.block(from, inside)
	if len(value.Items) == 1 && key.Line < from && !e.flow(life) {
		start = e.offset(key.Line, 1)
	}
	e.splice(start, end, "")
}

// block is where the lines end that belong to the item which begins on a line: the ones that
// stand further in.
func (e *edit) block(line, inside int) int {
	for {
		line++
		at := e.offset(line, 1)
		text, _, _ := bytes.Cut(e.data[at:], []byte("\n"))
		in := len(text) - len(bytes.TrimLeft(text, " "))
		if at == len(e.data) || in <= inside || len(bytes.TrimSpace(text)) == 0 {
			return at
		}
	}
}

// removeFlow takes out an item in brackets, with the comma that parts it from its neighbour.
func (e *edit) removeFlow(items []*document.Node, i int) {
	at := func(n *document.Node) int { return e.offset(n.Line, n.Col) }
	start := at(items[i])
	switch {
	case i+1 < len(items):
		e.splice(start, at(items[i+1]), "")
	case i > 0:
		e.splice(e.closed(at(items[i-1])), e.closed(start), "")
	default:
		e.splice(start, e.closed(start), "")
	}
}

// closed is behind the bracket that closes the one at an offset; quotes are passed over.
func (e *edit) closed(at int) int {
	depth, quote := 0, byte(0)
	for i := at; i < len(e.data); i++ {
		switch c := e.data[i]; {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && strings.IndexByte(" {[,:", e.data[i-1]) >= 0:
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(e.data)
}

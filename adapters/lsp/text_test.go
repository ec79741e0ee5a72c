package lsp

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/axle-cd/axle/document"
)

func at(line, character uint32) position { return position{line, character} }

// A position counts UTF-16 units; beyond a line it is the line's end, beyond the text the text's.
func TestOffset(t *testing.T) {
	for _, c := range []struct {
		text string
		pos  position
		rest string
	}{
		{"abc", at(0, 0), "abc"},
		{"abc", at(0, 2), "c"},
		{"abc", at(0, 99), ""},
		{"abc", at(9, 0), ""},
		{"abc\ndef", at(0, 99), "\ndef"},
		{"abc\ndef", at(1, 1), "ef"},
		{"abc\r\ndef", at(0, 3), "\r\ndef"},
		{"abc\r\ndef", at(0, 4), "\r\ndef"},
		{"abc\r\ndef", at(1, 0), "def"},
		{"abc\rdef", at(1, 0), "def"},
		{"äöü", at(0, 1), "öü"},
		{"a\U0001F600b", at(0, 3), "b"},
		{"a\U0001F600b", at(0, 2), "\U0001F600b"}, // within the pair: before it
		{"a\u0085b\nc", at(1, 0), "c"},            // no line's end to an editor
		{"a\u2028b\nc", at(1, 0), "c"},
		{"abc", at(4294967295, 4294967295), ""},
	} {
		if got := c.text[offset([]byte(c.text), lineStarts([]byte(c.text), editorBreak), c.pos):]; got != c.rest {
			t.Errorf("%q at %v: %q, want %q", c.text, c.pos, got, c.rest)
		}
	}
}

func replaceAt(from, to position, with string) change {
	return change{Range: &span{from, to}, Text: &with}
}

func whole(text string) change { return change{Text: &text} }

// Changes are applied one after the other, each to what the one before left.
func TestChanges(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []change
		want    string
		fault   string
	}{
		{"all of it", []change{whole("new")}, "new", ""},
		{"nothing", nil, "one\ntwo\n", ""},
		{"insert", []change{replaceAt(at(1, 0), at(1, 0), "and ")}, "one\nand two\n", ""},
		{"delete over a line", []change{replaceAt(at(0, 2), at(1, 1), "")}, "onwo\n", ""},
		{"append", []change{replaceAt(at(9, 9), at(9, 9), "three")}, "one\ntwo\nthree", ""},
		{"in a row", []change{replaceAt(at(0, 0), at(0, 3), "\U0001F600"), replaceAt(at(0, 2), at(0, 2), "!")}, "\U0001F600!\ntwo\n", ""},
		{"a range that ends before it begins", []change{replaceAt(at(1, 0), at(0, 0), "x")}, "", codeLost},
		{"a change without a text", []change{{Range: &span{}}}, "", codeLost},
		{"what is lost is known again", []change{{}, replaceAt(at(0, 0), at(0, 0), "x"), whole("new")}, "new", ""},
		{"too big", []change{whole(strings.Repeat("x", maxText+1))}, "", codeTooBig},
		{"grown too big", []change{whole(strings.Repeat("x", maxText)), replaceAt(at(0, 0), at(0, 0), "x")}, "", codeLost},
		{"too much moved", append([]change{whole(strings.Repeat("x", maxText))}, slices.Repeat([]change{replaceAt(at(0, 0), at(0, 1), "y")}, 300)...), "", codeLost},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := documents{}
			d.open("a", 1, "one\ntwo\n")
			if !d.change("a", 2, c.changes) {
				t.Fatal("not open")
			}
			now := d["a"]
			if string(now.data) != c.want || now.version != 2 || (now.fault == nil) != (c.fault == "") || now.fault != nil && now.fault.Code != c.fault {
				t.Errorf("%.40q, version %d, fault %v; want %.40q, %s", now.data, now.version, now.fault, c.want, c.fault)
			}
		})
	}
	if (documents{}).change("a", 2, []change{whole("x")}) {
		t.Error("what was never opened was changed")
	}
}

// All texts together have a limit too; closing others makes room.
func TestDocumentsHaveALimit(t *testing.T) {
	d, big := documents{}, strings.Repeat("x", maxText)
	for _, uri := range strings.Split("abcdefghijklm", "") {
		d.open(uri, 1, big)
	}
	if d["l"].fault != nil || d["m"].fault == nil || d["m"].fault.Code != codeTooBig || len(d.texts()) != 12 {
		t.Errorf("%d texts are kept, m: %v", len(d.texts()), d["m"].fault)
	}
	delete(d, "a")
	if d.open("m", 2, big); d["m"].fault != nil {
		t.Error(d["m"].fault)
	}
}

// Our lines and columns, in an editor's: columns are characters, lines end as the reader ends them.
func TestSpans(t *testing.T) {
	diag := func(line, col int) Diagnostic {
		return Diagnostic{Diagnostic: document.Diagnostic{Line: line, Col: col}}
	}
	newlines := func(line, col int) Diagnostic {
		d := diag(line, col)
		d.Newlines = true
		return d
	}
	for _, c := range []struct {
		text string
		d    Diagnostic
		want span
	}{
		{"", diag(1, 1), span{at(0, 0), at(0, 0)}},
		{"key: value", diag(1, 1), span{at(0, 0), at(0, 3)}},
		{"key: value\n", diag(1, 6), span{at(0, 5), at(0, 10)}},
		{"a: \"two words\" # b", diag(1, 4), span{at(0, 3), at(0, 14)}},
		{"a: 'open\nb", diag(1, 4), span{at(0, 3), at(0, 8)}},
		{"\U0001F600: \U0001F600x y", diag(1, 4), span{at(0, 4), at(0, 7)}},
		{"a\r\nb c", diag(2, 3), span{at(1, 2), at(1, 3)}},
		{"a\u2028b\nc", diag(2, 1), span{at(0, 2), at(0, 3)}}, // YAML's second line is the editor's first
		{"a\u2028b\nc", newlines(2, 1), span{at(1, 0), at(1, 1)}},
		{"a\rb\nc", newlines(2, 1), span{at(2, 0), at(2, 1)}},
		{"\uFEFFkey: v", diag(1, 1), span{at(0, 1), at(0, 4)}},
		{"abc", diag(1, 99), span{at(0, 3), at(0, 3)}},
		{"abc", diag(9, 1), span{at(0, 0), at(0, 3)}},
		{"abc", diag(0, 0), span{at(0, 0), at(0, 3)}},
		{strings.Repeat("x", 2*longest), diag(1, longest+9), span{at(0, 0), at(0, 200)}},
	} {
		if got := newPlaces([]byte(c.text)).span(c.d); got != c.want {
			t.Errorf("%.40q %d:%d is %v, want %v", c.text, c.d.Line, c.d.Col, got, c.want)
		}
	}
}

// Where we say a byte stands, the editor's position leads back to it.
func FuzzPositions(f *testing.F) {
	f.Add("a\U0001F600\r\nb\rc\u2028d", 7)
	f.Add("\uFEFFkey: \u0085", 3)
	f.Add("\xff\xfe", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		p := newPlaces([]byte(s))
		if n < 0 || n > len(s) || n > longest || n < len(s) && !utf8.RuneStart(s[n]) || !utf8.ValidString(s) {
			p.span(Diagnostic{Diagnostic: document.Diagnostic{Line: n, Col: len(s)}})
			return
		}
		if n > 0 && n < len(s) && s[n-1:n+1] == "\r\n" {
			return // no place for a cursor
		}
		if got := offset(p.data, p.editor, p.position(n)); got != n {
			t.Errorf("byte %d of %q is %v, which is byte %d", n, s, p.position(n), got)
		}
	})
}

// A change does to the bytes what the protocol says it does to UTF-16 units.
func FuzzChanges(f *testing.F) {
	f.Add("a\U0001F600b", uint32(1), uint32(3), "x")
	f.Add("abc", uint32(2), uint32(9), "\U0001F600")
	f.Fuzz(func(t *testing.T, s string, from, to uint32, with string) {
		if !utf8.ValidString(s) || !utf8.ValidString(with) || strings.ContainsAny(s, "\r\n") {
			return
		}
		units := utf16.Encode([]rune(s))
		from, to = min(from, uint32(len(units))), min(to, uint32(len(units)))
		inPair := func(i uint32) bool { return i > 0 && i < uint32(len(units)) && units[i] >= 0xDC00 && units[i] < 0xE000 }
		got, ok := (&text{data: []byte(s)}).replaced(replaceAt(at(0, from), at(0, to), with))
		if from > to || inPair(from) || inPair(to) {
			return // refused, or moved before the pair: TestOffset
		}
		want := string(utf16.Decode(units[:from])) + with + string(utf16.Decode(units[to:]))
		if !ok || string(got) != want {
			t.Errorf("%q [%d:%d] by %q: %q, want %q", s, from, to, with, got, want)
		}
	})
}

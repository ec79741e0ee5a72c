package document

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// json reads the data as one JSON value, as RFC 8259 has it and nothing beyond.
func (r *reader) json() *Node {
	s := &jsonScan{reader: r, text: r.doc.Data, line: 1, col: 1}
	s.blank()
	if s.next() == 0 {
		r.empty()
		return nil
	}
	n := s.value(1)
	s.blank()
	if s.next() != 0 {
		s.bad(s.here(), "something follows its end")
	}
	return n
}

// jsonScan walks over the text. Once broken it reads nothing more.
type jsonScan struct {
	*reader
	text      []byte
	line, col int
	broken    bool
}

// next is the byte to read, or 0 at the end.
func (s *jsonScan) next() byte {
	if s.broken || len(s.text) == 0 {
		return 0
	}
	return s.text[0]
}

// skip moves over one character.
func (s *jsonScan) skip() {
	if size := breakAt(s.text); size > 0 {
		s.text, s.line, s.col = s.text[size:], s.line+1, 1
		return
	}
	_, size := utf8.DecodeRune(s.text)
	s.text, s.col = s.text[size:], s.col+1
}

func (s *jsonScan) blank() {
	for c := s.next(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = s.next() {
		s.skip()
	}
}

func (s *jsonScan) here() *Node { return &Node{Line: s.line, Col: s.col} }

func (s *jsonScan) bad(n *Node, why string) {
	if !s.broken && !s.full {
		s.fail(n, "AXLE1003", "not JSON ("+why+")", "")
	}
	s.broken = true
}

func (s *jsonScan) value(depth int) *Node {
	n := s.here()
	if !s.admit(n, depth) {
		s.broken = true
		return n
	}
	switch c := s.next(); {
	case c == '{':
		n.Kind = Mapping
		s.members(n, depth)
	case c == '[':
		n.Kind = Sequence
		s.list('[', ']', func() { n.Items = append(n.Items, s.value(depth+1)) })
	case c == '"':
		n.Kind, n.Quoted, n.Value = Text, true, s.quoted()
	default:
		s.word(n)
	}
	s.reader.scalar(n)
	return n
}

func (s *jsonScan) members(n *Node, depth int) {
	s.list('{', '}', func() {
		key := s.here()
		if s.next() != '"' {
			s.bad(key, s.expected("a key in quotes"))
			return
		}
		key.Kind, key.Quoted, key.Value = Text, true, s.quoted()
		s.nodes++
		s.blank()
		if s.next() != ':' {
			s.bad(s.here(), s.expected("a colon"))
			return
		}
		s.skip()
		s.blank()
		n.Pairs = append(n.Pairs, Pair{key, s.value(depth + 1)})
	})
	if s.pairs(n, len(n.Pairs)) {
		s.unique(n)
	}
}

// list reads entries with commas between two brackets.
func (s *jsonScan) list(open, end byte, entry func()) {
	s.skip()
	s.blank()
	if s.next() == end {
		s.skip()
		return
	}
	for !s.broken {
		entry()
		s.blank()
		comma := s.here()
		switch s.next() {
		case end:
			s.skip()
			return
		case ',':
			s.skip()
			s.blank()
			if s.next() == end {
				s.bad(comma, "trailing comma")
			}
		default:
			s.bad(comma, s.expected("a comma or "+string(end)))
		}
	}
}

// expected says what was wanted; where a comment stands, that is the fault.
func (s *jsonScan) expected(what string) string {
	switch c := s.next(); {
	case c == '/' || c == '#':
		return "comments"
	case c == 0:
		return "it ends too early"
	}
	return what + " is expected"
}

// word reads a number, true, false or null.
func (s *jsonScan) word(n *Node) {
	size := 0
	for size < len(s.text) && strings.IndexByte(" \t\r\n,:]}[{\"/#", s.text[size]) < 0 {
		size++
	}
	raw := string(s.text[:size])
	switch {
	case raw == "true", raw == "false":
		n.Kind = Bool
	case raw == "null":
		n.Kind = Null
	case jsonNumber.MatchString(raw):
		n.Kind = Number
	default:
		s.bad(n, s.expected("a value"))
		return
	}
	n.Value, s.text, s.col = raw, s.text[size:], s.col+size
}

var jsonNumber = NewPattern(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// quoted reads a string from its opening quote to its closing one.
func (s *jsonScan) quoted() string {
	var b strings.Builder
	start := s.here()
	s.skip()
	for {
		switch c := s.next(); {
		case s.broken:
			return ""
		case c == 0:
			s.bad(start, "a string does not end")
		case c == '"':
			s.skip()
			return b.String()
		case c == '\\':
			s.escape(&b)
		case c < 0x20:
			s.bad(s.here(), "a control character in a string")
		default:
			_, size := utf8.DecodeRune(s.text)
			b.Write(s.text[:size])
			s.skip()
		}
	}
}

var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (s *jsonScan) escape(b *strings.Builder) {
	at := s.here()
	s.skip()
	c := s.next()
	if plain, known := jsonEscapes[c]; known {
		b.WriteByte(plain)
		s.skip()
		return
	}
	if c != 'u' {
		s.bad(at, "unknown escape")
		return
	}
	r := s.hex(at)
	if utf16.IsSurrogate(r) && len(s.text) > 1 && s.text[0] == '\\' && s.text[1] == 'u' {
		s.skip()
		r = utf16.DecodeRune(r, s.hex(at))
	}
	if utf16.IsSurrogate(r) || r == '\uFFFD' {
		s.fail(at, "AXLE2474", "an escape is half a character", "write both halves, or the character itself")
		s.broken = true
		return
	}
	b.WriteRune(r)
}

// hex reads u and four digits.
func (s *jsonScan) hex(at *Node) rune {
	if len(s.text) < 5 {
		s.bad(at, "unknown escape")
		return 0
	}
	v, err := strconv.ParseUint(string(s.text[1:5]), 16, 16)
	if err != nil {
		s.bad(at, "unknown escape")
		return 0
	}
	s.text, s.col = s.text[5:], s.col+5
	return rune(v)
}

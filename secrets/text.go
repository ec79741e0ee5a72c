package secrets

import (
	"bytes"
	"encoding/binary"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text is content as it is scanned: UTF-8 without a byte order mark and without characters
// of no width, which people do not see and rules stumble over.
type text struct {
	data   []byte
	binary bool
	lines  []int // where each begins
}

// place is where a hit stands. Line and column count from 1, columns in characters.
type place struct {
	line, col, lastLine int
	text                string // its first line
}

// maxLine is as much of a line as is looked at for what stands beside a secret.
const maxLine = 4 << 10

var invisible = strings.NewReplacer("\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00ad", "")

func read(data []byte) text {
	t := unlined(data)
	t.lines = lineStarts(t.data)
	return t
}

// unlined is a text without its lines.
func unlined(data []byte) text {
	if order := utf32Order(data); order != nil {
		data = decodeUTF32(order, data[4:])
	} else if order, body := utf16Order(data); order != nil {
		data = decodeUTF16(order, body)
	}
	t := text{data: data, binary: isBinary(data)}
	if !t.binary && hasInvisible(data) {
		t.data = []byte(invisible.Replace(string(data)))
	}
	return t
}

func lineStarts(data []byte) []int {
	lines := []int{0}
	for at := 0; ; {
		n := bytes.IndexByte(data[at:], '\n')
		if n < 0 {
			return lines
		}
		at += n + 1
		lines = append(lines, at)
	}
}

// line is the line, from 1, that the byte at stands on.
func (t text) line(at int) int {
	return sort.Search(len(t.lines), func(i int) bool { return t.lines[i] > at })
}

func hasInvisible(data []byte) bool {
	return bytes.Contains(data, []byte("\u00ad")) || bytes.Contains(data, []byte("\ufeff")) ||
		bytes.Contains(data, []byte("\u200b")[:2]) || bytes.Contains(data, []byte("\u2060"))
}

// isBinary asks what git asks: a NUL in the first 8,000 bytes.
func isBinary(data []byte) bool {
	return bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0
}

// utf16Order knows UTF-16 by its byte order mark, or without one by NULs at every other place.
func utf16Order(data []byte) (binary.ByteOrder, []byte) {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return binary.LittleEndian, data[2:]
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return binary.BigEndian, data[2:]
	}
	head := data[:min(len(data), 512)]
	var even, odd int
	for i, c := range head {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	half := len(head) / 2
	switch {
	case half < 4:
		return nil, nil
	case odd*10 >= half*8 && even == 0:
		return binary.LittleEndian, data
	case even*10 >= half*8 && odd == 0:
		return binary.BigEndian, data
	}
	return nil, nil
}

// utf32Order knows UTF-32 by its byte order mark, the first half of which is that of UTF-16.
func utf32Order(data []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE, 0, 0}):
		return binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0, 0, 0xFE, 0xFF}):
		return binary.BigEndian
	}
	return nil
}

func decodeUTF32(order binary.ByteOrder, body []byte) []byte {
	out := make([]byte, 0, len(body)/4)
	for ; len(body) >= 4; body = body[4:] {
		out = utf8.AppendRune(out, rune(order.Uint32(body))) // what is no character becomes U+FFFD
	}
	return out
}

func decodeUTF16(order binary.ByteOrder, body []byte) []byte {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

func (t text) place(h Hit) place {
	line := t.line(h.Start)
	start, end := t.lines[line-1], len(t.data)
	if line < len(t.lines) {
		end = t.lines[line] - 1
	}
	far := max(start, h.Start-maxLine) // beyond it, bytes
	return place{
		line:     line,
		col:      far - start + utf8.RuneCount(t.data[far:h.Start]) + 1,
		lastLine: t.line(h.End),
		text:     string(t.data[start:min(end, start+maxLine)]),
	}
}

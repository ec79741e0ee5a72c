package secrets

import (
	"context"
	"regexp"
	"strings"
	"sync"
)

// joinedFrom is what Hit.Decoded says of a secret that stands in parts.
const joinedFrom = "its parts"

// piece is what literals make that stand apart: text, where in it one ends, and their place in the content.
type piece struct {
	text  string
	seams []int
	place span
}

// inParts looks with both rule sets at what is put together from literals, "AK" + "IA…". What lies in one
// literal has been found before: only what goes over a seam is new.
func inParts(ctx context.Context, d Detector, name string, data []byte) ([]Hit, error) {
	if leftApart[extension(name)] {
		return nil, nil
	}
	text := string(data)
	pieces := append(chains(text), joins(text)...)
	var hits []Hit
	for len(pieces) > 0 {
		n := batch(pieces)
		found, err := inPieces(ctx, d, name, pieces[:n])
		if err != nil {
			return nil, err
		}
		hits = append(hits, found...)
		pieces = pieces[n:]
	}
	return hits, nil
}

// leftApart are files whose literals are not joined. Projects in Go keep the sample keys of their tests in
// parts, as this one does and gitleaks itself, so that scanners of all kinds pass them: what is found there is
// a sample. A key in one literal is found in them as anywhere.
var leftApart = map[string]bool{".go": true}

func batch(pieces []piece) int {
	size := 0
	for i, p := range pieces {
		if size += len(p.text); size > 256<<10 {
			return i + 1
		}
	}
	return len(pieces)
}

const between = "\n\n"

func inPieces(ctx context.Context, d Detector, name string, pieces []piece) (hits []Hit, err error) {
	var all strings.Builder
	for _, p := range pieces {
		all.WriteString(p.text + between)
	}
	found, err := Rules().Detect(ctx, name, []byte(all.String()))
	if err != nil {
		return nil, err
	}
	theirs, err := d.Detect(ctx, name, []byte(all.String()))
	if err != nil {
		return nil, err
	}
	found = onePerPlace(append(found, theirs...))
	start := 0
	for _, p := range pieces {
		for _, h := range found {
			if p.crossed(h.Start-start, h.End-start) {
				h.Start, h.End, h.Decoded = p.place.start, p.place.end, joinedFrom
				hits = append(hits, h)
			}
		}
		start += len(p.text) + len(between)
	}
	return hits, nil
}

// lineStart is where the line of at begins, if it begins after from.
func lineStart(text string, from, at int) int {
	return from + strings.LastIndexByte(text[from:at], '\n') + 1
}

func (p piece) crossed(start, end int) bool {
	if start < 0 || end > len(p.text) {
		return false
	}
	for _, s := range p.seams {
		if start < s && s < end {
			return true
		}
	}
	return false
}

func quote(c byte) bool { return c == '"' || c == '\'' }

func blankByte(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// valueByte is what a secret is written with.
func valueByte(c byte) bool { return base64Byte(c) || c == '_' || c == '-' || c == '=' || c == '.' }

// chains are literals with nothing but an operator, a line's end or a space between them.
func chains(text string) (out []piece) {
	seams := seamsOf(text)
	after := 0
	for len(seams) > 0 {
		n := 1
		for n < len(seams) && !strings.ContainsAny(text[seams[n-1].end:seams[n].start], "\"'\n") {
			n++
		}
		until := len(text)
		if n < len(seams) {
			until = seams[n].start
		}
		p := chained(text, seams[:n], span{after, until})
		after = p.place.end
		out, seams = append(out, p), seams[n:]
	}
	return out
}

// aside is how much of the line is taken on each side of a chain, for what it is called.
const aside = 200

// chained makes a piece of a chain and of its line, as far as that is its own.
func chained(text string, seams []span, own span) piece {
	first, last := seams[0].start, seams[len(seams)-1].end
	from := lineStart(text, max(own.start, first-maxLine), first)
	to := min(own.end, last+maxLine)
	if i := strings.IndexByte(text[last:to], '\n'); i >= 0 {
		to = last + i
	}
	p := piece{place: span{from, to}}
	if i := strings.LastIndexAny(text[from:first], `"'`); i >= 0 {
		p.place.start = from + i + 1
	}
	if i := strings.IndexAny(text[last:to], `"'`); i >= 0 {
		p.place.end = last + i
	}
	from, to = max(from, p.place.start-aside), min(to, p.place.end+aside)
	var b strings.Builder
	for _, s := range seams {
		b.WriteString(text[from:s.start])
		p.seams, from = append(p.seams, b.Len()), s.end
	}
	b.WriteString(text[from:to])
	p.text = b.String()
	return p
}

// seamsOf are the places from a closing quote to an opening one, quotes and all.
func seamsOf(text string) (out []span) {
	for i := 1; i+1 < len(text); i++ {
		if end, ok := seamAt(text, i); ok {
			out = append(out, span{i, end})
			i = end
		}
	}
	return out
}

// seamAt says where a seam ends that begins at i, from 1.
func seamAt(text string, i int) (end int, ok bool) {
	if !quote(text[i]) && text[i] != '\\' || !valueByte(text[i-1]) {
		return 0, false
	}
	end = seamEnd(text, i)
	return end, end > 0 && end < len(text) && valueByte(text[end])
}

var operators = []string{"+", "&", "..", ".", "~", "||", "<>", "\\"}

// seamEnd is where the next literal begins, or 0. A backslash at a line's end goes on in the same literal.
func seamEnd(text string, at int) int {
	i := skipBlank(text, at+1)
	if text[at] == '\\' {
		if i < len(text) && strings.IndexByte(text[at:i], '\n') > 0 && !quote(text[i]) {
			return i
		}
		return 0
	}
	for _, op := range operators {
		if strings.HasPrefix(text[i:], op) {
			i = skipBlank(text, i+len(op))
			break
		}
	}
	if i+1 < len(text) && strings.IndexByte("bBfFrRuU", text[i]) >= 0 && i > at+1 {
		i++
	}
	if i < len(text) && quote(text[i]) {
		return i + 1
	}
	return 0
}

func skipBlank(text string, i int) int {
	for i < len(text) && blankByte(text[i]) {
		i++
	}
	return i
}

// joinForm is a way to write a join with nothing in between, from the word on; its group is the list.
type joinForm struct {
	before string // what ends before the word
	after  *regexp.Regexp
}

var joinForms = sync.OnceValue(func() []joinForm {
	return []joinForm{
		{"", regexp.MustCompile(`^Join["']?\s*:?\s*\[\s*(?:''|"")\s*,\s*\[([^\[\]]*)\]`)},
		{"", regexp.MustCompile(`^Join["']?\s*:?\s*-\s*(?:''|"")\s*\n\s*-((?:\s+-\s+[^\n]+)+)`)},
		{"", regexp.MustCompile(`^join\(\s*(?:''|"")\s*,\s*\[([^\[\]]*)\]`)}, // Terraform
		{`"".`, regexp.MustCompile(`^join\(\s*[\[(]([^\[\]()]*)[\])]`)},      // Python
		{`''.`, regexp.MustCompile(`^join\(\s*[\[(]([^\[\]()]*)[\])]`)},
		{`].`, regexp.MustCompile(`^join\(\s*(?:''|"")\s*\)`)}, // JavaScript: the list stands before
	}
})

var joinWords = sync.OnceValue(func() *Words { return NewWords([]string{"join"}) })

// joins are the lists of nothing but literals that are joined by nothing.
func joins(text string) (out []piece) {
	after := 0
	joinWords().Each(text, func(_, at int) {
		list, ok := joinList(text, at)
		if !ok {
			return
		}
		if p, ok := joined(text, max(after, min(at, list.start)-aside), at, list); ok {
			out = append(out, p)
			after = max(at, list.end)
		}
	})
	return out
}

// joinList is the list that a word joins, if it is such a word and the list is not far.
func joinList(text string, at int) (span, bool) {
	window := text[at:min(len(text), at+maxLine)]
	for _, f := range joinForms() {
		if !strings.HasSuffix(text[:at], f.before) {
			continue
		}
		m := f.after.FindStringSubmatchIndex(window)
		if m == nil {
			continue
		}
		if len(m) > 2 {
			return span{at + m[2], at + m[3]}, true
		}
		from, end := max(0, at-maxLine), at-len(f.before)
		if open := strings.LastIndexByte(text[from:end], '['); open >= 0 {
			return span{from + open + 1, end}, true
		}
	}
	return span{}, false
}

var itemGap = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*,\s*|\n\s*-\s+|^\s*-\s+`) })

func joined(text string, from, at int, list span) (piece, bool) {
	head := min(at, list.start)
	plain := text[at] == 'J' // YAML may leave quotes out
	if plain {
		head = functionStart(text, from, at)
	}
	p := piece{text: text[lineStart(text, min(from, head), head):head] + `"`, place: list}
	for _, item := range itemGap().Split(text[list.start:list.end], -1) {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		if !quote(item[0]) && !plain || item[0] == '!' || strings.ContainsAny(item, "{}") {
			return piece{}, false
		}
		p.text += strings.Trim(item, `"'`)
		p.seams = append(p.seams, len(p.text))
	}
	if len(p.seams) < 2 {
		return piece{}, false
	}
	p.seams = p.seams[:len(p.seams)-1]
	p.text += `"`
	return p, true
}

// functionStart is where !Join or {"Fn::Join" begins: the name before it is what the list stands under.
func functionStart(text string, from, at int) int {
	before := strings.TrimSuffix(text[min(from, at):at], "!")
	if fn, ok := strings.CutSuffix(before, "Fn::"); ok {
		before = strings.TrimRight(fn, "\"'{ \t\r\n")
	}
	return min(from, at) + len(before)
}

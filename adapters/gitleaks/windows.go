package gitleaks

import (
	"sort"
	"strings"
	"sync"
)

// span is a part of a text that a rule reads.
type span struct{ start, end int }

// edge is what a window has more than a match can reach, so that none touches its ends: there ^, $ and \b
// would mean something else than in the whole text.
const edge = 8

// windows gives each rule, by its index, the parts of raw in which it can match. A match holds
// one of the rule's keywords and is no longer than its reach (reachOf), so it lies whole within
// the window of that keyword; windows that touch are one. Rules not in the answer cannot match.
func (s *ruleSet) windows(raw string) map[int][]span {
	out := map[int][]span{}
	for i := range s.rules {
		if s.rules[i].always {
			out[i] = []span{{0, len(raw)}}
		}
	}
	plain, shifts := unfold(raw)
	ascii, read := isASCII(raw), make([]bool, len(s.rules))
	lower := sync.OnceValue(func() string { return strings.ToLower(plain) })
	s.words.Each(plain, func(word, at int) {
		end := shifts.back(at + len(s.list[word]))
		at = shifts.back(at)
		for _, i := range s.of[word] {
			r := &s.rules[i]
			a := r.about()
			switch {
			case a.reach.whole && (read[i] || len(a.needs) > 0 && lacks(lower(), a.needs)):
			case a.reach.whole && a.chars != nil:
				out[i] = a.chars.runs(raw)
			case a.filter == nil || a.filter(raw, end):
				out[i] = a.window(raw, ascii, out[i], at, end)
			}
			read[i] = true
		}
	})
	return out
}

// window adds the surroundings of a keyword.
func (a about) window(raw string, ascii bool, have []span, at, end int) []span {
	last := len(have) - 1
	if last >= 0 && have[last].end == len(raw) {
		return have
	}
	w := a.reach.around(raw, ascii, at, end)
	if a.chars != nil {
		w = a.chars.trim(raw, w, at, end)
		if last >= 0 && w.start == have[last].end-1 && !a.chars.has[raw[w.start]] {
			return append(have, w) // they share a foreign byte, and no match goes over it
		}
	}
	if last >= 0 && w.start <= have[last].end {
		have[last].start, have[last].end = min(have[last].start, w.start), max(have[last].end, w.end)
		return have
	}
	return append(have, w)
}

// around is how far about a keyword a match can lie.
func (r reach) around(raw string, ascii bool, at, end int) span {
	switch {
	case r.whole:
		return span{0, len(raw)}
	case ascii && r.chars <= maxReach:
		return span{max(0, at-r.chars-edge), min(len(raw), end+r.chars+edge)}
	case r.bytes <= maxReach:
		return span{max(0, at-r.bytes-edge), min(len(raw), end+r.bytes+edge)}
	}
	return span{linesBefore(raw, at, r.lines+1), linesAfter(raw, end, r.lines+1)}
}

// linesBefore is where the n-th line before that of at begins.
func linesBefore(raw string, at, n int) int {
	for ; n >= 0 && at > 0; n-- {
		at = strings.LastIndexByte(raw[:at], '\n')
		if at < 0 {
			return 0
		}
	}
	if at > 0 {
		at++
	}
	return at
}

// linesAfter is where the n-th line after that of at ends.
func linesAfter(raw string, at, n int) int {
	for ; n >= 0 && at < len(raw); n-- {
		i := strings.IndexByte(raw[at:], '\n')
		if i < 0 {
			return len(raw)
		}
		at += i + 1
	}
	return at
}

func isASCII(raw string) bool {
	for i := range len(raw) {
		if raw[i] >= 0x80 {
			return false
		}
	}
	return true
}

// folds are the characters beyond ASCII that are an ASCII letter in another case.
var folds = []struct{ char, letter string }{{"\u212a", "k"}, {"\u017f", "s"}, {"\u0130", "i"}}

// shift says that from a place of the unfolded text on, places in the original are further by so much.
type shift struct{ at, by int }

type shifts []shift

func (s shifts) back(at int) int {
	i := sort.Search(len(s), func(i int) bool { return s[i].at > at })
	if i == 0 {
		return at
	}
	return at + s[i-1].by
}

// unfold replaces such characters, so that keywords are found as the library finds them.
func unfold(raw string) (string, shifts) {
	plain, by := raw, 0
	var all shifts
	for _, f := range folds {
		if strings.Contains(plain, f.char) {
			plain = ""
			break
		}
	}
	if plain != "" || raw == "" {
		return raw, nil
	}
	var b strings.Builder
	for i := 0; i < len(raw); {
		n := 1
		letter := raw[i : i+1]
		for _, f := range folds {
			if strings.HasPrefix(raw[i:], f.char) {
				n, letter = len(f.char), f.letter
			}
		}
		b.WriteString(letter)
		if i += n; n > 1 {
			by += n - 1
			all = append(all, shift{b.Len(), by})
		}
	}
	return b.String(), all
}

// genericExpr is what assigned is made for: a name, then an operator, then a value.
const genericExpr = `(?i)[\w.-]{0,50}?(?:access|auth|(?-i:[Aa]pi|API)|credential|creds|key|passw(?:or)?d|secret|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([\w.=-]{10,150}|[a-z0-9][a-z0-9+/]{11,}={0,3})(?:[\x60'"\s;]|\\[nr]|$)`

// assigned says that what follows a keyword may be an operator and a value: what genericExpr asks
// for and no more than that. The words key and token are in most files, and few are assigned to.
func assigned(raw string, at int) bool {
	i, wide := at, 0
	for i < len(raw) && classOf[raw[i]]&nameByte != 0 {
		if raw[i] >= 0x80 {
			wide++
		}
		if i++; i-at-wide > 23 || wide > 69 {
			return false
		}
	}
	if i == len(raw) || classOf[raw[i]]&operatorByte == 0 {
		return false
	}
	for v := i + 1; v <= i+9 && v < len(raw); v++ {
		if value, long := valueAt(raw, v); long {
			return value
		}
		if classOf[raw[v]]&betweenByte == 0 {
			return false
		}
	}
	return false
}

// valueAt says whether ten bytes from v on may be of a value, and whether that value may be one:
// it ends as one does, and it is not of letters alone, which the rule leaves.
func valueAt(raw string, v int) (value, long bool) {
	end, special := v, false
	for end < len(raw) && classOf[raw[end]]&valueByte != 0 {
		special = special || classOf[raw[end]]&plainByte == 0
		end++
	}
	if end-v < 10 {
		return false, false
	}
	return special && (end == len(raw) || classOf[raw[end]]&endByte != 0), true
}

const (
	nameByte     = 1 << iota // may stand between the keyword and the operator
	operatorByte             // begins an operator
	betweenByte              // may stand between that and the value
	valueByte                // may be of the value
	plainByte                // is of a value that the rule leaves, if all of it is
	endByte                  // may stand after the value
)

var classOf = func() (t [256]byte) {
	mark := func(class byte, chars string) {
		for i := range len(chars) {
			t[chars[i]] |= class
		}
	}
	const word = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	const space = " \t\n\f\r"
	mark(nameByte, word+space+`.-'"`)
	mark(operatorByte, "=>:|?,")
	mark(betweenByte, "=>:|`'\""+space)
	mark(valueByte, word+".=+/-")
	mark(plainByte, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-")
	mark(endByte, "`'\";\\"+space)
	for c := 0x80; c < 0x100; c++ {
		t[c] |= nameByte | valueByte
	}
	return t
}()

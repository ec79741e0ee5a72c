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
	var w span
	if a.around == nil {
		w = a.reach.around(raw, ascii, at, end)
	} else if last < 0 {
		w = a.around(raw, ascii, 0, at, end)
	} else {
		w = a.around(raw, ascii, have[last].end, at, end)
	}
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

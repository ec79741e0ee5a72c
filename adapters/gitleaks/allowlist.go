package gitleaks

import (
	"regexp"
	"strings"
	"sync"
)

// allowlist is what a rule leaves alone by the look of the value.
type allowlist struct {
	target    string // secret (empty), match or line
	regexes   func() []*regexp.Regexp
	stopWords []string
	every     bool
}

func newAllowlists(rows []allowRow) (out []*allowlist) {
	for _, w := range rows {
		a := &allowlist{target: w.target, stopWords: w.stopWords, every: both(w)}
		a.regexes = sync.OnceValue(func() []*regexp.Regexp {
			var out []*regexp.Regexp
			for _, expr := range w.regexes {
				out = append(out, regexp.MustCompile(expr))
			}
			return out
		})
		out = append(out, a)
	}
	return out
}

// both says that a value must look so and have one of the words.
func both(w allowRow) bool {
	and := strings.EqualFold(w.condition, "and") || w.condition == "&&"
	return and && len(w.regexes) > 0 && len(w.stopWords) > 0
}

func allowedBy(lists []*allowlist, raw string, m match, at *lineAt) bool {
	for _, a := range lists {
		if a.allows(raw, m, at) {
			return true
		}
	}
	return false
}

func (a *allowlist) allows(raw string, m match, at *lineAt) bool {
	value := raw[m.from:m.to]
	byWord := a.stopWord(strings.ToLower(value))
	if byWord != a.every { // decided by the word alone
		return byWord
	}
	switch a.target {
	case "match":
		return a.looks(raw[m.start:m.end])
	case "line":
		return at.looks(a, raw, m)
	}
	return a.looks(value)
}

func (a *allowlist) looks(text string) bool {
	for _, re := range a.regexes() {
		if re.MatchString(text) {
			return true
		}
	}
	return false
}

func (a *allowlist) stopWord(value string) bool {
	for _, w := range a.stopWords {
		if strings.Contains(value, w) {
			return true
		}
	}
	return false
}

// lineAt is the line of the last match that was asked about. A line is read once, however many matches it has.
type lineAt struct {
	span
	looked map[*allowlist]bool
	many   bool // lines, of a match over line ends: another match in them has fewer
}

func (l *lineAt) looks(a *allowlist, raw string, m match) bool {
	if l.looked == nil || l.many || m.start < l.start || m.end > l.end {
		l.start = strings.LastIndexByte(raw[:m.start], '\n') + 1
		l.end = len(raw)
		if n := strings.IndexByte(raw[m.end:], '\n'); n >= 0 {
			l.end = m.end + n
		}
		l.looked, l.many = map[*allowlist]bool{}, strings.Contains(raw[m.start:m.end], "\n")
	}
	looks, known := l.looked[a]
	if !known {
		looks = a.looks(raw[l.start:l.end])
		l.looked[a] = looks
	}
	return looks
}

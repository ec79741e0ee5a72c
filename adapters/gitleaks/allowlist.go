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

func allowedBy(lists []*allowlist, raw string, m match) bool {
	for _, a := range lists {
		if a.allows(raw, m) {
			return true
		}
	}
	return false
}

func (a *allowlist) allows(raw string, m match) bool {
	value := raw[m.from:m.to]
	byWord := a.stopWord(strings.ToLower(value))
	if byWord != a.every { // decided by the word alone
		return byWord
	}
	text := value
	switch a.target {
	case "match":
		text = raw[m.start:m.end]
	case "line":
		text = line(raw, m)
	}
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

// line is what stands on the lines of the match.
func line(raw string, m match) string {
	start := strings.LastIndexByte(raw[:m.start], '\n') + 1
	if end := strings.IndexByte(raw[m.end:], '\n'); end >= 0 {
		return raw[start : m.end+end]
	}
	return raw[start:]
}

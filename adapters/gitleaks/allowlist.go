package gitleaks

import (
	"regexp"
	"strings"
	"sync"
)

// allowlist is what a rule leaves alone by the look of the value. Lists by path or commit are not
// taken over: a secret is one wherever it stands.
type allowlist struct {
	target    string // secret (empty), match or line
	regexes   func() []*regexp.Regexp
	stopWords []string
	every     bool
}

// loose is an entry of the global list that was meant as whole words and is not: it would leave
// every value that begins with true, ends with null, or has false in it.
const loose = `(?i)^true|false|null$`

func newAllowlist(condition, target string, regexes, stopWords, paths, commits []string) []*allowlist {
	every := strings.EqualFold(condition, "and") || condition == "&&"
	if every && len(paths)+len(commits) > 0 || len(regexes)+len(stopWords) == 0 {
		return nil
	}
	a := &allowlist{target: target, every: every && len(regexes) > 0 && len(stopWords) > 0}
	for _, w := range stopWords {
		a.stopWords = append(a.stopWords, strings.ToLower(w))
	}
	a.regexes = sync.OnceValue(func() []*regexp.Regexp {
		var out []*regexp.Regexp
		for _, expr := range regexes {
			if expr != loose {
				out = append(out, regexp.MustCompile(expr))
			}
		}
		return out
	})
	return []*allowlist{a}
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

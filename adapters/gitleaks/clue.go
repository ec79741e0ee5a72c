package gitleaks

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zricethezav/gitleaks/v8/detect/codec"

	"github.com/axle-cd/axle/secrets"
)

// Reach implements secrets.Local: where no keyword, no encoded text and no path says so, no rule has a hit.
func (s *ruleSet) Reach(path, calls, text string, end int) secrets.Reach {
	f, r := s.farther(), secrets.Nowhere
	if calls != "" && s.called(calls, text, end) {
		r = secrets.Near
	}
	for _, rule := range f.always {
		if rule.path == nil || rule.path().MatchString(path) {
			r = secrets.Near
		}
		if rule.expr != nil {
			return secrets.Far
		}
	}
	plain, shifts := unfold(text[:end])
	f.words.Each(plain, func(word, _ int) {
		for _, rule := range f.of[word] {
			if rule.path == nil || rule.path().MatchString(path) {
				r = secrets.Far
			}
		}
	})
	if r != secrets.Nowhere {
		return r
	}
	s.words.Each(plain, func(word, at int) {
		for _, i := range s.of[word] {
			if r == secrets.Nowhere && !f.is[i] && s.rules[i].begins(text, shifts.back(at), shifts.back(at+len(s.list[word]))) {
				r = secrets.Near
			}
		}
	})
	if r == secrets.Nowhere && decodes(text[:end]) {
		return secrets.Near
	}
	return r
}

// begins says whether a match may hold the keyword from at to end. text goes on for secrets.Ahead bytes and to
// the end of a line.
func (r *rule) begins(text string, at, end int) bool {
	a := r.about()
	if a.filter != nil && !a.filter(text, end) {
		return false
	}
	if !a.onward {
		return true
	}
	from, to := strings.LastIndexByte(text[:at], '\n')+1, lineEnd(text, end)
	if !a.oneLine || to-from > longLine {
		if a.reach.chars+edge > secrets.Ahead {
			return true
		}
		from, to = max(from, at-a.reach.chars-edge), min(len(text), end+a.reach.chars+edge)
	}
	return !isASCII(text[from:to]) || r.expr().MatchString(text[from:to])
}

// longLine is more than is read for one keyword.
const longLine = 1 << 10

// called says that a match may begin before end of a rule whose matches need not hold one of its keywords.
func (s *ruleSet) called(calls, text string, end int) bool {
	for _, r := range s.farther().called {
		if !slices.ContainsFunc(r.keywords, func(k string) bool { return strings.Contains(calls, k) }) {
			continue
		}
		chars := r.about().chars
		if chars == nil || r.about().reach.chars > secrets.Ahead {
			return true
		}
		for _, run := range chars.runs(text) {
			if run.start < end && r.expr().MatchString(text[run.start:run.end]) {
				return true
			}
		}
	}
	return false
}

// decodes says that the library's decoders make something of a text.
func decodes(text string) (found bool) {
	each := func(at int) int {
		end := lineEnd(text, at)
		if !found {
			start := strings.LastIndexByte(text[:at], '\n') + 1
			_, segments := codec.NewDecoder().Decode(text[start:end], nil)
			found = len(segments) > 0
		}
		return end
	}
	escaped(text, each)
	if !found {
		encodedRuns(text, each)
	}
	return found
}

// oneLine says that a match has no line's end, but for the last byte of it.
func oneLine(expr string, keywords []string) bool {
	e, err := syntax.Parse(strings.TrimSuffix(expr, valueEnd), syntax.Perl)
	if err != nil || len(keywords) == 0 {
		return false
	}
	_, lines := size(e)
	return lines == 0 && holds(e, keywords)
}

// Most of the rules are of a name with the keyword at its end, an operator, and a value.
const (
	nameStart = `(?i)[\w.-]{0,50}?(?:`
	operator  = `)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}`
	valueEnd  = `(?:[\x60'"\s;]|\\[nr]|$)`
)

// assigned filters the keywords of such a rule: an operator must follow.
func assigned(expr string, keywords []string) (func(string, int) bool, bool) {
	names, value, ok := strings.Cut(expr, operator)
	names, begins := strings.CutPrefix(names, nameStart)
	e, err := syntax.Parse(expr, syntax.Perl)
	if !ok || !begins || err != nil || e.Op != syntax.OpConcat || strings.Contains(value, operator) {
		return nil, false
	}
	if e, err = syntax.Parse("(?i)(?:"+names+")", syntax.Perl); err != nil || !ends(e, keywords) {
		return nil, false
	}
	return func(raw string, at int) bool { return operatorAfter(raw, at) >= 0 }, true
}

// ends says that e spells one of the words to its end, whatever way it goes.
func ends(e *syntax.Regexp, words []string) bool {
	all := sequences(e)
	for _, seq := range all {
		spelt := []string{""}
		for _, part := range seq {
			next := letters(part)
			if part.Op == syntax.OpEmptyMatch {
				next = []string{""}
			}
			var longer []string
			for _, head := range spelt {
				for _, tail := range next {
					longer = append(longer, head+tail)
				}
			}
			spelt = longer
		}
		known := func(s string) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(s, w) })
		}
		if len(spelt) == 0 || slices.ContainsFunc(spelt, func(s string) bool { return !known(s) }) {
			return false
		}
	}
	return len(all) > 0
}

// leading is an expression that is tried where its word is, for one that begins with it.
func leading(expr, word string) *regexp.Regexp {
	rest, ok := strings.CutPrefix(expr, `\b`+word)
	if !ok {
		return nil
	}
	return regexp.MustCompile(`^(?i:` + word + `)` + rest)
}

// operatorAfter is where the operator is that may follow a name's keyword, or -1.
func operatorAfter(raw string, at int) int {
	i, wide := at, 0
	for i < len(raw) && classOf[raw[i]]&nameByte != 0 {
		if raw[i] >= utf8.RuneSelf {
			wide++
		}
		if i++; i-at-wide > 23 || wide > 69 {
			return -1
		}
	}
	if i == len(raw) || classOf[raw[i]]&operatorByte == 0 {
		return -1
	}
	return i
}

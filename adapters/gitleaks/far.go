package gitleaks

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/axle-cd/axle/secrets"
)

// farther are the rules whose matches are not bound to what is near, by words: what has none of them
// has no such match.
type farther struct {
	words  *secrets.Words
	of     [][]*rule // by word
	is     []bool    // by rule
	always []*rule   // they need no word
	called []*rule   // their matches need not hold a keyword
	calls  *secrets.Words
	lines  []string // the words of calls, in lines
}

// Far implements secrets.Local.
func (s *ruleSet) Far(path, text string) (found bool) {
	f := s.farther()
	found = slices.ContainsFunc(f.always, func(r *rule) bool { return r.expr != nil })
	plain, _ := unfold(text)
	f.words.Each(plain, func(word, at int) {
		for _, r := range f.of[word] {
			if !found && (r.path == nil || r.path().MatchString(path)) {
				lead := r.about().lead
				found = lead == nil || lead.MatchString(plain[at:])
			}
		}
	})
	return found
}

// Calls implements secrets.Local: the keywords of rules whose matches need not hold one.
func (s *ruleSet) Calls(data string) (out string) {
	f, plain := s.farther(), data
	if !isASCII(data) {
		plain, _ = unfold(data)
	}
	seen := make([]bool, len(f.lines))
	f.calls.Each(plain, func(word, _ int) { seen[word] = true })
	for i, line := range f.lines {
		if seen[i] {
			out += line
		}
	}
	return out
}

func newFarther(rules []rule, rows []row) (f farther) {
	var list, calls []string
	at := map[string]int{}
	f.is = make([]bool, len(rules))
	for i := range rows {
		if rules[i].always {
			f.always = append(f.always, &rules[i])
		}
		if rules[i].expr == nil {
			continue
		}
		if near(rows[i]) {
			if !holdsKeyword(rows[i]) {
				calls = append(calls, rows[i].keywords...)
				f.called, f.is[i] = append(f.called, &rules[i]), true
			}
			continue
		}
		f.is[i] = true
		for _, w := range farWords(rows[i]) {
			n, known := at[w]
			if !known {
				n = len(list)
				at[w] = n
				list, f.of = append(list, w), append(f.of, nil)
			}
			f.of[n] = append(f.of[n], &rules[i])
		}
	}
	f.words, f.calls = secrets.NewWords(list), secrets.NewWords(calls)
	for _, w := range calls {
		f.lines = append(f.lines, w+"\n\n")
	}
	return f
}

// near says that each match lies within so many lines, or bytes.
func near(w row) bool {
	e, err := syntax.Parse(w.expr, syntax.Perl)
	if err != nil || len(w.keywords) == 0 {
		return false
	}
	chars, lines := size(e)
	return lines <= secrets.NearLines || chars <= secrets.NearBytes/utf8.UTFMax
}

func holdsKeyword(w row) bool {
	e, err := syntax.Parse(w.expr, syntax.Perl)
	return err == nil && holds(e, w.keywords)
}

// farWords are words one of which stands where there is a match: the rarest that every match holds, or the keywords.
func farWords(w row) []string {
	best := ""
	for _, n := range needs(w.expr) {
		if rarity(n) > rarity(best) {
			best = n
		}
	}
	if best == "" || !holdsKeyword(w) { // and they are rarer
		return w.keywords
	}
	return []string{best}
}

// rarity counts what is no letter for more than a letter.
func rarity(word string) (n int) {
	for _, c := range word {
		if n++; !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz ", c) {
			n += 8
		}
	}
	return n
}

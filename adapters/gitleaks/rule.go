package gitleaks

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/zricethezav/gitleaks/v8/detect/codec"

	"github.com/axle-cd/axle/secrets"
)

type ruleSet struct {
	rules   []rule
	list    []string // the keywords of all rules
	of      [][]int  // by keyword, the rules that have it
	words   *secrets.Words
	allowed []*allowlist // of every rule
	memo    *memo
	farther func() farther
}

// rule is one of gitleaks' rules. Its expressions compile at their first use.
type rule struct {
	id       string
	keywords []string
	always   bool // it has a keyword that is no word, or none
	about    func() about
	asksLine bool // an allowlist of it reads the line of a match
	path     func() *regexp.Regexp
	expr     func() *regexp.Regexp // nil: the path alone is the finding
	group    int
	entropy  float64
	allowed  []*allowlist
}

// row is one of gitleaks' rules as data (data.go). allowRow is what it leaves alone.
type row struct {
	id, expr, path string
	group          int
	entropy        float64
	keywords       []string
	allowed        []allowRow
}

type allowRow struct {
	condition, target  string
	regexes, stopWords []string
}

func newRuleSet(rows []row, global []allowRow) *ruleSet {
	s := &ruleSet{memo: newMemo(), allowed: newAllowlists(global)}
	for _, w := range rows {
		r := rule{id: w.id, keywords: w.keywords, path: lazy(w.path), expr: lazy(w.expr), group: w.group, entropy: w.entropy, allowed: newAllowlists(w.allowed)}
		r.about = sync.OnceValue(func() about { return aboutRow(w) })
		s.rules = append(s.rules, r)
	}
	s.index()
	s.farther = sync.OnceValue(func() farther { return newFarther(s.rules, rows) })
	return s
}

// about is what an expression says of the keywords in its matches.
type about struct {
	filter  func(string, int) bool // says from where a keyword ends that a match may have it; nil always does
	reach   reach
	needs   []string // of a rule that reads the whole text
	chars   *alphabet
	oneLine bool                                                 // no match has a line's end, but as its last byte
	onward  bool                                                 // no match has one before its keyword
	lead    *regexp.Regexp                                       // of a rule that looks far: what is tried at its word
	around  func(raw string, ascii bool, from, at, end int) span // nil goes by reach
}

func aboutRow(w row) about {
	expr, keywords := w.expr, w.keywords
	a := about{reach: reachOf(expr, keywords), chars: alphabetOf(expr)}
	if f := followed(expr, keywords); f != nil {
		a.filter = f.after
	} else if f, ok := assigned(expr, keywords); ok {
		a.filter, a.onward = f, true
	}
	if a.oneLine = oneLine(expr, keywords); a.oneLine {
		a.onward = true
	}
	if len(keywords) == 1 && !near(w) {
		a.lead = leading(expr, keywords[0])
	}
	if expr == genericExpr {
		g := newAssignment(w)
		a.filter, a.around, a.onward = g.after, g.around, false
	}
	if a.reach.whole {
		a.needs = needs(expr)
	}
	return a
}

// index makes one list of all keywords.
func (s *ruleSet) index() {
	at := map[string]int{}
	line := func(a *allowlist) bool { return a.target == "line" }
	for i := range s.rules {
		r := &s.rules[i]
		r.asksLine = slices.ContainsFunc(r.allowed, line) || slices.ContainsFunc(s.allowed, line)
		r.always = len(r.keywords) == 0
		for _, k := range r.keywords {
			if len(k) < 2 {
				r.always = true
				continue
			}
			n, known := at[k]
			if !known {
				n = len(s.list)
				at[k] = n
				s.list, s.of = append(s.list, k), append(s.of, nil)
			}
			s.of[n] = append(s.of[n], i)
		}
	}
	s.words = secrets.NewWords(s.list)
}

func lazy(expr string) func() *regexp.Regexp {
	if expr == "" {
		return nil
	}
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// match is where a rule matched, and where in it the secret stands.
type match struct{ start, end, from, to int }

// trim leaves line ends out of the secret.
func (m match) trim(raw string) match {
	value := raw[m.from:m.to]
	m.from += len(value) - len(strings.TrimLeft(value, "\n"))
	m.to = m.from + len(strings.Trim(value, "\n"))
	return m
}

// matches are the rule's within a part of raw.
func (r *rule) matches(raw string, within span, global []*allowlist) []match {
	var out []match
	var in lineAt
	for _, at := range r.expr().FindAllStringSubmatchIndex(raw[within.start:within.end], -1) {
		m := match{at[0], at[1], at[0], at[1]}
		if g := r.secretGroup(at); g > 0 {
			m.from, m.to = at[2*g], at[2*g+1]
		}
		m = match{m.start + within.start, m.end + within.start, m.from + within.start, m.to + within.start}
		m = m.trim(raw)
		if r.entropy != 0 && entropy(raw[m.from:m.to]) <= r.entropy {
			continue
		}
		if allowedBy(global, raw, m, &in) || allowedBy(r.allowed, raw, m, &in) {
			continue
		}
		out = append(out, m)
	}
	return out
}

// secretGroup is the group that holds the secret: the one the rule names, else the first that is not empty.
func (r *rule) secretGroup(at []int) int {
	if r.group > 0 {
		return r.group
	}
	for g := 1; 2*g < len(at); g++ {
		if at[2*g] >= 0 && at[2*g] < at[2*g+1] {
			return g
		}
	}
	return 0
}

func (r *rule) hit(start, end int) secrets.Hit {
	return secrets.Hit{Rule: r.id, Title: strings.ReplaceAll(r.id, "-", " "), Start: start, End: end,
		Generic: strings.Contains(r.id, "generic")}
}

// placed gives the hit of m, in the original text. What touches no decoded segment was found before.
func (r *rule) placed(m match, segments []*codec.EncodedSegment) (secrets.Hit, bool) {
	if len(segments) == 0 {
		return r.hit(m.from, m.to), true
	}
	touched := codec.SegmentsWithDecodedOverlap(segments, m.start, m.end)
	if len(touched) == 0 {
		return secrets.Hit{}, false
	}
	at := codec.AdjustMatchIndex(touched, []int{m.start, m.end})
	h := r.hit(at[0], at[1])
	for _, tag := range codec.Tags(touched) {
		if kind, ok := strings.CutPrefix(tag, "decoded:"); ok {
			h.Decoded = kind
		}
	}
	return h, true
}

// entropy is Shannon's, as gitleaks counts it: over characters, by the number of bytes.
func entropy(s string) (bits float64) {
	var ascii [utf8.RuneSelf]int
	var wide map[rune]int
	for _, c := range s {
		if c < utf8.RuneSelf {
			ascii[c]++
			continue
		}
		if wide == nil {
			wide = map[rune]int{}
		}
		wide[c]++
	}
	add := func(n int) {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	for _, n := range ascii {
		add(n)
	}
	for _, n := range wide {
		add(n)
	}
	return bits
}

package gitleaks

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// unbounded is more than any text has.
const unbounded = 1 << 40

// reach is how far a match can stretch from a keyword in it.
type reach struct {
	bytes, lines int
	chars        int // the bytes of a match in a text that is all ASCII
	// whole: nothing is known, or a match need not hold a keyword; the rule reads all of the text
	whole bool
}

// maxReach is how far a window reaches by bytes; an expression that needs more goes by lines.
const maxReach = 32 << 10

// reachOf finds out from an expression alone whether each of its matches holds one of the keywords,
// and how long a match can be. Where it cannot tell, it says whole.
func reachOf(expr string, keywords []string) reach {
	e, err := syntax.Parse(expr, syntax.Perl)
	if err != nil || len(keywords) == 0 {
		return reach{whole: true, chars: unbounded}
	}
	chars, lines := size(e)
	if !holds(e, keywords) {
		return reach{whole: true, chars: chars}
	}
	return reach{bytes: min(chars*utf8.UTFMax, unbounded), lines: lines, chars: chars, whole: chars > maxReach/utf8.UTFMax && lines > 64}
}

// size is the most characters and line ends that a match can have.
func size(e *syntax.Regexp) (chars, lines int) {
	switch e.Op {
	case syntax.OpLiteral:
		for _, c := range e.Rune {
			lines += lineEnds(c, c)
		}
		return len(e.Rune), lines
	case syntax.OpCharClass:
		for i := 0; i+1 < len(e.Rune); i += 2 {
			lines = max(lines, lineEnds(e.Rune[i], e.Rune[i+1]))
		}
		return 1, lines
	case syntax.OpAnyChar:
		return 1, 1
	case syntax.OpAnyCharNotNL:
		return 1, 0
	case syntax.OpStar, syntax.OpPlus:
		return times(e.Sub[0], -1)
	case syntax.OpRepeat:
		return times(e.Sub[0], e.Max)
	case syntax.OpAlternate:
		for _, sub := range e.Sub {
			c, l := size(sub)
			chars, lines = max(chars, c), max(lines, l)
		}
		return chars, lines
	}
	for _, sub := range e.Sub {
		c, l := size(sub)
		chars, lines = min(chars+c, unbounded), min(lines+l, unbounded)
	}
	return chars, lines
}

func times(e *syntax.Regexp, n int) (chars, lines int) {
	chars, lines = size(e)
	if n < 0 {
		n = unbounded
	}
	return product(chars, n), product(lines, n)
}

func product(a, b int) int {
	if a == 0 || b == 0 {
		return 0
	}
	return min(a*min(b, unbounded/a+1), unbounded)
}

func lineEnds(from, to rune) int {
	if from <= '\n' && '\n' <= to {
		return 1
	}
	return 0
}

// holds says that every match of e has one of the words in it, whatever its case.
func holds(e *syntax.Regexp, words []string) bool {
	switch e.Op {
	case syntax.OpLiteral, syntax.OpCharClass:
		return run([]*syntax.Regexp{e}, words)
	case syntax.OpCapture, syntax.OpPlus:
		return holds(e.Sub[0], words)
	case syntax.OpRepeat:
		return e.Min > 0 && holds(e.Sub[0], words)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(e.Sub, func(sub *syntax.Regexp) bool { return !holds(sub, words) })
	case syntax.OpConcat:
		if slices.ContainsFunc(e.Sub, func(sub *syntax.Regexp) bool { return holds(sub, words) }) {
			return true
		}
		all := sequences(e)
		return len(all) > 0 && !slices.ContainsFunc(all, func(s []*syntax.Regexp) bool { return !run(s, words) })
	}
	return false
}

// maxSequences is how many ways through an expression are looked at.
const maxSequences = 4096

// sequences are the ways through an expression with its alternatives written out, or none if they are too many.
func sequences(e *syntax.Regexp) [][]*syntax.Regexp {
	switch e.Op {
	case syntax.OpCapture:
		return sequences(e.Sub[0])
	case syntax.OpAlternate:
		var all [][]*syntax.Regexp
		for _, sub := range e.Sub {
			s := sequences(sub)
			if len(s) == 0 || len(all)+len(s) > maxSequences {
				return nil
			}
			all = append(all, s...)
		}
		return all
	case syntax.OpConcat:
		all := [][]*syntax.Regexp{nil}
		for _, sub := range e.Sub {
			if all = joined(all, sequences(sub)); len(all) == 0 {
				return nil
			}
		}
		return all
	case syntax.OpQuest:
		return append([][]*syntax.Regexp{{{Op: syntax.OpEmptyMatch}}}, sequences(e.Sub[0])...)
	}
	return [][]*syntax.Regexp{{e}}
}

func joined(heads, tails [][]*syntax.Regexp) (all [][]*syntax.Regexp) {
	if len(heads)*len(tails) > maxSequences {
		return nil
	}
	for _, h := range heads {
		for _, t := range tails {
			all = append(all, append(slices.Clip(h), t...))
		}
	}
	return all
}

// run says that what a sequence spells out, of literals and small classes that follow one another,
// has one of the words in it, however it is spelt.
func run(seq []*syntax.Regexp, words []string) bool {
	spelt := []string{""}
	for _, e := range seq {
		if e.Op == syntax.OpEmptyMatch {
			continue
		}
		next := letters(e)
		if len(next) == 0 || len(next)*len(spelt) > 512 {
			spelt = []string{""}
			continue
		}
		var longer []string
		for _, head := range spelt {
			for _, tail := range next {
				longer = append(longer, head+tail)
			}
		}
		if spelt = longer; !slices.ContainsFunc(spelt, func(s string) bool { return !containsAny(s, words) }) {
			return true
		}
	}
	return false
}

// letters are what a literal or a small class can be, in lower case; none where there is too much.
func letters(e *syntax.Regexp) []string {
	switch e.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(e.Rune))}
	case syntax.OpCharClass:
		var all []string
		for i := 0; i+1 < len(e.Rune); i += 2 {
			if e.Rune[i+1]-e.Rune[i] > 12 {
				return nil
			}
			for c := e.Rune[i]; c <= e.Rune[i+1]; c++ {
				if s := strings.ToLower(string(c)); !slices.Contains(all, s) {
					all = append(all, s)
				}
			}
		}
		return all
	}
	return nil
}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

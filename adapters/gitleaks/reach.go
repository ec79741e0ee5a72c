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
	// whole: nothing is known, or a match need not hold a keyword; the rule reads all of the text
	whole bool
}

// maxReach is how far a window reaches by bytes; an expression that needs more goes by lines.
const maxReach = 32 << 10

// reachOf finds out from an expression alone whether each of its matches holds one of the keywords,
// and how long a match can be. Where it cannot tell, it says whole.
func reachOf(expr string, keywords []string) reach {
	e, err := syntax.Parse(expr, syntax.Perl)
	if err != nil || len(keywords) == 0 || !holds(e, keywords) {
		return reach{whole: true}
	}
	bytes, lines := size(e)
	return reach{bytes: bytes, lines: lines, whole: bytes > maxReach && lines > 64}
}

// size is the most bytes and line ends that a match can have.
func size(e *syntax.Regexp) (bytes, lines int) {
	switch e.Op {
	case syntax.OpLiteral:
		for _, c := range e.Rune {
			bytes += width(c, e.Flags&syntax.FoldCase != 0)
			lines += lineEnds(c, c)
		}
		return bytes, lines
	case syntax.OpCharClass:
		for i := 0; i+1 < len(e.Rune); i += 2 {
			bytes = max(bytes, width(e.Rune[i+1], false))
			lines = max(lines, lineEnds(e.Rune[i], e.Rune[i+1]))
		}
		return bytes, lines
	case syntax.OpAnyChar:
		return utf8.UTFMax, 1
	case syntax.OpAnyCharNotNL:
		return utf8.UTFMax, 0
	case syntax.OpStar, syntax.OpPlus:
		return times(e.Sub[0], -1)
	case syntax.OpRepeat:
		return times(e.Sub[0], e.Max)
	case syntax.OpAlternate:
		for _, sub := range e.Sub {
			b, l := size(sub)
			bytes, lines = max(bytes, b), max(lines, l)
		}
		return bytes, lines
	}
	for _, sub := range e.Sub {
		b, l := size(sub)
		bytes, lines = min(bytes+b, unbounded), min(lines+l, unbounded)
	}
	return bytes, lines
}

func times(e *syntax.Regexp, n int) (bytes, lines int) {
	bytes, lines = size(e)
	if n < 0 {
		n = unbounded
	}
	return min(bytes*min(n, unbounded/max(bytes, 1)+1), unbounded), min(lines*min(n, unbounded/max(lines, 1)+1), unbounded)
}

// width is the most bytes that a character can be written in; folded, k is also the sign of Kelvin.
func width(c rune, folded bool) int {
	if folded && c < utf8.RuneSelf {
		return 3
	}
	if folded || c > utf8.MaxRune {
		return utf8.UTFMax
	}
	return max(utf8.RuneLen(c), 1)
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

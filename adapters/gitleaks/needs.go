package gitleaks

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// needs are words that every match of an expression has in it, in lower case: a rule that reads the whole
// text need not, where one of them is missing.
func needs(expr string) []string {
	e, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	return needsOf(e)
}

func needsOf(e *syntax.Regexp) (out []string) {
	switch e.Op {
	case syntax.OpLiteral:
		if len(e.Rune) > 1 {
			return []string{strings.ToLower(string(e.Rune))}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needsOf(e.Sub[0])
	case syntax.OpRepeat:
		if e.Min > 0 {
			return needsOf(e.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range e.Sub {
			out = append(out, needsOf(sub)...)
		}
	case syntax.OpAlternate:
		for _, word := range needsOf(e.Sub[0]) {
			missing := func(other *syntax.Regexp) bool { return !containsIn(needsOf(other), word) }
			if !slices.ContainsFunc(e.Sub[1:], missing) {
				out = append(out, word)
			}
		}
	}
	return out
}

func containsIn(words []string, part string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, part) })
}

// lacks says that a text, in lower case, has not all of some words.
func lacks(lower string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(lower, w) })
}

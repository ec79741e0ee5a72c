package gitleaks

import (
	"regexp/syntax"
	"unicode/utf8"
)

// alphabet is which bytes a match of an expression may have, and of how many bytes it is at least. No
// match goes over another byte: between two such bytes a rule reads alone, whatever the text around.
type alphabet struct {
	has   [256]bool
	least int
}

// alphabetOf is nil where a match may have any byte.
func alphabetOf(expr string) *alphabet {
	e, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	a := &alphabet{}
	a.least = a.add(e)
	for _, in := range a.has {
		if !in {
			return a
		}
	}
	return nil
}

// add takes in what e may match, and gives its least length.
func (a *alphabet) add(e *syntax.Regexp) (least int) {
	switch e.Op {
	case syntax.OpLiteral:
		for _, c := range e.Rune {
			a.span(c, c, e.Flags&syntax.FoldCase != 0)
		}
		return len(e.Rune)
	case syntax.OpCharClass:
		for i := 0; i+1 < len(e.Rune); i += 2 {
			a.span(e.Rune[i], e.Rune[i+1], false) // folded already
		}
		return 1
	case syntax.OpAnyChar:
		a.span(0, utf8.MaxRune, false)
		return 1
	case syntax.OpAnyCharNotNL:
		a.span(0, '\n'-1, false)
		a.span('\n'+1, utf8.MaxRune, false)
		return 1
	}
	for i, sub := range e.Sub {
		n := a.add(sub)
		if e.Op == syntax.OpAlternate && i > 0 {
			least = min(least, n)
		} else {
			least += n
		}
	}
	switch e.Op {
	case syntax.OpStar, syntax.OpQuest:
		return 0
	case syntax.OpRepeat:
		return least * e.Min
	}
	return least
}

func (a *alphabet) span(from, to rune, fold bool) {
	for c := from; c <= min(to, 0x7f); c++ {
		a.has[c] = true
		if letter := c | 0x20; fold && 'a' <= letter && letter <= 'z' {
			a.has[letter], a.has[letter-0x20] = true, true
		}
	}
	if to >= utf8.RuneSelf || fold { // a letter may have a third form beyond ASCII
		for c := utf8.RuneSelf; c < 0x100; c++ {
			a.has[c] = true
		}
	}
}

// trim leaves of a window what lies between the foreign bytes around a keyword, and these.
func (a *alphabet) trim(raw string, w span, at, end int) span {
	for i := at - 1; i >= w.start; i-- {
		if !a.has[raw[i]] {
			w.start = i
			break
		}
	}
	for i := end; i < w.end; i++ {
		if !a.has[raw[i]] {
			w.end = i + 1
			break
		}
	}
	return w
}

// runs are the parts of a text that have no foreign byte and are as long as a match, each with the bytes
// beside it.
func (a *alphabet) runs(raw string) (out []span) {
	for i := 0; i < len(raw); {
		last := i + a.least - 1 // of the shortest match that begins at i
		if last >= len(raw) {
			break
		}
		start := last + 1
		for start > i && a.has[raw[start-1]] {
			start--
		}
		if start > i { // a foreign byte is among them
			i = start
			continue
		}
		end := last + 1
		for end < len(raw) && a.has[raw[end]] {
			end++
		}
		out = append(out, span{max(0, i-1), min(len(raw), end+1)})
		i = end
	}
	return out
}

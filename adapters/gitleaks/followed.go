package gitleaks

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// follow says what follows a keyword in a match, for each way that a match can go.
type follow []way

// way is a keyword that is followed by n bytes of a class at least.
type way struct {
	class [256]bool
	n     int
}

// after says that what follows a keyword may be of a match.
func (f follow) after(raw string, end int) bool {
	for i := range f {
		if f[i].fits(raw, end) {
			return true
		}
	}
	return false
}

func (w *way) fits(raw string, end int) bool {
	if end+w.n > len(raw) {
		return false
	}
	for i := end; i < end+w.n; i++ {
		if !w.class[raw[i]] {
			return false
		}
	}
	return true
}

// leastFollow is how many bytes must follow for a look at them to pay.
const leastFollow = 6

// followed reads off an expression what follows a keyword in each of its matches; nil is nothing
// that could be told.
func followed(expr string, keywords []string) follow {
	e, err := syntax.Parse(expr, syntax.Perl)
	if err != nil || len(keywords) == 0 {
		return nil
	}
	var f follow
	for _, seq := range sequences(e) {
		w := wayOf(seq, keywords)
		if w.n < leastFollow {
			return nil
		}
		if !slices.Contains(f, w) {
			f = append(f, w)
		}
	}
	if len(f) > 16 {
		return nil
	}
	return f
}

// wayOf takes the keyword of a sequence that is followed by the most.
func wayOf(seq []*syntax.Regexp, keywords []string) (best way) {
	spelt := ""
	for i, e := range seq {
		if e.Op == syntax.OpLiteral {
			spelt += strings.ToLower(string(e.Rune))
			if slices.ContainsFunc(keywords, func(k string) bool { return strings.HasSuffix(spelt, k) }) {
				if n, classes := classesAfter(seq[i+1:]); n > best.n {
					best = way{n: n}
					for _, c := range classes {
						best.allow(c)
					}
				}
			}
		} else if e.Op != syntax.OpEmptyMatch {
			spelt = ""
		}
	}
	return best
}

// classesAfter counts the characters that a sequence begins with at least, as far as they are of classes.
func classesAfter(way []*syntax.Regexp) (n int, classes []*syntax.Regexp) {
	for _, e := range way {
		least, most, class := 1, 1, e
		switch {
		case e.Op == syntax.OpRepeat:
			least, most, class = e.Min, e.Max, e.Sub[0]
		case e.Op == syntax.OpPlus:
			most, class = -1, e.Sub[0]
		}
		if class.Op != syntax.OpCharClass {
			break
		}
		n, classes = n+least, append(classes, class)
		if least != most {
			break
		}
	}
	return min(n, 64), classes
}

func (w *way) allow(class *syntax.Regexp) {
	for i := 0; i+1 < len(class.Rune); i += 2 {
		for c := class.Rune[i]; c <= class.Rune[i+1] && c < utf8.RuneSelf; c++ {
			w.class[c] = true
		}
		for c := utf8.RuneSelf; class.Rune[i+1] >= utf8.RuneSelf && c < 0x100; c++ {
			w.class[c] = true
		}
	}
}

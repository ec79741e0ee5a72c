package gitleaks

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// follow says that a keyword of every match is followed by n bytes of a class.
type follow struct {
	class [256]bool
	n     int
}

// after says that what follows a keyword may be of a match.
func (f *follow) after(raw string, end int) bool {
	if end+f.n > len(raw) {
		return false
	}
	for i := end; i < end+f.n; i++ {
		if !f.class[raw[i]] {
			return false
		}
	}
	return true
}

// leastFollow is how many bytes must follow for a look at them to pay.
const leastFollow = 6

// followed reads off an expression what follows a keyword in each of its matches; nil is nothing
// that could be told.
func followed(expr string, keywords []string) *follow {
	e, err := syntax.Parse(expr, syntax.Perl)
	if err != nil || len(keywords) == 0 {
		return nil
	}
	ways := sequences(e)
	f := &follow{n: unbounded}
	for _, way := range ways {
		if !f.add(way, keywords) {
			return nil
		}
	}
	if len(ways) == 0 || f.n < leastFollow {
		return nil
	}
	return f
}

// add takes the place of one way where a keyword is followed by the most.
func (f *follow) add(way []*syntax.Regexp, keywords []string) bool {
	best, classes, spelt := 0, []*syntax.Regexp(nil), ""
	for i, e := range way {
		if e.Op == syntax.OpLiteral {
			spelt += strings.ToLower(string(e.Rune))
			if slices.ContainsFunc(keywords, func(k string) bool { return strings.HasSuffix(spelt, k) }) {
				if n, of := classesAfter(way[i+1:]); n > best {
					best, classes = n, of
				}
			}
		} else if e.Op != syntax.OpEmptyMatch {
			spelt = ""
		}
	}
	for _, c := range classes {
		f.allow(c)
	}
	f.n = min(f.n, best)
	return best > 0
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

func (f *follow) allow(class *syntax.Regexp) {
	for i := 0; i+1 < len(class.Rune); i += 2 {
		for c := class.Rune[i]; c <= class.Rune[i+1] && c < utf8.RuneSelf; c++ {
			f.class[c] = true
		}
		for c := utf8.RuneSelf; class.Rune[i+1] >= utf8.RuneSelf && c < 0x100; c++ {
			f.class[c] = true
		}
	}
}

package cfn

import (
	"errors"
	"regexp"
)

// compilePattern gives the test of an AllowedPattern, which is a Java expression over the whole
// value. Lookahead, which Go's expressions do not have, is matched by backtracking, within a
// bound; lookbehind and backreferences are an error.
func compilePattern(pattern string) (func(string) (bool, error), error) {
	if re, err := regexp.Compile("^(?:" + pattern + ")$"); err == nil {
		return func(s string) (bool, error) { return re.MatchString(s), nil }, nil
	}
	r := &expression{text: []rune(pattern)}
	m, err := r.alternatives()
	if err == nil && r.at < len(r.text) {
		err = errors.New("a ) too many")
	}
	if err != nil {
		return nil, err
	}
	return func(s string) (bool, error) {
		in := &input{text: []rune(s), left: maxSteps}
		ok := m(in, 0, func(end int) bool { return end == len(in.text) })
		if in.left < 0 {
			return false, errors.New("it takes too long")
		}
		return ok, nil
	}, nil
}

// maxSteps bounds the backtracking: what needs more is not judged, and does not match.
const maxSteps = 500_000

type input struct {
	text []rune
	left int
}

// matcher matches at a place and asks next about every end that it finds, until one will do.
type matcher func(in *input, at int, next func(end int) bool) bool

func sequence(all []matcher) matcher {
	if len(all) == 0 {
		return func(_ *input, at int, next func(int) bool) bool { return next(at) }
	}
	first, rest := all[0], sequence(all[1:])
	return func(in *input, at int, next func(int) bool) bool {
		return first(in, at, func(end int) bool { return rest(in, end, next) })
	}
}

func either(all []matcher) matcher {
	return func(in *input, at int, next func(int) bool) bool {
		for _, m := range all {
			if in.left--; in.left < 0 {
				return false
			}
			if m(in, at, next) {
				return true
			}
		}
		return false
	}
}

// repeated is m least to most times; most below 0 is any number. An empty round ends it.
func repeated(m matcher, least, most int) matcher {
	var again func(in *input, count, at int, next func(int) bool) bool
	again = func(in *input, count, at int, next func(int) bool) bool {
		if in.left--; in.left < 0 {
			return false
		}
		more := most < 0 || count < most
		if more && m(in, at, func(end int) bool {
			return (end > at || count < least) && again(in, count+1, end, next)
		}) {
			return true
		}
		return count >= least && next(at)
	}
	return func(in *input, at int, next func(int) bool) bool { return again(in, 0, at, next) }
}

func lookahead(m matcher, want bool) matcher {
	return func(in *input, at int, next func(int) bool) bool {
		return m(in, at, func(int) bool { return true }) == want && next(at)
	}
}

// one matches a single character by an expression that is one.
func one(atom string) (matcher, error) {
	re, err := regexp.Compile("^(?:" + atom + ")$")
	if err != nil {
		return nil, err
	}
	return func(in *input, at int, next func(int) bool) bool {
		in.left--
		return in.left >= 0 && at < len(in.text) && re.MatchString(string(in.text[at])) && next(at+1)
	}, nil
}

func edge(end bool) matcher {
	return func(in *input, at int, next func(int) bool) bool {
		return (end && at == len(in.text) || !end && at == 0) && next(at)
	}
}

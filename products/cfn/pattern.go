package cfn

import (
	"regexp"
	"strings"
)

// compilePattern gives the test of an AllowedPattern, which is a Java expression over the whole
// value. Lookaheads at its start, as passwords have them, are split off and tested one by one;
// other lookaround and backreferences are an error.
func compilePattern(pattern string) (func(string) bool, error) {
	rest := strings.TrimPrefix(pattern, "^")
	var tests []func(string) bool
	for strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!") {
		end := groupEnd(rest)
		if end < 0 {
			break
		}
		re, err := regexp.Compile("^(?:" + rest[3:end] + ")")
		if err != nil {
			return nil, err
		}
		want := rest[2] == '='
		tests = append(tests, func(s string) bool { return re.MatchString(s) == want })
		rest = rest[end+1:]
	}
	whole, err := regexp.Compile("^(?:" + rest + ")$")
	if err != nil {
		return nil, err
	}
	return func(s string) bool {
		for _, test := range tests {
			if !test(s) {
				return false
			}
		}
		return whole.MatchString(s)
	}, nil
}

// groupEnd is where the group that opens at the start closes, or -1.
func groupEnd(s string) int {
	depth, class := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

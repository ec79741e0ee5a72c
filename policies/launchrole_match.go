package policies

import "strings"

// matches is whether a pattern covers all that another may be: * and ? of the other are covered
// by * alone (and ? by ?).
func matches(pattern, other string) bool {
	if !strings.Contains(pattern, "*") && !strings.Contains(pattern, "?") {
		return pattern == other
	}
	p, o, star, mark := 0, 0, -1, 0
	for o < len(other) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, o
			p++
		case p < len(pattern) && (pattern[p] == other[o] || pattern[p] == '?' && other[o] != '*'):
			p, o = p+1, o+1
		case star >= 0:
			mark++
			p, o = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func coversAction(pattern, action string) bool {
	return matches(strings.ToLower(pattern), strings.ToLower(action))
}

// coversARN compares ARNs field by field. A partition, Region or account that the template leaves
// to the launch is met by any that is given: a launch role is for the account it stands in.
func coversARN(pattern, arn string) bool {
	if pattern == "*" || pattern == arn {
		return true
	}
	p, a := fields(pattern), fields(arn)
	if len(p) < 6 || len(a) < 6 {
		return matches(pattern, arn)
	}
	for i := 1; i < 5; i++ {
		if open := i != 2 && strings.HasPrefix(a[i], "${"); !open && !matches(p[i], a[i]) {
			return false
		}
	}
	return matches(p[5], a[5])
}

// fields takes an ARN apart; ${AWS::Region} is one word of it.
func fields(arn string) []string {
	return strings.SplitN(strings.ReplaceAll(arn, "${AWS::", "${"), ":", 6)
}

// overlaps is whether two patterns may mean the same thing: one's text before its first wildcard
// begins the other's. It is sooner true than false.
func overlaps(a, b string) bool {
	a, b = fixed(a), fixed(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

func fixed(pattern string) string {
	if i := strings.IndexAny(pattern, "*?$"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

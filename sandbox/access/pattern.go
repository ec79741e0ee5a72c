package access

import "strings"

// Keys are what conditions and variables ask for, by name in small letters: aws:principalorgid.
type Keys map[string][]string

// Set puts a key, unless it has no value.
func (k Keys) Set(key string, values ...string) {
	if len(values) > 0 && values[0] != "" {
		k[strings.ToLower(key)] = values
	}
}

// Wildcards of a pattern, told from the stars of what a variable puts there.
const (
	anyText = '\x00'
	anyRune = '\x01'
)

// pattern is text with wildcards and, where it has any, variables.
type pattern struct {
	text string // wildcards are anyText and anyRune
	vars bool
}

var wildcards = strings.NewReplacer("*", string(anyText), "?", string(anyRune))

// makePattern reads a pattern; variables are text in policies of 2008.
func makePattern(text string, variables bool) pattern {
	if variables && strings.Contains(text, "${") {
		return pattern{text, true}
	}
	return pattern{wildcards.Replace(text), false}
}

func (p pattern) match(value string, keys Keys) bool {
	text, ok := p.expand(keys)
	return ok && glob(text, value)
}

// expand puts the variables' values in. It fails where one has none.
func (p pattern) expand(keys Keys) (string, bool) {
	if !p.vars {
		return p.text, true
	}
	var b strings.Builder
	rest := p.text
	for {
		before, from, found := strings.Cut(rest, "${")
		b.WriteString(wildcards.Replace(before))
		if !found {
			return b.String(), true
		}
		name, after, closed := strings.Cut(from, "}")
		value, ok := variable(name, keys)
		if !closed || !ok {
			return "", false
		}
		b.WriteString(value)
		rest = after
	}
}

// variable gives what stands for ${name}, ${name, 'default'}, ${*}, ${?} and ${$}.
func variable(name string, keys Keys) (string, bool) {
	if name == "*" || name == "?" || name == "$" {
		return name, true
	}
	key, otherwise, has := strings.Cut(name, ",")
	if values := keys[strings.ToLower(strings.TrimSpace(key))]; len(values) == 1 {
		return values[0], true
	}
	otherwise = strings.TrimSpace(otherwise)
	if has && len(otherwise) >= 2 && otherwise[0] == '\'' && otherwise[len(otherwise)-1] == '\'' {
		return otherwise[1 : len(otherwise)-1], true
	}
	return "", false
}

// glob matches text against a pattern, in time linear in both for each star.
func glob(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == anyText:
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == anyRune || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == anyText {
		p++
	}
	return p == len(pattern)
}

// globARN matches part by part, so that a star does not reach over a colon before the resource.
func globARN(pattern, arn string) bool {
	want, have := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if pattern == string(anyText) {
		return true
	}
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if !glob(want[i], have[i]) {
			return false
		}
	}
	return true
}

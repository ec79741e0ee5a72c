package cfn

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// expression reads a pattern that has lookahead in it.
type expression struct {
	text  []rune
	at    int
	depth int
}

func (r *expression) rest() string { return string(r.text[r.at:]) }

func (r *expression) take(prefix string) bool {
	if !strings.HasPrefix(r.rest(), prefix) {
		return false
	}
	r.at += len([]rune(prefix))
	return true
}

// alternatives reads up to the end, or to the ) of the group it is in.
func (r *expression) alternatives() (matcher, error) {
	if r.depth++; r.depth > 50 {
		return nil, errors.New("groups nested deeper than 50")
	}
	defer func() { r.depth-- }()
	var all []matcher
	for {
		var row []matcher
		for r.at < len(r.text) && r.text[r.at] != '|' && r.text[r.at] != ')' {
			m, err := r.factor()
			if err != nil {
				return nil, err
			}
			row = append(row, m)
		}
		all = append(all, sequence(row))
		if !r.take("|") {
			return either(all), nil
		}
	}
}

var bounds = regexp.MustCompile(`^\{(\d{1,4})(,?)(\d{0,4})\}`)

// factor reads an atom and how often it stands.
func (r *expression) factor() (matcher, error) {
	m, err := r.atom()
	if err != nil {
		return nil, err
	}
	least, most := 1, 1
	switch b := bounds.FindStringSubmatch(r.rest()); {
	case r.take("*"):
		least, most = 0, -1
	case r.take("+"):
		least, most = 1, -1
	case r.take("?"):
		least, most = 0, 1
	case b != nil:
		r.take(b[0])
		least, most = limits(b)
	default:
		return m, nil
	}
	if r.take("+") {
		return nil, errors.New("possessive repetition")
	}
	r.take("?") // a lazy repetition matches the same whole values
	return repeated(m, least, most), nil
}

func limits(b []string) (least, most int) {
	least, _ = strconv.Atoi(b[1])
	most, err := strconv.Atoi(b[3])
	switch {
	case b[2] == "":
		most = least
	case err != nil:
		most = -1
	}
	return least, most
}

func (r *expression) atom() (matcher, error) {
	switch c := r.text[r.at]; c {
	case '(':
		return r.group()
	case '^', '$':
		r.at++
		return edge(c == '$'), nil
	case '[':
		return r.class()
	case '\\':
		return r.escape()
	case '*', '+', '?':
		return nil, fmt.Errorf("%c repeats nothing", c)
	case '.':
		r.at++
		return one(".")
	default:
		r.at++
		return one(regexp.QuoteMeta(string(c)))
	}
}

func (r *expression) group() (matcher, error) {
	ahead, not := r.take("(?="), false
	if !ahead {
		not = r.take("(?!")
	}
	if !ahead && !not && !r.take("(?:") {
		r.at++
		if r.take("?") {
			return nil, errors.New("a group that is not one of (?: (?= (?! groups")
		}
	}
	m, err := r.alternatives()
	if err != nil {
		return nil, err
	}
	if !r.take(")") {
		return nil, errors.New("a group that does not end")
	}
	if ahead || not {
		return lookahead(m, ahead), nil
	}
	return m, nil
}

// class reads [...]; Go reads what stands in it.
func (r *expression) class() (matcher, error) {
	start := r.at
	for r.at++; r.at < len(r.text); r.at++ {
		switch {
		case r.text[r.at] == '\\':
			r.at++
		case r.text[r.at] == ']' && r.at > start+1 && !(r.at == start+2 && r.text[start+1] == '^'):
			r.at++
			return one(string(r.text[start:r.at]))
		}
	}
	return nil, errors.New("a [ that does not end")
}

// single are the escapes that stand for one character each.
const single = `dDwWsS.\/-+*?()[]{}|^$nrtf&#@!%:;,'"_~<>=` + "`"

func (r *expression) escape() (matcher, error) {
	if r.at+1 >= len(r.text) || !strings.ContainsRune(single, r.text[r.at+1]) {
		return nil, fmt.Errorf("%s is not supported", string(r.text[r.at:min(r.at+2, len(r.text))]))
	}
	c := r.text[r.at+1]
	r.at += 2
	if strings.ContainsRune("dDwWsSnrtf", c) {
		return one(`\` + string(c))
	}
	return one(regexp.QuoteMeta(string(c)))
}

package terraform

import (
	"errors"
	"strconv"
	"strings"
)

var errVersion = errors.New("not a version")

// satisfies holds a version to constraints as required_version has them: >= 1.5, < 2.0, ~> 1.13, != 1.6.1.
func satisfies(version, constraints string) (bool, error) {
	v, _, err := numbers(version)
	if err != nil {
		return false, err
	}
	for _, c := range strings.Split(constraints, ",") {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		operator := c[:len(c)-len(strings.TrimLeft(c, "=!<>~"))]
		want, n, err := numbers(strings.TrimSpace(c[len(operator):]))
		if err != nil {
			return false, err
		}
		d := order(v, want)
		ok := map[string]bool{"": d == 0, "=": d == 0, "!=": d != 0, ">": d > 0, ">=": d >= 0, "<": d < 0, "<=": d <= 0, "~>": d >= 0 && order(v, above(want, n)) < 0}
		holds, known := ok[operator]
		if !known {
			return false, errVersion
		}
		if !holds {
			return false, nil
		}
	}
	return true, nil
}

// numbers are the three parts of a version and how many were written. A pre-release counts as what it precedes.
func numbers(text string) (v [3]int, n int, err error) {
	text, _, _ = strings.Cut(text, "-")
	parts := strings.Split(strings.TrimPrefix(text, "v"), ".")
	if len(parts) > len(v) {
		return v, 0, errVersion
	}
	for i, p := range parts {
		if v[i], err = strconv.Atoi(p); err != nil || v[i] < 0 {
			return v, 0, errVersion
		}
	}
	return v, len(parts), nil
}

func order(a, b [3]int) int {
	for i := range a {
		if a[i] != b[i] {
			return a[i] - b[i]
		}
	}
	return 0
}

// above is the first version that ~> does not take: the last part written but one is raised.
func above(v [3]int, n int) [3]int {
	at := max(n-2, 0)
	v[at]++
	for i := at + 1; i < len(v); i++ {
		v[i] = 0
	}
	return v
}

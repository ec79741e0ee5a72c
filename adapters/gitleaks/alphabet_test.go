package gitleaks

import (
	"fmt"
	"testing"
)

func TestAlphabet(t *testing.T) { // PERF-13
	for expr, want := range map[string]string{
		`ab|c`:            "abc 1",
		`a{3}(?:b|cd)+x?`: "abcdx 4",
		`(?i)a`:           "Aa\u00ff 1",
		`\bx\b$`:          "x 1",
	} {
		got := ""
		if a := alphabetOf(expr); a != nil {
			for c := byte('A'); c <= 'x'; c++ {
				if a.has[c] {
					got += string(rune(c))
				}
			}
			if a.has[0xff] {
				got += "\u00ff"
			}
			got += fmt.Sprintf(" %d", a.least)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
	if alphabetOf(`(?s).a`) != nil {
		t.Error("a match of anything has an alphabet")
	}
}

func TestRuns(t *testing.T) {
	a := alphabetOf(`[a-c]{3,}`)
	for text, want := range map[string]string{
		"abc":           "[{0 3}]",
		"ab,abc,ab":     "[{2 7}]",
		"xabcabcx,,cba": "[{0 8} {9 13}]",
		"ab":            "[]",
		"":              "[]",
	} {
		if got := fmt.Sprint(a.runs(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if got := a.trim("cc,abc,cc", span{0, 9}, 4, 5); got != (span{2, 7}) {
		t.Error(got)
	}
}

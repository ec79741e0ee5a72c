package secrets

import (
	"slices"
	"strings"
)

// asciiLower folds A to Z alone, so that every offset stays what it was.
func asciiLower(data []byte) string {
	out := slices.Clone(data)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return string(out)
}

// windows are the lines of text in which a word occurs, each with reach lines after it, in order
// and joined where they touch.
func windows(text string, words []string, reach int) []span {
	var at []int
	for _, w := range words {
		for i := 0; ; {
			n := strings.Index(text[i:], w)
			if n < 0 {
				break
			}
			at = append(at, i+n)
			i = lineEnd(text, i+n) // once a line is enough
		}
	}
	slices.Sort(at)
	var out []span
	for _, i := range at {
		if last := len(out) - 1; last >= 0 && i < out[last].end {
			out[last].end = max(out[last].end, linesAfter(text, i, reach))
			continue
		}
		out = append(out, span{strings.LastIndexByte(text[:i], '\n') + 1, linesAfter(text, i, reach)})
	}
	return out
}

// lineEnd is where the line of at ends, its newline included.
func lineEnd(text string, at int) int {
	if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(text)
}

func linesAfter(text string, at, n int) int {
	if n == whole {
		return len(text)
	}
	end := lineEnd(text, at)
	for ; n > 0 && end < len(text); n-- {
		end = lineEnd(text, end)
	}
	return end
}

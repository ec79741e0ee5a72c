package document

import (
	"fmt"
	"strings"
)

// Nearest gives the word of a list that was probably meant, or "": at most two edits away,
// three from eight letters on. The first of equally near ones wins.
func Nearest(word string, from []string) string {
	limit := 2
	if len([]rune(word)) >= 8 {
		limit = 3
	}
	best, found := limit+1, ""
	for _, candidate := range from {
		if d := distance(strings.ToLower(word), strings.ToLower(candidate), best); d < best && d < len([]rune(candidate)) {
			best, found = d, candidate
		}
	}
	return found
}

// DidYouMean is the hint that names the nearest word, or "".
func DidYouMean(word string, from []string) string {
	if near := Nearest(word, from); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

// distance counts the edits between two words, a swap of neighbours as one; at least limit
// when it is limit or more.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit {
		return limit
	}
	var before []int
	last := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ(x[i-1], y[j-1]))
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}

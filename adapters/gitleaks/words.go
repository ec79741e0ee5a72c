package gitleaks

import "strings"

// words are the keywords of all rules, by their first two bytes, so that text is read once.
type words struct {
	list []string
	by   map[[2]byte][]int
}

func (w *words) add(index map[string]int, word string) int {
	if i, ok := index[word]; ok {
		return i
	}
	i := len(w.list)
	index[word] = i
	w.list = append(w.list, word)
	if w.by == nil {
		w.by = map[[2]byte][]int{}
	}
	if len(word) >= 2 {
		k := [2]byte{word[0], word[1]}
		w.by[k] = append(w.by[k], i)
	}
	return i
}

// in says which words occur in text, whatever their case. A word of one byte counts as seen.
func (w *words) in(text string) []bool {
	seen := make([]bool, len(w.list))
	for i, word := range w.list {
		seen[i] = len(word) < 2
	}
	var first [1 << 16]bool
	for k := range w.by {
		first[int(k[0])<<8|int(k[1])] = true
	}
	text = strings.ToLower(text)
	for i := 0; i+1 < len(text); i++ {
		if !first[int(text[i])<<8|int(text[i+1])] {
			continue
		}
		for _, n := range w.by[[2]byte{text[i], text[i+1]}] {
			if !seen[n] && strings.HasPrefix(text[i:], w.list[n]) {
				seen[n] = true
			}
		}
	}
	return seen
}

package secrets

import (
	"fmt"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	w := NewWords([]string{"akia", "api", "key", "://", "ak"})
	for text, want := range map[string]string{
		"": "", "k": "", "AKIA": "akia@0 ak@0", "my apiKEY": "api@3 key@6", "ke y": "", "aki": "ak@0",
		"keykey": "key@0 key@3", "x://y": "://@1", "\xe2\x84\xaaey": "", // the sign of Kelvin is no k here
	} {
		var got []string
		w.Each(text, func(word, at int) { got = append(got, fmt.Sprintf("%s@%d", w.list[word], at)) })
		if strings.Join(got, " ") != want {
			t.Errorf("in %q: %q, want %q", text, got, want)
		}
	}
}

// Every place of a word is found once, and nothing else.
func FuzzWords(f *testing.F) {
	f.Add("A key, a KEY", "key", "ey")
	f.Add("aaaa", "aa", "aaa")
	f.Fuzz(func(t *testing.T, text, one, two string) {
		one, two = asciiLower([]byte(one)), asciiLower([]byte(two))
		if len(one) < 2 || len(two) < 2 {
			t.Skip("a word has two bytes or more")
		}
		counts := [2]int{}
		NewWords([]string{one, two}).Each(text, func(word, at int) { counts[word]++ })
		lower := asciiLower([]byte(text))
		for n, word := range []string{one, two} {
			want := 0
			for i := range len(lower) {
				if strings.HasPrefix(lower[i:], word) {
					want++
				}
			}
			if counts[n] != want {
				t.Errorf("%q in %q: %d times, want %d", word, text, counts[n], want)
			}
		}
	})
}

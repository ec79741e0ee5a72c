package secrets

import (
	"slices"
	"strings"
	"testing"
)

func TestWindows(t *testing.T) {
	text := "zero\none key\ntwo\nthree\nfour key key\nfive key\nsix"
	for _, c := range []struct {
		name  string
		words []string
		reach int
		want  []string
	}{
		{"the lines of a word", []string{"key"}, 0, []string{"one key\n", "four key key\n", "five key\n"}},
		{"with the line after, joined where they touch", []string{"key"}, 1, []string{"one key\ntwo\n", "four key key\nfive key\nsix"}},
		{"further than the text", []string{"key"}, 9, []string{text[5:]}},
		{"the rest of the text", []string{"three"}, whole, []string{text[17:]}},
		{"several words on one line", []string{"one", "key", "o"}, 0, []string{"zero\n", "one key\n", "two\n", "four key key\n", "five key\n"}},
		{"a word that is not there", []string{"none"}, 1, nil},
		{"no word", nil, 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, w := range windows(text, c.words, c.reach) {
				got = append(got, text[w.start:w.end])
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestASCIILowerKeepsOffsets(t *testing.T) {
	for in, want := range map[string]string{"Key": "key", "İKEY": "İkey", "\u212aEY ÄB\xff": "\u212aey Äb\xff", "": ""} {
		if got := asciiLower([]byte(in)); got != want || len(got) != len(in) {
			t.Errorf("asciiLower(%q) is %q", in, got)
		}
	}
}

// Each window begins at the start of a line, and together they hold every word, once.
func FuzzWindows(f *testing.F) {
	f.Add("a key\nb\nkey", "key", 1)
	f.Add("\n\n\n", "\n", 0)
	f.Fuzz(func(t *testing.T, text, word string, reach int) {
		if word == "" || strings.Contains(word, "\n") || reach < 0 {
			t.Skip("no keyword is so")
		}
		at := 0
		for _, w := range windows(text, []string{word}, min(reach, 5)) {
			if w.start < at || w.end < w.start || w.start > 0 && text[w.start-1] != '\n' || strings.Contains(text[at:w.start], word) {
				t.Errorf("window %v after %d of %q", w, at, text)
			}
			at = w.end
		}
		if strings.Contains(text[at:], word) {
			t.Errorf("the end of %q has no window", text)
		}
	})
}

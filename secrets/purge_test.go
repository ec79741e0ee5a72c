package secrets

import (
	"bytes"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

func mustPurge(t testing.TB, values ...string) Purge {
	t.Helper()
	p, err := NewPurge(values...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What is put in the place of what.
func TestPurgeClean(t *testing.T) {
	many := []string{"aaaa1", "bbbb2", "cccc3", "dddd4", "eeee5", "pass-word", "pass-word-2"}
	for _, c := range []struct {
		values     []string
		data, want string
	}{
		{nil, "x", "x"},
		{[]string{"pass-word"}, "no", "no"},
		{[]string{"pass-word"}, "a pass-word, pass-word", "a " + Removed + ", " + Removed},
		{[]string{"pass-word"}, "pass-wor", "pass-wor"},
		{[]string{"pass-word", "pass-word-2"}, "pass-word-2 pass-word", Removed + " " + Removed}, // the longer first
		{many, "x bbbb2 pass-word-2 pass-wor eeee5", "x " + Removed + " " + Removed + " pass-wor " + Removed},
		{[]string{"käse-brot"}, "das käse-brot", "das " + Removed},
		{[]string{"two\nlines"}, "a two\nlines b", "a " + Removed + " b"},
		{[]string{"pass-word"}, "\xff\xfe" + string(wide("a pass-word", true)), "\xff\xfe" + string(wide("a "+Removed, true))},
		{[]string{"pass-word"}, "\xfe\xff" + string(wide("a pass-word", false)), "\xfe\xff" + string(wide("a "+Removed, false))},
	} {
		p := mustPurge(t, c.values...)
		got, err := p.Clean([]byte(c.data))
		if err != nil || string(got) != c.want {
			t.Errorf("%q of %q: %q (%v), want %q", c.values, c.data, got, err, c.want)
		}
		if p.Holds([]byte(c.data)) != (c.data != c.want) {
			t.Errorf("%q of %q: Holds is wrong", c.values, c.data)
		}
	}
}

// What cannot be purged by value, and why; no value is in the sentence. I2
func TestPurgeRefuses(t *testing.T) {
	for value, code := range map[string]string{"abc": "AXLE1560", "": "AXLE1560", "REMOVED": "AXLE1561", "***REM": "AXLE1561"} {
		_, err := NewPurge("a good value", value)
		if document.CodeOf(err) != code || value != "" && code == "AXLE1560" && strings.Contains(err.Error(), value) {
			t.Errorf("%q: %v, want %s", value, err, code)
		}
	}
	p := mustPurge(t, "pass-word", Removed+"x")
	if _, err := p.Clean([]byte("pass-wordx")); document.CodeOf(err) != "AXLE2540" {
		t.Errorf("a value that comes about by replacing: %v, want AXLE2540", err)
	}
}

// After cleaning no value is left, however they overlap, and data without one is not touched.
func FuzzPurgeClean(f *testing.F) {
	f.Add("pass-word", "word-pass", []byte("pass-word-pass"))
	f.Add("aaaa", "aaaaa", []byte("aaaaaaaaaaaa"))
	f.Add("x\x00y\x00", "abcd", []byte("x\x00y\x00x\x00"))
	f.Fuzz(func(t *testing.T, a, b string, data []byte) {
		p, err := NewPurge(a, b)
		if err != nil {
			return
		}
		clean, err := p.Clean(data)
		if err != nil {
			return
		}
		for _, v := range []string{a, b} {
			if bytes.Contains(clean, []byte(v)) {
				t.Errorf("%q is left in %q", v, clean)
			}
		}
		if !p.Holds(data) && !bytes.Equal(clean, data) {
			t.Errorf("%q became %q", data, clean)
		}
	})
}

// One pass for many values finds what a search for each finds.
func FuzzMatcher(f *testing.F) {
	f.Add("abcd", []byte("xxabcd"))
	f.Add("abcde", []byte("abcdabcde"))
	f.Fuzz(func(t *testing.T, v string, data []byte) {
		if len(v) < minPurged {
			return
		}
		m := newMatcher([]form{{old: []byte(v)}, {old: []byte("other")}})
		if got, want := m.pass(data), bytes.Contains(data, []byte(v)) || bytes.Contains(data, []byte("other")); got != want {
			t.Errorf("%q in %q: %v, want %v", v, data, got, want)
		}
	})
}

// Findings give the values to take out; what a purge by value cannot take out is left, and said.
func TestFindLeaks(t *testing.T) {
	d := detectFunc(func(data []byte) (hits []Hit, _ error) {
		for _, v := range []string{"long-enough-1", "short"} {
			if at := bytes.Index(data, []byte(v)); at >= 0 {
				hits = append(hits, Hit{Rule: "r-" + v, Title: "t", Start: at, End: at + len(v)})
			}
		}
		return hits, nil
	})
	leaks, err := FindLeaks(t.Context(), d, Blobs(
		Blob{Path: "a", Data: []byte("x long-enough-1")}, Blob{Path: "a", Data: []byte("y long-enough-1")},
		Blob{Path: "b", Data: []byte("short")}, Blob{Path: "c", Data: []byte("long-\u200benough-1")},
		Blob{Path: "huge", Size: MaxSize + 1}, Blob{Path: "unwanted", Data: []byte("long-enough-1")},
	), []string{"clean", "dir-long-enough-1x"}, func(f pipeline.Finding) bool { return f.File != "unwanted" })
	if err != nil {
		t.Fatal(err)
	}
	var found, left []string
	for _, f := range leaks.Findings {
		found = append(found, f.File)
	}
	for _, f := range leaks.Left {
		left = append(left, f.File)
	}
	if strings.Join(found, " ") != "a " || strings.Join(left, " ") != "b c huge" {
		t.Errorf("found %v, left %v", found, left)
	}
	p, err := leaks.Purge("another-one")
	if err != nil || !p.Holds([]byte("long-enough-1")) || !p.Holds([]byte("another-one")) || p.Holds([]byte("short")) {
		t.Errorf("the purge holds the wrong values (%v)", err)
	}
	if _, err := FindLeaks(t.Context(), nil, Blobs(), nil, nil); document.CodeOf(err) != "AXLE3520" {
		t.Errorf("no detector: %v", err)
	}
}

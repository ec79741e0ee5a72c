package secrets

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/axle-cd/axle/document"
)

// Removed stands where a secret was, once it is purged.
const Removed = "***REMOVED***"

// minPurged is the length of the shortest value that is replaced wherever it occurs: what is
// shorter occurs by chance.
const minPurged = 4

// Purge is what is taken out of a history: values, each in every form in which text holds it. It
// has no way to show them.
type Purge struct {
	plain, wide []form // wide are in UTF-16
	match       *matcher
}

type form struct{ old, new []byte }

// NewPurge makes the purge of these values.
func NewPurge(values ...string) (Purge, error) {
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b string) int { // what holds another is replaced before it
		if d := len(b) - len(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var p Purge
	for i, v := range slices.Compact(values) {
		if err := purgeable(v); err != nil {
			return Purge{}, fmt.Errorf("value %d, the longest counted first: %w", i+1, err)
		}
		p.plain = append(p.plain, form{[]byte(v), []byte(Removed)})
		for _, little := range []bool{true, false} {
			p.wide = append(p.wide, form{wide(v, little), wide(Removed, little)})
		}
	}
	p.match = newMatcher(p.plain)
	return p, nil
}

func purgeable(v string) error {
	switch {
	case len(v) < minPurged:
		return document.Fail("AXLE1560", fmt.Sprintf("a value of less than %d bytes cannot be purged", minPurged), "it occurs by chance; drop its file with --path", nil)
	case strings.Contains(Removed, v):
		return document.Fail("AXLE1561", "a value is a part of "+Removed+", which is put in its place", "drop its file with --path", nil)
	}
	return nil
}

// wide is text in UTF-16 without a mark of byte order.
func wide(s string, little bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if little {
			out = append(out, byte(u), byte(u>>8))
		} else {
			out = append(out, byte(u>>8), byte(u))
		}
	}
	return out
}

// Empty says that there is nothing to take out.
func (p Purge) Empty() bool { return len(p.plain) == 0 }

// Holds says whether data holds one of the values.
func (p Purge) Holds(data []byte) bool {
	if p.match.find(data) {
		return true
	}
	if len(p.wide) == 0 || bytes.IndexByte(data, 0) < 0 {
		return false
	}
	return slices.ContainsFunc(p.wide, func(f form) bool { return bytes.Contains(data, f.old) })
}

// Clean gives data with every value replaced, and data itself when it holds none. What holds a
// value even then cannot be cleaned.
func (p Purge) Clean(data []byte) ([]byte, error) {
	if !p.Holds(data) {
		return data, nil
	}
	for _, forms := range [][]form{p.plain, p.wide} {
		for _, f := range forms {
			data = bytes.ReplaceAll(data, f.old, f.new)
		}
	}
	if p.Holds(data) {
		return nil, document.Fail("AXLE2540", "a value is there again once the others are replaced", "purge one value at a time, the longest first", nil)
	}
	return data, nil
}

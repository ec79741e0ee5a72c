package secrets

import (
	"cmp"
	"slices"
	"sort"
)

// onePerPlace leaves one of the hits that overlap: a named one before one that guesses, then the one
// that starts first, then the one that was given first.
func onePerPlace(hits []Hit) []Hit {
	var named, guessed []Hit
	for _, h := range hits {
		if h.Generic {
			guessed = append(guessed, h)
		} else {
			named = append(named, h)
		}
	}
	named = apart(named)
	out := slices.Clone(named)
	for _, h := range apart(guessed) {
		if !touches(named, h) {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, byStart)
	return out
}

func byStart(a, b Hit) int { return cmp.Compare(a.Start, b.Start) }

// apart leaves out what overlaps the one before it.
func apart(hits []Hit) []Hit {
	slices.SortStableFunc(hits, byStart)
	var out []Hit
	for _, h := range hits {
		if last := len(out) - 1; last < 0 || h.Start >= out[last].End && (h.Start > out[last].Start || h.End > out[last].End) {
			out = append(out, h)
		}
	}
	return out
}

// touches says whether h overlaps one of hits, which are sorted and apart.
func touches(hits []Hit, h Hit) bool {
	i := sort.Search(len(hits), func(i int) bool { return hits[i].End > h.Start })
	return i < len(hits) && hits[i].Start < h.End
}

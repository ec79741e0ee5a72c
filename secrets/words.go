package secrets

import "math"

// Words finds fixed words in a text, whatever the case of A to Z, in one reading of it.
type Words struct {
	list []string
	// slot of the first two bytes, as they may be written: 0 is none, else the words of by[slot-1]
	slot [1 << 16]uint16
	by   [][]int
	// third is which third bytes may follow the first two, by their last five bits: of letters the same in either case
	third []uint32
}

// NewWords takes words in lower case, of two bytes or more.
func NewWords(list []string) *Words {
	w := &Words{list: list}
	slots := map[[2]byte]uint16{}
	for i, word := range list {
		k := [2]byte{word[0], word[1]}
		if slots[k] == 0 {
			w.by, w.third = append(w.by, nil), append(w.third, 0)
			slots[k] = uint16(len(w.by))
		}
		w.by[slots[k]-1] = append(w.by[slots[k]-1], i)
		if len(word) > 2 {
			w.third[slots[k]-1] |= 1 << (word[2] & 31)
		} else {
			w.third[slots[k]-1] = math.MaxUint32
		}
	}
	for k, slot := range slots {
		for _, a := range []byte{k[0], upper(k[0])} {
			for _, b := range []byte{k[1], upper(k[1])} {
				w.slot[int(a)<<8|int(b)] = slot
			}
		}
	}
	return w
}

// Each calls each for every place where a word begins, from left to right.
func (w *Words) Each(text string, each func(word, at int)) {
	for i := 0; i+1 < len(text); i++ {
		slot := w.slot[int(text[i])<<8|int(text[i+1])]
		if slot == 0 || i+2 < len(text) && w.third[slot-1]>>(text[i+2]&31)&1 == 0 {
			continue
		}
		for _, n := range w.by[slot-1] {
			if folds(text[i:], w.list[n]) {
				each(n, i)
			}
		}
	}
}

// folds says that text begins with a word, whatever the case of A to Z. The first two bytes are known to.
func folds(text, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i := 2; i < len(word); i++ {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

package secrets

import (
	"bytes"
	"encoding/binary"
)

// fewForms are looked for one after the other: each such search runs at the speed of memory.
const fewForms = 4

// matcher looks for many values in one pass. A bit stands for the first four bytes of each.
type matcher struct {
	forms  []form
	starts [1 << 16 / 64]uint64
	first  map[uint32][][]byte
}

func newMatcher(forms []form) *matcher {
	m := &matcher{forms: forms, first: map[uint32][][]byte{}}
	for _, f := range forms {
		word := binary.LittleEndian.Uint32(f.old)
		m.first[word] = append(m.first[word], f.old)
		slot := slotOf(word)
		m.starts[slot>>6] |= 1 << (slot & 63)
	}
	return m
}

func slotOf(word uint32) uint32 { return word * 0x9E3779B1 >> 16 }

func (m *matcher) find(data []byte) bool {
	if m == nil {
		return false
	}
	if len(m.forms) > fewForms {
		return m.pass(data)
	}
	for _, f := range m.forms {
		if bytes.Contains(data, f.old) {
			return true
		}
	}
	return false
}

func (m *matcher) pass(data []byte) bool {
	for i := 0; i+minPurged <= len(data); i++ {
		word := binary.LittleEndian.Uint32(data[i:])
		slot := slotOf(word)
		if m.starts[slot>>6]&(1<<(slot&63)) == 0 {
			continue
		}
		for _, old := range m.first[word] {
			if bytes.HasPrefix(data[i:], old) {
				return true
			}
		}
	}
	return false
}

package gitleaks

import (
	"hash/maphash"
	"sync"
)

// memo remembers what a rule has found in a text: versions of a file share most of theirs.
// It knows a text by 128 bits of two hashes whose seeds nobody outside the process can know.
type memo struct {
	mu    sync.Mutex
	seen  map[[2]uint64][]match
	seeds [2]maphash.Seed
}

// maxMemo is how many texts are remembered; then it begins anew, so that memory stays bounded.
const maxMemo = 1 << 20

func newMemo() *memo {
	return &memo{seen: map[[2]uint64][]match{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// key is of a rule and the text that it reads; who names the rule, or the path for all rules.
func (m *memo) key(who, text string) (k [2]uint64) {
	for i, seed := range m.seeds {
		k[i] = maphash.String(seed, text)
		k[i] ^= maphash.String(seed, who) * 0x9E3779B97F4A7C15
	}
	return k
}

// known gives what was found, with places in the text.
func (m *memo) known(k [2]uint64) ([]match, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, ok := m.seen[k]
	return found, ok
}

func (m *memo) remember(k [2]uint64, found []match) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) >= maxMemo {
		clear(m.seen)
	}
	m.seen[k] = found
}

package world

import (
	"context"
	"slices"
	"sort"
	"strings"
	"sync"
)

// memory is a Store that forgets when the process ends.
type memory struct {
	lock   sync.RWMutex
	chunks [][]string // the keys, sorted, in chunks that are sorted too and never empty
	values map[string][]byte
}

// maxChunk is when a chunk is cut in two: a new key moves no more than so many.
const maxChunk = 1024

// Memory makes a Store in memory.
func Memory() Store { return &memory{values: map[string][]byte{}} }

func (m *memory) Update(ctx context.Context, f func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	over := Over((*memoryTx)(m))
	if err := f(over); err != nil {
		return err
	}
	return over.Flush()
}

func (m *memory) View(ctx context.Context, f func(Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.lock.RLock()
	defer m.lock.RUnlock()
	over := Over((*memoryTx)(m)) // what a View writes is dropped
	if err := f(over); err != nil {
		return err
	}
	return over.err
}

func (*memory) Close() error { return nil }

// memoryTx is the store under its lock. Values are shared, as Tx says.
type memoryTx memory

func (t *memoryTx) Get(key string) ([]byte, bool) {
	v, ok := t.values[key]
	return v, ok
}

func (t *memoryTx) Put(key string, value []byte) {
	_, found := t.values[key]
	switch {
	case value == nil && found:
		delete(t.values, key)
		t.remove(key)
	case value != nil:
		t.values[key] = value
		if !found {
			t.insert(key)
		}
	}
}

// chunk is where a key is, or belongs.
func (t *memoryTx) chunk(key string) int {
	after := sort.Search(len(t.chunks), func(i int) bool { return t.chunks[i][0] > key })
	return max(after-1, 0)
}

func (t *memoryTx) insert(key string) {
	if len(t.chunks) == 0 {
		t.chunks = [][]string{{key}}
		return
	}
	at := t.chunk(key)
	i, _ := slices.BinarySearch(t.chunks[at], key)
	c := slices.Insert(t.chunks[at], i, key)
	t.chunks[at] = c
	if len(c) > maxChunk {
		half := len(c) / 2
		t.chunks[at] = c[:half:half]
		t.chunks = slices.Insert(t.chunks, at+1, slices.Clone(c[half:]))
	}
}

func (t *memoryTx) remove(key string) {
	at := t.chunk(key)
	i, _ := slices.BinarySearch(t.chunks[at], key)
	t.chunks[at] = slices.Delete(t.chunks[at], i, i+1)
	if len(t.chunks[at]) == 0 {
		t.chunks = slices.Delete(t.chunks, at, at+1)
	}
}

func (t *memoryTx) Scan(prefix string, f func(string, []byte) bool) {
	if len(t.chunks) == 0 {
		return
	}
	first := t.chunk(prefix)
	from := sort.SearchStrings(t.chunks[first], prefix)
	for at := first; at < len(t.chunks); at, from = at+1, 0 {
		for _, key := range t.chunks[at][from:] {
			if !strings.HasPrefix(key, prefix) || !f(key, t.values[key]) {
				return
			}
		}
	}
}

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
	keys   []string // sorted
	values map[string][]byte
}

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

// memoryTx is the store under its lock.
type memoryTx memory

func (t *memoryTx) Get(key string) ([]byte, bool) {
	v, ok := t.values[key]
	return slices.Clone(v), ok
}

func (t *memoryTx) Put(key string, value []byte) {
	i, found := slices.BinarySearch(t.keys, key)
	switch {
	case value == nil && found:
		t.keys = slices.Delete(t.keys, i, i+1)
		delete(t.values, key)
	case value != nil:
		if !found {
			t.keys = slices.Insert(t.keys, i, key)
		}
		t.values[key] = slices.Clone(value)
	}
}

func (t *memoryTx) Scan(prefix string, f func(string, []byte) bool) {
	for i := sort.SearchStrings(t.keys, prefix); i < len(t.keys) && strings.HasPrefix(t.keys[i], prefix); i++ {
		if !f(t.keys[i], slices.Clone(t.values[t.keys[i]])) {
			return
		}
	}
}

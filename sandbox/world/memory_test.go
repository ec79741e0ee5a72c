package world_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox/world"
)

// Whatever is put and removed in whatever order, a scan gives in order what a plain map holds,
// across the cuts that many keys make. SBX-6
func TestMemoryIsAMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	store, plain := world.Memory(), map[string]string{}
	for round := range 40 {
		err := store.Update(t.Context(), func(tx world.Tx) error {
			for range 500 {
				key := fmt.Sprintf("%c/%05d", 'a'+random.IntN(3), random.IntN(6000))
				if random.IntN(3) == 0 || round > 35 {
					tx.Put(key, nil)
					delete(plain, key)
					continue
				}
				tx.Put(key, []byte(key))
				plain[key] = key
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, prefix := range []string{"", "a/", "b/0", "c/00", "d"} {
			want := slices.DeleteFunc(slices.Sorted(maps.Keys(plain)), func(k string) bool { return !strings.HasPrefix(k, prefix) })
			var got []string
			_ = store.View(t.Context(), func(tx world.Tx) error {
				tx.Scan(prefix, func(key string, value []byte) bool {
					if string(value) != key {
						t.Errorf("%s holds %s", key, value)
					}
					got = append(got, key)
					return true
				})
				return nil
			})
			if !slices.Equal(got, want) {
				t.Fatalf("round %d, prefix %q: %d keys, want %d", round, prefix, len(got), len(want))
			}
		}
	}
}

// A key more costs the same among a million as among few. SBX-6
func BenchmarkMemoryPut(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			store := world.Memory()
			fill := func(tx world.Tx) error {
				for i := range n {
					tx.Put(fmt.Sprintf("o/kind/%012d", i*7919%n), []byte("{}"))
				}
				return nil
			}
			if err := store.Update(b.Context(), fill); err != nil {
				b.Fatal(err)
			}
			i := 0
			for b.Loop() {
				i++
				key := fmt.Sprintf("o/kind/%012d/new", i*104729%n)
				_ = store.Update(b.Context(), func(tx world.Tx) error { tx.Put(key, []byte("{}")); return nil })
			}
		})
	}
}

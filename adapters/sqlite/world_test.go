package sqlite_test

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox/world"
)

func openWorld(t *testing.T, path string) world.Store {
	t.Helper()
	s, err := sqlite.OpenWorld(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// One suite for every world.Store.
func TestStore(t *testing.T) {
	stores := map[string]func(*testing.T) world.Store{
		"memory": func(*testing.T) world.Store { return world.Memory() },
		"sqlite": func(t *testing.T) world.Store { return openWorld(t, filepath.Join(t.TempDir(), "deep", "sandbox.db")) },
	}
	cases := map[string]func(*testing.T, world.Store){
		"what is put is read, empty is not absent":         storeReads,
		"a scan gives its prefix in order, own writes too": storeScans,
		"a scan may write":                                   storeScanWrites,
		"an error keeps nothing":                             storeRollsBack,
		"a failed record keeps nothing":                      storeFails,
		"a view writes nothing and sees one state":           storeViews,
		"counting in parallel loses nothing":                 storeCounts,
		"a cancelled context begins nothing":                 storeCancelled,
		"a panic in f leaves the store usable and unchanged": storePanics,
	}
	for kind, open := range stores {
		for name, test := range cases {
			t.Run(kind+"/"+name, func(t *testing.T) { test(t, open(t)) })
		}
	}
}

func put(t *testing.T, s world.Store, pairs ...string) {
	t.Helper()
	err := s.Update(t.Context(), func(tx world.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			tx.Put(pairs[i], []byte(pairs[i+1]))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// dump is all that stands under prefix: a=1 b=2.
func dump(t *testing.T, s world.Store, prefix string) string {
	t.Helper()
	var all []string
	err := s.View(t.Context(), func(tx world.Tx) error {
		tx.Scan(prefix, func(k string, v []byte) bool {
			all = append(all, k+"="+string(v))
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
}

func storeReads(t *testing.T, s world.Store) {
	put(t, s, "a", "1", "empty", "")
	err := s.Update(t.Context(), func(tx world.Tx) error {
		v, ok := tx.Get("empty")
		if _, absent := tx.Get("none"); !ok || len(v) != 0 || absent {
			t.Errorf("empty: %q, %v; none: %v", v, ok, absent)
		}
		tx.Put("a", nil)
		if _, ok := tx.Get("a"); ok {
			t.Error("a removed key is read")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, dump(t, s, ""), "empty=")
}

func storeScans(t *testing.T, s world.Store) {
	put(t, s, "p/b", "2", "p/ü", "4", "q", "x", "p/a", "1", "o", "x", "p0", "x", "p/gone", "x")
	err := s.Update(t.Context(), func(tx world.Tx) error {
		tx.Put("p/c", []byte("3"))
		tx.Put("p/gone", nil)
		tx.Put("p/b", []byte("two"))
		var got []string
		tx.Scan("p/", func(k string, v []byte) bool {
			got = append(got, k+"="+string(v))
			return true
		})
		want(t, strings.Join(got, " "), "p/a=1 p/b=two p/c=3 p/ü=4")
		n := 0
		tx.Scan("p/", func(string, []byte) bool { n++; return n < 2 })
		if n != 2 {
			t.Errorf("a scan that was stopped went on: %d", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, dump(t, s, "p/"), "p/a=1 p/b=two p/c=3 p/ü=4")
}

func storeScanWrites(t *testing.T, s world.Store) {
	put(t, s, "p/a", "1", "p/b", "2")
	err := s.Update(t.Context(), func(tx world.Tx) error {
		tx.Scan("p/", func(k string, v []byte) bool {
			tx.Put(k, nil)
			tx.Put("done/"+k, v)
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, dump(t, s, ""), "done/p/a=1 done/p/b=2")
}

func storeRollsBack(t *testing.T, s world.Store) {
	put(t, s, "a", "1")
	boom := errors.New("boom")
	err := s.Update(t.Context(), func(tx world.Tx) error {
		tx.Put("a", []byte("2"))
		tx.Put("b", []byte("2"))
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
	want(t, dump(t, s, ""), "a=1")
}

func storeFails(t *testing.T, s world.Store) {
	put(t, s, "o/kind///broken", "not JSON")
	record := map[string]func(*world.Call){
		"a record that cannot be read":    func(c *world.Call) { world.Get[world.Unit](c, "kind", "broken") },
		"a list with such a record":       func(c *world.Call) { world.List[world.Unit](c, "kind") },
		"a record that cannot be written": func(c *world.Call) { world.Put(c, "kind", "x", make(chan int)) },
	}
	for name, touch := range record {
		err := s.Update(t.Context(), func(tx world.Tx) error {
			tx.Put("y", []byte("1"))
			touch(&world.Call{Tx: tx})
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), "record o/kind///") {
			t.Errorf("%s: %v", name, err)
		}
	}
	want(t, dump(t, s, ""), "o/kind///broken=not JSON")
}

func storeViews(t *testing.T, s world.Store) {
	put(t, s, "a", "1")
	err := s.View(t.Context(), func(tx world.Tx) error {
		tx.Put("a", []byte("2"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, dump(t, s, ""), "a=1")
}

func increment(tx world.Tx) error {
	raw, _ := tx.Get("n")
	n, _ := strconv.Atoi(string(raw))
	tx.Put("n", []byte(strconv.Itoa(n+1)))
	return nil
}

func storeCounts(t *testing.T, s world.Store) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 25 {
				if err := s.Update(t.Context(), increment); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	want(t, dump(t, s, ""), "n=200")
}

func storeCancelled(t *testing.T, s world.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, do := range map[string]func(context.Context, func(world.Tx) error) error{"Update": s.Update, "View": s.View} {
		ran := false
		err := do(ctx, func(world.Tx) error { ran = true; return nil })
		if !errors.Is(err, context.Canceled) || ran {
			t.Errorf("%s: ran %v, %v", name, ran, err)
		}
	}
}

func storePanics(t *testing.T, s world.Store) {
	put(t, s, "a", "1")
	func() {
		defer func() { _ = recover() }()
		_ = s.Update(t.Context(), func(tx world.Tx) error {
			tx.Put("a", []byte("2"))
			panic("a bug in an operation")
		})
	}()
	put(t, s, "b", "2")
	want(t, dump(t, s, ""), "a=1 b=2")
}

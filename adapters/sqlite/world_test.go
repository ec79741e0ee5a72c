package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
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

// What is not the sandbox's own, whole file is refused, and stays as it was. SBX-57, X11
func TestOpenWorldRefuses(t *testing.T) {
	cases := []struct {
		name, code string
		spoil      func(t *testing.T, path string)
	}{
		{"text", "AXLE3111", func(t *testing.T, path string) { write(t, path, strings.Repeat("not a database ", 1000)) }},
		{"torn page", "AXLE3111", tear},
		{"another program's", "AXLE3113", func(t *testing.T, path string) { sqliteShell(t, path, "CREATE TABLE theirs (x)") }},
		{"another layout", "AXLE3112", func(t *testing.T, path string) {
			openWorld(t, path).Close()
			sqliteShell(t, path, "PRAGMA user_version = 99")
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sandbox.db")
			c.spoil(t, path)
			before, _ := os.ReadFile(path)
			s, err := sqlite.OpenWorld(t.Context(), path)
			if err == nil {
				defer s.Close()
				err = s.View(t.Context(), func(tx world.Tx) error {
					tx.Scan("", func(string, []byte) bool { return true })
					return nil
				})
			}
			if document.CodeOf(err) != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			if c.code != "AXLE3113" && !strings.Contains(err.Error(), "axle sandbox reset") {
				t.Errorf("no way out is named: %v", err)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the refused file was changed")
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tear fills a world, and overwrites its middle.
func tear(t *testing.T, path string) {
	s := openWorld(t, path)
	for i := range 50 {
		put(t, s, fmt.Sprintf("key%02d", i), strings.Repeat("x", 2000))
	}
	s.Close()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(raw[len(raw)/2:], strings.Repeat("\xde\xad", 20000)[:len(raw)/4])
	write(t, path, string(raw))
}

// Only the owner reads the file: it holds the sandbox's keys. SBX-16
func TestWorldFileMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sandbox.db")
	openWorld(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
}

// Processes share the file, and a kill loses nothing that was committed. SBX-56, X02
func TestWorldProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sandbox.db")
	if os.Getenv("AXLE_TEST_WORLD") != "" {
		countAlone(t, os.Getenv("AXLE_TEST_WORLD"))
		return
	}
	var all []*exec.Cmd
	var replies [3]bytes.Buffer
	for i := range replies {
		cmd := exec.Command(os.Args[0], "-test.run=^TestWorldProcesses$")
		times := 400
		if i == 0 { // the one that is killed does not end by itself
			times = 1 << 30
		}
		cmd.Env, cmd.Stdout = append(os.Environ(), "AXLE_TEST_WORLD="+path, fmt.Sprintf("AXLE_TEST_TIMES=%d", times)), &replies[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	s := openWorld(t, path)
	for n := 0; n < 50; { // until the first is well under way
		n, _ = strconv.Atoi(strings.TrimPrefix(dump(t, s, fmt.Sprintf("of/%d", all[0].Process.Pid)), fmt.Sprintf("of/%d=", all[0].Process.Pid)))
	}
	if err := all[0].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	failed := all[0].Wait()
	if failed == nil {
		t.Error("the killed process had ended before: nothing was shown")
	}
	for _, cmd := range all[1:] {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	for i, cmd := range all {
		if seen, there := lastReply(replies[i].String()), counted(t, s, cmd.Process.Pid); there < seen || seen == 0 {
			t.Errorf("process %d saw the reply to %d, %d are there", i, seen, there)
		}
	}
	err := s.View(t.Context(), func(tx world.Tx) error {
		sum := 0
		tx.Scan("of/", func(_ string, v []byte) bool {
			n, _ := strconv.Atoi(string(v))
			sum += n
			return true
		})
		total, _ := tx.Get("n")
		want(t, string(total), strconv.Itoa(sum))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// lastReply is the last whole line of a counting process.
func lastReply(out string) int {
	last := 0
	for _, line := range strings.SplitAfter(out, "\n") {
		if n, err := strconv.Atoi(strings.TrimSuffix(line, "\n")); err == nil && strings.HasSuffix(line, "\n") {
			last = n
		}
	}
	return last
}

func counted(t *testing.T, s world.Store, pid int) int {
	t.Helper()
	_, value, _ := strings.Cut(dump(t, s, fmt.Sprintf("of/%d", pid)), "=")
	n, err := strconv.Atoi(value)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// countAlone counts in a key of its own and in one of all, always both, and says how far it is
// once that is committed.
func countAlone(t *testing.T, path string) {
	s := openWorld(t, path)
	mine := fmt.Sprintf("of/%d", os.Getpid())
	times, _ := strconv.Atoi(os.Getenv("AXLE_TEST_TIMES"))
	for i := range times {
		err := s.Update(t.Context(), func(tx world.Tx) error {
			tx.Put(mine, []byte(strconv.Itoa(i+1)))
			return increment(tx)
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(i + 1)
	}
}

func sqliteShell(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

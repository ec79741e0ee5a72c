package sqlite_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// What is not the sandbox's own, whole file is refused, and stays as it was. SBX-57, X11
func TestOpenWorldRefuses(t *testing.T) {
	cases := []struct {
		name, code string
		spoil      func(t *testing.T, path string)
	}{
		{"text", "AXLE3111", func(t *testing.T, path string) { write(t, path, strings.Repeat("not a database ", 1000)) }},
		{"torn page", "AXLE3111", tear},
		{"another program's", "AXLE3113", func(t *testing.T, path string) { sqliteShell(t, path, "CREATE TABLE theirs (x)") }},
		{"a later layout", "AXLE3112", func(t *testing.T, path string) {
			openWorld(t, path).Close()
			sqliteShell(t, path, "PRAGMA user_version = 99")
		}},
		{"an older layout", "AXLE3112", func(t *testing.T, path string) {
			openWorld(t, path).Close()
			sqliteShell(t, path, "PRAGMA user_version = 2")
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

package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// fill makes a state worth losing.
func fill(t *testing.T, dir string) {
	l := openLog(t, dir)
	run := create(t, l)
	for i := range 50 {
		if err := l.Say(t.Context(), run.ID, sqlite.Line{At: noon, Text: strings.Repeat(fmt.Sprint(i), 2000)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// X11, X13, B202, B218: a state that cannot be trusted is refused, with what to do instead; it
// is never made anew, nor touched.
func TestOpenLogRefuses(t *testing.T) {
	for _, c := range []struct {
		name, code, says string
		spoil            func(t *testing.T, dir, path string)
	}{
		{"text", sqlite.CodeDamaged, "state database is damaged; restore it from a backup", func(t *testing.T, _, path string) {
			write(t, path, strings.Repeat("not a database ", 1000))
		}},
		{"its first page torn", sqlite.CodeDamaged, "state database is damaged; restore it from a backup", func(t *testing.T, dir, path string) {
			fill(t, dir)
			raw, _ := os.ReadFile(path)
			copy(raw[100:], strings.Repeat("\xde\xad", 2000))
			write(t, path, string(raw))
		}},
		{"its middle torn", sqlite.CodeDamaged, "state database is damaged; restore it from a backup", func(t *testing.T, dir, path string) {
			fill(t, dir)
			raw, _ := os.ReadFile(path)
			copy(raw[4096:], strings.Repeat("\xde\xad", len(raw))[:len(raw)-4096])
			write(t, path, string(raw))
		}},
		{"another program's", sqlite.CodeDamaged, "is not axle's state; give another directory by AXLE_STATE", func(t *testing.T, _, path string) {
			sqliteShell(t, path, "CREATE TABLE theirs (x)")
		}},
		{"a newer axle's", sqlite.CodeNewer, "state is of version 99, this axle reads up to ", func(t *testing.T, dir, path string) {
			fill(t, dir)
			sqliteShell(t, path, "PRAGMA user_version = 99")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "axle.db")
			c.spoil(t, dir, path)
			before, _ := os.ReadFile(path)
			l, err := sqlite.OpenLog(t.Context(), dir)
			if err == nil { // a torn page is found by whoever reads it
				_, err = l.Lines(t.Context(), "r-1", 0)
				l.Close()
			}
			if document.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %s %q", err, c.code, c.says)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the refused file was changed")
			}
		})
	}
}

func TestOpenLogWhereItCannotBe(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "")
	os.Mkdir(filepath.Join(dir, "axle.db"), 0o700)
	for name, at := range map[string]string{"a file for a directory": filepath.Join(dir, "file"), "a directory for a file": dir} {
		if _, err := sqlite.OpenLog(t.Context(), at); document.CodeOf(err) != sqlite.CodeState {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A directory may be called anything: no sign in its name is read as an option of the file.
func TestOpenLogInOddDirectories(t *testing.T) {
	for _, name := range []string{"a b", "a?mode=memory", "a#b", "a%41", "ü", "a&b=c"} {
		dir := filepath.Join(t.TempDir(), name)
		create(t, openLog(t, dir))
		if _, err := os.Stat(filepath.Join(dir, "axle.db")); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// The log tells what was approved and by whom: nobody else on the machine reads it, nor writes.
func TestLogFileMode(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	openLog(t, dir)
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "axle.db"): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

// What one process has written the next one reads: all of it, after a clean end.
func TestLogReopened(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	run := waiting(t, l)
	l.Close()
	again, err := openLog(t, dir).Run(t.Context(), run.ID)
	if err != nil || again.State() != pipeline.StateAwaiting || again.Subject("prod") != run.Subject("prod") {
		t.Errorf("%s, %v", again.State(), err)
	}
}

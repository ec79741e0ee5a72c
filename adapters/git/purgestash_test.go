package git

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// Every stash keeps its place and its message, and loses the secret; the restore brings all back.
func TestPurgeStashes(t *testing.T) {
	r := leaky(t)
	for _, text := range []string{"one " + hidden(), "two", "three"} {
		r.write("README.md", text+"\n")
		r.run("stash", "push", "-q", "-m", "my "+text)
	}
	before := r.run("stash", "list", "--format=%gd %H %gs")
	want := purgeOf(t, hidden())
	want.Stash = true
	report := r.purge(want)
	if found := r.residue(hidden()); found != nil {
		t.Errorf("objects still hold it: %v", found)
	}
	if got, want := r.run("stash", "list"), "stash@{0}: On main: my three\nstash@{1}: On main: my two\nstash@{2}: On main: my one "+secrets.Removed; got != want {
		t.Errorf("stashes\n%s\nwant\n%s", got, want)
	}
	for n, text := range []string{"three", "two", "one " + secrets.Removed} {
		if got := r.run("show", fmt.Sprintf("stash@{%d}:README.md", n)); got != text {
			t.Errorf("stash %d is %q, want %q", n, got, text)
		}
	}
	r.run("fsck", "--strict", "--full")
	if out, err := exec.Command("sh", "-c", report.Restore).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := r.run("stash", "list", "--format=%gd %H %gs"); got != before {
		t.Errorf("restored\n%s\nwant\n%s", got, before)
	}
}

// Where only a stash that no ref names holds the secret, it is rewritten too.
func TestPurgeOlderStashAlone(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "a", "1\n")
	for _, text := range []string{hidden(), "clean"} {
		r.write("a", text+"\n")
		r.run("stash", "-q")
	}
	want := purgeOf(t, hidden())
	want.Stash = true
	r.purge(want)
	if found := r.residue(hidden()); found != nil {
		t.Errorf("objects still hold it: %v", found)
	}
	if got := r.run("show", "stash@{1}:a") + r.run("show", "stash@{0}:a"); got != secrets.Removed+"clean" {
		t.Errorf("stashes %q", got)
	}
}

// Of the log of the stashes every line counts, or it is damaged.
func FuzzStashLog(f *testing.F) {
	id := strings.Repeat("a1", 20)
	for _, seed := range []string{"", id + " " + id + " Ann <a@b> 1 +0000\tOn main: x\n", id + " " + id + "\n", "\n", id, id + " x y\n", id + " " + id + " Ann"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, log string) {
		lines, err := parseStashLog(log)
		if err != nil && document.CodeOf(err) != "AXLE2393" {
			t.Errorf("%q: %v", log, err)
		}
		if n := strings.Count(strings.TrimSuffix(log, "\n"), "\n") + 1; err == nil && log != "" && len(lines) != n {
			t.Errorf("%q: %d lines, want %d", log, len(lines), n)
		}
	})
}

// A log that is damaged, ends elsewhere, or is left of stashes that are gone, is refused before anything changes.
func TestPurgeDamagedStashLog(t *testing.T) {
	for name, damage := range map[string]func(repo){
		"not a log": func(r repo) { r.writeLog("damaged\n") },
		"ends elsewhere": func(r repo) {
			id := r.run("rev-parse", "HEAD")
			r.writeLog(id + " " + id + " Ann <ann@example.com> 1 +0000\tOn main: x\n")
		},
		"no stash": func(r repo) {
			data, err := os.ReadFile(r.stashLog())
			if err != nil {
				t.Fatal(err)
			}
			r.run("stash", "drop", "-q")
			r.writeLog(string(data))
		},
	} {
		r := leaky(t).stash(1)
		damage(r)
		want := purgeOf(t, hidden())
		want.Stash = true
		if _, err := r.PlanPurge(t.Context(), want); document.CodeOf(err) != "AXLE2393" {
			t.Errorf("%s: %v, want AXLE2393", name, err)
		}
	}
}

func (r repo) writeLog(text string) {
	r.t.Helper()
	if err := os.WriteFile(r.stashLog(), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

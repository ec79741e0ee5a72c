package git

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

func none(string) bool { return false }

// objects gives "kinds of names: content" of each object of an inventory, once.
func objects(t *testing.T, inv *Inventory, skip func(string) bool) (out []string) {
	t.Helper()
	for o, err := range inv.Objects(t.Context(), skip) {
		if err != nil {
			t.Fatal(err)
		}
		data := string(o.Data)
		if _, message, ok := strings.Cut(data, "\n\n"); ok && len(o.Names) == 0 {
			data = message // without headers
		}
		out = append(out, strings.Join(o.Names, ",")+": "+strings.TrimSpace(data))
	}
	slices.Sort(out)
	return out
}

func inventory(t *testing.T, r repo) *Inventory {
	t.Helper()
	inv, err := r.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// PERF-14: every blob once, whatever its paths, merge resolutions, stash, notes and what was reset away; messages of
// commits and tags; and each file name.
func TestInventory(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "a.yaml", "one", "copy.tf", "one", "plain", "two")
	run(t, r.Dir, "tag", "-m", "a tag", "v1")
	run(t, r.Dir, "notes", "add", "-m", "a note")
	gone := r.commit("reset away", "lost", "three")
	run(t, r.Dir, "reset", "-q", "--hard", "HEAD~1")
	inv := inventory(t, r)
	wantBlobs(t, objects(t, inv, none), ": Notes added by 'git notes add'", ": a tag", ": first", ": reset away",
		"x.tf,x.yaml: one", "x: a note", "x: three", "x: two")
	for _, name := range []string{"a.yaml", "copy.tf", "plain", "lost"} {
		if !slices.Contains(inv.Names, name) {
			t.Errorf("%s is no name of %q", name, inv.Names)
		}
	}
	if left := objects(t, inv, func(id string) bool { return id == gone }); len(left) != 7 {
		t.Errorf("a known object was read again: %q", left)
	}
}

// Where the few objects with a finding stand: every path, the first commit that brought it there, merges
// included; what no ref reaches only on request.
func TestLocated(t *testing.T) {
	r := newRepo(t)
	first := r.commit("first", "a", "secret", "b", "plain")
	r.commit("moves", "dir/c", "secret")
	lost := r.commit("lost", "z", "lost")
	run(t, r.Dir, "reset", "-q", "--hard", "HEAD~1")
	inv, err := r.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("by the changes of commits", func(t *testing.T) { testLocated(t, r, r.Located, first, lost) })
	t.Run("by the trees that were read", func(t *testing.T) { testLocated(t, r, inv.Located, first, lost) })
	inv.links = maxEntries + 1
	t.Run("there are too many trees", func(t *testing.T) { testLocated(t, r, inv.Located, first, lost) })
}

func testLocated(t *testing.T, r repo, located func(context.Context, []string, bool) iter.Seq2[secrets.Blob, error], first, lost string) {
	id := func(text string) string { return strings.TrimSpace(runIn(t, r.Dir, text, "hash-object", "--stdin")) }
	where := func(unreachable bool, ids ...string) (out []string) {
		for b, err := range located(t.Context(), ids, unreachable) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, b.Path+" "+string(b.Data))
			if b.Path == "a" && b.Commit != first {
				t.Errorf("a came with %s", b.Commit)
			}
		}
		slices.Sort(out)
		return out
	}
	wantBlobs(t, where(false, id("secret")), "a secret", "dir/c secret")
	wantBlobs(t, where(false, id("lost"), lost))
	if got := where(true, id("lost"), lost); len(got) != 2 || got[0] != " lost\n" && !strings.HasPrefix(got[1], "object ") {
		t.Errorf("unreachable: %q", got)
	}
}

// PERF-15: what is missing and needed is an error, in whichever way it went.
func TestInventoryOfAnIncompleteRepository(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, r repo, blob string){
		"a blob is gone": func(t *testing.T, r repo, blob string) { remove(t, r, blob) },
		"a tree is gone": func(t *testing.T, r repo, _ string) {
			remove(t, r, strings.TrimSpace(runIn(t, r.Dir, "", "rev-parse", "HEAD^{tree}")))
		},
		"a pack is cut short": func(t *testing.T, r repo, _ string) {
			run(t, r.Dir, "repack", "-adq")
			packs, _ := filepath.Glob(filepath.Join(r.GitDir, "objects", "pack", "*.pack"))
			info, err := os.Stat(packs[0])
			if err != nil {
				t.Fatal(err)
			}
			os.Chmod(packs[0], 0o600)
			if err := os.Truncate(packs[0], info.Size()-30); err != nil {
				t.Fatal(err)
			}
		},
	} {
		r := newRepo(t)
		r.commit("first", "a", "text that is here")
		harm(t, r, strings.TrimSpace(runIn(t, r.Dir, "", "rev-parse", "HEAD:a")))
		inv, err := r.Inventory(t.Context())
		if err == nil {
			for _, oops := range inv.Objects(t.Context(), none) {
				if err == nil {
					err = oops
				}
			}
		}
		if code := document.CodeOf(err); !strings.HasPrefix(code, "AXLE35") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInventoryOfAShallowClone(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "a", "1")
	r.commit("second", "a", "2")
	dir := filepath.Join(t.TempDir(), "clone")
	run(t, t.TempDir(), "clone", "-q", "--depth", "1", "file://"+r.Dir, dir)
	if _, err := open(t, dir).Inventory(t.Context()); document.CodeOf(err) != "AXLE3502" {
		t.Errorf("%v", err)
	}
}

// What nothing needs may be gone: git prunes it in parts.
func TestInventoryWithoutWhatNothingNeeds(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "a", "1")
	r.commit("lost", "z", "lost")
	blob := strings.TrimSpace(runIn(t, r.Dir, "", "rev-parse", "HEAD:z"))
	run(t, r.Dir, "reset", "-q", "--hard", "HEAD~1")
	remove(t, r, blob)
	inventory(t, r)
}

func remove(t *testing.T, r repo, id string) {
	t.Helper()
	if err := os.Remove(filepath.Join(r.GitDir, "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
}

// A blob that is too large comes without its content, to be told of.
func TestInventoryOfALargeBlob(t *testing.T) { // FC09
	r := newRepo(t)
	r.commit("first", "big", strings.Repeat("x", secrets.MaxSize+1))
	n := 0
	for o, err := range inventory(t, r).Objects(t.Context(), none) {
		if err != nil {
			t.Fatal(err)
		}
		if o.Size > secrets.MaxSize && o.Data == nil {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d large blobs", n)
	}
}

// PERF-16: the state is another when a ref moves, an object comes or a pack is made; else it is the same.
func TestState(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "a", "1")
	seen := map[string]string{}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"at first", func() {}},
		{"a commit", func() { r.commit("second", "a", "2") }},
		{"a branch", func() { run(t, r.Dir, "branch", "other", "HEAD~1") }},
		{"a packed repository", func() { run(t, r.Dir, "gc", "-q") }},
		{"a loose object", func() { runIn(t, r.Dir, "x", "hash-object", "-w", "--stdin") }},
	} {
		step.do()
		state, err := r.State()
		again, _ := r.State()
		if err != nil || state == "" || again != state || seen[state] != "" {
			t.Errorf("%s: %q, %q, as %q, %v", step.name, state, again, seen[state], err)
		}
		seen[state] = step.name
	}
	if err := os.WriteFile(filepath.Join(r.GitDir, "objects", "info", "alternates"), []byte("/elsewhere\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if state, err := r.State(); state != "" || err != nil { // others' objects may change unseen
		t.Errorf("with alternates: %q %v", state, err)
	}
}

func TestFirstAndFile(t *testing.T) {
	r := newRepo(t)
	first := r.commit("first", "a", "1", "dir/b", "2")
	last := r.commit("second", "a", "3")
	if got, err := r.First(t.Context(), last); got != first || err != nil {
		t.Errorf("%s %v", got, err)
	}
	for path, want := range map[string]string{"a": "3", "dir/b": "2", "none": ""} {
		data, err := r.File(t.Context(), last, path)
		if strings.TrimSpace(string(data)) != want || err != nil || (data == nil) != (want == "") {
			t.Errorf("%s: %q %v", path, data, err)
		}
	}
	if _, err := r.File(t.Context(), last, "dir"); document.CodeOf(err) != "AXLE1510" {
		t.Errorf("a directory: %v", err)
	}
}

func runIn(t *testing.T, dir, in string, args ...string) string {
	t.Helper()
	out, err := tryRun(dir, in, args...)
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return out
}

package git

import (
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// read takes all of a source, without names and headers: "path: content" or "message: content".
func read(t *testing.T, blobs iter.Seq2[secrets.Blob, error]) []string {
	t.Helper()
	var out []string
	for b, err := range blobs {
		if err != nil {
			t.Fatal(err)
		}
		if b.Path == "" && len(b.Data) == 0 {
			continue // a tree
		}
		name := b.Path
		if name == "" {
			name = "message" + b.Tag
		}
		out = append(out, name+": "+strings.TrimSpace(string(b.Data[b.Headers:])))
	}
	slices.Sort(out)
	return out
}

func wantBlobs(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// What a range brings: new content of every commit in it, gone again or not, and the messages.
func TestRange(t *testing.T) {
	r := newRepo(t)
	before := r.commit("first", "a", "old", "b", "same")
	r.commit("adds", "a", "leaked", "dir/new", "text")
	sha := r.commit("removes", "a", "clean")

	wantBlobs(t, read(t, r.Range(t.Context(), before, sha)),
		"a: clean", "a: leaked", "dir/new: text", "message: adds", "message: removes")
	wantBlobs(t, read(t, r.Range(t.Context(), strings.Repeat("0", 40), sha)),
		"a: clean", "a: leaked", "a: old", "b: same", "dir/new: text", "message: adds", "message: first", "message: removes")
	wantBlobs(t, read(t, r.Range(t.Context(), "", sha, before)),
		"a: clean", "a: leaked", "dir/new: text", "message: adds", "message: removes")
	wantBlobs(t, read(t, r.Range(t.Context(), sha, sha)))
}

// A revert brings back old content: it is looked at again, though the repository had it.
func TestRangeOfARevert(t *testing.T) {
	r := newRepo(t)
	r.commit("leak", "a", "leaked")
	before := r.commit("clean", "a", "clean")
	sha := r.commit("back", "a", "leaked")
	wantBlobs(t, read(t, r.Range(t.Context(), before, sha)), "a: leaked", "message: back")
}

// A merge that resolves to something neither side had brings that.
func TestRangeOfAMerge(t *testing.T) {
	r := newRepo(t)
	base := r.commit("base", "a", "0", "b", "0")
	r.run("checkout", "-q", "-b", "side")
	r.commit("side", "a", "1")
	r.run("checkout", "-q", "main")
	main := r.commit("main", "a", "2")
	tryRun(r.Dir, "", "merge", "-q", "side")
	sha := r.commit("merge", "a", "resolved")

	wantBlobs(t, read(t, r.Range(t.Context(), base, sha)),
		"a: 1", "a: 2", "a: resolved", "message: main", "message: merge", "message: side")
	wantBlobs(t, read(t, r.Range(t.Context(), main, sha)),
		"a: 1", "a: resolved", "message: merge", "message: side")
}

// A blob comes with the newest commit that has it, so that its line is where it is now.
func TestRangeNamesTheCommit(t *testing.T) {
	r := newRepo(t)
	first := r.commit("1", "a", "x")
	second := r.commit("2", "b", "y")
	for b, err := range r.Range(t.Context(), "", second) {
		want := map[string]string{"a": first, "b": second}[b.Path]
		if err != nil || want != "" && b.Commit != want {
			t.Errorf("%s is of %s, want %s (%v)", b.Path, b.Commit, want, err)
		}
	}
}

func TestRangeOfTagsAndOddities(t *testing.T) {
	r := newRepo(t)
	sha := r.commit("one", "a", "x", "name with\nnewline", "n")
	os.Symlink("/etc/target", filepath.Join(r.Dir, "link"))
	r.commit("two")
	r.run("tag", "-a", "-m", "tagged text", "v1", sha)
	got := read(t, r.Range(t.Context(), "", r.run("rev-parse", "v1")))
	wantBlobs(t, got, "a: x", "message: one", "messagev1: tagged text", "name with\nnewline: n")

	id := r.blob("only by its tag") // no commit has it
	r.run("tag", "-a", "-m", "of a blob", "odd", id)
	odd := []Update{{strings.Repeat("0", 40), r.run("rev-parse", "odd"), "refs/tags/odd"}}
	r.run("tag", "-d", "odd")
	wantBlobs(t, read(t, r.Incoming(t.Context(), odd)), "messageodd: of a blob", "object "+id+": only by its tag")

	got = read(t, r.Range(t.Context(), sha, r.run("rev-parse", "HEAD")))
	wantBlobs(t, got, "link: /etc/target", "message: two")
}

// PERF-15: one object that is not there, and nothing is called clean.
func TestRangeWithAMissingObject(t *testing.T) {
	r := newRepo(t)
	before := r.commit("one", "a", "x")
	sha := r.commit("two", "a", "y")
	id := r.run("rev-parse", "HEAD:a")
	if err := os.Remove(filepath.Join(r.GitDir, "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
	wantError(t, r.Range(t.Context(), before, sha), "AXLE3502")
}

func wantError(t *testing.T, blobs iter.Seq2[secrets.Blob, error], code string) {
	t.Helper()
	var last error
	for _, err := range blobs {
		last = err
	}
	if document.CodeOf(last) != code {
		t.Errorf("the error is %v, want %s", last, code)
	}
}

// PERF-15: a repository that was cloned without its blobs.
func TestRangeOfAPartialClone(t *testing.T) {
	r := newRepo(t)
	sha := r.commit("one", "a", "x")
	r.run("config", "uploadpack.allowFilter", "true")
	dir := filepath.Join(t.TempDir(), "partial.git")
	run(t, r.Dir, "clone", "-q", "--bare", "--filter=blob:none", "file://"+r.Dir, dir)
	if err := os.Rename(r.GitDir, r.GitDir+".gone"); err != nil { // nowhere to fetch from
		t.Fatal(err)
	}
	wantError(t, open(t, dir).Range(t.Context(), "", sha), "AXLE3502")
}

// In pre-receive the objects of a push lie in quarantine, loose when they are few and packed when
// they are many. The hook here is this test's own binary. // INT-4
func TestIncomingUnderQuarantine(t *testing.T) {
	if out := os.Getenv("AXLE_TEST_HOOK"); out != "" {
		preReceive(t, out)
		return
	}
	for _, files := range []int{1, 150} {
		t.Run(fmt.Sprint(files), func(t *testing.T) {
			remote := newRepo(t, "--bare")
			self, _ := os.Executable()
			out := filepath.Join(t.TempDir(), "out")
			script := fmt.Sprintf("AXLE_TEST_HOOK='%s' '%s' -test.run '^TestIncomingUnderQuarantine$' >&2", out, self)
			if err := remote.InstallHook(t.Context(), "pre-receive", script); err != nil {
				t.Fatal(err)
			}
			r := newRepo(t)
			for i := range files {
				r.write(fmt.Sprintf("f%03d", i), fmt.Sprintf("content %d", i))
			}
			r.commit("many")
			r.run("push", "-q", remote.Dir, "main", "main:refs/heads/other")
			got, _ := os.ReadFile(out)
			if n := strings.Count(string(got), "\nf"); n != files || !strings.Contains(string(got), "message: many") {
				t.Errorf("the hook saw %d files of %d:\n%.300s", n, files, got)
			}

			r.commit("one more", "f000", "changed")
			r.run("push", "-q", remote.Dir, "main", ":refs/heads/other")
			got, _ = os.ReadFile(out)
			if string(got) != "\nf000: changed\nmessage: one more" {
				t.Errorf("of the second push the hook saw %q", got)
			}
		})
	}
}

func preReceive(t *testing.T, out string) {
	r, err := Open(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	updates, err := ReadUpdates(os.Stdin)
	if err != nil {
		t.Fatal(err)
	}
	lines := read(t, r.Incoming(t.Context(), updates))
	if err := os.WriteFile(out, []byte("\n"+strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadUpdates(t *testing.T) {
	zero, id := strings.Repeat("0", 40), strings.Repeat("a", 40)
	got, err := ReadUpdates(strings.NewReader(zero + " " + id + " refs/heads/main\n" + id + " " + zero + " refs/tags/v 1\n"))
	if err != nil || len(got) != 2 || got[0] != (Update{zero, id, "refs/heads/main"}) || got[1].Ref != "refs/tags/v 1" {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"x\n", id + " " + id + "\n", id + " --all refs/heads/main\n", id + " " + id + " --output=x\n"} {
		if _, err := ReadUpdates(strings.NewReader(bad)); document.CodeOf(err) != "AXLE1504" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestIncomingRefusesABigPack(t *testing.T) { // B135
	r := newRepo(t)
	sha := r.commit("one", "a", "x")
	blobs := r.blobs(t.Context(), span{revisions: []string{sha}, limit: 10}, nil)
	wantError(t, blobs, "AXLE2534")
}

// T07: no name of a branch becomes an option of git.
func TestNoArgumentInjection(t *testing.T) {
	r := newRepo(t)
	sha := r.commit("one", "a", "x")
	canary := filepath.Join(t.TempDir(), "canary")
	for _, bad := range []string{"--output=" + canary, "-O" + canary, "ext::sh -c id", "--all"} {
		if _, err := r.Resolve(t.Context(), bad); err == nil {
			t.Errorf("Resolve(%q) is not refused", bad)
		}
		if _, err := r.Changed(t.Context(), bad, sha); err == nil {
			t.Errorf("Changed(%q) is not refused", bad)
		}
		if _, err := r.People(t.Context(), "", bad); err == nil {
			t.Errorf("People(%q) is not refused", bad)
		}
		if _, err := r.Tree(t.Context(), bad); err == nil {
			t.Errorf("Tree(%q) is not refused", bad)
		}
		wantError(t, r.Range(t.Context(), "", sha, bad), "AXLE1504")
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("git wrote the canary")
	}
}

// PERF-15: git is killed while it answers.
func TestGitKilled(t *testing.T) {
	r := newRepo(t)
	r.commit("one", "a", "x")
	id := r.run("rev-parse", "HEAD:a")
	if _, _, err := r.content(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.contents.cmd.Process.Kill()
	exec.Command("sleep", "0.05").Run()
	if _, _, err := r.content(t.Context(), id); document.CodeOf(err) != "AXLE3500" {
		t.Errorf("a killed git gives %v", err)
	}
	if _, data, err := r.content(t.Context(), id); err != nil || string(data) != "x" {
		t.Errorf("the next question gets %q, %v", data, err)
	}
}

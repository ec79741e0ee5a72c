package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// Notes stay with their commits, under the new ids, and lose the secret. PERF-25
func TestPurgeNotes(t *testing.T) {
	for _, fanout := range []bool{false, true} {
		r := leaky(t)
		first := r.run("rev-list", "--max-parents=0", "HEAD")
		r.run("notes", "add", "-m", "clean", first)
		r.run("notes", "add", "-m", "see "+hidden(), "HEAD")
		if fanout {
			r.run("config", "user.name", "Ann")
			r.fanOut()
		}
		r.purge(purgeOf(t, hidden()))
		if got := r.run("notes", "show", "HEAD"); got != "see "+secrets.Removed {
			t.Errorf("fanout %v: note is %q", fanout, got)
		}
		if got := r.run("notes", "show", first); got != "clean" {
			t.Errorf("fanout %v: note of a commit that stays is %q", fanout, got)
		}
		if found := r.residue(hidden()); found != nil {
			t.Errorf("objects still hold it: %v", found)
		}
	}
}

// fanOut stores the notes in folders, as git does once there are many.
func (r repo) fanOut() {
	r.t.Helper()
	var list strings.Builder
	for _, line := range strings.Split(r.run("ls-tree", "-r", "refs/notes/commits"), "\n") {
		head, name, _ := strings.Cut(line, "\t")
		list.WriteString(head + "\t" + name[:2] + "/" + name[2:] + "\n")
	}
	index := filepath.Join(r.t.TempDir(), "index")
	git := func(in string, args ...string) string {
		c := exec.Command("git", append([]string{"-c", "user.name=Ann", "-c", "user.email=ann@example.com"}, args...)...)
		c.Dir, c.Stdin, c.Env = r.Dir, strings.NewReader(in), append(os.Environ(), "GIT_INDEX_FILE="+index)
		out, err := c.CombinedOutput()
		if err != nil {
			r.t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git(list.String(), "update-index", "--add", "--index-info")
	commit := git("", "commit-tree", "-m", "notes", git("", "write-tree"))
	r.run("update-ref", "refs/notes/commits", commit)
}

// The message of a merge is cleaned, and so is what a merge alone has changed in a file. PERF-25
func TestPurgeMerges(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "a", "1\n")
	r.run("checkout", "-q", "-b", "side")
	r.commit("theirs", "b", "2\n")
	r.run("checkout", "-q", "main")
	r.commit("ours", "c", "3\n")
	r.run("merge", "-q", "--no-ff", "--no-commit", "side")
	r.commit("merge with "+hidden(), "resolved", hidden()+"\n")
	r.purge(purgeOf(t, hidden()))
	if got := r.run("log", "-1", "--format=%s") + " " + r.run("show", "HEAD:resolved"); got != "merge with "+secrets.Removed+" "+secrets.Removed {
		t.Errorf("merge is %q", got)
	}
	if got := len(strings.Fields(r.run("log", "-1", "--format=%P"))); got != 2 {
		t.Errorf("%d parents, want 2", got)
	}
	if found := r.residue(hidden()); found != nil {
		t.Errorf("objects still hold it: %v", found)
	}
}

// A stash is rewritten when that is asked for, and git still shows and applies it.
func TestPurgeStash(t *testing.T) {
	r := leaky(t).stash(1)
	want := purgeOf(t, hidden())
	want.Stash = true
	r.purge(want)
	if found := r.residue(hidden()); found != nil {
		t.Errorf("objects still hold it: %v", found)
	}
	if got := r.run("stash", "list"); !strings.HasPrefix(got, "stash@{0}: ") {
		t.Errorf("stashes: %q", got)
	}
	r.run("stash", "pop", "-q")
	if got, _ := os.ReadFile(filepath.Join(r.Dir, "README.md")); string(got) != "stashed 0 "+secrets.Removed+"\n" {
		t.Errorf("file is %q", got)
	}
}

// Tags: the message is cleaned, who tagged and when is kept; a tag on a tag, on a file, and one
// without annotation follow.
func TestPurgeTags(t *testing.T) {
	r := leaky(t)
	leak := r.run("rev-parse", "side:a/b/conf.yaml")
	r.run("tag", "-a", "-m", "of a tag", "twice", "v1")
	r.run("tag", "-a", "-m", "of a file", "file", leak)
	r.run("tag", "light", "side")
	r.run("tag", "-a", "-m", "clean", "clean", r.run("rev-list", "--max-parents=0", "HEAD"))
	clean, tagger := r.run("rev-parse", "clean"), r.run("for-each-ref", "--format=%(tagger)", "refs/tags/v1")
	r.purge(purgeOf(t, hidden()))
	for _, c := range [][2]string{
		{r.run("for-each-ref", "--format=%(contents:subject)", "refs/tags/v1"), "with " + secrets.Removed},
		{r.run("for-each-ref", "--format=%(tagger)", "refs/tags/v1"), tagger},
		{r.run("rev-parse", "twice^{commit}"), r.run("rev-parse", "side")},
		{r.run("cat-file", "-p", "file^{blob}"), "password: " + secrets.Removed},
		{r.run("rev-parse", "light"), r.run("rev-parse", "side")},
		{r.run("rev-parse", "clean"), clean},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

// The printed command brings back every ref, and the map says what became of each commit. I20
func TestPurgeRestores(t *testing.T) {
	for _, bare := range []bool{false, true} {
		r := leaky(t)
		if bare {
			r = r.clone("--mirror")
		}
		refs, head := r.refs(), r.run("rev-parse", "HEAD")
		report := r.purge(purgeOf(t, hidden()))
		data, err := os.ReadFile(report.Map)
		if want := head + " " + r.run("rev-parse", "HEAD") + "\n"; err != nil || !strings.Contains(string(data), want) {
			t.Errorf("map %q lacks %q (%v)", data, want, err)
		}
		if out, err := exec.Command("sh", "-c", report.Restore).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", report.Restore, err, out)
		}
		if got := r.refs(); got != refs {
			t.Errorf("refs\n%swant\n%s", got, refs)
		}
		if !bare && r.run("status", "--porcelain") != "" {
			t.Error("the work tree is not clean")
		}
		info, err := os.Stat(report.Bundle)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others may read the backup: %v %v", info.Mode(), err)
		}
	}
}

// A damaged bundle is no backup.
func TestBundleIsChecked(t *testing.T) {
	r := leaky(t)
	path := filepath.Join(t.TempDir(), "b")
	if err := r.backup(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	for _, damaged := range [][]byte{data[:len(data)-30], append(append([]byte{}, data...), 'x'), data[:20]} {
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if checkBundle(path) == nil {
			t.Error("a damaged bundle passes")
		}
	}
}

// A file is dropped from every commit, and a folder; folders that are then empty go too, and the
// same content elsewhere stays.
func TestPurgePaths(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "keys/a/id.pem", "key\n", "copy.pem", "key\n", "keys.txt", "x\n", "terraform.tfstate", "{}\n")
	r.commit("second", "terraform.tfstate", "{1}\n", "b/c/d", "1\n")
	r.commit("third", "last", "x\n")
	want := Purge{Paths: []string{"keys", "terraform.tfstate", "b/c/d"}, Now: purgeOf(t, hidden()).Now}
	plan := r.plan(want)
	if plan.Commits != 3 || plan.Dropped == 0 {
		t.Errorf("plan %+v", plan)
	}
	gone := r.run("rev-parse", "HEAD:terraform.tfstate")
	r.purge(want)
	if got := r.run("log", "--format=%s", "--name-only", "HEAD"); got != "third\n\nlast\nsecond\nfirst\n\ncopy.pem\nkeys.txt" {
		t.Errorf("history %q", got)
	}
	if _, err := tryRun(r.Dir, "", "cat-file", "-e", gone); err == nil {
		t.Error("the dropped content is still there")
	}
	if !r.plan(want).Nothing() {
		t.Error("a second purge finds something")
	}
}

// Ids that messages quote, in full or by their beginning, are rewritten when that is asked for.
func TestPurgeRewritesIDs(t *testing.T) {
	for _, asked := range []bool{false, true} {
		r := leaky(t)
		old := r.run("rev-parse", "HEAD")
		r.commit("reverts " + old + " and " + old[:9] + ", not abcdef0123")
		want := purgeOf(t, hidden())
		want.RewriteIDs = asked
		r.purge(want)
		id := old
		if asked {
			id = r.run("rev-parse", "HEAD~1")
		}
		if got := r.run("log", "-1", "--format=%s"); got != "reverts "+id+" and "+id[:9]+", not abcdef0123" {
			t.Errorf("asked %v: message %q", asked, got)
		}
	}
}

// Reflogs and what no ref reaches hold nothing afterwards, and the plan tells of both.
func TestPurgeUnreachable(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "a", "1\n")
	undone := r.commit("undone", "b", hidden()+"\n")
	r.run("reset", "-q", "--hard", "HEAD~1")
	plan := r.plan(purgeOf(t, hidden()))
	if len(plan.Refs) != 0 || plan.Unreachable != 1 || plan.Loose != 1 || plan.Nothing() {
		t.Errorf("plan %+v", plan)
	}
	report := r.purge(purgeOf(t, hidden()))
	if found := r.residue(hidden()); found != nil {
		t.Errorf("objects still hold it: %v", found)
	}
	if plan := r.plan(purgeOf(t, hidden())); !plan.Nothing() {
		t.Errorf("plan %+v", plan)
	}
	if out, err := exec.Command("sh", "-c", report.Restore).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := r.run("show", undone+":b"); got != hidden() {
		t.Errorf("the backup lacks the commit that no ref reached: %q", got)
	}
}

// A file's name that holds the secret is rewritten, and stands where it then sorts.
func TestPurgeNames(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "z-"+hidden()+"-z/file", "1\n", hidden(), "2\n", "b", "3\n")
	r.purge(purgeOf(t, hidden()))
	if got := r.run("ls-tree", "-r", "--name-only", "HEAD"); got != secrets.Removed+"\nb\nz-"+secrets.Removed+"-z/file" {
		t.Errorf("files %q", got)
	}
	r.run("fsck", "--strict")
	r = newRepo(t)
	r.commit("first", hidden(), "1\n", secrets.Removed, "2\n")
	if _, err := r.PlanPurge(t.Context(), purgeOf(t, hidden())); document.CodeOf(err) != "AXLE2542" {
		t.Errorf("two files of one name: %v", err)
	}
}

// A token is good for one plan: not after another commit, not for other secrets, not for other wishes.
func TestPurgeToken(t *testing.T) {
	r := leaky(t)
	token := r.plan(purgeOf(t, hidden())).Token
	other := purgeOf(t, hidden())
	other.RewriteIDs = true
	for name, want := range map[string]Purge{"other secret": purgeOf(t, "rotated"), "other wish": other} {
		if _, err := r.ApplyPurge(t.Context(), want, token); document.CodeOf(err) != "AXLE2541" {
			t.Errorf("%s: %v, want AXLE2541", name, err)
		}
	}
	r.commit("another")
	if _, err := r.ApplyPurge(t.Context(), purgeOf(t, hidden()), token); document.CodeOf(err) != "AXLE2541" {
		t.Errorf("another commit: %v, want AXLE2541", err)
	}
	if left, _ := filepath.Glob(filepath.Join(r.GitDir, "axle", "purge", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// In a repository of SHA-256 all is the same.
func TestPurgeSHA256(t *testing.T) {
	r := newRepo(t, "--object-format=sha256")
	r.commit("first", "a/b", "x\n")
	r.commit("the "+hidden(), "a/b", hidden()+"\n")
	r.purge(purgeOf(t, hidden()))
	if found := r.residue(hidden()); found != nil {
		t.Errorf("objects still hold it: %v", found)
	}
	r.run("fsck", "--strict", "--full")
}

// A detached HEAD moves along.
func TestPurgeDetached(t *testing.T) {
	r := leaky(t)
	r.run("checkout", "-q", "--detach", "side")
	r.purge(purgeOf(t, hidden()))
	if got, want := r.run("rev-parse", "HEAD"), r.run("rev-parse", "side"); got != want {
		t.Errorf("HEAD %s, want %s", got, want)
	}
}

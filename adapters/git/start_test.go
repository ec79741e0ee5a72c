package git

import (
	"os"
	"path/filepath"
	"testing"
)

// A fresh directory becomes a repository whose branch has no commit yet.
func TestInitAndUnborn(t *testing.T) {
	newRepo(t) // the environment of a machine without settings
	dir := t.TempDir()
	r, err := Init(t.Context(), dir, "trunk")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if ref, err := r.Branch(t.Context()); ref != "refs/heads/trunk" || r.WorkTree != dir || err != nil {
		t.Errorf("branch %s in %s, %v", ref, r.WorkTree, err)
	}
	if unborn, err := r.Unborn(t.Context()); !unborn || err != nil {
		t.Errorf("new: %v, %v", unborn, err)
	}
	repo{t, r}.commit("one", "a", "x")
	if unborn, err := r.Unborn(t.Context()); unborn || err != nil {
		t.Errorf("after a commit: %v, %v", unborn, err)
	}
}

// What git cannot say is not taken for "no commit": init would commit over it.
func TestUnbornCannotTell(t *testing.T) {
	r := newRepo(t)
	if err := os.RemoveAll(r.GitDir); err != nil {
		t.Fatal(err)
	}
	unborn, err := r.Unborn(t.Context())
	wantCode(t, "a repository that is gone", err, "AXLE3500", "not a git repository")
	if unborn {
		t.Error("and yet it is called unborn")
	}
}

func TestInitWhereItCannotBe(t *testing.T) {
	newRepo(t)
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := Init(t.Context(), file, "main"); err == nil {
		t.Error("a repository was made in a file")
	}
	_, err := Init(t.Context(), t.TempDir(), "a..b")
	wantCode(t, "a branch of no name", err, "AXLE3500", "invalid initial branch name")
}

// Files are committed under the user's own name, or, where git knows nobody, under the one given.
func TestCommitFiles(t *testing.T) {
	for _, c := range []struct{ name, identity, want string }{
		{"with an identity", "bea@example.com", "bea@example.com bea@example.com"},
		{"without", "", "init@axle.invalid init@axle.invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRepo(t)
			if c.identity != "" {
				r.run("config", "user.email", c.identity)
				r.run("config", "user.name", "Bea")
			}
			r.write("dir/a", "x")
			r.write(":(top)b", "x")
			r.write("left", "x")
			if err := r.CommitFiles(t.Context(), "Begin", "init@axle.invalid", "dir/a", ":(top)b"); err != nil {
				t.Fatal(err)
			}
			if got := r.run("log", "-1", "--format=%ae %ce"); got != c.want {
				t.Errorf("by %s, want %s", got, c.want)
			}
			if got := r.run("ls-tree", "-r", "--name-only", "HEAD"); got != ":(top)b\ndir/a" {
				t.Errorf("committed %q", got)
			}
		})
	}
}

// What the user had staged is not committed along, and stays staged.
func TestCommitFilesLeavesTheRest(t *testing.T) {
	r := newRepo(t)
	r.run("config", "user.email", "bea@example.com")
	r.write("staged", "x")
	r.run("add", "staged")
	r.write("ours", "x")
	if err := r.CommitFiles(t.Context(), "Begin", "init@axle.invalid", "ours"); err != nil {
		t.Fatal(err)
	}
	if got := r.run("ls-tree", "-r", "--name-only", "HEAD"); got != "ours" {
		t.Errorf("committed %q", got)
	}
	if got := r.run("diff", "--cached", "--name-only"); got != "staged" {
		t.Errorf("still staged %q", got)
	}
}

func TestCommitFilesThatAreNotThere(t *testing.T) {
	r := newRepo(t)
	err := r.CommitFiles(t.Context(), "Begin", "init@axle.invalid", "none")
	wantCode(t, "a file that is not there", err, "AXLE3500", "none")
	if unborn, _ := r.Unborn(t.Context()); !unborn {
		t.Error("something was committed")
	}
}

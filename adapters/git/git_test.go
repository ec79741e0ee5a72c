package git

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repo is a real repository in a directory of its own, with an identity of its own.
type repo struct {
	t *testing.T
	*Repo
}

func newRepo(t *testing.T, args ...string) repo {
	t.Helper()
	for _, v := range os.Environ() { // a hook may run these tests
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GIT_") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	dir := t.TempDir()
	run(t, dir, append([]string{"init", "-q", "-b", "main"}, args...)...)
	return open(t, dir)
}

func open(t *testing.T, dir string) repo {
	t.Helper()
	r, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return repo{t, r}
}

// run runs git as a user would and gives its first output line.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := tryRun(dir, "", args...)
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

func tryRun(dir, in string, args ...string) (string, error) {
	c := exec.Command("git", append([]string{"-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "protocol.file.allow=always"}, args...)...)
	c.Dir, c.Stdin = dir, strings.NewReader(in)
	out, err := c.CombinedOutput()
	return string(out), err
}

func (r repo) run(args ...string) string { r.t.Helper(); return run(r.t, r.Dir, args...) }

func (r repo) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// commit writes files (name, text, name, text …), commits all that is there, and gives the commit.
func (r repo) commit(message string, files ...string) string {
	r.t.Helper()
	for i := 0; i < len(files); i += 2 {
		r.write(files[i], files[i+1])
	}
	r.run("add", "-A")
	r.run("commit", "-q", "--allow-empty", "-m", message)
	return r.run("rev-parse", "HEAD")
}

// commitTree makes a commit of a tree that no checkout would give: lines of git mktree.
func (r repo) commitTree(lines ...string) string {
	r.t.Helper()
	out, err := tryRun(r.Dir, strings.Join(lines, "\x00")+"\x00", "mktree", "-z", "--missing")
	if err != nil {
		r.t.Fatal(err, out)
	}
	return r.run("commit-tree", "-m", "made", strings.TrimSpace(out))
}

func (r repo) blob(text string) string {
	r.t.Helper()
	out, err := tryRun(r.Dir, text, "hash-object", "-w", "--stdin")
	if err != nil {
		r.t.Fatal(err, out)
	}
	return strings.TrimSpace(out)
}

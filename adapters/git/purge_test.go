package git

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/secrets"
)

// hidden is no real secret, and is put together so that no file holds what looks like one.
func hidden() string { return "s3cr3t" + "-" + "Qm4tZ81x" }

func purgeOf(t *testing.T, values ...string) Purge {
	t.Helper()
	p, err := secrets.NewPurge(values...)
	if err != nil {
		t.Fatal(err)
	}
	return Purge{Secrets: p, Now: time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)}
}

func (r repo) plan(want Purge) *PurgePlan {
	r.t.Helper()
	plan, err := r.PlanPurge(r.t.Context(), want)
	if err != nil {
		r.t.Fatal(err)
	}
	return plan
}

func (r repo) purge(want Purge) *PurgeReport {
	r.t.Helper()
	report, err := r.ApplyPurge(r.t.Context(), want, r.plan(want).Token)
	if err != nil {
		r.t.Fatalf("%v\ncaused by %v", err, causes(err))
	}
	return report
}

func causes(err error) (all []string) {
	for err != nil {
		all = append(all, err.Error())
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = u.Unwrap()
	}
	return all
}

func utf16le(text string) string { return strings.Join(append(strings.Split(text, ""), ""), "\x00") }

// residue are the objects that hold a text, read by git itself: id and type.
func (r repo) residue(text string) (found []string) {
	r.t.Helper()
	c := exec.Command("git", "cat-file", "--batch-all-objects", "--batch")
	c.Dir = r.Dir
	out, err := c.Output()
	if err != nil {
		r.t.Fatal(err)
	}
	for len(out) > 0 {
		head, rest, _ := bytes.Cut(out, []byte("\n"))
		f := strings.Fields(string(head))
		size, err := strconv.Atoi(f[len(f)-1])
		if err != nil {
			r.t.Fatalf("git cat-file said %q", head)
		}
		if bytes.Contains(rest[:size], []byte(text)) {
			found = append(found, f[0]+" "+f[1])
		}
		out = rest[size+1:]
	}
	return found
}

// leaky is a repository with the secret in files of several versions and branches, in a message
// and in a tag's message.
func leaky(t *testing.T) repo {
	r := newRepo(t)
	r.commit("first", "README.md", "hello\n", "a/b/c.txt", "nothing\n")
	r.commit("a leak", "a/b/conf.yaml", "password: "+hidden()+"\n")
	r.commit("more", "a/other.txt", "x\n")
	r.run("checkout", "-q", "-b", "side")
	r.commit("the password is "+hidden(), "side.txt", "s\n")
	r.run("tag", "-a", "-m", "with "+hidden(), "v1")
	r.run("checkout", "-q", "main")
	r.commit("rotated", "a/b/conf.yaml", "password: none\n")
	r.run("merge", "-q", "--no-ff", "-m", "merge", "side")
	r.commit("last", "README.md", "bye\n")
	return r
}

func TestPurge(t *testing.T) {
	r := leaky(t)
	r.commit("binary", "bin", "\x00\x01"+hidden(), "wide.txt", utf16le("a "+hidden()))
	before := r.run("log", "--all", "--format=%an %ae %at %cn %ce %ct %s", "--topo-order")
	kept := r.run("rev-parse", "main:README.md", "main:a/b/c.txt")
	report := r.purge(purgeOf(t, hidden()))
	if found := r.residue(hidden()); found != nil {
		t.Errorf("objects still hold it: %v", found)
	}
	after := r.run("log", "--all", "--format=%an %ae %at %cn %ce %ct %s", "--topo-order")
	if want := strings.ReplaceAll(before, hidden(), secrets.Removed); after != want {
		t.Errorf("commits\n%s\nwant\n%s", after, want)
	}
	if r.run("rev-parse", "main:README.md", "main:a/b/c.txt") != kept {
		t.Error("a clean file has another id")
	}
	if got := r.run("show", "v1^{commit}:a/b/conf.yaml"); got != "password: "+secrets.Removed {
		t.Errorf("file is %q", got)
	}
	if got := r.run("status", "--porcelain"); got != "" {
		t.Errorf("status %s", got)
	}
	if len(report.Left) > 0 {
		t.Errorf("left %v", report.Left)
	}
	r.run("fsck", "--strict", "--full")
}

// M13, PERF-23: the commits that git-filter-repo makes are the commits that a purge makes.
func TestPurgeAgreesWithFilterRepo(t *testing.T) {
	if _, err := exec.LookPath("git-filter-repo"); err != nil {
		t.Skip("git-filter-repo is not installed: apt-get install git-filter-repo")
	}
	r := leaky(t)
	peer := filepath.Join(t.TempDir(), "peer")
	run(t, r.Dir, "clone", "-q", "--mirror", "--no-local", r.Dir, peer)
	rules := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(rules, []byte(hidden()+"==>"+secrets.Removed+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, peer, "filter-repo", "--force", "--quiet", "--replace-text", rules, "--replace-message", rules, "--preserve-commit-hashes", "--preserve-commit-encoding")
	r.purge(purgeOf(t, hidden()))
	if got, want := r.run("rev-parse", "main", "side", "v1"), run(t, peer, "rev-parse", "main", "side", "v1"); got != want {
		t.Errorf("axle       %s\nfilter-repo %s", got, want)
	}
}

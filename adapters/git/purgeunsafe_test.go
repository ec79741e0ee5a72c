package git

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/axle-cd/axle/document"
)

// Each unsafe state, what is said of it, and its code: exit 2, and 4 where somebody must allow it.
// T33 B126 B127 B128 B129 B130 B131
func TestPurgeRefuses(t *testing.T) {
	for _, c := range []struct {
		name, code, says string
		make             func(repo) repo
		want             func(*Purge)
	}{
		{"no commit", "AXLE1501", "repository has no commits", func(r repo) repo { return newRepo(r.t) }, nil},
		{"shallow", "AXLE1540", "need full history; fetch with --unshallow", func(r repo) repo { return r.clone("--depth", "1") }, nil},
		{"partial", "AXLE1541", "this is a partial clone; objects are missing", func(r repo) repo {
			r.run("config", "uploadpack.allowFilter", "true")
			return r.clone("--filter=blob:none")
		}, nil},
		{"partial, by its pack alone", "AXLE1541", "this is a partial clone; objects are missing", func(r repo) repo { return r.put("objects/pack/pack-1.promisor") }, nil},
		{"changed", "AXLE1542", "uncommitted changes; commit or discard them", func(r repo) repo { r.write("README.md", "x"); return r }, nil},
		{"staged", "AXLE1542", "uncommitted changes; commit or discard them", func(r repo) repo { r.write("README.md", "x"); r.run("add", "-A"); return r }, nil},
		{"untracked", "AXLE1542", "uncommitted changes; commit or discard them", func(r repo) repo { r.write("new", "x"); return r }, nil},
		{"stash", "AXLE1543", "a stash exists; drop or apply it", func(r repo) repo { return r.stash(1) }, nil},
		{"stashes in a reftable", "AXLE2394", "rewriting stashes that are kept in a reftable is not supported", func(r repo) repo { return r.stash(1).put("reftable/tables.list") }, func(p *Purge) { p.Stash = true }},
		{"one commit is not pushed", "AXLE1544", "1 commit is not pushed", func(r repo) repo { c := r.clone(); c.commit("mine"); return c }, nil},
		{"commits are not pushed", "AXLE1544", "2 commits are not pushed", func(r repo) repo { c := r.clone(); c.commit("mine"); c.commit("too"); return c }, nil},
		{"refs collide by case", "AXLE1545", "refs Foo and foo collide", func(r repo) repo { r.run("branch", "Foo"); r.run("branch", "foo"); return r }, nil},
		{"refs collide by Unicode", "AXLE1545", "refs cafe\u0301 and caf\u00e9 collide", func(r repo) repo { r.run("branch", "cafe\u0301"); r.run("branch", "caf\u00e9"); return r }, nil},
		{"replaced", "AXLE1546", "replace refs change what the history seems to be", func(r repo) repo { r.run("replace", "HEAD", "HEAD~1"); return r }, nil},
		{"grafted", "AXLE1547", "grafts change what the history seems to be", func(r repo) repo { return r.put("info/grafts") }, nil},
		{"two work trees", "AXLE1548", "there is more than one work tree", func(r repo) repo { r.run("worktree", "add", "-q", filepath.Join(r.t.TempDir(), "w")); return r }, nil},
		{"in a second work tree", "AXLE1548", "this is a second work tree", func(r repo) repo {
			dir := filepath.Join(r.t.TempDir(), "w")
			r.run("worktree", "add", "-q", dir)
			return open(r.t, dir)
		}, nil},
		{"rebase", "AXLE1549", "a rebase is in progress", func(r repo) repo { return r.put("rebase-merge/done") }, nil},
		{"am", "AXLE1549", "a rebase is in progress", func(r repo) repo { return r.put("rebase-apply/next") }, nil},
		{"merge", "AXLE1549", "a merge is in progress", func(r repo) repo { return r.put("MERGE_HEAD") }, nil},
		{"cherry-pick", "AXLE1549", "a cherry-pick is in progress", func(r repo) repo { return r.put("CHERRY_PICK_HEAD") }, nil},
		{"revert", "AXLE1549", "a revert is in progress", func(r repo) repo { return r.put("REVERT_HEAD") }, nil},
		{"bisect", "AXLE1549", "a bisect is in progress", func(r repo) repo { return r.put("BISECT_LOG") }, nil},
		{"borrowed objects", "AXLE1551", "objects are borrowed from another repository, where they would stay", func(r repo) repo { return r.clone("--shared") }, nil},
		{"kept packs", "AXLE1552", "a pack is kept by a .keep file and would not be pruned", func(r repo) repo { return r.put("objects/pack/pack-1.keep") }, nil},
		{"another git", "AXLE1553", "another git is at work here", func(r repo) repo { return r.put("index.lock") }, nil},
		{"a ref named so", "AXLE1554", "the name of a branch or tag holds a secret", func(r repo) repo { r.run("branch", "try-"+hidden()); return r }, nil},
		{"protected", "AXLE4540", "branch main is protected; approval is needed", func(r repo) repo { return r }, func(p *Purge) { p.Protected = []string{"main"} }},
		{"a path from outside", "AXLE1562", "--path ../x is not a path inside the repository", func(r repo) repo { return r }, func(p *Purge) { p.Paths = []string{"../x"} }},
		{"a path to keep from outside", "AXLE1562", "--keep ../x is not a path inside the repository", func(r repo) repo { return r }, func(p *Purge) { p.Keep = []string{"../x"} }},
		{"a path to keep that no commit has", "AXLE2390", "no commit has nosuch, which --keep names", func(r repo) repo { return r }, func(p *Purge) { p.Keep = []string{"nosuch"} }},
		{"a path to keep with the secret in it", "AXLE2391", "a --keep path holds a secret in its name, which is rewritten", func(r repo) repo { return r }, func(p *Purge) { p.Keep = []string{hidden()} }},
		{"a path to keep and to drop", "AXLE2392", "--path a drops what --keep a/b is to keep", func(r repo) repo { return r }, func(p *Purge) { p.Keep, p.Paths = []string{"a/b"}, []string{"a"} }},
		{"a path with a slash too many", "AXLE1562", "--path a/ is not a path inside the repository", func(r repo) repo { return r }, func(p *Purge) { p.Paths = []string{"a/"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.make(leaky(t))
			before := r.refs()
			want := purgeOf(t, hidden())
			if c.want != nil {
				c.want(&want)
			}
			_, err := r.PlanPurge(t.Context(), want)
			if document.CodeOf(err) != c.code || err.Error() != c.says && !said(err, c.says) {
				t.Errorf("plan: %v, want %s %s", err, c.code, c.says)
			}
			if _, err := r.ApplyPurge(t.Context(), want, "0123456789ab"); document.CodeOf(err) != c.code {
				t.Errorf("apply: %v, want %s", err, c.code)
			}
			if r.refs() != before {
				t.Error("refs moved")
			}
		})
	}
}

func said(err error, summary string) bool {
	e, ok := err.(*document.Error)
	return ok && e.Summary == summary
}

// refs are all refs and what they stand on.
func (r repo) refs() string {
	r.t.Helper()
	out, err := tryRun(r.Dir, "", "for-each-ref", "--format=%(refname) %(objectname)")
	if err != nil {
		r.t.Fatal(out)
	}
	return out
}

// clone is a clone by git's own transport.
func (r repo) clone(args ...string) repo {
	r.t.Helper()
	dir := filepath.Join(r.t.TempDir(), "clone")
	from := "file://" + r.Dir
	if len(args) > 0 && args[0] == "--shared" {
		from = r.Dir
	}
	run(r.t, r.Dir, append(append([]string{"clone", "-q"}, args...), from, dir)...)
	return open(r.t, dir)
}

// put puts a file with something in it into the git directory.
func (r repo) put(name string) repo {
	r.t.Helper()
	path := filepath.Join(r.GitDir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("x\n"), 0o644); err != nil {
		r.t.Fatal(err)
	}
	return r
}

func (r repo) stash(n int) repo {
	r.t.Helper()
	for i := range n {
		r.write("README.md", "stashed "+string(rune('0'+i))+" "+hidden()+"\n")
		r.run("stash", "-q")
	}
	return r
}

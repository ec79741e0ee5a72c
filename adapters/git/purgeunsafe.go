package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// unsafe refuses a purge in a state in which it would lose something, or leave something behind.
func (r *Repo) unsafe(ctx context.Context, want Purge, refs []ref) error {
	for _, p := range want.Paths {
		if err := checkPurgePath("--path", p); err != nil {
			return err
		}
	}
	for _, check := range []func() error{
		func() error { return keepable(want) },
		func() error { return r.cutShort(refs) },
		func() error { return r.complete(ctx) },
		func() error { return r.unborrowed(ctx) },
		func() error { return r.quiet() },
		func() error { return r.plainRefs(want, refs) },
		func() error { return r.alone() },
		func() error { return r.cleanTree(ctx) },
		func() error { return r.stashed(want, refs) },
		func() error { return r.pushed(ctx, refs) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// has says whether there is such a file or a folder that is not empty in the git directory.
func (r *Repo) has(name string) (bool, error) {
	path := filepath.Join(r.GitDir, filepath.FromSlash(name))
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !info.IsDir() {
		return err == nil && info.Size() > 0, err
	}
	list, err := os.ReadDir(path)
	return len(list) > 0, err
}

// none refuses what stands in the git directory, by the first that is found.
func (r *Repo) none(refusals ...[4]string) error {
	for _, f := range refusals {
		there, err := r.has(f[0])
		if err != nil {
			return document.Fail("AXLE3504", r.GitDir+" could not be read", "", err)
		}
		if there {
			return document.Fail(f[1], f[2], f[3], nil)
		}
	}
	return nil
}

// complete wants all of the history to be here.
func (r *Repo) complete(ctx context.Context) error {
	out, err := r.git(ctx, nil, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(out)) == "true" {
		return document.Fail("AXLE1540", "need full history; fetch with --unshallow", "git fetch --unshallow", nil)
	}
	promised, err := r.packsWith(".promisor")
	if err == nil && !promised {
		_, err = r.git(ctx, nil, "config", "--get-regexp", `^remote\..*\.(promisor|partialclonefilter)$`)
	}
	if err == nil {
		return document.Fail("AXLE1541", "this is a partial clone; objects are missing", "clone again without --filter", nil)
	}
	if !isExit(err, 1) {
		return err
	}
	return r.none([4]string{"info/grafts", "AXLE1547", "grafts change what the history seems to be", "make them real, or remove info/grafts"})
}

// unborrowed wants every object to lie here, where it can be pruned.
func (r *Repo) unborrowed(ctx context.Context) error {
	if err := r.none([4]string{"objects/info/alternates", "AXLE1551", "objects are borrowed from another repository, where they would stay",
		"git repack -a -d, then remove objects/info/alternates; and purge the other one too"}); err != nil {
		return err
	}
	kept, err := r.packsWith(".keep")
	if err == nil && kept {
		return document.Fail("AXLE1552", "a pack is kept by a .keep file and would not be pruned", "remove the .keep files in objects/pack", nil)
	}
	return err
}

// packsWith says whether there is a file with this ending among the packs.
func (r *Repo) packsWith(ending string) (bool, error) {
	list, err := os.ReadDir(filepath.Join(r.GitDir, "objects", "pack"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return slices.ContainsFunc(list, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), ending) }), err
}

// quiet wants nothing to be under way.
func (r *Repo) quiet() error {
	busy := func(name, what string) [4]string {
		return [4]string{name, "AXLE1549", what + " is in progress", "finish it, or git " + strings.Fields(what)[1] + " --abort"}
	}
	bisect := [4]string{"BISECT_LOG", "AXLE1549", "a bisect is in progress", "git bisect reset"}
	return r.none(busy("rebase-merge", "a rebase"), busy("rebase-apply", "a rebase"), busy("MERGE_HEAD", "a merge"),
		busy("CHERRY_PICK_HEAD", "a cherry-pick"), busy("REVERT_HEAD", "a revert"), busy("sequencer", "a cherry-pick"), bisect,
		[4]string{"index.lock", "AXLE1553", "another git is at work here", "wait for it; if none is, remove index.lock in the git directory"})
}

// plainRefs wants refs that a file system can tell apart and that may be shown and moved.
func (r *Repo) plainRefs(want Purge, refs []ref) error {
	first := map[string]string{}
	for _, ref := range refs {
		if strings.HasPrefix(ref.name, "refs/replace/") {
			return document.Fail("AXLE1546", "replace refs change what the history seems to be", "git replace --list shows them, git replace --delete removes one", nil)
		}
		if want.Secrets.Holds([]byte(ref.name)) {
			return document.Fail("AXLE1554", "the name of a branch or tag holds a secret", "delete it, or give it another name; git for-each-ref lists them", nil)
		}
		key := foldRef(ref.name)
		if other, twice := first[key]; twice {
			return document.Fail("AXLE1545", "refs "+shortRef(other)+" and "+shortRef(ref.name)+" collide", "on some file systems they are one; rename one of them", nil)
		}
		first[key] = ref.name
	}
	return nil
}

func shortRef(name string) string {
	for _, p := range []string{"refs/heads/", "refs/tags/", "refs/remotes/", "refs/"} {
		if short, ok := strings.CutPrefix(name, p); ok {
			return short
		}
	}
	return name
}

// alone wants no second work tree: it would stand on commits that are gone.
func (r *Repo) alone() error {
	return r.none([4]string{"worktrees", "AXLE1548", "there is more than one work tree", "git worktree list shows them, git worktree remove removes one"},
		[4]string{"commondir", "AXLE1548", "this is a second work tree", "purge from the first one, once this is removed"})
}

func (r *Repo) cleanTree(ctx context.Context) error {
	paths, err := r.Dirty(ctx)
	if err == nil && len(paths) > 0 {
		return document.Fail("AXLE1542", "uncommitted changes; commit or discard them", "git status lists them", nil)
	}
	return err
}

// pushed wants the remote to have every commit of the branches: what it has is there to come back to.
func (r *Repo) pushed(ctx context.Context, refs []ref) error {
	remotes, err := r.remotes(ctx)
	if err != nil || len(remotes) == 0 {
		return err
	}
	if out, err := r.git(ctx, nil, "config", "--get-all", "remote."+remotes[0]+".fetch"); err != nil && !isExit(err, 1) {
		return err
	} else if !strings.Contains(string(out), ":refs/remotes/") {
		return nil // a mirror: its branches are the remote's
	}
	out, err := r.git(ctx, nil, "rev-list", "--count", "--branches", "HEAD", "--not", "--remotes")
	if err != nil {
		return err
	}
	if n := strings.TrimSpace(string(out)); n == "1" {
		return document.Fail("AXLE1544", "1 commit is not pushed", "push it first", nil)
	} else if n != "0" {
		return document.Fail("AXLE1544", n+" commits are not pushed", "push them first", nil)
	}
	return nil
}

package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// PurgeReport is what a purge has done, and where its backup is.
type PurgeReport struct {
	Plan     *PurgePlan // nil when one that was cut short has been finished
	Refs     []MovedRef
	Bundle   string   // every ref as it was: it holds the secret
	Map      string   // old and new ids of commits and tags
	Restore  string   // the command that brings the old state back
	Searched int      // objects that are there now; none holds the secret
	Left     []string // files of the git directory that hold it, and are no objects
	Kept     []HeldAt // what was kept on purpose, and holds it
}

// ApplyPurge carries out the plan that the token is of, and no other. Until its refs move, in one
// transaction, the repository is as it was; once they have moved, the same call finishes it.
func (r *Repo) ApplyPurge(ctx context.Context, want Purge, confirm string) (*PurgeReport, error) {
	if want.step == nil {
		want.step = func(string) {}
	}
	refs, err := r.purgeRefs(ctx)
	if err != nil {
		return nil, err
	}
	j, err := r.readJournal()
	if err != nil {
		return nil, err
	}
	if j != nil && j.movedBy(refs) {
		return r.resume(ctx, want, *j, confirm)
	}
	return r.purgeAnew(ctx, want, confirm)
}

func (r *Repo) purgeAnew(ctx context.Context, want Purge, confirm string) (*PurgeReport, error) {
	dir, err := r.purgeDir(want)
	if err != nil {
		return nil, err
	}
	pack, err := newPack(dir)
	if err != nil {
		return nil, err
	}
	defer pack.remove()
	w, plan, err := r.planPurge(ctx, want, pack)
	if err != nil {
		return nil, err
	}
	switch {
	case plan.Token != confirm:
		return nil, document.Fail("AXLE2541", "--confirm "+confirm+" is not the token of this plan", "what the plan was made of has changed; look at --plan again", nil)
	case plan.Nothing():
		return nil, document.Fail("AXLE2543", "there is nothing to purge", "", nil)
	}
	j := journal{Token: plan.Token, Refs: plan.Refs}
	if err := r.secure(ctx, want, w, plan, &j, dir); err != nil {
		return nil, err
	}
	want.step("objects")
	if err := r.install(ctx, pack, w); err != nil {
		return nil, err
	}
	want.step("journal")
	if err := r.writeJournal(j); err != nil {
		return nil, err
	}
	want.step("refs")
	if err := r.moveRefs(ctx, plan.Refs); err != nil {
		return nil, err
	}
	report, err := r.finishPurge(ctx, want, j, w)
	if report != nil {
		report.Plan = plan
	}
	return report, err
}

// purgeDir is where backups lie: for their owner alone.
func (r *Repo) purgeDir(want Purge) (string, error) {
	dir := want.Dir
	if dir == "" {
		dir = filepath.Join(r.GitDir, "axle", "purge")
	}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return "", document.Fail("AXLE3540", "the backup's folder could not be made", "name another one with --backup", err)
	}
	return dir, nil
}

// secure makes the backup and writes down what becomes of each id.
func (r *Repo) secure(ctx context.Context, want Purge, w *rewriter, plan *PurgePlan, j *journal, dir string) error {
	want.step("backup")
	name := want.Now.UTC().Format("20060102T150405Z") + "-" + plan.Token
	j.Bundle, j.Map = filepath.Join(dir, name+".bundle"), filepath.Join(dir, name+".map")
	stashes, err := r.stashes()
	if err != nil {
		return err
	}
	if err := r.backup(ctx, j.Bundle, append(stashIDs(stashes), plan.loose...)); err != nil {
		return err
	}
	if j.OldStash, err = r.keepStashLog(filepath.Join(dir, name+".stash")); err != nil {
		return err
	}
	if j.Stash, err = newStashLog(stashes, w.done, want.Secrets); err != nil {
		return err
	}
	if head, err := r.Head(ctx); err == nil {
		j.Head = head
	}
	want.step("map")
	lines := make([]string, 0, len(plan.moved))
	for old, now := range plan.moved {
		lines = append(lines, old.String()+" "+now.String()+"\n")
	}
	slices.Sort(lines)
	if err := writeDurably(j.Map, []byte(strings.Join(lines, ""))); err != nil {
		return document.Fail("AXLE3540", "the map of ids could not be written", "nothing was changed", err)
	}
	return nil
}

// moveRefs takes every ref to its new place, or none of them.
func (r *Repo) moveRefs(ctx context.Context, refs []MovedRef) error {
	if len(refs) == 0 {
		return nil
	}
	var in strings.Builder
	in.WriteString("start\n")
	for _, m := range refs {
		if isOlderStash(m.Name) {
			continue // their log is written once the others have moved
		}
		fmt.Fprintf(&in, "option no-deref\nupdate %s %s %s\n", m.Name, m.New, m.Old)
	}
	in.WriteString("prepare\ncommit\n")
	if _, err := r.unhooked(ctx, strings.NewReader(in.String()), "update-ref", "-m", "axle secrets purge", "--stdin"); err != nil {
		return document.Fail("AXLE3542", "the refs could not be moved; all are where they were", "look at --plan again", err)
	}
	return nil
}

// finishPurge brings the work tree along, drops what is old, and proves that it is gone.
func (r *Repo) finishPurge(ctx context.Context, want Purge, j journal, w *rewriter) (*PurgeReport, error) {
	for _, s := range []struct {
		name string
		do   func() error
	}{
		{"checkout", func() error { return r.checkOutNew(ctx) }},
		{"reflogs", func() error { return r.dropLogs(ctx, j) }},
		{"prune", func() error { return r.prune(ctx) }},
	} {
		want.step(s.name)
		if err := s.do(); err != nil {
			return nil, unfinished(j, err)
		}
	}
	want.step("proof")
	report := &PurgeReport{Refs: j.Refs, Bundle: j.Bundle, Map: j.Map, Restore: r.restoreBy(j)}
	kept, err := r.prove(ctx, want, w, report)
	if err == nil {
		report.Kept, err = r.heldAt(ctx, kept)
	}
	if err != nil {
		return nil, unfinished(j, err)
	}
	if report.Left, err = r.leftovers(want); err != nil {
		return nil, unfinished(j, err)
	}
	want.step("done")
	return report, os.Remove(r.journalPath())
}

func unfinished(j journal, err error) error {
	code := document.CodeOf(err)
	if code == "" {
		code = "AXLE3543"
	}
	return document.Fail(code, "the refs are rewritten, but the purge is not finished", "finish it with --confirm "+j.Token+"; the backup is "+j.Bundle, err)
}

// resume finishes a purge whose refs have moved.
func (r *Repo) resume(ctx context.Context, want Purge, j journal, confirm string) (*PurgeReport, error) {
	if confirm != j.Token {
		return nil, document.Fail("AXLE1558", "a purge was cut short", "finish it with --confirm "+j.Token+"; the backup is "+j.Bundle, nil)
	}
	if err := r.onlyStale(ctx, j); err != nil {
		return nil, err
	}
	return r.finishPurge(ctx, want, j, nil)
}

// onlyStale wants the work tree to differ from the new commit only where that differs from the old
// one: all else is somebody's work.
func (r *Repo) onlyStale(ctx context.Context, j journal) error {
	dirty, err := r.Dirty(ctx)
	if err != nil || len(dirty) == 0 {
		return err
	}
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	stale, err := r.Changed(ctx, j.Head, head)
	if err != nil {
		return err
	}
	for _, path := range dirty {
		if !slices.Contains(stale, path) {
			return document.Fail("AXLE1542", "uncommitted changes; commit or discard them", "git status lists them", errors.New(path))
		}
	}
	return nil
}

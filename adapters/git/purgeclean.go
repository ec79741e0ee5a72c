package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// checkOutNew brings index and work tree to the rewritten commit. The tree was clean.
func (r *Repo) checkOutNew(ctx context.Context) error {
	if r.WorkTree == "" {
		return nil
	}
	if unborn, err := r.Unborn(ctx); err != nil || unborn {
		return err
	}
	_, err := r.unhooked(ctx, nil, "reset", "--quiet", "--hard", "HEAD")
	return err
}

// remembered are files in which git keeps ids and texts of what was done last.
var remembered = []string{"ORIG_HEAD", "FETCH_HEAD", "AUTO_MERGE", "COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG", "NOTES_EDITMSG", "gitk.cache"}

// dropLogs ends every reflog, and writes that of the stashes anew.
func (r *Repo) dropLogs(ctx context.Context, j journal) error {
	for _, name := range remembered {
		if err := os.Remove(filepath.Join(r.GitDir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if _, err := r.git(ctx, nil, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all"); err != nil {
		return err
	}
	return r.restash(j.Stash)
}

// prune packs what refs reach and drops everything else at once.
func (r *Repo) prune(ctx context.Context) error {
	for _, args := range [][]string{
		{"repack", "-a", "-d", "-q"},
		{"prune", "--expire=now"}, // loose ones that are packed too
	} {
		if _, err := r.git(ctx, nil, args...); err != nil {
			return err
		}
	}
	return r.dropGraph(ctx)
}

// dropGraph makes git forget its table of commits, which names the old ones.
func (r *Repo) dropGraph(ctx context.Context) error {
	info := filepath.Join(r.GitDir, "objects", "info")
	return errors.Join(os.RemoveAll(filepath.Join(info, "commit-graphs")), removeIfThere(filepath.Join(info, "commit-graph")))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// prove reads every object that there is now, and gives those that hold a secret because they are
// kept on purpose. Of an object that was read before under the same id nothing else can be read now;
// without w, all are read. Every other blob that a ref reached must still be there.
func (r *Repo) prove(ctx context.Context, want Purge, w *rewriter, report *PurgeReport) (held []string, err error) {
	now := &history{index: map[oid]int32{}}
	if err := r.listObjects(ctx, now); err != nil {
		return nil, err
	}
	report.Searched = len(now.ids)
	kept, err := r.blobsAt(ctx, now, want.Keep)
	if err != nil {
		return nil, err
	}
	err = r.readAll(ctx, now.unread(w, kept), func(o object, data []byte) error {
		if !want.Secrets.Holds(data) {
			return nil
		}
		if id, err := parseOID(o.id); err != nil || !kept[id] {
			return document.Fail("AXLE3544", "object "+o.id+" still holds a secret", "something keeps it; git fsck and git for-each-ref show what", err)
		}
		held = append(held, o.id)
		return nil
	})
	if err == nil {
		err = r.noPath(ctx, want.Paths)
	}
	if err == nil && w != nil {
		err = w.keptIn(now)
	}
	return held, err
}

// unread are the objects of which it is not known yet that they hold nothing.
func (h *history) unread(w *rewriter, kept map[oid]bool) (out []oid) {
	for _, id := range h.ids {
		if w == nil || w.want.Secrets.Empty() || kept[id] {
			out = append(out, id)
		} else if i, known := w.h.index[id]; !known || w.h.holds[i] {
			out = append(out, id)
		}
	}
	return out
}

func (r *Repo) noPath(ctx context.Context, paths []string) error {
	held, err := r.everHeld(ctx, paths)
	if err == nil && held {
		return document.Fail("AXLE3544", "a commit still has "+strings.Join(paths, " or "), "git log --all -- PATH shows which", nil)
	}
	return err
}

// keptIn says that nothing has gone but what was to go.
func (w *rewriter) keptIn(now *history) error {
	lost := 0
	for i, id := range w.h.ids {
		if _, there := now.index[id]; !there && w.h.kinds[i] == 'b' && w.reached[i] && !w.h.holds[i] && !w.gone[i] {
			lost++
		}
	}
	if lost > 0 {
		return document.Fail("AXLE3545", fmt.Sprintf("%d files are gone that hold no secret", lost), "restore the backup, and report this with the version of axle", nil)
	}
	return nil
}

// unhooked runs git without the hooks of the repository.
func (r *Repo) unhooked(ctx context.Context, in io.Reader, args ...string) ([]byte, error) {
	c := r.command(ctx, append([]string{"-c", "core.hooksPath=" + os.DevNull}, args...)...)
	var out, said bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = in, &out, &said
	if err := c.Run(); err != nil {
		return nil, failed(ctx, args[0], said.String(), err)
	}
	return out.Bytes(), nil
}

// fileHolds says whether a file holds the secret; one that is too large to be searched may.
func fileHolds(path string, d fs.DirEntry, secret secrets.Purge) (bool, error) {
	info, err := d.Info()
	if err != nil || info.Size() > maxPurged {
		return err == nil, err
	}
	data, err := os.ReadFile(path)
	return secret.Holds(data), err
}

// leftovers are the files of the git directory, other than objects and backups, that hold the
// secret: hooks, settings, what rerere has recorded.
func (r *Repo) leftovers(want Purge) (out []string, err error) {
	err = filepath.WalkDir(r.GitDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(r.GitDir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == "objects" || name == "axle" {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		holds, err := fileHolds(path, d, want.Secrets)
		if holds {
			out = append(out, path)
		}
		return err
	})
	return out, err
}

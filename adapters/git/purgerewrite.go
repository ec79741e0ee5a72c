package git

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"
	"strings"
)

// sink takes the objects that a rewriting makes, those that one names before it. base is one that
// is like it, if there is one.
type sink interface {
	put(kind string, data []byte, base version) error
}

// discard is for plans: what they would make is only counted.
type discard struct{}

func (discard) put(string, []byte, version) error { return nil }

// rewriter makes the new objects of a purge. An object that nothing forces to change keeps its id.
type rewriter struct {
	ctx  context.Context
	repo *Repo
	h    *history
	want Purge
	to   sink
	drop *pathNode

	reached  []bool
	gone     []bool      // what is dropped, by its path
	touched  []int8      // trees and blobs: 0 not known yet, 1 stays, 2 changes
	done     map[oid]oid // blobs, commits and tags
	trees    map[treeKey]oid
	contents map[oid][]byte // trees that change
	made     map[oid]bool
	latest   map[string]version // trees, by place
	quoted   []string           // ids of commits, sorted
	kept     []string           // blobs that hold a secret and stay

	unsigned, droppedFiles, holding int
	strip                           bool // signatures go from every commit
	notes                           bool
}

type treeKey struct {
	id   oid
	drop *pathNode
}

func newRewriter(ctx context.Context, r *Repo, h *history, want Purge, to sink) *rewriter {
	return &rewriter{ctx: ctx, repo: r, h: h, want: want, to: to, drop: pathTree(want.Paths),
		reached: make([]bool, len(h.ids)), gone: make([]bool, len(h.ids)), touched: make([]int8, len(h.ids)),
		done: map[oid]oid{}, trees: map[treeKey]oid{}, contents: map[oid][]byte{}, made: map[oid]bool{}, latest: map[string]version{}}
}

func (w *rewriter) newHash() hash.Hash {
	if w.h.idLen == sha256.Size {
		return sha256.New()
	}
	return sha1.New()
}

// emit makes an object and gives its id.
func (w *rewriter) emit(kind string, data []byte) (oid, error) {
	id, _, err := w.emitOn(kind, data, version{})
	return id, err
}

func (w *rewriter) emitOn(kind string, data []byte, base version) (id oid, fresh bool, err error) {
	sum := w.newHash()
	fmt.Fprintf(sum, "%s %d\x00", kind, len(data))
	sum.Write(data)
	id = oid(sum.Sum(nil))
	if _, there := w.h.index[id]; there || w.made[id] {
		return id, false, nil
	}
	w.made[id] = true
	return id, true, w.to.put(kind, data, base)
}

// refs rewrites all that refs reach, and gives where each ref is to go. Notes come last: they are
// named after commits.
func (w *rewriter) refs(refs []ref) (map[string]oid, error) {
	var tips, noteTips []oid
	for _, r := range refs {
		if strings.HasPrefix(r.name, "refs/notes/") {
			noteTips = append(noteTips, r.id)
		} else {
			tips = append(tips, r.id)
		}
	}
	if err := w.h.reach(append(slices.Clone(tips), noteTips...), w.reached); err != nil {
		return nil, err
	}
	if err := w.keep(); err != nil {
		return nil, err
	}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	for _, list := range [][]oid{tips, noteTips} {
		for _, i := range w.h.inOrder(w.commitsOf(list), w.needs) {
			if err := w.commit(i); err != nil {
				return nil, err
			}
		}
		w.notes = true
	}
	moved := map[string]oid{}
	for _, r := range refs {
		id, err := w.object(r.id)
		if err != nil {
			return nil, err
		}
		moved[r.name] = id
	}
	return moved, nil
}

// commitsOf follows tags to what they stand on.
func (w *rewriter) commitsOf(tips []oid) (out []oid) {
	for _, id := range tips {
		for {
			i, known := w.h.index[id]
			if !known || w.h.kinds[i] != 'g' {
				break
			}
			next := w.h.below(i)
			if len(next) != 1 {
				break
			}
			id = next[0]
		}
		out = append(out, id)
	}
	return out
}

// prepare rewrites the blobs, and reads the trees that change, in the order of the disk.
func (w *rewriter) prepare() error {
	var blobs, trees []oid
	change := false
	for i, id := range w.h.ids {
		if !w.reached[i] {
			continue
		}
		change = change || w.h.holds[i]
		switch {
		case w.h.kinds[i] == 'b' && w.h.holds[i]:
			blobs = append(blobs, id)
		case w.h.kinds[i] == 't' && w.changes(int32(i)):
			trees = append(trees, id)
		}
	}
	dropped, err := w.repo.everHeld(w.ctx, w.want.Paths)
	if err != nil {
		return err
	}
	w.strip = (change || dropped) && !w.want.KeepSigned
	if w.want.RewriteIDs {
		w.quoted = w.commitIDs()
	}
	if err = w.blobs(blobs); err != nil {
		return err
	}
	return w.repo.readAll(w.ctx, trees, func(o object, data []byte) error {
		id, err := parseOID(o.id)
		w.contents[id] = bytes.Clone(data)
		return err
	})
}

// maxKept is how much of blobs is kept to tell further ones by.
const maxKept = 32 << 20

// blobs cleans file contents, each told by the one that git has told it by.
func (w *rewriter) blobs(list []oid) error {
	kept, size := map[oid]version{}, 0 // by old id
	return w.repo.readAll(w.ctx, list, func(o object, data []byte) error {
		clean, err := w.want.Secrets.Clean(data)
		if err != nil {
			return err
		}
		old, err := parseOID(o.id)
		if err != nil {
			return err
		}
		base := kept[w.h.bases[w.h.index[old]]]
		id, fresh, err := w.emitOn("blob", clean, base)
		w.done[old] = id
		if fresh && len(clean) <= maxDelta {
			if size += len(clean); size > maxKept {
				clear(kept)
				size = len(clean)
			}
			kept[old] = version{id, clean, base.next()}
		}
		return err
	})
}

// changes says whether a blob changes, or something below a tree.
func (w *rewriter) changes(i int32) bool {
	if w.touched[i] != 0 {
		return w.touched[i] == 2
	}
	changes := w.h.holds[i]
	for _, child := range w.h.children[i] {
		if changes {
			break
		}
		changes = w.changes(child)
	}
	w.touched[i] = 1
	if changes {
		w.touched[i] = 2
	}
	return changes
}

// object gives the new id of any object.
func (w *rewriter) object(id oid) (oid, error) {
	if to, known := w.done[id]; known {
		return to, nil
	}
	switch i := w.h.index[id]; w.h.kinds[i] {
	case 't':
		return w.tree(id, w.drop, "")
	case 'g':
		return w.tag(i)
	}
	return id, nil
}

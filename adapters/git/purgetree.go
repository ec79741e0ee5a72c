package git

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// pathNode is a folder on the way to paths that are dropped. nil is a folder off the way.
type pathNode struct {
	below map[string]*pathNode
	drop  bool
}

func pathTree(paths []string) *pathNode {
	if len(paths) == 0 {
		return nil
	}
	root := &pathNode{}
	for _, p := range paths {
		at := root
		for part := range strings.SplitSeq(p, "/") {
			next := at.child([]byte(part))
			if next == nil {
				next = &pathNode{}
				if at.below == nil {
					at.below = map[string]*pathNode{}
				}
				at.below[part] = next
			}
			at = next
		}
		at.drop = true
	}
	return root
}

func (n *pathNode) child(name []byte) *pathNode {
	if n == nil {
		return nil
	}
	return n.below[string(name)]
}

// checkPurgePath wants a path as git has it.
func checkPurgePath(flag, p string) error {
	if p == "" || p != path.Clean(p) || strings.HasPrefix(p, "/") || p == "." || p == ".." || strings.HasPrefix(p, "../") {
		return document.Fail("AXLE1562", flag+" "+p+" is not a path inside the repository", "write it from the repository's top, without ./ and ..", nil)
	}
	return nil
}

// tree gives the new id of a tree. drop is where it stands on the way to what is dropped; place is
// its path in one of the commits, by which the tree it is like is found.
func (w *rewriter) tree(id oid, drop *pathNode, place string) (oid, error) {
	i := w.h.index[id]
	if drop == nil && !w.changes(i) {
		return id, nil
	}
	key := treeKey{id, drop}
	if to, known := w.trees[key]; known {
		return to, nil
	}
	data, err := w.content(id)
	if err != nil {
		return "", err
	}
	entries, changed, err := w.entries(data, drop, w.h.holds[i], place)
	if err != nil {
		return "", err
	}
	to := id
	if changed {
		if to, err = w.emitTree(treeBytes(entries), place); err != nil {
			return "", err
		}
	}
	w.trees[key] = to
	return to, nil
}

// emitTree makes a tree, told by the one that was made for its place before.
func (w *rewriter) emitTree(data []byte, place string) (oid, error) {
	before := w.latest[place]
	id, fresh, err := w.emitOn("tree", data, before)
	if err == nil && fresh {
		w.latest[place] = version{id, data, before.next()}
	}
	return id, err
}

func (w *rewriter) content(id oid) ([]byte, error) {
	if data, there := w.contents[id]; there {
		return data, nil
	}
	_, data, err := w.repo.content(w.ctx, id.String())
	return data, err
}

func (w *rewriter) entries(data []byte, drop *pathNode, names bool, place string) (out []treeEntry, changed bool, err error) {
	err = eachEntry(data, w.h.idLen, func(e treeEntry) error {
		way := drop.child(e.name)
		if way != nil && way.drop {
			w.droppedFiles++
			changed = true
			if e.link() {
				return nil
			}
			return w.h.reach([]oid{oid(e.id)}, w.gone)
		}
		to, err := w.entry(e, way, place)
		if err != nil {
			return err
		}
		if names {
			if to.name, err = w.want.Secrets.Clean(e.name); err != nil {
				return err
			}
		}
		gone := to.dir() && w.isEmptyTree(to.id) && !bytes.Equal(to.id, e.id)
		changed = changed || gone || !bytes.Equal(to.id, e.id) || !bytes.Equal(to.name, e.name)
		if !gone {
			out = append(out, to)
		}
		return nil
	})
	if err == nil && names {
		err = inTreeOrder(out)
	}
	return out, changed, err
}

func (w *rewriter) entry(e treeEntry, way *pathNode, place string) (treeEntry, error) {
	if e.link() {
		return e, nil
	}
	var to oid
	var err error
	if e.dir() {
		if way == nil && !w.changes(w.h.index[oid(e.id)]) {
			return e, nil
		}
		to, err = w.tree(oid(e.id), way, place+"/"+string(e.name))
	} else if there, known := w.done[oid(e.id)]; known {
		to = there
	} else {
		return e, nil
	}
	e.id = []byte(to)
	return e, err
}

func (w *rewriter) isEmptyTree(id []byte) bool {
	sum := w.newHash()
	sum.Write([]byte("tree 0\x00"))
	return bytes.Equal(sum.Sum(nil), id)
}

// inTreeOrder sorts entries as git does, folders as if a slash ended them.
func inTreeOrder(entries []treeEntry) error {
	key := func(e treeEntry) string {
		if e.dir() {
			return string(e.name) + "/"
		}
		return string(e.name)
	}
	slices.SortFunc(entries, func(a, b treeEntry) int { return strings.Compare(key(a), key(b)) })
	seen := map[string]bool{}
	for _, e := range entries {
		if seen[string(e.name)] {
			return document.Fail("AXLE2542", "two files would get the same name once the secret is out of theirs", "rename one of them first, or drop it with --path", nil)
		}
		seen[string(e.name)] = true
	}
	return nil
}

func treeBytes(entries []treeEntry) []byte {
	var b bytes.Buffer
	for _, e := range entries {
		b.Write(e.mode)
		b.WriteByte(' ')
		b.Write(e.name)
		b.WriteByte(0)
		b.Write(e.id)
	}
	return b.Bytes()
}

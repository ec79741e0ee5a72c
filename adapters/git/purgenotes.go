package git

import (
	"encoding/hex"
	"slices"
	"strings"
)

// notesTree gives the tree of a notes ref with every note under the new id of what it is about.
// A note is a file named by that id, which slashes may part.
func (w *rewriter) notesTree(id oid) (oid, error) {
	var notes, rest []treeEntry
	deep, moved := false, false
	err := w.eachNote(id, "", func(e treeEntry, about oid, way string) {
		deep = deep || way != ""
		if about == "" {
			rest = append(rest, e)
			return
		}
		to, known := w.done[about]
		if !known {
			to = about
		}
		moved = moved || to != about
		e.name = []byte(to.String())
		notes = append(notes, e)
	})
	if err != nil {
		return "", err
	}
	if !moved {
		return w.tree(id, nil, "notes")
	}
	for k, e := range append(notes, rest...) {
		to, err := w.entry(e, nil, "notes")
		if err != nil {
			return "", err
		}
		if k < len(notes) {
			notes[k] = to
		} else {
			rest[k-len(notes)] = to
		}
	}
	return w.emitNotes(notes, rest, deep)
}

// eachNote walks the files of a notes tree; about is empty for what is no note.
func (w *rewriter) eachNote(id oid, way string, each func(e treeEntry, about oid, way string)) error {
	data, err := w.content(id)
	if err != nil {
		return err
	}
	return eachEntry(data, w.h.idLen, func(e treeEntry) error {
		name := way + string(e.name)
		_, err := hex.DecodeString(name)
		if e.dir() && len(e.name) == 2 && err == nil && len(name) < 2*w.h.idLen {
			return w.eachNote(oid(slices.Clone(e.id)), name, each)
		}
		about, err := parseOID(name)
		if err != nil || e.dir() || e.link() {
			about = ""
		}
		if about == "" && way != "" {
			return nil // git itself takes no notice of it
		}
		each(treeEntry{slices.Clone(e.mode), slices.Clone(e.name), slices.Clone(e.id)}, about, way)
		return nil
	})
}

func (w *rewriter) emitNotes(notes, rest []treeEntry, deep bool) (oid, error) {
	if !deep {
		all := append(rest, notes...)
		if err := inTreeOrder(all); err != nil {
			return "", err
		}
		return w.emit("tree", treeBytes(all))
	}
	slices.SortFunc(notes, func(a, b treeEntry) int { return strings.Compare(string(a.name), string(b.name)) })
	for len(notes) > 0 {
		head := string(notes[0].name[:2])
		var group []treeEntry
		for len(notes) > 0 && string(notes[0].name[:2]) == head {
			e := notes[0]
			e.name = e.name[2:]
			group, notes = append(group, e), notes[1:]
		}
		id, err := w.emit("tree", treeBytes(group))
		if err != nil {
			return "", err
		}
		rest = append(rest, treeEntry{[]byte("40000"), []byte(head), []byte(id)})
	}
	if err := inTreeOrder(rest); err != nil {
		return "", err
	}
	return w.emit("tree", treeBytes(rest))
}

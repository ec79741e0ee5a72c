package git

import (
	"context"
	"iter"

	"github.com/axle-cd/axle/secrets"
)

// maxEntries is how many entries of trees an inventory keeps; of more it keeps none.
const maxEntries = 4 << 20

// link is what a tree names, by the places of the name and the object in their lists: there are many. A
// commit has one without a name.
type link struct{ name, to int32 }

const unnamed = -1

type fileName struct {
	text string
	kind uint64 // its kind, as a bit
	at   int32
}

// keep keeps an entry, as long as there are not too many.
func (inv *Inventory) keep(in *stored, e link) {
	if in == nil || inv.links > maxEntries {
		return
	}
	if inv.links++; inv.links > maxEntries {
		for _, s := range inv.objects {
			s.links = nil
		}
		return
	}
	in.links = append(in.links, e)
}

// Located is Repo.Located, without another reading of all trees where there are not too many.
func (inv *Inventory) Located(ctx context.Context, ids []string, unreachable bool) iter.Seq2[secrets.Blob, error] {
	if inv.links > maxEntries {
		return inv.repo.Located(ctx, ids, unreachable)
	}
	return inv.repo.blobsOf(ctx, func() ([]arrival, error) {
		return inv.repo.locateBy(ctx, ids, unreachable, func(commits []string, place func(arrival)) error {
			w := walk{inv, map[*stored]string{}, map[*stored]bool{}, map[visit]bool{}, 0, place}
			for _, id := range ids {
				if s := inv.objects[id]; s != nil {
					w.wanted[s] = id
				}
			}
			for _, id := range commits {
				if s := inv.objects[id]; s != nil {
					w.tree(s, "", id)
				}
			}
			if w.paths > maxChanged {
				return tooManyFiles()
			}
			return nil
		})
	})
}

// walk visits each tree once at each path, in the order of commits: the first commit whose tree has an
// object at a path has brought it there.
type walk struct {
	inv    *Inventory
	wanted map[*stored]string
	holds  map[*stored]bool
	been   map[visit]bool
	paths  int
	place  func(arrival)
}

type visit struct {
	tree *stored
	path string
}

func (w *walk) tree(t *stored, path, commit string) {
	if w.paths > maxChanged || !w.holding(t) || w.been[visit{t, path}] {
		return
	}
	w.been[visit{t, path}] = true
	for _, e := range t.links {
		to := w.inv.list[e.to]
		if id, ok := w.wanted[to]; ok {
			w.paths++
			w.place(arrival{id, path + w.inv.names[e.name], commit})
		} else if to.kind == 't' && w.holding(to) {
			w.tree(to, w.under(path, e), commit)
		}
	}
}

func (w *walk) under(path string, e link) string {
	if e.name == unnamed {
		return path
	}
	return path + w.inv.names[e.name] + "/"
}

// holding says that something wanted is in a tree or below it.
func (w *walk) holding(t *stored) bool {
	found, known := w.holds[t]
	if known {
		return found
	}
	for _, e := range t.links {
		to := w.inv.list[e.to]
		_, wanted := w.wanted[to]
		found = wanted || to.kind == 't' && w.holding(to) || found
	}
	w.holds[t] = found
	return found
}

package git

import (
	"context"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// HeldAt is a file whose contents hold a value, or a commit or tag whose text does.
type HeldAt struct {
	Path     string
	Versions int // contents that hold it
}

// keepable wants paths to keep that are paths, that stay where they are, and that nothing drops.
func keepable(want Purge) error {
	for _, p := range want.Keep {
		if err := checkPurgePath("--keep", p); err != nil {
			return err
		}
		if want.Secrets.Holds([]byte(p)) {
			return document.Fail("AXLE2391", "a --keep path holds a secret in its name, which is rewritten", "keep the folder it is in", nil)
		}
		for _, drop := range want.Paths {
			if p == drop || strings.HasPrefix(p+"/", drop+"/") {
				return document.Fail("AXLE2392", "--path "+drop+" drops what --keep "+p+" is to keep", "give one of them", nil)
			}
		}
	}
	return nil
}

// blobsAt are all contents that a commit ever had at the paths, or below them.
func (r *Repo) blobsAt(ctx context.Context, h *history, paths []string) (map[oid]bool, error) {
	out := map[oid]bool{}
	if len(paths) == 0 {
		return out, nil
	}
	all, err := r.allTips()
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		before := len(out)
		err := r.lines(ctx, nil, func(line string) error {
			name, _, _ := strings.Cut(line, " ")
			id, err := parseOID(name)
			if i, known := h.index[id]; known && h.kinds[i] == 'b' {
				out[id] = true
			}
			return err
		}, append(append([]string{"rev-list", "--objects", "--full-history"}, all...), "--", ":(top,literal)"+p)...)
		if err != nil {
			return nil, err
		}
		if len(out) == before {
			return nil, document.Fail("AXLE2390", "no commit has "+p+", which --keep names", "write it from the repository's top; what another --keep covers needs no second one", nil)
		}
	}
	return out, nil
}

// keep takes what is kept on purpose out of what is rewritten.
func (w *rewriter) keep() error {
	kept, err := w.repo.blobsAt(w.ctx, w.h, w.want.Keep)
	for id := range kept {
		if i := w.h.index[id]; w.reached[i] && w.h.holds[i] {
			w.h.holds[i] = false
			w.kept = append(w.kept, id.String())
		}
	}
	return err
}

// elsewhere are the contents and messages that hold a value and in which the scan has found nothing:
// there it may be ordinary text.
func (w *rewriter) elsewhere() (out []string) {
	if w.want.Found == nil {
		return nil
	}
	found := map[string]bool{}
	for _, id := range w.want.Found {
		found[id] = true
	}
	for i, id := range w.h.ids {
		if w.reached[i] && w.h.holds[i] && w.h.kinds[i] != 't' && !found[id.String()] {
			out = append(out, id.String())
		}
	}
	return out
}

// heldAt says where objects stand.
func (r *Repo) heldAt(ctx context.Context, ids []string) (out []HeldAt, err error) {
	found, err := r.locate(ctx, ids, true)
	versions := map[string]int{}
	for _, a := range found {
		versions[a.where()]++
	}
	for path, n := range versions {
		out = append(out, HeldAt{path, n})
	}
	slices.SortFunc(out, func(a, b HeldAt) int { return strings.Compare(a.Path, b.Path) })
	return out, err
}

func (a arrival) where() string {
	switch {
	case a.path != "":
		return a.path
	case a.commit != "":
		return "commit " + a.id
	}
	return "object " + a.id
}

// stale counts the messages that quote the id of a commit that gets another one.
func (w *rewriter) stale(p *PurgePlan) (n int) {
	w.quoted = nil
	for old := range p.moved {
		w.quoted = append(w.quoted, old.String())
	}
	slices.Sort(w.quoted)
	for i, raw := range w.h.texts {
		if w.reached[i] && len(w.quotes(parseText(raw).message)) > 0 {
			n++
		}
	}
	return n
}

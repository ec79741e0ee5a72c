package git

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/axle-cd/axle/secrets"
)

// Located gives each of a few objects at every path it ever had, with the first commit that brought it
// there. What no ref reaches comes only on request, as "object ID".
func (r *Repo) Located(ctx context.Context, ids []string, unreachable bool) iter.Seq2[secrets.Blob, error] {
	return r.blobsOf(ctx, func() ([]arrival, error) { return r.locate(ctx, ids, unreachable) })
}

func (r *Repo) blobsOf(ctx context.Context, find func() ([]arrival, error)) iter.Seq2[secrets.Blob, error] {
	return func(yield func(secrets.Blob, error) bool) {
		found, err := find()
		if err == nil {
			err = r.loaded(ctx, found, yield)
		}
		if err != nil && err != errStopped {
			yield(secrets.Blob{}, err)
		}
	}
}

func (r *Repo) locate(ctx context.Context, ids []string, unreachable bool) ([]arrival, error) {
	return r.locateBy(ctx, ids, unreachable, func(commits []string, place func(arrival)) error {
		if err := r.countable(ctx, span{without: []string{"--all"}}); err != nil {
			return err
		}
		return r.rawDiff(ctx, strings.NewReader(strings.Join(commits, "\n")+"\n"), func(c change) error {
			place(arrival{c.id, c.path, c.commit})
			return nil
		}, "diff-tree", "--stdin", "--root", "-r", "-c", "-z", "--raw", "--no-renames", "--no-ext-diff", "--no-abbrev")
	})
}

// locateBy asks files where the objects stand in the trees of commits, oldest first.
func (r *Repo) locateBy(ctx context.Context, ids []string, unreachable bool, files func(commits []string, place func(arrival)) error) ([]arrival, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	wanted := map[string]bool{} // true once it is placed
	for _, id := range ids {
		wanted[id] = false
	}
	list, err := r.git(ctx, nil, "rev-list", "--all", "--topo-order", "--reverse")
	if err != nil {
		return nil, err
	}
	var out []arrival
	seen := map[string]bool{}
	place := func(a arrival) {
		if _, ok := wanted[a.id]; !ok || seen[a.id+" "+a.path] {
			return
		}
		seen[a.id+" "+a.path], wanted[a.id] = true, true
		out = append(out, a)
	}
	commits := strings.Fields(string(list))
	if err := files(commits, place); err != nil {
		return nil, err
	}
	for _, id := range commits {
		place(arrival{id: id, commit: id})
	}
	return r.locateOthers(ctx, wanted, place, &out, unreachable)
}

// locateOthers places what no commit's change shows: tags, what a tag names alone, and what nothing reaches.
func (r *Repo) locateOthers(ctx context.Context, wanted map[string]bool, place func(arrival), out *[]arrival, unreachable bool) ([]arrival, error) {
	left := func() (ids []string) {
		for id, placed := range wanted {
			if !placed {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		return ids
	}
	if len(left()) > 0 {
		reached, err := r.git(ctx, nil, "rev-list", "--objects", "--all", "--no-object-names")
		if err != nil {
			return nil, err
		}
		for _, id := range strings.Fields(string(reached)) {
			if placed, ok := wanted[id]; ok && !placed {
				place(arrival{id: id})
			}
		}
	}
	if unreachable {
		for _, id := range left() {
			place(arrival{id: id})
		}
	}
	return *out, nil
}

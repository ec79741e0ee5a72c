package git

import (
	"context"

	"github.com/axle-cd/axle/pipeline"
)

// ReleasePeople are the authors and committers of every commit up to sha, and not in base, that
// touched a path: whoever had a hand in what is about to be released. base "" is the beginning.
func (r *Repo) ReleasePeople(ctx context.Context, base, sha, path string) ([]pipeline.Person, error) {
	if err := ids(sha); err != nil {
		return nil, err
	}
	known, err := r.known(ctx, base)
	if err != nil {
		return nil, err
	}
	// Without --full-history git leaves out a side branch whose changes the merge did not keep.
	args := []string{"log", "-z", "--no-show-signature", "--full-history", "--format=%H%x00%ae%x00%ce", sha}
	if known {
		args = append(args, "^"+base)
	}
	people, err := r.people(ctx, append(args, "--", ":(literal)"+path))
	if err != nil {
		return nil, err
	}
	// The commit itself counts, whatever it touched: it is what is approved.
	last, err := r.people(ctx, []string{"log", "-z", "--no-show-signature", "--format=%H%x00%ae%x00%ce", "-1", sha})
	seen := map[pipeline.Person]bool{}
	var all []pipeline.Person
	for _, p := range append(last, people...) {
		if !seen[p] {
			seen[p] = true
			all = append(all, p)
		}
	}
	return all, err
}

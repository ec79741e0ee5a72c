package git

import (
	"context"
	"iter"

	"github.com/axle-cd/axle/secrets"
)

// Reachable gives all that refs reach: every blob once, with a path and a commit, every message of
// a commit or a tag. The stash and notes are among the refs.
func (r *Repo) Reachable(ctx context.Context) iter.Seq2[secrets.Blob, error] {
	refs, err := r.purgeRefs(ctx)
	var tips []string
	for _, ref := range refs {
		tips = append(tips, ref.id.String())
	}
	return r.blobs(ctx, span{revisions: tips}, err)
}

package git

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// Purge is what is to leave the whole history, and what may be done for it.
type Purge struct {
	Secrets    secrets.Purge
	Paths      []string // files and folders to drop, wherever a commit has them
	Keep       []string // files and folders whose contents stay, although they hold a value
	Found      []string // objects in which a scan has found the values; nil when they came from elsewhere
	Protected  []string // branches that are rewritten only when AllowProtected says so
	Stash      bool     // rewrite the stashes too
	RewriteIDs bool     // ids of commits that messages quote
	KeepSigned bool     // leave signed commits before the first change as they are
	Dir        string   // for the backup and the map of ids; default axle/purge in the git directory
	Now        time.Time

	AllowProtected bool
	step           func(name string) // tests: the next step begins
}

// MovedRef is a ref and where it is taken.
type MovedRef struct{ Name, Old, New string }

// PurgePlan is what a purge would do. Its token is made of what would come out, so that it is
// good for this and for nothing else.
type PurgePlan struct {
	Token       string
	Refs        []MovedRef
	Commits     int // that get another id
	Holding     int // commits and tags whose own text holds a secret
	Tags, Trees int
	Blobs       int // whose content changes
	Dropped     int // files at Paths, once for each tree that has one
	Unreachable int // objects that no ref reaches and that hold a secret; they are pruned
	Loose       int // commits that no ref reaches; they are pruned, and in the backup
	Lost        int // of which parts are gone already; they are pruned, and in no backup
	Unsigned    int // commits and tags that lose their signature
	People      []string
	Submodules  []string
	LFS         int // files that stand for contents kept elsewhere, which are not searched
	Remotes     []string
	Elsewhere   []HeldAt // what holds a value without being a finding, and is rewritten all the same
	Kept        []HeldAt // what is kept on purpose
	Quoting     int      // messages that quote an id that changes, and stay as written

	moved map[oid]oid // commits and tags
	loose []oid
}

// Nothing says that no object would change or go.
func (p *PurgePlan) Nothing() bool { return len(p.Refs) == 0 && p.Unreachable == 0 }

// PlanPurge works out what a purge would do, and does nothing. An unsafe state is refused.
func (r *Repo) PlanPurge(ctx context.Context, want Purge) (*PurgePlan, error) {
	w, plan, err := r.planPurge(ctx, want, discard{})
	if err != nil {
		return nil, err
	}
	if plan.Elsewhere, err = r.heldAt(ctx, w.elsewhere()); err != nil {
		return nil, err
	}
	if plan.Kept, err = r.heldAt(ctx, w.kept); err != nil {
		return nil, err
	}
	if !want.RewriteIDs {
		plan.Quoting = w.stale(plan)
	}
	return plan, nil
}

// CheckPurge refuses an unsafe state before anything is read. confirm is the token of a plan that is
// to be carried out, if it is.
func (r *Repo) CheckPurge(ctx context.Context, want Purge, confirm string) error {
	refs, err := r.purgeRefs(ctx)
	if err != nil {
		return err
	}
	if j, err := r.readJournal(); err == nil && j != nil && j.Token == confirm && j.movedBy(refs) {
		return nil
	}
	return r.unsafe(ctx, want, refs)
}

func (r *Repo) planPurge(ctx context.Context, want Purge, to sink) (*rewriter, *PurgePlan, error) {
	refs, err := r.purgeRefs(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := r.unsafe(ctx, want, refs); err != nil {
		return nil, nil, err
	}
	h, err := r.readHistory(ctx, want.Secrets)
	if err != nil {
		return nil, nil, err
	}
	w := newRewriter(ctx, r, h, want, to)
	moved, err := w.refs(refs)
	if err != nil {
		return nil, nil, err
	}
	plan := w.plan(refs, moved)
	plan.Remotes, err = r.remotes(ctx)
	if err != nil {
		return nil, nil, err
	}
	return w, plan, protectedBranch(want, plan.Refs)
}

func protectedBranch(want Purge, moved []MovedRef) error {
	for _, m := range moved {
		for _, b := range want.Protected {
			if m.Name == "refs/heads/"+b && !want.AllowProtected {
				return document.Fail("AXLE4540", "branch "+b+" is protected; approval is needed", "once those who own it agree, say so with --allow-protected", nil)
			}
		}
	}
	return nil
}

// token knows a plan again by what would come out of it. No value goes into it.
func token(plan *PurgePlan, want Purge) string {
	sum := sha256.New()
	for _, m := range plan.Refs {
		fmt.Fprintf(sum, "%s %s %s\n", m.Old, m.New, m.Name)
	}
	fmt.Fprintf(sum, "%d %d %q %q %v %v %v", plan.Unreachable, plan.Loose+plan.Lost, want.Paths, want.Keep, want.Stash, want.RewriteIDs, want.KeepSigned)
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

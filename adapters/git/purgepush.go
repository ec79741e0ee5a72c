package git

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// PurgePush is what a push of rewritten refs has come to.
type PurgePush struct {
	Remote string
	Pushed []string // refs of the remote
	Stale  []string // refs of the remote that the rewriting does not know: they may still hold the secret
}

// PushPurge takes the rewritten refs to the remote, all or none, each only where the remote still
// has what was rewritten.
func (r *Repo) PushPurge(ctx context.Context, remote string, moved []MovedRef) (*PurgePush, error) {
	if strings.HasPrefix(remote, "-") || !validName(remote) {
		return nil, document.Fail("AXLE1563", fmt.Sprintf("%q is not the name of a remote", remote), "git remote lists them", nil)
	}
	there, err := r.remoteRefs(ctx, remote)
	if err != nil {
		return nil, err
	}
	out := &PurgePush{Remote: remote}
	args := []string{"push", "--quiet", "--porcelain", "--atomic", "--no-verify"}
	var specs []string
	for name, m := range published(remote, moved) {
		if there[name] == "" {
			continue // the remote never had it
		}
		args = append(args, "--force-with-lease="+name+":"+m.Old)
		specs = append(specs, m.New+":"+name)
		out.Pushed = append(out.Pushed, name)
		delete(there, name)
	}
	slices.Sort(out.Pushed)
	if out.Stale, err = r.unknownHere(ctx, there); err != nil || len(specs) == 0 {
		return out, err
	}
	if _, err := r.unhooked(ctx, nil, append(append(args, "--", remote), specs...)...); err != nil {
		return nil, document.Fail("AXLE3546", "the rewritten refs were not pushed; the remote is as it was", "if somebody has pushed since, fetch, restore, and purge again", err)
	}
	return out, nil
}

// published gives where at the remote each ref belongs. What was last seen of a branch there goes
// before the branch here, which may be behind.
func published(remote string, moved []MovedRef) map[string]MovedRef {
	out := map[string]MovedRef{}
	for _, m := range moved {
		for _, kind := range []string{"refs/heads/", "refs/tags/", "refs/notes/"} {
			if strings.HasPrefix(m.Name, kind) {
				out[m.Name] = m
			}
		}
	}
	for _, m := range moved {
		if branch, ok := strings.CutPrefix(m.Name, "refs/remotes/"+remote+"/"); ok {
			out["refs/heads/"+branch] = m
		}
	}
	return out
}

// remoteRefs are the refs that a remote has, by name.
func (r *Repo) remoteRefs(ctx context.Context, remote string) (map[string]string, error) {
	out := map[string]string{}
	err := r.lines(ctx, nil, func(line string) error {
		id, name, ok := strings.Cut(line, "\t")
		if ok && strings.HasPrefix(name, "refs/") && !strings.HasSuffix(name, "^{}") {
			out[name] = id
		}
		return nil
	}, "ls-remote", "--", remote)
	return out, err
}

// unknownHere are the refs of a remote whose objects are not here, so that nobody has looked at them.
func (r *Repo) unknownHere(ctx context.Context, there map[string]string) (out []string, err error) {
	for name, id := range there {
		_, err := r.git(ctx, nil, "cat-file", "-e", id)
		if isExit(err, 1) || isExit(err, 128) {
			out = append(out, name)
		} else if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

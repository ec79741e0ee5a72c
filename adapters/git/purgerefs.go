package git

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// ref is a ref and what it stands on. A ref that only names another is none.
type ref struct {
	name string
	id   oid
}

// purgeRefs are all refs, and HEAD where it is on no branch.
func (r *Repo) purgeRefs(ctx context.Context) (out []ref, err error) {
	err = r.lines(ctx, nil, func(line string) error {
		f := strings.Split(line, " ")
		if len(f) != 3 || f[2] != "" {
			return nil
		}
		id, err := parseOID(f[1])
		out = append(out, ref{f[0], id})
		return err
	}, "for-each-ref", "--format=%(refname) %(objectname) %(symref)")
	if err != nil {
		return nil, err
	}
	older, err := r.olderStashes()
	if err != nil {
		return nil, err
	}
	out = append(out, older...)
	branch, err := r.Branch(ctx)
	if err == nil && branch == "" {
		out, err = r.detached(ctx, out)
	}
	if err == nil && len(out) == 0 {
		return nil, document.Fail("AXLE1501", "repository has no commits", "commit something first", nil)
	}
	return out, err
}

func (r *Repo) detached(ctx context.Context, refs []ref) ([]ref, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	id, err := parseOID(head)
	return append(refs, ref{"HEAD", id}), err
}

// everHeld says whether a commit ever had one of the paths.
func (r *Repo) everHeld(ctx context.Context, paths []string) (bool, error) {
	if len(paths) == 0 {
		return false, nil
	}
	all, err := r.allTips()
	if err != nil {
		return false, err
	}
	args := append(append([]string{"rev-list", "-1", "--full-history"}, all...), "--")
	for _, p := range paths {
		args = append(args, ":(top,literal)"+p)
	}
	out, err := r.git(ctx, nil, args...)
	return len(out) > 0, err
}

func (r *Repo) remotes(ctx context.Context) ([]string, error) {
	out, err := r.git(ctx, nil, "remote")
	return strings.Fields(string(out)), err
}

// plan counts what a rewriting has come to.
func (w *rewriter) plan(refs []ref, moved map[string]oid) *PurgePlan {
	p := &PurgePlan{Unsigned: w.unsigned, Dropped: w.droppedFiles, Holding: w.holding, LFS: w.h.lfs, moved: map[oid]oid{}}
	for _, r := range refs {
		if to := moved[r.name]; to != r.id {
			p.Refs = append(p.Refs, MovedRef{r.name, r.id.String(), to.String()})
		}
	}
	for old, now := range w.done {
		if old == now {
			continue
		}
		switch w.h.kinds[w.h.index[old]] {
		case 'b':
			p.Blobs++
			continue
		case 'c':
			p.Commits++
			p.People = append(p.People, authorOf(w.h.texts[w.h.index[old]]))
		case 'g':
			p.Tags++
		}
		p.moved[old] = now
	}
	for key, now := range w.trees {
		if key.id != now {
			p.Trees++
		}
	}
	w.countUnreached(p)
	p.Loose = len(p.loose)
	slices.Sort(p.People)
	p.People = slices.Compact(p.People)
	for link := range w.h.links {
		p.Submodules = append(p.Submodules, link)
	}
	slices.Sort(p.Submodules)
	p.Token = token(p, w.want)
	return p
}

func (w *rewriter) countUnreached(p *PurgePlan) {
	whole := map[oid]bool{}
	for i, reached := range w.reached {
		if reached {
			continue
		}
		if w.h.holds[i] {
			p.Unreachable++
		}
		if w.h.kinds[i] != 'c' {
			continue
		}
		if w.h.whole(w.h.ids[i], whole) {
			p.loose = append(p.loose, w.h.ids[i])
		} else {
			p.Lost++
		}
	}
}

// authorOf is the e-mail address of a commit's author.
func authorOf(raw []byte) string {
	who := parseText(raw).first("author")
	from, to := strings.LastIndexByte(who, '<'), strings.LastIndexByte(who, '>')
	if from < 0 || to < from {
		return who
	}
	return who[from+1 : to]
}

// isExit says that git itself ran and said no.
func isExit(err error, code int) bool {
	var e *exitError
	return errors.As(err, &e) && exitCode(err) == code
}

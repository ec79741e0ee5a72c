package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// change is one path of a diff: what it was and what it is. A merge has changed a path when it
// differs from every parent.
type change struct {
	commit, path, mode, id, old, status string
}

// Changed lists the paths that differ between two commits. before empty, zeros or no longer there
// is a ref that was not: then every path counts.
func (r *Repo) Changed(ctx context.Context, before, sha string) ([]string, error) {
	from, err := r.knownOrEmpty(ctx, before)
	if err != nil {
		return nil, err
	}
	if err := ids(sha); err != nil {
		return nil, err
	}
	for _, tree := range []string{from, sha} { // a diff would be of all that they name
		if err := r.list(ctx, tree, ignored); err != nil {
			return nil, err
		}
	}
	var paths []string
	err = r.stream(ctx, nil, func(path string) error {
		paths = append(paths, path)
		return nil
	}, "diff-tree", "--ignore-submodules=none", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", from, sha)
	return paths, err
}

func (r *Repo) knownOrEmpty(ctx context.Context, before string) (string, error) {
	known, err := r.known(ctx, before)
	if err != nil || known {
		return before, err
	}
	return r.emptyTree(ctx)
}

// known says whether before names a commit that is still there.
func (r *Repo) known(ctx context.Context, before string) (bool, error) {
	if isZero(before) {
		return false, nil
	}
	if err := ids(before); err != nil {
		return false, err
	}
	_, err := r.git(ctx, nil, "cat-file", "-e", before+"^{commit}")
	if exitCode(err) > 0 {
		return false, nil
	}
	return err == nil, err
}

func (r *Repo) emptyTree(ctx context.Context) (string, error) {
	r.mu.Lock()
	id := r.empty
	r.mu.Unlock()
	if id != "" {
		return id, nil
	}
	out, err := r.git(ctx, strings.NewReader(""), "hash-object", "-t", "tree", "--stdin")
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.empty = strings.TrimSpace(string(out))
	return r.empty, nil
}

// rawDiff runs a plumbing diff and gives its changes. commit is set where the command names them.
// No .gitmodules has a say in it.
func (r *Repo) rawDiff(ctx context.Context, in io.Reader, each func(change) error, command string, args ...string) error {
	p := rawParser{each: each}
	if err := r.stream(ctx, in, p.field, append([]string{command, "--ignore-submodules=none"}, args...)...); err != nil {
		return err
	}
	return p.end()
}

// rawParser reads --raw -z: a line of ids, then the path; between commits, the commit's id.
type rawParser struct {
	each   func(change) error
	commit string
	open   *change
}

func (p *rawParser) field(f string) error {
	if p.open != nil {
		c := *p.open
		c.path, p.open = f, nil
		return p.each(c)
	}
	if !strings.HasPrefix(f, ":") {
		if !isID(f) {
			return fmt.Errorf("git diff said %q", f)
		}
		p.commit = f
		return nil
	}
	c, err := parseRaw(f)
	c.commit = p.commit
	p.open = &c
	return err
}

func (p *rawParser) end() error {
	if p.open != nil {
		return errors.New("git diff ended within a change")
	}
	return nil
}

// parseRaw reads ":mode mode id id status", or with n parents n colons, n+1 modes and n+1 ids.
func parseRaw(f string) (change, error) {
	body := strings.TrimLeft(f, ":")
	parents := len(f) - len(body)
	w := strings.Split(body, " ")
	if len(w) != 2*(parents+1)+1 || slices.Contains(w, "") {
		return change{}, fmt.Errorf("git diff said %q", f)
	}
	ids := w[parents+1 : 2*parents+2]
	for _, id := range ids {
		if !isID(id) {
			return change{}, fmt.Errorf("git diff said %q", f)
		}
	}
	return change{mode: w[parents], old: ids[0], id: ids[parents], status: w[len(w)-1]}, nil
}

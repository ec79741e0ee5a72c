package git

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Resolve gives the commit that a branch, tag or id names.
func (r *Repo) Resolve(ctx context.Context, ref string) (string, error) {
	if err := CheckRef(ref); err != nil {
		return "", err
	}
	out, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err == nil {
		return strings.TrimSpace(strings.TrimPrefix(string(out), "--end-of-options\n")), nil
	}
	if exitCode(err) < 1 {
		return "", err
	}
	return "", r.unresolved(ctx, ref)
}

func (r *Repo) unresolved(ctx context.Context, ref string) error {
	names, err := r.names(ctx)
	switch {
	case err != nil:
		return err
	case len(names) == 0:
		return document.Fail("AXLE1501", "repository has no commits", "commit something first", nil)
	case isID(ref):
		return document.Fail("AXLE1505", "commit "+ref+" is not in the remote", "push it first, or name a branch", nil)
	}
	hint := "git branch --all lists the branches"
	if ref == "HEAD" { // a bare repository is born with git's default branch, and may never get it
		hint = "HEAD names a branch without commits; point it at one that has some: git symbolic-ref HEAD refs/heads/BRANCH"
	} else if near := document.Nearest(ref, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return document.Fail("AXLE1502", "ref "+ref+" not found", hint, nil)
}

// names are the short names of branches and tags.
func (r *Repo) names(ctx context.Context) ([]string, error) {
	out, err := r.git(ctx, nil, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
	return strings.Fields(string(out)), err
}

// CheckRef refuses what is no name of a commit before git sees it. After the name may stand ~2 or ^.
func CheckRef(ref string) error {
	name := ancestry.ReplaceAllString(ref, "")
	switch {
	case strings.HasPrefix(ref, "-"):
		return document.Fail("AXLE1503", `ref may not start with "-"`, "name a branch, a tag or a commit", nil)
	case !validName(name):
		return document.Fail("AXLE1504", fmt.Sprintf("%q is not a valid ref name", ref), "name a branch, a tag or a commit", nil)
	}
	return nil
}

var ancestry = regexp.MustCompile(`(?:[~^][0-9]*)+$`)

// validName is git check-ref-format --allow-onelevel, without starting git.
func validName(name string) bool {
	if name == "" || name == "@" || strings.ContainsAny(name, " ~^:?*[\\\x7f") || strings.HasSuffix(name, ".") ||
		strings.Contains(name, "..") || strings.Contains(name, "@{") {
		return false
	}
	for _, part := range strings.Split(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return strings.IndexFunc(name, func(c rune) bool { return c < ' ' }) < 0
}

// Head is the commit that is checked out.
func (r *Repo) Head(ctx context.Context) (string, error) { return r.Resolve(ctx, "HEAD") }

// Branch is the full name of the branch that is checked out, or "" when none is.
func (r *Repo) Branch(ctx context.Context) (string, error) {
	out, err := r.git(ctx, nil, "symbolic-ref", "--quiet", "HEAD")
	if exitCode(err) == 1 {
		return "", nil
	}
	return strings.TrimSpace(string(out)), err
}

// MergeBase is the last commit that a and b have in common, or "".
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) {
	if err := ids(a, b); err != nil {
		return "", err
	}
	out, err := r.git(ctx, nil, "merge-base", a, b)
	if exitCode(err) == 1 {
		return "", nil
	}
	return strings.TrimSpace(string(out)), err
}

// Contains says whether commit sha is tip or an ancestor of it.
func (r *Repo) Contains(ctx context.Context, tip, sha string) (bool, error) {
	if err := ids(tip, sha); err != nil {
		return false, err
	}
	_, err := r.git(ctx, nil, "merge-base", "--is-ancestor", sha, tip)
	if exitCode(err) == 1 {
		return false, nil
	}
	return err == nil, err
}

func ids(list ...string) error {
	for _, id := range list {
		if !isID(id) {
			return document.Fail("AXLE1504", fmt.Sprintf("%q is not a commit id", id), "", nil)
		}
	}
	return nil
}

// Dirty lists what is not committed: changed, staged and untracked paths.
func (r *Repo) Dirty(ctx context.Context) ([]string, error) {
	if r.WorkTree == "" {
		return nil, nil
	}
	settings, err := r.unfiltered(ctx)
	if err != nil {
		return nil, err
	}
	if head, err := r.Head(ctx); err == nil { // else nothing is committed yet
		if err := r.list(ctx, head, ignored); err != nil {
			return nil, err
		}
	}
	out, err := r.git(ctx, nil, append(settings, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal", "--ignore-submodules=dirty")...)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, line := range fields(out) {
		if len(line) > 3 {
			paths = append(paths, line[3:])
		}
	}
	return paths, nil
}

// unfiltered are the settings that keep git from running the repository's filters over its files.
func (r *Repo) unfiltered(ctx context.Context) (settings []string, err error) {
	out, err := r.git(ctx, nil, "config", "--null", "--name-only", "--get-regexp", `^filter\..*\.(clean|process|required)$`)
	if err != nil && exitCode(err) != 1 {
		return nil, err
	}
	for _, name := range fields(out) {
		if strings.Contains(name, "=") { // -c would read another name
			return nil, document.Fail("AXLE2471", fmt.Sprintf("%q in git's configuration is not supported", name), "name the filter without =", nil)
		}
		settings = append(settings, "-c", name+"=")
	}
	return settings, nil
}

// Identity is the e-mail address git knows the user by: user.email, else what the environment says.
func (r *Repo) Identity(ctx context.Context) (string, error) {
	out, err := r.git(ctx, nil, "config", "--get", "user.email")
	if err != nil && exitCode(err) != 1 {
		return "", err
	}
	for _, email := range []string{string(out), os.Getenv("GIT_COMMITTER_EMAIL"), os.Getenv("GIT_AUTHOR_EMAIL")} {
		if email = strings.TrimSpace(email); email != "" {
			return email, nil
		}
	}
	return "", document.Fail("AXLE1507", "git does not know who you are", "git config user.email you@example.com", nil)
}

// fields splits what git has ended with NUL.
func fields(out []byte) []string {
	s := strings.TrimSuffix(string(out), "\x00")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\x00")
}

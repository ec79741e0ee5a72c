package git

import (
	"context"
)

// Init makes a repository with a first branch in a directory.
func Init(ctx context.Context, dir, branch string) (*Repo, error) {
	if _, err := (&Repo{Dir: dir}).git(ctx, nil, "init", "--quiet", "--initial-branch="+branch, "."); err != nil {
		return nil, err
	}
	return Open(ctx, dir)
}

// Unborn says whether the repository has no commit yet on its branch.
func (r *Repo) Unborn(ctx context.Context) (bool, error) {
	_, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	if exitCode(err) == 1 {
		return true, nil
	}
	return false, err
}

// SetHead makes a branch the one that HEAD names.
func (r *Repo) SetHead(ctx context.Context, ref string) error {
	if err := CheckRef(ref); err != nil {
		return err
	}
	_, err := r.git(ctx, nil, "symbolic-ref", "HEAD", ref)
	return err
}

// CommitFiles commits these files and nothing else. email is who commits where git knows nobody.
func (r *Repo) CommitFiles(ctx context.Context, message, email string, files ...string) error {
	var paths []string
	for _, f := range files {
		paths = append(paths, ":(literal)"+f)
	}
	if _, err := r.git(ctx, nil, append([]string{"add", "--"}, paths...)...); err != nil {
		return err
	}
	args := append([]string{"commit", "--only", "--quiet", "--message", message, "--"}, paths...)
	if _, err := r.Identity(ctx); err != nil {
		args = append([]string{"-c", "user.name=axle init", "-c", "user.email=" + email}, args...)
	}
	_, err := r.git(ctx, nil, args...)
	return err
}

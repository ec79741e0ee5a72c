package git

import (
	"context"
	"strings"

	"github.com/axle-cd/axle/document"
)

// First is the first commit of a history, by which a repository knows itself. Where it has several
// beginnings, it is the one with the least id.
func (r *Repo) First(ctx context.Context, sha string) (string, error) {
	if err := ids(sha); err != nil {
		return "", err
	}
	out, err := r.git(ctx, nil, "rev-list", "--max-parents=0", sha)
	first := ""
	for _, id := range strings.Fields(string(out)) {
		if first == "" || id < first {
			first = id
		}
	}
	return first, err
}

// File reads a file of a commit; nil where the commit has none by that name.
func (r *Repo) File(ctx context.Context, sha, path string) ([]byte, error) {
	if err := ids(sha); err != nil {
		return nil, err
	}
	out, err := r.git(ctx, nil, "ls-tree", "-z", "--full-tree", sha, "--", path)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	head, _, _ := strings.Cut(string(out), "\t")
	f := strings.Fields(head)
	if len(f) != 3 || f[1] != "blob" || f[0] == "120000" {
		return nil, document.Fail("AXLE1510", path+" is no file on the protected branch", "commit the file itself", nil)
	}
	_, data, err := r.content(ctx, f[2])
	if data == nil && err == nil {
		data = []byte{}
	}
	return data, err
}

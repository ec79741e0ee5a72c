package git

import (
	"errors"
	"testing"

	"github.com/axle-cd/axle/document"
)

// HEAD of a bare repository may name a branch that nobody pushed: what to do is said. B121
func TestHeadOfNoBranch(t *testing.T) {
	r := newRepo(t)
	r.commit("one", "a", "x")
	r.run("symbolic-ref", "HEAD", "refs/heads/master")
	_, err := r.Head(t.Context())
	wantCode(t, "HEAD of nothing", err, "AXLE1502", "ref HEAD not found")
	var shown *document.Error
	if !errors.As(err, &shown) || shown.Hint != "HEAD names a branch without commits; point it at one that has some: git symbolic-ref HEAD refs/heads/BRANCH" {
		t.Error(err)
	}
}

package git_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/git"
)

// INT-2: pre-push reads git's lines, and refuses what are none.
func TestReadOutgoing(t *testing.T) {
	id, zero := strings.Repeat("a", 40), strings.Repeat("0", 40)
	got, err := git.ReadOutgoing(strings.NewReader("refs/heads/x " + id + " refs/heads/y " + zero + "\n(delete) " + zero + " refs/heads/z " + id + "\n"))
	if err != nil || len(got) != 2 || got[0] != (git.Update{Old: zero, New: id, Ref: "refs/heads/y"}) {
		t.Errorf("%v: %+v", err, got)
	}
	for _, line := range []string{"a b c", "refs/heads/x " + id + " y --upload-pack", "x", "a --all b " + zero} {
		if _, err := git.ReadOutgoing(strings.NewReader(line)); err == nil {
			t.Errorf("%q was taken", line)
		}
	}
}

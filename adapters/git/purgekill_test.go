package git

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// purgeSteps are the steps of a purge, and whether the refs have moved when they begin.
var purgeSteps = []struct {
	name  string
	moved bool
}{{"backup", false}, {"map", false}, {"objects", false}, {"journal", false}, {"refs", false},
	{"checkout", true}, {"reflogs", true}, {"prune", true}, {"proof", true}, {"done", true}}

// A kill before the refs move leaves the repository as it was; one after that is finished by the
// same command. X03 I20
func TestPurgeKilledAtEachStep(t *testing.T) {
	for _, s := range purgeSteps {
		t.Run(s.name, func(t *testing.T) {
			r := killed(t, s.name)
			want := stashToo(t)
			if s.moved {
				r.finishedBySame(want)
			} else {
				r.asBefore(want)
			}
			r.purged(want)
		})
	}
}

// stashToo also rewrites the stashes.
func stashToo(t *testing.T) Purge {
	want := purgeOf(t, hidden())
	want.Stash = true
	return want
}

// killed is a leaky repository with two stashes in which a purge was killed as a step began.
func killed(t *testing.T, step string) repo {
	r := leaky(t).stash(2)
	before := r.refs()
	child := exec.Command(os.Args[0], "-test.run=^TestPurgeChild$")
	child.Env = append(os.Environ(), "AXLE_PURGE_DIR="+r.Dir, "AXLE_PURGE_DIE="+step, "AXLE_PURGE_TOKEN="+r.plan(stashToo(t)).Token)
	out, err := child.CombinedOutput()
	if e, ok := err.(*exec.ExitError); !ok || e.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
	moved := r.refs() != before
	for _, s := range purgeSteps {
		if s.name == step && s.moved != moved {
			t.Fatalf("refs moved: %v, want %v", moved, s.moved)
		}
	}
	return r
}

// TestPurgeChild is the process that is killed.
func TestPurgeChild(t *testing.T) {
	dir := os.Getenv("AXLE_PURGE_DIR")
	if dir == "" {
		t.Skip("TestPurgeKilledAtEachStep runs this in a process of its own")
	}
	want := stashToo(t)
	want.step = func(name string) {
		if name == os.Getenv("AXLE_PURGE_DIE") {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}
	_, err := open(t, dir).ApplyPurge(t.Context(), want, os.Getenv("AXLE_PURGE_TOKEN"))
	t.Fatalf("not killed: %v", err)
}

// asBefore: whole, clean, and the same plan as ever.
func (r repo) asBefore(want Purge) {
	r.t.Helper()
	r.run("fsck", "--strict", "--full")
	if got := r.run("status", "--porcelain"); got != "" {
		r.t.Errorf("status %s", got)
	}
	if n := len(r.plan(want).Refs); n != 5 {
		r.t.Errorf("%d refs to rewrite, want 3 and 2 stashes", n)
	}
}

func (r repo) finishedBySame(want Purge) {
	r.t.Helper()
	_, err := r.PlanPurge(r.t.Context(), want)
	if document.CodeOf(err) != "AXLE1558" {
		r.t.Fatalf("plan: %v, want AXLE1558", err)
	}
	if _, err := r.ApplyPurge(r.t.Context(), want, "0123456789ab"); document.CodeOf(err) != "AXLE1558" {
		r.t.Errorf("another token: %v, want AXLE1558", err)
	}
	_, after, _ := strings.Cut(err.(*document.Error).Hint, "--confirm ")
	token, _, _ := strings.Cut(after, ";")
	if _, err := r.ApplyPurge(r.t.Context(), want, token); err != nil {
		r.t.Fatalf("%v: %v", err, causes(err))
	}
}

// purged makes the purge where it was not made, and looks at what there is.
func (r repo) purged(want Purge) {
	r.t.Helper()
	if plan := r.plan(want); !plan.Nothing() {
		r.purge(want)
	}
	if found := r.residue(hidden()); found != nil {
		r.t.Errorf("objects still hold it: %v", found)
	}
	if got := r.run("status", "--porcelain"); got != "" {
		r.t.Errorf("status %s", got)
	}
	for n := range 2 {
		if got, want := r.run("show", fmt.Sprintf("stash@{%d}:README.md", n)), fmt.Sprintf("stashed %d %s", 1-n, secrets.Removed); got != want {
			r.t.Errorf("stash %d is %q, want %q", n, got, want)
		}
	}
	r.run("fsck", "--strict", "--full")
}

// What somebody has changed after a kill is not overwritten.
func TestPurgeResumesOverNobodysWork(t *testing.T) {
	r := killed(t, "checkout")
	want := stashToo(t)
	_, err := r.PlanPurge(t.Context(), want)
	_, after, _ := strings.Cut(err.(*document.Error).Hint, "--confirm ")
	token, _, _ := strings.Cut(after, ";")
	r.write("README.md", "mine\n")
	if _, err := r.ApplyPurge(t.Context(), want, token); document.CodeOf(err) != "AXLE1542" {
		t.Errorf("%v, want AXLE1542", err)
	}
	r.write("README.md", "bye\n")
	if _, err := r.ApplyPurge(t.Context(), want, token); err != nil {
		t.Error(err)
	}
}

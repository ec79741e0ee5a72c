package git

import (
	"context"
	"fmt"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// mixed is a repository in which a scan has found the value in leak.txt, and which holds it as
// ordinary text in a folder, in two versions, and in a message. It gives what the scan has found.
func mixed(t *testing.T) (repo, Purge) {
	r := newRepo(t)
	r.commit("first", "leak.txt", "password: "+hidden()+"\n", "src/words.go", "one "+hidden()+"\n", "src/clean.go", "x\n")
	r.commit("about "+hidden(), "src/words.go", "two "+hidden()+"\n")
	want := purgeOf(t, hidden())
	want.Found = []string{r.run("rev-parse", "HEAD:leak.txt")}
	return r, want
}

// What holds a value without being a finding is told apart, and rewritten unless it is kept.
func TestPurgePlanTellsOfCleanFiles(t *testing.T) {
	r, want := mixed(t)
	about := "commit " + r.run("rev-parse", "HEAD")
	for _, c := range []struct {
		found, keep     []string
		elsewhere, kept string
	}{
		{want.Found, nil, "[{" + about + " 1} {src/words.go 2}]", "[]"},
		{want.Found, []string{"src"}, "[{" + about + " 1}]", "[{src/words.go 2}]"},
		{want.Found, []string{"src/words.go"}, "[{" + about + " 1}]", "[{src/words.go 2}]"},
		{want.Found, []string{"src/clean.go"}, "[{" + about + " 1} {src/words.go 2}]", "[]"},
		{nil, nil, "[]", "[]"}, // values from standard input: nothing was judged
	} {
		want.Found, want.Keep = c.found, c.keep
		plan := r.plan(want)
		if got := fmt.Sprint(plan.Elsewhere); got != c.elsewhere {
			t.Errorf("keep %v: elsewhere %s, want %s", c.keep, got, c.elsewhere)
		}
		if got := fmt.Sprint(plan.Kept); got != c.kept {
			t.Errorf("keep %v: kept %s, want %s", c.keep, got, c.kept)
		}
	}
}

// By default no byte of the secret stays; what is kept on purpose stays under its id, and the proof
// names it and nothing else.
func TestPurgeKeeps(t *testing.T) {
	for _, keep := range [][]string{nil, {"src"}} {
		r, want := mixed(t)
		want.Keep = keep
		words := r.run("rev-parse", "HEAD:src/words.go")
		report := r.purge(want)
		if kept := r.run("rev-parse", "HEAD:src/words.go") == words; kept != (keep != nil) {
			t.Errorf("keep %v: kept %v", keep, kept)
		}
		if got := r.run("show", "HEAD:leak.txt") + r.run("log", "-1", "--format=%s"); got != "password: "+secrets.Removed+"about "+secrets.Removed {
			t.Errorf("keep %v: %q", keep, got)
		}
		wantHeld, wantResidue := "[]", 0
		if keep != nil {
			wantHeld, wantResidue = "[{src/words.go 2}]", 2
		}
		if got := fmt.Sprint(report.Kept); got != wantHeld || len(r.residue(hidden())) != wantResidue {
			t.Errorf("keep %v: report %s, residue %v", keep, got, r.residue(hidden()))
		}
		if plan := r.plan(want); !plan.Nothing() {
			t.Errorf("keep %v: a second purge would do %+v", keep, plan)
		}
	}
}

// A purge that was cut short is finished with what it was to keep, and not without.
func TestPurgeKeepsWhenResumed(t *testing.T) {
	r, want := mixed(t)
	want.Keep = []string{"src"}
	token := r.plan(want).Token
	ctx, cancel := context.WithCancel(t.Context())
	want.step = func(name string) {
		if name == "prune" {
			cancel()
		}
	}
	if _, err := r.ApplyPurge(ctx, want, token); err == nil {
		t.Fatal("it was not cut short")
	}
	want.step = nil
	without := want
	without.Keep = nil
	if _, err := r.ApplyPurge(t.Context(), without, token); document.CodeOf(err) != "AXLE3544" {
		t.Errorf("without --keep: %v, want AXLE3544", err)
	}
	report, err := r.ApplyPurge(t.Context(), want, token)
	if err != nil || fmt.Sprint(report.Kept) != "[{src/words.go 2}]" {
		t.Errorf("report %+v (%v)", report, err)
	}
}

// A token is of one list of what to keep.
func TestPurgeKeepIsInTheToken(t *testing.T) {
	r, want := mixed(t)
	token := r.plan(want).Token
	want.Keep = []string{"src"}
	if r.plan(want).Token == token {
		t.Error("two plans have one token")
	}
}

// Messages that quote an id that changes are counted, and those that quote one that stays are not.
func TestPurgePlanCountsQuotes(t *testing.T) {
	r := newRepo(t)
	stays := r.commit("first", "a", "1\n")
	moves := r.commit("a leak", "b", hidden()+"\n")
	r.commit("reverts " + moves[:9])
	r.commit("after " + stays)
	want := purgeOf(t, hidden())
	if got := r.plan(want).Quoting; got != 1 {
		t.Errorf("%d messages, want 1", got)
	}
	want.RewriteIDs = true
	if got := r.plan(want).Quoting; got != 0 {
		t.Errorf("%d messages stay as written, want none", got)
	}
}

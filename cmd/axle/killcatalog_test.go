package main

import (
	"strings"
	"testing"
)

// catalog.yaml's own run, killed at lines of its plan and of its publication, and taken on: the same
// end, each portfolio once. In full every line. X01 X02 M3 CAT-33 I1
func TestKillACatalogRun(t *testing.T) {
	repo := newRepo(t)
	l := newLife(t, repo)
	l.edit("catalog.yaml", "\n  staging:", "\n  third: { display_name: Third, provider_name: Team, shares: [{ organizational_unit: ou-ab12-11111111 }] }\n  staging:")
	l.git("commit", "-q", "-a", "-m", "a portfolio")
	begin := []string{"run", "--product", "catalog", "--verbose"}
	planned := l.killed(0, 1<<20, author, begin...)
	all := planned + l.killed(0, 1<<20, second, "approvals", "approve", l.runs()[catalogName].ID, "--reason", "read", "--verbose")
	l.landed("undisturbed")
	if all < planned+5 {
		t.Fatalf("%d lines, and %d more: too few to be every event", planned, all-planned)
	}
	for _, at := range sample(uint64(planned), all, 4) {
		l := newLife(t, repo)
		how := l.forthAndBack(at, planned, begin)
		l.landed(how)
	}
}

// forthAndBack kills the run at its line, in its plan or in its publication, and takes it to its end.
func (l life) forthAndBack(at, planned int, begin []string) string {
	l.killed(0, min(at, planned), author, begin...)
	for range 4 {
		switch r := l.runs()[catalogName]; {
		case r.State == "awaiting" && at > planned:
			l.killed(0, at-planned, second, "approvals", "approve", r.ID, "--reason", "read", "--verbose")
			at = 0
		case r.State == "awaiting":
			l.must(exitOK, second, "approvals", "approve", r.ID, "--reason", "read")
		case r.State == "succeeded":
			return "taken on"
		case r.ID == "":
			l.axle(author, begin...)
		default:
			l.axle(author, "runs", "resume", r.ID)
		}
	}
	return "not taken to its end"
}

// landed: the run has succeeded, what was to be there is there once, and nothing is left to do.
func (l life) landed(how string) {
	l.t.Helper()
	if r := l.runs()[catalogName]; r.State != "succeeded" {
		l.t.Errorf("%s: %s", how, r.State)
	}
	out, _ := l.must(exitOK, author, "sandbox", "calls", "-o", "json")
	if n := strings.Count(out, `"CreatePortfolio"`); n < 2 {
		l.t.Errorf("%s: %d portfolios made", how, n)
	}
	if out, _ := l.must(exitOK, author, "plan", "--product", "catalog", "--detailed-exitcode"); !strings.Contains(out, "nothing to change") {
		l.t.Errorf("%s: afterwards\n%s", how, out)
	}
}

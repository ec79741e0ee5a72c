package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const killedMarket = `schema: 1
organizations:
  - {name: home, id: o-exampleorg1, account: "888888888888", role: "arn:aws:iam::888888888888:role/axle/market", external_id: 7f3c2d9e41}
  - {name: north, id: o-exampleorg2, account: "121212121212", role: "arn:aws:iam::121212121212:role/axle/market", external_id: c81b0a5577}
experiences:
  - name: approved
    organization: home
    id: exp-1111approved
    products: {allow: [{id: ab1234cd-1234-abcd-5678-90abcdef0001}, {id: prod-new}], deny: [{id: ab1234cd-1234-abcd-5678-90abcdef0006}]}
  - {name: north, organization: north, follows: approved, ids: [exp-2222north]}
  - name: pilots
    organization: home
    products: {allow: [{id: prod-new}], deny: [{id: prod-old}]}
    settings: {status: enabled, user_requests: deny, audience: ["333333333333"], branding: {title: Pilots}}
licences:
  organization: home
  granter: "888888888888"
  rules:
    - {sku: prod-scanner, allow: true, to: {account: "333333333333"}}
    - {sku: prod-scanner, allow: true, to: {account: "444444444444"}}
`

// marketplace.yaml's own run, killed at lines of its plan and of its publication, and taken on: an
// experience is made once, a product denied once, a licence granted once. What is left of the approved
// plan needs no other approval. In full every line. X01 X02 M3 I1 MKF-4 PMP-8 LIC-5
func TestKillAMarketRun(t *testing.T) {
	repo := newRepo(t)
	l := newLife(t, repo)
	l.edit("pipeline.yaml", "catalog:", "marketplace: marketplace.yaml\ncatalog:")
	check(t, os.WriteFile(filepath.Join(repo, "marketplace.yaml"), []byte(killedMarket), 0o644))
	l.git("add", ".")
	l.git("commit", "-q", "-m", "a marketplace")
	l.must(exitOK, author, "sandbox", "reset", "--start", "two-organizations")
	purchase(l.state, []string{"prod-scanner"}, func(err error) { check(t, err) })
	fresh := l.state
	anew := func() life {
		l := newLife(t, repo)
		check(t, os.CopyFS(l.state, os.DirFS(fresh)))
		return l
	}
	begin := []string{"run", "--product", "marketplace", "--verbose"}
	l = anew()
	planned := l.killed(0, 1<<20, author, begin...)
	all := planned + l.killed(0, 1<<20, second, "approvals", "approve", l.runs()[marketName].ID, "--reason", "read", "--verbose")
	sets, grants := l.kept("undisturbed")
	if all < planned+10 || sets < 4 || grants != 2 {
		t.Fatalf("%d lines and %d more, %d change sets, %d grants: too few to be all of it", planned, all-planned, sets, grants)
	}
	for _, at := range sample(uint64(planned), all, 6) {
		l := anew()
		how := l.marketForth(at, planned, begin)
		if s, g := l.kept(how); s > sets+1 || g != grants { // the one that was killed may be sent again, by the same token
			t.Errorf("%s: killed at line %d of %d: %d change sets, not %d; %d grants, not %d", how, at, all, s, sets, g, grants)
		}
	}
}

// marketForth kills the run at its line, in its plan or in its publication, and takes it to its end.
func (l life) marketForth(at, planned int, begin []string) string {
	l.killed(0, min(at, planned), author, begin...)
	for range 4 {
		switch r := l.runs()[marketName]; {
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

// kept: one run has succeeded, and nothing is left to do. It counts the change sets that were begun, and
// the grants that there are.
func (l life) kept(how string) (sets, grants int) {
	l.t.Helper()
	runs := answer[runsDoc](l, "runs", "list").Runs
	if len(runs) != 1 || runs[0].State != "succeeded" || len(runs[0].Approvals) != 1 {
		l.t.Errorf("%s: %+v", how, runs)
	}
	if out, _ := l.must(exitOK, author, "market", "plan", "--detailed-exitcode"); strings.Count(out, "nothing to change") == 0 {
		l.t.Errorf("%s: afterwards\n%s", how, out)
	}
	plan := answer[licencePlanDoc](l, "licences", "plan", "--detailed-exitcode")
	out, _ := l.must(exitOK, author, "sandbox", "calls", "-o", "json")
	return strings.Count(out, `"StartChangeSet"`), plan.Have
}

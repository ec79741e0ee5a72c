package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/pipeline"
)

// PMP-15, LIC-3: a watch of weeks keeps no more open than one of a pass.
func TestWatchKeepsNothingOpen(t *testing.T) {
	repo := newRepo(t)
	l := newLife(t, repo)
	l.must(exitOK, author, "sandbox", "reset", "--start", "two-organizations")
	purchase(l.state, []string{"prod-scanner"}, func(err error) { check(t, err) })
	file := filepath.Join(t.TempDir(), "marketplace.yaml")
	check(t, os.WriteFile(file, []byte(killedMarket), 0o644))
	t.Setenv("GIT_COMMITTER_EMAIL", author)
	open := map[string]int{}
	for _, passes := range []int{1, 4} {
		a := quietApp(t, repo, l.state)
		f := marketFlags{file: file, passes: passes}
		for name, watch := range map[string]func() error{
			"market": func() error { return a.marketWatch(t.Context(), f) },
			"licences": func() error {
				return a.licencesWatch(t.Context(), licenceFlags{marketFlags: f, revoke: -1, replace: -1}, nil)
			},
		} {
			before := len(a.closers)
			if err := watch(); err != nil {
				t.Fatal(name, err)
			}
			if n := len(a.closers) - before; open[name] == 0 {
				open[name] = n
			} else if n != open[name] {
				t.Errorf("%s: %d passes keep %d open, one %d", name, passes, n, open[name])
			}
		}
		a.close()
	}
}

// Nor does one that drives a run of another repository.
func TestDriveElsewhereKeepsNothingOpen(t *testing.T) {
	other := newRepo(t)
	a := quietApp(t, newRepo(t), t.TempDir())
	defer a.close()
	w, err := a.workshop(t.Context())
	check(t, err)
	before := len(a.closers)
	run := pipeline.Run{ID: "storage-1", Commit: pipeline.Commit{Repo: other, SHA: strings.Repeat("0", 40)}}
	run.Spec.Hub = w.cloud.known.Name
	if _, err := w.drive(t.Context(), run); err == nil {
		t.Error("a run that does not exist was driven")
	}
	if n := len(a.closers); n != before {
		t.Errorf("%d are open, %d before", n, before)
	}
}

func quietApp(t *testing.T, repo, state string) *app {
	return &app{streams: streams{Out: io.Discard, Err: io.Discard}, globals: globals{chdir: repo}, ctx: t.Context(), env: func(name string) (string, bool) { return state, name == "AXLE_STATE" }}
}

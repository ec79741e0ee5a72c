package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
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
		a := &app{streams: streams{Out: io.Discard, Err: io.Discard}, globals: globals{chdir: repo}, ctx: t.Context(), env: func(name string) (string, bool) { return l.state, name == "AXLE_STATE" }}
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

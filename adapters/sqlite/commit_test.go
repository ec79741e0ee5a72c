package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// PERF-26: writes that wait share a commit, and each stands or falls alone: of fifty drivers at
// once, in two processes' place, every third is refused, and the others' events are all there.
func TestWritesThatWaitStandAlone(t *testing.T) {
	dir := t.TempDir()
	logs := []*sqlite.Log{openLog(t, dir), openLog(t, dir)}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			l, id := logs[i%2], fmt.Sprintf("w-%02d", i)
			if _, _, err := l.Create(t.Context(), newRun(id, "aaaa"), func(int) string { return id }, never); err != nil {
				t.Error(err)
				return
			}
			epoch, second := claim(t, l, id), passed("alpha", "lint")
			if i%3 == 0 {
				second = started("delta", "lint")
			}
			first := l.Drive(t.Context(), id, epoch, started("alpha", "lint"))
			if code := document.CodeOf(l.Drive(t.Context(), id, epoch, second)); first != nil || (code == pipeline.CodeUnknown) != (i%3 == 0) {
				t.Errorf("%s: %v, then %q", id, first, code)
			}
		})
	}
	wg.Wait()
	for i := range 50 {
		want := []string{"started alpha/lint", "finished alpha/lint"}
		if i%3 == 0 {
			want = want[:1]
		}
		if got := kinds(t, logs[0], fmt.Sprintf("w-%02d", i)); !slices.Equal(got, want) {
			t.Errorf("run %d: the log holds %q, want %q", i, got, want)
		}
	}
	wholeRuns(t, logs[1])
}

// I3: while many wait for the same commit, an event of which Drive has returned is in the file.
func TestAWriteIsInTheFileWhenItsCallReturns(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			id := fmt.Sprintf("w-%d", i)
			if _, _, err := l.Create(t.Context(), newRun(id, "aaaa"), func(int) string { return id }, never); err != nil {
				t.Error(err)
				return
			}
			drive(t, l, id, claim(t, l, id), started("alpha", "lint"))
			copied := t.TempDir()
			// The journal last: it is only added to, so what the copy has was there.
			for _, name := range []string{"axle.db", "axle.db-wal"} {
				data, err := os.ReadFile(dir + "/" + name)
				if err == nil {
					err = os.WriteFile(copied+"/"+name, data, 0o600)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
			if got := kinds(t, openLog(t, copied), id); len(got) != 1 {
				t.Errorf("%s: a crash would leave %q", id, got)
			}
		})
	}
	wg.Wait()
}

// Whoever gives up while others write takes nothing with them.
func TestACancelledWriteLeavesTheOthers(t *testing.T) {
	l := openLog(t, t.TempDir())
	run := create(t, l)
	epoch := claim(t, l, run.ID)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			go cancel()
			if err := l.Say(ctx, run.ID, sqlite.Line{At: noon, Text: "given up, or not"}); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := l.Drive(t.Context(), run.ID, epoch, started("alpha", "lint")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := kinds(t, l, run.ID); len(got) != 20 {
		t.Errorf("%d of 20 events are there", len(got))
	}
}

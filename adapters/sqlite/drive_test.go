package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

func drive(t testing.TB, l *sqlite.Log, id string, epoch int, events ...pipeline.Event) {
	t.Helper()
	for _, e := range events {
		if err := l.Drive(t.Context(), id, epoch, e); err != nil {
			t.Fatal(err)
		}
	}
}

// I11: whoever claims a run fences every earlier driver off, in this process or another; what
// the fenced one sends is not kept.
func TestFencing(t *testing.T) {
	dir := t.TempDir()
	one, two := openLog(t, dir), openLog(t, dir)
	run := create(t, one)
	first := claim(t, one, run.ID)
	drive(t, one, run.ID, first, started("alpha", "lint"))

	second := claim(t, two, run.ID)
	err := one.Drive(t.Context(), run.ID, first, passed("alpha", "lint"))
	if document.CodeOf(err) != sqlite.CodeFenced || !strings.Contains(err.Error(), "another process drives run r-1 now") {
		t.Errorf("the fenced driver: %v", err)
	}
	if err := one.Drive(t.Context(), run.ID, second+1, passed("alpha", "lint")); document.CodeOf(err) != sqlite.CodeFenced {
		t.Errorf("an epoch nobody was given: %v", err)
	}
	drive(t, two, run.ID, second, started("alpha", "lint"), passed("alpha", "lint"))
	want := []string{"started alpha/lint", "started alpha/lint", "finished alpha/lint"}
	if got := kinds(t, one, run.ID); !slices.Equal(got, want) {
		t.Errorf("the log holds %q, want %q", got, want)
	}
}

// I11: many drivers fight for one run; in the log no epoch comes after a later one.
func TestFencingUnderContention(t *testing.T) {
	dir := t.TempDir()
	run := create(t, openLog(t, dir))
	var wg sync.WaitGroup
	for range 4 {
		l := openLog(t, dir)
		wg.Go(func() {
			for range 5 {
				epoch, err := l.Claim(t.Context(), run.ID)
				for i := 0; err == nil && i < 5; i++ {
					e := started("alpha", "lint")
					e.Digest = fmt.Sprintf("%04d", epoch)
					err = l.Drive(t.Context(), run.ID, epoch, e)
				}
				if err != nil && document.CodeOf(err) != sqlite.CodeFenced {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	stored, err := openLog(t, dir).Run(t.Context(), run.ID)
	if err != nil || len(stored.Events) < 5 {
		t.Fatalf("%d events, %v", len(stored.Events), err)
	}
	if !slices.IsSortedFunc(stored.Events, func(a, b pipeline.Event) int { return strings.Compare(a.Digest, b.Digest) }) {
		t.Error("a fenced driver wrote after the one that fenced it")
	}
	wholeRuns(t, openLog(t, dir))
}

// What the run refuses is not in the log: out of turn, doubled, unknown.
func TestDriveKeepsOnlyWhatMayHappen(t *testing.T) {
	l := openLog(t, t.TempDir())
	run := create(t, l)
	epoch := claim(t, l, run.ID)
	drive(t, l, run.ID, epoch, started("alpha", "lint"), passed("alpha", "lint"))
	for code, e := range map[string]pipeline.Event{
		pipeline.CodeDoubled:   passed("alpha", "lint"),
		pipeline.CodeOutOfTurn: passed("prod", "plan"),
		pipeline.CodeUnknown:   started("delta", "lint"),
	} {
		if err := l.Drive(t.Context(), run.ID, epoch, e); document.CodeOf(err) != code {
			t.Errorf("%s %s/%s: %v, want %s", e.Kind, e.Stage, e.Action, err, code)
		}
	}
	if got := kinds(t, l, run.ID); len(got) != 2 {
		t.Errorf("the log holds %q", got)
	}
}

// Events of one call are stored together or not at all, and one refused call spoils no later one.
func TestDriveStoresAllOrNone(t *testing.T) {
	l := openLog(t, t.TempDir())
	run := create(t, l)
	epoch := claim(t, l, run.ID)
	err := l.Drive(t.Context(), run.ID, epoch, started("alpha", "lint"), passed("alpha", "lint"), passed("alpha", "lint"))
	if got := kinds(t, l, run.ID); document.CodeOf(err) != pipeline.CodeDoubled || len(got) != 0 {
		t.Errorf("%v; the log holds %q", err, got)
	}
	if err := l.Drive(t.Context(), run.ID, epoch, started("alpha", "lint"), passed("alpha", "lint")); err != nil {
		t.Error(err)
	}
	if got := kinds(t, l, run.ID); !slices.Equal(got, []string{"started alpha/lint", "finished alpha/lint"}) {
		t.Errorf("the log holds %q", got)
	}
}

// I11: a driver remembers what it has written, and still judges each event against what another
// process has added since, also after it had lost the run and claimed it again.
func TestDriveSeesWhatOthersAdd(t *testing.T) {
	dir := t.TempDir()
	one, two := openLog(t, dir), openLog(t, dir)
	run := create(t, one)
	drive(t, one, run.ID, claim(t, one, run.ID), started("alpha", "lint"))
	drive(t, two, run.ID, claim(t, two, run.ID), started("alpha", "lint"), passed("alpha", "lint"))
	epoch := claim(t, one, run.ID)
	if err := one.Drive(t.Context(), run.ID, epoch, passed("alpha", "lint")); document.CodeOf(err) != pipeline.CodeDoubled {
		t.Errorf("finished by another driver, and again: %v", err)
	}
	drive(t, one, run.ID, epoch, started("prod", "plan"))
	if _, err := two.Decide(t.Context(), run.ID, pipeline.Event{At: noon, Kind: pipeline.Canceled, By: "a@example.com", Reason: "the wrong commit"}); err != nil {
		t.Fatal(err)
	}
	if err := one.Drive(t.Context(), run.ID, epoch, started("prod", "plan")); document.CodeOf(err) != pipeline.CodeOver {
		t.Errorf("canceled from another process, and driven on: %v", err)
	}
	drive(t, one, run.ID, epoch, passed("prod", "plan"))
	want := []string{"started alpha/lint", "started alpha/lint", "finished alpha/lint", "started prod/plan", "canceled", "finished prod/plan"}
	if got := kinds(t, two, run.ID); !slices.Equal(got, want) {
		t.Errorf("the log holds %q, want %q", got, want)
	}
}

// PERF-26, X07: an event is in the file when Drive returns: what a crash would leave at that
// moment, the file and its journal, has it.
func TestDriveReturnsWhenItIsInTheFile(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	run := create(t, l)
	epoch := claim(t, l, run.ID)
	events := []pipeline.Event{started("alpha", "lint"), passed("alpha", "lint"), started("prod", "plan"), passed("prod", "plan")}
	for i, e := range events {
		drive(t, l, run.ID, epoch, e)
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if got := kinds(t, openLog(t, copied), run.ID); len(got) != i+1 {
			t.Errorf("after event %d a crash would leave %q", i+1, got)
		}
	}
}

// A cancelled context does nothing, and is not taken for a broken state.
func TestLogInterrupted(t *testing.T) {
	l := openLog(t, t.TempDir())
	run := create(t, l)
	epoch := claim(t, l, run.ID)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Drive(ctx, run.ID, epoch, started("alpha", "lint")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := kinds(t, l, run.ID); len(got) != 0 {
		t.Errorf("the log holds %q", got)
	}
}

// PERF-26: what a durable step costs: a transaction that is on disk when it returns.
func BenchmarkDrive(b *testing.B) {
	l := openLog(b, b.TempDir())
	run := create(b, l)
	epoch := claim(b, l, run.ID)
	for n := 0; b.Loop(); n++ {
		if n%20 == 0 { // as long as a run is
			b.StopTimer()
			var err error
			if run, _, err = l.Create(b.Context(), newRun("q/product.yaml", "aaaa"), func(int) string { return fmt.Sprintf("b-%d", n) }, never); err != nil {
				b.Fatal(err)
			}
			epoch = claim(b, l, run.ID)
			b.StartTimer()
		}
		drive(b, l, run.ID, epoch, started("alpha", "lint"))
	}
}

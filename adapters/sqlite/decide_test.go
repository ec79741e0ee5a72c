package sqlite_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// waiting is a stored run that awaits a decision.
func waiting(t testing.TB, l *sqlite.Log) pipeline.Run {
	t.Helper()
	run := create(t, l)
	drive(t, l, run.ID, claim(t, l, run.ID), started("alpha", "lint"), passed("alpha", "lint"), started("prod", "plan"), passed("prod", "plan"))
	run, err := l.Run(t.Context(), run.ID)
	if err != nil || run.State() != pipeline.StateAwaiting {
		t.Fatal(run.State(), err)
	}
	return run
}

func decision(run pipeline.Run, kind pipeline.EventKind, by string) pipeline.Event {
	return pipeline.Event{At: noon.Add(time.Hour), Kind: kind, Stage: "prod", Action: "approval", By: by, Via: "local", Reason: "seen", Digest: run.Subject("prod")}
}

// X36, T23: fifty people approve and reject at once, each having seen a run that waits. One
// decision stands; each other is told why not.
func TestDecideIsJudgedInThatMoment(t *testing.T) {
	dir := t.TempDir()
	logs := []*sqlite.Log{openLog(t, dir), openLog(t, dir)}
	run := waiting(t, logs[0])
	var mu sync.Mutex
	var wg sync.WaitGroup
	var stood []string
	for i := range 50 {
		wg.Go(func() {
			kind := []pipeline.EventKind{pipeline.Approved, pipeline.Rejected}[i/2%2]
			by := fmt.Sprintf("p%02d@example.com", i)
			after, err := logs[i%2].Decide(t.Context(), run.ID, decision(run, kind, by))
			mu.Lock()
			defer mu.Unlock()
			switch code := document.CodeOf(err); {
			case err == nil:
				stood = append(stood, by)
				if after.State() == pipeline.StateAwaiting {
					t.Errorf("%s %s, and the run still waits", by, kind)
				}
			case code != pipeline.CodeOver && code != pipeline.CodeOutOfTurn:
				t.Errorf("%s: %v", by, err)
			}
		})
	}
	wg.Wait()
	stored, err := logs[1].Run(t.Context(), run.ID)
	if err != nil || len(stood) != 1 || len(stored.Events) != len(run.Events)+1 {
		t.Fatalf("stood: %v; %d events more, %v", stood, len(stored.Events)-len(run.Events), err)
	}
	if last := stored.Events[len(run.Events)]; last.By != stood[0] || last.Digest != run.Subject("prod") {
		t.Errorf("the log holds %+v, %s was told it stands", last, stood[0])
	}
}

// A decision needs no claim, and does not fence the driver.
func TestDecideBesideADriver(t *testing.T) {
	l := openLog(t, t.TempDir())
	run := create(t, l)
	epoch := claim(t, l, run.ID)
	drive(t, l, run.ID, epoch, started("alpha", "lint"))
	if _, err := l.Decide(t.Context(), run.ID, pipeline.Event{At: noon, Kind: pipeline.Canceled, By: "a@example.com", Reason: "the wrong commit"}); err != nil {
		t.Fatal(err)
	}
	drive(t, l, run.ID, epoch, passed("alpha", "lint"))
	err := l.Drive(t.Context(), run.ID, epoch, started("prod", "plan"))
	if document.CodeOf(err) != pipeline.CodeOver {
		t.Errorf("a canceled run goes on: %v", err)
	}
}

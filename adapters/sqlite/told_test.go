package sqlite_test

import (
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
)

// S15: a notice is one run's to send at a time, and nobody's once it was sent.
func TestClaim(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2027, 3, 10, 12, 0, 0, 0, time.UTC)
	hub := sqlite.Hub{Log: openLog(t, dir), Name: "aws"}
	claim := func(what, run string, at time.Time, want bool) {
		t.Helper()
		mine, err := sqlite.Hub{Log: openLog(t, dir), Name: "aws"}.Claim(t.Context(), run, "n1", at)
		if err != nil || mine != want {
			t.Errorf("%s: %v, %v", what, mine, err)
		}
	}
	settle := func(sent bool) {
		t.Helper()
		if err := hub.Settle(t.Context(), "n1", sent); err != nil {
			t.Fatal(err)
		}
	}
	claim("nobody's", "r1", at, true)
	claim("killed, the run goes on", "r1", at, true)
	claim("another's, which is at it", "r2", at.Add(time.Minute), false)
	settle(false)
	claim("given back", "r2", at.Add(time.Minute), true)
	claim("abandoned long ago", "r3", at.Add(2*time.Hour), true)
	settle(true)
	claim("sent", "r3", at, false)
	claim("sent, however long ago", "r4", at.Add(9000*time.Hour), false)
	if mine, err := (sqlite.Hub{Log: openLog(t, dir), Name: "aws http://other"}).Claim(t.Context(), "r1", "n1", at); err != nil || !mine {
		t.Errorf("another hub's: %v, %v", mine, err)
	}
}

// Of many at once, one sends. A sandbox that begins anew was told nothing.
func TestClaimAtOnce(t *testing.T) {
	dir := t.TempDir()
	hub := sqlite.Hub{Log: openLog(t, dir), Name: sqlite.SandboxHub}
	var wg sync.WaitGroup
	won := make(chan string, 8)
	for _, run := range []string{"r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"} {
		wg.Go(func() {
			if mine, err := hub.Claim(t.Context(), run, "n", time.Unix(0, 0)); err != nil {
				t.Error(err)
			} else if mine {
				won <- run
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Errorf("%d runs send it", len(won))
	}
	if err := hub.Log.ForgetSandbox(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if mine, err := hub.Claim(t.Context(), "r9", "n", time.Unix(0, 0)); err != nil || !mine {
		t.Errorf("%v, %v", mine, err)
	}
}

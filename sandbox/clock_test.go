package sandbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// stopped is a wall clock that tests move.
type stopped struct {
	lock sync.Mutex
	at   time.Time
}

func (s *stopped) now() time.Time {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.at
}

func (s *stopped) move(d time.Duration) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.at = s.at.Add(d)
}

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func elapsed(t *testing.T, s *sandbox.Sandbox) time.Duration {
	t.Helper()
	now, err := s.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return now.Sub(noon)
}

// In mode fast sleeping moves the clock, for all who share the state, and the wall goes on
// from there. The clock never goes back. SBX-55
func TestFastClock(t *testing.T) {
	wall := &stopped{at: noon}
	store := world.Memory()
	s := over(t, store, sandbox.Options{Wall: wall.now})
	steps := []struct {
		name string
		do   func()
		want time.Duration
	}{
		{"at first it is the wall", func() {}, 0},
		{"sleep moves it", func() { sleep(t, s, 3*time.Hour) }, 3 * time.Hour},
		{"the wall adds to it", func() { wall.move(time.Minute) }, 3*time.Hour + time.Minute},
		{"no sleep, no move", func() { sleep(t, s, 0) }, 3*time.Hour + time.Minute},
		{"it never goes back on its own", func() { sleep(t, s, -time.Hour) }, 3*time.Hour + time.Minute},
		{"nor with the wall", func() { wall.move(-time.Hour) }, 3*time.Hour + time.Minute},
		{"a second sandbox on the same state sees it", func() { s = over(t, store, sandbox.Options{Wall: wall.now}) }, 3*time.Hour + time.Minute},
	}
	for _, step := range steps {
		step.do()
		if got := elapsed(t, s); got != step.want {
			t.Fatalf("%s: %v, want %v", step.name, got, step.want)
		}
	}
}

func sleep(t *testing.T, s *sandbox.Sandbox, d time.Duration) {
	t.Helper()
	if err := s.Sleep(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// meeting holds every View, with which a sleeper begins, until all have begun.
type meeting struct {
	world.Store
	waiting *sync.WaitGroup
	began   chan struct{}
}

func (m meeting) View(ctx context.Context, f func(world.Tx) error) error {
	err := m.Store.View(ctx, f)
	m.waiting.Done()
	<-m.began
	return err
}

// Sleepers that began together end together: the clock moves as far as the longest. SBX-55
func TestSleepersOverlap(t *testing.T) {
	wall := &stopped{at: noon}
	began := make(chan struct{})
	var waiting sync.WaitGroup
	waiting.Add(5)
	store := world.Memory()
	s := over(t, meeting{store, &waiting, began}, sandbox.Options{Wall: wall.now})
	var all sync.WaitGroup
	for i := range 5 {
		all.Go(func() {
			if err := s.Sleep(t.Context(), time.Duration(i+1)*time.Second); err != nil {
				t.Error(err)
			}
		})
	}
	waiting.Wait()
	close(began)
	all.Wait()
	if got := elapsed(t, over(t, store, sandbox.Options{Wall: wall.now})); got != 5*time.Second {
		t.Errorf("five sleepers of 1 to 5 s took %v together", got)
	}
}

// In mode real the wait is the caller's.
func TestRealClock(t *testing.T) {
	var waited time.Duration
	wait := func(_ context.Context, d time.Duration) error { waited += d; return nil }
	s := newSandbox(t, sandbox.Options{Mode: sandbox.Real, Wall: (&stopped{at: noon}).now, Wait: wait})
	sleep(t, s, 2*time.Second)
	if waited != 2*time.Second || elapsed(t, s) != 0 {
		t.Errorf("waited %v, the clock moved %v", waited, elapsed(t, s))
	}
}

package sandbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
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

// waits counts what it is asked to wait.
func waits(total *time.Duration) func(context.Context, time.Duration) error {
	return func(_ context.Context, d time.Duration) error { *total += d; return nil }
}

// The pace is kept in the state, and the clock goes on from where it is. SBX-55
func TestPace(t *testing.T) {
	wall := &stopped{at: noon}
	store := world.Memory()
	var waited time.Duration
	s := over(t, store, sandbox.Options{Wall: wall.now, Wait: waits(&waited)})
	pace := func(text string) func() {
		return func() {
			p, err := sandbox.ParsePace(text)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.SetPace(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
	}
	advance := func(d time.Duration) func() {
		return func() {
			if err := s.Advance(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	}
	minutes := func(n time.Duration) func() { return func() { wall.move(n * time.Minute) } }
	steps := []struct {
		name         string
		do           func()
		want, waited time.Duration
	}{
		{"fast x60: a minute is an hour", pace("fast x60"), 0, 0},
		{"", minutes(1), time.Hour, 0},
		{"who sleeps waits a sixtieth", func() { sleep(t, s, time.Hour) }, time.Hour, time.Minute},
		{"moved on", advance(time.Hour), 2 * time.Hour, time.Minute},
		{"", minutes(1), 3 * time.Hour, time.Minute},
		{"manual: it stands", pace("manual"), 3 * time.Hour, time.Minute},
		{"", minutes(5), 3 * time.Hour, time.Minute},
		{"three hours of grants", advance(3 * time.Hour), 6 * time.Hour, time.Minute},
		{"another process sees it", func() { s = over(t, store, sandbox.Options{Wall: wall.now, Wait: waits(&waited)}) }, 6 * time.Hour, time.Minute},
		{"real: it goes on from there", pace("real"), 6 * time.Hour, time.Minute},
		{"", minutes(1), 6*time.Hour + time.Minute, time.Minute},
		{"who sleeps waits", func() { sleep(t, s, time.Minute) }, 6*time.Hour + time.Minute, 2 * time.Minute},
		{"fast: who sleeps moves it", func() { pace("fast")(); sleep(t, s, time.Hour) }, 7*time.Hour + time.Minute, 2 * time.Minute},
	}
	for _, step := range steps {
		step.do()
		if got := elapsed(t, s); got != step.want || waited != step.waited {
			t.Fatalf("%s: %v, want %v; waited %v, want %v", step.name, got, step.want, waited, step.waited)
		}
	}
}

// Who sleeps by a manual clock waits for whoever moves it. SBX-55
func TestManualSleep(t *testing.T) {
	glances := 0
	var s *sandbox.Sandbox
	wait := func(ctx context.Context, _ time.Duration) error {
		if glances++; glances == 3 {
			return s.Advance(ctx, time.Hour)
		}
		return nil
	}
	s = newSandbox(t, sandbox.Options{Mode: sandbox.Manual, Wall: (&stopped{at: noon}).now, Wait: wait})
	if _, err := s.Credentials(t.Context(), "axle"); err != nil {
		t.Fatal(err)
	}
	sleep(t, s, time.Hour)
	if glances != 3 {
		t.Errorf("it ended after %d glances", glances)
	}
}

func TestPaceRefused(t *testing.T) {
	for _, text := range []string{"", "slow", "fast x", "fast x0", "fast x-1", "real x2", "fast x99999999", "x60"} {
		if p, err := sandbox.ParsePace(text); document.CodeOf(err) != "AXLE1114" {
			t.Errorf("%q: %+v, %v", text, p, err)
		}
	}
	s := newSandbox(t, sandbox.Options{Mode: sandbox.Real, Wait: waits(new(time.Duration))})
	if err := s.Advance(t.Context(), -time.Second); document.CodeOf(err) != "AXLE1114" {
		t.Errorf("it went back: %v", err)
	}
}

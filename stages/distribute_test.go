package stages_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/stages"
)

// book is a journal in memory: what it holds is what a process that was killed leaves behind.
type book struct {
	mu    sync.Mutex
	kept  map[string]*catalog.Rollout
	order map[int]catalog.Order // given before the so-maniest time that somebody asks
	asked int
	fail  error
}

func (b *book) Open(_ context.Context, id string, plan catalog.Rollout) (catalog.Rollout, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept == nil {
		b.kept = map[string]*catalog.Rollout{}
	}
	if b.kept[id] == nil {
		b.kept[id] = &catalog.Rollout{Waves: plan.Waves, Targets: plan.Targets, Done: plan.Done, Orders: plan.Orders}
	}
	r := *b.kept[id]
	r.Targets, r.Done = slices.Clone(r.Targets), map[string]catalog.Outcome{}
	for k, o := range b.kept[id].Done {
		r.Done[k] = o
	}
	return r, nil
}

func (b *book) Record(_ context.Context, id string, t catalog.Target, o catalog.Outcome) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.kept[id]
	if !slices.ContainsFunc(r.Targets, func(x catalog.Target) bool { return x.Key == t.Key }) {
		r.Targets = append(r.Targets, t)
	}
	r.Record(t.Key, o)
	return b.fail
}

func (b *book) Orders(_ context.Context, id string) ([]catalog.Order, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o, ok := b.order[b.asked]; ok {
		b.tell(id, o)
	}
	b.asked++
	return slices.Clone(b.kept[id].Orders), nil
}

// tell is what adapters/sqlite does with an order.
func (b *book) tell(id string, o catalog.Order) {
	r := b.kept[id]
	r.Orders = append(r.Orders, o)
	for _, t := range r.Targets {
		if state := r.Done[t.Key].State; o.Verb == catalog.Resume && (state == catalog.Broken || state == catalog.Blocked) {
			again := catalog.Outcome{}
			if t.Found {
				again.State = catalog.Accepted
			}
			r.Record(t.Key, again)
		}
	}
}

// virtual is a clock that goes on when somebody sleeps.
type virtual struct {
	mu  sync.Mutex
	now time.Time
}

func (v *virtual) clock() stages.Clock {
	return stages.Clock{
		Now: func() time.Time { v.mu.Lock(); defer v.mu.Unlock(); return v.now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.now = v.now.Add(d)
			return ctx.Err()
		},
	}
}

var sunrise = time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)

// trip is a rollout to targets a1 a2 … of the first wave, b1 … of the second, and what it did.
type trip struct {
	*book
	*virtual
	plan  catalog.Rollout
	bad   func(key string) error
	watch func(wave int) []catalog.Trouble

	did  []string // targets begun, in order
	said []string
}

func newTrip(n int, waves ...catalog.Wave) *trip {
	t := &trip{book: &book{order: map[int]catalog.Order{}}, virtual: &virtual{now: sunrise}, bad: func(string) error { return nil }}
	t.plan.Waves = waves
	for w := range waves {
		for i := range n {
			t.plan.Targets = append(t.plan.Targets, catalog.Target{Key: fmt.Sprintf("%c%d", 'a'+w, i+1), Wave: w})
		}
	}
	return t
}

func (t *trip) go1(ctx context.Context) (catalog.Rollout, catalog.Turn, error) {
	var mu sync.Mutex
	work := stages.Work{
		Do: func(ctx context.Context, target catalog.Target) error {
			mu.Lock()
			t.did = append(t.did, target.Key)
			mu.Unlock()
			return errors.Join(t.bad(target.Key), ctx.Err())
		},
		Say: func(format string, args ...any) { t.said = append(t.said, fmt.Sprintf(format, args...)) },
	}
	if t.watch != nil {
		work.Watch = func(_ context.Context, wave int) ([]catalog.Trouble, error) {
			t.did = append(t.did, fmt.Sprintf("watch %s", t.clock().Now().Format("15:04")))
			return t.watch(wave), nil
		}
	}
	return stages.Deps{Clock: t.clock(), Journal: t.book}.Distribute(ctx, "r1", t.plan, work)
}

func serial(w catalog.Wave) catalog.Wave { w.MaxParallel = 1; return w }

// CAT-61: the second wave starts when the first was watched to the end of its bake.
func TestDistributeBakes(t *testing.T) {
	trip := newTrip(2, serial(catalog.Wave{Name: "canary", Bake: 12 * time.Minute}), serial(catalog.Wave{Name: "rest"}))
	trip.watch = func(int) []catalog.Trouble { return nil }
	_, turn, err := trip.go1(t.Context())
	want := "watch 06:00 a1 a2 watch 06:05 watch 06:10 watch 06:12 b1 b2"
	if got := strings.Join(trip.did, " "); err != nil || turn.End != catalog.Finished || got != want {
		t.Errorf("%s: %q, want %q; %v", turn.End, got, want, err)
	}
	if said := strings.Join(trip.said, "\n"); !strings.Contains(said, "wave canary: a1 verified") || !strings.Contains(said, "wave canary bakes until 2026-11-21T06:12:00Z") {
		t.Errorf("said\n%s", said)
	}
}

// CAT-61, CT-19: what fails while a wave bakes counts, what had failed before it does not, and
// a spoke that could not be read in the end may have anything.
func TestDistributeWatches(t *testing.T) {
	troubles := func(keys ...string) (all []catalog.Trouble) {
		for _, key := range keys {
			all = append(all, catalog.Trouble{Target: catalog.Target{Key: key}, Why: "TAINTED"})
		}
		return all
	}
	unread := []catalog.Trouble{{Target: catalog.Target{Key: "spoke"}, Why: "no role", Unseen: true}}
	for _, c := range []struct {
		name          string
		max           string
		before, after []catalog.Trouble // after: until the last look
		end           []catalog.Trouble
		want          catalog.End
		at            string // the last look
	}{
		{"nothing", "", nil, nil, nil, catalog.Finished, ""},
		{"one that failed before", "", troubles("pp-1"), troubles("pp-1"), troubles("pp-1"), catalog.Finished, ""},
		{"one that failed since stops it where it is first seen", "", troubles("pp-1"), troubles("pp-1", "pp-2"), nil, catalog.Stopped, "watch 06:05"},
		{"as many as are allowed", "1", nil, troubles("pp-2"), troubles("pp-2"), catalog.Finished, ""},
		{"a spoke that was never read", "", unread, unread, unread, catalog.Stopped, "watch 07:00"},
		{"a spoke that could be read again", "", nil, unread, nil, catalog.Finished, ""},
		{"a spoke that could be read again, and has a failure", "", nil, unread, troubles("pp-2"), catalog.Stopped, "watch 07:00"},
		{"a spoke that could not be read, and one is allowed", "1", nil, unread, unread, catalog.Finished, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			trip := newTrip(1, catalog.Wave{Name: "canary", Bake: time.Hour, MaxFailures: c.max}, catalog.Wave{Name: "rest"})
			trip.watch = func(int) []catalog.Trouble {
				switch {
				case !slices.Contains(trip.did, "a1"):
					return c.before
				case slices.Contains(trip.did, "watch 07:00"):
					return c.end
				}
				return c.after
			}
			r, turn, err := trip.go1(t.Context())
			if err != nil || turn.End != c.want || slices.Contains(trip.did, "b1") != (c.want == catalog.Finished) {
				t.Errorf("%s, %v; %q\n%+v", turn.End, err, trip.did, r.Done)
			}
			if c.at != "" && slices.Index(trip.did, c.at) != len(trip.did)-1 {
				t.Errorf("it is stopped at another look: %q", trip.did)
			}
		})
	}
}

// CAT-62: a person goes on in spite of what was found, and what failed is tried again.
func TestDistributeResumed(t *testing.T) {
	trip := newTrip(2, serial(catalog.Wave{Name: "canary"}), serial(catalog.Wave{Name: "rest"}))
	down := errors.New("the region is down")
	trip.bad = func(key string) error { return map[string]error{"a1": down}[key] }
	r, turn, err := trip.go1(t.Context())
	if err != nil || turn.End != catalog.Stopped || r.Done["a1"].Why != "the region is down" || strings.Join(trip.did, " ") != "a1" {
		t.Fatalf("%+v, %v: %q", turn, err, trip.did)
	}
	if _, turn, _ = trip.go1(t.Context()); turn.End != catalog.Stopped || len(trip.did) != 1 {
		t.Errorf("nobody resumed it, and %s: %q", turn.End, trip.did)
	}
	trip.bad = func(string) error { return nil }
	trip.tell("r1", catalog.Order{Verb: catalog.Resume, By: "ann@example.com", Reason: "it is up"})
	if _, turn, err = trip.go1(t.Context()); err != nil || turn.End != catalog.Finished || strings.Join(trip.did, " ") != "a1 a1 a2 b1 b2" {
		t.Errorf("%s, %v: %q", turn.End, err, trip.did)
	}
}

// CAT-63: pause and abort take effect between targets; what was verified is never done again.
func TestDistributePaused(t *testing.T) {
	for _, verb := range []catalog.OrderVerb{catalog.Pause, catalog.Abort} {
		for at := range 5 {
			trip := newTrip(2, serial(catalog.Wave{Name: "canary", Bake: time.Minute}), serial(catalog.Wave{Name: "rest"}))
			trip.order[at*2] = catalog.Order{Verb: verb, By: "ann@example.com", Reason: "a look"}
			r, turn, err := trip.go1(t.Context())
			if err != nil || string(turn.End) != string(verb)+map[catalog.OrderVerb]string{catalog.Pause: "d", catalog.Abort: "ed"}[verb] || turn.Why != "by ann@example.com: a look" {
				t.Fatalf("%s at %d: %+v, %v", verb, at, turn, err)
			}
			for key, o := range r.Done {
				if o.State != catalog.Verified {
					t.Errorf("%s at %d: %s is %s", verb, at, key, o.State)
				}
			}
			trip.tell("r1", catalog.Order{Verb: catalog.Resume, By: "bob@example.com", Reason: "seen"})
			_, turn, err = trip.go1(t.Context())
			if verb == catalog.Abort {
				if turn.End != catalog.Aborted {
					t.Errorf("an abort is the last word, and it is %q", turn.End)
				}
				continue
			}
			if got := strings.Join(trip.did, " "); err != nil || turn.End != catalog.Finished || got != "a1 a2 b1 b2" {
				t.Errorf("paused at %d, resumed: %s, %q, %v", at, turn.End, got, err)
			}
		}
	}
}

// CAT-63: killed at each target, it goes on: what was under way is begun again, what was
// verified is not. Aborted meanwhile, what was under way is finished, and nothing else.
func TestDistributeKilled(t *testing.T) {
	for _, aborted := range []bool{false, true} {
		for _, victim := range []string{"a1", "a2", "b1", "b2"} {
			trip := newTrip(2, serial(catalog.Wave{Name: "canary"}), serial(catalog.Wave{Name: "rest"}))
			ctx, kill := context.WithCancel(t.Context())
			trip.bad = func(key string) error {
				if key == victim {
					kill()
				}
				return nil
			}
			r, _, err := trip.go1(ctx)
			if !errors.Is(err, context.Canceled) || r.Done[victim].State != catalog.Running {
				t.Fatalf("killed in %s: %v, %+v", victim, err, r.Done)
			}
			if aborted {
				trip.tell("r1", catalog.Order{Verb: catalog.Abort, By: "ann@example.com", Reason: "no"})
			}
			trip.bad = func(string) error { return nil }
			before := strings.Join(trip.did, " ")
			_, turn, err := trip.go1(t.Context())
			all := []string{"a1", "a2", "b1", "b2"}
			want, end := strings.Join(all[slices.Index(all, victim):], " "), catalog.Finished
			if aborted && victim != "b2" {
				want, end = victim, catalog.Aborted
			}
			if got := strings.Join(trip.did, " "); err != nil || turn.End != end || got != before+" "+want {
				t.Errorf("killed in %s, aborted %v: %s, %q after %q, %v", victim, aborted, turn.End, got, before, err)
			}
		}
	}
}

// What ends is in the journal before anything else begins: a journal that fails ends it.
func TestDistributeNeedsItsJournal(t *testing.T) {
	trip := newTrip(2, serial(catalog.Wave{Name: "canary"}))
	trip.fail = errors.New("the disk is full")
	if _, _, err := trip.go1(t.Context()); !errors.Is(err, trip.fail) || len(trip.did) > 0 {
		t.Errorf("%v; begun: %q", err, trip.did)
	}
}

// CAT-83, CAT-81: as many run side by side as may, and a slow one holds up nobody.
func TestDistributeSideBySide(t *testing.T) {
	trip := newTrip(6, catalog.Wave{Name: "all", MaxParallel: 2})
	others := make(chan bool)
	var mu sync.Mutex
	n := 0
	trip.bad = func(key string) error {
		if key == "a1" { // ends when all others have
			<-others
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if n++; n == 5 {
			close(others)
		}
		return nil
	}
	if _, turn, err := trip.go1(t.Context()); err != nil || turn.End != catalog.Finished {
		t.Errorf("%s, %v", turn.End, err)
	}
}

// BenchmarkDistribute is 1,000 spokes with 20 launches each, in two waves.
func BenchmarkDistribute(b *testing.B) {
	for b.Loop() {
		trip := newTrip(10000, catalog.Wave{Name: "canary", MaxParallel: 64}, catalog.Wave{Name: "rest", MaxParallel: 64})
		if _, turn, err := trip.go1(b.Context()); err != nil || turn.End != catalog.Finished {
			b.Fatal(turn.End, err)
		}
	}
}

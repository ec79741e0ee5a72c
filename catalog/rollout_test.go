package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
)

var dawn = time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)

// rolloutTo is a rollout to n targets of each wave, called a1 … an, b1 … in the waves' order.
func rolloutTo(n int, waves ...catalog.Wave) catalog.Rollout {
	r := catalog.Rollout{Waves: waves}
	for w := range waves {
		for i := range n {
			r.Targets = append(r.Targets, catalog.Target{Key: fmt.Sprintf("%c%d", 'a'+w, i+1), Wave: w})
		}
	}
	return r
}

// walkOut takes a rollout as far as it goes on a clock of its own: each target takes a minute, in
// rounds of what may run side by side. What fails is in bad. It gives a line for each round.
func walkOut(r *catalog.Rollout, bad map[string]bool, found func(wave int) []string) (lines []string, last catalog.Turn) {
	now := dawn
	for range 1000 {
		turn := r.Next(now)
		for key, why := range turn.Block {
			r.Record(key, catalog.Outcome{State: catalog.Blocked, At: now, Why: why})
		}
		var keys []string
		for _, t := range turn.Start {
			keys = append(keys, t.Key)
		}
		switch {
		case len(keys) > 0:
			lines = append(lines, now.Format("15:04 ")+strings.Join(keys, " "))
			now = now.Add(time.Minute)
			for _, key := range keys {
				state := catalog.Verified
				if bad[key] {
					state = catalog.Broken
				}
				r.Record(key, catalog.Outcome{State: state, At: now})
			}
		case len(turn.Block) > 0:
		case turn.Watch:
			r.Record(catalog.Baked(turn.Wave), catalog.Outcome{State: catalog.Verified, At: now})
			for _, key := range found(turn.Wave) {
				r.Targets = append(r.Targets, catalog.Target{Key: key, Wave: turn.Wave, Found: true})
				r.Record(key, catalog.Outcome{State: catalog.Broken, At: now})
			}
			lines = append(lines, now.Format("15:04 ")+"look")
		case turn.End != "":
			return append(lines, now.Format("15:04 ")+string(turn.End)), turn
		default:
			now = turn.Until
		}
	}
	return append(lines, "for ever"), catalog.Turn{}
}

func nothingFound(int) []string { return nil }

// CAT-61, CAT-62: waves, their bakes and their failure budgets, on a virtual clock.
func TestRollout(t *testing.T) {
	two := []catalog.Wave{{Name: "canary", Bake: time.Hour}, {Name: "rest", MaxParallel: 2}}
	for _, c := range []struct {
		name  string
		r     catalog.Rollout
		bad   string
		found map[int][]string
		want  []string
	}{
		{"no waves", catalog.Rollout{}, "", nil, []string{"06:00 finished"}},
		{"a bake counts from the wave's last target, and the next wave waits for it", rolloutTo(3, two...), "", nil,
			[]string{"06:00 a1 a2 a3", "07:01 look", "07:01 b1 b2", "07:02 b3", "07:03 finished"}},
		{"max_parallel is 10 where nothing is said", rolloutTo(12, catalog.Wave{}), "", nil,
			[]string{"06:00 a1 a2 a3 a4 a5 a6 a7 a8 a9 a10", "06:01 a11 a12", "06:02 finished"}},
		{"no failure is allowed where nothing is said, and the second wave never starts", rolloutTo(2, two...), "a2", nil,
			[]string{"06:00 a1 a2", "06:01 stopped"}},
		{"a failure within the budget", rolloutTo(2, catalog.Wave{MaxFailures: "1"}, catalog.Wave{}), "a2", nil,
			[]string{"06:00 a1 a2", "06:01 b1 b2", "06:02 finished"}},
		{"a bake that ends with a tainted product ends the rollout", rolloutTo(1, two...), "", map[int][]string{0: {"pp-1"}},
			[]string{"06:00 a1", "07:01 look", "07:01 stopped"}},
		{"a wave in which everything failed, as allowed, has nothing to bake", rolloutTo(1, catalog.Wave{Bake: time.Hour, MaxFailures: "1"}, catalog.Wave{}), "a1", nil,
			[]string{"06:00 a1", "06:01 b1", "06:02 finished"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, _ := walkOut(&c.r, setOf(strings.Fields(c.bad)), func(wave int) []string { return c.found[wave] })
			if !slices.Equal(lines, c.want) {
				t.Errorf("\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func setOf(keys []string) map[string]bool {
	all := map[string]bool{}
	for _, k := range keys {
		all[k] = true
	}
	return all
}

// CAT-62: 2 % of 100 are two; at the third nothing new starts.
func TestRolloutBudgets(t *testing.T) {
	for _, c := range []struct {
		targets, size int
		max, bad      string
		want          catalog.End
		begun         int // targets that were begun, ten at a time
	}{
		{100, 0, "2%", "a5 a17", catalog.Finished, 100},
		{100, 0, "2%", "a5 a17 a23", catalog.Stopped, 30},
		{50, 0, "2%", "a1", catalog.Finished, 50},
		{50, 0, "2%", "a1 a2", catalog.Stopped, 10},
		{49, 0, "2%", "a1", catalog.Stopped, 10}, // rounded down
		{2, 100, "2%", "a1 a2", catalog.Finished, 2},
		{20, 0, "3", "a1 a2 a3", catalog.Finished, 20},
		{20, 0, "0", "a11", catalog.Stopped, 20},
		{20, 0, "", "a1", catalog.Stopped, 10},
		{20, 0, "100%", "a1 a2 a3 a4", catalog.Finished, 20},
		{20, 0, "no number", "a1", catalog.Stopped, 10}, // unreadable: no failure is allowed
	} {
		r := rolloutTo(c.targets, catalog.Wave{Name: "all", MaxFailures: c.max, Size: c.size})
		_, last := walkOut(&r, setOf(strings.Fields(c.bad)), nothingFound)
		if last.End != c.want || len(r.Done) != c.begun {
			t.Errorf("%d targets, %q, %s failed: %s after %d, want %s after %d", c.targets, c.max, c.bad, last.End, len(r.Done), c.want, c.begun)
		}
		if last.End == catalog.Stopped && !strings.Contains(last.Why, "in wave all, and it allows") {
			t.Errorf("it does not say why: %q", last.Why)
		}
	}
}

// CAT-81: what is after another waits for that one alone; its failure blocks only what hangs on it.
func TestRolloutOrder(t *testing.T) {
	after := func(pairs ...string) catalog.Rollout {
		r := rolloutTo(4, catalog.Wave{MaxFailures: "9", MaxParallel: 9}, catalog.Wave{})
		r.Targets = r.Targets[:5] // a1 … a4, b1
		for i := range r.Targets {
			for j := 0; j+1 < len(pairs); j += 2 {
				if r.Targets[i].Key == pairs[j] {
					r.Targets[i].After = strings.Fields(pairs[j+1])
				}
			}
		}
		return r
	}
	for _, c := range []struct {
		name, bad string
		r         catalog.Rollout
		want      []string
		blocked   string
	}{
		{"a chain", "", after("a2", "a1", "a3", "a2"), []string{"06:00 a1 a4", "06:01 a2", "06:02 a3", "06:03 b1", "06:04 finished"}, ""},
		{"a failure blocks what hangs on it, and no other", "a1", after("a2", "a1", "a3", "a2"), []string{"06:00 a1 a4", "06:01 b1", "06:02 finished"}, "a2 a3"},
		{"two that are needed", "a1", after("a3", "a1 a2"), []string{"06:00 a1 a2 a4", "06:01 b1", "06:02 finished"}, "a3"},
		{"an earlier wave's", "", after("b1", "a1"), []string{"06:00 a1 a2 a3 a4", "06:01 b1", "06:02 finished"}, ""},
		{"an earlier wave's that failed", "a1", after("b1", "a1"), []string{"06:00 a1 a2 a3 a4", "06:01 finished"}, "b1"},
		{"a later wave's can never come first", "", after("a1", "b1"), []string{"06:00 a2 a3 a4", "06:01 b1", "06:02 finished"}, "a1"},
		{"nobody's", "", after("a1", "x"), []string{"06:00 a2 a3 a4", "06:01 b1", "06:02 finished"}, "a1"},
		{"a circle ends", "", after("a1", "a2", "a2", "a1"), []string{"06:00 a3 a4", "06:01 b1", "06:02 finished"}, "a1 a2"},
		{"itself", "", after("a1", "a1"), []string{"06:00 a2 a3 a4", "06:01 b1", "06:02 finished"}, "a1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, _ := walkOut(&c.r, setOf(strings.Fields(c.bad)), nothingFound)
			if !slices.Equal(lines, c.want) {
				t.Errorf("\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(c.want, "\n"))
			}
			for _, target := range c.r.Targets {
				o := c.r.Done[target.Key]
				if got := o.State == catalog.Blocked; got != slices.Contains(strings.Fields(c.blocked), target.Key) || got && o.Why == "" {
					t.Errorf("%s is %s: %q", target.Key, o.State, o.Why)
				}
			}
		})
	}
}

// CAT-83: no barrier: what is free starts beside what still runs.
func TestRolloutStartsBesideWhatRuns(t *testing.T) {
	r := rolloutTo(4, catalog.Wave{MaxParallel: 2})
	r.Record("a1", catalog.Outcome{State: catalog.Running})
	r.Record("a2", catalog.Outcome{State: catalog.Verified})
	if turn := r.Next(dawn); len(turn.Start) != 1 || turn.Start[0].Key != "a3" || len(turn.Block) > 0 {
		t.Errorf("%+v", turn)
	}
	r.Record("a3", catalog.Outcome{State: catalog.Running})
	if turn := r.Next(dawn); len(turn.Start) != 0 || turn.End != "" || len(turn.Block) > 0 {
		t.Errorf("two run, and %+v", turn)
	}
}

// CAT-63: what a person ordered last holds; an abort is the last word.
func TestRolloutOrders(t *testing.T) {
	order := func(verbs ...catalog.OrderVerb) (all []catalog.Order) {
		for _, v := range verbs {
			all = append(all, catalog.Order{Verb: v, By: "ann@example.com", Reason: "because"})
		}
		return all
	}
	for _, c := range []struct {
		orders []catalog.Order
		want   catalog.End
	}{
		{nil, ""},
		{order(catalog.Pause), catalog.Paused},
		{order(catalog.Pause, catalog.Resume), ""},
		{order(catalog.Pause, catalog.Resume, catalog.Pause), catalog.Paused},
		{order(catalog.Abort), catalog.Aborted},
		{order(catalog.Abort, catalog.Resume), catalog.Aborted},
	} {
		r := rolloutTo(2, catalog.Wave{})
		r.Orders = c.orders
		turn := r.Next(dawn)
		if turn.End != c.want || (turn.End == "") != (len(turn.Start) == 2) || turn.End != "" && turn.Why != "by ann@example.com: because" {
			t.Errorf("%v: %+v", c.orders, turn)
		}
		for _, target := range r.Targets {
			r.Record(target.Key, catalog.Outcome{State: catalog.Verified})
		}
		if turn := r.Next(dawn); turn.End != catalog.Finished {
			t.Errorf("%v: all is done, and it is %s", c.orders, turn.End)
		}
	}
}

// CAT-63: who takes a rollout on begins again what another had under way, and nothing else; aborted
// since, that alone is finished.
func TestAgain(t *testing.T) {
	states := []catalog.OutcomeState{catalog.Verified, catalog.Running, catalog.Running, catalog.Pending}
	r := rolloutTo(len(states), catalog.Wave{Name: "all"})
	for i, s := range states {
		r.Record(r.Targets[i].Key, catalog.Outcome{State: s, At: dawn})
	}
	again := r.Again(map[string]bool{"a3": true})
	begins := func() (keys []string) {
		for _, t := range again.Next(dawn).Start {
			keys = append(keys, t.Key)
		}
		return keys
	}
	if got := begins(); !slices.Equal(got, []string{"a2", "a4"}) {
		t.Errorf("begins %v: a1 is verified, a3 is under way here", got)
	}
	again.Orders = []catalog.Order{{Verb: catalog.Abort, By: "boss", Reason: "r"}}
	if got := begins(); !slices.Equal(got, []string{"a2"}) {
		t.Errorf("aborted, it begins %v", got)
	}
}

package sqlite_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
)

func planned() catalog.Rollout {
	return catalog.Rollout{
		Waves: []catalog.Wave{{Name: "canary", Regions: []string{"eu-west-1"}, Bake: time.Hour, MaxFailures: "2%", Size: 100}, {Name: "rest"}},
		Targets: []catalog.Target{
			{Key: "a", Account: "555555555555", Region: "eu-west-1"},
			{Key: "b", Account: "555555555555", Region: "us-east-1", Wave: 1, After: []string{"a"}},
		},
	}
}

func opened(t *testing.T, dir, id string, plan catalog.Rollout) catalog.Rollout {
	t.Helper()
	r, err := sqlite.Journal{Log: openLog(t, dir)}.Open(t.Context(), id, plan)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func states(r catalog.Rollout) string {
	var all []string
	for _, target := range r.Targets {
		all = append(all, target.Key+"="+string(r.Done[target.Key].State))
	}
	return strings.Join(all, " ")
}

// CAT-63: what was planned first stands, and the next process finds each target as it was left.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	j := sqlite.Journal{Log: openLog(t, dir)}
	r := opened(t, dir, "r1", planned())
	if fmt.Sprint(r.Waves) != fmt.Sprint(planned().Waves) || fmt.Sprint(r.Targets) != fmt.Sprint(planned().Targets) {
		t.Fatalf("kept %+v, planned %+v", r, planned())
	}
	for _, step := range []struct {
		target catalog.Target
		o      catalog.Outcome
		want   string
	}{
		{r.Targets[0], catalog.Outcome{State: catalog.Running, At: noon}, "a=running b="},
		{r.Targets[0], catalog.Outcome{State: catalog.Verified, At: noon.Add(time.Second)}, "a=verified b="},
		{r.Targets[1], catalog.Outcome{State: catalog.Broken, At: noon, Why: "AccessDenied: no"}, "a=verified b=failed"},
		{catalog.Target{Key: "pp-1", Wave: 1, Found: true}, catalog.Outcome{State: catalog.Broken, At: noon}, "a=verified b=failed pp-1=failed"},
	} {
		if err := j.Record(t.Context(), "r1", step.target, step.o); err != nil {
			t.Fatal(err)
		}
		again := opened(t, dir, "r1", catalog.Rollout{Waves: []catalog.Wave{{Name: "another plan"}}})
		if o := again.Done[step.target.Key]; states(again) != step.want || !o.At.Equal(step.o.At) || o.Why != step.o.Why || again.Waves[0].Name != "canary" {
			t.Errorf("%s, want %s; %s is %+v", states(again), step.want, step.target.Key, o)
		}
	}
}

// CAT-62: a person who resumes has what failed done again, and goes on in spite of what was found.
func TestJournalOrders(t *testing.T) {
	dir := t.TempDir()
	j := sqlite.Journal{Log: openLog(t, dir)}
	for _, id := range []string{"r1", "r1/enforced", "r2"} {
		opened(t, dir, id, planned())
		for key, state := range map[string]catalog.OutcomeState{"a": catalog.Verified, "b": catalog.Broken, "c": catalog.Blocked, "d": catalog.Running, "pp": catalog.Broken} {
			if err := j.Record(t.Context(), id, catalog.Target{Key: key, Found: key == "pp"}, catalog.Outcome{State: state, At: noon}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, o := range []catalog.Order{
		{Verb: catalog.Pause, By: "ann@example.com", Reason: "lunch", At: noon},
		{Verb: catalog.Resume, By: "bob@example.com", Reason: "fed", At: noon.Add(time.Hour)},
	} {
		if err := j.Order(t.Context(), "r1", o); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"r1", "r1/enforced"} {
			if got, err := j.Orders(t.Context(), id); err != nil || len(got) != i+1 || got[i] != o {
				t.Errorf("orders of %s: %v, %v", id, got, err)
			}
		}
	}
	all, err := j.Rollouts(t.Context(), "r1")
	if ids := slices.Sorted(maps.Keys(all)); err != nil || !slices.Equal(ids, []string{"r1", "r1/enforced"}) {
		t.Fatalf("rollouts %v, %v", ids, err)
	}
	for id, want := range map[string]string{"r1": "a=verified b= c= d=running pp=accepted", "r1/enforced": "a=verified b= c= d=running pp=accepted", "r2": "a=verified b=failed c=blocked d=running pp=failed"} {
		fields := strings.Fields(states(opened(t, dir, id, catalog.Rollout{})))
		slices.Sort(fields)
		if got := strings.Join(fields, " "); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// Two processes begin a rollout, and give orders, at once: there is one rollout, and every order.
func TestJournalOfTwo(t *testing.T) {
	dir := t.TempDir()
	openLog(t, dir)
	var wg sync.WaitGroup
	for range 4 {
		j := sqlite.Journal{Log: openLog(t, dir)}
		wg.Go(func() {
			if r, err := j.Open(t.Context(), "r1", planned()); err != nil || len(r.Targets) != 2 {
				t.Errorf("%v, %v", r, err)
			}
			if err := j.Order(t.Context(), "r1", catalog.Order{Verb: catalog.Pause}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if r := opened(t, dir, "r1", planned()); len(r.Orders) != 4 || len(r.Targets) != 2 {
		t.Errorf("%+v", r)
	}
}

// A state that an older axle made is brought up to date, and keeps what it has.
func TestOpenLogOfBefore(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir)
	sqliteShell(t, filepath.Join(dir, "axle.db"), `DROP TABLE campaigns; DROP TABLE targets; DROP TABLE rollouts; DROP TABLE orders;
 DROP TABLE market_sets; DROP TABLE market_poisons; DROP TABLE market_seen; DROP TABLE leases; DROP TABLE audit; DROP TABLE licences; DROP TABLE told;
 DROP TABLE IF EXISTS audit_head; DROP TABLE market_requests; PRAGMA user_version = 1`)
	if lines, err := openLog(t, dir).Lines(t.Context(), "r-1", 0); err != nil || len(lines) != 50 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if r := opened(t, dir, "r1", planned()); len(r.Targets) != 2 {
		t.Errorf("%+v", r)
	}
}

// A sandbox that begins anew has nothing that was verified in it; what is on AWS stays known.
func TestForgetSandboxForgetsRollouts(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	for _, hub := range []string{sqlite.SandboxHub, "aws"} {
		run := newRun("q/product.yaml", "aaaa")
		run.Spec.Hub = hub
		if _, _, err := l.Create(t.Context(), run, func(int) string { return "r-" + hub }, never); err != nil {
			t.Fatal(err)
		}
		opened(t, dir, "r-"+hub, planned())
	}
	if err := l.ForgetSandbox(t.Context(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	for hub, want := range map[string]int{sqlite.SandboxHub: 0, "aws": 2} {
		if r := opened(t, dir, "r-"+hub, catalog.Rollout{}); len(r.Targets) != want {
			t.Errorf("%s: %d targets, want %d", hub, len(r.Targets), want)
		}
	}
}

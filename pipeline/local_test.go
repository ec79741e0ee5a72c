package pipeline_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	. "github.com/axle-cd/axle/pipeline"
)

// journal is a log in memory.
type journal struct {
	mu     sync.Mutex
	events []Event
	failAt int // the nth event is refused, from 1
}

func (j *journal) log(_ context.Context, _ string, events ...Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failAt > 0 && len(j.events)+len(events) >= j.failAt {
		return errors.New("somebody else drives this run")
	}
	j.events = append(j.events, events...)
	return nil
}

func actions(calls *sync.Map, verdicts map[string]Verdict) Actions {
	all := Actions{}
	for _, st := range spec().Stages {
		for _, s := range st.Steps {
			key := Key(st.Name, s.Action)
			all[key] = func(context.Context, Input) (Result, error) {
				n, _ := calls.LoadOrStore(key, new(int))
				*n.(*int)++
				if v, ok := verdicts[key]; ok {
					return Result{Verdict: v}, nil
				}
				return Result{Verdict: Pass}, nil
			}
		}
	}
	return all
}

func clock() time.Time { return noon }

func TestLocalGoesToTheHuman(t *testing.T) {
	var j journal
	var calls sync.Map
	r, err := Local{actions(&calls, nil), j.log, clock}.Execute(t.Context(), newRun())
	if err != nil || r.State() != StateAwaiting {
		t.Fatalf("%v, %s", err, r.State())
	}
	if len(j.events) != len(r.Events) || len(r.Events) != 12 {
		t.Errorf("%d events stored, %d in the run; six actions make 12", len(j.events), len(r.Events))
	}
}

func TestLocalTearsDownAfterAFailure(t *testing.T) {
	var j journal
	var calls sync.Map
	r, err := Local{actions(&calls, map[string]Verdict{"beta/integration": Fail}), j.log, clock}.Execute(t.Context(), newRun())
	if err != nil || r.State() != StateFailed {
		t.Fatalf("%v, %s", err, r.State())
	}
	if _, ok := calls.Load("beta/teardown"); !ok {
		t.Error("the stack was left")
	}
	if _, ok := calls.Load("prod/plan"); ok {
		t.Error("prod began after a failure")
	}
}

// I3: a log cut off anywhere is resumed to the same end, and what had finished is not repeated.
func TestEveryCutOfTheLogResumes(t *testing.T) {
	var whole journal
	var calls sync.Map
	if _, err := (Local{actions(&calls, nil), whole.log, clock}).Execute(t.Context(), newRun()); err != nil {
		t.Fatal(err)
	}
	for cut := range whole.events {
		r := newRun()
		r.Events = append(r.Events, whole.events[:cut]...)
		finished := r.Results()
		var again sync.Map
		var j journal
		r, err := Local{actions(&again, nil), j.log, clock}.Execute(t.Context(), r)
		if err != nil || r.State() != StateAwaiting {
			t.Fatalf("cut at %d: %v, %s", cut, err, r.State())
		}
		for key := range finished {
			if _, ok := again.Load(key); ok {
				t.Errorf("cut at %d: %s was done twice", cut, key)
			}
		}
	}
}

// I11: whoever has lost the run stops, and starts nothing more.
func TestALostLogStopsTheDriver(t *testing.T) {
	for n := 1; n <= 12; n++ {
		j := journal{failAt: n}
		var calls sync.Map
		r, err := Local{actions(&calls, nil), j.log, clock}.Execute(t.Context(), newRun())
		if err == nil || len(r.Events) >= n || len(r.Events) != len(j.events) { // what came together is lost together
			t.Errorf("log refused at %d: %v, %d events", n, err, len(r.Events))
		}
	}
}

func one(act Action, timeout time.Duration) (Run, Actions) {
	r := newRun()
	r.Spec.Stages = []Stage{{Name: "alpha", Steps: []StepSpec{{Action: "policy", Timeout: timeout}}}}
	return r, Actions{"alpha/policy": act}
}

// I5, X05, B219: what could not find out never passes.
func TestWhatIsNotJudgedNeverPasses(t *testing.T) {
	for _, c := range []struct {
		name string
		act  Action
		code string
		says string
	}{
		{"an error", func(context.Context, Input) (Result, error) {
			return Result{Verdict: Pass}, document.Fail("AXLE3200", "throttled", "", nil)
		}, "AXLE3200", "throttled"},
		{"a panic", func(context.Context, Input) (Result, error) { panic("boom") }, "AXLE3001", "boom"},
		{"no verdict", func(context.Context, Input) (Result, error) { return Result{}, nil }, CodeUnknown, "gave no verdict"},
		{"a verdict of its own", func(context.Context, Input) (Result, error) { return Result{Verdict: "fine"}, nil }, CodeUnknown, "gave no verdict"},
		{"too long", func(ctx context.Context, _ Input) (Result, error) { <-ctx.Done(); return Result{}, ctx.Err() }, CodeTimedOut, "policy exceeded"},
	} {
		var j journal
		r, acts := one(c.act, 20*time.Millisecond)
		r, err := Local{acts, j.log, clock}.Execute(t.Context(), r)
		res := r.Results()["alpha/policy"]
		if err != nil || r.State() != StateFailed || res.Verdict != Unjudged {
			t.Fatalf("%s: %v, %s, %+v", c.name, err, r.State(), res)
		}
		if f := res.Findings[0]; f.Code != c.code || !strings.Contains(f.Summary, c.says) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
	r, _ := one(nil, 0)
	var j journal
	if r, _ = (Local{Actions{}, j.log, clock}).Execute(t.Context(), r); r.State() != StateFailed {
		t.Errorf("an action that is not there: %s", r.State())
	}
}

// B220: an interrupted run stores nothing of what was under way.
func TestAnInterruptLeavesTheLogToResume(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	r, acts := one(func(ctx context.Context, _ Input) (Result, error) {
		interrupt()
		<-ctx.Done()
		return Result{}, ctx.Err()
	}, 0)
	var j journal
	r, err := Local{acts, j.log, clock}.Execute(ctx, r)
	if !errors.Is(err, context.Canceled) || r.State() != StateRunning || len(r.Events) != 1 {
		t.Errorf("%v, %s, %d events", err, r.State(), len(r.Events))
	}
}

// Steps of a stage that do not wait for each other run side by side.
func TestIndependentActionsRunTogether(t *testing.T) {
	meet := make(chan struct{})
	both := func(ctx context.Context, _ Input) (Result, error) {
		select {
		case meet <- struct{}{}:
		case <-meet:
		case <-ctx.Done():
			return Result{}, ctx.Err()
		}
		return Result{Verdict: Pass}, nil
	}
	r := newRun()
	r.Spec.Stages = []Stage{{Name: "alpha", Steps: []StepSpec{{Action: "secrets", Timeout: time.Second}, {Action: "policy", Timeout: time.Second}}}}
	var j journal
	r, err := Local{Actions{"alpha/secrets": both, "alpha/policy": both}, j.log, clock}.Execute(t.Context(), r)
	if err != nil || r.State() != StateSucceeded {
		t.Errorf("%v, %s", err, r.State())
	}
}

// PERF-26: what may begin now is one call of the log, so one commit; nothing begins before it.
func TestWhatBeginsTogetherIsStoredTogether(t *testing.T) {
	r, acts := newRun(), Actions{}
	st := Stage{Name: "alpha"}
	var stored atomic.Bool
	for _, name := range []string{"a", "b", "c"} {
		st.Steps = append(st.Steps, StepSpec{Action: name})
		acts[Key("alpha", name)] = func(context.Context, Input) (Result, error) {
			if !stored.Load() {
				t.Errorf("%s began before its event was stored", name)
			}
			return Result{Verdict: Pass}, nil
		}
	}
	r.Spec.Stages = []Stage{st}
	var first []string
	log := func(_ context.Context, _ string, events ...Event) error {
		for _, e := range events {
			if !stored.Load() {
				first = append(first, string(e.Kind)+" "+e.Action)
			}
		}
		stored.Store(true)
		return nil
	}
	r, err := Local{acts, log, clock}.Execute(t.Context(), r)
	if got := strings.Join(first, ", "); err != nil || r.State() != StateSucceeded || got != "started a, started b, started c" {
		t.Errorf("%v, %s: first %s", err, r.State(), got)
	}
}

package pipeline_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	. "github.com/axle-cd/axle/pipeline"
)

// S3: where a submission is, is read from the events of its run: the words of each stage as it goes on.
func TestStageState(t *testing.T) {
	end := func(kind EventKind) func(*testing.T, Run) Run {
		return func(t *testing.T, r Run) Run {
			t.Helper()
			e := Event{Kind: kind, At: noon.Add(80 * time.Hour), By: "dev@example.com", Reason: "no longer wanted"}
			if kind == Expired {
				e.Stage, e.Action = "prod", "approval"
			}
			r, err := r.Append(e)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	for _, c := range []struct {
		name, script      string
		then              func(*testing.T, Run) Run
		alpha, beta, prod State
	}{
		{"new", "", nil, StateQueued, StateQueued, StateQueued},
		{"begun", "alpha/secrets>", nil, StateRunning, StateQueued, StateQueued},
		{"one of two has passed", "alpha/secrets", nil, StateRunning, StateQueued, StateQueued},
		{"one has failed, the other is under way", "alpha/policy> alpha/secrets=fail", nil, StateFailed, StateQueued, StateQueued},
		{"on to the next", "alpha/secrets alpha/policy=skipped beta/provision", nil, StateSucceeded, StateRunning, StateQueued},
		{"a failure that is being cleaned up", "alpha/secrets alpha/policy beta/provision=unjudged", nil, StateSucceeded, StateFailed, StateQueued},
		{"waiting for a person", toPlan, nil, StateSucceeded, StateSucceeded, StateAwaiting},
		{"nobody came", toPlan, end(Expired), StateSucceeded, StateSucceeded, StateFailed},
		{"called off", toPlan, end(Canceled), StateSucceeded, StateSucceeded, StateCanceled},
		{"called off in the middle", "alpha/secrets alpha/policy beta/provision", end(Canceled), StateSucceeded, StateRunning, StateQueued},
		{"called off before anything stood", "alpha/secrets", end(Canceled), StateCanceled, StateQueued, StateQueued},
		{"overtaken", toPlan, end(Superseded), StateSucceeded, StateSucceeded, StateSuperseded},
	} {
		r := play(t, newRun(), c.script)
		if c.then != nil {
			r = c.then(t, r)
		}
		if a, b, p := r.StageState("alpha"), r.StageState("beta"), r.StageState("prod"); a != c.alpha || b != c.beta || p != c.prod {
			t.Errorf("%s: alpha %s, beta %s, prod %s; want %s, %s, %s", c.name, a, b, p, c.alpha, c.beta, c.prod)
		}
		if got := r.StageState("delta"); got != StateQueued {
			t.Errorf("%s: a stage that is not there is %s", c.name, got)
		}
	}
}

// X35: a run that is called off cleans up what it has begun, and then nothing more may happen to it.
func TestACanceledRunCleansUp(t *testing.T) {
	r := play(t, newRun(), "alpha/secrets alpha/policy beta/provision")
	cancel := Event{Kind: Canceled, At: noon, By: "dev@example.com", Reason: "the wrong commit"}
	r, err := r.Append(cancel)
	if err != nil || next(r) != "do beta/teardown" || r.Over() {
		t.Fatalf("%v, next %q, over %v", err, next(r), r.Over())
	}
	if _, err := r.Append(cancel); document.CodeOf(err) != CodeDoubled {
		t.Errorf("called off twice: %v", err)
	}
	if r = play(t, r, "beta/teardown"); r.State() != StateCanceled || len(r.Next()) > 0 {
		t.Errorf("%s, next %v", r.State(), r.Next())
	}
}

// CAT-36: a push ends no other run: only one that waits for approval can be overtaken, and whoever
// calls one off says who they are and why.
func TestWhatMayEndARun(t *testing.T) {
	running, waiting := play(t, newRun(), "alpha/secrets"), play(t, newRun(), toPlan)
	for _, c := range []struct {
		name string
		run  Run
		e    Event
		code string
	}{
		{"overtaken while it runs", running, Event{Kind: Superseded}, CodeOutOfTurn},
		{"overtaken while it waits", waiting, Event{Kind: Superseded}, ""},
		{"called off by nobody", running, Event{Kind: Canceled, Reason: "why"}, CodeNobody},
		{"called off without a reason", running, Event{Kind: Canceled, By: "a@example.com", Reason: " "}, CodeNoReason},
		{"asked again before its time", waiting, Event{Kind: Asked, Stage: "prod", Action: "approval", At: noon}, CodeOutOfTurn},
		{"asked again, where expiry rejects", waiting, Event{Kind: Asked, Stage: "prod", Action: "approval", At: noon.Add(80 * time.Hour)}, CodeOutOfTurn},
	} {
		if _, err := c.run.Append(c.e); document.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

// UI-4: with on_expiry: hold nobody's silence ends the run: it asks again, about the same evidence
// and under another digest, so that what was said before counts no more.
func TestHold(t *testing.T) {
	r := newRun()
	r.Spec.Stages[2].Settings.Approval = &Approval{OnExpiry: "hold", Rules: []ApprovalRule{{Required: 2}}}
	r = play(t, r, toPlan)
	first := approve(r)
	r, err := r.Append(first)
	if err != nil || r.Missing("prod") != 1 {
		t.Fatalf("%v, %d missing", err, r.Missing("prod"))
	}
	late := noon.Add(80 * time.Hour)
	expired := Event{Kind: Expired, Stage: "prod", Action: "approval", At: late}
	if _, err := r.Append(expired); document.CodeOf(err) != CodeOutOfTurn {
		t.Errorf("it expired: %v", err)
	}
	asked := expired
	asked.Kind = Asked
	if r, err = r.Append(asked); err != nil || r.State() != StateAwaiting || r.Missing("prod") != 2 || r.Deadline("prod") != late.Add(MaxApprovalLife) {
		t.Fatalf("%v, %s, %d missing, until %s", err, r.State(), r.Missing("prod"), r.Deadline("prod"))
	}
	first.At, first.By = late, "other.manager@example.com"
	if _, err := r.Append(first); document.CodeOf(err) != CodeOtherBytes {
		t.Errorf("the old digest: %v", err)
	}
	for _, by := range []string{"manager@example.com", "lead@example.com"} {
		again := approve(r)
		again.At, again.By = late, by
		if r, err = r.Append(again); err != nil {
			t.Fatal(err)
		}
	}
	if next(r) != "do prod/publish" {
		t.Errorf("next %s", next(r))
	}
}

func TestMissing(t *testing.T) {
	r := newRun()
	r.Spec.Stages[2].Settings.Approval = &Approval{Rules: []ApprovalRule{
		{Required: 2}, {Required: 1, From: []string{"user:lead@example.com"}},
	}}
	r = play(t, r, toPlan)
	for _, c := range []struct {
		by      string
		missing int
	}{{"", 2}, {"manager@example.com", 1}, {"other.manager@example.com", 1}, {"lead@example.com", 0}} {
		if c.by != "" {
			e := approve(r)
			e.By = c.by
			var err error
			if r, err = r.Append(e); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.Missing("prod"); got != c.missing {
			t.Errorf("after %q: %d missing, want %d", c.by, got, c.missing)
		}
	}
	if next(r) != "do prod/publish" || r.Missing("alpha") != 0 {
		t.Errorf("next %s; alpha misses %d", next(r), r.Missing("alpha"))
	}
}

func TestHasPusher(t *testing.T) {
	r := newRun()
	if !r.HasPusher() {
		t.Error("the pusher was not seen")
	}
	r.Commit.People = r.Commit.People[:3]
	if r.HasPusher() {
		t.Error("a pusher was seen among authors")
	}
}

func TestArtifact(t *testing.T) {
	r := Result{Artifacts: []Artifact{{Name: "plan", Digest: "sha256:1"}, {Name: "package", Digest: "sha256:2"}}}
	if r.Artifact("package") != "sha256:2" || r.Artifact("none") != "" {
		t.Error(r.Artifact("package"), r.Artifact("none"))
	}
}

// I17: what an action could not find out is told whole: each code, each place, each cause.
func TestFindingsOf(t *testing.T) {
	ds := document.Diagnostics{{Severity: document.SeverityError, Code: "AXLE1001", File: "a", Line: 1, Col: 2, Summary: "one"}, {Severity: document.SeverityWarning, Code: "AXLE1002", Summary: "two"}}
	coded := document.Fail("AXLE3120", "stack s is left", "delete it", errors.New("not empty"))
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"no code", errors.New("boom"), "error AXLE3002: boom"},
		{"a code, with its cause", coded, "error AXLE3120: stack s is left: not empty"},
		{"diagnostics, each", ds, "a:1:2: error AXLE1001: one\nwarning AXLE1002: two"},
		{"many at once", errors.Join(coded, ds, errors.New("boom")), "error AXLE3120: stack s is left: not empty\na:1:2: error AXLE1001: one\nwarning AXLE1002: two\nerror AXLE3002: boom"},
		{"many within many", errors.Join(errors.Join(coded), errors.New("boom")), "error AXLE3120: stack s is left: not empty\nerror AXLE3002: boom"},
		{"a code within another error", fmt.Errorf("reading: %w", coded), "error AXLE3120: reading: stack s is left: not empty"},
	} {
		var lines []string
		for _, f := range FindingsOf(c.err) {
			lines = append(lines, f.String())
		}
		if got := strings.Join(lines, "\n"); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// walk appends random events, most of them sensible, and gives the run before and after each
// that was taken.
func walk(rnd *rand.Rand, each func(before, after Run, e Event)) Run {
	r := newRun()
	verdicts := []Verdict{Fail, Unjudged, "", Skipped, Pass, Pass, Pass, Pass, Pass, Pass, Pass, Pass, Pass, Pass, Pass, Pass}
	people := []string{"manager@example.com", "dev@example.com", "push@example.com", ""}
	for range 100 {
		e := anyEvent(rnd, r)
		e.At, e.Reason, e.By = noon.Add(time.Duration(rnd.IntN(80))*time.Hour), "r", people[rnd.IntN(len(people))]
		e.Result = Result{Verdict: verdicts[rnd.IntN(len(verdicts))], Artifacts: []Artifact{{Name: "a", Digest: fmt.Sprint(rnd.IntN(3))}}}
		if e.Digest = r.Subject(e.Stage); rnd.IntN(4) == 0 {
			e.Digest = "sha256:other"
		}
		after, err := r.Append(e)
		if err == nil {
			each(r, after, e)
			r = after
		}
	}
	return r
}

// anyEvent is what may come next, or, now and then, anything at all.
func anyEvent(rnd *rand.Rand, r Run) Event {
	steps := r.Next()
	if len(steps) == 0 || rnd.IntN(5) == 0 {
		st := r.Spec.Stages[rnd.IntN(len(r.Spec.Stages))]
		kinds := []EventKind{Started, Finished, Started, Finished, Approved, Started, Finished, Approved, Started, Finished, Expired, Rejected, Canceled, Superseded, "blessed"}
		return Event{Kind: kinds[rnd.IntN(1+rnd.IntN(len(kinds)))], Stage: st.Name, Action: st.Steps[rnd.IntN(len(st.Steps))].Action}
	}
	s := steps[rnd.IntN(len(steps))]
	kind := []EventKind{Started, Finished}[rnd.IntN(2)]
	if s.Kind == Await {
		kind = Approved
	}
	return Event{Kind: kind, Stage: s.Stage, Action: s.Action}
}

// What is under way does not change what may happen next: Append asks once for all that start together.
// Given together or one by one, the same events are taken, and the same are refused.
func TestAppendTogether(t *testing.T) {
	starts := 0
	for seed := range uint64(200) {
		whole := walk(rand.New(rand.NewPCG(seed, 2)), func(before, after Run, e Event) {
			if e.Kind != Started {
				return
			}
			starts++
			if !reflect.DeepEqual(before.Next(), after.Next()) || before.Over() != after.Over() {
				t.Errorf("seed %d: %s/%s started, and other steps may happen", seed, e.Stage, e.Action)
			}
		})
		bare := whole
		bare.Events = nil
		if again, err := bare.Append(whole.Events...); err != nil || !reflect.DeepEqual(again.Events, whole.Events) {
			t.Errorf("seed %d: together: %v", seed, err)
		}
		twice := append(slices.Clone(whole.Events), Event{Kind: "blessed"})
		if again, err := bare.Append(twice...); err == nil || len(again.Events) != 0 {
			t.Errorf("seed %d: one is refused, %d are taken: %v", seed, len(again.Events), err)
		}
	}
	if starts < 200 {
		t.Errorf("%d starts", starts)
	}
}

// I5, I6: whatever is sent to a run, in whatever order: nothing is published without the approval
// of somebody who had no hand in it, of just those artifacts; nothing starts in a stage unless all
// before it have passed; and a run that has ended starts nothing but its cleanup.
func TestWhateverIsSent(t *testing.T) {
	published, ended := 0, 0
	for seed := range uint64(1000) {
		r := walk(rand.New(rand.NewPCG(seed, 1)), func(before, after Run, e Event) {
			if len(after.Events) != len(before.Events)+1 {
				t.Fatalf("seed %d: %d events became %d", seed, len(before.Events), len(after.Events))
			}
			if e.Kind != Started {
				return
			}
			done := before.Results()
			if e.Action == "publish" {
				published++
				if done["prod/plan"].Verdict != Skipped && !approvedByOther(before) {
					t.Errorf("seed %d: published without an approval: %+v", seed, before.Events)
				}
			}
			for _, st := range before.Spec.Stages {
				if st.Name == e.Stage {
					break
				}
				for _, s := range st.Steps {
					if v := done[Key(st.Name, s.Action)].Verdict; v != Pass && v != Skipped && !s.Approval {
						t.Errorf("seed %d: %s/%s starts while %s is %q", seed, e.Stage, e.Action, s.Action, v)
					}
				}
			}
			if before.Over() && e.Action != "teardown" {
				t.Errorf("seed %d: %s starts in a run that was %s", seed, e.Action, before.State())
			}
		})
		if r.Over() {
			ended++
		}
	}
	if published < 50 || ended == 0 {
		t.Errorf("%d published, %d ended: nothing was shown", published, ended)
	}
}

func approvedByOther(r Run) bool {
	for _, e := range r.Events {
		if e.Kind == Approved && e.By == "manager@example.com" && e.Digest == r.Subject("prod") {
			return true
		}
	}
	return false
}

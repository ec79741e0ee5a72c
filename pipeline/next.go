package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strings"
	"time"
)

// StepKind says what a Step asks of who carries it out.
type StepKind string

const (
	Do        StepKind = "do"
	Await     StepKind = "await" // a person decides
	Failed    StepKind = "failed"
	Succeeded StepKind = "succeeded"
)

// Step is what may happen next.
type Step struct {
	Kind          StepKind
	Stage, Action string
	Always        bool // cleans up: not before what it cleans up after has ended
}

// State is one word for where a run stands.
type State string

const (
	StateQueued     State = "queued"
	StateRunning    State = "running"
	StateAwaiting   State = "awaiting"
	StateSucceeded  State = "succeeded"
	StateFailed     State = "failed"
	StateCanceled   State = "canceled"
	StateSuperseded State = "superseded"
)

// Key names an action: stage/action.
func Key(stage, action string) string { return stage + "/" + action }

// Results are what has finished, by "stage/action".
func (r Run) Results() map[string]Result {
	done := map[string]Result{}
	for _, e := range r.Events {
		if e.Kind == Finished {
			done[Key(e.Stage, e.Action)] = e.Result
		}
	}
	return done
}

// Next is all that may happen now: Do steps that may run side by side, an Await, or how it
// ended. Nothing may happen to a run that was canceled or superseded and has cleaned up.
func (r Run) Next() []Step {
	done := r.Results()
	for _, st := range r.Spec.Stages {
		failed := stageFailed(st, done)
		if stop := r.stopped(); failed || stop != "" {
			if steps := r.cleanups(done); len(steps) > 0 {
				return steps
			}
			if stop == Canceled || stop == Superseded {
				return nil
			}
			return []Step{{Kind: Failed, Stage: st.Name}}
		}
		if steps := r.ready(st, done); len(steps) > 0 {
			return steps
		}
	}
	return []Step{{Kind: Succeeded}}
}

func passed(res Result, ok bool) bool {
	return ok && (res.Verdict == Pass || res.Verdict == Skipped)
}

func stageFailed(st Stage, done map[string]Result) bool {
	for _, s := range st.Steps {
		if res, ok := done[Key(st.Name, s.Action)]; ok && !passed(res, ok) {
			return true
		}
	}
	return false
}

// stopped gives the event that ended the run from outside, or "".
func (r Run) stopped() EventKind {
	for _, e := range r.Events {
		switch e.Kind {
		case Rejected, Expired, Canceled, Superseded:
			return e.Kind
		}
	}
	return ""
}

// cleanups are the Always steps not yet done of every stage in which something was started.
func (r Run) cleanups(done map[string]Result) []Step {
	started := map[string]bool{}
	for _, e := range r.Events {
		if e.Kind == Started {
			started[e.Stage] = true
		}
	}
	var steps []Step
	for _, st := range r.Spec.Stages {
		for _, s := range st.Steps {
			if _, ok := done[Key(st.Name, s.Action)]; s.Always && started[st.Name] && !ok {
				steps = append(steps, Step{Do, st.Name, s.Action, true})
			}
		}
	}
	return steps
}

// ready are the steps of a stage without failures whose predecessors have passed.
func (r Run) ready(st Stage, done map[string]Result) []Step {
	var steps []Step
	for _, s := range st.Steps {
		if r.stepDone(st, s, done) || !r.afterDone(st, s, done) {
			continue
		}
		kind := Do
		if s.Approval {
			kind = Await
		}
		steps = append(steps, Step{kind, st.Name, s.Action, s.Always})
	}
	return steps
}

func (r Run) afterDone(st Stage, s StepSpec, done map[string]Result) bool {
	for _, name := range s.After {
		if before, ok := st.step(name); !ok || !r.stepDone(st, before, done) {
			return false
		}
	}
	return true
}

// stepDone: an action has passed; an approval has been given by everyone whom the rules ask,
// or there was nothing to approve.
func (r Run) stepDone(st Stage, s StepSpec, done map[string]Result) bool {
	if !s.Approval {
		res, ok := done[Key(st.Name, s.Action)]
		return passed(res, ok)
	}
	if !r.afterDone(st, s, done) {
		return false
	}
	nothing := true
	for _, name := range s.After {
		nothing = nothing && done[Key(st.Name, name)].Verdict == Skipped
	}
	return nothing && len(s.After) > 0 || r.approvalsMissing(st, s) == 0
}

func (st Stage) step(action string) (StepSpec, bool) {
	for _, s := range st.Steps {
		if s.Action == action {
			return s, true
		}
	}
	return StepSpec{}, false
}

// State is where the run stands.
func (r Run) State() State {
	switch stop := r.stopped(); stop {
	case Canceled, Superseded:
		return State(stop)
	}
	next := r.Next()
	switch {
	case len(next) > 0 && next[0].Kind == Succeeded:
		return StateSucceeded
	case len(next) > 0 && next[0].Kind == Failed:
		return StateFailed
	case len(r.Events) == 0:
		return StateQueued
	case len(next) > 0 && next[0].Kind == Await:
		return StateAwaiting
	}
	return StateRunning
}

// Over says that nothing more will happen to the run.
func (r Run) Over() bool {
	switch r.State() {
	case StateQueued, StateRunning, StateAwaiting:
		return false
	}
	return true
}

// Subject is what an approval of the stage binds to: one digest over the run and every
// artifact that the steps before the approval gave. It is "" until they have finished.
func (r Run) Subject(stage string) string {
	done := r.Results()
	st, s, ok := r.approval(stage)
	if !ok {
		return ""
	}
	lines := []string{"run " + r.ID, "sha " + r.Commit.SHA}
	for _, name := range s.After {
		res, ok := done[Key(st.Name, name)]
		if !ok {
			return ""
		}
		for _, a := range res.Artifacts {
			lines = append(lines, name+" "+a.Name+" "+a.Digest)
		}
	}
	sort.Strings(lines[2:])
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (r Run) approval(stage string) (Stage, StepSpec, bool) {
	for _, st := range r.Spec.Stages {
		for _, s := range st.Steps {
			if st.Name == stage && s.Approval {
				return st, s, true
			}
		}
	}
	return Stage{}, StepSpec{}, false
}

// Deadline is when the stage's approval expires, from the moment its evidence was complete.
// It is zero while nothing waits for it.
func (r Run) Deadline(stage string) time.Time {
	st, s, ok := r.approval(stage)
	if !ok {
		return time.Time{}
	}
	var since time.Time
	for _, e := range r.Events {
		if e.Kind == Finished && e.Stage == stage && contains(s.After, e.Action) && e.At.After(since) {
			since = e.At
		}
	}
	life := MaxApprovalLife
	if a := st.Settings.Approval; a != nil && a.Expires > 0 && time.Duration(a.Expires) < life {
		life = time.Duration(a.Expires)
	}
	if since.IsZero() {
		return since
	}
	return since.Add(life)
}

// MaxApprovalLife is how long an approval may be waited for at most (BL08).
const MaxApprovalLife = 72 * time.Hour

// Input is exactly what an action may know.
func (r Run) Input(s Step) Input {
	in := Input{
		RunID: r.ID, Commit: r.Commit, Product: r.Product, Pipeline: r.Spec.Pipeline, Catalog: r.Spec.Catalog,
		Stage: s.Stage, Action: s.Action, Results: r.Results(), Stages: map[string]StageConfig{},
	}
	for _, st := range r.Spec.Stages {
		in.Stages[st.Name] = st.Settings
	}
	in.Settings = in.Stages[s.Stage]
	for _, e := range r.Events {
		if e.Kind == Approved && e.Stage == s.Stage && e.Digest == r.Subject(s.Stage) {
			in.Approved = e.Digest
		}
	}
	return in
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// StageState is where one stage of the run stands, in the words of a run.
func (r Run) StageState(name string) State {
	done := r.Results()
	for _, st := range r.Spec.Stages {
		if st.Name != name {
			continue
		}
		whole, begun := true, false
		for _, s := range st.Steps {
			whole = whole && r.stepDone(st, s, done)
		}
		for _, e := range r.Events {
			begun = begun || e.Stage == name
		}
		switch {
		case stageFailed(st, done):
			return StateFailed
		case whole:
			return StateSucceeded
		case !begun:
			return StateQueued
		case r.Over() || r.State() == StateAwaiting:
			return r.State()
		}
		return StateRunning
	}
	return StateQueued
}

// HasPusher says whether the transport told who pushed.
func (r Run) HasPusher() bool {
	for _, p := range r.Commit.People {
		if p.Role == "pusher" {
			return true
		}
	}
	return false
}

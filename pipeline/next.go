package pipeline

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

// Input is exactly what an action may know.
func (r Run) Input(s Step) Input {
	in := Input{
		RunID: r.ID, Commit: r.Commit, Product: r.Product, Pipeline: r.Spec.Pipeline, Catalog: r.Spec.Catalog, Products: r.Spec.Products, Reviewed: r.Spec.Reviewed, Whole: r.Spec.Whole, Market: r.Spec.Market, Fair: r.Spec.Fair, Topics: r.Spec.Topics,
		Stage: s.Stage, Action: s.Action, Results: r.Results(), Stages: map[string]StageConfig{},
	}
	for _, st := range r.Spec.Stages {
		in.Stages[st.Name] = st.Settings
	}
	in.Settings = in.Stages[s.Stage]
	for _, e := range r.Events {
		if e.Kind == Approved && e.Stage == s.Stage && e.Digest == r.Subject(s.Stage) {
			if in.Approved == "" || in.Removals == e.Remove {
				in.Removals = e.Remove
			} else {
				in.Removals = 0
			}
			in.Approved = e.Digest
		}
	}
	return in
}

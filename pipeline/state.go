package pipeline

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

// State is where the run stands.
func (r Run) State() State { return r.state(r.Next()) }

// state is where the run stands, given what may happen next.
func (r Run) state(next []Step) State {
	switch stop := r.stopped(); {
	case (stop == Canceled || stop == Superseded) && len(next) > 0:
		return StateRunning // it cleans up
	case stop == Canceled || stop == Superseded:
		return State(stop)
	}
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

// Stopped says that somebody, or another run, has ended the run; it may still be cleaning up.
func (r Run) Stopped() bool {
	stop := r.stopped()
	return stop == Canceled || stop == Superseded
}

// Over says that nothing more will happen to the run.
func (r Run) Over() bool { return over(r.State()) }

func over(s State) bool {
	switch s {
	case StateQueued, StateRunning, StateAwaiting:
		return false
	}
	return true
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

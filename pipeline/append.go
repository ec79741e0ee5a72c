package pipeline

import (
	"fmt"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Codes of what Append refuses.
const (
	CodeUnknown    = "AXLE2101" // no such stage, action or kind of event
	CodeOutOfTurn  = "AXLE2102" // not what may happen now
	CodeOver       = "AXLE2103" // the run has ended
	CodeOtherBytes = "AXLE2104" // the digest is not the one that waits
	CodeDoubled    = "AXLE2105" // the same person twice, or an action finished twice
	CodeNoReason   = "AXLE1201"
	CodeOwn        = "AXLE4101" // an author, committer or pusher decides on their own commit
	CodeTooLate    = "AXLE4102"
	CodeNotListed  = "AXLE4103"
	CodeNobody     = "AXLE4104" // no identity
	CodeTimedOut   = "AXLE2110" // an action outlived its time
)

// Append gives the run with the events in its log, all of them or none. It refuses what is unknown,
// out of turn, doubled, stale or expired, and a decision by somebody who had a hand in the commits.
func (r Run) Append(events ...Event) (Run, error) {
	next := r
	next.Events = append(make([]Event, 0, len(r.Events)+len(events)), r.Events...)
	var may turn
	for _, e := range events {
		if err := next.check(e, &may); err != nil {
			return r, err
		}
		next.Events = append(next.Events, e)
		if e.Kind != Started { // what is under way does not change what may happen
			may = turn{}
		}
	}
	return next, nil
}

// turn is what may happen next, once it was asked for.
type turn struct {
	asked bool
	steps []Step
	over  bool
}

func (r Run) turn(may *turn) *turn {
	if !may.asked {
		*may = turn{asked: true, steps: r.Next()}
		may.over = over(r.state(may.steps))
	}
	return may
}

func refuse(code, hint, format string, args ...any) error {
	return document.Fail(code, fmt.Sprintf(format, args...), hint, nil)
}

// ended says for people how a run did.
var ended = map[State]string{StateSucceeded: "has succeeded", StateFailed: "has failed", StateCanceled: "was canceled", StateSuperseded: "was superseded"}

func (r Run) check(e Event, may *turn) error {
	// What was under way when a sibling failed may still say how it ended.
	if e.Kind != Finished && r.turn(may).over {
		return refuse(CodeOver, "start a new run", "run %s is over: it %s", r.ID, ended[r.State()])
	}
	switch e.Kind {
	case Started:
		return r.checkTurn(e, Do, may)
	case Finished:
		return r.checkFinished(e)
	case Approved, Rejected:
		return r.checkDecision(e, may)
	case Expired, Asked:
		return r.checkExpired(e, may)
	case Canceled:
		return r.checkCanceled(e)
	case Superseded:
		if r.turn(may).steps[0].Kind != Await {
			return refuse(CodeOutOfTurn, "", "run %s does not wait, and only what waits is superseded", r.ID)
		}
		return nil
	}
	return refuse(CodeUnknown, "", "unknown event %q", e.Kind)
}

// checkExpired: the deadline has passed, and pipeline.yaml says what then: the run ends, or asks again.
func (r Run) checkExpired(e Event, may *turn) error {
	if err := r.checkTurn(e, Await, may); err != nil {
		return err
	}
	if e.At.Before(r.Deadline(e.Stage)) {
		return refuse(CodeOutOfTurn, "", "the approval of %s expires at %s, not before", e.Stage, r.Deadline(e.Stage).Format("2006-01-02 15:04 MST"))
	}
	if (e.Kind == Asked) != r.Holds(e.Stage) {
		return refuse(CodeOutOfTurn, "", "on_expiry of %s does not say so", e.Stage)
	}
	return nil
}

// checkCanceled: somebody says why, and nobody has before.
func (r Run) checkCanceled(e Event) error {
	switch {
	case r.Stopped():
		return refuse(CodeDoubled, "it cleans up; axle runs watch "+r.ID+" shows it", "run %s is already being canceled", r.ID)
	case strings.TrimSpace(e.By) == "":
		return refuse(CodeNobody, "set git config user.email", "no identity; not %s", e.Kind)
	case strings.TrimSpace(e.Reason) == "":
		return refuse(CodeNoReason, "give --reason TEXT", "a reason is needed")
	}
	return nil
}

// checkTurn: the event's step is one that may happen now.
func (r Run) checkTurn(e Event, kind StepKind, may *turn) error {
	if _, ok := r.Spec.step(e.Stage, e.Action); !ok {
		return refuse(CodeUnknown, "", "run %s has no action %s", r.ID, Key(e.Stage, e.Action))
	}
	for _, s := range r.turn(may).steps {
		if s.Kind == kind && s.Stage == e.Stage && s.Action == e.Action {
			return nil
		}
	}
	return refuse(CodeOutOfTurn, "", "%s %s is not what may happen now in run %s", Key(e.Stage, e.Action), e.Kind, r.ID)
}

// checkFinished: an action that was started, and has not finished, gives a known verdict.
// It may finish after a sibling has failed, when Next no longer names it.
func (r Run) checkFinished(e Event) error {
	s, ok := r.Spec.step(e.Stage, e.Action)
	if !ok || s.Approval {
		return refuse(CodeUnknown, "", "run %s has no action %s", r.ID, Key(e.Stage, e.Action))
	}
	switch e.Result.Verdict {
	case Pass, Fail, Unjudged, Skipped:
	default:
		return refuse(CodeUnknown, "", "%q is no verdict", e.Result.Verdict)
	}
	started := false
	for _, past := range r.Events {
		if past.Stage != e.Stage || past.Action != e.Action {
			continue
		}
		if past.Kind == Finished {
			return refuse(CodeDoubled, "", "%s has already finished in run %s", Key(e.Stage, e.Action), r.ID)
		}
		started = started || past.Kind == Started
	}
	if !started {
		return refuse(CodeOutOfTurn, "", "%s was not started in run %s", Key(e.Stage, e.Action), r.ID)
	}
	return nil
}

func (sp Spec) step(stage, action string) (StepSpec, bool) {
	for _, st := range sp.Stages {
		if st.Name == stage {
			return st.step(action)
		}
	}
	return StepSpec{}, false
}

// short is a digest or an object id as people compare it.
func short(id string) string {
	if hex, ok := strings.CutPrefix(id, "sha256:"); ok {
		return hex[:min(12, len(hex))]
	}
	return id[:min(10, len(id))]
}

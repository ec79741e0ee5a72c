package market

import (
	"context"
	"errors"
	"slices"

	"github.com/axle-cd/axle/document"
)

// Outcomes of a pass over an experience, and of a command.
const (
	Clean       = "clean"
	Applied     = "applied"
	Drifted     = "drift"
	Stale       = "stale"
	Quarantined = "quarantined"
	Conflict    = "conflict"
	Opened      = "open" // everything is allowed there
	Blocked     = "blocked"
	Broken      = "failed"
	Refused     = "refused"
	Moved       = "plan_moved"
	Denied      = "denied" // access
	Awaiting    = "awaiting_approval"
	Incomplete  = "incomplete"
)

// outcomes, the one that counts most first: what may not be, what failed, what is not done, what
// waits for a person, what was found.
var outcomes = []string{Refused, Moved, Denied, Broken, Blocked, Incomplete, Awaiting, Opened, Conflict, Quarantined, Stale, Drifted, Applied, Clean}

// Worst is the outcome of all of them together.
func Worst(all ...string) string {
	worst := Clean
	for _, o := range all {
		if slices.Index(outcomes, o) < slices.Index(outcomes, worst) {
			worst = o
		}
	}
	return worst
}

// OutcomeOf sorts an error: what may not be, what is wrong here, what AWS failed at.
func OutcomeOf(err error) string {
	switch code := document.CodeOf(err); {
	case err == nil:
		return Clean
	case errors.Is(err, context.Canceled): // by a person: the next pass goes on
		return Incomplete
	case code == CodeGuard, code == CodeRevokes, code == CodeReplace:
		return Refused
	case code == CodeMoved:
		return Moved
	case len(code) > 4 && code[4] == '4':
		return Denied
	case len(code) > 4 && code[4] == '2':
		return Conflict
	}
	return Broken
}

// whyOf is an error in words.
func whyOf(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted: the next pass goes on"
	}
	return err.Error()
}

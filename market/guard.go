package market

import (
	"fmt"

	"github.com/axle-cd/axle/document"
)

// CodeGuard is of a pass that changes more than it may unasked, or rests on what cannot be meant.
const CodeGuard = "AXLE4180"

// CodeMoved is of a plan that no longer holds what there is to change.
const CodeMoved = "AXLE4181"

// Sound refuses a source that cannot be what somebody meant: everything would be denied, or
// allowed, wherever it is followed (PMP-9, X9, X10).
func (e Entry) Sound(have Experience, w Want) error {
	refuse := func(what, hint string) error {
		return document.Fail(CodeGuard, fmt.Sprintf("refused by guard: the source %s %s", e.Name, what), hint, nil)
	}
	there := e.ProductsFrom == "experience" || have.ID != "" // not one that this pass makes
	switch {
	case have.Archived:
		return refuse("is archived", "revive it, or follow another")
	case have.Policy == nil && (e.ProductsFrom == "experience" || have.Live()):
		return refuse("has no procurement policy: there everything is allowed", "give it a policy in the Marketplace console: from then on it allows what that lists, and nothing else")
	case have.Status != "Enabled" && !e.Draft && there:
		return refuse("is disabled", "enable it, or write draft: true")
	case len(w.Allow) == 0 && !e.AllowEmpty:
		return refuse("allows nothing", "write allow_empty: true if that is meant")
	}
	return nil
}

// status is what the file wants an experience's to be, or "".
func (e Entry) status() string {
	if e.Settings == nil {
		return ""
	}
	return e.Settings.Status
}

// Permit refuses a delta that is larger than the guard lets through unasked. accepted is the
// number of denials that a person agreed to; -1 where nobody was asked. It says nothing of allowances.
func (g Guard) Permit(name string, d Delta, have *Policy, accepted int) error {
	allowed := 0
	if have != nil {
		allowed = len(have.Allowed)
	}
	most := max(*g.MaxDeny, *g.MaxDenyPercent*allowed/100)
	n := len(d.Deny)
	switch {
	case accepted >= 0 && accepted != n:
		return document.Fail(CodeGuard, fmt.Sprintf("refused by guard: %d denials were accepted for %s, %d are planned", accepted, name, n), "look at the plan again", nil)
	case accepted < 0 && n > most:
		return document.Fail(CodeGuard, fmt.Sprintf("refused by guard: %s would deny %d products, and allows %d now (at most %d unasked)", name, n, allowed, most),
			"if that is meant: have the plan approved, or --accept-deny with the number of all its denials", nil)
	case len(d.Allow) > *g.MaxAllow:
		return document.Fail(CodeGuard, fmt.Sprintf("refused by guard: %s would allow %d products (at most %d unasked)", name, len(d.Allow), *g.MaxAllow), "raise guard.max_allow, or have the plan approved", nil)
	}
	return nil
}

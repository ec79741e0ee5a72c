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

// Append gives the run with the event in its log. It refuses what is unknown, out of turn,
// doubled, stale or expired, and a decision by somebody who had a hand in the commits.
func (r Run) Append(e Event) (Run, error) {
	if err := r.check(e); err != nil {
		return r, err
	}
	events := make([]Event, len(r.Events), len(r.Events)+1)
	copy(events, r.Events)
	r.Events = append(events, e)
	return r, nil
}

func refuse(code, hint, format string, args ...any) error {
	return document.Fail(code, fmt.Sprintf(format, args...), hint, nil)
}

func (r Run) check(e Event) error {
	// What was under way when a sibling failed may still say how it ended.
	if r.Over() && e.Kind != Finished {
		return refuse(CodeOver, "start a new run", "run %s was %s", r.ID, r.State())
	}
	switch e.Kind {
	case Started:
		return r.checkTurn(e, Do)
	case Finished:
		return r.checkFinished(e)
	case Approved, Rejected:
		return r.checkDecision(e)
	case Expired:
		if err := r.checkTurn(e, Await); err != nil {
			return err
		}
		if e.At.Before(r.Deadline(e.Stage)) {
			return refuse(CodeOutOfTurn, "", "the approval of %s expires at %s, not before", e.Stage, r.Deadline(e.Stage).Format("2006-01-02 15:04 MST"))
		}
		return nil
	case Canceled, Superseded:
		return nil
	}
	return refuse(CodeUnknown, "", "unknown event %q", e.Kind)
}

// checkTurn: the event's step is one that may happen now.
func (r Run) checkTurn(e Event, kind StepKind) error {
	if _, ok := r.Spec.step(e.Stage, e.Action); !ok {
		return refuse(CodeUnknown, "", "run %s has no action %s", r.ID, Key(e.Stage, e.Action))
	}
	for _, s := range r.Next() {
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

func (r Run) checkDecision(e Event) error {
	if err := r.checkTurn(e, Await); err != nil {
		return err
	}
	st, s, _ := r.approval(e.Stage)
	subject, deadline := r.Subject(e.Stage), r.Deadline(e.Stage)
	switch {
	case strings.TrimSpace(e.By) == "":
		return refuse(CodeNobody, "set git config user.email", "no identity; not %s", e.Kind)
	case strings.TrimSpace(e.Reason) == "":
		return refuse(CodeNoReason, "give --reason TEXT", "a reason is needed")
	case e.At.After(deadline):
		return refuse(CodeTooLate, "start a new run", "request expired on %s; ask again", deadline.Format("2006-01-02 15:04 MST"))
	case e.Digest != subject:
		return refuse(CodeOtherBytes, "look at the run again and decide on what it shows now", "digest differs from approved: %s / %s", short(e.Digest), short(subject))
	}
	if e.Kind == Rejected {
		return nil
	}
	if err := r.checkOwn(e); err != nil {
		return err
	}
	for _, past := range r.Events {
		if past.Kind == Approved && past.Stage == e.Stage && strings.EqualFold(past.By, e.By) {
			return refuse(CodeDoubled, "", "you have approved; %d more needed", r.approvalsMissing(st, s))
		}
	}
	return checkListed(st.Settings.Approval, e.By)
}

// checkOwn refuses whoever wrote, committed or pushed a commit of the release.
func (r Run) checkOwn(e Event) error {
	shas, mine, role, sha := map[string]bool{}, map[string]bool{}, "", ""
	for _, p := range r.Commit.People {
		if p.SHA != "" {
			shas[p.SHA] = true
		}
		if !strings.EqualFold(strings.TrimSpace(p.Email), strings.TrimSpace(e.By)) {
			continue
		}
		mine[p.SHA] = true
		if role == "" || p.Role == "author" {
			role, sha = p.Role, p.SHA
		}
	}
	ask := "ask somebody who had no hand in it"
	switch role {
	case "":
		return nil
	case "author", "committer":
		return refuse(CodeOwn, ask, "you %s %d of %d commits in this release (%s)", map[string]string{"author": "authored", "committer": "committed"}[role], len(mine), len(shas), short(sha))
	}
	return refuse(CodeOwn, ask, "you pushed this release")
}

// matches says whether a rule's list names the person. An empty list names everybody.
func (rule ApprovalRule) matches(email string) bool {
	for _, who := range rule.From {
		if user, ok := strings.CutPrefix(who, "user:"); ok && strings.EqualFold(user, email) {
			return true
		}
	}
	return len(rule.From) == 0
}

func checkListed(a *Approval, email string) error {
	if a == nil || len(a.Rules) == 0 {
		return nil
	}
	var lists []string
	for _, rule := range a.Rules {
		if rule.matches(email) {
			return nil
		}
		lists = append(lists, strings.Join(rule.From, ", "))
	}
	return refuse(CodeNotListed, "", "only %s may approve", strings.Join(lists, "; "))
}

// approvalsMissing is how many more people the rules ask for; without rules, one in all.
// One person counts once in each rule that lists them.
func (r Run) approvalsMissing(st Stage, s StepSpec) int {
	var people []string
	subject := r.Subject(st.Name)
	for _, e := range r.Events {
		if e.Kind == Approved && e.Stage == st.Name && e.Action == s.Action && e.Digest == subject && !containsFold(people, e.By) {
			people = append(people, e.By)
		}
	}
	rules := []ApprovalRule{{Required: 1}}
	if a := st.Settings.Approval; a != nil && len(a.Rules) > 0 {
		rules = a.Rules
	}
	missing := 0
	for _, rule := range rules {
		have := 0
		for _, p := range people {
			if rule.matches(p) {
				have++
			}
		}
		missing = max(missing, max(rule.Required, 1)-have)
	}
	return missing
}

// Missing is how many more people must approve the stage.
func (r Run) Missing(stage string) int {
	st, s, ok := r.approval(stage)
	if !ok {
		return 0
	}
	return r.approvalsMissing(st, s)
}

func (sp Spec) step(stage, action string) (StepSpec, bool) {
	for _, st := range sp.Stages {
		if st.Name == stage {
			return st.step(action)
		}
	}
	return StepSpec{}, false
}

func containsFold(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

// short is a digest or an object id as people compare it.
func short(id string) string {
	if hex, ok := strings.CutPrefix(id, "sha256:"); ok {
		return hex[:min(12, len(hex))]
	}
	return id[:min(10, len(id))]
}

package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	. "github.com/axle-cd/axle/pipeline"
)

// spec is a small pipeline: two checks side by side; provision, test, and a teardown that
// always runs; a plan that a person approves, and its publication.
func spec() Spec {
	return Spec{Pipeline: "p", Protected: "main", Stages: []Stage{
		{Name: "alpha", Steps: []StepSpec{{Action: "secrets"}, {Action: "policy"}}},
		{Name: "beta", Steps: []StepSpec{
			{Action: "provision"},
			{Action: "integration", After: []string{"provision"}},
			{Action: "teardown", After: []string{"integration"}, Always: true},
		}},
		{Name: "prod", Steps: []StepSpec{
			{Action: "plan"},
			{Action: "approval", After: []string{"plan"}, Approval: true},
			{Action: "publish", After: []string{"approval"}},
		}},
	}}
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func newRun() Run {
	return Run{ID: "r1", Product: "product.yaml", Spec: spec(), Commit: Commit{SHA: "aaaa", People: []Person{
		{Email: "dev@example.com", Role: "author", SHA: "aaaa"},
		{Email: "dev@example.com", Role: "committer", SHA: "aaaa"},
		{Email: "other@example.com", Role: "author", SHA: "bbbb"},
		{Email: "push@example.com", Role: "pusher"},
	}}}
}

// play appends a script: "alpha/policy" starts and passes it, "alpha/policy=fail" ends it so,
// "alpha/policy>" only starts it.
func play(t *testing.T, r Run, script string) Run {
	t.Helper()
	for _, word := range strings.Fields(script) {
		name, verdict, ends := strings.Cut(word, "=")
		started := strings.HasSuffix(name, ">")
		stage, action, _ := strings.Cut(strings.TrimSuffix(name, ">"), "/")
		if !ends {
			verdict = "pass"
		}
		events := []Event{{Kind: Started, Stage: stage, Action: action, At: noon}}
		if !started {
			events = append(events, Event{Kind: Finished, Stage: stage, Action: action, At: noon, Result: Result{
				Verdict: Verdict(verdict), Artifacts: []Artifact{{Name: action, Digest: "sha256:" + action}}}})
		}
		for _, e := range events {
			var err error
			if r, err = r.Append(e); err != nil {
				t.Fatalf("%s: %v", word, err)
			}
		}
	}
	return r
}

func next(r Run) string {
	var words []string
	for _, s := range r.Next() {
		words = append(words, strings.TrimSuffix(string(s.Kind)+" "+s.Stage+"/"+s.Action, "/"))
	}
	return strings.Join(words, ", ")
}

const toPlan = "alpha/secrets alpha/policy beta/provision beta/integration beta/teardown prod/plan"

func TestNextIsTheWholeControlFlow(t *testing.T) {
	for _, c := range []struct {
		name, script, next string
		state              State
	}{
		{"a new run starts both checks", "", "do alpha/secrets, do alpha/policy", StateQueued},
		{"what was started and has not finished is to be done again", "alpha/secrets>", "do alpha/secrets, do alpha/policy", StateRunning},
		{"a stage waits for all its steps", "alpha/secrets", "do alpha/policy", StateRunning},
		{"the next stage opens", "alpha/secrets alpha/policy", "do beta/provision", StateRunning},
		{"a skipped step does not stop the run", "alpha/secrets alpha/policy=skipped", "do beta/provision", StateRunning},
		{"a finding ends the run", "alpha/secrets alpha/policy=fail", "failed alpha", StateFailed},
		{"what could not be judged ends it too", "alpha/secrets alpha/policy=unjudged", "failed alpha", StateFailed},
		{"a failure still cleans up", "alpha/secrets alpha/policy beta/provision=fail", "do beta/teardown", StateRunning},
		{"and then ends", "alpha/secrets alpha/policy beta/provision=fail beta/teardown", "failed beta", StateFailed},
		{"a teardown that fails fails the run", "alpha/secrets alpha/policy beta/provision beta/integration beta/teardown=fail", "failed beta", StateFailed},
		{"prod waits for a person", toPlan, "await prod/approval", StateAwaiting},
		{"with nothing to change there is nothing to approve", strings.Replace(toPlan, "prod/plan", "prod/plan=skipped", 1), "do prod/publish", StateRunning},
	} {
		r := play(t, newRun(), c.script)
		if got := next(r); got != c.next || r.State() != c.state {
			t.Errorf("%s: next %q, %s; want %q, %s", c.name, got, r.State(), c.next, c.state)
		}
	}
}

func approve(r Run) Event {
	return Event{Kind: Approved, Stage: "prod", Action: "approval", By: "manager@example.com", Via: "local", Reason: "looks right", Digest: r.Subject("prod"), At: noon.Add(time.Hour)}
}

func TestAnApprovalLetsTheRunGoOn(t *testing.T) {
	r := play(t, newRun(), toPlan)
	r, err := r.Append(approve(r))
	if err != nil || next(r) != "do prod/publish" {
		t.Fatalf("%v, next %s", err, next(r))
	}
	if in := r.Input(Step{Kind: Do, Stage: "prod", Action: "publish"}); in.Approved != r.Subject("prod") || in.Approved == "" {
		t.Errorf("publish knows approval %q, want %q", in.Approved, r.Subject("prod"))
	}
	r = play(t, r, "prod/publish")
	if r.State() != StateSucceeded {
		t.Errorf("state %s", r.State())
	}
}

// UI-2, UI-3, T20, T21, B174..B182
func TestAppendRefuses(t *testing.T) {
	waiting := play(t, newRun(), toPlan)
	with := func(change func(*Event)) Event {
		e := approve(waiting)
		change(&e)
		return e
	}
	done := play(t, newRun(), "alpha/secrets alpha/policy=fail")
	approved, err := waiting.Append(approve(waiting))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		run  Run
		e    Event
		code string
		says string
	}{
		{"an author's own approval", waiting, with(func(e *Event) { e.By = "Dev@example.com" }), CodeOwn, "you authored 1 of 2 commits in this release (aaaa)"},
		{"any author of the release", waiting, with(func(e *Event) { e.By = "other@example.com" }), CodeOwn, "you authored 1 of 2"},
		{"the pusher's", waiting, with(func(e *Event) { e.By = "push@example.com" }), CodeOwn, "you pushed this release"},
		{"nobody's", waiting, with(func(e *Event) { e.By = " " }), CodeNobody, "no identity"},
		{"one without a reason", waiting, with(func(e *Event) { e.Reason = "" }), CodeNoReason, "a reason is needed"},
		{"one of other bytes", waiting, with(func(e *Event) { e.Digest = "sha256:00" }), CodeOtherBytes, "digest differs from approved"},
		{"one too late", waiting, with(func(e *Event) { e.At = noon.Add(72*time.Hour + time.Second) }), CodeTooLate, "request expired on 2026-11-24"},
		{"one out of turn", newRun(), with(func(e *Event) {}), CodeOutOfTurn, "is not what may happen now"},
		{"a rejection after the approval", approved, Event{At: noon, Kind: Rejected, Stage: "prod", Action: "approval", By: "late@example.com", Reason: "no"}, CodeOutOfTurn, "is already approved, by "}, // UI-4
		{"one of no stage", waiting, with(func(e *Event) { e.Stage = "delta" }), CodeUnknown, "no action delta/approval"},
		{"an unknown kind", waiting, Event{Kind: "blessed"}, CodeUnknown, `unknown event "blessed"`},
		{"an expiry before its time", waiting, Event{Kind: Expired, Stage: "prod", Action: "approval", At: noon}, CodeOutOfTurn, "not before"},
		{"an action out of turn", newRun(), Event{Kind: Started, Stage: "prod", Action: "publish"}, CodeOutOfTurn, "is not what may happen now"},
		{"an end without a start", newRun(), Event{Kind: Finished, Stage: "alpha", Action: "policy", Result: Result{Verdict: Pass}}, CodeOutOfTurn, "was not started"},
		{"a second end", play(t, newRun(), "alpha/policy"), Event{Kind: Finished, Stage: "alpha", Action: "policy", Result: Result{Verdict: Pass}}, CodeDoubled, "already finished"},
		{"no verdict", play(t, newRun(), "alpha/policy>"), Event{Kind: Finished, Stage: "alpha", Action: "policy"}, CodeUnknown, `"" is no verdict`},
		{"anything after the end", done, Event{Kind: Canceled}, CodeOver, "is over: it has failed"},
	} {
		after, err := c.run.Append(c.e)
		if document.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want %s %q", c.name, err, c.code, c.says)
		}
		if len(after.Events) != len(c.run.Events) {
			t.Errorf("%s: a refused event was kept", c.name)
		}
	}
}

// UI-2: a transport may name a pusher by user name alone, and a pusher may be an author too.
func TestAPusherByUserName(t *testing.T) {
	waiting := play(t, newRun(), toPlan)
	waiting.Commit.People = append(waiting.Commit.People, Person{Email: "jdoe", Role: "pusher"}, Person{Email: "dev@example.com", Role: "pusher"})
	for by, says := range map[string]string{
		"JDoe@example.com":  "you pushed this release",
		" dev@example.com ": "you authored 1 of 2 commits in this release (aaaa)",
	} {
		e := approve(waiting)
		e.By = by
		if _, err := waiting.Append(e); document.CodeOf(err) != CodeOwn || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v; want %q", by, err, says)
		}
	}
	if _, err := waiting.Append(approve(waiting)); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// UI-1, B179, B181
func TestRulesMustAllHold(t *testing.T) {
	r := newRun()
	r.Spec.Stages[2].Settings.Approval = &Approval{Rules: []ApprovalRule{
		{Required: 2, From: []string{"user:manager@example.com", "user:lead@example.com"}},
	}}
	r = play(t, r, toPlan)
	stranger := approve(r)
	stranger.By = "stranger@example.com"
	if _, err := r.Append(stranger); document.CodeOf(err) != CodeNotListed {
		t.Errorf("stranger: %v", err)
	}
	r, err := r.Append(approve(r))
	if err != nil || r.State() != StateAwaiting || r.Missing("prod") != 1 {
		t.Fatalf("after one of two: %v, %s, %d missing", err, r.State(), r.Missing("prod"))
	}
	if _, err := r.Append(approve(r)); document.CodeOf(err) != CodeDoubled {
		t.Errorf("the same person twice: %v", err)
	}
	second := approve(r)
	second.By = "lead@example.com"
	if r, err = r.Append(second); err != nil || next(r) != "do prod/publish" {
		t.Errorf("after two: %v, next %s", err, next(r))
	}
}

func TestADecisionOrAnExpiryEndsTheRun(t *testing.T) {
	waiting := play(t, newRun(), toPlan)
	rejected := approve(waiting)
	rejected.Kind = Rejected
	for _, e := range []Event{
		rejected,
		{Kind: Expired, Stage: "prod", Action: "approval", At: noon.Add(73 * time.Hour)},
	} {
		r, err := waiting.Append(e)
		if err != nil || r.State() != StateFailed {
			t.Errorf("%s: %v, %s", e.Kind, err, r.State())
		}
	}
}

// UI-3: whatever the plan's artifacts are, the approval is of them and of no others.
func TestTheSubjectFollowsItsArtifacts(t *testing.T) {
	a := play(t, newRun(), toPlan)
	b := play(t, newRun(), strings.Replace(toPlan, " prod/plan", "", 1))
	if b.Subject("prod") != "" {
		t.Error("there is a subject before there is a plan")
	}
	b = play(t, b, "prod/plan>")
	b, err := b.Append(Event{Kind: Finished, Stage: "prod", Action: "plan", At: noon, Result: Result{Verdict: Pass, Artifacts: []Artifact{{Name: "plan", Digest: "sha256:other"}}}})
	if err != nil || a.Subject("prod") == b.Subject("prod") {
		t.Errorf("%v: two plans, one subject %s", err, a.Subject("prod"))
	}
}

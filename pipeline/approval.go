package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"strings"
	"time"
)

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
	for _, e := range r.Events {
		if e.Kind == Asked && e.Stage == stage {
			lines = append(lines, "asked again "+e.At.UTC().Format(time.RFC3339Nano)) // what was said before counts no more
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
		if e.Kind == Finished && e.Stage == stage && slices.Contains(s.After, e.Action) && e.At.After(since) {
			since = e.At
		}
		if e.Kind == Asked && e.Stage == stage && !since.IsZero() {
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

// Holds says whether a run whose approval nobody gave in time goes on waiting (on_expiry: hold).
func (r Run) Holds(stage string) bool {
	st, _, _ := r.approval(stage)
	return st.Settings.Approval != nil && st.Settings.Approval.OnExpiry == "hold"
}

// MaxApprovalLife is how long an approval may be waited for at most (BL08).
const MaxApprovalLife = 72 * time.Hour

func (r Run) checkDecision(e Event, may *turn) error {
	if err := r.checkTurn(e, Await, may); err != nil {
		for _, past := range r.Events {
			if past.Kind == Approved && past.Stage == e.Stage {
				return refuse(CodeOutOfTurn, "the first decision stands", "run %s is already approved, by %s", r.ID, past.By)
			}
		}
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
		if past.Kind == Approved && past.Stage == e.Stage && past.Digest == subject && same(past.By, e.By) {
			return refuse(CodeDoubled, "", "you have approved; %d more needed", r.approvalsMissing(st, s))
		}
	}
	return checkListed(st.Settings.Approval, e.By)
}

// is says whether the person is who decides. Some transports name a pusher by user name alone:
// that is taken for the address that begins with it, rather than for nobody.
func (p Person) is(email string) bool {
	name, email := strings.TrimSpace(p.Email), strings.TrimSpace(email)
	if p.Role == "pusher" && !strings.Contains(name, "@") {
		email, _, _ = strings.Cut(email, "@")
	}
	return name != "" && strings.EqualFold(name, email)
}

// checkOwn refuses whoever wrote, committed or pushed a commit of the release.
func (r Run) checkOwn(e Event) error {
	shas, mine, role, sha := map[string]bool{}, map[string]bool{}, "", ""
	for _, p := range r.Commit.People {
		if p.SHA != "" {
			shas[p.SHA] = true
		}
		if !p.is(e.By) {
			continue
		}
		if p.SHA != "" {
			mine[p.SHA] = true
		}
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
		if user, ok := strings.CutPrefix(who, "user:"); ok && same(user, email) {
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

// same says whether two addresses are one person's.
func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

// approvalsMissing is how many more people the rules ask for; without rules, one in all.
// One person counts once in each rule that lists them.
func (r Run) approvalsMissing(st Stage, s StepSpec) int {
	var people []string
	subject := r.Subject(st.Name)
	for _, e := range r.Events {
		if e.Kind == Approved && e.Stage == st.Name && e.Action == s.Action && e.Digest == subject && !slices.ContainsFunc(people, func(p string) bool { return same(p, e.By) }) {
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

package market

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// Granter reads licences and makes the calls of grants, as the account that holds them.
type Granter interface {
	// Observe reads all that a plan rests on; known are grants that axle is known to have made.
	Observe(ctx context.Context, known map[string]bool) (Estate, error)
	// Look reads one grant; one that is not there is DELETED.
	Look(ctx context.Context, licence, arn string) (Grant, error)
	// Do makes the one call of a pair's step. Made again it does nothing more.
	Do(context.Context, Pair) (Grant, error)
}

// GrantBooks keep the marks. A mark and what happened are written in one step; refused where
// another pass has begun since.
type GrantBooks interface {
	Marks(context.Context) (map[string]Mark, error)
	Mark(ctx context.Context, m Mark, happened ...Audit) error
}

// Sharing is a pass over licences: many jobs are begun and many are looked after, each written
// down before its call. It may end anywhere; the next one goes on (LIC-5).
type Sharing struct {
	Licences     *Licences
	Granter      Granter
	Books        GrantBooks
	Now          func() time.Time
	Sleep        func(context.Context, time.Duration) error
	Ask          Ask
	Organization string // its id, in the audit
	Run          string // in the audit
	Actor        string
	Approval     string
	Budget       time.Duration // of one pass; 0: none
	Say          func(format string, args ...any)
}

// Shared is what a pass came to.
type Shared struct {
	Outcome string   `json:"outcome"`
	Calls   int      `json:"calls"`   // jobs begun
	Ended   []Pair   `json:"ended"`   // pairs that are as they should be now, or whose grant is gone
	Failed  []Notice `json:"failed"`  // pairs that need somebody
	Left    int      `json:"left"`    // pairs that the next pass goes on with
	Waiting int      `json:"waiting"` // grants that the organization is to accept
	Error   string   `json:"error,omitempty"`

	Err error `json:"-"`
}

// After is what this pass came to, and another before it.
func (s Shared) After(before Shared) Shared {
	s.Calls += before.Calls
	s.Ended = append(slices.Clone(before.Ended), s.Ended...)
	if s.Outcome == Clean && s.Calls > 0 {
		s.Outcome = Applied
	}
	return s
}

// SharedSeen is how the last passes went (PMP-12, LIC-9).
type SharedSeen struct {
	Attempt time.Time `json:"last_attempt"`
	Success time.Time `json:"last_success,omitzero"`
	Error   string    `json:"last_error,omitempty"`
	Outcome string    `json:"outcome"`
	Grants  int       `json:"grants"` // that axle made, as the last pass found them
	Left    int       `json:"left,omitempty"`
	Waiting int       `json:"waiting,omitempty"`
}

// looks is how often grants that AWS works at are looked at; a step takes 90 to 180 seconds.
const looks = 10 * time.Second

// Propose observes and plans. It changes nothing, here or at AWS.
func (s Sharing) Propose(ctx context.Context) (LicencePlan, Estate, error) {
	marks, err := s.Books.Marks(ctx)
	if err != nil {
		return LicencePlan{}, Estate{}, err
	}
	known := map[string]bool{}
	for _, m := range marks {
		known[m.Grant] = m.Grant != ""
	}
	e, err := s.Granter.Observe(ctx, known)
	if err != nil {
		return LicencePlan{}, e, err
	}
	if err := s.unlisted(ctx, &e, marks); err != nil {
		return LicencePlan{}, e, err
	}
	return s.Licences.Plan(e, marks, s.Ask, s.Now()), e, nil
}

// unlisted adds the grants that were made and that the list has not yet.
func (s Sharing) unlisted(ctx context.Context, e *Estate, marks map[string]Mark) error {
	listed := map[string]bool{}
	for _, g := range e.Grants {
		listed[g.ARN] = true
	}
	for _, m := range marks {
		if m.Grant == "" || listed[m.Grant] || !slices.ContainsFunc(e.Licences, func(l Licence) bool { return l.ARN == m.Licence }) {
			continue
		}
		if s.Now().Sub(m.Begun) > unseen {
			continue
		}
		g, err := s.Granter.Look(ctx, m.Licence, m.Grant)
		if err != nil {
			return err
		}
		if g.Status != "DELETED" {
			g.Ours = true
			e.Grants = append(e.Grants, g)
		}
	}
	return nil
}

// pass is a Sharing at work.
type pass struct {
	Sharing
	marks    map[string]Mark
	queue    []Pair
	open     []Pair // AWS is at work on their grants
	deadline time.Time
	took     []time.Duration
	shared   Shared
}

// Apply carries out a plan that the guard let through.
func (s Sharing) Apply(ctx context.Context, plan LicencePlan) Shared {
	w := &pass{Sharing: s, shared: Shared{Ended: []Pair{}, Failed: []Notice{}}}
	if w.Say == nil {
		w.Say = func(string, ...any) {}
	}
	err := w.begin(ctx, plan)
	if err == nil {
		err = w.work(ctx)
	}
	w.shared.Left = len(w.queue) + len(w.open)
	w.shared.Outcome = w.outcome(plan, err)
	if err != nil {
		w.shared.Err, w.shared.Error = err, whyOf(err)
	}
	return w.shared
}

func (w *pass) outcome(plan LicencePlan, err error) string {
	all := []string{plan.Outcome(), Clean}
	if err != nil {
		all = append(all, OutcomeOf(err))
	} else if w.shared.Left > 0 {
		all = append(all, Incomplete)
	}
	if len(w.shared.Failed) > 0 {
		all = append(all, Conflict)
	}
	if w.shared.Calls > 0 || len(w.shared.Ended) > 0 {
		all = append(all, Applied)
	}
	return Worst(all...)
}

// Outcome is what the plan's notices come to.
func (p LicencePlan) Outcome() string {
	if slices.ContainsFunc(p.Notices, func(n Notice) bool { return !n.Warning }) {
		return Conflict
	}
	return Clean
}

func (w *pass) begin(ctx context.Context, plan LicencePlan) (err error) {
	if w.marks, err = w.Books.Marks(ctx); err != nil {
		return err
	}
	for _, m := range w.marks {
		if m.Took > 0 {
			w.took = append(w.took, m.Took)
		}
	}
	for _, m := range plan.Marks {
		if err := w.keep(ctx, m); err != nil {
			return err
		}
	}
	for _, pair := range plan.Pairs {
		if pair.Step == Poll {
			w.open = append(w.open, pair)
		} else {
			w.queue = append(w.queue, pair)
		}
	}
	if w.deadline = w.Now().Add(w.Budget); w.Budget == 0 {
		w.deadline = time.Time{}
	}
	return nil
}

// work begins and looks after jobs until there is none, or no time.
func (w *pass) work(ctx context.Context) error {
	for {
		for len(w.queue) > 0 && len(w.open) < w.Licences.Concurrency && w.time(p95(w.took)) {
			pair := w.queue[0]
			w.queue = w.queue[1:]
			if err := w.job(ctx, pair); err != nil {
				return err
			}
		}
		if len(w.open) == 0 || !w.time(looks) {
			return nil
		}
		if err := w.Sleep(ctx, looks); err != nil {
			return err
		}
		if err := w.look(ctx); err != nil {
			return err
		}
	}
}

// time says whether there is so much of it left.
func (w *pass) time(need time.Duration) bool {
	return w.deadline.IsZero() || w.deadline.Sub(w.Now()) >= need
}

func (w *pass) mark(pair Pair) Mark {
	m := w.marks[pair.Key()]
	m.Licence, m.Principal = pair.Licence, pair.Principal
	return m
}

func (w *pass) keep(ctx context.Context, m Mark, happened ...Audit) error {
	if err := w.Books.Mark(ctx, m, happened...); err != nil {
		return err
	}
	w.marks[m.Key()] = m
	return nil
}

// job writes a step down, makes its call, and writes down what was answered. A refusal is the
// pair's own, and the next one goes on (L9); what axle may not do at all ends the pass.
func (w *pass) job(ctx context.Context, pair Pair) error {
	m := w.mark(pair)
	m.Step, m.Operations, m.Begun, m.Sent = pair.Step, pair.Operations, w.Now(), false
	begun := w.audit(pair, m, "begun", nil)
	begun.End = time.Time{}
	if err := w.keep(ctx, m, begun); err != nil { // the answer may never come
		return err
	}
	w.shared.Calls++
	w.Say("%s %s for %s", pair.Step, pair.SKU, pair.Principal)
	g, err := w.Granter.Do(ctx, pair)
	if err != nil {
		return w.refused(ctx, pair, m, err)
	}
	switch m.Sent = true; pair.Step {
	case Make:
		m.Generation, m.Grant = pair.Generation+1, g.ARN
	case Again:
		m.Failures++
		m.Retry = w.Now().Add(time.Minute << m.Failures)
	case Revoke:
		m.Unentitled = time.Time{}
	}
	if pair.Adopt {
		m.Grant = g.ARN
	}
	g.Ours, pair.Grant = true, &g
	if err := w.keep(ctx, m, w.audit(pair, m, "sent", nil)); err != nil {
		return err
	}
	return w.next(ctx, pair)
}

func (w *pass) refused(ctx context.Context, pair Pair, m Mark, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if kept := w.keep(ctx, m, w.audit(pair, m, "failed", err)); kept != nil {
		return errors.Join(err, kept)
	}
	if strings.HasPrefix(document.CodeOf(err), "AXLE4") {
		w.queue = append([]Pair{pair}, w.queue...)
		return err
	}
	w.fail(pair, err.Error())
	return nil
}

func (w *pass) fail(pair Pair, what string) {
	w.shared.Failed = append(w.shared.Failed, Notice{Kind: "failed", SKU: pair.SKU, Account: pair.Account, What: fmt.Sprintf("%s: %s", pair.Step, what)})
}

func (w *pass) audit(pair Pair, m Mark, status string, err error) Audit {
	a := Audit{Run: w.Run, Actor: w.Actor, Approval: w.Approval, Organization: w.Organization, Principal: pair.Principal, Product: pair.SKU, Grant: m.Grant,
		Effect: string(pair.Step), Why: pair.By, Status: status, Start: m.Begun, End: w.Now()}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// look asks how each grant is that AWS works at.
func (w *pass) look(ctx context.Context) error {
	open := w.open
	w.open = nil
	for i, pair := range open {
		g, err := w.Granter.Look(ctx, pair.Licence, pair.Grant.ARN)
		if err != nil {
			w.open = append(w.open, open[i:]...)
			return err
		}
		g.Ours = pair.Grant.Ours || pair.Adopt
		if pair.Grant = &g; g.moving() {
			w.open = append(w.open, pair)
			continue
		}
		if m := w.mark(pair); m.Sent {
			m.Took = w.Now().Sub(m.Begun)
			w.took = append(w.took, m.Took)
			if err := w.keep(ctx, m, w.audit(pair, m, g.Status, nil)); err != nil {
				return err
			}
		}
		if err := w.next(ctx, pair); err != nil {
			return err
		}
	}
	return nil
}

// next says what a pair needs once its grant has gone on.
func (w *pass) next(ctx context.Context, pair Pair) error {
	if pair.Grant.moving() {
		w.open = append(w.open, pair)
		return nil
	}
	seen := pair.Grant
	wanted := pair.Word == Yes
	if pair.Account == "" && wanted { // a grant to many is made active, no more
		w.shared.Ended = append(w.shared.Ended, pair)
		return nil
	}
	step, why := Next(seen, wanted, pair.Operations, w.Licences.Accept == "auto", w.Ask.Recreate)
	pair.Step, pair.Why = step, why
	switch {
	case step == Rest:
		w.shared.Ended = append(w.shared.Ended, pair)
	case step == Poll:
		w.shared.Waiting++
		return w.offered(ctx, pair)
	case step == Tell:
		w.fail(pair, why)
	case step == Again && seen.Status == "FAILED_WORKFLOW" && w.mark(pair).Failures >= mostFailures:
		w.fail(pair, fmt.Sprintf("its grant failed %d times: %s", w.mark(pair).Failures, seen.Reason))
	case step == Make && w.Now().Before(w.mark(pair).Retry):
		w.shared.Waiting++
	case step == Revoke && pair.Due.After(w.Now()):
		w.shared.Waiting++
	default:
		if step == Make {
			pair.Grant, pair.Generation = nil, max(pair.Generation, w.mark(pair).Generation)
		}
		w.queue = append([]Pair{pair}, w.queue...)
	}
	return nil
}

// offered writes down since when a grant waits to be accepted.
func (w *pass) offered(ctx context.Context, pair Pair) error {
	m := w.mark(pair)
	if !m.Offered.IsZero() {
		return nil
	}
	m.Offered = w.Now()
	return w.keep(ctx, m)
}

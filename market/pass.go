package market

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/axle-cd/axle/document"
)

// Pass carries a proposal out: experiences side by side, the sets of one after another, every
// denial before the first allowance. It may end anywhere; the next one goes on.
type Pass struct {
	File     *File
	At       func(Organization) (Marketplace, Changer)
	Bought   func(context.Context, Organization) ([]Agreement, error) // what is in force there: for who plans; nil: not read
	Received func(context.Context, Organization) ([]Agreement, error) // the licences, likewise
	Books    Books
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error
	Run      string // in the names of change sets, and in the audit
	Actor    string
	Approval string // the digest that was approved, of a plan that holds the proposal; "": nobody was asked
	Opens    bool   // a person agreed that somebody is left without a live experience
	Asks     bool   // what the guards hold back waits for a person, whom a run asks; else it is refused
	Say      func(format string, args ...any)
}

// Done is what became of one experience.
type Done struct {
	Entry        string   `json:"entry"`
	Organization string   `json:"organization"`
	Experience   string   `json:"experience"`
	Outcome      string   `json:"outcome"`
	Why          string   `json:"why,omitempty"`
	Denied       int      `json:"denied"`
	Allowed      int      `json:"allowed"`
	Sets         int      `json:"change_sets"`
	Poisons      []Poison `json:"quarantined,omitempty"`
	Left         int      `json:"left,omitempty"` // products that are still to be changed

	Err error `json:"-"`
}

// After is what became of the experience in this pass, and in another before it.
func (d Done) After(before Done) Done {
	d.Denied, d.Allowed, d.Sets = d.Denied+before.Denied, d.Allowed+before.Allowed, d.Sets+before.Sets
	if d.Outcome == Clean && d.Sets > 0 {
		d.Outcome = Applied
	}
	return d
}

// leaseFor is how long an organization is one runner's without news of it.
const leaseFor = 15 * time.Minute

// Apply carries out what the guards let through. accepted is how many denials a person agreed
// to, -1 where nobody was asked; an approval stands for such an agreement.
func (p Pass) Apply(ctx context.Context, all Proposal, accepted int) []Done {
	if p.Say == nil {
		p.Say = func(string, ...any) {}
	}
	done := make([]Done, len(all.Items))
	deadline := p.Now().Add(time.Duration(p.File.Sync.Budget))
	fences, busy := p.lease(ctx, all)
	index := make([]int, len(all.Items))
	for i := range index {
		index[i] = i
	}
	do := func(i int, item Item) {
		done[i] = p.item(ctx, item, all, accepted, deadline, fences[item.Organization], busy[item.Organization]).After(done[i])
	}
	each(index, p.File.Sync.Concurrency, func(i int) {
		item := all.Items[i]
		item.held = all.comes(item)
		do(i, item)
	})
	index = slices.DeleteFunc(index, func(i int) bool { return done[i].Err != nil || all.comes(all.Items[i]) == 0 })
	each(index, p.File.Sync.Concurrency, func(i int) { // they are free by now
		item := all.Items[i]
		item.Experience, item.novel, item.Make = done[i].Experience, item.Make, false
		do(i, item)
	})
	p.free(ctx, fences)
	return done
}

func (p Pass) lease(ctx context.Context, all Proposal) (map[string]int64, map[string]error) {
	fences, busy := map[string]int64{}, map[string]error{}
	for _, item := range all.Items {
		if fences[item.Organization] != 0 || busy[item.Organization] != nil {
			continue
		}
		now := p.Now()
		id := p.File.Organization(item.Organization).ID
		until := now.Add(max(leaseFor, time.Duration(p.File.Sync.Budget)))
		if fence, err := p.Books.Lease(ctx, id, p.Run, now, until); err != nil {
			busy[item.Organization] = &shortOf{Blocked, err}
		} else {
			fences[item.Organization] = fence
		}
	}
	return fences, busy
}

func (p Pass) free(ctx context.Context, fences map[string]int64) {
	for name := range fences {
		// One that is not given back runs out by itself.
		_, _ = p.Books.Lease(context.WithoutCancel(ctx), p.File.Organization(name).ID, p.Run, p.Now(), time.Time{})
	}
}

// item carries out one experience, and writes down how it went, whatever that was.
func (p Pass) item(ctx context.Context, item Item, all Proposal, accepted int, deadline time.Time, fence int64, busy error) Done {
	w := &work{Pass: p, item: item, have: item.Have, org: *p.File.Organization(item.Organization), deadline: deadline, fence: fence,
		entry: *p.File.Entry(item.Entry), done: Done{Entry: item.Entry, Organization: item.Organization, Experience: item.Experience, Outcome: Clean}}
	w.market, w.changer = p.At(w.org)
	start := p.Now()
	err := w.permitted(all, accepted)
	switch {
	case err == nil && busy != nil:
		err = busy
	case err == nil:
		err = w.apply(ctx)
	case p.Asks && item.Err == nil:
		err = &shortOf{Awaiting, err}
	case OutcomeOf(err) == Refused:
		err = errors.Join(err, p.Books.Tell(ctx, Audit{Run: p.Run, Actor: p.Actor, Organization: w.org.ID, Experience: item.Experience, Effect: "none",
			Why: "guard", Status: Refused, Error: err.Error(), Start: start, End: p.Now()}))
	}
	w.conclude(err)
	w.note(ctx, start)
	return w.done
}

// note writes down how the experience is.
func (w *work) note(ctx context.Context, start time.Time) {
	d := &w.done
	seen := Seen{Organization: w.org.ID, Entry: w.item.Entry, Experience: w.item.Experience, Attempt: start, Outcome: d.Outcome, Error: d.Why, Quarantined: []string{}, Unread: w.item.Err != nil}
	if seen.Experience == "" {
		return
	}
	if d.Outcome == Clean || d.Outcome == Applied {
		seen.Success = w.Now()
	}
	if w.have.Policy != nil {
		seen.Allowed, seen.Denied = len(w.have.Policy.Allowed), len(w.have.Policy.Denied)
	}
	for _, x := range d.Poisons {
		seen.Quarantined = append(seen.Quarantined, x.Product)
	}
	if err := w.Books.Note(context.WithoutCancel(ctx), seen); err != nil && d.Err == nil {
		d.Err, d.Outcome = err, Broken
	}
}

// permitted is why nothing is changed: it could not be planned, or a guard holds it back, and no person
// agreed to the plan or to its number of denials.
func (w *work) permitted(all Proposal, accepted int) error {
	item, n := w.item, all.Denials()
	err := item.Guard
	switch {
	case item.Err != nil:
		return item.Err
	case w.Approval != "" || !item.Changes(): // what was approved holds all of it: Within
		err = nil
	case accepted >= 0 && accepted != n:
		err = document.Fail(CodeGuard, fmt.Sprintf("refused by guard: %d denials were accepted, %d are planned", accepted, n), "look at the plan again", nil)
	case accepted >= 0:
		err = w.entry.Guard.Permit(item.Entry, item.Delta, item.Have.Policy, len(item.Deny))
	}
	if err == nil && !w.Opens {
		err = item.Open()
	}
	return err
}

// conclude says what the work came to.
func (w *work) conclude(err error) {
	d := &w.done
	all := []string{d.Outcome}
	for _, f := range w.item.Findings {
		if f.Outcome != "" {
			all = append(all, f.Outcome)
			d.Why = f.Text
		}
	}
	if w.item.Mode == "report" && !w.item.Empty() {
		all = append(all, Drifted)
	}
	if d.Denied+d.Allowed+d.Sets > 0 {
		all = append(all, Applied)
	}
	if len(d.Poisons) > 0 {
		all = append(all, Quarantined)
		d.Why = fmt.Sprintf("%d quarantined: %s", len(d.Poisons), d.Poisons[0])
	}
	var short *shortOf
	switch {
	case errors.As(err, &short):
		all = append(all, short.outcome)
	case err != nil:
		all = append(all, OutcomeOf(err))
	}
	if d.Outcome = Worst(all...); err != nil {
		d.Err, d.Why = err, whyOf(err)
	}
}

// shortOf ends the work of an experience before all is done: there was no time, or no way.
type shortOf struct {
	outcome string
	err     error
}

func (s *shortOf) Error() string { return s.err.Error() }
func (s *shortOf) Unwrap() error { return s.err }

func short(outcome, code, text, hint string) error {
	return &shortOf{outcome, document.Fail(code, text, hint, nil)}
}

// p95 is what nearly every change set takes, as the journal knows it; a minute, until it knows twenty.
func p95(all []time.Duration) time.Duration {
	if len(all) < 20 {
		return setTakes
	}
	all = slices.Sorted(slices.Values(all))
	return all[int(math.Ceil(0.95*float64(len(all))))-1]
}

package market

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// send starts a change set and waits for its end. Where AWS failed, or somebody cancelled it, it
// goes again; what else it ended as is the caller's to judge.
func (w *work) send(ctx context.Context, batches []Batch, edits []Edit) (State, error) {
	var last State
	for range most {
		s, err := w.write(ctx, batches, edits)
		if err != nil {
			return State{}, err
		}
		if err := w.start(ctx, &s); err != nil {
			return State{}, err
		}
		state, err := w.await(ctx, &s)
		if err != nil {
			return State{}, err
		}
		if state.Status == Succeeded || state.Code == "CLIENT_ERROR" {
			return state, nil
		}
		last = state
	}
	return State{}, w.failed(last)
}

// write puts the set into the journal before it is sent.
func (w *work) write(ctx context.Context, batches []Batch, edits []Edit) (Set, error) {
	s := Set{Organization: w.org.ID, Experience: w.item.Experience, Run: w.Run, Revision: w.have.Revision, Batches: batches, Changes: edits, Start: w.Now(), Fence: w.fence,
		Actor: w.Actor, Approval: w.Approval, Reasons: map[string]Why{}}
	for _, b := range batches {
		for _, id := range b.IDs {
			s.Reasons[id] = w.item.Why[id]
		}
	}
	if edits == nil {
		s.Changes = productChanges(s.Experience, s.Revision, batches, notes(w.Run, w.item.Why))
	}
	if err := w.time(s.Start); err != nil {
		return s, err
	}
	content := s.Content()
	for _, old := range w.sets {
		if old.Revision == s.Revision && (old.Status == Failed || old.Status == Cancelled) && old.Content() == content {
			s.Attempt++
		}
	}
	s.Name = nameOf(w.Run, s.Experience, len(w.sets)+1, content)
	s.Token = tokenOf(string(w.org.Account), s)
	if err := w.Books.Keep(ctx, s); err != nil {
		return s, err
	}
	w.sets = append(w.sets, s)
	w.done.Sets++
	return s, nil
}

// time refuses to begin what would hardly end within the budget (PMP-14).
func (w *work) time(now time.Time) error {
	if w.deadline.Sub(now) >= w.usual {
		return nil
	}
	return short(Incomplete, "AXLE3402", fmt.Sprintf("%s: the time of this pass is over, %d products are left", w.item.Experience, w.done.Left), "the next pass goes on; sync.budget is how long one may take")
}

// start sends the set until AWS has it: around locks, lost answers and full queues.
func (w *work) start(ctx context.Context, s *Set) error {
	wait := 5 * time.Second
	for lost := 0; ; {
		id, err := w.changer.Start(ctx, *s)
		switch {
		case err == nil:
			s.ID = id
			return w.keep(ctx, s, Preparing, "")
		case errors.Is(err, ErrStale):
			if kept := w.keep(ctx, s, Dropped, err.Error()); kept != nil {
				return kept
			}
			return err
		case errors.Is(err, ErrLost):
			if lost++; lost > most {
				return err
			}
			found, look := w.find(ctx, *s)
			if look != nil {
				return look
			}
			if found.ID != "" {
				s.ID = found.ID
				return w.keep(ctx, s, Preparing, "") // how it ended, where it has, is written down once
			}
		case errors.Is(err, ErrLocked), errors.Is(err, ErrFull):
			if err := w.hold(ctx, s, err, wait); err != nil || s.ID != "" {
				return err
			}
			if errors.Is(err, ErrFull) {
				if err := w.room(ctx, wait); err != nil {
					return err
				}
			}
			wait = min(2*wait, time.Minute)
			continue
		default:
			return errors.Join(err, w.keep(context.WithoutCancel(ctx), s, Dropped, err.Error()))
		}
		if err := w.Sleep(ctx, 2*time.Second); err != nil {
			return err
		}
	}
}

// hold waits for who holds the experience, as long as the budget goes (PMP-6): where that is this
// very set, it has arrived; a stranger's is never cancelled.
func (w *work) hold(ctx context.Context, s *Set, why error, wait time.Duration) error {
	outcome, text := Incomplete, why.Error()
	if errors.Is(why, ErrLocked) {
		open, err := w.changer.Sets(ctx, w.item.Experience, "")
		if err != nil {
			return err
		}
		for _, o := range open {
			if o.Name == s.Name {
				s.ID = o.ID
				return w.keep(ctx, s, o.Status, "")
			}
			outcome, text = Blocked, fmt.Sprintf("%s is blocked by %s %s", w.item.Experience, o.ID, o.Name)
		}
	}
	if now := w.Now(); now.Add(wait).After(w.deadline) {
		if err := w.keep(context.WithoutCancel(ctx), s, Dropped, text); err != nil {
			return err
		}
		return short(outcome, "AXLE3400", text, "the next pass goes on once it has ended; axle cancels nobody's change set")
	}
	return w.Sleep(ctx, wait)
}

// room waits until one of the sets that are open now has ended: before that none is begun (402).
func (w *work) room(ctx context.Context, wait time.Duration) error {
	were, err := w.changer.Sets(ctx, "", "")
	for now := were; err == nil && len(were) > 0 && len(now) >= len(were) && w.Now().Add(wait).Before(w.deadline); {
		if err = w.Sleep(ctx, wait); err == nil {
			now, err = w.changer.Sets(ctx, "", "")
		}
	}
	return err
}

// await looks until the set has ended. Past the budget it stays open, and the next pass takes it up.
func (w *work) await(ctx context.Context, s *Set) (State, error) {
	for wait := 10 * time.Second; ; wait = 5 * time.Second {
		state, err := w.changer.State(ctx, s.ID)
		if err != nil {
			return state, err
		}
		if state.Ended() {
			why := ""
			if state.Status != Succeeded {
				why = state.Why()
			}
			if s.End = w.Now(); s.makes() && state.Status == Succeeded {
				s.Made, _, _ = strings.Cut(state.Made, "@")
			}
			return state, w.keep(ctx, s, state.Status, why)
		}
		if w.Now().After(w.deadline) {
			return state, short(Incomplete, "AXLE3402", fmt.Sprintf("%s: change set %s has not ended within the time of this pass", w.item.Experience, s.ID), "the next pass takes it up")
		}
		if err := w.Sleep(ctx, wait); err != nil {
			return state, err
		}
	}
}

// keep writes down how far a set is; at its end, what happened to each product.
func (w *work) keep(ctx context.Context, s *Set, status, why string) error {
	s.Status, s.Why, s.Fence = status, why, w.fence
	for i := range w.sets {
		if w.sets[i].Name == s.Name {
			w.sets[i] = *s
		}
	}
	var happened []Audit
	if status == Succeeded || status == Failed || status == Cancelled {
		happened = s.audit()
	}
	return w.Books.Keep(ctx, *s, happened...)
}

// audit is what happened to a set's products, and who wanted it: that may be another than takes it up.
func (s Set) audit() (all []Audit) {
	row := Audit{Run: s.Run, Actor: s.Actor, Approval: s.Approval, Organization: s.Organization, Experience: s.Of(),
		ChangeSet: s.ID, Before: s.Revision, Status: s.Status, Error: s.Why, Start: s.Start.UTC(), End: s.End.UTC()}
	for _, e := range s.Changes {
		if len(s.Batches) == 0 || e.Details["Products"] == nil { // products are told one by one
			row.Effect, row.Why = e.Type, "marketplace.yaml"
			all = append(all, row)
		}
	}
	for _, b := range s.Batches {
		for _, id := range b.IDs {
			why := s.Reasons[id]
			row.Product, row.Effect, row.Why, row.Ticket = id, string(b.Effect), why.From, why.Ticket
			all = append(all, row)
		}
	}
	return all
}

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

// work is one experience while it is brought in line.
type work struct {
	Pass
	item     Item
	org      Organization
	entry    Entry
	market   Marketplace
	changer  Changer
	deadline time.Time
	fence    int64
	done     Done

	have    Experience
	sets    []Set
	apart   map[string]bool // products that were quarantined once: they go alone
	poisons map[string]Poison
	usual   time.Duration // what a set takes
	moves   int           // how often the revision was another than expected
}

// most is how often something that should pass is tried.
const most = 3

func (w *work) apply(ctx context.Context) error {
	if err := w.remember(ctx); err != nil {
		return err
	}
	if err := w.resume(ctx); err != nil {
		return err
	}
	if !w.item.Changes() {
		return nil
	}
	if w.item.Make {
		if err := w.make(ctx); err != nil {
			return err
		}
	} else if err := w.look(ctx); err != nil {
		return err
	}
	if err := w.settle(ctx, false); err != nil {
		return err
	}
	if w.have.Policy == nil && w.item.MakePolicy {
		if err := w.makePolicy(ctx); err != nil {
			return err
		}
	}
	if w.have.Policy != nil && w.entry.ProductsFrom != "experience" {
		if err := w.products(ctx); err != nil {
			return err
		}
	}
	return w.settle(ctx, true)
}

// remember reads what is known of the experience.
func (w *work) remember(ctx context.Context) error {
	for _, id := range []string{w.newcomer(), w.item.Experience} { // what made it is its own too
		sets, err := w.Books.Sets(ctx, w.org.ID, id)
		if err != nil {
			return err
		}
		w.sets = append(w.sets, sets...)
	}
	durations, err := w.Books.Durations(ctx)
	if err != nil {
		return err
	}
	w.usual = p95(durations)
	w.apart, w.poisons = map[string]bool{}, map[string]Poison{}
	all, err := w.Books.Poisons(ctx, w.org.ID, w.item.Experience)
	for _, p := range all {
		w.apart[p.Product], w.poisons[p.Product] = true, p
	}
	return err
}

// look reads the experience as it is now.
func (w *work) look(ctx context.Context) (err error) {
	w.have, err = w.market.Read(ctx, w.item.Experience)
	return err
}

// resume finds the end of what an earlier pass began: it takes up sets that are open. What was
// written down and has not arrived may arrive yet: where it is still wanted it is sent as it was, by
// its token the same request, and else dropped (PMP-8, MKA-32).
func (w *work) resume(ctx context.Context) error {
	for i := range w.sets {
		s := w.sets[i]
		if !s.Open() {
			continue
		}
		if s.ID == "" {
			arrived, err := w.arrived(ctx, &s)
			if err != nil {
				return err
			}
			if !arrived {
				continue
			}
		}
		w.Say("%s: taking up change set %s", w.item.Experience, s.ID)
		state, err := w.await(ctx, &s)
		if err != nil {
			return err
		}
		if w.item.Make && state.Status == Succeeded {
			w.made(state)
		}
	}
	return nil
}

// arrived says whether AWS has a set that was written down, or has now.
func (w *work) arrived(ctx context.Context, s *Set) (bool, error) {
	found, err := w.find(ctx, *s)
	switch {
	case err != nil:
		return false, err
	case found.ID != "":
		s.ID = found.ID
	case w.item.Make || w.wants(*s):
		if err = w.start(ctx, s); errors.Is(err, ErrStale) { // and never will
			err = nil
		}
	default:
		err = w.keep(ctx, s, Dropped, "it never arrived")
	}
	return s.ID != "", err
}

// wants says whether a set changes products that the plan still holds.
func (w *work) wants(s Set) bool {
	var d Delta
	for _, b := range s.Batches {
		d.Deny, d.Allow = append(d.Deny, b.of(Deny)...), append(d.Allow, b.of(Allow)...)
	}
	return !d.Empty() && !s.makes() && w.item.Changes() && d.Within(w.item.Delta)
}

// find looks for one of our own sets by its name (MKA-32).
func (w *work) find(ctx context.Context, s Set) (State, error) {
	experience := s.Experience
	if s.makes() {
		experience = "" // it is not there yet
	}
	all, err := w.changer.Sets(ctx, experience, s.Name)
	if err != nil || len(all) == 0 {
		return State{}, err
	}
	return all[0], nil
}

func (w *work) at() string { return fmt.Sprintf("%s@%d", w.item.Experience, w.have.Revision) }

// products carries out what the policy lacks.
func (w *work) products(ctx context.Context) error {
	queue, err := w.queue()
	if err != nil {
		return err
	}
	for len(queue) > 0 {
		next := queue[0]
		w.done.Left = left(queue)
		state, err := w.send(ctx, next, nil)
		switch {
		case errors.Is(err, ErrStale):
			if queue, err = w.again(ctx); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		}
		queue = queue[1:]
		if state.Status == Succeeded {
			queue, err = w.passed(ctx, next, queue)
		} else {
			queue, err = w.poisoned(ctx, next, queue, state)
		}
		if err != nil {
			return err
		}
	}
	w.done.Left = 0
	return nil
}

// round is the batches of one change set: one, or a denial and an allowance together.
type round []Batch

func left(queue []round) (n int) {
	for _, r := range queue {
		for _, b := range r {
			n += len(b.IDs)
		}
	}
	return n
}

// queue is what is to be done now: what the approved plan holds, less what is in quarantine.
func (w *work) queue() ([]round, error) {
	d := Diff(w.item.Want, w.have.Policy)
	if !d.Within(w.item.Delta) {
		return nil, document.Fail(CodeMoved, fmt.Sprintf("%s has changed since the plan: it would now change what nobody agreed to", w.item.Experience), "plan again", nil)
	}
	resting := func(id string) bool {
		p, ok := w.poisons[id]
		if rests := ok && p.rests(w.Now()); !rests {
			return false
		}
		w.quarantined(p)
		return true
	}
	d.Deny, d.Allow = slices.DeleteFunc(d.Deny, resting), slices.DeleteFunc(d.Allow, resting)
	var all []round
	for _, b := range d.Batches(w.apart) {
		all = append(all, round{b})
	}
	if w.File.Sync.Combine {
		all = w.combine(all)
	}
	return all, nil
}

func (w *work) quarantined(p Poison) {
	if !slices.ContainsFunc(w.done.Poisons, func(x Poison) bool { return x.Product == p.Product }) {
		w.done.Poisons = append(w.done.Poisons, p)
	}
}

// combine puts a denial and an allowance into one set; never a product that was quarantined (PMP-4).
func (w *work) combine(all []round) []round {
	apart := func(r round) bool { return slices.ContainsFunc(r[0].IDs, func(id string) bool { return w.apart[id] }) }
	for i := range all {
		j := slices.IndexFunc(all, func(r round) bool { return len(r) == 1 && r[0].Effect == Allow && !apart(r) })
		if j <= i || all[i][0].Effect != Deny || apart(all[i]) {
			continue
		}
		all[i] = append(all[i], all[j][0])
		all = slices.Delete(all, j, j+1)
	}
	return all
}

// again plans anew after the experience turned out to be another than was read (PMP-7).
func (w *work) again(ctx context.Context) ([]round, error) {
	if w.moves++; w.moves > most {
		return nil, document.Fail(CodeMoved, w.item.Experience+" keeps changing under the pass", "somebody else changes it: run again later", nil)
	}
	if err := w.look(ctx); err != nil {
		return nil, err
	}
	return w.queue()
}

func (w *work) counted(all []Batch) {
	for _, b := range all {
		w.done.Denied, w.done.Allowed = w.done.Denied+len(b.of(Deny)), w.done.Allowed+len(b.of(Allow))
	}
}

// passed counts what went through, and looks which revision that made.
func (w *work) passed(ctx context.Context, r round, queue []round) ([]round, error) {
	w.counted(r)
	for _, b := range r {
		*w.have.Policy = w.have.Policy.After(Delta{Deny: b.of(Deny), Allow: b.of(Allow)})
		for _, id := range b.IDs {
			if p, ok := w.poisons[id]; ok && !p.Healed {
				p.Healed = true
				w.poisons[id] = p
				if err := w.Books.Poison(ctx, p); err != nil {
					return nil, err
				}
			}
		}
	}
	if len(queue) == 0 {
		return nil, nil
	}
	now, err := w.market.Revision(ctx, w.item.Experience)
	if err != nil {
		return nil, err
	}
	if now == w.have.Revision+1 {
		w.have.Revision = now
		return queue, nil
	}
	return w.again(ctx) // a stranger's change went between
}

func (b Batch) of(e Effect) []string {
	if b.Effect == e {
		return b.IDs
	}
	return nil
}

// poisoned splits what AWS refused, until the product that it refuses is alone, and quarantines
// that; nothing else waits for it (PMP-5).
func (w *work) poisoned(ctx context.Context, r round, queue []round, state State) ([]round, error) {
	if state.Code != "CLIENT_ERROR" || state.whole() {
		return nil, w.failed(state)
	}
	if len(r) > 1 { // each by itself
		return append([]round{r[:1]}, w.later(queue, r[1])...), nil
	}
	b := r[0]
	parts := b.Split(state.named(b))
	if len(parts) > 0 {
		return w.later(queue, parts...), nil
	}
	p := w.poisons[b.IDs[0]]
	p.Organization, p.Experience, p.Product, p.Effect = w.org.ID, w.item.Experience, b.IDs[0], b.Effect
	p.Code, p.Message = state.Code, state.Why()
	if len(state.Errors) > 0 {
		p.Code, p.Message = state.Errors[0].Code, state.Errors[0].Message
	}
	p = p.again(w.Now())
	w.poisons[p.Product], w.apart[p.Product] = p, true
	w.quarantined(p)
	w.Say("%s: %s is quarantined until %s: %s %s", w.item.Experience, p.Product, p.Next.UTC().Format(time.RFC3339), p.Code, p.Message)
	return queue, w.Books.Poison(ctx, p)
}

// later puts batches behind the others of their effect.
func (w *work) later(queue []round, parts ...Batch) []round {
	for _, b := range parts {
		at := len(queue)
		if b.Effect == Deny {
			if i := slices.IndexFunc(queue, func(r round) bool { return r[0].Effect == Allow }); i >= 0 {
				at = i
			}
		}
		queue = slices.Insert(queue, at, round{b})
	}
	return queue
}

// failed is a change set that no smaller one would mend.
func (w *work) failed(s State) error {
	hint := "AWS's own words say why; run again when that is mended"
	if strings.Contains(s.Why(), "ENTITY_NOT_FOUND") {
		hint = "the experience lost its policy: create_policy: true makes one"
	}
	return document.Fail("AXLE3401", fmt.Sprintf("change set %s of %s ended %s: %s", s.ID, w.item.Experience, s.Status, s.Why()), hint, nil)
}

package market

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// newcomer is what the journal calls an experience that is about to be made.
func (w *work) newcomer() string { return "new-" + w.item.Entry }

// make makes the experience. Where a product of the first set is refused, it is made without any.
func (w *work) make(ctx context.Context) error {
	var first []Batch
	for _, b := range w.item.Batches(nil) {
		if len(first) == 0 || len(first) == 1 && first[0].Effect != b.Effect {
			first = append(first, b)
		}
	}
	w.item.Experience = w.newcomer()
	state, err := w.send(ctx, first, w.entry.creation(first, notes(w.Run, w.item.Why)))
	if err == nil && state.Code == "CLIENT_ERROR" {
		first = nil
		state, err = w.send(ctx, nil, w.entry.creation(nil, nil))
	}
	if err == nil && state.Status != Succeeded {
		err = w.failed(state)
	}
	if err != nil {
		w.item.Experience = ""
		return err
	}
	w.made(state)
	w.counted(first)
	return w.look(ctx)
}

// made is the experience that a change set has made.
func (w *work) made(state State) {
	id, _, _ := strings.Cut(state.Made, "@")
	w.item.Experience, w.done.Experience, w.item.Make, w.item.novel = id, id, false, true
	w.Say("%s: made %s", w.item.Entry, id)
}

// settle carries out the settings before the products, or after them.
func (w *work) settle(ctx context.Context, last bool) error {
	for _, s := range w.item.Steps[:len(w.item.Steps)-w.item.held] {
		if s.Last != last {
			continue
		}
		if err := w.look(ctx); err != nil {
			return err
		}
		if todo, err := w.stands(s); err != nil {
			return err
		} else if !todo {
			continue
		}
		edits := slices.Clone(s.Edits)
		for i := range edits {
			edits[i].Entity = w.at()
		}
		if err := w.once(ctx, edits); err != nil {
			return err
		}
	}
	return nil
}

// stands says whether a step is still to be done. What a stranger has made of the settings since the
// plan is not written over: all that is to be done now was planned, against the same values (X13).
func (w *work) stands(s Step) (todo bool, err error) {
	for _, now := range w.entry.settle(w.have, nil) {
		if w.item.novel && !now.Last { // its making was to do that
			continue
		}
		if !now.in(w.item.Steps) {
			return false, document.Fail(CodeMoved, fmt.Sprintf("%s has changed since the plan: it would now be: %s", w.item.Experience, now.Text), "plan again", nil)
		}
		todo = todo || now.Text == s.Text
	}
	return todo, nil
}

func (w *work) makePolicy(ctx context.Context) error {
	name := cut(w.item.Entry+" policy", 100)
	err := w.once(ctx, []Edit{{Type: "CreateProcurementPolicy", Entity: w.at(), Kind: experienceKind, Details: map[string]any{"Name": name}}})
	if err == nil {
		err = w.look(ctx)
	}
	return err
}

// once sends edits that are all or nothing.
func (w *work) once(ctx context.Context, edits []Edit) error {
	state, err := w.send(ctx, nil, edits)
	switch {
	case errors.Is(err, ErrStale):
		return document.Fail(CodeMoved, w.item.Experience+" was changed by somebody else meanwhile", "plan again", nil)
	case err == nil && state.Status != Succeeded:
		return w.failed(state)
	}
	return err
}

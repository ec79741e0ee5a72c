package market

import (
	"context"
	"errors"
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
	state, err := w.send(ctx, nil, w.entry.creation(first, notes(w.Run, w.item.Why)))
	if err == nil && state.Code == "CLIENT_ERROR" {
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
	return w.look(ctx)
}

// made is the experience that a change set has made.
func (w *work) made(state State) {
	id, _, _ := strings.Cut(state.Made, "@")
	w.item.Experience, w.done.Experience, w.item.Make = id, id, false
	w.Say("%s: made %s", w.item.Entry, id)
}

// settle carries out the settings before the products, or after them.
func (w *work) settle(ctx context.Context, last bool) error {
	for _, s := range w.item.Steps {
		if s.Last != last {
			continue
		}
		if err := w.look(ctx); err != nil {
			return err
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

package market

import (
	"context"
	"time"
)

// Ear is where events are heard. Hear gives those that come within d, as soon as there are any; that
// it cannot hear is no error of it, since no event is needed. Taken says that a pass has begun since:
// those that were given need not come again, unless what they say could not be kept.
type Ear interface {
	Hear(ctx context.Context, d time.Duration) ([]Hint, error)
	Taken(ctx context.Context, kept bool)
}

// Alarm is the wait between passes.
type Alarm struct {
	Ear  Ear // nil: nobody listens
	Loop Loop

	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	Say   func(format string, args ...any)
	Keep  func(context.Context, Request) error // of users

	lost   bool          // a request that was heard could not be kept
	settle time.Duration // of the last hint
}

const (
	settles   = 5 * time.Second // events that come together are one hint
	echo      = time.Minute     // so soon after a pass, an event may be of what the pass itself did
	mostHints = 1000            // that one pass is made sooner by
)

// Wait ends when d is over, or sooner, when there was a hint and those that came with it.
func (a *Alarm) Wait(ctx context.Context, d time.Duration) error {
	if a.Ear == nil {
		return a.Sleep(ctx, d)
	}
	var h heard
	start := a.Now()
	err := a.listen(ctx, d, &h, func() bool { return h.wakes > 0 })
	if err == nil && h.wakes > 0 {
		a.damp(a.Now().Sub(start), d)
		err = a.listen(ctx, a.settle, &h, func() bool { return h.wakes+h.other+h.broken >= mostHints })
	}
	for _, line := range h.lines() {
		a.Say("%s", line)
	}
	return err
}

// damp settles a hint for twice as long as the one before when it comes right after a pass: else a pass
// that fails, and whose failure is an event, would be followed by the next for ever.
func (a *Alarm) damp(waited, most time.Duration) {
	if waited >= echo {
		a.settle = 0
	}
	a.settle = min(max(settles, 2*a.settle), max(settles, most))
}

func (a *Alarm) listen(ctx context.Context, d time.Duration, h *heard, enough func() bool) error {
	for until := a.Now().Add(d); d > 0 && !enough(); d = until.Sub(a.Now()) {
		hints, err := a.Ear.Hear(ctx, d)
		if err != nil {
			return err
		}
		for _, hint := range hints {
			h.add(hint, a.Loop)
			a.keep(ctx, hint.Request)
		}
		if h.wakes == 0 {
			a.Begun(ctx) // no pass is waited for with these
		}
	}
	return nil
}

// keep writes a user's request down, whichever loop hears of it.
func (a *Alarm) keep(ctx context.Context, r *Request) {
	if r == nil {
		return
	}
	if err := a.Keep(ctx, *r); err != nil {
		a.lost = true
		a.Say("a user's request was heard and could not be kept: %v", err)
	}
}

// Begun says that the pass that was waited for has begun.
func (a *Alarm) Begun(ctx context.Context) {
	if a.Ear != nil {
		a.Ear.Taken(ctx, !a.lost)
	}
	a.lost = false
}

package sandbox

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// ParsePace reads how a clock goes: fast, fast xN, real, manual.
func ParsePace(text string) (world.Pace, error) {
	mode, rest, rated := strings.Cut(strings.TrimSpace(text), " x")
	switch mode {
	case string(Real), string(Manual), string(Fast):
	default:
		mode = ""
	}
	rate, err := strconv.ParseUint(strings.TrimSpace(rest), 10, 20)
	if mode == "" || rated && (err != nil || rate < 1 || mode != string(Fast)) {
		return world.Pace{}, document.Fail("AXLE1114", "the sandbox's clock does not go "+document.Printable(text),
			`use fast (who waits moves it), "fast x60" (60 seconds in one), real or manual`, nil)
	}
	if !rated {
		rate = 0
	}
	return world.Pace{Mode: mode, Rate: int(rate)}, nil
}

// pace is how the clock goes: as the state says, else as the options do.
func (s *Sandbox) pace(tx world.Tx) world.Pace {
	if p := world.PaceOf(tx); p.Mode != "" {
		return p
	}
	return world.Pace{Mode: string(s.options.Mode)}
}

// Pace is how the clock goes.
func (s *Sandbox) Pace(ctx context.Context) (world.Pace, error) {
	_, p, err := s.time(ctx)
	return p, err
}

// SetPace lets the clock go otherwise, for everyone who shares the state. It goes on from where it is.
func (s *Sandbox) SetPace(ctx context.Context, p world.Pace) error {
	return s.update(ctx, func(c *world.Call) error {
		world.SetPace(c.Tx, c.Wall, p)
		return nil
	})
}

// Advance moves the clock forward, whatever its pace.
func (s *Sandbox) Advance(ctx context.Context, d time.Duration) error {
	if d < 0 {
		return document.Fail("AXLE1114", "the sandbox's clock does not go back", "give a time as 90s, 5m or 2h", nil)
	}
	return s.update(ctx, func(c *world.Call) error {
		world.AdvanceTo(c.Tx, c.Wall, c.Now.Add(d))
		return nil
	})
}

// Now is the sandbox's time.
func (s *Sandbox) Now(ctx context.Context) (time.Time, error) {
	now, _, err := s.time(ctx)
	return now, err
}

func (s *Sandbox) time(ctx context.Context) (now time.Time, p world.Pace, err error) {
	err = s.store.View(ctx, func(tx world.Tx) error {
		now, p = world.Now(tx, s.options.Wall()), s.pace(tx)
		return nil
	})
	return now, p, err
}

// glance is how often a sleeper looks at a clock that somebody else moves.
const glance = 20 * time.Millisecond

// Sleep ends when the sandbox's clock is d later. In mode fast it moves the clock there instead
// of waiting; sleepers that began together end together. A manual clock is somebody else's to move.
func (s *Sandbox) Sleep(ctx context.Context, d time.Duration) error {
	start, p, err := s.time(ctx)
	if err != nil {
		return err
	}
	if p.Mode == string(Real) || p.Rate > 1 {
		return s.wait(ctx, d/time.Duration(max(p.Rate, 1)))
	}
	until := start.Add(d)
	if p.Mode == string(Manual) {
		return s.await(ctx, until)
	}
	return s.store.Update(ctx, func(tx world.Tx) error {
		world.AdvanceTo(tx, s.options.Wall(), until)
		return nil
	})
}

func (s *Sandbox) await(ctx context.Context, until time.Time) error {
	for {
		now, err := s.Now(ctx)
		if err != nil || !now.Before(until) {
			return err
		}
		if err := s.wait(ctx, glance); err != nil {
			return err
		}
	}
}

func (s *Sandbox) wait(ctx context.Context, d time.Duration) error {
	if s.options.Wait == nil {
		return document.Fail("AXLE3100", "the sandbox cannot wait", "give Options.Wait, or use a clock that is fast", nil)
	}
	return s.options.Wait(ctx, d)
}

// pass lets a call take its time: it moves a fast clock, and says how long to wait by the wall for others.
func (s *Sandbox) pass(tx world.Tx, c *world.Call, d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	p := s.pace(tx)
	switch {
	case p.Mode == string(Manual) || s.options.Wait == nil && (p.Mode == string(Real) || p.Rate > 1):
		return 0
	case p.Mode == string(Real) || p.Rate > 1:
		return d / time.Duration(max(p.Rate, 1))
	}
	world.AdvanceTo(tx, c.Wall, c.Now.Add(d))
	return 0
}

package sandbox

import (
	"context"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// Now is the sandbox's time.
func (s *Sandbox) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := s.store.View(ctx, func(tx world.Tx) error {
		now = world.Now(tx, s.options.Wall())
		return nil
	})
	return now, err
}

// Sleep ends when the sandbox's clock is d later. In mode fast it moves the clock there
// instead of waiting; sleepers that began together end together.
func (s *Sandbox) Sleep(ctx context.Context, d time.Duration) error {
	if s.options.Mode == Real {
		return s.options.Wait(ctx, d)
	}
	start, err := s.Now(ctx)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx world.Tx) error {
		world.AdvanceTo(tx, s.options.Wall(), start.Add(d))
		return nil
	})
}

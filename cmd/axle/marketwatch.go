package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/axle-cd/axle/market"
)

// marketWatch applies until it is interrupted. Each pass looks at everything anew: no event is
// needed, and one that was lost, doubled or late changes nothing but the wait (PMP-19).
func (a *app) marketWatch(ctx context.Context, f marketFlags) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	var alarm *market.Alarm
	for n := 1; ; n++ {
		t, err := w.timed(ctx, f)
		if err != nil {
			return err
		}
		s := w.stallOf(cmp.Or(t.file, &market.File{}))
		if alarm, err = s.alarm(alarm, f.hints, market.ForExperiences); err != nil {
			return err
		}
		alarm.Begun(ctx)
		err = t.experiences(ctx, s)
		if plain := exitCode(0); err != nil && !errors.As(err, &plain) {
			a.exit(err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if f.passes > 0 && n >= f.passes {
			return err
		}
		if err := alarm.Wait(ctx, cmp.Or(f.every, time.Duration(s.file.Sync.Every), time.Hour)); err != nil {
			return err
		}
	}
}

package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/axle-cd/axle/market"
)

// marketWatch keeps experiences in line (PMP-19).
func (a *app) marketWatch(ctx context.Context, f marketFlags) error {
	every := func(m *market.File) time.Duration { return cmp.Or(time.Duration(m.Sync.Every), time.Hour) }
	return a.watch(ctx, f, market.ForExperiences, every, func(t timed, s *stall) error { return t.experiences(ctx, s) })
}

// licencesWatch keeps grants in line (LIC-3).
func (a *app) licencesWatch(ctx context.Context, f licenceFlags, _ []string) error {
	every := func(m *market.File) (d time.Duration) {
		if m.Licences != nil {
			d = time.Duration(m.Licences.Every)
		}
		return cmp.Or(d, 15*time.Minute)
	}
	return a.watch(ctx, f.marketFlags, market.ForLicences, every, func(t timed, _ *stall) error { return t.licences(ctx, f) })
}

// watch makes passes until it is interrupted. Each looks at everything anew: no event is needed, and
// one that was lost, doubled or late changes nothing but the wait.
func (a *app) watch(ctx context.Context, f marketFlags, loop market.Loop, every func(*market.File) time.Duration, pass func(timed, *stall) error) error {
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
		if alarm == nil {
			if alarm, err = s.alarm(f.hints, loop); err != nil {
				return err
			}
		}
		alarm.Begun(ctx)
		err = pass(t, s)
		if plain := exitCode(0); err != nil && !errors.As(err, &plain) {
			a.exit(err)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case f.passes > 0 && n >= f.passes:
			return err
		}
		if err := alarm.Wait(ctx, cmp.Or(f.every, every(s.file))); err != nil {
			return err
		}
	}
}

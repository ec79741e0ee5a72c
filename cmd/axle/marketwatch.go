package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// marketWatch applies until it is interrupted. Each pass looks at everything anew: no event is
// needed, and one that was lost, doubled or late changes nothing but the wait (PMP-19).
func (a *app) marketWatch(ctx context.Context, f marketFlags) error {
	hinted, err := a.hinted(f.hints)
	if err != nil {
		return err
	}
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		file, err := w.marketFile(ctx, f)
		if err != nil {
			return err
		}
		s := w.stallOf(file)
		if err := s.ensureRoles(ctx); err != nil {
			return err
		}
		err = s.apply(ctx, marketFlags{acceptDeny: -1}, nil)
		if plain := exitCode(0); err != nil && !errors.As(err, &plain) {
			a.exit(err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if f.passes > 0 && n >= f.passes {
			return err
		}
		if hinted {
			hinted = false // those that come together are one
			a.tell("a hint: the next pass begins at once")
			continue
		}
		if err := s.cloud.session.Clock().Sleep(ctx, cmp.Or(f.every, time.Duration(file.Sync.Every))); err != nil {
			return err
		}
	}
}

// hinted says whether there are events to begin the next pass for: any JSON, a line each; what is
// no JSON is no hint.
func (a *app) hinted(name string) (bool, error) {
	in := a.In
	switch name {
	case "":
		return false, nil
	case "-":
	default:
		file, err := os.Open(name)
		if err != nil {
			return false, document.Fail(codeUsage, "--hints "+name+" cannot be read", "give a file of JSON lines, or -", err)
		}
		defer file.Close()
		in = file
	}
	return market.Hinted(in), nil
}

package main

import (
	"context"
	"slices"
	"time"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/pipeline"
)

const (
	pause    = 100 * time.Millisecond // between two looks of a follower
	patience = 100                    // looks at a run that nobody drives: its driver may be about to begin
)

// view shows what comes of a run, from where it looked last.
type view struct {
	w             *workshop
	id, stage     string // stage: that one alone, where it is named
	lines, events int
}

func (v *view) look(ctx context.Context) (pipeline.Run, error) {
	run, err := v.w.state.log.Run(ctx, v.id)
	if err != nil {
		return run, err
	}
	lines, err := v.w.state.log.Lines(ctx, v.id, v.lines)
	if err != nil {
		return run, err
	}
	if len(lines) > 0 {
		v.lines = lines[len(lines)-1].N
	}
	events := slices.Clone(run.Events[min(v.events, len(run.Events)):])
	v.events = len(run.Events)
	v.w.app.showBoth(
		slices.DeleteFunc(lines, func(l sqlite.Line) bool { return v.stage != "" && l.Stage != v.stage }),
		slices.DeleteFunc(events, func(e pipeline.Event) bool { return v.stage != "" && e.Stage != v.stage }))
	return run, nil
}

// follow shows what another process does with the run, until the run waits or ends, or nobody
// drives it any more. It asks driven before it looks, so that it sees what a driver did last.
func (v *view) follow(ctx context.Context, driven func() (bool, error)) (pipeline.Run, error) {
	for {
		alive, err := driven()
		if err != nil {
			return pipeline.Run{}, err
		}
		run, err := v.look(ctx)
		if err != nil || settled(run) && !busy(run) || !alive {
			return run, err
		}
		if err := sleep(ctx, pause); err != nil {
			return run, err
		}
	}
}

// busy says whether an action has begun and not ended: what failed first does not stop the
// gates beside it, and what they find is shown too.
func busy(run pipeline.Run) bool {
	done := run.Results()
	return slices.ContainsFunc(run.Events, func(e pipeline.Event) bool {
		_, ended := done[pipeline.Key(e.Stage, e.Action)]
		return e.Kind == pipeline.Started && !ended
	})
}

// held says whether somebody holds the run's lock, or may be about to.
func (w *workshop) held(id string) func() (bool, error) {
	idle := 0
	return func() (bool, error) {
		lock, err := disk.TryLock(w.lockFile(id))
		if err != nil {
			return false, err
		}
		if lock == nil {
			idle = 0
			return true, nil
		}
		idle++
		return idle < patience, lock.Unlock()
	}
}

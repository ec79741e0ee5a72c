package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Create stores a new run under the id that name gives its ordinal, and returns it. Where
// continues finds an unfinished run of the same commit and product, that one is returned instead.
func (l *Log) Create(ctx context.Context, run pipeline.Run, name func(ordinal int) string, continues func(pipeline.Run) bool) (out pipeline.Run, made bool, err error) {
	err = l.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		same, err := runsWhere(ctx, tx, "WHERE sha = ? AND product = ? ORDER BY n", run.Commit.SHA, run.Product)
		if err != nil {
			return err
		}
		for _, r := range same {
			if continues(r) {
				out = r
				return nil
			}
		}
		run.ID, run.Events = name(len(same)+1), nil
		body, err := json.Marshal(run)
		if err != nil {
			return err
		}
		out, made = run, true
		_, err = tx.ExecContext(ctx, "INSERT INTO runs (id, n, product, sha, body) VALUES (?, (SELECT coalesce(max(n), 0) + 1 FROM runs), ?, ?, ?)", run.ID, run.Product, run.Commit.SHA, string(body))
		return err
	})
	return out, made && err == nil, err
}

// Run reads one run with its events.
func (l *Log) Run(ctx context.Context, id string) (run pipeline.Run, err error) {
	err = l.view(ctx, func(tx *sql.Tx) error {
		run, err = oneRun(ctx, tx, id)
		return err
	})
	return run, err
}

func oneRun(ctx context.Context, tx *sql.Tx, id string) (pipeline.Run, error) {
	runs, err := runsWhere(ctx, tx, "WHERE id = ?", id)
	if err != nil {
		return pipeline.Run{}, err
	}
	if len(runs) == 0 {
		return pipeline.Run{}, noRun(id)
	}
	return runs[0], nil
}

func noRun(id string) error {
	return document.Fail(CodeNoRun, "no run "+id, "axle runs list shows them", nil)
}

// Runs reads all runs, oldest first.
func (l *Log) Runs(ctx context.Context) (runs []pipeline.Run, err error) {
	err = l.view(ctx, func(tx *sql.Tx) error {
		runs, err = runsWhere(ctx, tx, "ORDER BY n")
		return err
	})
	return runs, err
}

func runsWhere(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]pipeline.Run, error) {
	bodies, err := texts(ctx, tx, "SELECT body FROM runs "+where, args...)
	if err != nil {
		return nil, err
	}
	runs := make([]pipeline.Run, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal([]byte(body), &runs[i]); err != nil {
			return nil, err
		}
		if runs[i].Events, err = eventsAfter(ctx, tx, runs[i].ID, 0); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

// eventsAfter are the events of a run behind its first n.
func eventsAfter(ctx context.Context, tx *sql.Tx, id string, n int) ([]pipeline.Event, error) {
	bodies, err := texts(ctx, tx, "SELECT body FROM events WHERE run = ? AND n > ? ORDER BY n", id, n)
	if err != nil || len(bodies) == 0 {
		return nil, err
	}
	events := make([]pipeline.Event, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal([]byte(body), &events[i]); err != nil {
			return nil, err
		}
	}
	return events, nil
}

func texts(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// Claim makes the caller the run's driver: the epoch it gives fences every earlier driver off.
func (l *Log) Claim(ctx context.Context, id string) (epoch int, err error) {
	var run pipeline.Run
	err = l.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if run, err = oneRun(ctx, tx, id); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "UPDATE runs SET epoch = epoch + 1 WHERE id = ? RETURNING epoch", id).Scan(&epoch)
	})
	if err == nil {
		l.driven.Store(id, run)
	}
	return epoch, err
}

// Drive appends the events of a driver who claimed the run with epoch, all of them or none. What
// the driver has read or written before is not read again: events are only ever added.
func (l *Log) Drive(ctx context.Context, id string, epoch int, events ...pipeline.Event) error {
	var run pipeline.Run
	err := l.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var now int
		err := tx.QueryRowContext(ctx, "SELECT epoch FROM runs WHERE id = ?", id).Scan(&now)
		if errors.Is(err, sql.ErrNoRows) {
			return noRun(id)
		}
		if err != nil {
			return err
		}
		if now != epoch {
			return document.Fail(CodeFenced, "another process drives run "+id+" now", "follow it with axle runs logs "+id+" --follow", nil)
		}
		if run, err = l.read(ctx, tx, id); err != nil {
			return err
		}
		run, err = appendEvents(ctx, tx, run, events)
		return err
	})
	if err == nil && run.State() == pipeline.StateRunning {
		l.driven.Store(id, run)
	} else {
		l.driven.Delete(id)
	}
	return err
}

// read gives the run as it is now: what this process knows of it, and what has come since.
func (l *Log) read(ctx context.Context, tx *sql.Tx, id string) (pipeline.Run, error) {
	known, ok := l.driven.Load(id)
	if !ok {
		return oneRun(ctx, tx, id)
	}
	run := known.(pipeline.Run)
	since, err := eventsAfter(ctx, tx, id, len(run.Events))
	run.Events = append(slices.Clip(run.Events), since...)
	return run, err
}

// Decide appends a person's decision, judged against the run as it is in that moment.
func (l *Log) Decide(ctx context.Context, id string, e pipeline.Event) (run pipeline.Run, err error) {
	err = l.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if run, err = oneRun(ctx, tx, id); err != nil {
			return err
		}
		run, err = appendEvents(ctx, tx, run, []pipeline.Event{e})
		return err
	})
	return run, err
}

func appendEvents(ctx context.Context, tx *sql.Tx, run pipeline.Run, events []pipeline.Event) (pipeline.Run, error) {
	next, err := run.Append(events...)
	if err != nil {
		return run, err
	}
	insert, err := tx.PrepareContext(ctx, "INSERT INTO events (run, n, body) VALUES (?, ?, ?)")
	if err != nil {
		return run, err
	}
	defer insert.Close()
	for i, e := range events {
		body, err := json.Marshal(e)
		if err != nil {
			return run, err
		}
		if _, err := insert.ExecContext(ctx, run.ID, len(run.Events)+i+1, string(body)); err != nil {
			return run, err
		}
	}
	return next, chain(ctx, tx, deeds(run, events))
}

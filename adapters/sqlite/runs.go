package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Create stores a new run under the id that name gives its ordinal, and returns it. Where
// continues finds an unfinished run of the same commit and product, that one is returned instead.
func (l *Log) Create(ctx context.Context, run pipeline.Run, name func(ordinal int) string, continues func(pipeline.Run) bool) (out pipeline.Run, made bool, err error) {
	err = l.update(ctx, func(tx *sql.Tx) error {
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
		events, err := texts(ctx, tx, "SELECT body FROM events WHERE run = ? ORDER BY n", runs[i].ID)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			var event pipeline.Event
			if err := json.Unmarshal([]byte(e), &event); err != nil {
				return nil, err
			}
			runs[i].Events = append(runs[i].Events, event)
		}
	}
	return runs, nil
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
	err = l.update(ctx, func(tx *sql.Tx) error {
		if _, err := oneRun(ctx, tx, id); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "UPDATE runs SET epoch = epoch + 1 WHERE id = ? RETURNING epoch", id).Scan(&epoch)
	})
	return epoch, err
}

// Drive appends the event of a driver who claimed the run with epoch.
func (l *Log) Drive(ctx context.Context, id string, epoch int, e pipeline.Event) error {
	return l.update(ctx, func(tx *sql.Tx) error {
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
		_, err = appendEvent(ctx, tx, id, e)
		return err
	})
}

// Decide appends a person's decision, judged against the run as it is in that moment.
func (l *Log) Decide(ctx context.Context, id string, e pipeline.Event) (run pipeline.Run, err error) {
	err = l.update(ctx, func(tx *sql.Tx) error {
		run, err = appendEvent(ctx, tx, id, e)
		return err
	})
	return run, err
}

func appendEvent(ctx context.Context, tx *sql.Tx, id string, e pipeline.Event) (pipeline.Run, error) {
	run, err := oneRun(ctx, tx, id)
	if err != nil {
		return run, err
	}
	next, err := run.Append(e)
	if err != nil {
		return run, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return run, err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO events (run, n, body) VALUES (?, ?, ?)", id, len(next.Events), string(body))
	return next, err
}

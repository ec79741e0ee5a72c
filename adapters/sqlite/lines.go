package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// Line is a line of a run's output.
type Line struct {
	N      int       `json:"n"`
	At     time.Time `json:"at"`
	Stage  string    `json:"stage"`
	Action string    `json:"action"`
	Text   string    `json:"text"`
}

// Say stores a line of the run's output.
func (l *Log) Say(ctx context.Context, id string, line Line) error {
	return l.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO lines (run, n, at, stage, action, text) VALUES (?, (SELECT coalesce(max(n), 0) + 1 FROM lines WHERE run = ?), ?, ?, ?, ?)",
			id, id, line.At.UTC().Format(time.RFC3339Nano), line.Stage, line.Action, line.Text)
		return err
	})
}

// Lines reads the run's output after line n.
func (l *Log) Lines(ctx context.Context, id string, n int) (all []Line, err error) {
	err = l.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT n, at, stage, action, text FROM lines WHERE run = ? AND n > ? ORDER BY n", id, n)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var line Line
			var at string
			if err := rows.Scan(&line.N, &at, &line.Stage, &line.Action, &line.Text); err != nil {
				return err
			}
			if line.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
				return err
			}
			all = append(all, line)
		}
		return rows.Err()
	})
	return all, err
}

// Package sqlite keeps axle's state: the log of runs, what has been published, stacks under
// test and pinned ids in one file, the sandbox's world in another. Many processes share each
// file by short transactions; no process owns it.
package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Codes of this package's refusals.
const (
	CodeState   = "AXLE3301" // the state cannot be opened, read or written
	CodeDamaged = "AXLE3302"
	CodeNewer   = "AXLE3303"
	CodeNoRun   = "AXLE1301"
	CodeFenced  = "AXLE3304" // another process drives the run now
)

const logVersion = 1

const logSchema = `
CREATE TABLE runs (id TEXT PRIMARY KEY, n INTEGER NOT NULL UNIQUE, product TEXT NOT NULL, sha TEXT NOT NULL, body TEXT NOT NULL, epoch INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX runs_by_commit ON runs (sha, product);
CREATE TABLE events (run TEXT NOT NULL REFERENCES runs, n INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, n)) STRICT, WITHOUT ROWID;
CREATE TABLE lines (run TEXT NOT NULL REFERENCES runs, n INTEGER NOT NULL, at TEXT NOT NULL, stage TEXT NOT NULL, action TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (run, n)) STRICT, WITHOUT ROWID;
CREATE TABLE stacks (run TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, region, name)) STRICT;
CREATE TABLE published (hub TEXT NOT NULL, product TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, template TEXT NOT NULL, run TEXT NOT NULL, PRIMARY KEY (hub, product, version)) STRICT;
CREATE TABLE pins (hub TEXT NOT NULL, kind TEXT NOT NULL, region TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (hub, kind, region, key)) STRICT;
`

// Log is the log of runs in one file. Its methods may be called from many goroutines and processes.
type Log struct{ db *sql.DB }

// OpenLog opens or makes DIR/axle.db. Every commit is on disk when it returns.
func OpenLog(ctx context.Context, dir string) (*Log, error) {
	path := filepath.Join(dir, "axle.db")
	if err := reserve(path); err != nil {
		return nil, explain(err)
	}
	db, err := sql.Open("sqlite", source(path, "busy_timeout(5000)", "synchronous(FULL)", "foreign_keys(1)"))
	if err != nil {
		return nil, document.Fail(CodeState, "the state cannot be opened", "", err)
	}
	db.SetMaxOpenConns(4)
	l := &Log{db}
	if err := l.migrate(ctx, path); err != nil {
		db.Close()
		return nil, err
	}
	return l, nil
}

// Close ends the use of the file.
func (l *Log) Close() error { return l.db.Close() }

// migrate makes the schema of a new file and refuses a damaged file, a stranger's, or a newer
// axle's, before anything is written to it. The journal's kind stays with the file.
func (l *Log) migrate(ctx context.Context, path string) error {
	fresh := false
	look := func(tx *sql.Tx) (err error) {
		fresh, err = isFresh(ctx, tx, path)
		return err
	}
	if err := l.update(ctx, look); err != nil || !fresh {
		return err
	}
	if _, err := l.db.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return explain(err)
	}
	return l.update(ctx, func(tx *sql.Tx) error {
		if err := look(tx); err != nil || !fresh { // another process was first
			return err
		}
		_, err := tx.ExecContext(ctx, logSchema+fmt.Sprintf("PRAGMA user_version = %d", logVersion))
		return err
	})
}

// isFresh says whether the file has nothing in it yet; one that is not a log of this axle is an error.
func isFresh(ctx context.Context, tx *sql.Tx, path string) (bool, error) {
	var version, tables int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return false, err
	}
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return false, err
	}
	switch {
	case version == logVersion:
		return false, nil
	case version > logVersion:
		return false, document.Fail(CodeNewer, fmt.Sprintf("state is of version %d, this axle reads up to %d; upgrade axle", version, logVersion), "", nil)
	case tables > 0:
		return false, document.Fail(CodeDamaged, path+" is not axle's state", "give another directory by AXLE_STATE", nil)
	}
	return true, nil
}

// update runs f in one IMMEDIATE transaction.
func (l *Log) update(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return explain(err)
	}
	return explain(tx.Commit())
}

// explain gives the file's own troubles a code and a next step; other errors stay as they are.
func explain(err error) error {
	var ours *document.Error
	if err == nil || errors.As(err, &ours) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch text := err.Error(); {
	case strings.Contains(text, "malformed"), strings.Contains(text, "not a database"):
		return document.Fail(CodeDamaged, "state database is damaged; restore it from a backup", "or move it away to begin with an empty state", err)
	case strings.Contains(text, "readonly"), strings.Contains(text, "read-only"), errors.Is(err, fs.ErrPermission):
		return document.Fail(CodeState, "state directory is read-only", "make it writable, or give another by AXLE_STATE", err)
	}
	return document.Fail(CodeState, "the state cannot be read or written", "try again; AXLE_STATE names another directory", err)
}

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
	err = l.update(ctx, func(tx *sql.Tx) error {
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
	err = l.update(ctx, func(tx *sql.Tx) error {
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

// Line is a line of a run's output.
type Line struct {
	N             int       `json:"n"`
	At            time.Time `json:"at"`
	Stage, Action string
	Text          string
}

// Say stores a line of the run's output.
func (l *Log) Say(ctx context.Context, id string, line Line) error {
	return l.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO lines (run, n, at, stage, action, text) VALUES (?, (SELECT coalesce(max(n), 0) + 1 FROM lines WHERE run = ?), ?, ?, ?, ?)",
			id, id, line.At.UTC().Format(time.RFC3339Nano), line.Stage, line.Action, line.Text)
		return err
	})
}

// Lines reads the run's output after line n.
func (l *Log) Lines(ctx context.Context, id string, n int) (all []Line, err error) {
	err = l.update(ctx, func(tx *sql.Tx) error {
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

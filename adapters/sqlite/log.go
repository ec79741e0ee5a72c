// Package sqlite keeps axle's state: the log of runs, what has been published, stacks under
// test and pinned ids in one file, the sandbox's world in another. Many processes share each
// file by short transactions; no process owns it.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver

	"github.com/axle-cd/axle/document"
)

// Codes of this package's refusals.
const (
	CodeState   = "AXLE3301" // the state cannot be opened, read or written
	CodeDamaged = "AXLE3302"
	CodeNewer   = "AXLE3303"
	CodeNoRun   = "AXLE1301"
	CodeFenced  = "AXLE3304" // another process drives the run now
)

// logSchema is how the file came to be what it is: each entry makes the next version of it.
var logSchema = []string{`
CREATE TABLE runs (id TEXT PRIMARY KEY, n INTEGER NOT NULL UNIQUE, product TEXT NOT NULL, sha TEXT NOT NULL, body TEXT NOT NULL, epoch INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX runs_by_commit ON runs (sha, product);
CREATE TABLE events (run TEXT NOT NULL REFERENCES runs, n INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, n)) STRICT, WITHOUT ROWID;
CREATE TABLE lines (run TEXT NOT NULL REFERENCES runs, n INTEGER NOT NULL, at TEXT NOT NULL, stage TEXT NOT NULL, action TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (run, n)) STRICT, WITHOUT ROWID;
CREATE TABLE stacks (run TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, region, name)) STRICT;
CREATE TABLE published (hub TEXT NOT NULL, product TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, template TEXT NOT NULL, run TEXT NOT NULL, PRIMARY KEY (hub, product, version)) STRICT;
CREATE TABLE pins (hub TEXT NOT NULL, kind TEXT NOT NULL, region TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (hub, kind, region, key)) STRICT;
`, `
CREATE TABLE rollouts (id TEXT PRIMARY KEY, run TEXT NOT NULL, waves TEXT NOT NULL) STRICT;
CREATE TABLE targets (rollout TEXT NOT NULL REFERENCES rollouts, key TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (rollout, key)) STRICT;
CREATE TABLE orders (run TEXT NOT NULL, n INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, n)) STRICT, WITHOUT ROWID;
`, `
CREATE TABLE campaigns (id TEXT PRIMARY KEY, hub TEXT NOT NULL, body TEXT NOT NULL) STRICT;
`, `
CREATE TABLE market_sets (name TEXT NOT NULL, hub TEXT NOT NULL, organization TEXT NOT NULL, experience TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (hub, name)) STRICT;
CREATE INDEX market_sets_of ON market_sets (hub, organization, experience);
CREATE TABLE market_poisons (hub TEXT NOT NULL, organization TEXT NOT NULL, experience TEXT NOT NULL, product TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (hub, organization, experience, product)) STRICT;
CREATE TABLE market_seen (hub TEXT NOT NULL, organization TEXT NOT NULL, experience TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (hub, organization, experience)) STRICT;
CREATE TABLE leases (hub TEXT NOT NULL, what TEXT NOT NULL, holder TEXT NOT NULL, fence INTEGER NOT NULL, until TEXT NOT NULL, PRIMARY KEY (hub, what)) STRICT;
CREATE TABLE audit (n INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
`, `
CREATE TABLE licences (hub TEXT NOT NULL, organization TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (hub, organization, key)) STRICT;
`, `
CREATE TABLE told (hub TEXT NOT NULL, id TEXT NOT NULL, run TEXT NOT NULL, at INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (hub, id)) STRICT;
`, `
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
INSERT INTO audit_head SELECT 1, n, hash FROM audit ORDER BY n DESC LIMIT 1;
`, `
CREATE TABLE market_requests (hub TEXT NOT NULL, id TEXT NOT NULL, told INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (hub, id)) STRICT;
`}

var logVersion = len(logSchema)

// Log is the log of runs in one file. Its methods may be called from many goroutines and processes.
type Log struct {
	db     *sql.DB
	queue  queue
	driven sync.Map // by id, the runs that this process drives, as far as it has read and written them
}

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
	l := &Log{db: db}
	if err := l.migrate(ctx, path); err != nil {
		db.Close()
		return nil, err
	}
	return l, nil
}

// Close ends the use of the file.
func (l *Log) Close() error { return l.db.Close() }

// migrate makes the schema of a new file, brings an older one's up to date, and refuses a damaged
// file, a stranger's, or a newer axle's, before anything is written to it. The journal's kind
// stays with the file.
func (l *Log) migrate(ctx context.Context, path string) error {
	version := 0
	look := func(ctx context.Context, tx *sql.Tx) (err error) {
		version, err = versionOf(ctx, tx, path)
		return err
	}
	if err := l.update(ctx, look); err != nil || version == logVersion {
		return err
	}
	if version == 0 {
		if _, err := l.db.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
			return explain(err)
		}
	}
	return l.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := look(ctx, tx); err != nil || version == logVersion { // another process was first
			return err
		}
		_, err := tx.ExecContext(ctx, strings.Join(logSchema[version:], "")+fmt.Sprintf("PRAGMA user_version = %d", logVersion))
		return err
	})
}

// versionOf is the version of the file's schema; 0 is a file with nothing in it yet. One that is
// not a log of this axle is an error.
func versionOf(ctx context.Context, tx *sql.Tx, path string) (int, error) {
	var version, tables int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, err
	}
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, err
	}
	switch {
	case version > logVersion:
		return 0, document.Fail(CodeNewer, fmt.Sprintf("state is of version %d, this axle reads up to %d; upgrade axle", version, logVersion), "", nil)
	case version < 0, version == 0 && tables > 0:
		return 0, document.Fail(CodeDamaged, path+" is not axle's state", "give another directory by AXLE_STATE", nil)
	}
	return version, nil
}

// view runs f in one transaction that only reads: it holds nobody up, and sees one moment.
func (l *Log) view(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := l.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	return explain(f(tx))
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
	case strings.Contains(text, "locked"), strings.Contains(text, "busy"):
		return document.Fail(CodeState, "other processes keep the state busy", "run it again", err)
	case strings.Contains(text, "is full"):
		return document.Fail(CodeState, "the disk of the state directory is full", "make room, or give another by AXLE_STATE; then run it again", err)
	}
	return document.Fail(CodeState, "the state cannot be read or written", "try again; AXLE_STATE names another directory", err)
}

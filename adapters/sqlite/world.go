package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	lite "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// The sandbox's file says what it is and how it is laid out.
const (
	worldApplication = 0x41786c57 // "AxlW"
	worldVersion     = 3          // 2: roles have policies, shares are indexed by receiver; 3: accounts are by their parent
	worldSchema      = `CREATE TABLE world (key BLOB PRIMARY KEY, value BLOB NOT NULL)`
	resetHint        = "it is the sandbox's state and nothing else: `axle sandbox reset` throws it away and makes a new one"
)

// worldStore is a world.Store in one file, shared by any number of processes.
type worldStore struct {
	db     *sql.DB
	path   string
	writes sync.Mutex // one writer of this process at a time; between processes SQLite's lock decides
	asked  statements // prepared once
}

// statements are all that is ever asked of the file.
type statements struct{ get, put, drop, scan *sql.Stmt }

// OpenWorld opens the sandbox's state, or makes it where no file is. A file that is damaged,
// foreign or of another version is refused, never remade.
//
// The journal is a WAL, with synchronous=NORMAL: a commit survives the kill of the process, which
// is what the sandbox promises. A power cut may lose the last commits, whole, of what is only a rehearsal.
func OpenWorld(ctx context.Context, path string) (world.Store, error) {
	if err := reserve(path); err != nil {
		return nil, document.Fail("AXLE3110", "the sandbox's state "+path+" cannot be opened", "check the folder's permissions, or set AXLE_STATE", err)
	}
	db, err := sql.Open("sqlite", source(path, "busy_timeout(5000)", "synchronous(NORMAL)"))
	if err != nil {
		return nil, document.Fail("AXLE3110", "the sandbox's state "+path+" cannot be opened", "", err)
	}
	s := &worldStore{db: db, path: path}
	if err := s.check(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(s.explain(err), db.Close())
	}
	return s, nil
}

func (s *worldStore) prepare(ctx context.Context) error {
	for text, into := range map[string]**sql.Stmt{
		"SELECT value FROM world WHERE key = ?": &s.asked.get,
		"INSERT INTO world (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value": &s.asked.put,
		"DELETE FROM world WHERE key = ?":                                      &s.asked.drop,
		"SELECT key, value FROM world WHERE key >= ? AND key < ? ORDER BY key": &s.asked.scan,
	} {
		var err error
		if *into, err = s.db.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// reserve makes the file and its folder where they are not, for its owner's eyes alone: the
// sandbox's file holds keys.
func reserve(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// source names a file to the driver: its path, whatever signs are in it, and how it is used.
func source(path string, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// check refuses a file that is not a world, before anything is written to it, and lays out
// a new one.
func (s *worldStore) check(ctx context.Context) error {
	if fresh, err := s.fresh(ctx, &sql.TxOptions{ReadOnly: true}, nil); err != nil || !fresh {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
		return s.explain(err)
	}
	_, err := s.fresh(ctx, nil, func(tx *sql.Tx) error { // another process may have been first
		_, err := tx.ExecContext(ctx, fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d", worldSchema, worldApplication, worldVersion))
		return err
	})
	return err
}

// fresh reads the file's marks, and says whether it is empty; then lay, if given, lays it out.
func (s *worldStore) fresh(ctx context.Context, options *sql.TxOptions, lay func(*sql.Tx) error) (bool, error) {
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return false, s.explain(err)
	}
	defer tx.Rollback()
	var application, version, tables int
	for query, into := range map[string]*int{"PRAGMA application_id": &application, "PRAGMA user_version": &version, "SELECT count(*) FROM sqlite_master": &tables} {
		if err := tx.QueryRowContext(ctx, query).Scan(into); err != nil {
			return false, s.explain(err)
		}
	}
	switch {
	case application == worldApplication && version == worldVersion:
		return false, nil
	case application == worldApplication:
		return false, document.Fail("AXLE3112", fmt.Sprintf("%s has layout %d, this axle reads layout %d", s.path, version, worldVersion), resetHint, nil)
	case application != 0 || version != 0 || tables != 0:
		return false, document.Fail("AXLE3113", s.path+" is a database of something else", "move it away, or set AXLE_STATE to another folder", nil)
	case lay == nil:
		return true, nil
	}
	if err := lay(tx); err != nil {
		return true, s.explain(err)
	}
	return true, s.explain(tx.Commit())
}

// explain gives SQLite's errors a code and what to do.
func (s *worldStore) explain(err error) error {
	var fault *lite.Error
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.Code() & 0xff {
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return document.Fail("AXLE3111", "the sandbox's state "+s.path+" is damaged", resetHint, err)
	case lib.SQLITE_BUSY:
		return document.Fail("AXLE3114", "the sandbox's state "+s.path+" was in use by another process for 5 s", "run the command again", err)
	}
	return document.Fail("AXLE3115", "the sandbox's state "+s.path+" cannot be read or written", "check the disk", err)
}

func (s *worldStore) Update(ctx context.Context, f func(world.Tx) error) error {
	s.writes.Lock()
	defer s.writes.Unlock()
	return s.within(ctx, nil, f)
}

func (s *worldStore) View(ctx context.Context, f func(world.Tx) error) error {
	return s.within(ctx, &sql.TxOptions{ReadOnly: true}, f)
}

func (s *worldStore) Close() error { return s.db.Close() }

// within runs f in a transaction and commits it, unless f or a read or write in it failed.
func (s *worldStore) within(ctx context.Context, options *sql.TxOptions, f func(world.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return s.explain(err)
	}
	defer tx.Rollback()
	w := &worldTx{ctx: ctx, tx: tx, asked: s.asked, read: map[string][]byte{}}
	over := world.Over(w)
	if err := f(over); err != nil {
		return errors.Join(err, s.explain(w.err))
	}
	if options == nil {
		err = over.Flush()
	}
	if err := errors.Join(err, over.Err(), w.err); err != nil {
		return s.explain(err)
	}
	return s.explain(tx.Commit())
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/axle-cd/axle/document"
)

// write is work that waits for its commit.
type write struct {
	ctx  context.Context
	work func(context.Context, *sql.Tx) error
	err  error
	done chan struct{}
}

// queue are the writes of this process that wait. Whoever comes to the file first commits all of
// them at once: the disk is waited for once. Between processes SQLite's lock decides.
type queue struct {
	file    sync.Mutex
	mu      sync.Mutex
	waiting []*write
}

// update does the work in one IMMEDIATE transaction, with that of others who wait, and returns when
// it is on disk. Work that fails leaves nothing behind, and what was done beside it stays. The work
// is not interrupted once it has begun: that would end the transaction of the others too.
func (l *Log) update(ctx context.Context, work func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{ctx: ctx, work: work, err: errAborted, done: make(chan struct{})}
	l.queue.mu.Lock()
	l.queue.waiting = append(l.queue.waiting, w)
	l.queue.mu.Unlock()
	l.commitWaiting()
	<-w.done
	return explain(w.err)
}

// errAborted stands until the work is on disk or has failed.
var errAborted = document.Fail(CodeState, "a write to the state was broken off", "run it again", nil)

// commitWaiting commits all that wait; nobody does where another caller has already.
func (l *Log) commitWaiting() {
	l.queue.file.Lock()
	defer l.queue.file.Unlock()
	l.queue.mu.Lock()
	all := l.queue.waiting
	l.queue.waiting = nil
	l.queue.mu.Unlock()
	if len(all) == 0 {
		return
	}
	defer func() {
		for _, w := range all {
			close(w.done)
		}
	}()
	if err := l.commit(all); err != nil {
		for _, w := range all {
			w.err = err
		}
	}
}

// commit does the works in one transaction, each within a savepoint. An error is everybody's:
// nothing was stored.
func (l *Log) commit(all []*write) error {
	ctx := context.WithoutCancel(all[0].ctx)
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	results := make([]error, len(all))
	for i, w := range all {
		if results[i], err = apart(w, tx); err != nil {
			return errors.Join(results[i], err)
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for i, w := range all {
		w.err = results[i]
	}
	return nil
}

// apart does one work so that its failure undoes it alone. broken is an error of the transaction.
func apart(w *write, tx *sql.Tx) (failed, broken error) {
	ctx := context.WithoutCancel(w.ctx)
	if _, err := tx.ExecContext(ctx, "SAVEPOINT one"); err != nil {
		return nil, err
	}
	if failed = w.work(ctx, tx); failed != nil {
		_, broken = tx.ExecContext(ctx, "ROLLBACK TO one")
	}
	_, err := tx.ExecContext(ctx, "RELEASE one")
	return failed, errors.Join(broken, err)
}

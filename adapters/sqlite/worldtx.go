package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// worldTx reads and writes rows until the first failure.
type worldTx struct {
	ctx   context.Context
	tx    *sql.Tx
	asked statements
	read  map[string][]byte // what this transaction has read by key; nil: it is not there
	err   error
}

// Fail ends the transaction.
func (w *worldTx) Fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *worldTx) Get(key string) ([]byte, bool) {
	if w.err != nil {
		return nil, false
	}
	value, known := w.read[key]
	if known {
		return value, value != nil
	}
	err := w.tx.StmtContext(w.ctx, w.asked.get).QueryRowContext(w.ctx, []byte(key)).Scan(&value)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		value = nil
	case err != nil:
		w.Fail(err)
		return nil, false
	default:
		value = whole(value)
	}
	w.read[key] = value
	return value, value != nil
}

// whole keeps an empty value apart from none.
func whole(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}

func (w *worldTx) Put(key string, value []byte) {
	if w.err != nil {
		return
	}
	w.read[key] = value
	var err error
	if value == nil {
		_, err = w.tx.StmtContext(w.ctx, w.asked.drop).ExecContext(w.ctx, []byte(key))
	} else {
		_, err = w.tx.StmtContext(w.ctx, w.asked.put).ExecContext(w.ctx, []byte(key), value)
	}
	if err != nil {
		w.Fail(err)
	}
}

// Scan reads all rows before it gives the first, so that f may read and write.
func (w *worldTx) Scan(prefix string, f func(string, []byte) bool) {
	type row struct {
		key   string
		value []byte
	}
	if w.err != nil {
		return
	}
	rows, err := w.tx.StmtContext(w.ctx, w.asked.scan).QueryContext(w.ctx, []byte(prefix), []byte(after(prefix)))
	if err != nil {
		w.Fail(err)
		return
	}
	var all []row
	for rows.Next() {
		var key []byte
		var r row
		if err := rows.Scan(&key, &r.value); err != nil {
			w.Fail(err)
			break
		}
		r.key, r.value = string(key), whole(r.value)
		all = append(all, r)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		w.Fail(err)
	}
	for i := 0; i < len(all) && w.err == nil && f(all[i].key, all[i].value); i++ {
	}
}

// after is the least text behind all that begin with prefix. Keys are text, without 0xff.
func after(prefix string) string { return prefix + "\xff" }

package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/axle-cd/axle/document"
)

// CodeAudit is of an audit whose rows are not what was written.
const CodeAudit = "AXLE2806"

// chain adds rows to the audit. Each has the hash of itself and of the row before it: who
// changes one has to change all that follow, and the head, which says which row is the last.
func chain[T any](ctx context.Context, tx *sql.Tx, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	n, last, err := head(ctx, tx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		body, err := json.Marshal(row)
		if err != nil {
			return err
		}
		n, last = n+1, link(last, string(body))
		res, err := tx.ExecContext(ctx, "INSERT INTO audit (n, body, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", n, string(body), last)
		if err != nil {
			return err
		}
		if made, err := res.RowsAffected(); err != nil || made == 0 {
			return errors.Join(err, altered("row %d of the audit was put in", n))
		}
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO audit_head (one, n, hash) VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET n = excluded.n, hash = excluded.hash", n, last)
	return err
}

// head is the last row that was written. That is not asked of the rows: their tail may be cut off.
func head(ctx context.Context, tx *sql.Tx) (n int, hash string, err error) {
	err = tx.QueryRowContext(ctx, "SELECT n, hash FROM audit_head").Scan(&n, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return n, hash, err
}

func link(before, body string) string {
	sum := sha256.Sum256([]byte(before + "\n" + body))
	return hex.EncodeToString(sum[:])
}

func altered(format string, args ...any) error {
	return document.Fail(CodeAudit, fmt.Sprintf(format, args...), "restore the state from a backup, and compare", nil)
}

// Audited gives every row of the audit, oldest first, as it was written, and the hash of the
// last. The first row that is not what was written, is missing or was put in is an error that
// names it. Who wrote all rows and the head anew is not found: only a hash kept elsewhere tells.
func (l *Log) Audited(ctx context.Context, each func(body string) error) (rows int, last string, err error) {
	err = l.view(ctx, func(tx *sql.Tx) error {
		end, hash, err := head(ctx, tx)
		if err != nil {
			return err
		}
		all, err := tx.QueryContext(ctx, "SELECT n, body, hash FROM audit ORDER BY n")
		if err != nil {
			return err
		}
		defer all.Close()
		for all.Next() {
			var r auditRow
			if err := all.Scan(&r.n, &r.body, &r.hash); err != nil {
				return err
			}
			if err := r.after(rows, last, end); err != nil {
				return err
			}
			if rows, last = r.n, r.hash; each != nil {
				if err := each(r.body); err != nil {
					return err
				}
			}
		}
		if err := all.Err(); err != nil {
			return err
		}
		switch {
		case rows < end:
			return altered("the audit is cut off: rows %d to %d are missing", rows+1, end)
		case last != hash:
			return altered("row %d of the audit, its last, is not what was written", rows)
		}
		return nil
	})
	return rows, last, err
}

type auditRow struct {
	n          int
	body, hash string
}

// after judges a row that stands behind so many others, of which the last has that hash.
func (r auditRow) after(rows int, last string, end int) error {
	switch {
	case r.n <= rows || r.n > end:
		return altered("row %d of the audit was put in", r.n)
	case r.n > rows+1:
		return altered("row %d of the audit is missing", rows+1)
	case r.hash != link(last, r.body):
		return altered("row %d of the audit is not what was written, or does not follow the row before it", r.n)
	}
	return nil
}

// HasAudited says whether a row of the audit has the hash.
func (l *Log) HasAudited(ctx context.Context, hash string) (has bool, err error) {
	err = l.view(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM audit WHERE hash = ?)", hash).Scan(&has)
	})
	return has, err
}

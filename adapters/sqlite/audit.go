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
// changes one has to change all that follow.
func chain[T any](ctx context.Context, tx *sql.Tx, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	n, last, err := tip(ctx, tx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		body, err := json.Marshal(row)
		if err != nil {
			return err
		}
		n, last = n+1, link(last, string(body))
		if _, err := tx.ExecContext(ctx, "INSERT INTO audit (n, body, hash) VALUES (?, ?, ?)", n, string(body), last); err != nil {
			return err
		}
	}
	return nil
}

func tip(ctx context.Context, tx *sql.Tx) (n int, hash string, err error) {
	err = tx.QueryRowContext(ctx, "SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").Scan(&n, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return n, hash, err
}

func link(before, body string) string {
	sum := sha256.Sum256([]byte(before + "\n" + body))
	return hex.EncodeToString(sum[:])
}

// Audited gives every row of the audit, oldest first, as it was written, and the hash of the
// last. A row that is not what was written, or is missing, is an error that names it.
func (l *Log) Audited(ctx context.Context, each func(body string) error) (rows int, last string, err error) {
	err = l.view(ctx, func(tx *sql.Tx) error {
		all, err := tx.QueryContext(ctx, "SELECT n, body, hash FROM audit ORDER BY n")
		if err != nil {
			return err
		}
		defer all.Close()
		for all.Next() {
			var n int
			var body, hash string
			if err := all.Scan(&n, &body, &hash); err != nil {
				return err
			}
			rows++
			if want := link(last, body); n != rows || hash != want {
				return document.Fail(CodeAudit, fmt.Sprintf("row %d of the audit is not what was written", rows), "restore the state from a backup, and compare", nil)
			}
			if last = hash; each != nil {
				if err := each(body); err != nil {
					return err
				}
			}
		}
		return all.Err()
	})
	return rows, last, err
}

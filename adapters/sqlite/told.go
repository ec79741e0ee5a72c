package sqlite

import (
	"context"
	"database/sql"
	"time"
)

// abandoned is after how long a notice that some run began to send is another's to send.
const abandoned = time.Hour

// Claim says whether a notice is the run's to send: nobody has sent it, and nobody else is at it.
// A run that was killed while it sent claims it again.
func (h Hub) Claim(ctx context.Context, run, id string, at time.Time) (mine bool, err error) {
	err = h.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO told (hub, id, run, at) VALUES (?, ?, ?, ?)
 ON CONFLICT DO UPDATE SET run = excluded.run, at = excluded.at WHERE sent = 0 AND (run = excluded.run OR at < ?)`,
			h.Name, id, run, at.Unix(), at.Add(-abandoned).Unix())
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		mine = n > 0
		return err
	})
	return mine, err
}

// Settle says what came of a notice: sent, or to be sent by whoever comes next.
func (h Hub) Settle(ctx context.Context, id string, sent bool) error {
	query := "DELETE FROM told WHERE hub = ? AND id = ?"
	if sent {
		query = "UPDATE told SET sent = 1 WHERE hub = ? AND id = ?"
	}
	return h.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, h.Name, id)
		return err
	})
}

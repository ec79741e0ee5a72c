package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/axle-cd/axle/market"
)

// mostRequests are kept; beyond it the oldest are forgotten, so that events cannot fill the disk.
const mostRequests = 10_000

// Hear writes down what an event tells of a user's request, once, in whichever order they come.
func (m Market) Hear(ctx context.Context, r market.Request) error {
	return m.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		was, err := texts(ctx, tx, "SELECT body FROM market_requests WHERE hub = ? AND id = ?", m.Hub, r.ID)
		if err != nil {
			return err
		}
		if len(was) > 0 {
			var old market.Request
			if err := json.Unmarshal([]byte(was[0]), &old); err != nil {
				return err
			}
			if r = old.Merge(r); r == old {
				return nil
			}
		}
		body, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO market_requests (hub, id, told, body) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET told = excluded.told, body = excluded.body`,
			m.Hub, r.ID, r.Told.Unix(), string(body))
		if err == nil && len(was) == 0 {
			_, err = tx.ExecContext(ctx, `DELETE FROM market_requests WHERE hub = ? AND id IN (SELECT id FROM market_requests WHERE hub = ? ORDER BY told DESC, id LIMIT -1 OFFSET ?)`,
				m.Hub, m.Hub, mostRequests)
		}
		return err
	})
}

// Requests are all that were heard of, the oldest first.
func (m Market) Requests(ctx context.Context) ([]market.Request, error) {
	return bodies[market.Request](ctx, m.Log, "SELECT body FROM market_requests WHERE hub = ? ORDER BY told, id", m.Hub)
}

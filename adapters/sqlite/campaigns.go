package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/axle-cd/axle/catalog"
)

// Begin keeps a campaign that somebody confirmed; one that is there already stays as it is. How
// far it is, its rollout of the same id says.
func (h Hub) Begin(ctx context.Context, c catalog.Begun) error {
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return h.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "INSERT INTO campaigns (id, hub, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", c.ID, h.Name, string(body))
		if err != nil {
			return err
		}
		if made, err := res.RowsAffected(); err != nil || made == 0 {
			return err
		}
		return chain(ctx, tx, []Deed{{At: c.At, What: DeedCampaign, Run: c.ID, Hub: h.Name, Product: c.Product, Version: c.To, Actor: c.By, Reason: c.Reason}})
	})
}

// Campaigns are the hub's, oldest first.
func (h Hub) Campaigns(ctx context.Context) (all []catalog.Begun, err error) {
	err = h.Log.view(ctx, func(tx *sql.Tx) error {
		bodies, err := texts(ctx, tx, "SELECT body FROM campaigns WHERE hub = ? ORDER BY rowid", h.Name)
		all = make([]catalog.Begun, len(bodies))
		for i, body := range bodies {
			if err := json.Unmarshal([]byte(body), &all[i]); err != nil {
				return err
			}
		}
		return err
	})
	return all, err
}

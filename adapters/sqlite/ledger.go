package sqlite

import (
	"context"
	"database/sql"

	"github.com/axle-cd/axle/products"
)

// OpenStack writes down that a run is about to make a stack, before it does (I4).
func (l *Log) OpenStack(ctx context.Context, run string, t products.StackTarget) error {
	return l.exec(ctx, "INSERT INTO stacks (run, account, region, name) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET deleted = 0", run, t.Account, t.Region, t.Name)
}

// CloseStack writes down that the stack is gone.
func (l *Log) CloseStack(ctx context.Context, t products.StackTarget) error {
	return l.exec(ctx, "UPDATE stacks SET deleted = 1 WHERE account = ? AND region = ? AND name = ?", t.Account, t.Region, t.Name)
}

// OpenStacks are the stacks of a run that are not known to be gone.
func (l *Log) OpenStacks(ctx context.Context, run string) (all []products.StackTarget, err error) {
	err = l.update(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT account, region, name FROM stacks WHERE run = ? AND deleted = 0 ORDER BY account, region, name", run)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t products.StackTarget
			if err := rows.Scan(&t.Account, &t.Region, &t.Name); err != nil {
				return err
			}
			all = append(all, t)
		}
		return rows.Err()
	})
	return all, err
}

// Record writes down a published version; recorded again it changes nothing.
func (l *Log) Record(ctx context.Context, run, product string, v products.Published) error {
	return l.exec(ctx, "INSERT INTO published (product, version, digest, template, run) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", product, v.Version, v.Digest, v.Template, run)
}

// Published are the versions of a product that runs of this state have published.
func (l *Log) Published(ctx context.Context, product string) (all []products.Published, err error) {
	err = l.update(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT version, digest, template FROM published WHERE product = ? ORDER BY rowid", product)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var v products.Published
			if err := rows.Scan(&v.Version, &v.Digest, &v.Template); err != nil {
				return err
			}
			all = append(all, v)
		}
		return rows.Err()
	})
	return all, err
}

// Pins are the ids of a hub's objects, by hub.
type Pins struct {
	Log *Log
	Hub string // the hub's account; "sandbox:" before it where it is not AWS
}

// Pin gives the pinned id, or "".
func (p Pins) Pin(ctx context.Context, kind, region, key string) (id string, err error) {
	err = p.Log.update(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT id FROM pins WHERE hub = ? AND kind = ? AND region = ? AND key = ?", p.Hub, kind, region, key).Scan(&id)
		if err == sql.ErrNoRows {
			return nil
		}
		return err
	})
	return id, err
}

// SetPin pins an id.
func (p Pins) SetPin(ctx context.Context, kind, region, key, id string) error {
	return p.Log.exec(ctx, "INSERT INTO pins (hub, kind, region, key, id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET id = excluded.id", p.Hub, kind, region, key, id)
}

func (l *Log) exec(ctx context.Context, query string, args ...any) error {
	return l.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

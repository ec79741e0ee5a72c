package sqlite

import (
	"context"
	"database/sql"
	"time"

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
	err = l.view(ctx, func(tx *sql.Tx) error {
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

// Hub is what the state knows of one hub: the sandbox's, or one of AWS.
type Hub struct {
	Log  *Log
	Name string // SandboxHub, or how AWS is reached
}

// SandboxHub is the hub of the state's own sandbox.
const SandboxHub = "sandbox"

// Record writes down a published version; recorded again it changes nothing.
func (h Hub) Record(ctx context.Context, run, product string, v products.Published) error {
	return h.Log.exec(ctx, "INSERT INTO published (hub, product, version, digest, template, run) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", h.Name, product, v.Version, v.Digest, v.Template, run)
}

// Published are the versions of a product that runs of this state have published.
func (h Hub) Published(ctx context.Context, product string) (all []products.Published, err error) {
	err = h.Log.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT version, digest, template FROM published WHERE hub = ? AND product = ? ORDER BY rowid", h.Name, product)
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

// Pin gives the pinned id, or "".
func (h Hub) Pin(ctx context.Context, kind, region, key string) (id string, err error) {
	err = h.Log.view(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT id FROM pins WHERE hub = ? AND kind = ? AND region = ? AND key = ?", h.Name, kind, region, key).Scan(&id)
		if err == sql.ErrNoRows {
			return nil
		}
		return err
	})
	return id, err
}

// SetPin pins an id.
func (h Hub) SetPin(ctx context.Context, kind, region, key, id string) error {
	return h.Log.exec(ctx, "INSERT INTO pins (hub, kind, region, key, id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET id = excluded.id", h.Name, kind, region, key, id)
}

func (l *Log) exec(ctx context.Context, query string, args ...any) error {
	return l.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// ForgetSandbox drops what is known of a sandbox that is no more: its pinned ids, the versions
// published in it, what was told of it, and how far its runs have distributed them. The audit stays,
// and says from where on it is of another world.
func (l *Log) ForgetSandbox(ctx context.Context, at time.Time) error {
	const gone = "(SELECT rollouts.id FROM rollouts JOIN runs ON runs.id = rollouts.run WHERE runs.body ->> '$.spec.hub' = ?)"
	return l.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, query := range []string{
			"DELETE FROM pins WHERE hub = ?", "DELETE FROM published WHERE hub = ?", "DELETE FROM told WHERE hub = ?", "DELETE FROM market_requests WHERE hub = ?",
			"DELETE FROM targets WHERE rollout IN " + gone, "DELETE FROM rollouts WHERE id IN " + gone,
		} {
			if _, err := tx.ExecContext(ctx, query, SandboxHub); err != nil {
				return err
			}
		}
		return chain(ctx, tx, []Deed{{At: at, What: DeedForgotten, Hub: SandboxHub}})
	})
}

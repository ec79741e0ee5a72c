package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// CodeLeased is of an organization that another runner works on.
const CodeLeased = "AXLE3405"

// Market is what is kept of experiences: change sets, quarantine, leases, how each was last seen.
type Market struct {
	Log   *Log
	Hub   string // SandboxHub, or how AWS is reached
	Alone bool   // whoever asks for a lease knows that nobody else works under one
}

// bodies reads JSON rows.
func bodies[T any](ctx context.Context, l *Log, query string, args ...any) (all []T, err error) {
	err = l.view(ctx, func(tx *sql.Tx) error {
		found, err := texts(ctx, tx, query, args...)
		all = make([]T, len(found))
		for i, body := range found {
			if err := json.Unmarshal([]byte(body), &all[i]); err != nil {
				return err
			}
		}
		return err
	})
	return all, err
}

// Sets are the change sets of an experience, oldest first.
func (m Market) Sets(ctx context.Context, organization, experience string) ([]market.Set, error) {
	return bodies[market.Set](ctx, m.Log, "SELECT body FROM market_sets WHERE hub = ? AND organization = ? AND experience = ? ORDER BY rowid", m.Hub, organization, experience)
}

// Keep writes a change set down, and what happened to its products. Under a lease that is
// another's by now nothing is written.
func (m Market) Keep(ctx context.Context, s market.Set, happened ...market.Audit) error {
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return m.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var fence int64
		err := tx.QueryRowContext(ctx, "SELECT fence FROM leases WHERE hub = ? AND what = ?", m.Hub, leaseOf(s.Organization)).Scan(&fence)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if fence != s.Fence {
			return document.Fail(CodeLeased, "another runner has taken over "+s.Organization, "it goes on from the journal", nil)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO market_sets (name, hub, organization, experience, body) VALUES (?, ?, ?, ?, ?)
 ON CONFLICT DO UPDATE SET body = excluded.body`, s.Name, m.Hub, s.Organization, s.Experience, string(body))
		if err != nil {
			return err
		}
		return chain(ctx, tx, happened)
	})
}

// Durations are of the last sets that succeeded, no more than two hundred.
func (m Market) Durations(ctx context.Context) ([]time.Duration, error) {
	sets, err := bodies[market.Set](ctx, m.Log, "SELECT body FROM market_sets WHERE hub = ? AND body ->> 'status' = ? ORDER BY rowid DESC LIMIT 200", m.Hub, market.Succeeded)
	var all []time.Duration
	for _, s := range sets {
		all = append(all, s.End.Sub(s.Start))
	}
	return all, err
}

// Poisons are the products of an experience that were ever quarantined.
func (m Market) Poisons(ctx context.Context, organization, experience string) ([]market.Poison, error) {
	return bodies[market.Poison](ctx, m.Log, "SELECT body FROM market_poisons WHERE hub = ? AND organization = ? AND experience = ? ORDER BY product", m.Hub, organization, experience)
}

// Poison writes down that a product was refused, or went through again.
func (m Market) Poison(ctx context.Context, p market.Poison) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return m.Log.exec(ctx, "INSERT INTO market_poisons (hub, organization, experience, product, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
		m.Hub, p.Organization, p.Experience, p.Product, string(body))
}

// Note writes down how an experience was last seen; when it last succeeded stays, where it did not.
func (m Market) Note(ctx context.Context, s market.Seen) error {
	return m.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var old market.Seen
		was, err := texts(ctx, tx, "SELECT body FROM market_seen WHERE hub = ? AND organization = ? AND experience = ?", m.Hub, s.Organization, s.Experience)
		if err == nil && len(was) > 0 {
			err = json.Unmarshal([]byte(was[0]), &old)
		}
		if err != nil {
			return err
		}
		if s.Success.IsZero() {
			s.Success = old.Success
		}
		if s.Unread && len(was) > 0 {
			s.Allowed, s.Denied, s.Quarantined = old.Allowed, old.Denied, old.Quarantined
		}
		body, err := json.Marshal(s)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO market_seen (hub, organization, experience, body) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
			m.Hub, s.Organization, s.Experience, string(body))
		return err
	})
}

// Seen is every experience as it was last seen.
func (m Market) Seen(ctx context.Context) ([]market.Seen, error) {
	return bodies[market.Seen](ctx, m.Log, "SELECT body FROM market_seen WHERE hub = ? ORDER BY organization, experience", m.Hub)
}

// Tell writes down what happened without a change set.
func (m Market) Tell(ctx context.Context, happened ...market.Audit) error {
	return m.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error { return chain(ctx, tx, happened) })
}

func leaseOf(organization string) string { return "market:" + organization }

// Lease gives an organization to one runner until then, or says who has it. A zero until gives
// it back. The fence grows with every taking: who held it before can no longer write.
func (m Market) Lease(ctx context.Context, organization, holder string, now, until time.Time) (fence int64, err error) {
	return m.lease(ctx, leaseOf(organization), holder, now, until)
}

func (m Market) lease(ctx context.Context, what, holder string, now, until time.Time) (fence int64, err error) {
	err = m.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var has, end string
		err := tx.QueryRowContext(ctx, "SELECT holder, fence, until FROM leases WHERE hub = ? AND what = ?", m.Hub, what).Scan(&has, &fence, &end)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		ends, _ := time.Parse(time.RFC3339, end) // "" is the past
		switch {
		case until.IsZero():
			_, err = tx.ExecContext(ctx, "UPDATE leases SET until = '' WHERE hub = ? AND what = ? AND holder = ?", m.Hub, what, holder)
			return err
		case now.Before(ends) && !m.Alone:
			return document.Fail(CodeLeased, fmt.Sprintf("%s is being worked on by %s until %s", what, has, end), "run again then", nil)
		}
		fence++
		_, err = tx.ExecContext(ctx, "INSERT INTO leases (hub, what, holder, fence, until) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET holder = excluded.holder, fence = excluded.fence, until = excluded.until",
			m.Hub, what, holder, fence, until.UTC().Format(time.RFC3339))
		return err
	})
	return fence, err
}

// Denied are the products that axle's own change sets denied, by experience.
func (m Market) Denied(ctx context.Context) (map[string]map[string]bool, error) {
	sets, err := bodies[market.Set](ctx, m.Log, "SELECT body FROM market_sets WHERE hub = ? AND body ->> 'status' = ? ORDER BY rowid", m.Hub, market.Succeeded)
	all := map[string]map[string]bool{}
	for _, s := range sets {
		of := s.Of()
		if all[of] == nil {
			all[of] = map[string]bool{}
		}
		for _, b := range s.Batches {
			for _, id := range b.IDs {
				all[of][id] = b.Effect == market.Deny
			}
		}
	}
	return all, err
}

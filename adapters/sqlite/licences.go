package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// Licences is what is kept of an organization's licences: a mark for each licence and principal,
// and how the last pass went.
type Licences struct {
	Log          *Log
	Hub          string // SandboxHub, or how AWS is reached
	Organization string // its id
	Fence        int64  // of the pass that writes
}

// seenKey is no pair's: a pair has a blank.
const seenKey = "seen"

func (l Licences) lease() string { return "licences:" + l.Organization }

// Begin makes this the pass that writes; what another began before can write no more.
func (l Licences) Begin(ctx context.Context, holder string) (Licences, error) {
	err := l.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `INSERT INTO leases (hub, what, holder, fence, until) VALUES (?, ?, ?, 1, '')
 ON CONFLICT DO UPDATE SET holder = excluded.holder, fence = fence + 1 RETURNING fence`, l.Hub, l.lease(), holder).Scan(&l.Fence)
	})
	return l, err
}

// Marks are all marks, by their pairs.
func (l Licences) Marks(ctx context.Context) (map[string]market.Mark, error) {
	rows, err := bodies[market.Mark](ctx, l.Log, "SELECT body FROM licences WHERE hub = ? AND organization = ? AND key <> ?", l.Hub, l.Organization, seenKey)
	all := map[string]market.Mark{}
	for _, m := range rows {
		all[m.Key()] = m
	}
	return all, err
}

// Mark writes a mark down, and what happened, in one step.
func (l Licences) Mark(ctx context.Context, m market.Mark, happened ...market.Audit) error {
	return l.put(ctx, m.Key(), m, happened)
}

// Tell writes down what happened to no pair.
func (l Licences) Tell(ctx context.Context, happened ...market.Audit) error {
	return Market{Log: l.Log, Hub: l.Hub}.Tell(ctx, happened...)
}

func (l Licences) put(ctx context.Context, key string, v any, happened []market.Audit) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return l.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var fence int64
		err := tx.QueryRowContext(ctx, "SELECT fence FROM leases WHERE hub = ? AND what = ?", l.Hub, l.lease()).Scan(&fence)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if fence != l.Fence {
			return document.Fail(CodeLeased, fmt.Sprintf("another pass over the licences of %s has begun", l.Organization), "it goes on from the journal", nil)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO licences (hub, organization, key, body) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
			l.Hub, l.Organization, key, string(body)); err != nil {
			return err
		}
		return chain(ctx, tx, happened)
	})
}

// Note writes down how a pass went. When one last succeeded stays, where this one did not.
func (l Licences) Note(ctx context.Context, s market.SharedSeen) error {
	if s.Success.IsZero() {
		before, _, err := l.Seen(ctx)
		if err != nil {
			return err
		}
		s.Success = before.Success
	}
	return l.put(ctx, seenKey, s, nil)
}

// Seen is how the last pass went, if there was one.
func (l Licences) Seen(ctx context.Context) (market.SharedSeen, bool, error) {
	rows, err := bodies[market.SharedSeen](ctx, l.Log, "SELECT body FROM licences WHERE hub = ? AND organization = ? AND key = ?", l.Hub, l.Organization, seenKey)
	if err != nil || len(rows) == 0 {
		return market.SharedSeen{}, false, err
	}
	return rows[0], true, nil
}

package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/axle-cd/axle/catalog"
)

// Journal is what is known of rollouts: which targets there are, how far each is, what people
// ordered. A rollout is called by its run's id, or by that, a slash, and a name of its own; its
// run's orders hold for all of them.
type Journal struct{ Log *Log }

// RunOf is the run that a rollout is of.
func RunOf(rollout string) string {
	run, _, _ := strings.Cut(rollout, "/")
	return run
}

// Open gives a rollout as the journal has it; one that it does not have begins as planned.
func (j Journal) Open(ctx context.Context, id string, plan catalog.Rollout) (r catalog.Rollout, err error) {
	err = j.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if r, err = rollout(ctx, tx, id); !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := begin(ctx, tx, id, plan); err != nil {
			return err
		}
		r, err = rollout(ctx, tx, id)
		return err
	})
	return r, err
}

func begin(ctx context.Context, tx *sql.Tx, id string, plan catalog.Rollout) error {
	waves, err := json.Marshal(plan.Waves)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO rollouts (id, run, waves) VALUES (?, ?, ?)", id, RunOf(id), string(waves)); err != nil {
		return err
	}
	known := map[string]bool{}
	for _, t := range plan.Targets {
		known[t.Key] = true
		if err := record(ctx, tx, id, t, plan.Done[t.Key]); err != nil {
			return err
		}
	}
	for key, o := range plan.Done {
		if known[key] { // else it is no target of this rollout: targets come after it
			continue
		}
		if err := record(ctx, tx, id, catalog.Target{Key: key, Wave: -1, Found: true}, o); err != nil {
			return err
		}
	}
	return nil
}

// Record keeps how far a target is; one that the rollout did not have yet is added to it.
func (j Journal) Record(ctx context.Context, id string, t catalog.Target, o catalog.Outcome) error {
	return j.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		happened, err := outcome(ctx, tx, id, t, o)
		if err != nil {
			return err
		}
		if err := record(ctx, tx, id, t, o); err != nil {
			return err
		}
		return chain(ctx, tx, happened)
	})
}

func record(ctx context.Context, tx *sql.Tx, id string, t catalog.Target, o catalog.Outcome) error {
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO targets (rollout, key, body, state, at, why) VALUES (?, ?, ?, ?, ?, ?)
 ON CONFLICT DO UPDATE SET state = excluded.state, at = excluded.at, why = excluded.why`, id, t.Key, string(body), string(o.State), o.At.UTC().Format(time.RFC3339Nano), o.Why)
	return err
}

// rollout is sql.ErrNoRows where the journal does not have it.
func rollout(ctx context.Context, tx *sql.Tx, id string) (catalog.Rollout, error) {
	r := catalog.Rollout{Done: map[string]catalog.Outcome{}}
	var waves string
	if err := tx.QueryRowContext(ctx, "SELECT waves FROM rollouts WHERE id = ?", id).Scan(&waves); err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(waves), &r.Waves); err != nil {
		return r, err
	}
	rows, err := tx.QueryContext(ctx, "SELECT body, state, at, why FROM targets WHERE rollout = ? ORDER BY rowid", id)
	if err != nil {
		return r, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows, &r); err != nil {
			return r, err
		}
	}
	if err := rows.Err(); err != nil {
		return r, err
	}
	r.Orders, err = orders(ctx, tx, RunOf(id))
	return r, err
}

func scan(rows *sql.Rows, r *catalog.Rollout) error {
	var t catalog.Target
	var o catalog.Outcome
	var body, at string
	err := rows.Scan(&body, &o.State, &at, &o.Why)
	if err == nil {
		err = json.Unmarshal([]byte(body), &t)
	}
	if err == nil {
		o.At, err = time.Parse(time.RFC3339Nano, at)
	}
	r.Targets = append(r.Targets, t)
	r.Record(t.Key, o)
	return err
}

// Orders are what people told the rollout's run, oldest first.
func (j Journal) Orders(ctx context.Context, id string) (all []catalog.Order, err error) {
	err = j.Log.view(ctx, func(tx *sql.Tx) error {
		all, err = orders(ctx, tx, RunOf(id))
		return err
	})
	return all, err
}

func orders(ctx context.Context, tx *sql.Tx, run string) ([]catalog.Order, error) {
	bodies, err := texts(ctx, tx, "SELECT body FROM orders WHERE run = ? ORDER BY n", run)
	all := make([]catalog.Order, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal([]byte(body), &all[i]); err != nil {
			return nil, err
		}
	}
	return all, err
}

// Order writes down what a person tells a run's rollouts. To resume is to begin again what has
// failed, and to accept what was found in a bake.
func (j Journal) Order(ctx context.Context, run string, o catalog.Order) error {
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return j.Log.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO orders (run, n, body) VALUES (?, (SELECT count(*) FROM orders WHERE run = ?), ?)", run, run, string(body)); err != nil {
			return err
		}
		happened, err := order(ctx, tx, run, o)
		if err != nil {
			return err
		}
		if err := chain(ctx, tx, happened); err != nil || o.Verb != catalog.Resume {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE targets SET state = CASE WHEN body ->> 'found' THEN 'accepted' ELSE '' END
 WHERE state IN ('failed', 'blocked') AND rollout IN (SELECT id FROM rollouts WHERE run = ?)`, run)
		return err
	})
}

// Rollouts are a run's, by their ids.
func (j Journal) Rollouts(ctx context.Context, run string) (all map[string]catalog.Rollout, err error) {
	all = map[string]catalog.Rollout{}
	err = j.Log.view(ctx, func(tx *sql.Tx) error {
		ids, err := texts(ctx, tx, "SELECT id FROM rollouts WHERE run = ?", run)
		for _, id := range ids {
			if all[id], err = rollout(ctx, tx, id); err != nil {
				return err
			}
		}
		return err
	})
	return all, err
}

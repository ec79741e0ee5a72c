package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/pipeline"
)

// What a Deed tells of, besides the kinds of a run's events.
const (
	DeedBegan     = "began"    // a run
	DeedTarget    = "target"   // how one place of a rollout ended
	DeedBaked     = "baked"    // a wave was watched to its end
	DeedCampaign  = "campaign" // it was confirmed
	DeedDeleting  = "deleting" // a person confirmed the plan; what is deleted follows
	DeedDeleted   = "deleted"
	DeedTurning   = "turning"   // a rollback is about to give a version the state of Status
	DeedTurned    = "turned"    // and has
	DeedForgotten = "forgotten" // the sandbox of Hub is no more, and nothing that was done to it
)

// Deed is a row of the audit that tells of a run, a rollout or a version. It is written with what
// it tells of, in one transaction. Rows of Marketplace and of licences have no What, and the same
// keys for the same things.
type Deed struct {
	At      time.Time         `json:"at"`
	What    string            `json:"what"`
	Run     string            `json:"run,omitempty"` // or the campaign; a rollout of its own has a slash in it
	Hub     string            `json:"hub,omitempty"`
	Product string            `json:"product,omitempty"`
	Version string            `json:"version,omitempty"`
	Commit  string            `json:"commit,omitempty"`
	People  []pipeline.Person `json:"people,omitempty"` // who had a hand in the commits
	Stage   string            `json:"stage,omitempty"`
	Action  string            `json:"action,omitempty"`
	Actor   string            `json:"actor,omitempty"`
	Via     string            `json:"via,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Digest  string            `json:"digest,omitempty"`
	Wave    string            `json:"wave,omitempty"`
	Target  string            `json:"target,omitempty"`
	Account string            `json:"account,omitempty"`
	Region  string            `json:"region,omitempty"`
	Status  string            `json:"status,omitempty"`
	Error   string            `json:"error,omitempty"` // in AWS's words, or a code

	// of a row of Marketplace: what was done where, for whom, by what line
	Effect     string `json:"effect,omitempty"`
	Experience string `json:"experience,omitempty"`
	Principal  string `json:"principal,omitempty"`
	Why        string `json:"why,omitempty"`
	Ticket     string `json:"ticket,omitempty"`
}

// Tell writes down what happened outside runs and rollouts.
func (l *Log) Tell(ctx context.Context, all ...Deed) error {
	return l.update(ctx, func(ctx context.Context, tx *sql.Tx) error { return chain(ctx, tx, all) })
}

// deeds are the rows of events that come after those of the run. That an action was begun says
// nothing: it ends, or it is begun again.
func deeds(run pipeline.Run, events []pipeline.Event) (all []Deed) {
	about := Deed{Run: run.ID, Hub: run.Spec.Hub, Product: cmp.Or(run.Spec.Product, run.Product), Version: run.Spec.Version, Commit: run.Commit.SHA}
	if len(run.Events) == 0 && len(events) > 0 {
		began := about
		began.At, began.What, began.People = events[0].At, DeedBegan, run.Commit.People
		all = append(all, began)
	}
	for _, e := range events {
		if e.Kind == pipeline.Started {
			continue
		}
		d := about
		d.At, d.What, d.Stage, d.Action, d.Actor, d.Via, d.Reason = e.At, string(e.Kind), e.Stage, e.Action, e.By, e.Via, e.Reason
		d.Digest, d.Status = cmp.Or(e.Digest, e.Result.Artifact("package")), string(e.Result.Verdict)
		if v := e.Result.Verdict; len(e.Result.Findings) > 0 && (v == pipeline.Fail || v == pipeline.Unjudged) {
			d.Error = e.Result.Findings[0].Code
		}
		all = append(all, d)
	}
	return all
}

// outcome is the row of a target that is now as o says, unless it was so before or is only
// under way.
func outcome(ctx context.Context, tx *sql.Tx, id string, t catalog.Target, o catalog.Outcome) ([]Deed, error) {
	var before, why string
	err := tx.QueryRowContext(ctx, "SELECT state, why FROM targets WHERE rollout = ? AND key = ?", id, t.Key).Scan(&before, &why)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	if o.State == catalog.Pending || o.State == catalog.Running || before == string(o.State) && why == o.Why {
		return nil, nil
	}
	d, err := ofRollout(ctx, tx, id)
	d.At, d.What, d.Target, d.Account, d.Region, d.Status, d.Error = o.At, DeedTarget, t.Key, t.Account, t.Region, string(o.State), o.Why
	if t.Key == catalog.Baked(t.Wave) {
		d.What, d.Target = DeedBaked, ""
	}
	if err == nil && t.Wave >= 0 {
		d.Wave, err = waveName(ctx, tx, id, t.Wave)
	}
	return []Deed{d}, err
}

func waveName(ctx context.Context, tx *sql.Tx, id string, wave int) (string, error) {
	var name sql.NullString
	err := tx.QueryRowContext(ctx, "SELECT waves ->> ? FROM rollouts WHERE id = ?", "$["+strconv.Itoa(wave)+"].name", id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return name.String, err
}

// ofRollout is what the run or campaign of a rollout says of it. A rollout of a name of its own may
// be of another version, and its targets say which.
func ofRollout(ctx context.Context, tx *sql.Tx, id string) (Deed, error) {
	d, run := Deed{Run: id}, RunOf(id)
	err := tx.QueryRowContext(ctx, `SELECT body ->> '$.spec.hub', coalesce(nullif(body ->> '$.spec.product', ''), product), body ->> '$.spec.version' FROM runs WHERE id = ?
 UNION ALL SELECT hub, body ->> '$.product', body ->> '$.to' FROM campaigns WHERE id = ?`, run, run).Scan(&d.Hub, &d.Product, &d.Version)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if run != id {
		d.Version = ""
	}
	return d, err
}

// order is the row of what a person told a run's rollouts.
func order(ctx context.Context, tx *sql.Tx, run string, o catalog.Order) ([]Deed, error) {
	d, err := ofRollout(ctx, tx, run)
	d.At, d.What, d.Actor, d.Reason = o.At, string(o.Verb), o.By, o.Reason
	return []Deed{d}, err
}

// Deeds gives each row of the audit, verified, as the Deed it is, with the row as it was written.
func (l *Log) Deeds(ctx context.Context, each func(d Deed, body string) error) error {
	_, _, err := l.Audited(ctx, func(body string) error {
		var d struct {
			Deed
			Start time.Time `json:"start"`
			End   time.Time `json:"end"`
		}
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			return err
		}
		if d.At.IsZero() { // of Marketplace or licences
			d.At = d.Start
			if !d.End.IsZero() {
				d.At = d.End
			}
		}
		return each(d.Deed, body)
	})
	return err
}

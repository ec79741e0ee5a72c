package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

// sharedDoc is axle licences apply as JSON.
type sharedDoc struct {
	FormatVersion int             `json:"format_version"`
	Sandbox       bool            `json:"sandbox"`
	Run           string          `json:"run,omitempty"` // that waits for a person
	Later         []market.Pair   `json:"later"`
	Notices       []market.Notice `json:"notices"`
	Told          int             `json:"told"` // messages about licences that end
	market.Shared
}

// apply is one pass, as far as the guard lets it, or as far as a person agreed.
func (c *counter) apply(ctx context.Context, f licenceFlags, accepted market.Accepted) error {
	plan, got, err := c.once(ctx, f, accepted)
	if err != nil {
		return err
	}
	return c.ended(ctx, plan, got, pipeline.Run{})
}

// once makes a pass. One process of a machine at a time makes one; the lock falls with the process.
func (c *counter) once(ctx context.Context, f licenceFlags, accepted market.Accepted) (plan market.LicencePlan, got market.Shared, err error) {
	lock, err := disk.TryLock(c.lock)
	if err != nil {
		return plan, got, err
	}
	if lock == nil {
		return plan, got, document.Fail("AXLE3421", "blocked: another process shares the licences of "+c.org.Name, "it goes on by itself; run again when it has ended", nil)
	}
	defer func() { _ = lock.Unlock() }()
	return c.carry(ctx, f, accepted)
}

// carry makes a pass, for whoever has the lock: it looks, asks the guard, carries out, and writes
// down how it went. An error is of a pass that did not begin.
func (c *counter) carry(ctx context.Context, f licenceFlags, accepted market.Accepted) (plan market.LicencePlan, got market.Shared, err error) {
	if c.books, err = c.books.Begin(ctx, "axle licences"); err != nil {
		return plan, got, err
	}
	s := c.sharing(f)
	if s.Run, s.Approval = c.run, c.approval; s.Run == "" {
		s.Run = "licences-" + s.Now().UTC().Format("20060102T150405Z")
	}
	if s.Actor, err = c.actor(ctx); err != nil {
		return plan, got, err
	}
	seen := market.SharedSeen{Attempt: s.Now()}
	plan, estate, err := s.Propose(ctx)
	if err == nil {
		err = c.of.Guard.Permit(plan, accepted)
	}
	got = market.Shared{Outcome: market.OutcomeOf(err), Err: err, Ended: []market.Pair{}, Failed: []market.Notice{}}
	switch {
	case err == nil:
		if accepted.Plan != nil {
			s.Approval = cmp.Or(s.Approval, accepted.Plan.Digest())
		}
		got = s.Apply(ctx, plan)
	case c.timed && got.Outcome == market.Refused:
		got.Outcome, got.Error = market.Awaiting, err.Error()
	case got.Outcome == market.Refused:
		got.Error = err.Error()
		err = c.books.Tell(ctx, market.Audit{Run: s.Run, Actor: s.Actor, Organization: c.org.ID, Effect: "none", Why: "guard", Status: market.Refused, Error: err.Error(), Start: seen.Attempt, End: s.Now()})
		got.Err = errors.Join(got.Err, err)
	default:
		got.Error = err.Error()
	}
	if seen.Outcome, seen.Error = got.Outcome, got.Error; marketExit(got.Outcome) == exitOK {
		seen.Success = s.Now()
	}
	seen.Grants, seen.Left, seen.Waiting = plan.Have, got.Left, got.Waiting
	if err := c.books.Note(context.WithoutCancel(ctx), seen); err != nil {
		got.Outcome, got.Err = market.Worst(got.Outcome, market.Broken), errors.Join(got.Err, err)
	}
	c.told = c.tellNews(ctx, estate, c.org.ID)
	return plan, got, nil
}

// ended shows a pass. by is the run that a person is asked by, where the guard held it back.
func (c *counter) ended(ctx context.Context, plan market.LicencePlan, got market.Shared, by pipeline.Run) error {
	doc := sharedDoc{formatVersion, c.cloud.box != nil, by.ID, plan.Later, plan.Notices, c.told, got}
	if err := c.show(doc, func() { c.showShared(plan, got) }); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if got.Err != nil {
		c.exit(got.Err)
	}
	return outcomeErr(got.Outcome)
}

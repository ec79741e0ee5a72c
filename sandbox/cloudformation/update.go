package cloudformation

import (
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// updatable are the states in which a stack may be updated.
var updatable = []string{"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}

func (r *record) steady(now time.Time) error {
	if s := r.status(now); !slices.Contains(updatable, s) {
		return invalid("Stack:%s is in %s state and can not be updated.", r.ID, s)
	}
	return r.spoken(now)
}

// spoken refuses what would come before an operation of the stack's stack set that has yet to begin.
func (r *record) spoken(now time.Time) error {
	if n := len(r.Events); n > 0 && r.Events[n-1].At.After(now) && !strings.HasSuffix(r.status(now), "_IN_PROGRESS") {
		return invalid("Stack:%s is waiting for an operation of its stack set", r.ID)
	}
	return nil
}

// updateStack plans an update to its end.
func updateStack(c *world.Call, nameOrID string, in inputs, token string) (*record, error) {
	r, ok := load(c, nameOrID)
	if !ok {
		return nil, invalid("Stack [%s] does not exist", nameOrID)
	}
	if err := r.steady(c.Now); err != nil {
		return nil, err
	}
	have := r.revision(c.Now)
	in, t, err := settle(c, r.ID, r.inherit(in, have), have.Parameters)
	if err != nil {
		return nil, err
	}
	b := begin(c, r, token)
	p, err := draft(c, r.place(c), have, in, t)
	if err != nil {
		return nil, err
	}
	if p.Empty {
		return nil, invalid("No updates are to be performed.")
	}
	if p, err = r.guarded(p); err != nil {
		return nil, err
	}
	b.update(p, have)
	return r, nil
}

// inherit gives inputs what they leave to the stack: its template, tags and role.
func (r *record) inherit(in inputs, have revision) inputs {
	if in.Template == "" {
		in.Template = have.Template
	}
	if in.Tags == nil {
		in.Tags = have.Tags
	}
	if in.RoleARN == "" {
		in.RoleARN = r.RoleARN
	}
	return in
}

// update writes an update, to its end or through its rollback.
func (b *book) update(p plan, have revision) { b.updateUntil(p, have, time.Time{}) }

// updateUntil writes an update that is rolled back at that time, zero: at its own failure alone.
func (b *book) updateUntil(p plan, have revision, doomed time.Time) {
	b.stack(b.c.Now, "UPDATE_IN_PROGRESS", initiated)
	slots, end := schedule(b.c.Now, tasksOf(p.Steps))
	slots, end, failed := halt(slots, end)
	fails := len(failed) > 0 || p.Fault != ""
	if !fails && !doomed.IsZero() {
		slots, end, fails = until(slots, doomed), doomed, true
	}
	var revert time.Time
	if fails {
		revert = end
	}
	for _, s := range slots {
		b.embed(s, p.step(s.ID), revert)
		b.apply(s, p.step(s.ID))
	}
	if !fails {
		b.finish(end, p, have)
		return
	}
	b.revert(end, p, slots, have, failed)
}

// apply writes one step of an update.
func (b *book) apply(s slot, of step) {
	if of.verb == add {
		b.make(s, of.New)
		return
	}
	before := of.New
	before.PhysicalID = of.Old.PhysicalID
	if of.verb == replace {
		b.resource(s.Start, before, "UPDATE_IN_PROGRESS", "Requested update requires the creation of a new physical resource; hence creating one.")
		if s.Fault == "" {
			b.resource(s.Start.Add(s.Takes/2), of.New, "UPDATE_IN_PROGRESS", "Resource creation Initiated")
		}
	} else {
		b.resource(s.Start, before, "UPDATE_IN_PROGRESS", "")
	}
	if s.Fault != "" {
		b.resource(s.End, before, "UPDATE_FAILED", s.Fault)
		return
	}
	b.resource(s.End, of.New, "UPDATE_COMPLETE", "")
}

// finish takes away what an update has replaced or removed. What cannot be deleted then is
// no longer the stack's.
func (b *book) finish(end time.Time, p plan, have revision) {
	b.r.adopt(p.Inputs)
	b.stack(end, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "")
	var removed, replaced []resource
	faults := map[string]string{}
	for _, old := range ordered(have.Resources) {
		switch p.stepFrom(old).verb {
		case remove:
			removed = append(removed, old)
		case replace:
			replaced = append(replaced, old)
		default:
			continue
		}
		if f := undeletable(b.c, old); f != "" {
			faults[old.LogicalID] = f
		}
	}
	done, gone, _, _ := b.remove(end, removed, deletion{faults: faults})
	later, also, _, _ := b.remove(end, replaced, deletion{replaced: true, faults: faults})
	if later.After(done) {
		done = later
	}
	b.stack(done, "UPDATE_COMPLETE", "")
	for _, r := range append(gone, also...) {
		drop(b.c, b.r.ID, r)
	}
	for _, s := range p.Steps {
		if s.verb != remove && s.verb != leave {
			keep(b.c, b.r.ID, s.New)
		}
	}
	b.close(p.revision(end))
}

func (p plan) stepFrom(old resource) step { return p.step(old.LogicalID) }

// revert restores what an update has changed and takes away what it has made.
func (b *book) revert(at time.Time, p plan, slots []slot, have revision, failed []string) {
	var create, change []string
	for _, id := range failed {
		if p.step(id).verb == add {
			create = append(create, id)
		} else {
			change = append(change, id)
		}
	}
	reason := failures("create", create) + failures("update", change)
	if reason == "" {
		reason = p.Fault
	}
	b.stack(at, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
	var left unrolled
	for _, s := range slots {
		of := p.step(s.ID)
		if of.verb != add {
			left.Restore = append(left.Restore, of.Old)
		}
		if of.verb != modify && s.Fault == "" {
			left.Made = append(left.Made, of.New)
		} else if of.verb == add {
			failed := of.New
			failed.PhysicalID = ""
			left.Made = append(left.Made, failed)
		}
	}
	b.rollBack(at, left, nil)
}

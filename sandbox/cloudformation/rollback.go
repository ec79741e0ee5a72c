package cloudformation

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/axle-cd/axle/sandbox/world"
)

// unrolled is what the rollback of an update has to do.
type unrolled struct {
	Restore []resource // as they were
	Made    []resource // to take away afterwards
	Failed  []string   `json:",omitempty"` // logical ids that it got stuck at
}

const switchedOn = "The sandbox's settings let rollbacks fail"

// rollBack restores and takes away what is left, or stays at the first that cannot be restored.
// Skipped ones are taken to be as they were.
func (b *book) rollBack(at time.Time, left unrolled, skip []string) {
	var tasks []task
	named := byID(left.Restore)
	for i, r := range left.Restore {
		t := task{ID: r.LogicalID, After: r.After, Takes: takes(r.Type)}
		switch {
		case slices.Contains(skip, r.LogicalID):
			t.Takes = 0
		case i == 0 && world.Switched(b.c, rollbackFails):
			t.Fault = switchedOn
		}
		tasks = append(tasks, t)
	}
	slots, end := schedule(at, tasks)
	next := unrolled{Made: left.Made}
	done := map[string]bool{}
	for _, s := range slots {
		r := named[s.ID]
		b.resource(s.Start, r, "UPDATE_IN_PROGRESS", "")
		if s.Fault != "" {
			b.resource(s.End, r, "UPDATE_FAILED", s.Fault)
			next.Failed = append(next.Failed, s.ID)
			continue
		}
		b.resource(s.End, r, "UPDATE_COMPLETE", "")
		done[s.ID] = true
	}
	if len(next.Failed) > 0 {
		next.Restore = slices.DeleteFunc(slices.Clone(left.Restore), func(r resource) bool { return done[r.LogicalID] })
		b.stack(end, "UPDATE_ROLLBACK_FAILED", failures("update", next.Failed))
		b.r.Unrolled = &next
		b.close()
		return
	}
	b.r.Unrolled = nil
	b.stack(end, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "")
	end, _, retained, _ := b.remove(end, left.Made, deletion{rollback: true})
	b.stack(end, "UPDATE_ROLLBACK_COMPLETE", "")
	b.keepAll(retained)
	b.close()
}

func continueUpdateRollback(c *world.Call, in *cf.ContinueUpdateRollbackInput) (*cf.ContinueUpdateRollbackOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	if is := r.status(c.Now); is != "UPDATE_ROLLBACK_FAILED" || r.Unrolled == nil {
		return nil, invalid("Stack:%s is in %s state and can not continue rolling back.", r.ID, is)
	}
	for _, id := range in.ResourcesToSkip {
		if !slices.Contains(r.Unrolled.Failed, id) {
			return nil, invalid("The specified resource %s is not in state UPDATE_FAILED", id)
		}
	}
	if err := assumable(c, aws.ToString(in.RoleARN)); err != nil {
		return nil, err
	}
	b := begin(c, r, aws.ToString(in.ClientRequestToken))
	b.stack(c.Now, "UPDATE_ROLLBACK_IN_PROGRESS", initiated)
	b.rollBack(c.Now, *r.Unrolled, in.ResourcesToSkip)
	return &cf.ContinueUpdateRollbackOutput{}, nil
}

// cancelUpdateStack turns an update under way into its rollback.
func cancelUpdateStack(c *world.Call, in *cf.CancelUpdateStackInput) (*cf.CancelUpdateStackOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	if r.status(c.Now) != "UPDATE_IN_PROGRESS" {
		return nil, invalid("CancelUpdateStack cannot be called from current stack status")
	}
	have, want := r.revision(c.Now), r.Revisions[len(r.Revisions)-1]
	for _, v := range []revision{have, want} {
		for _, res := range v.Resources {
			if res.Type == typeStack {
				return nil, missing("CancelUpdateStack of a stack with nested stacks")
			}
		}
	}
	left := r.cancel(c, have, want)
	b := begin(c, r, aws.ToString(in.ClientRequestToken))
	b.stack(c.Now, "UPDATE_ROLLBACK_IN_PROGRESS", "Stack update was cancelled by the user.")
	b.rollBack(c.Now, left, nil)
	return &cf.CancelUpdateStackOutput{}, nil
}

// cancel takes back what an update was still to do, and gives what it has done: rows are as
// they were before it.
func (r *record) cancel(c *world.Call, have, want revision) unrolled {
	r.Events = slices.Clone(r.due(c.Now))
	r.Revisions = []revision{have}
	touched := map[string]string{} // logical id → the physical id it has by now
	for i := len(r.Events) - 1; i >= 0 && !r.own(r.Events[i]); i-- {
		e := r.Events[i]
		if touched[e.LogicalID] == "" {
			touched[e.LogicalID] = e.PhysicalID
		}
	}
	for _, res := range ordered(want.Resources) {
		if was := have.Resources[res.LogicalID]; was.PhysicalID != res.PhysicalID {
			drop(c, r.ID, res)
		}
	}
	var left unrolled
	for _, res := range ordered(have.Resources) {
		keep(c, r.ID, res)
		if _, changed := touched[res.LogicalID]; changed {
			left.Restore = append(left.Restore, res)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		if was := have.Resources[id]; was.PhysicalID != touched[id] || was.LogicalID == "" {
			made := want.Resources[id]
			made.LogicalID, made.PhysicalID = id, touched[id]
			left.Made = append(left.Made, made)
		}
	}
	return left
}

package cloudformation

import (
	"slices"
	"time"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// stopStackSetOperation lets what has begun end, and takes back the rest.
func stopStackSetOperation(c *world.Call, in *cf.StopStackSetOperationInput) (*cf.StopStackSetOperationOutput, error) {
	c, s, err := living(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	o, err := s.operation(c, in.OperationId)
	if err != nil {
		return nil, err
	}
	if is := o.status(c.Now); is != sdk.StackSetOperationStatusRunning && is != sdk.StackSetOperationStatusQueued {
		return nil, wire.Fail("InvalidOperationException", "Operation %s is in %s state and cannot be stopped", o.ID, is)
	}
	if c.Now.Before(o.Start) {
		o.Start = c.Now
	}
	o.Stopped, o.Outcome, o.End = true, string(sdk.StackSetOperationStatusStopped), c.Now
	for n, r := range o.Results {
		if r.Start.After(c.Now) {
			o.Results[n] = s.halt(c, r, o.ID)
		} else if r.End.After(o.End) {
			o.End = r.End
		}
	}
	world.Put(c, kindSetOperation+s.ID, o.ID, o)
	return &cf.StopStackSetOperationOutput{}, nil
}

// halt takes back what an operation was to do to an instance.
func (s stackSet) halt(c *world.Call, r setResult, operation string) setResult {
	const why = "Cancelled since the operation was stopped"
	i, _ := world.Get[instance](c, kindInstance+s.ID, r.Account+"/"+r.Region)
	is, _ := i.at(c.Now)
	retract(c.In(r.Account, r.Region), i.StackID, r.Start)
	i.StackID = is.StackID
	if is.Operation == operation {
		i.Stages = []stage{{At: c.Now, Status: "OUTDATED", Detailed: "CANCELLED", Reason: why, Operation: operation, StackID: is.StackID}}
	}
	i.put(c, s)
	r.Start, r.End, r.Status, r.Reason = c.Now, c.Now, "CANCELLED", why
	return r
}

// retract takes back what was to happen to a stack, and to those nested in it, from a time on.
func retract(c *world.Call, id string, since time.Time) {
	r, ok := world.Get[record](c, kindStack, id)
	if !ok {
		return
	}
	for _, v := range r.Revisions {
		for _, res := range v.Resources {
			if res.Type == typeStack {
				retract(c, res.PhysicalID, since)
			}
			if !v.From.Before(since) {
				drop(c, r.ID, res)
			}
		}
	}
	first, _ := slices.BinarySearchFunc(r.Events, since, func(e event, t time.Time) int { return e.At.Compare(t) })
	r.Events = r.Events[:first]
	r.Revisions = slices.DeleteFunc(r.Revisions, func(v revision) bool { return !v.From.Before(since) })
	if first == 0 {
		world.Remove(c, kindStack, r.ID)
		world.Remove(c, kindStackName, r.Name)
		return
	}
	for _, res := range r.revision(since).Resources {
		if res.PhysicalID != "" {
			keep(c, r.ID, res)
		}
	}
	r.save(c)
}

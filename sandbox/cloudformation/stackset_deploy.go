package cloudformation

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// deploy makes or updates the stack of an instance. What a failed creation left is deleted first.
func (k *campaign) deploy(at time.Time, i *instance) outcome {
	there, o := k.enter(at, i)
	if there == nil {
		return o
	}
	in := k.set.Inputs
	in.Parameters = maps.Clone(in.Parameters)
	maps.Copy(in.Parameters, i.Overrides)
	in.Tags = maps.Clone(in.Tags)
	return k.try(there, i, func(c *world.Call) (*record, error) {
		r, ok := load(c, i.StackID)
		switch {
		case ok && strings.HasPrefix(r.status(c.Now), "ROLLBACK_") || ok && r.status(c.Now) == "CREATE_FAILED":
			if err := deleteStack(c, i.StackID, goodbye{}); err != nil {
				return nil, err
			}
			if gone, _ := world.Get[record](c, kindStack, i.StackID); len(gone.Events) > 0 {
				c.Now = gone.Events[len(gone.Events)-1].At
			}
		case ok && r.status(c.Now) != "DELETE_COMPLETE":
			return updateStack(c, i.StackID, in, "")
		}
		r, err := createStack(c, "StackSet-"+k.set.Name+"-"+c.NewUUID(), in, "ROLLBACK", "", false)
		if err == nil {
			i.StackID = r.ID
		}
		return r, err
	})
}

// undeploy deletes the stack of an instance, or lets it go.
func (k *campaign) undeploy(at time.Time, i *instance) outcome {
	if k.op.Retain {
		return outcome{end: at.Add(time.Second), status: "SUCCEEDED", stage: stage{Gone: true}}
	}
	there, o := k.enter(at, i)
	if there == nil {
		return o
	}
	o = k.try(there, i, func(c *world.Call) (*record, error) {
		if err := deleteStack(c, i.StackID, goodbye{}); err != nil {
			return nil, err
		}
		r, ok := world.Get[record](c, kindStack, i.StackID)
		if !ok {
			return nil, nil
		}
		return &r, nil
	})
	if o.status == "SUCCEEDED" {
		o.stage = stage{Gone: true}
	} else {
		o.stage.Status, o.stage.Detailed = "INOPERABLE", "INOPERABLE"
	}
	return o
}

// try does something to an instance's stack, and tells how that ends. What fails at once leaves nothing.
func (k *campaign) try(c *world.Call, i *instance, do func(*world.Call) (*record, error)) outcome {
	over := world.Over(c.Tx)
	trial := *c
	trial.Tx = over
	was := i.StackID
	r, err := do(&trial)
	done := outcome{end: trial.Now.Add(time.Second), status: "SUCCEEDED", stage: stage{Status: "CURRENT", Detailed: "SUCCEEDED"}}
	switch {
	case err != nil && said(err) == nothingToDo:
		return done
	case err != nil:
		i.StackID = was
		return failure(trial.Now.Add(time.Second), said(err))
	}
	if err := over.Flush(); err != nil && k.err == nil {
		k.err = err
	}
	if r == nil || len(r.Events) == 0 {
		return done
	}
	last := r.Events[len(r.Events)-1]
	for n := len(r.Events) - 1; n >= 0 && !r.own(last); n-- {
		last = r.Events[n]
	}
	switch last.Status {
	case "CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE":
		done.end = last.At
		return done
	}
	return failure(last.At, r.why())
}

const nothingToDo = "No updates are to be performed."

func failure(end time.Time, why string) outcome {
	return outcome{end: end, status: "FAILED", reason: why, stage: stage{Status: "OUTDATED", Detailed: "FAILED"}}
}

// why is what the last operation of a stack failed of, in the words of a stack set.
func (r *record) why() string {
	for n := len(r.Events) - 1; n >= 0; n-- {
		e := r.Events[n]
		if r.own(e) && e.Reason == initiated {
			break
		}
		if !r.own(e) && strings.HasSuffix(e.Status, "_FAILED") && e.Reason != cancelled {
			return fmt.Sprintf("ResourceLogicalId:%s, ResourceType:%s, ResourceStatusReason:%s.", e.LogicalID, e.Type, e.Reason)
		}
	}
	return r.reason(r.Events[len(r.Events)-1].At)
}

// enter gives the call in an instance's account and region, in the name of whom the set acts
// as, or what the operation ends as without it. A suspended account is no failure.
func (k *campaign) enter(at time.Time, i *instance) (*world.Call, outcome) {
	c := k.c.In(i.Account, i.Region)
	c.Now = at
	soon := at.Add(time.Second)
	a, ok := world.FindAccount(c, i.Account)
	switch {
	case ok && a.State != "ACTIVE":
		return nil, outcome{end: soon, status: "CANCELLED", reason: "The account is " + a.State, stage: stage{Status: "OUTDATED", Detailed: "SKIPPED_SUSPENDED_ACCOUNT"}}
	case k.set.Model == serviceManaged:
		c.Judge = nil // its service-linked role may do everything
		return c, outcome{}
	}
	admin, found := world.FindRole(c, k.set.AdminRole)
	if !found || admin.Account != k.c.Account || !admin.LetsService(c, "cloudformation.amazonaws.com") {
		return nil, failure(soon, fmt.Sprintf("Account %s should have '%s' role with trust relationship to CloudFormation service.", k.c.Account, lastPart(k.set.AdminRole)))
	}
	by := sessionOf(c, admin)
	execution, found := world.RoleOf(c, i.Account, k.set.ExecutionRole)
	if !ok || !found || c.Denied(world.Ask{By: by, Action: "sts:AssumeRole", Resource: execution.ARN(), Owner: execution.Account, Policy: execution.TrustPolicy(), Trusting: true}) != "" {
		return nil, failure(soon, fmt.Sprintf("Account %s should have '%s' role with trust relationship to Role '%s'.", i.Account, k.set.ExecutionRole, admin.Name))
	}
	c.Principal = sessionOf(c, execution)
	if why := c.Denied(world.Ask{Action: "cloudformation:CreateStack", Resource: c.ARN("cloudformation", "stack/StackSet-"+k.set.Name+"-*")}); why != "" {
		return nil, failure(soon, fmt.Sprintf("User: %s is not authorized to perform: cloudformation:CreateStack %s", c.Principal.ARN, why))
	}
	return c, outcome{}
}

func sessionOf(c *world.Call, r world.Role) world.Principal {
	return world.Principal{ARN: c.In(r.Account, "").ARN("sts", "assumed-role/"+r.Name+"/AWSCloudFormation"), Account: r.Account, Role: r.Name}
}

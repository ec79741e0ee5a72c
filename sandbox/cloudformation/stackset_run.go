package cloudformation

import (
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// setOperation is an operation of a stack set, worked out to its end when it is asked for.
type setOperation struct {
	ID, Action               string
	Created, Start, End      time.Time // it is queued until Start
	Outcome                  string    // when it has ended
	Stopped                  bool
	Preferences              *sdk.StackSetOperationPreferences `json:",omitempty"`
	Targets                  *sdk.DeploymentTargets            `json:",omitempty"`
	Retain                   bool                              `json:",omitempty"`
	AdminRole, ExecutionRole string                            `json:",omitempty"`
	Results                  []setResult
}

// setResult is what becomes of one instance in an operation.
type setResult struct {
	Account, Region, Unit, StackID string
	Start, End                     time.Time
	Status, Reason                 string // when it has ended
}

func (o setOperation) status(now time.Time) sdk.StackSetOperationStatus {
	switch {
	case now.Before(o.Start):
		return sdk.StackSetOperationStatusQueued
	case now.Before(o.End) && o.Stopped:
		return sdk.StackSetOperationStatusStopping
	case now.Before(o.End):
		return sdk.StackSetOperationStatusRunning
	}
	return sdk.StackSetOperationStatus(o.Outcome)
}

func (r setResult) status(now time.Time) string {
	switch {
	case now.Before(r.Start):
		return "PENDING"
	case now.Before(r.End):
		return "RUNNING"
	}
	return r.Status
}

func (s stackSet) operations(c *world.Call) []setOperation {
	all := world.List[setOperation](c, kindSetOperation+s.ID)
	slices.SortStableFunc(all, func(a, b setOperation) int { return b.Created.Compare(a.Created) })
	return all
}

// busy refuses while an operation is under way.
func (s stackSet) busy(c *world.Call) error {
	for _, o := range s.operations(c) {
		if c.Now.Before(o.End) {
			return wire.Fail("OperationInProgressException", "Another Operation on StackSet %s is in progress: %s", s.ID, o.ID).With(http.StatusConflict)
		}
	}
	return nil
}

// campaign is an operation while it is worked out.
type campaign struct {
	c   *world.Call // in the administrator's account and region
	set stackSet
	op  setOperation
	err error // that the state could not be written
}

// outcome is what became of one instance.
type outcome struct {
	end            time.Time
	status, reason string // SUCCEEDED, FAILED, CANCELLED: no failure
	stage          stage
}

// begin opens an operation. The id of another is refused, with whatever input; and another
// operation, unless the set has them wait.
func (s stackSet) begin(c *world.Call, action string, id *string, p *sdk.StackSetOperationPreferences) (*campaign, error) {
	op := setOperation{ID: aws.ToString(id), Action: action, Created: c.Now, Start: c.Now, Preferences: p, AdminRole: s.AdminRole, ExecutionRole: s.ExecutionRole}
	if op.ID == "" {
		op.ID = c.NewUUID()
	}
	if _, used := world.Get[setOperation](c, kindSetOperation+s.ID, op.ID); used {
		return nil, wire.Fail("OperationIdAlreadyExistsException", "The operation id %s already exists", op.ID).With(http.StatusConflict)
	}
	if err := checked(p); err != nil {
		return nil, err
	}
	if busy := s.busy(c); busy != nil && !s.Managed {
		return nil, busy
	}
	for _, o := range s.operations(c) {
		if o.End.After(op.Start) {
			op.Start = o.End
		}
	}
	return &campaign{c: c, set: s, op: op}, nil
}

// run works on all instances, region by region or all at once, and keeps the operation.
func (k *campaign) run(all []instance, act action) error {
	parallel := k.op.Preferences != nil && k.op.Preferences.RegionConcurrencyType == sdk.RegionConcurrencyTypeParallel
	start, failed := k.op.Start, false
	k.op.End = start.Add(time.Second)
	for _, region := range k.regions(all) {
		here := slices.DeleteFunc(slices.Clone(all), func(i instance) bool { return i.Region != region })
		if failed && !parallel {
			k.cancel(start, here)
			continue
		}
		end, halted := k.region(start, here, act)
		failed = failed || halted
		if end.After(k.op.End) {
			k.op.End = end
		}
		if !parallel {
			start = end
		}
	}
	k.op.Outcome = string(sdk.StackSetOperationStatusSucceeded)
	if failed {
		k.op.Outcome = string(sdk.StackSetOperationStatusFailed)
	}
	world.Put(k.c, kindSetOperation+k.set.ID, k.op.ID, k.op)
	return k.err
}

// action is what an operation does to an instance, begun at a time.
type action func(at time.Time, i *instance) outcome

// region works on the instances of a region until more have failed than are borne. Strictly,
// never more run than may fail.
func (k *campaign) region(now time.Time, all []instance, act action) (end time.Time, halted bool) {
	tolerance, most, strict := k.limits(len(all))
	var running []outcome
	failed := 0
	end = now
	for len(all) > 0 && failed <= tolerance {
		allowed := most
		if strict {
			allowed = min(most, tolerance+1-failed)
		}
		if len(running) < allowed {
			running = append(running, k.one(now, all[0], act))
			all = all[1:]
			continue
		}
		now = slices.MinFunc(running, func(a, b outcome) int { return a.end.Compare(b.end) }).end
		running = slices.DeleteFunc(running, func(o outcome) bool {
			done := !o.end.After(now)
			if done && o.status == "FAILED" {
				failed++
			}
			return done
		})
		end = now
	}
	for _, o := range running {
		if o.status == "FAILED" {
			failed++
		}
		if o.end.After(end) {
			end = o.end
		}
	}
	k.cancel(now, all)
	return end, failed > tolerance
}

// one works on an instance and keeps it.
func (k *campaign) one(at time.Time, i instance, act action) outcome {
	o := act(at, &i)
	o.stage.At, o.stage.Operation, o.stage.StackID, o.stage.Reason = o.end, k.op.ID, i.StackID, o.reason
	k.stages(&i, stage{At: at, Status: "OUTDATED", Detailed: "RUNNING", Operation: k.op.ID, StackID: i.StackID}, o.stage)
	i.put(k.c, k.set)
	k.op.Results = append(k.op.Results, setResult{i.Account, i.Region, i.Unit, i.StackID, at, o.end, o.status, o.reason})
	return o
}

// stages puts an instance through an operation; looking for drift leaves it what it is.
func (k *campaign) stages(i *instance, next ...stage) {
	if k.op.Action != "DETECT_DRIFT" {
		is, _ := i.at(k.c.Now)
		pending := stage{At: k.op.Created, Status: "OUTDATED", Detailed: "PENDING", Operation: k.op.ID, StackID: is.StackID}
		i.becomes(k.c.Now, append([]stage{pending}, next...)...)
	}
}

// cancel notes the instances that the operation does not come to.
func (k *campaign) cancel(at time.Time, all []instance) {
	const why = "Cancelled since failure tolerance has exceeded"
	for _, i := range all {
		k.stages(&i, stage{At: at, Status: "OUTDATED", Detailed: "CANCELLED", Reason: why, Operation: k.op.ID, StackID: i.StackID})
		i.put(k.c, k.set)
		k.op.Results = append(k.op.Results, setResult{i.Account, i.Region, i.Unit, i.StackID, at, at, "CANCELLED", why})
	}
}

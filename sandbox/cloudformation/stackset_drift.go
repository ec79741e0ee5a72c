package cloudformation

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// instanceDrift is the last look at an instance.
type instanceDrift struct {
	Operation, Detection string
	Due                  time.Time
	Status               sdk.StackDriftStatus
}

func (i instance) drift(now time.Time) (sdk.StackDriftStatus, *time.Time) {
	if i.Drift == nil || now.Before(i.Drift.Due) {
		return sdk.StackDriftStatusNotChecked, nil
	}
	return i.Drift.Status, &i.Drift.Due
}

func detectStackSetDrift(c *world.Call, in *cf.DetectStackSetDriftInput) (*cf.DetectStackSetDriftOutput, error) {
	c, s, err := living(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	k, err := s.begin(c, "DETECT_DRIFT", in.OperationId, in.OperationPreferences)
	if err != nil {
		return nil, err
	}
	return &cf.DetectStackSetDriftOutput{OperationId: &k.op.ID}, k.run(s.instances(c), k.look)
}

// look detects the drift of an instance's stack.
func (k *campaign) look(at time.Time, i *instance) outcome {
	there, o := k.enter(at, i)
	if there == nil {
		return o
	}
	r, ok := load(there, i.StackID)
	if !ok || r.comparable(at) != nil {
		return failure(at.Add(time.Second), "The stack of the instance is not in a state in which drift can be detected")
	}
	d := r.detect(there)
	i.Drift = &instanceDrift{k.op.ID, d.ID, d.Due, d.Status}
	return outcome{end: d.Due, status: "SUCCEEDED"}
}

// drift is what the last look at the whole set has found so far.
func (s stackSet) drift(c *world.Call) *sdk.StackSetDriftDetectionDetails {
	out := &sdk.StackSetDriftDetectionDetails{DriftStatus: sdk.StackSetDriftStatusNotChecked}
	all := s.operations(c)
	n := slices.IndexFunc(all, func(o setOperation) bool { return o.Action == "DETECT_DRIFT" })
	if n < 0 {
		return out
	}
	o := all[n]
	var total, failed, running int32
	for _, r := range o.Results {
		total++
		switch r.status(c.Now) {
		case "FAILED", "CANCELLED":
			failed++
		case "PENDING", "RUNNING":
			running++
		}
	}
	drifted, inSync := s.tally(c, o.ID)
	out.TotalStackInstancesCount, out.FailedStackInstancesCount, out.InProgressStackInstancesCount = &total, &failed, &running
	out.DriftedStackInstancesCount, out.InSyncStackInstancesCount = &drifted, &inSync
	out.DriftDetectionStatus = detecting(o.status(c.Now), failed)
	if c.Now.Before(o.End) {
		return out
	}
	out.LastDriftCheckTimestamp = &o.End
	switch {
	case drifted > 0:
		out.DriftStatus = sdk.StackSetDriftStatusDrifted
	case inSync > 0:
		out.DriftStatus = sdk.StackSetDriftStatusInSync
	}
	return out
}

func (s stackSet) tally(c *world.Call, operation string) (drifted, inSync int32) {
	for _, i := range s.instances(c) {
		if i.Drift == nil || i.Drift.Operation != operation {
			continue
		}
		switch is, _ := i.drift(c.Now); is {
		case sdk.StackDriftStatusDrifted:
			drifted++
		case sdk.StackDriftStatusInSync:
			inSync++
		}
	}
	return drifted, inSync
}

func detecting(is sdk.StackSetOperationStatus, failed int32) sdk.StackSetDriftDetectionStatus {
	switch {
	case is == sdk.StackSetOperationStatusStopped:
		return sdk.StackSetDriftDetectionStatusStopped
	case is == sdk.StackSetOperationStatusFailed:
		return sdk.StackSetDriftDetectionStatusFailed
	case is != sdk.StackSetOperationStatusSucceeded:
		return sdk.StackSetDriftDetectionStatusInProgress
	case failed > 0:
		return sdk.StackSetDriftDetectionStatusPartialSuccess
	}
	return sdk.StackSetDriftDetectionStatusCompleted
}

func listInstanceDrifts(c *world.Call, in *cf.ListStackInstanceResourceDriftsInput) (*cf.ListStackInstanceResourceDriftsOutput, error) {
	c, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	o, err := s.operation(c, in.OperationId)
	if err != nil {
		return nil, err
	}
	account, region := aws.ToString(in.StackInstanceAccount), aws.ToString(in.StackInstanceRegion)
	i, there := world.Get[instance](c, kindInstance+s.ID, account+"/"+region)
	if !there || i.Drift == nil || i.Drift.Operation != o.ID {
		return nil, noInstance(account, region, s.Name)
	}
	d, _ := world.Get[detection](c.In(account, region), kindDetection, i.Drift.Detection)
	var all []sdk.StackInstanceResourceDriftsSummary
	for _, r := range d.Resources {
		if c.Now.Before(d.Due) || len(in.StackInstanceResourceDriftStatuses) > 0 && !slices.Contains(in.StackInstanceResourceDriftStatuses, r.Status) {
			continue
		}
		all = append(all, sdk.StackInstanceResourceDriftsSummary{StackId: &d.StackID, LogicalResourceId: &r.LogicalID, PhysicalResourceId: opt(shown(r.PhysicalID)),
			ResourceType: &r.Type, StackResourceDriftStatus: r.Status, PropertyDifferences: r.Differences, Timestamp: &d.Due})
	}
	page, next, err := paged(all, in.NextToken, size(in.MaxResults))
	return &cf.ListStackInstanceResourceDriftsOutput{Summaries: page, NextToken: next}, err
}

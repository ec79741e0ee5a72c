package cloudformation

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// comparable are the states of a stack in which drift is looked for.
var comparables = []string{"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"}

func (r *record) comparable(now time.Time) error {
	if s := r.status(now); !slices.Contains(comparables, s) {
		return invalid("Drift detection cannot be performed on stack [%s] in status %s", r.Name, s)
	}
	return nil
}

func detectStackDrift(c *world.Call, in *cf.DetectStackDriftInput) (*cf.DetectStackDriftOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	if err := r.comparable(c.Now); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(r.Drifts, func(m mark) bool { return m.Due.After(c.Now) }) {
		return nil, invalid("Drift detection is already in progress for stack [%s]", r.Name)
	}
	d := r.detect(c)
	return &cf.DetectStackDriftOutput{StackDriftDetectionId: &d.ID}, nil
}

func describeDriftDetection(c *world.Call, in *cf.DescribeStackDriftDetectionStatusInput) (*cf.DescribeStackDriftDetectionStatusOutput, error) {
	d, ok := world.Get[detection](c, kindDetection, aws.ToString(in.StackDriftDetectionId))
	if !ok {
		return nil, invalid("Drift detection id %s does not exist", aws.ToString(in.StackDriftDetectionId))
	}
	out := &cf.DescribeStackDriftDetectionStatusOutput{StackDriftDetectionId: &d.ID, StackId: &d.StackID, Timestamp: &d.Started, DetectionStatus: sdk.StackDriftDetectionStatusDetectionInProgress}
	if c.Now.Before(d.Due) {
		return out, nil
	}
	out.DetectionStatus, out.StackDriftStatus = sdk.StackDriftDetectionStatusDetectionComplete, d.Status
	out.DriftedStackResourceCount = aws.Int32(d.count())
	return out, nil
}

// count is how many resources are not as they were made.
func (d detection) count() int32 {
	n := int32(0)
	for _, r := range d.Resources {
		if r.Status != sdk.StackResourceDriftStatusInSync {
			n++
		}
	}
	return n
}

func describeResourceDrifts(c *world.Call, in *cf.DescribeStackResourceDriftsInput) (*cf.DescribeStackResourceDriftsOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	m, _ := r.drift(c.Now)
	d, _ := world.Get[detection](c, kindDetection, m.ID)
	var all []sdk.StackResourceDrift
	for _, res := range d.Resources {
		if len(in.StackResourceDriftStatusFilters) == 0 || slices.Contains(in.StackResourceDriftStatusFilters, res.Status) {
			all = append(all, res.told(r.ID, d.Due))
		}
	}
	page, next, err := paged(all, in.NextToken, size(in.MaxResults))
	return &cf.DescribeStackResourceDriftsOutput{StackResourceDrifts: append([]sdk.StackResourceDrift{}, page...), NextToken: next}, err
}

func (d drifted) told(stackID string, at time.Time) sdk.StackResourceDrift {
	return sdk.StackResourceDrift{
		StackId: &stackID, LogicalResourceId: &d.LogicalID, PhysicalResourceId: opt(shown(d.PhysicalID)), ResourceType: &d.Type, StackResourceDriftStatus: d.Status,
		ExpectedProperties: opt(d.Expected), ActualProperties: opt(d.Actual), PropertyDifferences: d.Differences, Timestamp: &at,
	}
}

// detectResourceDrift looks at one resource at once.
func detectResourceDrift(c *world.Call, in *cf.DetectStackResourceDriftInput) (*cf.DetectStackResourceDriftOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	if err := r.comparable(c.Now); err != nil {
		return nil, err
	}
	res, ok := r.revision(c.Now).Resources[aws.ToString(in.LogicalResourceId)]
	if !ok {
		return nil, invalid("Resource %s does not exist for stack %s", aws.ToString(in.LogicalResourceId), r.Name)
	}
	d := compare(c, res)
	if d.Status == sdk.StackResourceDriftStatusNotChecked {
		return nil, invalid("Drift detection is not supported for resource type %s", res.Type)
	}
	out := d.told(r.ID, c.Now)
	return &cf.DetectStackResourceDriftOutput{StackResourceDrift: &out}, nil
}

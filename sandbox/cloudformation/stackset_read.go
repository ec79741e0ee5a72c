package cloudformation

import (
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func describeStackInstance(c *world.Call, in *cf.DescribeStackInstanceInput) (*cf.DescribeStackInstanceOutput, error) {
	c, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	account, region := aws.ToString(in.StackInstanceAccount), aws.ToString(in.StackInstanceRegion)
	i, _ := world.Get[instance](c, kindInstance+s.ID, account+"/"+region)
	is, there := i.at(c.Now)
	if !there {
		return nil, noInstance(account, region, s.Name)
	}
	b := i.summary(s, is, c.Now)
	return &cf.DescribeStackInstanceOutput{StackInstance: &sdk.StackInstance{
		Account: b.Account, Region: b.Region, StackId: b.StackId, StackSetId: b.StackSetId, Status: b.Status, StatusReason: b.StatusReason, StackInstanceStatus: b.StackInstanceStatus,
		OrganizationalUnitId: b.OrganizationalUnitId, LastOperationId: b.LastOperationId, DriftStatus: b.DriftStatus, LastDriftCheckTimestamp: b.LastDriftCheckTimestamp,
		ParameterOverrides: parametersOf(i.Overrides),
	}}, nil
}

func (i instance) summary(s stackSet, is stage, now time.Time) sdk.StackInstanceSummary {
	drift, since := i.drift(now)
	return sdk.StackInstanceSummary{
		Account: &i.Account, Region: &i.Region, StackId: opt(is.StackID), StackSetId: &s.ID, Status: sdk.StackInstanceStatus(is.Status), StatusReason: opt(shown(is.Reason)),
		StackInstanceStatus:  &sdk.StackInstanceComprehensiveStatus{DetailedStatus: sdk.StackInstanceDetailedStatus(is.Detailed)},
		OrganizationalUnitId: opt(i.Unit), LastOperationId: opt(is.Operation), DriftStatus: drift, LastDriftCheckTimestamp: since,
	}
}

func listStackInstances(c *world.Call, in *cf.ListStackInstancesInput) (*cf.ListStackInstancesOutput, error) {
	c, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	var all []sdk.StackInstanceSummary
	for _, i := range s.instances(c) {
		is, _ := i.at(c.Now)
		line := i.summary(s, is, c.Now)
		if picked(in.StackInstanceAccount, i.Account) && picked(in.StackInstanceRegion, i.Region) && fits(line, in.Filters) {
			all = append(all, line)
		}
	}
	page, next, err := paged(all, in.NextToken, size(in.MaxResults))
	return &cf.ListStackInstancesOutput{Summaries: page, NextToken: next}, err
}

func picked(want *string, have string) bool { return aws.ToString(want) == "" || *want == have }

func fits(i sdk.StackInstanceSummary, filters []sdk.StackInstanceFilter) bool {
	for _, f := range filters {
		have := map[sdk.StackInstanceFilterName]string{
			sdk.StackInstanceFilterNameDetailedStatus:  string(i.StackInstanceStatus.DetailedStatus),
			sdk.StackInstanceFilterNameLastOperationId: aws.ToString(i.LastOperationId),
			sdk.StackInstanceFilterNameDriftStatus:     string(i.DriftStatus),
		}[f.Name]
		if have != aws.ToString(f.Values) {
			return false
		}
	}
	return true
}

func (s stackSet) operation(c *world.Call, id *string) (setOperation, error) {
	o, ok := world.Get[setOperation](c, kindSetOperation+s.ID, aws.ToString(id))
	if !ok {
		return o, wire.Fail("OperationNotFoundException", "Operation %s not found", aws.ToString(id)).With(http.StatusNotFound)
	}
	return o, nil
}

func describeStackSetOperation(c *world.Call, in *cf.DescribeStackSetOperationInput) (*cf.DescribeStackSetOperationOutput, error) {
	c, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	o, err := s.operation(c, in.OperationId)
	if err != nil {
		return nil, err
	}
	b := o.summary(c.Now)
	out := &sdk.StackSetOperation{
		OperationId: b.OperationId, StackSetId: &s.ID, Action: b.Action, Status: b.Status, CreationTimestamp: b.CreationTimestamp, EndTimestamp: b.EndTimestamp,
		OperationPreferences: b.OperationPreferences, StatusDetails: b.StatusDetails, DeploymentTargets: o.Targets,
		AdministrationRoleARN: opt(o.AdminRole), ExecutionRoleName: opt(o.ExecutionRole),
	}
	switch o.Action {
	case "DELETE":
		out.RetainStacks = &o.Retain
	case "DETECT_DRIFT":
		out.StackSetDriftDetectionDetails = s.drift(c)
	}
	return &cf.DescribeStackSetOperationOutput{StackSetOperation: out}, nil
}

func (o setOperation) summary(now time.Time) sdk.StackSetOperationSummary {
	out := sdk.StackSetOperationSummary{
		OperationId: &o.ID, Action: sdk.StackSetOperationAction(o.Action), Status: o.status(now), CreationTimestamp: &o.Created, OperationPreferences: o.Preferences,
	}
	failed := int32(0)
	for _, r := range o.Results {
		if r.status(now) == "FAILED" {
			failed++
		}
	}
	out.StatusDetails = &sdk.StackSetOperationStatusDetails{FailedStackInstancesCount: &failed}
	if !now.Before(o.End) {
		out.EndTimestamp = &o.End
	}
	return out
}

func listStackSetOperations(c *world.Call, in *cf.ListStackSetOperationsInput) (*cf.ListStackSetOperationsOutput, error) {
	c, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	var all []sdk.StackSetOperationSummary
	for _, o := range s.operations(c) {
		all = append(all, o.summary(c.Now))
	}
	page, next, err := paged(all, in.NextToken, size(in.MaxResults))
	return &cf.ListStackSetOperationsOutput{Summaries: page, NextToken: next}, err
}

func listStackSetOperationResults(c *world.Call, in *cf.ListStackSetOperationResultsInput) (*cf.ListStackSetOperationResultsOutput, error) {
	c, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	o, err := s.operation(c, in.OperationId)
	if err != nil {
		return nil, err
	}
	var all []sdk.StackSetOperationResultSummary
	for _, r := range o.Results {
		status := r.status(c.Now)
		if len(in.Filters) > 0 && aws.ToString(in.Filters[0].Values) != status {
			continue
		}
		line := sdk.StackSetOperationResultSummary{Account: &r.Account, Region: &r.Region, OrganizationalUnitId: opt(r.Unit), Status: sdk.StackSetOperationResultStatus(status)}
		if !c.Now.Before(r.End) {
			line.StatusReason = opt(shown(r.Reason))
		}
		all = append(all, line)
	}
	page, next, err := paged(all, in.NextToken, size(in.MaxResults))
	return &cf.ListStackSetOperationResultsOutput{Summaries: page, NextToken: next}, err
}

func noInstance(account, region, set string) error {
	return wire.Fail("StackInstanceNotFoundException", "Stack instance for account %s and region %s of stack set %s not found", account, region, set).With(http.StatusNotFound)
}

package cloudformation

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func describeChangeSet(c *world.Call, in *cf.DescribeChangeSetInput) (*cf.DescribeChangeSetOutput, error) {
	s, err := changeSet(c, in.StackName, in.ChangeSetName)
	if err != nil {
		return nil, err
	}
	r, err := find(c, &s.StackID)
	if err != nil {
		return nil, err
	}
	status, execution := s.status(c.Now, r)
	out := &cf.DescribeChangeSetOutput{
		ChangeSetId: &s.ID, ChangeSetName: &s.Name, StackId: &s.StackID, StackName: &s.StackName, Description: opt(s.Description), CreationTime: &s.Created,
		Status: status, ExecutionStatus: execution, Capabilities: enums[sdk.Capability](s.Inputs.Capabilities), OnStackFailure: sdk.OnStackFailure(s.OnFailure),
		Parameters: parametersOf(s.Inputs.Parameters), Tags: tagsOf(s.Inputs.Tags), IncludeNestedStacks: aws.Bool(false),
	}
	if status == sdk.ChangeSetStatusFailed {
		out.StatusReason = &s.Reason
	}
	if !aws.ToBool(in.IncludePropertyValues) {
		bare(s.Changes)
	}
	if status == sdk.ChangeSetStatusCreateComplete {
		out.Changes, out.NextToken, err = paged(s.Changes, in.NextToken, perPage)
	}
	return out, err
}

func listChangeSets(c *world.Call, in *cf.ListChangeSetsInput) (*cf.ListChangeSetsOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	var all []sdk.ChangeSetSummary
	for _, s := range setsOf(c, r.ID) {
		status, execution := s.status(c.Now, r)
		summary := sdk.ChangeSetSummary{ChangeSetId: &s.ID, ChangeSetName: &s.Name, StackId: &s.StackID, StackName: &s.StackName,
			Description: opt(s.Description), CreationTime: &s.Created, Status: status, ExecutionStatus: execution}
		if status == sdk.ChangeSetStatusFailed {
			summary.StatusReason = &s.Reason
		}
		all = append(all, summary)
	}
	page, next, err := paged(all, in.NextToken, perPage)
	return &cf.ListChangeSetsOutput{Summaries: page, NextToken: next}, err
}

package aws

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/products"
)

// stack gives a stack by name or id, or nil where there is none (RT14).
func (s *site) stack(ctx context.Context, name string) (*types.Stack, error) {
	out, err := call(ctx, s, op{"cloudformation", "DescribeStacks", repeatable}, func(ctx context.Context) (*cloudformation.DescribeStacksOutput, error) {
		return s.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	})
	if answered(err, compare) {
		return nil, nil
	}
	if err != nil || len(out.Stacks) == 0 {
		return nil, err
	}
	return &out.Stacks[0], nil
}

// end follows a stack, by id, until nothing is under way, tells its events that are not in told
// as they come, and then the stack.
func (s *site) end(ctx context.Context, id string, told map[string]bool, on func(products.StackEvent)) (products.Stack, error) {
	var have *types.Stack
	err := s.poll(ctx, "stack "+id, stackPause, func() (done bool, err error) {
		if have, err = s.stack(ctx, id); err != nil || have == nil {
			return have == nil, err
		}
		events, err := s.newEvents(ctx, id, told)
		if err != nil {
			return false, err
		}
		for _, e := range events {
			if on != nil {
				on(stackEvent(e))
			}
		}
		return !strings.HasSuffix(string(have.StackStatus), "_IN_PROGRESS"), nil
	})
	if err != nil {
		return products.Stack{}, err
	}
	if have == nil {
		return products.Stack{ID: id, Status: gone}, nil
	}
	return s.tell(ctx, have)
}

// newEvents are those not told yet, oldest first.
func (s *site) newEvents(ctx context.Context, id string, told map[string]bool) ([]types.StackEvent, error) {
	all, err := s.events(ctx, id, false)
	if err != nil {
		return nil, err
	}
	var fresh []types.StackEvent
	for _, e := range slices.Backward(all) {
		if !told[sdk.ToString(e.EventId)] {
			told[sdk.ToString(e.EventId)] = true
			fresh = append(fresh, e)
		}
	}
	return fresh, nil
}

// events are a stack's, newest first: all, or the newest page.
func (s *site) events(ctx context.Context, id string, newest bool) ([]types.StackEvent, error) {
	var all []types.StackEvent
	err := s.pagesOf(ctx, op{"cloudformation", "DescribeStackEvents", repeatable}, func(ctx context.Context, next *string) (*string, error) {
		out, err := s.stacks.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &id, NextToken: next})
		if err != nil {
			return nil, err
		}
		all = append(all, out.StackEvents...)
		if newest {
			return nil, nil
		}
		return out.NextToken, nil
	})
	return all, err
}

func stackEvent(e types.StackEvent) products.StackEvent {
	return products.StackEvent{At: sdk.ToTime(e.Timestamp), LogicalID: sdk.ToString(e.LogicalResourceId), PhysicalID: sdk.ToString(e.PhysicalResourceId),
		Type: sdk.ToString(e.ResourceType), Status: string(e.ResourceStatus), Reason: sdk.ToString(e.ResourceStatusReason)}
}

// tell gives a stack with all that CloudFormation recorded of it.
func (s *site) tell(ctx context.Context, have *types.Stack) (products.Stack, error) {
	t := products.Stack{ID: sdk.ToString(have.StackId), Name: sdk.ToString(have.StackName), Status: string(have.StackStatus),
		Reason: sdk.ToString(have.StackStatusReason), Outputs: map[string]string{}}
	for _, o := range have.Outputs {
		t.Outputs[sdk.ToString(o.OutputKey)] = sdk.ToString(o.OutputValue)
	}
	events, err := s.events(ctx, t.ID, false)
	if err != nil {
		return t, err
	}
	if why := firstFailure(events); why != "" && !succeeded(t.Status) {
		t.Reason = why
	}
	recorded := recordedProperties(events)
	err = s.pagesOf(ctx, op{"cloudformation", "ListStackResources", repeatable}, func(ctx context.Context, next *string) (*string, error) {
		out, err := s.stacks.ListStackResources(ctx, &cloudformation.ListStackResourcesInput{StackName: &t.ID, NextToken: next})
		if err != nil {
			return nil, err
		}
		for _, r := range out.StackResourceSummaries {
			id := sdk.ToString(r.LogicalResourceId)
			t.Resources = append(t.Resources, products.StackResource{LogicalID: id, PhysicalID: sdk.ToString(r.PhysicalResourceId), Type: sdk.ToString(r.ResourceType),
				Status: string(r.ResourceStatus), Reason: sdk.ToString(r.ResourceStatusReason), Properties: recorded[id]})
		}
		return out.NextToken, nil
	})
	return t, err
}

func succeeded(status string) bool {
	return status == "CREATE_COMPLETE" || status == "UPDATE_COMPLETE" || status == gone
}

// firstFailure is what failed first in the last operation: the cause, not those that were
// cancelled for it. Events come newest first.
func firstFailure(events []types.StackEvent) string {
	why := ""
	for _, e := range events {
		reason, whole := sdk.ToString(e.ResourceStatusReason), sdk.ToString(e.PhysicalResourceId) == sdk.ToString(e.StackId)
		if whole && begins(e.ResourceStatus) {
			break
		}
		if !whole && strings.HasSuffix(string(e.ResourceStatus), "_FAILED") && !strings.Contains(reason, "cancelled") {
			why = sdk.ToString(e.LogicalResourceId) + " (" + sdk.ToString(e.ResourceType) + "): " + reason
		}
	}
	return why
}

// begins says whether this status of a stack is the start of an operation on it.
func begins(s types.ResourceStatus) bool {
	return s == types.ResourceStatusCreateInProgress || s == types.ResourceStatusUpdateInProgress || s == types.ResourceStatusDeleteInProgress
}

// recordedProperties are each resource's, from its newest event that has any.
func recordedProperties(events []types.StackEvent) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, e := range events {
		id := sdk.ToString(e.LogicalResourceId)
		if all[id] != nil {
			continue
		}
		var p map[string]any
		if json.Unmarshal([]byte(sdk.ToString(e.ResourceProperties)), &p) == nil && p != nil {
			all[id] = p
		}
	}
	return all
}

package cloudformation

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

const perPage = 100

func describeStacks(c *world.Call, in *cf.DescribeStacksInput) (*cf.DescribeStacksOutput, error) {
	if aws.ToString(in.StackName) != "" {
		r, err := find(c, in.StackName)
		if err != nil {
			return nil, err
		}
		return &cf.DescribeStacksOutput{Stacks: []sdk.Stack{r.described(c.Now)}}, nil
	}
	var all []sdk.Stack
	for _, r := range newest(c) {
		if r.status(c.Now) != "DELETE_COMPLETE" {
			all = append(all, r.described(c.Now))
		}
	}
	page, next, err := paged(all, in.NextToken, perPage)
	return &cf.DescribeStacksOutput{Stacks: page, NextToken: next}, err
}

// newest are all stacks of the account and region, the last made first.
func newest(c *world.Call) []record {
	all := slices.DeleteFunc(world.List[record](c, kindStack), func(r record) bool { return r.Created.After(c.Now) })
	slices.SortStableFunc(all, func(a, b record) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Name, b.Name))
	})
	return all
}

func (r *record) described(now time.Time) sdk.Stack {
	state, v := r.state(now), r.revision(now)
	drift, looked := r.driftStatus(now)
	s := sdk.Stack{
		StackId: &r.ID, StackName: &r.Name, CreationTime: &r.Created, StackStatus: sdk.StackStatus(state.Status), StackStatusReason: opt(state.Reason),
		LastUpdatedTime: when(r.last(now, "UPDATE_IN_PROGRESS")), DeletionTime: when(r.last(now, "DELETE_IN_PROGRESS")),
		Capabilities: enums[sdk.Capability](r.Capabilities), RoleARN: opt(r.RoleARN), ChangeSetId: opt(r.ChangeSetID), ParentId: opt(r.Parent), RootId: opt(r.Root),
		DisableRollback: aws.Bool(r.OnFailure == "DO_NOTHING"), EnableTerminationProtection: &r.Protected, Description: opt(v.Description),
		DriftInformation: &sdk.StackDriftInformation{StackDriftStatus: drift, LastCheckTimestamp: looked}, Tags: tagsOf(v.Tags), Parameters: parametersOf(v.Parameters),
	}
	for _, o := range r.outputs(now) {
		s.Outputs = append(s.Outputs, sdk.Output{OutputKey: aws.String(o.Key), OutputValue: aws.String(shown(o.Value)), Description: opt(o.Description), ExportName: opt(shown(o.Export))})
	}
	return s
}

func parametersOf(all map[string]string) []sdk.Parameter {
	var out []sdk.Parameter
	for _, k := range slices.Sorted(maps.Keys(all)) {
		out = append(out, sdk.Parameter{ParameterKey: aws.String(k), ParameterValue: aws.String(shown(all[k]))})
	}
	return out
}

func tagsOf(all map[string]string) []sdk.Tag {
	var out []sdk.Tag
	for _, k := range slices.Sorted(maps.Keys(all)) {
		out = append(out, sdk.Tag{Key: aws.String(k), Value: aws.String(all[k])})
	}
	return out
}

func listStacks(c *world.Call, in *cf.ListStacksInput) (*cf.ListStacksOutput, error) {
	var all []sdk.StackSummary
	for _, r := range newest(c) {
		state := r.state(c.Now)
		if len(in.StackStatusFilter) > 0 && !slices.Contains(in.StackStatusFilter, sdk.StackStatus(state.Status)) {
			continue
		}
		drift, looked := r.driftStatus(c.Now)
		all = append(all, sdk.StackSummary{
			StackId: aws.String(r.ID), StackName: aws.String(r.Name), StackStatus: sdk.StackStatus(state.Status), StackStatusReason: opt(state.Reason),
			CreationTime: &r.Created, LastUpdatedTime: when(r.last(c.Now, "UPDATE_IN_PROGRESS")), DeletionTime: when(r.last(c.Now, "DELETE_IN_PROGRESS")),
			TemplateDescription: opt(r.revision(c.Now).Description),
			DriftInformation:    &sdk.StackDriftInformationSummary{StackDriftStatus: drift, LastCheckTimestamp: looked},
		})
	}
	page, next, err := paged(all, in.NextToken, perPage)
	return &cf.ListStacksOutput{StackSummaries: page, NextToken: next}, err
}

func describeStackEvents(c *world.Call, in *cf.DescribeStackEventsInput) (*cf.DescribeStackEventsOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	due := r.due(c.Now)
	all := make([]sdk.StackEvent, len(due))
	for i, e := range due {
		all[len(due)-1-i] = r.told(e, i)
	}
	page, next, err := paged(all, in.NextToken, perPage)
	return &cf.DescribeStackEventsOutput{StackEvents: page, NextToken: next}, err
}

// told is an event as AWS tells it; i is its place in the history.
func (r *record) told(e event, i int) sdk.StackEvent {
	id := e.LogicalID + "-" + e.Status + "-" + e.At.UTC().Format("2006-01-02T15:04:05.000Z")
	if r.own(e) {
		id = uuid(r.ID, e.Status, e.At.String(), string(rune(i)))
	}
	out := sdk.StackEvent{
		EventId: &id, StackId: &r.ID, StackName: &r.Name, Timestamp: &e.At, LogicalResourceId: &e.LogicalID, PhysicalResourceId: &e.PhysicalID,
		ResourceType: &e.Type, ResourceStatus: sdk.ResourceStatus(e.Status), ResourceStatusReason: opt(e.Reason), ClientRequestToken: opt(e.Token),
	}
	if e.Properties > 0 && e.Properties <= len(r.PropertyTexts) {
		out.ResourceProperties = &r.PropertyTexts[e.Properties-1]
	}
	return out
}

func describeStackResources(c *world.Call, in *cf.DescribeStackResourcesInput) (*cf.DescribeStackResourcesOutput, error) {
	r, err := owner(c, in)
	if err != nil {
		return nil, err
	}
	out := &cf.DescribeStackResourcesOutput{}
	for _, s := range r.resources(c.Now) {
		if id := aws.ToString(in.LogicalResourceId); id != "" && id != s.LogicalID {
			continue
		}
		drift, looked := r.driftOf(s.LogicalID, c.Now)
		out.StackResources = append(out.StackResources, sdk.StackResource{
			StackId: &r.ID, StackName: &r.Name, LogicalResourceId: aws.String(s.LogicalID), PhysicalResourceId: opt(s.PhysicalID), ResourceType: aws.String(s.Type),
			ResourceStatus: sdk.ResourceStatus(s.Status), ResourceStatusReason: opt(s.Reason), Timestamp: aws.Time(s.Since),
			DriftInformation: &sdk.StackResourceDriftInformation{StackResourceDriftStatus: drift, LastCheckTimestamp: looked},
		})
	}
	if len(out.StackResources) == 0 && in.LogicalResourceId != nil {
		return nil, invalid("Stack '%s' does not exist", aws.ToString(in.LogicalResourceId))
	}
	return out, nil
}

// owner finds the stack that is named, or that holds the physical id.
func owner(c *world.Call, in *cf.DescribeStackResourcesInput) (*record, error) {
	physical := aws.ToString(in.PhysicalResourceId)
	switch {
	case aws.ToString(in.StackName) != "" && physical != "":
		return nil, invalid("You may specify only one of StackName and PhysicalResourceId.")
	case physical == "":
		return find(c, in.StackName)
	}
	for _, r := range newest(c) {
		if slices.ContainsFunc(r.resources(c.Now), func(s standing) bool { return s.PhysicalID == physical }) {
			return &r, nil
		}
	}
	return nil, invalid("Stack for %s does not exist", physical)
}

func describeStackResource(c *world.Call, in *cf.DescribeStackResourceInput) (*cf.DescribeStackResourceOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	for _, s := range r.resources(c.Now) {
		if s.LogicalID == aws.ToString(in.LogicalResourceId) {
			drift, looked := r.driftOf(s.LogicalID, c.Now)
			return &cf.DescribeStackResourceOutput{StackResourceDetail: &sdk.StackResourceDetail{
				StackId: &r.ID, StackName: &r.Name, LogicalResourceId: &s.LogicalID, PhysicalResourceId: opt(s.PhysicalID), ResourceType: &s.Type,
				ResourceStatus: sdk.ResourceStatus(s.Status), ResourceStatusReason: opt(s.Reason), LastUpdatedTimestamp: &s.Since,
				Metadata:         opt(shown(r.revision(c.Now).Resources[s.LogicalID].Metadata)),
				DriftInformation: &sdk.StackResourceDriftInformation{StackResourceDriftStatus: drift, LastCheckTimestamp: looked},
			}}, nil
		}
	}
	return nil, invalid("Resource %s does not exist for stack %s", aws.ToString(in.LogicalResourceId), r.Name)
}

func listStackResources(c *world.Call, in *cf.ListStackResourcesInput) (*cf.ListStackResourcesOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	var all []sdk.StackResourceSummary
	for _, s := range r.resources(c.Now) {
		drift, looked := r.driftOf(s.LogicalID, c.Now)
		all = append(all, sdk.StackResourceSummary{
			LogicalResourceId: aws.String(s.LogicalID), PhysicalResourceId: opt(s.PhysicalID), ResourceType: aws.String(s.Type), LastUpdatedTimestamp: aws.Time(s.Since),
			ResourceStatus: sdk.ResourceStatus(s.Status), ResourceStatusReason: opt(s.Reason),
			DriftInformation: &sdk.StackResourceDriftInformationSummary{StackResourceDriftStatus: drift, LastCheckTimestamp: looked},
		})
	}
	page, next, err := paged(all, in.NextToken, perPage)
	return &cf.ListStackResourcesOutput{StackResourceSummaries: page, NextToken: next}, err
}

func listExports(c *world.Call, in *cf.ListExportsInput) (*cf.ListExportsOutput, error) {
	var all []sdk.Export
	for _, e := range exports(c) {
		all = append(all, sdk.Export{Name: aws.String(e.Export), Value: aws.String(shown(e.Value)), ExportingStackId: aws.String(e.stackID)})
	}
	page, next, err := paged(all, in.NextToken, perPage)
	return &cf.ListExportsOutput{Exports: page, NextToken: next}, err
}

func listImports(c *world.Call, in *cf.ListImportsInput) (*cf.ListImportsOutput, error) {
	name := aws.ToString(in.ExportName)
	if _, ok := exported(c, name); !ok {
		return nil, invalid("Export '%s' does not exist.", name)
	}
	all := importers(c, name, "")
	if len(all) == 0 {
		return nil, invalid("Export '%s' is not imported by any stack.", name)
	}
	page, next, err := paged(all, in.NextToken, perPage)
	return &cf.ListImportsOutput{Imports: page, NextToken: next}, err
}

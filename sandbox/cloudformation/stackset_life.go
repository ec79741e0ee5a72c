package cloudformation

import (
	"cmp"
	"maps"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Roles of self-managed permissions, where none are named.
const (
	defaultAdminRole     = "AWSCloudFormationStackSetAdministrationRole"
	defaultExecutionRole = "AWSCloudFormationStackSetExecutionRole"
)

func createStackSet(c *world.Call, in *cf.CreateStackSetInput) (*cf.CreateStackSetOutput, error) {
	c, err := administrator(c, in.CallAs)
	if err != nil {
		return nil, err
	}
	name := aws.ToString(in.StackSetName)
	if !setForm.MatchString(name) {
		return nil, invalid("1 validation error detected: Value '%s' at 'stackSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", name)
	}
	if id, taken := world.Get[string](c, kindStackSetName, name); taken && id != "" {
		return nil, wire.Fail("NameAlreadyExistsException", "The StackSet named %s already exists.", name).With(http.StatusConflict)
	}
	if len(setsAt(c, "ACTIVE")) >= world.Quota(c, quotaStackSets, 1000) {
		return nil, wire.Fail("LimitExceededException", "You have reached the maximum number of stack sets allowed in this account")
	}
	s := stackSet{ID: name + ":" + c.NewUUID(), Name: name, Created: c.Now, Model: cmp.Or(string(in.PermissionModel), "SELF_MANAGED"), Description: aws.ToString(in.Description)}
	if in.CallAs == sdk.CallAsDelegatedAdmin && s.Model != serviceManaged {
		return nil, invalid("A delegated administrator can only work with SERVICE_MANAGED stack sets")
	}
	text, err := body(c, in.TemplateBody, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	s.Inputs = inputsOf(text, in.Parameters, in.Tags, in.Capabilities, nil)
	if err := s.permit(c, in.AdministrationRoleARN, in.ExecutionRoleName, in.AutoDeployment, in.ManagedExecution); err != nil {
		return nil, err
	}
	if s.Inputs, err = s.settled(c, s.Inputs, nil); err != nil {
		return nil, err
	}
	world.Put(c, kindStackSetName, name, s.ID)
	s.put(c)
	return &cf.CreateStackSetOutput{StackSetId: &s.ID}, nil
}

// settled judges a set's inputs as far as no stack is needed.
func (s stackSet) settled(c *world.Call, in inputs, before map[string]string) (inputs, error) {
	in, t, err := settle(c, s.ID, in, before)
	if err == nil && len(t.Transforms) > 0 && s.Model == serviceManaged {
		return in, invalid("Stack sets with service-managed permissions do not support macros: %s", t.Transforms[0])
	}
	if in.Tags == nil {
		in.Tags = map[string]string{}
	}
	return in, err
}

// permit sets what the set's operations act as.
func (s *stackSet) permit(c *world.Call, admin, execution *string, auto *sdk.AutoDeployment, managed *sdk.ManagedExecution) error {
	if managed != nil {
		s.Managed = aws.ToBool(managed.Active)
	}
	if s.Model == serviceManaged {
		switch {
		case admin != nil || execution != nil:
			return invalid("AdministrationRoleARN and ExecutionRoleName are for stack sets with SELF_MANAGED permissions")
		case auto == nil && s.Auto == nil:
			return invalid("AutoDeployment must be specified for a stack set with SERVICE_MANAGED permissions")
		case auto != nil && len(auto.DependsOn) > 0:
			return missing("StackSet.AutoDeployment.DependsOn")
		case auto != nil:
			s.Auto = auto
		}
		return governs(c)
	}
	if auto != nil {
		return invalid("AutoDeployment is for stack sets with SERVICE_MANAGED permissions")
	}
	s.AdminRole = cmp.Or(aws.ToString(admin), s.AdminRole, world.Role{Account: c.Account, Name: defaultAdminRole}.ARN())
	s.ExecutionRole = cmp.Or(aws.ToString(execution), s.ExecutionRole, defaultExecutionRole)
	return nil
}

func deleteStackSet(c *world.Call, in *cf.DeleteStackSetInput) (*cf.DeleteStackSetOutput, error) {
	c, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	if s.Deleted {
		return &cf.DeleteStackSetOutput{}, nil
	}
	if len(s.instances(c)) > 0 {
		return nil, wire.Fail("StackSetNotEmptyException", "StackSet is not empty").With(http.StatusConflict)
	}
	if busy := s.busy(c); busy != nil {
		return nil, busy
	}
	s.Deleted = true
	s.put(c)
	world.Remove(c, kindStackSetName, s.Name)
	return &cf.DeleteStackSetOutput{}, nil
}

// setsAt are the sets of the call's account and region, by name; "" is any status.
func setsAt(c *world.Call, status sdk.StackSetStatus) []stackSet {
	all := slices.DeleteFunc(world.List[stackSet](c, kindStackSet), func(s stackSet) bool { return status != "" && s.status() != status })
	slices.SortStableFunc(all, func(a, b stackSet) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func (s stackSet) status() sdk.StackSetStatus {
	if s.Deleted {
		return sdk.StackSetStatusDeleted
	}
	return sdk.StackSetStatusActive
}

func describeStackSet(c *world.Call, in *cf.DescribeStackSetInput) (*cf.DescribeStackSetOutput, error) {
	c, s, err := stackSetOf(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	out := &sdk.StackSet{
		StackSetId: &s.ID, StackSetName: &s.Name, StackSetARN: aws.String(s.arn(c)), Description: opt(s.Description), Status: s.status(), TemplateBody: &s.Inputs.Template,
		Parameters: parametersOf(s.Inputs.Parameters), Tags: tagsOf(s.Inputs.Tags), Capabilities: enums[sdk.Capability](s.Inputs.Capabilities),
		AdministrationRoleARN: opt(s.AdminRole), ExecutionRoleName: opt(s.ExecutionRole), PermissionModel: sdk.PermissionModels(s.Model), AutoDeployment: s.Auto,
		ManagedExecution: &sdk.ManagedExecution{Active: &s.Managed}, StackSetDriftDetectionDetails: s.drift(c), OrganizationalUnitIds: slices.Sorted(maps.Keys(s.Targets)),
	}
	for _, i := range s.instances(c) {
		if !slices.Contains(out.Regions, i.Region) {
			out.Regions = append(out.Regions, i.Region)
		}
	}
	return &cf.DescribeStackSetOutput{StackSet: out}, nil
}

func listStackSets(c *world.Call, in *cf.ListStackSetsInput) (*cf.ListStackSetsOutput, error) {
	c, err := administrator(c, in.CallAs)
	if err != nil {
		return nil, err
	}
	var all []sdk.StackSetSummary
	for _, s := range setsAt(c, in.Status) {
		if in.CallAs == sdk.CallAsDelegatedAdmin && s.Model != serviceManaged {
			continue
		}
		drift := s.drift(c)
		all = append(all, sdk.StackSetSummary{StackSetId: &s.ID, StackSetName: &s.Name, Description: opt(s.Description), Status: s.status(), PermissionModel: sdk.PermissionModels(s.Model),
			AutoDeployment: s.Auto, ManagedExecution: &sdk.ManagedExecution{Active: &s.Managed},
			DriftStatus: sdk.StackDriftStatus(drift.DriftStatus), LastDriftCheckTimestamp: drift.LastDriftCheckTimestamp})
	}
	page, next, err := paged(all, in.NextToken, size(in.MaxResults))
	return &cf.ListStackSetsOutput{Summaries: page, NextToken: next}, err
}

// size is the length of a page that is asked for.
func size(asked *int32) int {
	if n := int(aws.ToInt32(asked)); n > 0 && n < perPage {
		return n
	}
	return perPage
}

package cloudformation

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// SetRequest asks for a stack set with SELF_MANAGED permissions on behalf of another service.
// An update leaves the accounts and regions as they are. Its RoleARN says nothing.
type SetRequest struct {
	Request
	AdminRole, ExecutionRole string // ARN and name; "": the usual ones
	Accounts, Regions        []string
	Preferences              *sdk.StackSetOperationPreferences
}

// SetEnd is how an operation of a stack set will have ended, and when.
type SetEnd struct {
	ID     string // the stack set's
	At     time.Time
	Reason string // why it fails, "" if it does not
}

// Instance is a stack of a stack set.
type Instance struct{ Account, Region, Status string }

// CreateSet makes a stack set in the call's account and region, and its stacks.
func CreateSet(c *world.Call, r SetRequest) (SetEnd, error) {
	out, err := createStackSet(c, &cf.CreateStackSetInput{StackSetName: &r.Name, TemplateBody: &r.Template, Parameters: r.parameters(), Tags: tagsOf(r.Tags),
		Capabilities: enums[sdk.Capability](r.Capabilities), AdministrationRoleARN: opt(r.AdminRole), ExecutionRoleName: opt(r.ExecutionRole)})
	if err != nil {
		return SetEnd{}, err
	}
	op, err := createStackInstances(c, &cf.CreateStackInstancesInput{StackSetName: &r.Name, Accounts: r.Accounts, Regions: r.Regions, OperationPreferences: r.Preferences})
	if err != nil {
		return SetEnd{ID: *out.StackSetId}, err
	}
	return setEnd(c, *out.StackSetId, op.OperationId), nil
}

// UpdateSet updates a stack set and all its stacks.
func UpdateSet(c *world.Call, id string, r SetRequest) (SetEnd, error) {
	op, err := updateStackSet(c, &cf.UpdateStackSetInput{StackSetName: &id, TemplateBody: &r.Template, Parameters: r.parameters(), Tags: tagsOf(r.Tags),
		Capabilities: enums[sdk.Capability](r.Capabilities), AdministrationRoleARN: opt(r.AdminRole), ExecutionRoleName: opt(r.ExecutionRole), OperationPreferences: r.Preferences})
	if err != nil {
		return SetEnd{ID: id}, err
	}
	return setEnd(c, id, op.OperationId), nil
}

// DeleteSet deletes the stacks of a stack set, or with retain lets them go, and where all go, the
// set: what is still under way of it is read by its id.
func DeleteSet(c *world.Call, id string, retain bool) (SetEnd, error) {
	end := SetEnd{ID: id, At: c.Now}
	if all := Instances(c, id); len(all) > 0 {
		in := &cf.DeleteStackInstancesInput{StackSetName: &id, RetainStacks: &retain}
		for _, i := range all {
			in.Accounts, in.Regions = append(in.Accounts, i.Account), append(in.Regions, i.Region)
		}
		slices.Sort(in.Regions)
		in.Regions = slices.Compact(in.Regions)
		op, err := deleteStackInstances(c, in)
		if err != nil {
			return end, err
		}
		end = setEnd(c, id, op.OperationId)
	}
	if s, ok := world.Get[stackSet](c, kindStackSet, id); ok && end.Reason == "" {
		s.Deleted = true
		s.put(c)
		world.Remove(c, kindStackSetName, s.Name)
	}
	return end, nil
}

// Instances are the stacks that a stack set has at the call's time.
func Instances(c *world.Call, id string) (all []Instance) {
	s, _ := world.Get[stackSet](c, kindStackSet, id)
	for _, i := range s.instances(c) {
		is, _ := i.at(c.Now)
		all = append(all, Instance{i.Account, i.Region, is.Status})
	}
	return all
}

// parameters are those given, and those that keep their values.
func (r SetRequest) parameters() []sdk.Parameter {
	all := parametersOf(r.Parameters)
	for _, name := range r.UsePrevious {
		all = append(all, sdk.Parameter{ParameterKey: &name, UsePreviousValue: aws.Bool(true)})
	}
	return all
}

func setEnd(c *world.Call, id string, operation *string) SetEnd {
	op, _ := world.Get[setOperation](c, kindSetOperation+id, aws.ToString(operation))
	end := SetEnd{ID: id, At: op.End}
	if op.Outcome == string(sdk.StackSetOperationStatusSucceeded) {
		return end
	}
	end.Reason = "The operation on stack set " + id + " is " + op.Outcome + "."
	for _, r := range op.Results {
		if r.Status == "FAILED" {
			end.Reason += " " + r.Account + " " + r.Region + ": " + shown(r.Reason)
			break
		}
	}
	return end
}

// SetParameters are those of a stack set, also of one that is deleted. NoEcho ones read ****.
func SetParameters(c *world.Call, id string) (map[string]string, bool) {
	s, ok := world.Get[stackSet](c, kindStackSet, id)
	all := map[string]string{}
	for k, v := range s.Inputs.Parameters {
		all[k] = shown(v)
	}
	return all, ok
}

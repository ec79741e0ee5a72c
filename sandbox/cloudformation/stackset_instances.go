package cloudformation

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func createStackInstances(c *world.Call, in *cf.CreateStackInstancesInput) (*cf.CreateStackInstancesOutput, error) {
	c, s, err := living(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	chosen, err := s.chosen(c, targets{in.Accounts, in.DeploymentTargets, in.Regions}, false)
	if err != nil {
		return nil, err
	}
	k, err := s.begin(c, "CREATE", in.OperationId, in.OperationPreferences)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, i := range append(s.instances(c), chosen...) {
		there[i.key()] = true
	}
	if len(there) > world.Quota(c, quotaInstances, 2000) {
		return nil, wire.Fail("LimitExceededException", "You have reached the maximum number of stack instances allowed in a stack set")
	}
	if err := s.override(chosen, in.ParameterOverrides); err != nil {
		return nil, err
	}
	k.aim(in.DeploymentTargets, in.Regions)
	return &cf.CreateStackInstancesOutput{OperationId: &k.op.ID}, k.run(chosen, k.deploy)
}

// aim notes the organizational units that automatic deployment follows from now on.
func (k *campaign) aim(at *sdk.DeploymentTargets, regions []string) {
	k.op.Targets = at
	if at == nil || k.set.Auto == nil {
		return
	}
	if k.set.Targets == nil {
		k.set.Targets = map[string][]string{}
	}
	for _, unit := range at.OrganizationalUnitIds {
		for _, region := range regions {
			if !slices.Contains(k.set.Targets[unit], region) {
				k.set.Targets[unit] = append(k.set.Targets[unit], region)
			}
		}
	}
	k.set.put(k.c)
}

func updateStackInstances(c *world.Call, in *cf.UpdateStackInstancesInput) (*cf.UpdateStackInstancesOutput, error) {
	c, s, err := living(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	chosen, err := s.chosen(c, targets{in.Accounts, in.DeploymentTargets, in.Regions}, true)
	if err != nil {
		return nil, err
	}
	k, err := s.begin(c, "UPDATE", in.OperationId, in.OperationPreferences)
	if err != nil {
		return nil, err
	}
	if in.ParameterOverrides != nil {
		if err := s.override(chosen, in.ParameterOverrides); err != nil {
			return nil, err
		}
	}
	k.op.Targets = in.DeploymentTargets
	return &cf.UpdateStackInstancesOutput{OperationId: &k.op.ID}, k.run(chosen, k.deploy)
}

func deleteStackInstances(c *world.Call, in *cf.DeleteStackInstancesInput) (*cf.DeleteStackInstancesOutput, error) {
	c, s, err := living(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	chosen, err := s.chosen(c, targets{in.Accounts, in.DeploymentTargets, in.Regions}, true)
	if e, ok := err.(*wire.Error); err != nil && (!ok || e.Code != "StackInstanceNotFoundException") {
		return nil, err
	}
	k, err := s.begin(c, "DELETE", in.OperationId, in.OperationPreferences)
	if err != nil {
		return nil, err
	}
	k.op.Targets, k.op.Retain = in.DeploymentTargets, aws.ToBool(in.RetainStacks)
	if in.DeploymentTargets != nil && s.Targets != nil {
		for _, unit := range in.DeploymentTargets.OrganizationalUnitIds {
			left := slices.DeleteFunc(s.Targets[unit], func(r string) bool { return slices.Contains(in.Regions, r) })
			if s.Targets[unit] = left; len(left) == 0 {
				delete(s.Targets, unit)
			}
		}
		s.put(c)
	}
	return &cf.DeleteStackInstancesOutput{OperationId: &k.op.ID}, k.run(chosen, k.undeploy)
}

// override sets the parameters in which instances differ from their set. NoEcho ones are sealed.
func (s stackSet) override(all []instance, given []sdk.Parameter) error {
	t, err := read(s.Inputs.Template)
	if err != nil {
		return err
	}
	for n := range all {
		next := map[string]string{}
		for _, p := range given {
			name := aws.ToString(p.ParameterKey)
			declared := t.Parameter(name)
			if declared == nil {
				return invalid("Parameters: [%s] do not exist in the template", name)
			}
			next[name] = aws.ToString(p.ParameterValue)
			if aws.ToBool(p.UsePreviousValue) {
				next[name] = cmp.Or(all[n].Overrides[name], s.Inputs.Parameters[name])
			}
			if declared.NoEcho {
				next[name] = seal(s.ID, name, next[name])
			}
		}
		all[n].Overrides = next
	}
	return nil
}

package cloudformation

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/axle-cd/axle/sandbox/world"
)

func updateStackSet(c *world.Call, in *cf.UpdateStackSetInput) (*cf.UpdateStackSetOutput, error) {
	c, s, err := living(c, in.CallAs, in.StackSetName)
	if err != nil {
		return nil, err
	}
	if in.PermissionModel != "" && string(in.PermissionModel) != s.Model {
		return nil, missing("UpdateStackSet.PermissionModel")
	}
	next, err := s.updated(c, in)
	if err != nil {
		return nil, err
	}
	chosen, everything := next.instances(c), true
	if len(in.Accounts) > 0 || in.DeploymentTargets != nil || len(in.Regions) > 0 {
		if chosen, err = next.chosen(c, targets{in.Accounts, in.DeploymentTargets, in.Regions}, true); err != nil {
			return nil, err
		}
		everything = false
	}
	k, err := next.begin(c, "UPDATE", in.OperationId, in.OperationPreferences)
	if err != nil {
		return nil, err
	}
	next.put(c)
	if !everything {
		next.outdate(c, chosen)
	}
	k.op.Targets = in.DeploymentTargets
	return &cf.UpdateStackSetOutput{OperationId: &k.op.ID}, k.run(chosen, k.deploy)
}

// updated is the set as the request wants it.
func (s stackSet) updated(c *world.Call, in *cf.UpdateStackSetInput) (stackSet, error) {
	text := s.Inputs.Template
	if !aws.ToBool(in.UsePreviousTemplate) {
		var err error
		if text, err = body(c, in.TemplateBody, in.TemplateURL); err != nil {
			return s, err
		}
	}
	want := inputsOf(text, in.Parameters, in.Tags, in.Capabilities, nil)
	if in.Tags == nil {
		want.Tags = s.Inputs.Tags
	}
	if in.Description != nil {
		s.Description = *in.Description
	}
	if err := s.permit(c, in.AdministrationRoleARN, in.ExecutionRoleName, in.AutoDeployment, in.ManagedExecution); err != nil {
		return s, err
	}
	var err error
	s.Inputs, err = s.settled(c, want, s.Inputs.Parameters)
	return s, err
}

// outdate marks the instances that an update leaves behind.
func (s stackSet) outdate(c *world.Call, chosen []instance) {
	taken := map[string]bool{}
	for _, i := range chosen {
		taken[i.key()] = true
	}
	for _, i := range s.instances(c) {
		if is, _ := i.at(c.Now); !taken[i.key()] && is.Status == "CURRENT" {
			is.At, is.Status = c.Now, "OUTDATED"
			i.Stages = []stage{is}
			i.put(c, s)
		}
	}
}

package cloudformation

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func createStackOp(c *world.Call, in *cf.CreateStackInput) (*cf.CreateStackOutput, error) {
	text, err := body(c, in.TemplateBody, in.TemplateURL)
	if err != nil {
		return nil, err
	}
	onFailure, err := onFailure(string(in.OnFailure), aws.ToBool(in.DisableRollback))
	if err != nil {
		return nil, err
	}
	want := inputsOf(text, in.Parameters, in.Tags, in.Capabilities, in.RoleARN)
	r, err := createStack(c, aws.ToString(in.StackName), want, onFailure, aws.ToString(in.ClientRequestToken), aws.ToBool(in.EnableTerminationProtection))
	if err != nil {
		return nil, err
	}
	return &cf.CreateStackOutput{StackId: &r.ID}, nil
}

func onFailure(asked string, disabled bool) (string, error) {
	switch {
	case asked != "" && disabled:
		return "", invalid("You may specify only one of DisableRollback and OnFailure.")
	case disabled:
		return "DO_NOTHING", nil
	case asked == "":
		return "ROLLBACK", nil
	}
	return asked, nil
}

func updateStackOp(c *world.Call, in *cf.UpdateStackInput) (*cf.UpdateStackOutput, error) {
	text := ""
	if !aws.ToBool(in.UsePreviousTemplate) {
		var err error
		if text, err = body(c, in.TemplateBody, in.TemplateURL); err != nil {
			return nil, err
		}
	}
	want := inputsOf(text, in.Parameters, in.Tags, in.Capabilities, in.RoleARN)
	r, err := updateStack(c, aws.ToString(in.StackName), want, aws.ToString(in.ClientRequestToken))
	if err != nil {
		return nil, err
	}
	return &cf.UpdateStackOutput{StackId: &r.ID}, nil
}

func deleteStackOp(c *world.Call, in *cf.DeleteStackInput) (*cf.DeleteStackOutput, error) {
	if err := assumable(c, aws.ToString(in.RoleARN)); err != nil {
		return nil, err
	}
	how := goodbye{Retain: in.RetainResources, Force: in.DeletionMode == sdk.DeletionModeForceDeleteStack, Token: aws.ToString(in.ClientRequestToken)}
	return &cf.DeleteStackOutput{}, deleteStack(c, aws.ToString(in.StackName), how)
}

func updateTerminationProtection(c *world.Call, in *cf.UpdateTerminationProtectionInput) (*cf.UpdateTerminationProtectionOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	r.Protected = aws.ToBool(in.EnableTerminationProtection)
	r.save(c)
	return &cf.UpdateTerminationProtectionOutput{StackId: &r.ID}, nil
}

func find(c *world.Call, nameOrID *string) (*record, error) {
	name := aws.ToString(nameOrID)
	if name == "" {
		return nil, invalid("1 validation error detected: Value at 'stackName' failed to satisfy constraint: Member must not be null")
	}
	r, ok := load(c, name)
	if !ok {
		return nil, noStack(name)
	}
	return r, nil
}

func inputsOf(template string, params []sdk.Parameter, tags []sdk.Tag, capabilities []sdk.Capability, role *string) inputs {
	in := inputs{Template: template, Parameters: map[string]string{}, RoleARN: aws.ToString(role)}
	for _, p := range params {
		if aws.ToBool(p.UsePreviousValue) {
			in.Previous = append(in.Previous, aws.ToString(p.ParameterKey))
		} else {
			in.Parameters[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
	}
	if tags != nil {
		in.Tags = map[string]string{}
	}
	for _, t := range tags {
		in.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	for _, k := range capabilities {
		in.Capabilities = append(in.Capabilities, string(k))
	}
	return in
}

package servicecatalog

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func actionRunOperations() []world.Operation {
	ids := needs("ProvisionedProductId", "ServiceActionId")
	return []world.Operation{
		read("DescribeServiceActionExecutionParameters", describeActionParameters, ids),
		write("ExecuteProvisionedProductServiceAction", "ExecuteToken", executeAction, ids),
	}
}

// actionFor finds a service action of the version that a provisioned product is at.
func actionFor(c *world.Call, v view, id string) (serviceAction, error) {
	if owner, ok := at(c, v.Product); ok {
		all := actionsOf(owner, v.Artifact)
		if i := slices.IndexFunc(all, func(a serviceAction) bool { return a.ID == id }); i >= 0 {
			return all[i], nil
		}
	}
	return serviceAction{}, notFound("Service action %s is not associated with provisioning artifact %s of product %s.", id, v.Artifact, v.Product)
}

// describeActionParameters gives what the definition says. A TARGET's default is the stack.
func describeActionParameters(c *world.Call, in *servicecatalog.DescribeServiceActionExecutionParametersInput) (*servicecatalog.DescribeServiceActionExecutionParametersOutput, error) {
	v, err := find(c, *in.ProvisionedProductId, "")
	if err != nil {
		return nil, err
	}
	a, err := actionFor(c, v, *in.ServiceActionId)
	if err != nil {
		return nil, err
	}
	params, err := a.parameters()
	out := &servicecatalog.DescribeServiceActionExecutionParametersOutput{}
	for _, p := range params {
		shown := types.ExecutionParameter{Name: new(p.Name), Type: new(p.Type)}
		if p.Type == "TARGET" {
			shown.DefaultValues = []string{v.StackID}
		}
		out.ServiceActionParameters = append(out.ServiceActionParameters, shown)
	}
	return out, err
}

// executeAction opens a record that succeeds after its time. Nothing runs in the sandbox.
func executeAction(c *world.Call, in *servicecatalog.ExecuteProvisionedProductServiceActionInput) (*servicecatalog.ExecuteProvisionedProductServiceActionOutput, error) {
	v, err := changeable(c, *in.ProvisionedProductId, "")
	if err != nil {
		return nil, err
	}
	a, err := actionFor(c, v, *in.ServiceActionId)
	if err != nil {
		return nil, err
	}
	params, err := a.parameters()
	if err != nil {
		return nil, err
	}
	for name := range in.Parameters {
		if !slices.ContainsFunc(params, func(p actionParameter) bool { return p.Name == name }) {
			return nil, invalid("Service action %s has no parameter %s.", a.ID, name)
		}
	}
	p := v.next(c)
	r := p.record(c, executing)
	r.follow(acting.start(c), "ServiceActionFailed", "Service action "+a.Name+" failed.")
	return &servicecatalog.ExecuteProvisionedProductServiceActionOutput{RecordDetail: p.keep(c, r)}, nil
}

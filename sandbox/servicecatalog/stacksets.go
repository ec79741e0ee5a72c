package servicecatalog

import (
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/sandbox/world"
)

func stackSetOperations() []world.Operation {
	return []world.Operation{
		read("ListStackInstancesForProvisionedProduct", listStackInstances, needs("ProvisionedProductId")),
	}
}

func listStackInstances(c *world.Call, in *servicecatalog.ListStackInstancesForProvisionedProductInput) (*servicecatalog.ListStackInstancesForProvisionedProductOutput, error) {
	v, err := find(c, *in.ProvisionedProductId, "")
	if err != nil {
		return nil, err
	}
	return nil, invalid("Provisioned product %s is of type %s, and not of CFN_STACKSET.", v.ID, v.Kind)
}

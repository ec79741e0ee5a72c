package servicecatalog

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/world"
)

func importOperations() []world.Operation {
	return []world.Operation{
		write("ImportAsProvisionedProduct", "IdempotencyToken", importStack, limit("ProvisionedProductName", 128),
			needs("ProductId", "ProvisioningArtifactId", "ProvisionedProductName", "PhysicalId")),
	}
}

// settled are the states of a stack that can be taken over.
var settled = []string{"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}

// importable is a stack of the caller, by its ARN, that stands still.
func importable(c *world.Call, arn string) (cloudformation.Stack, error) {
	if !strings.HasPrefix(arn, "arn:aws:cloudformation:"+c.Region+":"+c.Account+":stack/") {
		return cloudformation.Stack{}, invalid("%q is not the ARN of a stack in account %s, region %s.", arn, c.Account, c.Region)
	}
	stack, ok := cloudformation.Find(c, arn)
	switch {
	case !ok || stack.Status == "DELETE_COMPLETE":
		return stack, notFound("Stack %s not found.", arn)
	case !slices.Contains(settled, stack.Status):
		return stack, invalid("Stack %s is in status %s and cannot be imported.", stack.Name, stack.Status)
	}
	return stack, nil
}

// importStack makes a provisioned product of a stack whose template is the version's. What
// constrains the product holds from its first update on.
func importStack(c *world.Call, in *servicecatalog.ImportAsProvisionedProductInput) (*servicecatalog.ImportAsProvisionedProductOutput, error) {
	o, err := pick(c, *in.ProductId, "", *in.ProvisioningArtifactId, "", "", "")
	if err != nil {
		return nil, err
	}
	stack, err := importable(c, *in.PhysicalId)
	if err != nil {
		return nil, err
	}
	for _, p := range world.List[provisioned](c, kindProvision) {
		if p.StackID == stack.ID && !p.now(c).Gone {
			return nil, duplicate("Stack %s is provisioned product %s already.", stack.Name, p.ID)
		}
	}
	if stack.Template != string(templateBody(o.owner, o.Version)) {
		return nil, invalid("The template of stack %s is not that of provisioning artifact %s.", stack.Name, o.Version.ID)
	}
	p, err := o.launched(c, *in.ProvisionedProductName, val(in.IdempotencyToken), nil)
	if err != nil {
		return nil, err
	}
	p.Last, p.StackAccount, p.StackID = newID(c, "rec-"), c.Account, stack.ID
	r := p.record(c, provisioning)
	r.End = &outcome{Status: succeeded, Outputs: outputs(stack)}
	return &servicecatalog.ImportAsProvisionedProductOutput{RecordDetail: p.keep(c, r)}, nil
}

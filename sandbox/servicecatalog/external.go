package servicecatalog

import (
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func externalOperations() []world.Operation {
	needed := needs("WorkflowToken", "RecordId", "Status")
	return []world.Operation{
		write("NotifyProvisionProductEngineWorkflowResult", "IdempotencyToken", notifyProvisioned, needed),
		write("NotifyUpdateProvisionedProductEngineWorkflowResult", "IdempotencyToken", notifyUpdated, needed),
		write("NotifyTerminateProvisionedProductEngineWorkflowResult", "IdempotencyToken", notifyTerminated, needed),
	}
}

const external = string(types.ProductTypeExternal)

// engage hands a record to the engine of an EXTERNAL product's account and region, which ends
// it by Notify…EngineWorkflowResult. Without an engine there the record fails.
func (r *record) engage(c *world.Call, owner *world.Call) {
	if !switched(c, engineRuns) {
		r.fail("EngineNotFound", noEngine(owner))
		return
	}
	r.Engine, r.Owner = true, owner.Account
	locate(c, r.ID)
}

func noEngine(owner *world.Call) string {
	return "No engine for products of type EXTERNAL answers in account " + owner.Account + ", region " + owner.Region + "."
}

// parsed is what a launch is asked for, which the engine's parser reads from the source. The
// sandbox's engine reads none: it names no parameters, and takes those that are given.
func (o offer) parsed(c *world.Call) (*servicecatalog.DescribeProvisioningParametersOutput, error) {
	if !switched(c, engineRuns) {
		return nil, invalid("%s", noEngine(o.owner))
	}
	return &servicecatalog.DescribeProvisioningParametersOutput{ConstraintSummaries: o.constraintSummaries(), TagOptions: o.Options}, nil
}

// external starts the launch or the update of an EXTERNAL product, which needs a LAUNCH constraint.
func (b order) external(c *world.Call, p *provisioned, r *record) {
	_, role := b.site(c)
	p.Kind, p.LaunchRole, r.LaunchRole = external, role, role
	if why := b.fault(c, role); why != "" {
		r.fail("LaunchFailed", why)
	} else if role == "" {
		r.fail("LaunchFailed", "A product of type EXTERNAL needs a LAUNCH constraint.")
	} else {
		r.engage(c, b.owner)
	}
}

func notifyProvisioned(c *world.Call, in *servicecatalog.NotifyProvisionProductEngineWorkflowResultInput) (*servicecatalog.NotifyProvisionProductEngineWorkflowResultOutput, error) {
	err := notify(c, result{provisioning, *in.RecordId, *in.WorkflowToken, in.Status, val(in.FailureReason), in.Outputs})
	return &servicecatalog.NotifyProvisionProductEngineWorkflowResultOutput{}, err
}

func notifyUpdated(c *world.Call, in *servicecatalog.NotifyUpdateProvisionedProductEngineWorkflowResultInput) (*servicecatalog.NotifyUpdateProvisionedProductEngineWorkflowResultOutput, error) {
	err := notify(c, result{updating, *in.RecordId, *in.WorkflowToken, in.Status, val(in.FailureReason), in.Outputs})
	return &servicecatalog.NotifyUpdateProvisionedProductEngineWorkflowResultOutput{}, err
}

func notifyTerminated(c *world.Call, in *servicecatalog.NotifyTerminateProvisionedProductEngineWorkflowResultInput) (*servicecatalog.NotifyTerminateProvisionedProductEngineWorkflowResultOutput, error) {
	err := notify(c, result{terminating, *in.RecordId, *in.WorkflowToken, in.Status, val(in.FailureReason), nil})
	return &servicecatalog.NotifyTerminateProvisionedProductEngineWorkflowResultOutput{}, err
}

// result is what an engine says of its workflow for a record of a kind.
type result struct {
	kind, record, token string
	status              types.EngineWorkflowStatus
	reason              string
	outputs             []types.RecordOutput
}

// notify ends a record. The engine works in the product's account, the record may be a spoke's.
func notify(c *world.Call, of result) error {
	home, _ := at(c, of.record)
	r, ok := world.Get[record](home, kindRecord, of.record)
	switch {
	case !ok || !r.Engine || r.Owner != c.Account && home.Account != c.Account:
		return notFound("Record %s not found.", of.record)
	case of.token != r.ID:
		return invalid("The workflow token is not the one of record %s.", r.ID)
	case r.Type != of.kind:
		return invalid("Record %s is of type %s, and not of %s.", r.ID, r.Type, of.kind)
	case r.End != nil:
		return invalid("Record %s has ended: %s.", r.ID, r.End.Status)
	}
	end := outcome{Status: string(of.status), Reason: of.reason, Outputs: map[string]string{}}
	switch of.status {
	case types.EngineWorkflowStatusSucceeded:
	case types.EngineWorkflowStatusFailed:
		end.Code = "EngineWorkflowFailed"
	default:
		return violated("Value '%s' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, FAILED]", of.status)
	}
	for _, o := range of.outputs {
		end.Outputs[val(o.OutputKey)] = val(o.OutputValue)
	}
	r.End, r.Updated = &end, c.Now
	world.Put(home, kindRecord, r.ID, r)
	return nil
}

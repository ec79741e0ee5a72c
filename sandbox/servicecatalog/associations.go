package servicecatalog

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func associationOperations() []world.Operation {
	ids := needs("ProductId", "ProvisioningArtifactId", "ServiceActionId")
	return []world.Operation{
		write("AssociateServiceActionWithProvisioningArtifact", "IdempotencyToken", associateAction, ids),
		write("DisassociateServiceActionFromProvisioningArtifact", "IdempotencyToken", disassociateAction, ids),
		write("BatchAssociateServiceActionWithProvisioningArtifact", "", batchAssociate, needs("ServiceActionAssociations")),
		write("BatchDisassociateServiceActionFromProvisioningArtifact", "", batchDisassociate, needs("ServiceActionAssociations")),
		read("ListServiceActionsForProvisioningArtifact", listVersionActions, needs("ProductId", "ProvisioningArtifactId")),
		read("ListProvisioningArtifactsForServiceAction", listActionVersions, needs("ServiceActionId")),
	}
}

// association lets a service action act on what was launched from a version. It is kept under
// the version and under the action. A new version has none (CAT-4).
type association struct{ Product, Artifact, Action string }

func (a association) link(c *world.Call) error {
	if err := a.known(c); err != nil {
		return err
	}
	kind := under(kindActing, a.Artifact)
	if _, ok := world.Get[association](c, kind, a.Action); ok {
		return duplicate("Service action %s is already associated with provisioning artifact %s.", a.Action, a.Artifact)
	}
	if err := maxVersionActions.room(c, len(world.List[association](c, kind))); err != nil {
		return err
	}
	world.Put(c, kind, a.Action, a)
	world.Put(c, under(kindActed, a.Action), a.Artifact, a)
	return nil
}

func (a association) known(c *world.Call) error {
	p, err := ownProduct(c, a.Product)
	if err == nil {
		_, err = artifactBy(c, p, a.Artifact, "")
	}
	if err == nil {
		_, err = ownServiceAction(c, a.Action)
	}
	return err
}

func (a association) unlink(c *world.Call) error {
	if have, ok := world.Get[association](c, under(kindActing, a.Artifact), a.Action); !ok || have.Product != a.Product {
		return notFound("Service action %s is not associated with provisioning artifact %s of product %s.", a.Action, a.Artifact, a.Product)
	}
	world.Remove(c, under(kindActing, a.Artifact), a.Action)
	world.Remove(c, under(kindActed, a.Action), a.Artifact)
	return nil
}

func associateAction(c *world.Call, in *servicecatalog.AssociateServiceActionWithProvisioningArtifactInput) (*servicecatalog.AssociateServiceActionWithProvisioningArtifactOutput, error) {
	err := association{*in.ProductId, *in.ProvisioningArtifactId, *in.ServiceActionId}.link(c)
	return &servicecatalog.AssociateServiceActionWithProvisioningArtifactOutput{}, err
}

func disassociateAction(c *world.Call, in *servicecatalog.DisassociateServiceActionFromProvisioningArtifactInput) (*servicecatalog.DisassociateServiceActionFromProvisioningArtifactOutput, error) {
	err := association{*in.ProductId, *in.ProvisioningArtifactId, *in.ServiceActionId}.unlink(c)
	return &servicecatalog.DisassociateServiceActionFromProvisioningArtifactOutput{}, err
}

func batchAssociate(c *world.Call, in *servicecatalog.BatchAssociateServiceActionWithProvisioningArtifactInput) (*servicecatalog.BatchAssociateServiceActionWithProvisioningArtifactOutput, error) {
	failed, err := batch(in.ServiceActionAssociations, func(a association) error { return a.link(c) })
	return &servicecatalog.BatchAssociateServiceActionWithProvisioningArtifactOutput{FailedServiceActionAssociations: failed}, err
}

func batchDisassociate(c *world.Call, in *servicecatalog.BatchDisassociateServiceActionFromProvisioningArtifactInput) (*servicecatalog.BatchDisassociateServiceActionFromProvisioningArtifactOutput, error) {
	failed, err := batch(in.ServiceActionAssociations, func(a association) error { return a.unlink(c) })
	return &servicecatalog.BatchDisassociateServiceActionFromProvisioningArtifactOutput{FailedServiceActionAssociations: failed}, err
}

const maxBatch = 50

// batch does each by itself and tells which failed.
func batch(asked []types.ServiceActionAssociation, do func(association) error) ([]types.FailedServiceActionAssociation, error) {
	if len(asked) > maxBatch {
		return nil, violated("Value at 'serviceActionAssociations' failed to satisfy constraint: Member must have length less than or equal to %d", maxBatch)
	}
	var failed []types.FailedServiceActionAssociation
	for _, a := range asked {
		err := do(association{val(a.ProductId), val(a.ProvisioningArtifactId), val(a.ServiceActionId)})
		var refused *wire.Error
		switch {
		case err == nil:
		case errors.As(err, &refused):
			failed = append(failed, types.FailedServiceActionAssociation{ProductId: a.ProductId, ProvisioningArtifactId: a.ProvisioningArtifactId,
				ServiceActionId: a.ServiceActionId, ErrorCode: batchCodes[refused.Code], ErrorMessage: &refused.Message})
		default:
			return nil, err
		}
	}
	return failed, nil
}

var batchCodes = map[string]types.ServiceActionAssociationErrorCode{
	"DuplicateResourceException": types.ServiceActionAssociationErrorCodeDuplicateResourceException,
	"InvalidParametersException": types.ServiceActionAssociationErrorCodeInvalidParameterException,
	"LimitExceededException":     types.ServiceActionAssociationErrorCodeLimitExceededException,
	"ResourceNotFoundException":  types.ServiceActionAssociationErrorCodeResourceNotFoundException,
}

// actionsOf gives the service actions of a version, in the owner's account.
func actionsOf(owner *world.Call, artifact string) []serviceAction {
	var all []serviceAction
	for _, at := range world.List[association](owner, under(kindActing, artifact)) {
		if a, ok := world.Get[serviceAction](owner, kindServiceAction, at.Action); ok {
			all = append(all, a)
		}
	}
	return all
}

func listVersionActions(c *world.Call, in *servicecatalog.ListServiceActionsForProvisioningArtifactInput) (*servicecatalog.ListServiceActionsForProvisioningArtifactOutput, error) {
	p, err := receivedProduct(c, *in.ProductId)
	if err != nil {
		return nil, err
	}
	owner := c.In(p.Account, p.Region)
	a, err := artifactBy(owner, p, *in.ProvisioningArtifactId, "")
	if err != nil {
		return nil, err
	}
	cut, next, err := page(c, actionsOf(owner, a.ID), in.PageSize, in.PageToken, narrow, a.ID)
	return &servicecatalog.ListServiceActionsForProvisioningArtifactOutput{ServiceActionSummaries: actionSummaries(cut), NextPageToken: next}, err
}

func listActionVersions(c *world.Call, in *servicecatalog.ListProvisioningArtifactsForServiceActionInput) (*servicecatalog.ListProvisioningArtifactsForServiceActionOutput, error) {
	if _, err := ownServiceAction(c, *in.ServiceActionId); err != nil {
		return nil, err
	}
	all := world.List[association](c, under(kindActed, *in.ServiceActionId))
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, *in.ServiceActionId)
	out := &servicecatalog.ListProvisioningArtifactsForServiceActionOutput{NextPageToken: next}
	for _, at := range cut {
		p, _ := world.Get[product](c, kindProduct, at.Product)
		a, _ := artifactBy(c, p, at.Artifact, "")
		out.ProvisioningArtifactViews = append(out.ProvisioningArtifactViews, types.ProvisioningArtifactView{
			ProductViewSummary: p.summary(false), ProvisioningArtifact: new(a.shown()),
		})
	}
	return out, err
}

// dropActions takes a version's service actions from it.
func dropActions(c *world.Call, artifact string) {
	for _, at := range world.List[association](c, under(kindActing, artifact)) {
		_ = at.unlink(c) // it is there
	}
}

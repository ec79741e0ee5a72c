package servicecatalog

import (
	"errors"
	"net/http"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// preview computes what executing the plan would change, or says why it cannot be made.
func (p *plan) preview(c *world.Call, o offer, v view) (changes []types.ResourceChange, why string, err error) {
	b := v.order(c, o, p.Params)
	account, role := b.site(c)
	if why := b.fault(c, role); why != "" {
		return nil, why, nil
	}
	r := record{LaunchRole: role, Tags: p.Tags}
	all, err := cloudformation.Preview(c.In(account, c.Region), v.StackID, b.request(&v.provisioned, &r))
	var refused *wire.Error
	if errors.As(err, &refused) && refused.Status != http.StatusNotImplemented {
		return nil, refused.Message, nil
	}
	for _, change := range all {
		changes = append(changes, resourceChange(change.ResourceChange))
	}
	return changes, "", err
}

// resourceChange is CloudFormation's, in Service Catalog's words.
func resourceChange(of *sdk.ResourceChange) types.ResourceChange {
	out := types.ResourceChange{
		Action: types.ChangeAction(upper(of.Action)), LogicalResourceId: of.LogicalResourceId, PhysicalResourceId: of.PhysicalResourceId,
		ResourceType: of.ResourceType, Replacement: types.Replacement(upper(of.Replacement)),
	}
	for _, s := range of.Scope {
		out.Scope = append(out.Scope, types.ResourceAttribute(upper(s)))
	}
	for _, d := range of.Details {
		out.Details = append(out.Details, types.ResourceChangeDetail{
			CausingEntity: d.CausingEntity, Evaluation: types.EvaluationType(upper(d.Evaluation)),
			Target: &types.ResourceTargetDefinition{Attribute: types.ResourceAttribute(upper(d.Target.Attribute)), Name: d.Target.Name,
				RequiresRecreation: types.RequiresRecreation(upper(d.Target.RequiresRecreation))},
		})
	}
	return out
}

func upper[T ~string](s T) string { return strings.ToUpper(string(s)) }

// executePlan launches or updates as planned.
func executePlan(c *world.Call, in *servicecatalog.ExecuteProvisionedProductPlanInput) (*servicecatalog.ExecuteProvisionedProductPlanOutput, error) {
	p, err := ownPlan(c, *in.PlanId)
	if err != nil {
		return nil, err
	}
	if s := p.status(c); s != types.ProvisionedProductPlanStatusCreateSuccess {
		return nil, wire.Fail("InvalidStateException", "Plan %s is in status %s and cannot be executed.", p.ID, s)
	}
	o, err := pick(c, p.Product, "", p.Artifact, "", p.Path, "")
	if err != nil {
		return nil, err
	}
	v, err := find(c, p.Provisioned, "")
	if err != nil {
		return nil, err
	}
	var r *types.RecordDetail
	if v.Status == planned {
		r, err = v.order(c, o, p.Params).launch(c, v.provisioned)
	} else {
		r, err = v.order(c, o, p.Params).change(c, v, p.Tags)
	}
	if err != nil {
		return nil, err
	}
	p.Record = *r.RecordId
	world.Put(c, kindPlan, p.ID, p)
	return &servicecatalog.ExecuteProvisionedProductPlanOutput{RecordDetail: r}, nil
}

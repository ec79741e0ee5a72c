package servicecatalog

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func planOperations() []world.Operation {
	return []world.Operation{
		write("CreateProvisionedProductPlan", "IdempotencyToken", createPlan, limit("ProvisionedProductName", 128), refuses("NotificationArns"),
			needs("PlanName", "PlanType", "ProductId", "ProvisionedProductName", "ProvisioningArtifactId")),
		read("DescribeProvisionedProductPlan", describePlan, needs("PlanId")),
		read("ListProvisionedProductPlans", listPlans),
		write("ExecuteProvisionedProductPlan", "IdempotencyToken", executePlan, needs("PlanId")),
		write("DeleteProvisionedProductPlan", "", deletePlan, needs("PlanId")),
	}
}

// plan is what a launch or an update would change. Of a product that is not launched yet the
// provisioned product stands, PLAN_IN_PROGRESS, until the plan is executed or deleted.
type plan struct {
	ID, Name, Provisioned, ProvisionedName, Product, Artifact, Path string
	UserARN, UserSession                                            string
	Params                                                          []types.UpdateProvisioningParameter
	Tags                                                            []tag
	Created                                                         time.Time
	fate                                                            // Fails where Reason says why
	Reason                                                          string
	Changes                                                         []types.ResourceChange
	Record                                                          string // of its execution
}

func createPlan(c *world.Call, in *servicecatalog.CreateProvisionedProductPlanInput) (*servicecatalog.CreateProvisionedProductPlanOutput, error) {
	if in.PlanType != types.ProvisionedProductPlanTypeCloudformation {
		return nil, violated("Value '%s' at 'planType' failed to satisfy constraint: Member must satisfy enum value set: [CLOUDFORMATION]", in.PlanType)
	}
	o, err := pick(c, *in.ProductId, "", *in.ProvisioningArtifactId, "", val(in.PathId), "")
	if err != nil {
		return nil, err
	}
	if o.Product.Type != string(types.ProductTypeCloudFormationTemplate) {
		return nil, invalid("Product %s of type %s cannot be planned.", o.Product.ID, o.Product.Type)
	}
	if _, ok := o.of(typeStackSet); ok {
		return nil, notHere("CreateProvisionedProductPlan under a STACKSET constraint")
	}
	p := plan{ID: newID(c, "plan-"), Name: *in.PlanName, ProvisionedName: *in.ProvisionedProductName, Product: o.Product.ID, Artifact: o.Version.ID,
		Path: o.ID, UserARN: callerARN(c), UserSession: c.Principal.ARN, Params: in.ProvisioningParameters, Tags: fromTags(in.Tags), Created: c.Now, fate: planning.start(c)}
	if err := p.fill(c, o, val(in.IdempotencyToken)); err != nil {
		return nil, err
	}
	world.Put(c, kindPlan, p.ID, p)
	return &servicecatalog.CreateProvisionedProductPlanOutput{
		PlanId: &p.ID, PlanName: &p.Name, ProvisionProductId: &p.Provisioned, ProvisionedProductName: &p.ProvisionedName, ProvisioningArtifactId: &p.Artifact,
	}, nil
}

// fill finds or makes the provisioned product, and computes what would change.
func (p *plan) fill(c *world.Call, o offer, token string) error {
	v, err := find(c, "", p.ProvisionedName)
	switch {
	case err == nil:
		err = v.plannable(c, p.Product)
	default:
		if v.provisioned, err = o.launched(c, p.ProvisionedName, token, p.Tags); err == nil {
			world.Put(c, kindProvision, v.ID, v.provisioned)
		}
	}
	if err != nil {
		return err
	}
	p.Provisioned = v.ID
	changes, why, err := p.preview(c, o, v)
	switch {
	case err != nil:
		return err
	case p.Fails:
		p.Reason = "The plan could not be made."
	case why != "":
		p.Fails, p.Reason = true, why
	default:
		p.Changes = changes
	}
	return nil
}

// plannable: one plan for a provisioned product that is AVAILABLE or TAINTED.
func (v view) plannable(c *world.Call, product string) error {
	if v.Product != product {
		return notHere("CreateProvisionedProductPlan to another product")
	}
	if v.Status != available && v.Status != tainted {
		return wire.Fail("InvalidStateException", "Provisioned product %s is in status %s and cannot be planned.", v.ID, v.Status)
	}
	for _, p := range world.List[plan](c, kindPlan) {
		if p.Provisioned == v.ID && p.Record == "" {
			return wire.Fail("InvalidStateException", "Provisioned product %s has the plan %s already.", v.ID, p.ID)
		}
	}
	return nil
}

// status is the plan's, or that of the record of its execution.
func (p plan) status(c *world.Call) types.ProvisionedProductPlanStatus {
	if p.Record == "" {
		switch p.fate.status(c) {
		case types.StatusCreating:
			return types.ProvisionedProductPlanStatusCreateInProgress
		case types.StatusFailed:
			return types.ProvisionedProductPlanStatusCreateFailed
		}
		return types.ProvisionedProductPlanStatusCreateSuccess
	}
	r, _ := world.Get[record](c, kindRecord, p.Record)
	switch r.now(c).Status {
	case succeeded:
		return types.ProvisionedProductPlanStatusExecuteSuccess
	case failed:
		return types.ProvisionedProductPlanStatusExecuteFailed
	}
	return types.ProvisionedProductPlanStatusExecuteInProgress
}

func describePlan(c *world.Call, in *servicecatalog.DescribeProvisionedProductPlanInput) (*servicecatalog.DescribeProvisionedProductPlanOutput, error) {
	p, err := ownPlan(c, *in.PlanId)
	if err != nil {
		return nil, err
	}
	var all []types.ResourceChange
	if p.over(c) {
		all = p.Changes
	}
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, p.ID)
	return &servicecatalog.DescribeProvisionedProductPlanOutput{ProvisionedProductPlanDetails: p.details(c), ResourceChanges: cut, NextPageToken: next}, err
}

func listPlans(c *world.Call, in *servicecatalog.ListProvisionedProductPlansInput) (*servicecatalog.ListProvisionedProductPlansOutput, error) {
	mine, err := scopeOf(in.AccessLevelFilter, types.AccessLevelFilterKeyUser)
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(world.List[plan](c, kindPlan), func(p plan) bool {
		return !mine(c, p.UserSession, p.UserARN) || in.ProvisionProductId != nil && p.Provisioned != *in.ProvisionProductId
	})
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, val(in.ProvisionProductId))
	out := &servicecatalog.ListProvisionedProductPlansOutput{NextPageToken: next}
	for _, p := range cut {
		out.ProvisionedProductPlans = append(out.ProvisionedProductPlans, types.ProvisionedProductPlanSummary{
			PlanId: new(p.ID), PlanName: new(p.Name), PlanType: types.ProvisionedProductPlanTypeCloudformation,
			ProvisionProductId: new(p.Provisioned), ProvisionProductName: new(p.ProvisionedName), ProvisioningArtifactId: new(p.Artifact),
		})
	}
	return out, err
}

// deletePlan takes what is not executed yet back: of a new product nothing is left.
func deletePlan(c *world.Call, in *servicecatalog.DeleteProvisionedProductPlanInput) (*servicecatalog.DeleteProvisionedProductPlanOutput, error) {
	p, err := ownPlan(c, *in.PlanId)
	if err != nil {
		return nil, err
	}
	if v, err := find(c, p.Provisioned, ""); err == nil && v.Status == planned && p.Record == "" {
		world.Remove(c, kindProvision, v.ID)
	}
	world.Remove(c, kindPlan, p.ID)
	return &servicecatalog.DeleteProvisionedProductPlanOutput{}, nil
}

func ownPlan(c *world.Call, id string) (plan, error) {
	p, ok := world.Get[plan](c, kindPlan, id)
	if !ok {
		return p, notFound("Plan %s not found.", id)
	}
	return p, nil
}

func (p plan) details(c *world.Call) *types.ProvisionedProductPlanDetails {
	d := &types.ProvisionedProductPlanDetails{
		PlanId: new(p.ID), PlanName: new(p.Name), PlanType: types.ProvisionedProductPlanTypeCloudformation, CreatedTime: new(p.Created), UpdatedTime: new(p.Created),
		ProductId: new(p.Product), ProvisioningArtifactId: new(p.Artifact), PathId: new(p.Path), ProvisionProductId: new(p.Provisioned),
		ProvisionProductName: new(p.ProvisionedName), ProvisioningParameters: p.Params, Tags: toTags(p.Tags), Status: p.status(c),
	}
	if p.over(c) {
		d.UpdatedTime, d.StatusMessage = new(p.Due), opt(strings.TrimSpace(p.Reason))
	}
	return d
}

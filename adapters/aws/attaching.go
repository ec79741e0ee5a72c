package aws

import (
	"context"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// createTagOption makes a tag option for the region, or gives one to a product.
func (r *region) createTagOption(ctx context.Context, c catalog.Change) error {
	if c.Product != "" {
		return r.offerTag(ctx, c)
	}
	o := c.TagOption
	look := func(ctx context.Context) (string, error) { return r.tagOptionID(ctx, *o) }
	id, err := r.once(ctx, op{"servicecatalog", "CreateTagOption", create}, look, func(ctx context.Context) (string, error) {
		out, err := r.catalog.CreateTagOption(ctx, &servicecatalog.CreateTagOptionInput{Key: &o.Key, Value: &o.Value})
		if err != nil {
			return "", err
		}
		return sdk.ToString(out.TagOptionDetail.Id), nil
	})
	if answered(err, compare) { // made by somebody else meanwhile
		id, err = look(ctx)
	}
	if err == nil {
		r.ids[optionKey(*o)] = id
	}
	return err
}

func optionKey(o catalog.TagOption) string { return "tag option/" + o.Key + "=" + o.Value }

// tagOptionID is the id of a tag option, "" where there is none.
func (r *region) tagOptionID(ctx context.Context, o catalog.TagOption) (string, error) {
	if id := r.ids[optionKey(o)]; id != "" {
		return id, nil
	}
	all, err := r.tagOptions(ctx, &types.ListTagOptionsFilters{Key: &o.Key, Value: &o.Value})
	i := slices.IndexFunc(all, func(x catalog.TagOption) bool { return x.Key == o.Key && x.Value == o.Value })
	if err != nil || i < 0 {
		return "", err
	}
	return all[i].ID, nil
}

func (r *region) offerTag(ctx context.Context, c catalog.Change) error {
	option, err := r.tagOptionID(ctx, *c.TagOption)
	if err != nil {
		return err
	}
	product := r.ids["product/"+c.Product]
	o := op{"servicecatalog", "AssociateTagOptionWithResource", r.effect(repeatable, product, option)}
	_, err = call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.AssociateTagOptionWithResourceOutput, error) {
		return r.catalog.AssociateTagOptionWithResource(ctx, &servicecatalog.AssociateTagOptionWithResourceInput{ResourceId: &product, TagOptionId: &option})
	})
	return unless(compare, err)
}

// unless forgives an answer that says that what was asked for is so already.
func unless(a answer, err error) error {
	if answered(err, a) {
		return nil
	}
	return err
}

// reviveTagOption lets launches choose a value again.
func (r *region) reviveTagOption(ctx context.Context, c catalog.Change) error {
	option, err := r.tagOptionID(ctx, *c.TagOption)
	if err != nil {
		return err
	}
	_, err = call(ctx, r.site, op{"servicecatalog", "UpdateTagOption", repeatable}, func(ctx context.Context) (*servicecatalog.UpdateTagOptionOutput, error) {
		return r.catalog.UpdateTagOption(ctx, &servicecatalog.UpdateTagOptionInput{Id: &option, Active: sdk.Bool(true)})
	})
	return err
}

// withdrawTag takes a tag option from a product. It stays in the region: others may use it.
func (r *region) withdrawTag(ctx context.Context, c catalog.Change) error {
	option, err := r.tagOptionID(ctx, *c.TagOption)
	if err != nil || option == "" {
		return err
	}
	product := r.ids["product/"+c.Product]
	_, err = call(ctx, r.site, op{"servicecatalog", "DisassociateTagOptionFromResource", repeatable}, func(ctx context.Context) (*servicecatalog.DisassociateTagOptionFromResourceOutput, error) {
		return r.catalog.DisassociateTagOptionFromResource(ctx, &servicecatalog.DisassociateTagOptionFromResourceInput{ResourceId: &product, TagOptionId: &option})
	})
	return unless(missing, err)
}

// createAction makes a service action for the region, or gives one to a version.
func (r *region) createAction(ctx context.Context, c catalog.Change) error {
	if c.Version != nil {
		return r.equip(ctx, c)
	}
	a := c.Action
	in := &servicecatalog.CreateServiceActionInput{Name: &a.Name, Description: sdk.String(owner + a.Owner), Definition: definition(*a),
		DefinitionType:   types.ServiceActionDefinitionTypeSsmAutomation,
		IdempotencyToken: sdk.String(token("CreateServiceAction", r.place, r.was("service action", a.Name), a))}
	look := func(ctx context.Context) (string, error) {
		all, err := r.actions(ctx)
		i := slices.IndexFunc(all, func(x catalog.Action) bool { return x.Name == a.Name && x.Owner == a.Owner })
		if err != nil || i < 0 {
			return "", err
		}
		return all[i].ID, nil
	}
	id, err := r.once(ctx, op{"servicecatalog", "CreateServiceAction", create}, look, func(ctx context.Context) (string, error) {
		out, err := r.catalog.CreateServiceAction(ctx, in)
		if err != nil {
			return "", err
		}
		return sdk.ToString(out.ServiceActionDetail.ServiceActionSummary.Id), nil
	})
	if err != nil {
		return err
	}
	r.ids["service action/"+a.Name] = id
	return r.setPin("service action", a.Name, id)
}

func (r *region) updateAction(ctx context.Context, c catalog.Change) error {
	id, err := r.actionID(c)
	if err != nil {
		return err
	}
	_, err = call(ctx, r.site, op{"servicecatalog", "UpdateServiceAction", repeatable}, func(ctx context.Context) (*servicecatalog.UpdateServiceActionOutput, error) {
		return r.catalog.UpdateServiceAction(ctx, &servicecatalog.UpdateServiceActionInput{Id: &id, Definition: definition(*c.Action)})
	})
	return err
}

// actionID is the action that a product means by a name.
func (r *region) actionID(c catalog.Change) (string, error) {
	if id := r.ids["service action/"+c.Action.Name]; id != "" {
		return id, nil
	}
	found, _ := r.seen.SharedIn(c.Region).Action(catalog.Action{Name: c.Action.Name, Owner: c.Product})
	if found == nil {
		return "", document.Fail("AXLE3261", "service action "+c.Action.Name+r.place.String()+" is not there", "someone removed it: run again", nil)
	}
	return found.ID, nil
}

// association is a service action on a version, and the token of the next call about it: what
// was attached, detached and is attached again is not the call that AWS remembers.
type association struct{ product, version, action, key, token string }

func (r *region) association(ctx context.Context, c catalog.Change) (a association, err error) {
	a.key = c.Product + "/" + c.Version.Name + "/" + c.Action.Name
	a.product = r.ids["product/"+c.Product]
	if a.version, err = r.versionOf(ctx, c); err != nil {
		return a, err
	}
	if a.action, err = r.actionID(c); err != nil {
		return a, err
	}
	a.token = token(string(c.Verb)+"ServiceAction", r.place, a.product+"/"+a.version+"/"+a.action, r.pin("association", a.key))
	return a, nil
}

func (r *region) equip(ctx context.Context, c catalog.Change) error {
	a, err := r.association(ctx, c)
	if err != nil {
		return err
	}
	o := op{"servicecatalog", "AssociateServiceActionWithProvisioningArtifact", r.effect(repeatable, a.product, a.version, a.action)}
	_, err = call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.AssociateServiceActionWithProvisioningArtifactOutput, error) {
		return r.catalog.AssociateServiceActionWithProvisioningArtifact(ctx, &servicecatalog.AssociateServiceActionWithProvisioningArtifactInput{
			ProductId: &a.product, ProvisioningArtifactId: &a.version, ServiceActionId: &a.action, IdempotencyToken: &a.token})
	})
	if err = unless(compare, err); err != nil {
		return err
	}
	return r.setPin("association", a.key, a.token)
}

// strip takes a service action from a version. The action stays: others may use it.
func (r *region) strip(ctx context.Context, c catalog.Change) error {
	a, err := r.association(ctx, c)
	if err != nil {
		return err
	}
	_, err = call(ctx, r.site, op{"servicecatalog", "DisassociateServiceActionFromProvisioningArtifact", repeatable}, func(ctx context.Context) (*servicecatalog.DisassociateServiceActionFromProvisioningArtifactOutput, error) {
		return r.catalog.DisassociateServiceActionFromProvisioningArtifact(ctx, &servicecatalog.DisassociateServiceActionFromProvisioningArtifactInput{
			ProductId: &a.product, ProvisioningArtifactId: &a.version, ServiceActionId: &a.action, IdempotencyToken: &a.token})
	})
	if err = unless(missing, err); err != nil {
		return err
	}
	return r.setPin("association", a.key, a.token)
}

func (r *region) charge(ctx context.Context, c catalog.Change) error {
	product := r.ids["product/"+c.Product]
	o := op{"servicecatalog", "AssociateBudgetWithResource", r.effect(repeatable, product)}
	_, err := call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.AssociateBudgetWithResourceOutput, error) {
		return r.catalog.AssociateBudgetWithResource(ctx, &servicecatalog.AssociateBudgetWithResourceInput{BudgetName: &c.Budget, ResourceId: &product})
	})
	if answered(err, missing) {
		return document.Fail("AXLE3260", "AWS knows no budget "+c.Budget+" in account "+r.account, "make it in AWS Budgets, in that account, or correct budget in product.yaml", err)
	}
	return unless(compare, err)
}

func (r *region) discharge(ctx context.Context, c catalog.Change) error {
	product := r.ids["product/"+c.Product]
	_, err := call(ctx, r.site, op{"servicecatalog", "DisassociateBudgetFromResource", repeatable}, func(ctx context.Context) (*servicecatalog.DisassociateBudgetFromResourceOutput, error) {
		return r.catalog.DisassociateBudgetFromResource(ctx, &servicecatalog.DisassociateBudgetFromResourceInput{BudgetName: &c.Budget, ResourceId: &product})
	})
	return unless(missing, err)
}

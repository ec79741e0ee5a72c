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

// putIn puts a product into a portfolio. Its constraints follow at once: in a portfolio that
// is shared already it can be launched without them until then, so nothing waits here.
func (r *region) putIn(ctx context.Context, c catalog.Change) error {
	product, portfolio := r.ids["product/"+c.Product], r.ids["portfolio/"+c.Portfolio]
	o := op{"servicecatalog", "AssociateProductWithPortfolio", r.effect(repeatable, product, portfolio)}
	_, err := call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.AssociateProductWithPortfolioOutput, error) {
		return r.catalog.AssociateProductWithPortfolio(ctx, &servicecatalog.AssociateProductWithPortfolioInput{ProductId: &product, PortfolioId: &portfolio})
	})
	if err == nil {
		r.made[product+portfolio] = true
	}
	return err
}

// takeOut takes a product out of a portfolio, its constraints first.
func (r *region) takeOut(ctx context.Context, c catalog.Change) error {
	product, portfolio := r.ids["product/"+c.Product], r.ids["portfolio/"+c.Portfolio]
	for _, k := range r.placed(c) {
		if err := r.deleteConstraint(ctx, k.ID); err != nil {
			return err
		}
	}
	_, err := call(ctx, r.site, op{"servicecatalog", "DisassociateProductFromPortfolio", repeatable}, func(ctx context.Context) (*servicecatalog.DisassociateProductFromPortfolioOutput, error) {
		return r.catalog.DisassociateProductFromPortfolio(ctx, &servicecatalog.DisassociateProductFromPortfolioInput{ProductId: &product, PortfolioId: &portfolio})
	})
	if answered(err, missing) {
		return nil
	}
	return err
}

// placed are the constraints that the change's product was seen with in its portfolio.
func (r *region) placed(c catalog.Change) []catalog.Constraint {
	if p := r.seen.Portfolio(c.Region, c.Portfolio).Placement(c.Product); p != nil {
		return p.Constraints
	}
	return nil
}

func (r *region) constrain(ctx context.Context, c catalog.Change) error {
	product, portfolio := r.ids["product/"+c.Product], r.ids["portfolio/"+c.Portfolio]
	key := c.Portfolio + "/" + c.Product + "/" + c.Constraint.Type
	in := &servicecatalog.CreateConstraintInput{ProductId: &product, PortfolioId: &portfolio, Type: &c.Constraint.Type, Parameters: &c.Constraint.Parameters,
		IdempotencyToken: sdk.String(token("CreateConstraint", r.place, portfolio+product+r.was("constraint", key), c.Constraint))}
	look := func(ctx context.Context) (string, error) {
		return r.constraintID(ctx, portfolio, product, *c.Constraint)
	}
	o := op{"servicecatalog", "CreateConstraint", r.effect(create, product, portfolio, product+portfolio)}
	id, err := r.once(ctx, o, look, func(ctx context.Context) (string, error) {
		out, err := r.catalog.CreateConstraint(ctx, in)
		if err != nil {
			return "", err
		}
		return sdk.ToString(out.ConstraintDetail.ConstraintId), nil
	})
	if answered(err, compare) { // made by somebody else meanwhile: identical is success (RT07)
		found, lookErr := look(ctx)
		if lookErr != nil || found == "" {
			return err
		}
		id, err = found, nil
	}
	if err != nil {
		return err
	}
	if err := r.setPin("constraint", key, id); err != nil {
		return err
	}
	return r.constraintReady(ctx, id)
}

func (r *region) constraintID(ctx context.Context, portfolio, product string, k catalog.Constraint) (string, error) {
	all, err := r.constraints(ctx, portfolio, product)
	i := slices.IndexFunc(all, func(x catalog.Constraint) bool { return x.Type == k.Type && x.Parameters == k.Parameters })
	if err != nil || i < 0 {
		return "", err
	}
	return all[i].ID, nil
}

func (r *region) constraintReady(ctx context.Context, id string) error {
	return r.poll(ctx, "constraint "+id, objectPause, func() (bool, error) {
		out, err := r.describeConstraint(ctx, id)
		if err == nil && out.Status == types.StatusFailed {
			err = document.Fail("AXLE3212", "Service Catalog could not make constraint "+id+r.place.String(), "delete it, then run again", nil)
		}
		return err == nil && out.Status == types.StatusAvailable, err
	})
}

// reconstrain gives the constraint of this type other parameters.
func (r *region) reconstrain(ctx context.Context, c catalog.Change) error {
	id := r.seenConstraint(c, func(k catalog.Constraint) bool { return k.Type == c.Constraint.Type })
	if id == "" {
		return r.constrain(ctx, c)
	}
	_, err := call(ctx, r.site, op{"servicecatalog", "UpdateConstraint", repeatable}, func(ctx context.Context) (*servicecatalog.UpdateConstraintOutput, error) {
		return r.catalog.UpdateConstraint(ctx, &servicecatalog.UpdateConstraintInput{Id: &id, Parameters: &c.Constraint.Parameters})
	})
	if err != nil {
		return err
	}
	return r.constraintReady(ctx, id)
}

func (r *region) unconstrain(ctx context.Context, c catalog.Change) error {
	id := r.seenConstraint(c, func(k catalog.Constraint) bool {
		return k.Type == c.Constraint.Type && k.Parameters == c.Constraint.Parameters
	})
	if id == "" {
		return nil
	}
	return r.deleteConstraint(ctx, id)
}

func (r *region) seenConstraint(c catalog.Change, is func(catalog.Constraint) bool) string {
	all := r.placed(c)
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i].ID
	}
	return ""
}

func (r *region) deleteConstraint(ctx context.Context, id string) error {
	_, err := call(ctx, r.site, op{"servicecatalog", "DeleteConstraint", repeatable}, func(ctx context.Context) (*servicecatalog.DeleteConstraintOutput, error) {
		return r.catalog.DeleteConstraint(ctx, &servicecatalog.DeleteConstraintInput{Id: &id})
	})
	if answered(err, missing) {
		return nil
	}
	return err
}

// admit lets a principal launch from a portfolio; an admitted one stays as it is. Another
// account may see a fresh share late, and AWS a fresh role (CT-9).
func (r *region) admit(ctx context.Context, c catalog.Change) error {
	portfolio, at := r.ids["portfolio/"+c.Portfolio], r.abroad(*c.Principal)
	o := op{"servicecatalog", "AssociatePrincipalWithPortfolio", ofNew}
	_, err := call(ctx, at, o, func(ctx context.Context) (*servicecatalog.AssociatePrincipalWithPortfolioOutput, error) {
		return at.catalog.AssociatePrincipalWithPortfolio(ctx, &servicecatalog.AssociatePrincipalWithPortfolioInput{PortfolioId: &portfolio,
			PrincipalARN: &c.Principal.ARN, PrincipalType: types.PrincipalType(c.Principal.Type)})
	})
	return err
}

func (r *region) dismiss(ctx context.Context, c catalog.Change) error {
	portfolio, at := r.ids["portfolio/"+c.Portfolio], r.abroad(*c.Principal)
	_, err := call(ctx, at, op{"servicecatalog", "DisassociatePrincipalFromPortfolio", repeatable}, func(ctx context.Context) (*servicecatalog.DisassociatePrincipalFromPortfolioOutput, error) {
		return at.catalog.DisassociatePrincipalFromPortfolio(ctx, &servicecatalog.DisassociatePrincipalFromPortfolioInput{PortfolioId: &portfolio,
			PrincipalARN: &c.Principal.ARN, PrincipalType: types.PrincipalType(c.Principal.Type)})
	})
	if answered(err, missing) {
		return nil
	}
	return err
}

package aws

import (
	"context"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/catalog"
)

// placements puts the product into the portfolios that it is in, and adds those that carry
// axle's tag but are no longer in scope: what left the file is still to be seen.
func (r *region) placements(ctx context.Context, c *catalog.Catalog, ids map[string]int, p catalog.Product) error {
	in, err := r.portfoliosOf(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, id := range in {
		i, known := ids[id]
		if !known {
			out, err := r.describePortfolio(ctx, id)
			if err != nil {
				return err
			}
			key := tagMap(out.Tags)[catalog.TagKey]
			if key == "" {
				continue // placed there by hand: not ours
			}
			i, ids[id] = len(c.Portfolios), len(c.Portfolios)
			c.Portfolios = append(c.Portfolios, catalog.Portfolio{Region: r.region(), Key: key, ID: id, DisplayName: sdk.ToString(out.PortfolioDetail.DisplayName)})
		}
		cons, err := r.constraints(ctx, id, p.ID)
		if err != nil {
			return err
		}
		for _, k := range cons {
			if err := r.setPin("constraint", c.Portfolios[i].Key+"/"+p.Key+"/"+k.Type, k.ID); err != nil {
				return err
			}
		}
		c.Portfolios[i].Placements = append(c.Portfolios[i].Placements, catalog.Placement{Product: p.Key, Constraints: cons})
	}
	return nil
}

func (r *region) portfoliosOf(ctx context.Context, product string) ([]string, error) {
	var all []string
	err := r.pages(ctx, "ListPortfoliosForProduct", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.ListPortfoliosForProduct(ctx, &servicecatalog.ListPortfoliosForProductInput{ProductId: &product, PageToken: token, PageSize: 100})
		if err != nil {
			return nil, err
		}
		for _, p := range out.PortfolioDetails {
			all = append(all, sdk.ToString(p.Id))
		}
		return out.NextPageToken, nil
	})
	slices.Sort(all)
	return all, err
}

func (r *region) constraints(ctx context.Context, portfolio, product string) ([]catalog.Constraint, error) {
	var ids []string
	err := r.pages(ctx, "ListConstraintsForPortfolio", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.ListConstraintsForPortfolio(ctx, &servicecatalog.ListConstraintsForPortfolioInput{PortfolioId: &portfolio, ProductId: &product, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, k := range out.ConstraintDetails {
			ids = append(ids, sdk.ToString(k.ConstraintId))
		}
		return out.NextPageToken, nil
	})
	if err != nil {
		return nil, err
	}
	var all []catalog.Constraint
	for _, id := range ids {
		out, err := r.describeConstraint(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, catalog.Constraint{ID: id, Type: sdk.ToString(out.ConstraintDetail.Type), Parameters: catalog.CanonicalJSON(sdk.ToString(out.ConstraintParameters))})
	}
	slices.SortFunc(all, func(a, b catalog.Constraint) int { return compareText(a.Type, b.Type, a.ID, b.ID) })
	return all, nil
}

func (r *region) describeConstraint(ctx context.Context, id string) (*servicecatalog.DescribeConstraintOutput, error) {
	o := op{"servicecatalog", "DescribeConstraint", r.effect(repeatable, id)}
	return call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.DescribeConstraintOutput, error) {
		return r.catalog.DescribeConstraint(ctx, &servicecatalog.DescribeConstraintInput{Id: &id})
	})
}

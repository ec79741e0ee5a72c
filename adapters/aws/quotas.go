package aws

import (
	"context"
	"errors"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"github.com/axle-cd/axle/catalog"
)

// Quotas measures, in the hub's account: what the limits are there, and how much is used of what
// a look at a part of the hub cannot tell. A limit that Service Quotas does not give stays AWS's
// default, which is never more than the account has.
func (h *Hub) Quotas(ctx context.Context, all []catalog.Quota) ([]catalog.Quota, error) {
	limits := map[string]map[string]int{}
	measured := make([]catalog.Quota, len(all))
	for i, q := range all {
		r := h.region(q.Region)
		if limits[q.Region] == nil {
			var err error
			if limits[q.Region], err = r.limits(ctx); err != nil {
				return nil, err
			}
		}
		if n, ok := limits[q.Region][q.Code]; ok {
			q = q.Limited(n)
		}
		if q.Unknown {
			used, err := r.used(ctx, q)
			if err != nil {
				return nil, err
			}
			q = q.Measured(used)
		}
		measured[i] = q
	}
	return measured, nil
}

// limits are the account's own, by code; none where they may not be read.
func (r *region) limits(ctx context.Context) (map[string]int, error) {
	all := map[string]int{}
	service := "servicecatalog"
	err := r.pagesOf(ctx, op{"servicequotas", "ListServiceQuotas", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := r.limited.ListServiceQuotas(ctx, &servicequotas.ListServiceQuotasInput{ServiceCode: &service, NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, q := range out.Quotas {
			if q.QuotaCode != nil && q.Value != nil {
				all[*q.QuotaCode] = int(*q.Value)
			}
		}
		return out.NextToken, nil
	})
	if refused := (*failed)(nil); errors.As(err, &refused) && ctx.Err() == nil {
		return map[string]int{}, nil
	}
	return all, err
}

// used counts what is in the region, or in a portfolio of it.
func (r *region) used(ctx context.Context, q catalog.Quota) (int, error) {
	switch q.Name {
	case catalog.QuotaPortfolios:
		all, err := r.listPortfolios(ctx)
		return len(all), err
	case catalog.QuotaProducts:
		all, err := r.listProducts(ctx)
		return len(all), err
	}
	all, err := r.held(ctx, q.ID)
	return len(all), err
}

// held are the names of the products in a portfolio, whoever put them there.
func (r *region) held(ctx context.Context, portfolio string) (names []string, err error) {
	err = r.pages(ctx, "SearchProductsAsAdmin", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.SearchProductsAsAdmin(ctx, &servicecatalog.SearchProductsAsAdminInput{PortfolioId: &portfolio, PageToken: token, PageSize: 20})
		if err != nil {
			return nil, err
		}
		for _, p := range out.ProductViewDetails {
			names = append(names, sdk.ToString(p.ProductViewSummary.Name))
		}
		return out.NextPageToken, nil
	})
	slices.Sort(names)
	return names, err
}

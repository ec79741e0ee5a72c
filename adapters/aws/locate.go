package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// kind is portfolios or products: how all of them are listed, and how one's tags are read.
type kind struct {
	name string
	list func(context.Context) ([]listed, error)
	tags func(ctx context.Context, id string) (map[string]string, error)
}

type listed struct{ id, name string }

// locate finds what a key means here, and reads it: by the pinned id; where that is lost, by
// tag or exact name. Two that fit are refused, with both ids (CAT-2). "" is: it is not there.
func (r *region) locate(ctx context.Context, k kind, key, name string, read func(id string) error) (string, error) {
	if id := r.pin(k.name, key); id != "" {
		err := read(id)
		if err == nil || !answered(err, missing) {
			return id, err
		}
	}
	id, err := r.search(ctx, k, key, name)
	if err != nil || id == "" {
		return "", err
	}
	return id, read(id)
}

func (r *region) search(ctx context.Context, k kind, key, name string) (string, error) {
	all, err := k.list(ctx)
	if err != nil {
		return "", err
	}
	var found []string
	for _, l := range all {
		tags, err := k.tags(ctx, l.id)
		if err != nil {
			return "", err
		}
		if tag := tags[catalog.TagKey]; tag == key && r.ours(tags[catalog.SourceTag], key) || tag == "" && l.name == name {
			found = append(found, l.id)
		}
	}
	slices.Sort(found)
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", document.Fail("AXLE2650", fmt.Sprintf("%s %s%s could be any of %s", k.name, key, r.place, strings.Join(found, ", ")),
		"give the tag "+catalog.TagKey+" to the right one alone, and rename or remove the others", nil)
}

func (r *region) portfolioKind() kind {
	return kind{"portfolio", r.listPortfolios, func(ctx context.Context, id string) (map[string]string, error) {
		out, err := r.describePortfolio(ctx, id)
		if err != nil {
			return nil, err
		}
		return tagMap(out.Tags), nil
	}}
}

func (r *region) productKind() kind {
	return kind{"product", r.listProducts, func(ctx context.Context, id string) (map[string]string, error) {
		out, err := r.describeProduct(ctx, id)
		if err != nil {
			return nil, err
		}
		return tagMap(out.Tags), nil
	}}
}

func (r *region) listPortfolios(ctx context.Context) ([]listed, error) {
	var all []listed
	err := r.pages(ctx, "ListPortfolios", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.ListPortfolios(ctx, &servicecatalog.ListPortfoliosInput{PageToken: token, PageSize: 100})
		if err != nil {
			return nil, err
		}
		for _, p := range out.PortfolioDetails {
			all = append(all, listed{sdk.ToString(p.Id), sdk.ToString(p.DisplayName)})
		}
		return out.NextPageToken, nil
	})
	return all, err
}

// listProducts lists the account's own products; what was shared with it is not to be changed here.
func (r *region) listProducts(ctx context.Context) ([]listed, error) {
	var all []listed
	err := r.pages(ctx, "SearchProductsAsAdmin", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.SearchProductsAsAdmin(ctx, &servicecatalog.SearchProductsAsAdminInput{PageToken: token, PageSize: 20})
		if err != nil {
			return nil, err
		}
		for _, d := range out.ProductViewDetails {
			if s := d.ProductViewSummary; s != nil && strings.Contains(sdk.ToString(d.ProductARN), ":"+r.account+":") {
				all = append(all, listed{sdk.ToString(s.ProductId), sdk.ToString(s.Name)})
			}
		}
		return out.NextPageToken, nil
	})
	return all, err
}

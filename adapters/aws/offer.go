package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// Offer is what the user sees of a product's version, ready to launch. A fresh share or
// principal takes a while to be seen (CT-8): Offer waits for it, and then says what is not there.
func (l *Launcher) Offer(ctx context.Context, u catalog.User, product, version string) (catalog.Offer, error) {
	s := l.as(u)
	var o catalog.Offer
	var lacking error
	start := l.session.clock.Now()
	wait := offerPause.first
	for {
		var err error
		if o, lacking, err = s.offer(ctx, product, version); err != nil || lacking == nil {
			return o, err
		}
		if l.session.clock.Now().Sub(start) > offerPause.total {
			return catalog.Offer{}, lacking
		}
		if err := l.session.clock.Sleep(ctx, wait); err != nil {
			return catalog.Offer{}, err
		}
		wait = min(wait*3/2, offerPause.longest)
	}
}

// offer looks once. lacking is what the user does not see, or not yet.
func (s *site) offer(ctx context.Context, product, version string) (o catalog.Offer, lacking, err error) {
	if o.ProductID, err = s.visible(ctx, product); err != nil || o.ProductID == "" {
		return o, s.unseen("product " + product), err
	}
	if o.ArtifactID, err = s.artifactOf(ctx, o.ProductID, version); err != nil || o.ArtifactID == "" {
		return o, s.unseen("version " + version + " of product " + product), err
	}
	if o.PathID, err = s.path(ctx, o.ProductID); err != nil || o.PathID == "" {
		return o, s.unseen("a launch path to product " + product), err
	}
	out, err := s.provisioning(ctx, o)
	if err != nil {
		return o, nil, err
	}
	o.Parameters, o.TagOptions = parameterKeys(out), map[string][]string{}
	for _, t := range out.TagOptions {
		o.TagOptions[sdk.ToString(t.Key)] = t.Values
	}
	return o, nil, nil
}

func (s *site) unseen(what string) error {
	return document.Fail("AXLE3220", fmt.Sprintf("role %s%s does not see %s", s.role, s.place, what),
		"look at the portfolio's shares and principals, and at the version's state", nil)
}

// visible is the product's id as this user sees it, "" if it does not. Search is by words, so
// only the exact name counts.
func (s *site) visible(ctx context.Context, product string) (string, error) {
	var ids []string
	err := s.pages(ctx, "SearchProducts", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.SearchProducts(ctx, &servicecatalog.SearchProductsInput{PageToken: token, PageSize: 100,
			Filters: map[string][]string{string(types.ProductViewFilterByFullTextSearch): {product}}})
		if err != nil {
			return nil, err
		}
		for _, p := range out.ProductViewSummaries {
			if sdk.ToString(p.Name) == product {
				ids = append(ids, sdk.ToString(p.ProductId))
			}
		}
		return out.NextPageToken, nil
	})
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	if len(ids) > 1 {
		return "", document.Fail("AXLE2650", fmt.Sprintf("role %s%s sees more than one product %s: %s", s.role, s.place, product, strings.Join(ids, ", ")),
			"remove the user from the portfolio of one of them", nil)
	}
	return ids[0], nil
}

func (s *site) artifactOf(ctx context.Context, product, version string) (string, error) {
	out, err := call(ctx, s, op{"servicecatalog", "DescribeProduct", repeatable}, func(ctx context.Context) (*servicecatalog.DescribeProductOutput, error) {
		return s.catalog.DescribeProduct(ctx, &servicecatalog.DescribeProductInput{Id: &product})
	})
	if answered(err, missing) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, a := range out.ProvisioningArtifacts {
		if sdk.ToString(a.Name) == version {
			return sdk.ToString(a.Id), nil
		}
	}
	return "", nil
}

// path is a launch path of the product; of several, the first by id.
func (s *site) path(ctx context.Context, product string) (string, error) {
	var ids []string
	err := s.pages(ctx, "ListLaunchPaths", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.ListLaunchPaths(ctx, &servicecatalog.ListLaunchPathsInput{ProductId: &product, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, p := range out.LaunchPathSummaries {
			ids = append(ids, sdk.ToString(p.Id))
		}
		return out.NextPageToken, nil
	})
	if answered(err, missing) || (err == nil && len(ids) == 0) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return slices.Min(ids), nil
}

// provisioning is what a launch of an offer is asked for.
func (s *site) provisioning(ctx context.Context, o catalog.Offer) (*servicecatalog.DescribeProvisioningParametersOutput, error) {
	return call(ctx, s, op{"servicecatalog", "DescribeProvisioningParameters", repeatable}, func(ctx context.Context) (*servicecatalog.DescribeProvisioningParametersOutput, error) {
		return s.catalog.DescribeProvisioningParameters(ctx, &servicecatalog.DescribeProvisioningParametersInput{ProductId: &o.ProductID, ProvisioningArtifactId: &o.ArtifactID, PathId: &o.PathID})
	})
}

func (s *site) parameters(ctx context.Context, o catalog.Offer) ([]string, error) {
	out, err := s.provisioning(ctx, o)
	if err != nil {
		return nil, err
	}
	return parameterKeys(out), nil
}

func parameterKeys(out *servicecatalog.DescribeProvisioningParametersOutput) []string {
	var keys []string
	for _, p := range out.ProvisioningArtifactParameters {
		keys = append(keys, sdk.ToString(p.ParameterKey))
	}
	slices.Sort(keys)
	return keys
}

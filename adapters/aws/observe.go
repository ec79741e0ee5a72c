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

// observe reads the scope in this region, all of it; until what this run applied is seen, or
// RT08's patience has ended.
func (r *region) observe(ctx context.Context) (catalog.Catalog, error) {
	c, err := until(ctx, r, r.look, func(c catalog.Catalog) []catalog.Change { return catalog.Plan(r.scope, c) })
	if err == nil {
		r.remember(&c)
	}
	return c, err
}

// until looks until nothing is left to do of what this run applied here.
func until[T any](ctx context.Context, r *region, look func(context.Context) (T, error), left func(T) []catalog.Change) (T, error) {
	start := r.session.clock.Now()
	for n := 0; ; n++ {
		got, err := look(ctx)
		if err != nil {
			return got, err
		}
		unseen := slices.ContainsFunc(left(got), func(c catalog.Change) bool { return r.done[c.Words()] })
		if !unseen || r.session.clock.Now().Sub(start) > patience[missing] {
			return got, nil
		}
		if err := r.session.clock.Sleep(ctx, delay(missing, n, r.place, op{})); err != nil {
			return got, err
		}
	}
}

func (r *region) look(ctx context.Context) (catalog.Catalog, error) {
	r.recall(r.scope.Portfolios, r.scope.Products)
	var c catalog.Catalog
	ids := map[string]int{} // portfolio id → place in c.Portfolios
	for _, want := range r.scope.Portfolios {
		p, err := r.portfolio(ctx, want)
		if err != nil {
			return catalog.Catalog{}, err
		}
		if p != nil {
			ids[p.ID] = len(c.Portfolios)
			c.Portfolios = append(c.Portfolios, *p)
		}
	}
	for _, want := range r.scope.Products {
		p, err := r.product(ctx, want)
		if err != nil {
			return catalog.Catalog{}, err
		}
		if p == nil {
			continue
		}
		c.Products = append(c.Products, *p)
		if err := r.placements(ctx, &c, ids, *p); err != nil {
			return catalog.Catalog{}, err
		}
	}
	if err := r.shared(ctx, &c); err != nil {
		return catalog.Catalog{}, err
	}
	return catalog.Join(c), nil
}

// remember keeps what was seen, and its ids, for the changes to come.
func (r *region) remember(c *catalog.Catalog) {
	r.seen = c
	clear(r.ids)
	for _, o := range c.SharedIn(r.region()).TagOptions {
		r.ids[optionKey(o)] = o.ID
	}
	for _, p := range c.Portfolios {
		r.ids["portfolio/"+p.Key] = p.ID
	}
	for _, p := range c.Products {
		r.ids["product/"+p.Key] = p.ID
		for _, v := range p.Versions {
			r.ids["version/"+p.Key+"/"+v.Name] = v.ID
		}
	}
}

func (r *region) portfolio(ctx context.Context, want catalog.Portfolio) (*catalog.Portfolio, error) {
	var out *servicecatalog.DescribePortfolioOutput
	id, err := r.locate(ctx, r.portfolioKind(), want.Key, want.DisplayName, func(id string) (err error) {
		out, err = r.describePortfolio(ctx, id)
		return err
	})
	if err != nil || id == "" {
		return nil, err
	}
	d := out.PortfolioDetail
	p := &catalog.Portfolio{Region: r.region(), Key: want.Key, ID: id, DisplayName: sdk.ToString(d.DisplayName),
		ProviderName: sdk.ToString(d.ProviderName), Description: sdk.ToString(d.Description), Tags: tagMap(out.Tags), TagOptions: options(out.TagOptions)}
	if p.Principals, err = r.principals(ctx, id, want.Principals); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(r.scope.Gone, func(g catalog.Portfolio) bool { return g.Key == want.Key }) {
		if p.Holds, err = r.held(ctx, id); err != nil {
			return nil, err
		}
	}
	if r.home == nil { // what a spoke has of its own is not shared on
		if p.Shares, err = r.shares(ctx, want.Key, id); err != nil {
			return nil, err
		}
	}
	return p, r.setPin("portfolio", want.Key, id)
}

func (r *region) describePortfolio(ctx context.Context, id string) (*servicecatalog.DescribePortfolioOutput, error) {
	o := op{"servicecatalog", "DescribePortfolio", r.effect(repeatable, id)}
	return call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.DescribePortfolioOutput, error) {
		return r.catalog.DescribePortfolio(ctx, &servicecatalog.DescribePortfolioInput{Id: &id})
	})
}

func (r *region) describeProduct(ctx context.Context, id string) (*servicecatalog.DescribeProductAsAdminOutput, error) {
	o := op{"servicecatalog", "DescribeProductAsAdmin", r.effect(repeatable, id)}
	return call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.DescribeProductAsAdminOutput, error) {
		return r.catalog.DescribeProductAsAdmin(ctx, &servicecatalog.DescribeProductAsAdminInput{Id: &id})
	})
}

// principals are those of the hub, and of the wanted ones of other accounts those that are
// admitted there. What else other accounts admit is theirs.
func (r *region) principals(ctx context.Context, portfolio string, want []catalog.Principal) ([]catalog.Principal, error) {
	all, err := r.site.principals(ctx, portfolio)
	if err != nil {
		return nil, err
	}
	for _, w := range want {
		if w.Account == "" {
			continue
		}
		there, err := r.abroad(w).principals(ctx, portfolio)
		if answered(err, missing) {
			continue // not shared with that account yet
		}
		if err != nil {
			return nil, err
		}
		if slices.Contains(there, catalog.Principal{Type: w.Type, ARN: w.ARN}) {
			all = append(all, w)
		}
	}
	return all, nil
}

// abroad is where a principal is admitted: in its own account, or in the hub.
func (r *region) abroad(p catalog.Principal) *site {
	if p.Account == "" {
		return r.site
	}
	return r.session.at(p.Account, p.As, r.region())
}

func (s *site) principals(ctx context.Context, portfolio string) ([]catalog.Principal, error) {
	var all []catalog.Principal
	err := s.pages(ctx, "ListPrincipalsForPortfolio", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.ListPrincipalsForPortfolio(ctx, &servicecatalog.ListPrincipalsForPortfolioInput{PortfolioId: &portfolio, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, p := range out.Principals {
			all = append(all, catalog.Principal{Type: string(p.PrincipalType), ARN: sdk.ToString(p.PrincipalARN)})
		}
		return out.NextPageToken, nil
	})
	return all, err
}

func (r *region) product(ctx context.Context, want catalog.Product) (*catalog.Product, error) {
	var out *servicecatalog.DescribeProductAsAdminOutput
	id, err := r.locate(ctx, r.productKind(), want.Key, want.Name, func(id string) (err error) {
		out, err = r.describeProduct(ctx, id)
		return err
	})
	if err != nil || id == "" {
		return nil, err
	}
	s := out.ProductViewDetail.ProductViewSummary
	p := &catalog.Product{Region: r.region(), Key: want.Key, ID: id, Name: sdk.ToString(s.Name), Owner: sdk.ToString(s.Owner),
		Distributor: sdk.ToString(s.Distributor), Description: sdk.ToString(s.ShortDescription), SupportEmail: sdk.ToString(s.SupportEmail),
		SupportURL: sdk.ToString(s.SupportUrl), SupportDescription: sdk.ToString(s.SupportDescription), Type: string(s.Type), Tags: tagMap(out.Tags), TagOptions: options(out.TagOptions)}
	if len(want.Budgets) > 0 || r.pin("budget", want.Key) != "" {
		if p.Budgets, err = r.budgets(ctx, id); err == nil {
			err = r.setPin("budget", want.Key, strings.Join(p.Budgets, ","))
		}
		if err != nil {
			return nil, err
		}
	}
	if p.Versions, err = r.versions(ctx, id, out.ProvisioningArtifactSummaries); err != nil {
		return nil, err
	}
	return p, r.setPin("product", want.Key, id)
}

// versions reads a product's versions. The list has no second page to ask for: where AWS says
// that there is more, or another call knows more, it is not whole (CT-16).
func (r *region) versions(ctx context.Context, product string, known []types.ProvisioningArtifactSummary) ([]catalog.Version, error) {
	o := op{"servicecatalog", "ListProvisioningArtifacts", r.effect(repeatable, product)}
	out, err := call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.ListProvisioningArtifactsOutput, error) {
		return r.catalog.ListProvisioningArtifacts(ctx, &servicecatalog.ListProvisioningArtifactsInput{ProductId: &product})
	})
	if err != nil {
		return nil, err
	}
	if sdk.ToString(out.NextPageToken) != "" || len(known) > len(out.ProvisioningArtifactDetails) {
		return nil, document.Fail("AXLE3208", fmt.Sprintf("AWS does not give all versions of product %s%s: %d of them", product, r.place, len(out.ProvisioningArtifactDetails)),
			"delete versions that nobody runs, then run again", nil)
	}
	var all []catalog.Version
	for _, a := range out.ProvisioningArtifactDetails {
		v := catalog.Version{ID: sdk.ToString(a.Id), Name: sdk.ToString(a.Name), Active: sdk.ToBool(a.Active), Guidance: string(a.Guidance), Created: sdk.ToTime(a.CreatedTime)}
		if v.Guidance == "" {
			v.Guidance = "DEFAULT"
		}
		v.Digest, v.Commit, v.Changes = catalog.ParseDescription(sdk.ToString(a.Description))
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b catalog.Version) int { return compareText(a.Name, b.Name, a.ID, b.ID) })
	return all, nil
}

func tagMap(tags []types.Tag) map[string]string {
	m := map[string]string{}
	for _, t := range tags {
		m[sdk.ToString(t.Key)] = sdk.ToString(t.Value)
	}
	return m
}

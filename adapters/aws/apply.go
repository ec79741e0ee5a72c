package aws

import (
	"context"
	"maps"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

type apply func(context.Context, catalog.Change) error

// verbs is how each kind of change is carried out.
func (r *region) verbs() map[catalog.Kind]map[catalog.Verb]apply {
	return map[catalog.Kind]map[catalog.Verb]apply{
		catalog.KindPortfolio:  {catalog.Create: r.createPortfolio, catalog.Update: r.updatePortfolio, catalog.Delete: r.deletePortfolio},
		catalog.KindProduct:    {catalog.Create: r.createProduct, catalog.Update: r.updateProduct},
		catalog.KindVersion:    {catalog.Create: r.createVersion, catalog.Update: r.updateVersion, catalog.Delete: r.deleteVersion},
		catalog.KindPlacement:  {catalog.Create: r.putIn, catalog.Delete: r.takeOut},
		catalog.KindConstraint: {catalog.Create: r.constrain, catalog.Update: r.reconstrain, catalog.Delete: r.unconstrain},
		catalog.KindPrincipal:  {catalog.Create: r.admit, catalog.Delete: r.dismiss},
		catalog.KindShare:      {catalog.Create: r.share, catalog.Update: r.updateShare, catalog.Delete: r.removeShare},
		catalog.KindTagOption:  {catalog.Create: r.createTagOption, catalog.Update: r.reviveTagOption, catalog.Delete: r.withdrawTag},
		catalog.KindAction:     {catalog.Create: r.createAction, catalog.Update: r.updateAction, catalog.Delete: r.strip},
		catalog.KindBudget:     {catalog.Create: r.charge, catalog.Delete: r.discharge},
	}
}

// looks is how often a create whose answer was lost is looked for, and then sent again.
const looks = 6

// once makes one object: an answer that was lost is first looked for, then asked for again
// with the same token (RT02, CAT-45).
func (r *region) once(ctx context.Context, o op, look, send func(context.Context) (string, error)) (string, error) {
	for n := 0; ; n++ {
		id, err := call(ctx, r.site, o, send)
		if err == nil {
			r.made[id] = true
			return id, nil
		}
		if !answered(err, unsure) || n == looks {
			return "", err
		}
		if found, lookErr := look(ctx); lookErr != nil || found != "" {
			return found, lookErr
		}
		if err := r.session.clock.Sleep(ctx, delay(unsure, n, r.place, o)); err != nil {
			return "", err
		}
	}
}

func (r *region) createPortfolio(ctx context.Context, c catalog.Change) error {
	if r.ids["portfolio/"+c.Portfolio] != "" {
		return nil
	}
	p := c.NewFolio
	in := &servicecatalog.CreatePortfolioInput{DisplayName: &p.DisplayName, ProviderName: &p.ProviderName, Description: text(p.Description), Tags: tagList(p.Tags),
		IdempotencyToken: sdk.String(token("CreatePortfolio", r.place, r.was("portfolio", c.Portfolio), p))}
	look := func(ctx context.Context) (string, error) {
		return r.search(ctx, r.portfolioKind(), c.Portfolio, p.DisplayName)
	}
	id, err := r.once(ctx, op{"servicecatalog", "CreatePortfolio", create}, look, func(ctx context.Context) (string, error) {
		out, err := r.catalog.CreatePortfolio(ctx, in)
		if err != nil {
			return "", err
		}
		return sdk.ToString(out.PortfolioDetail.Id), nil
	})
	if err != nil {
		return err
	}
	r.ids["portfolio/"+c.Portfolio] = id
	if err := r.setPin("portfolio", c.Portfolio, id); err != nil {
		return err
	}
	_, err = r.describePortfolio(ctx, id)
	return err
}

func (r *region) updatePortfolio(ctx context.Context, c catalog.Change) error {
	p, id := c.NewFolio, r.ids["portfolio/"+c.Portfolio]
	in := &servicecatalog.UpdatePortfolioInput{Id: &id, DisplayName: &p.DisplayName, ProviderName: &p.ProviderName, Description: &p.Description}
	if have := r.seen.Portfolio(c.Region, c.Portfolio); have != nil {
		in.AddTags, in.RemoveTags = tagChanges(have.Tags, p.Tags)
	}
	_, err := call(ctx, r.site, op{"servicecatalog", "UpdatePortfolio", repeatable}, func(ctx context.Context) (*servicecatalog.UpdatePortfolioOutput, error) {
		return r.catalog.UpdatePortfolio(ctx, in)
	})
	return err
}

// deletePortfolio deletes what has nothing attached any more; AWS refuses one that has.
func (r *region) deletePortfolio(ctx context.Context, c catalog.Change) error {
	id := r.ids["portfolio/"+c.Portfolio]
	if id == "" {
		return nil
	}
	_, err := call(ctx, r.site, op{"servicecatalog", "DeletePortfolio", repeatable}, func(ctx context.Context) (*servicecatalog.DeletePortfolioOutput, error) {
		return r.catalog.DeletePortfolio(ctx, &servicecatalog.DeletePortfolioInput{Id: &id})
	})
	if answered(err, missing) {
		return nil
	}
	return err
}

func (r *region) createProduct(ctx context.Context, c catalog.Change) error {
	if r.ids["product/"+c.Product] != "" {
		return nil
	}
	p, v := c.NewProduct, c.NewProduct.Versions[0]
	url, err := r.template(ctx, c.Product, p.Type, v)
	if err != nil {
		return err
	}
	in := &servicecatalog.CreateProductInput{Name: &p.Name, Owner: &p.Owner, Distributor: text(p.Distributor), Description: text(p.Description),
		SupportEmail: text(p.SupportEmail), SupportUrl: text(p.SupportURL), SupportDescription: text(p.SupportDescription),
		ProductType: types.ProductType(p.Type), Tags: tagList(p.Tags), ProvisioningArtifactParameters: artifact(p.Type, v, url),
		IdempotencyToken: sdk.String(token("CreateProduct", r.place, r.was("product", c.Product), p))}
	look := func(ctx context.Context) (string, error) { return r.search(ctx, r.productKind(), c.Product, p.Name) }
	id, err := r.once(ctx, op{"servicecatalog", "CreateProduct", create}, look, func(ctx context.Context) (string, error) {
		out, err := r.catalog.CreateProduct(ctx, in)
		if err != nil {
			return "", err
		}
		return sdk.ToString(out.ProductViewDetail.ProductViewSummary.ProductId), nil
	})
	if err != nil {
		return err
	}
	r.ids["product/"+c.Product] = id
	if err := r.setPin("product", c.Product, id); err != nil {
		return err
	}
	return r.productReady(ctx, id)
}

// productReady waits until a product is AVAILABLE, or CREATED, which some accounts stay at:
// seen twice in a row (CT-2).
func (r *region) productReady(ctx context.Context, id string) error {
	return r.poll(ctx, "product "+id, objectPause, func() (bool, error) {
		ready, err := r.productIsReady(ctx, id)
		if ready && err == nil {
			ready, err = r.productIsReady(ctx, id)
		}
		return ready, err
	})
}

func (r *region) productIsReady(ctx context.Context, id string) (bool, error) {
	out, err := r.describeProduct(ctx, id)
	if err != nil {
		return false, err
	}
	status := out.ProductViewDetail.Status
	if status == types.StatusFailed {
		return false, document.Fail("AXLE3212", "Service Catalog could not make product "+id+r.place.String(), "delete it, then run again", nil)
	}
	return status == types.StatusAvailable || status == "CREATED", nil
}

func (r *region) updateProduct(ctx context.Context, c catalog.Change) error {
	p, id := c.NewProduct, r.ids["product/"+c.Product]
	in := &servicecatalog.UpdateProductInput{Id: &id, Name: &p.Name, Owner: &p.Owner, Distributor: &p.Distributor, Description: &p.Description,
		SupportEmail: &p.SupportEmail, SupportUrl: &p.SupportURL, SupportDescription: &p.SupportDescription}
	var tags map[string]string // none, of a copy just made
	if have := r.seen.Product(c.Region, c.Product); have != nil {
		tags = have.Tags
	}
	in.AddTags, in.RemoveTags = tagChanges(tags, p.Tags)
	_, err := call(ctx, r.site, op{"servicecatalog", "UpdateProduct", repeatable}, func(ctx context.Context) (*servicecatalog.UpdateProductOutput, error) {
		return r.catalog.UpdateProduct(ctx, in)
	})
	return err
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func tagList(tags map[string]string) []types.Tag {
	var all []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, types.Tag{Key: sdk.String(key), Value: sdk.String(tags[key])})
	}
	return all
}

// tagChanges are the tags to set and the keys to drop. AWS's own stay.
func tagChanges(have, want map[string]string) (add []types.Tag, drop []string) {
	changed := map[string]string{}
	for key, value := range want {
		if old, ok := have[key]; !ok || old != value {
			changed[key] = value
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[key]; !ok && !strings.HasPrefix(key, "aws:") {
			drop = append(drop, key)
		}
	}
	return tagList(changed), drop
}

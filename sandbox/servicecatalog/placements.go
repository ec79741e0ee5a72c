package servicecatalog

import (
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/sandbox/world"
)

func placementOperations() []world.Operation {
	return []world.Operation{
		write("AssociateProductWithPortfolio", "", associateProduct, needs("ProductId", "PortfolioId")),
		write("DisassociateProductFromPortfolio", "", disassociateProduct, needs("ProductId", "PortfolioId")),
		read("ListPortfoliosForProduct", listPortfoliosForProduct, needs("ProductId")),
	}
}

// associateProduct puts an own product, or, with SourcePortfolioId, a live import of a
// received one, into an own portfolio. Repeated it has no effect (SBX-31).
func associateProduct(c *world.Call, in *servicecatalog.AssociateProductWithPortfolioInput) (*servicecatalog.AssociateProductWithPortfolioOutput, error) {
	out := &servicecatalog.AssociateProductWithPortfolioOutput{}
	folio, err := ownPortfolio(c, *in.PortfolioId)
	if err != nil {
		return nil, err
	}
	if err := placeable(c, *in.ProductId, val(in.SourcePortfolioId)); err != nil {
		return nil, err
	}
	kind := under(kindPlacement, folio.ID)
	if world.Has(c, kind, *in.ProductId) {
		return out, nil
	}
	if err := maxPlacements.room(c, len(placementsIn(c, folio.ID))); err != nil {
		return nil, err
	}
	if n := len(principalsOf(c, folio.ID)); n > 0 {
		if err := maxReaders.room(c, readers(c, *in.ProductId)+n-1); err != nil {
			return nil, err
		}
	}
	world.Put(c, kind, *in.ProductId, placement{folio.ID, *in.ProductId, val(in.SourcePortfolioId), c.Now})
	return out, nil
}

// placeable says whether the account has the product, or receives it by the source portfolio.
func placeable(c *world.Call, id, source string) error {
	if source == "" {
		_, err := ownProduct(c, id)
		return err
	}
	for _, r := range received(c) {
		if _, ok := world.Get[placement](c.In(r.Account, r.Region), under(kindPlacement, source), id); ok && r.ID == source {
			return nil
		}
	}
	return notFound("Product %s not found in a shared portfolio %s.", id, source)
}

func disassociateProduct(c *world.Call, in *servicecatalog.DisassociateProductFromPortfolioInput) (*servicecatalog.DisassociateProductFromPortfolioOutput, error) {
	kind := under(kindPlacement, *in.PortfolioId)
	if _, ok := world.Get[placement](c, kind, *in.ProductId); !ok {
		return nil, notFound("Product %s is not associated with portfolio %s.", *in.ProductId, *in.PortfolioId)
	}
	if len(constraintsOf(c, *in.PortfolioId, *in.ProductId)) > 0 {
		return nil, inUse("Product %s has constraints in portfolio %s.", *in.ProductId, *in.PortfolioId)
	}
	world.Remove(c, kind, *in.ProductId)
	return &servicecatalog.DisassociateProductFromPortfolioOutput{}, nil
}

func listPortfoliosForProduct(c *world.Call, in *servicecatalog.ListPortfoliosForProductInput) (*servicecatalog.ListPortfoliosForProductOutput, error) {
	if _, err := receivedProduct(c, *in.ProductId); err != nil {
		return nil, err
	}
	var all []portfolio
	for _, at := range placementsOf(c, *in.ProductId) {
		if p, ok := world.Get[portfolio](c, kindPortfolio, at.Portfolio); ok {
			all = append(all, p)
		}
	}
	cut, next, err := page(c, all, in.PageSize, in.PageToken, wide, *in.ProductId)
	return &servicecatalog.ListPortfoliosForProductOutput{PortfolioDetails: portfolioDetails(cut), NextPageToken: next}, err
}

// placementsIn gives what a portfolio of the call's account holds.
func placementsIn(c *world.Call, folio string) []placement {
	return world.List[placement](c, under(kindPlacement, folio))
}

// placementsOf gives where a product stands in portfolios of the call's account.
func placementsOf(c *world.Call, product string) []placement {
	var all []placement
	for _, p := range world.List[portfolio](c, kindPortfolio) {
		if at, ok := world.Get[placement](c, under(kindPlacement, p.ID), product); ok {
			all = append(all, at)
		}
	}
	return all
}

// productsIn gives the products of a portfolio of the call's account, imported ones as long
// as their owner still has them.
func productsIn(c *world.Call, folio string) []product {
	var all []product
	for _, at := range placementsIn(c, folio) {
		if p, ok := anyProduct(c, at.Product); ok {
			all = append(all, p)
		}
	}
	return all
}

// anyProduct reads a product wherever it lives in the call's region.
func anyProduct(c *world.Call, id string) (product, bool) {
	owner, ok := at(c, id)
	if !ok {
		return product{}, false
	}
	return world.Get[product](owner, kindProduct, id)
}

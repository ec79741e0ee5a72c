package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// verbs is how each kind of change is carried out in a spoke.
func (s *spoke) verbs() map[catalog.Kind]map[catalog.Verb]apply {
	r := s.region
	return map[catalog.Kind]map[catalog.Verb]apply{
		catalog.KindAcceptance: {catalog.Create: s.accept},
		catalog.KindLocal:      {catalog.Create: r.createPortfolio, catalog.Update: r.updatePortfolio},
		catalog.KindImport:     {catalog.Create: s.importIn, catalog.Delete: r.takeOut},
		catalog.KindCopy:       {catalog.Create: s.copy, catalog.Update: s.updateCopy, catalog.Delete: s.dropCopy},
		catalog.KindPlacement:  {catalog.Create: r.putIn, catalog.Delete: r.takeOut},
		catalog.KindConstraint: {catalog.Create: r.constrain, catalog.Update: r.reconstrain, catalog.Delete: r.unconstrain},
		catalog.KindPrincipal:  {catalog.Create: s.admitHere, catalog.Delete: r.dismiss},
	}
}

// accept takes a portfolio that is shared with this account alone. Without it the account has
// nothing, though the share is made: that is not done.
func (s *spoke) accept(ctx context.Context, c catalog.Change) error {
	portfolio := s.home.ids["portfolio/"+c.Portfolio]
	if s.role == "" {
		return s.notAccepted(c, portfolio, "spokes in catalog.yaml has no entry for the account", nil)
	}
	_, err := call(ctx, s.site, op{"servicecatalog", "AcceptPortfolioShare", ofNew}, func(ctx context.Context) (*servicecatalog.AcceptPortfolioShareOutput, error) {
		return s.catalog.AcceptPortfolioShare(ctx, &servicecatalog.AcceptPortfolioShareInput{PortfolioId: &portfolio, PortfolioShareType: types.PortfolioShareTypeImported})
	})
	if err != nil {
		return s.notAccepted(c, portfolio, err.Error(), err)
	}
	return nil
}

func (s *spoke) notAccepted(c catalog.Change, portfolio, why string, err error) error {
	return document.Fail("AXLE3270", fmt.Sprintf("portfolio %s is shared with account %s in %s, and not accepted: %s", c.Portfolio, s.account, s.site.region, why),
		fmt.Sprintf("accept it there: aws servicecatalog accept-portfolio-share --portfolio-id %s --region %s", portfolio, s.site.region), err)
}

// admitHere admits a principal to the spoke's own portfolio, or to the received one where it
// has none of its own.
func (s *spoke) admitHere(ctx context.Context, c catalog.Change) error {
	if s.ids["portfolio/"+c.Portfolio] == "" {
		s.ids["portfolio/"+c.Portfolio] = s.home.ids["portfolio/"+c.Portfolio]
	}
	return s.admit(ctx, c)
}

// importIn puts the hub's product into the spoke's own portfolio: the same product, live. A
// fresh share may not be seen yet.
func (s *spoke) importIn(ctx context.Context, c catalog.Change) error {
	product, source := s.home.ids["product/"+c.Product], s.home.ids["portfolio/"+c.Portfolio]
	portfolio := s.ids["portfolio/"+c.Portfolio]
	s.ids["product/"+c.Product] = product
	_, err := call(ctx, s.site, op{"servicecatalog", "AssociateProductWithPortfolio", ofNew}, func(ctx context.Context) (*servicecatalog.AssociateProductWithPortfolioOutput, error) {
		return s.catalog.AssociateProductWithPortfolio(ctx, &servicecatalog.AssociateProductWithPortfolioInput{ProductId: &product, PortfolioId: &portfolio, SourcePortfolioId: &source})
	})
	if err == nil {
		s.made[product+portfolio] = true
	}
	return err
}

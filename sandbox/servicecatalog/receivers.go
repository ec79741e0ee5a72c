package servicecatalog

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func receiverOperations() []world.Operation {
	return []world.Operation{
		write("AcceptPortfolioShare", "", acceptShare, needs("PortfolioId")),
		write("RejectPortfolioShare", "", rejectShare, needs("PortfolioId")),
		read("ListAcceptedPortfolioShares", listAccepted),
	}
}

// acceptShare takes an account share. A node share imports itself: accepting it is
// ResourceNotFoundException, as AWS answers.
func acceptShare(c *world.Call, in *servicecatalog.AcceptPortfolioShareInput) (*servicecatalog.AcceptPortfolioShareOutput, error) {
	if err := offered(c, *in.PortfolioId, in.PortfolioShareType); err != nil {
		return nil, err
	}
	world.Put(c, kindAccepted, *in.PortfolioId, accepted{*in.PortfolioId})
	return &servicecatalog.AcceptPortfolioShareOutput{}, nil
}

func rejectShare(c *world.Call, in *servicecatalog.RejectPortfolioShareInput) (*servicecatalog.RejectPortfolioShareOutput, error) {
	if err := offered(c, *in.PortfolioId, in.PortfolioShareType); err != nil {
		return nil, err
	}
	world.Remove(c, kindAccepted, *in.PortfolioId)
	return &servicecatalog.RejectPortfolioShareOutput{}, nil
}

func offered(c *world.Call, folio string, kind types.PortfolioShareType) error {
	if owner, ok := at(c, folio); ok && (kind == "" || kind == types.PortfolioShareTypeImported) {
		if _, ok := world.Get[share](owner, under(kindShare, folio), shareAccount+"/"+c.Account); ok {
			return nil
		}
	}
	return notFound("Portfolio share %s not found.", folio)
}

func listAccepted(c *world.Call, in *servicecatalog.ListAcceptedPortfolioSharesInput) (*servicecatalog.ListAcceptedPortfolioSharesOutput, error) {
	node := in.PortfolioShareType == types.PortfolioShareTypeAwsOrganizations
	if !node && in.PortfolioShareType != "" && in.PortfolioShareType != types.PortfolioShareTypeImported {
		return nil, unsupported("Portfolio share type %s is not supported.", in.PortfolioShareType)
	}
	var all []portfolio
	for _, r := range received(c) {
		if r.Node == node {
			all = append(all, r.portfolio)
		}
	}
	slices.SortFunc(all, func(a, b portfolio) int { return a.Created.Compare(b.Created) })
	cut, next, err := page(c, all, in.PageSize, in.PageToken, wide, string(in.PortfolioShareType))
	return &servicecatalog.ListAcceptedPortfolioSharesOutput{PortfolioDetails: portfolioDetails(cut), NextPageToken: next}, err
}

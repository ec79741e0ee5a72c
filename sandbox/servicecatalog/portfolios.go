package servicecatalog

import (
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func portfolioOperations() []world.Operation {
	return []world.Operation{
		write("CreatePortfolio", "IdempotencyToken", createPortfolio, needs("DisplayName", "ProviderName"),
			limit("DisplayName", 100), limit("ProviderName", 50), limit("Description", 2000)),
		write("UpdatePortfolio", "", updatePortfolio, needs("Id"),
			limit("DisplayName", 100), limit("ProviderName", 50), limit("Description", 2000)),
		read("DescribePortfolio", describePortfolio, needs("Id")),
		write("DeletePortfolio", "", deletePortfolio, needs("Id")),
		read("ListPortfolios", listPortfolios),
	}
}

func createPortfolio(c *world.Call, in *servicecatalog.CreatePortfolioInput) (*servicecatalog.CreatePortfolioOutput, error) {
	if err := maxPortfolios.room(c, len(world.List[portfolio](c, kindPortfolio))); err != nil {
		return nil, err
	}
	tags, err := retag(c, nil, in.Tags, nil, maxTags)
	if err != nil {
		return nil, err
	}
	p := portfolio{
		ID: newID(c, "port-"), Account: c.Account, Region: c.Region, Created: c.Now, Tags: tags,
		DisplayName: *in.DisplayName, ProviderName: *in.ProviderName, Description: val(in.Description),
	}
	world.Put(c, kindPortfolio, p.ID, p)
	locate(c, p.ID)
	return &servicecatalog.CreatePortfolioOutput{PortfolioDetail: p.detail(), Tags: toTags(p.Tags)}, nil
}

func updatePortfolio(c *world.Call, in *servicecatalog.UpdatePortfolioInput) (*servicecatalog.UpdatePortfolioOutput, error) {
	p, err := ownPortfolio(c, *in.Id)
	if err != nil {
		return nil, err
	}
	if p.Tags, err = retag(c, p.Tags, in.AddTags, in.RemoveTags, maxTags); err != nil {
		return nil, err
	}
	set(&p.DisplayName, in.DisplayName)
	set(&p.ProviderName, in.ProviderName)
	set(&p.Description, in.Description)
	world.Put(c, kindPortfolio, p.ID, p)
	return &servicecatalog.UpdatePortfolioOutput{PortfolioDetail: p.detail(), Tags: toTags(p.Tags)}, nil
}

// describePortfolio answers the owner and who has received the portfolio.
func describePortfolio(c *world.Call, in *servicecatalog.DescribePortfolioInput) (*servicecatalog.DescribePortfolioOutput, error) {
	p, err := seenPortfolio(c, *in.Id)
	if err != nil {
		return nil, err
	}
	out := &servicecatalog.DescribePortfolioOutput{PortfolioDetail: p.detail()}
	if p.Account == c.Account {
		out.Tags = toTags(p.Tags)
	}
	if p.TagOptions {
		out.TagOptions = tagOptionDetails(tagOptionsOf(c.In(p.Account, p.Region), p.ID))
	}
	return out, nil
}

func deletePortfolio(c *world.Call, in *servicecatalog.DeletePortfolioInput) (*servicecatalog.DeletePortfolioOutput, error) {
	p, err := ownPortfolio(c, *in.Id)
	if err != nil {
		return nil, err
	}
	switch {
	case len(placementsIn(c, p.ID)) > 0:
		return nil, inUse("Portfolio %s has associated products.", p.ID)
	case len(principalsOf(c, p.ID)) > 0:
		return nil, inUse("Portfolio %s has associated principals.", p.ID)
	case len(sharesOf(c, p.ID)) > 0:
		return nil, inUse("Portfolio %s is shared.", p.ID)
	case len(tagOptionsOf(c, p.ID)) > 0:
		return nil, inUse("Portfolio %s has associated TagOptions.", p.ID)
	}
	dropBudgets(c, p.ID)
	world.Remove(c, kindPortfolio, p.ID)
	world.Remove(global(c), kindHome, p.ID)
	return &servicecatalog.DeletePortfolioOutput{}, nil
}

func listPortfolios(c *world.Call, in *servicecatalog.ListPortfoliosInput) (*servicecatalog.ListPortfoliosOutput, error) {
	all, next, err := page(c, world.List[portfolio](c, kindPortfolio), in.PageSize, in.PageToken, wide)
	return &servicecatalog.ListPortfoliosOutput{PortfolioDetails: portfolioDetails(all), NextPageToken: next}, err
}

// ownPortfolio is a portfolio of the caller's account.
func ownPortfolio(c *world.Call, id string) (portfolio, error) {
	p, ok := world.Get[portfolio](c, kindPortfolio, id)
	if !ok {
		return p, notFound("Portfolio %s not found.", id)
	}
	return p, nil
}

// seenPortfolio is a portfolio of the caller's account or one it has received.
func seenPortfolio(c *world.Call, id string) (receipt, error) {
	if p, ok := world.Get[portfolio](c, kindPortfolio, id); ok {
		return own(p), nil
	}
	for _, r := range received(c) {
		if r.ID == id {
			return r, nil
		}
	}
	return receipt{}, notFound("Portfolio %s not found.", id)
}

func (p portfolio) detail() *types.PortfolioDetail {
	return &types.PortfolioDetail{
		Id: new(p.ID), ARN: new(catalogARN(p.Account, p.Region, "portfolio/"+p.ID)), DisplayName: new(p.DisplayName),
		ProviderName: new(p.ProviderName), Description: opt(p.Description), CreatedTime: new(p.Created),
	}
}

func portfolioDetails(all []portfolio) []types.PortfolioDetail {
	var out []types.PortfolioDetail
	for _, p := range all {
		out = append(out, *p.detail())
	}
	return out
}

func catalogARN(account, region, resource string) string {
	return "arn:aws:catalog:" + region + ":" + account + ":" + resource
}

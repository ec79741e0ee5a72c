package aws

import (
	"context"
	"errors"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/axle-cd/axle/catalog"
)

// Roles lists the roles of accounts, each with the role and region that the spoke gives.
func (f *Fleet) Roles(ctx context.Context, accounts []catalog.Spoke) ([]catalog.RoleReading, error) {
	all := make([]catalog.RoleReading, len(accounts))
	err := each(ctx, len(accounts), func(i int) {
		all[i].Account = accounts[i].Account
		all[i].Names, all[i].Err = f.session.spoke(accounts[i]).roleNames(ctx)
	})
	return all, err
}

// Locals lists what active spokes own themselves.
func (f *Fleet) Locals(ctx context.Context, spokes []catalog.Spoke) ([]catalog.LocalReading, error) {
	all := make([]catalog.LocalReading, len(spokes))
	err := each(ctx, len(spokes), func(i int) {
		all[i].Spoke = spokes[i]
		if spokes[i].Active() {
			all[i].Standing, all[i].Err = f.session.spoke(spokes[i]).local(ctx)
		}
	})
	return all, err
}

func (s *site) local(ctx context.Context) ([]catalog.Standing, error) {
	at := &region{site: s}
	portfolios, errPortfolios := at.listPortfolios(ctx)
	products, errProducts := at.listProducts(ctx)
	var all []catalog.Standing
	for _, l := range portfolios {
		all = append(all, catalog.Standing{Region: s.region, Kind: "portfolio", ID: l.id, Name: l.name})
	}
	for _, l := range products {
		all = append(all, catalog.Standing{Region: s.region, Kind: "product", ID: l.id, Name: l.name})
	}
	return all, errors.Join(errPortfolios, errProducts)
}

// roleNames are the names of all roles of the site's account.
func (s *site) roleNames(ctx context.Context) ([]string, error) {
	c := s.session.identity(s.place)
	var all []string
	err := s.pagesOf(ctx, op{"iam", "ListRoles", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := c.ListRoles(ctx, &iam.ListRolesInput{Marker: token, MaxItems: sdk.Int32(1000)})
		if err != nil {
			return nil, err
		}
		for _, r := range out.Roles {
			all = append(all, sdk.ToString(r.RoleName))
		}
		if !out.IsTruncated {
			return nil, nil
		}
		return out.Marker, nil
	})
	return all, err
}

// identity is IAM as a place's role sees it. Few calls need it.
func (s *Session) identity(p place) *iam.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.config.Copy()
	c.Region = p.region
	if p.role != "" {
		c.Credentials = s.assumed(p.account, p.role)
	}
	return iam.NewFromConfig(c)
}

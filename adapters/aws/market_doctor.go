package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/market"
)

// Office reads how the organization is set up for Private Marketplace (PMP-17). It changes nothing.
func (m *Marketplace) Office(ctx context.Context, o market.Organization) (market.Office, error) {
	office := market.Office{Organization: o}
	account, _, err := m.Management(ctx)
	if err != nil {
		return office, err
	}
	office.Management = account
	if office.Trusted, err = m.trusted(ctx); err != nil {
		return office, err
	}
	err = m.pagesOf(ctx, op{"organizations", "ListDelegatedAdministrators", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := m.members.ListDelegatedAdministrators(ctx, &organizations.ListDelegatedAdministratorsInput{ServicePrincipal: sdk.String(market.TrustExperiences), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, a := range out.DelegatedAdministrators {
			office.Administrators = append(office.Administrators, sdk.ToString(a.Id))
		}
		return out.NextToken, nil
	})
	if err != nil {
		return office, err
	}
	if office.Unguarded, err = m.unguarded(ctx, o); err == nil && m.account == office.Management {
		linked, failed := m.linked(ctx, market.RoleExperiences)
		office.Linked, err = &linked, failed
	}
	return office, err
}

// Management is the organization's management account, and its address.
func (s *site) Management(ctx context.Context) (account, email string, err error) {
	out, err := call(ctx, s, op{"organizations", "DescribeOrganization", repeatable}, func(ctx context.Context) (*organizations.DescribeOrganizationOutput, error) {
		return s.members.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	})
	if err != nil || out.Organization == nil {
		return "", "", err
	}
	return sdk.ToString(out.Organization.MasterAccountId), sdk.ToString(out.Organization.MasterAccountEmail), nil
}

// unguarded says whether the role lets axle in without its external id.
func (m *Marketplace) unguarded(ctx context.Context, o market.Organization) (bool, error) {
	base := m.session.at("", "", "")
	_, err := call(ctx, base, op{"sts", "AssumeRole", repeatable}, func(ctx context.Context) (*sts.AssumeRoleOutput, error) {
		return base.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &o.Role, RoleSessionName: sdk.String("axle-doctor")})
	})
	if coded(err, "AccessDenied") {
		return false, nil
	}
	return err == nil, err
}

// trusted are the services with trusted access to the organization.
func (s *site) trusted(ctx context.Context) (all []string, err error) {
	err = s.pagesOf(ctx, op{"organizations", "ListAWSServiceAccessForOrganization", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := s.members.ListAWSServiceAccessForOrganization(ctx, &organizations.ListAWSServiceAccessForOrganizationInput{NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, p := range out.EnabledServicePrincipals {
			all = append(all, sdk.ToString(p.ServicePrincipal))
		}
		return out.NextToken, nil
	})
	return all, err
}

// linked says whether the account has a service-linked role.
func (s *site) linked(ctx context.Context, role string) (bool, error) {
	client := s.session.identity(s.place)
	_, err := call(ctx, s, op{"iam", "GetRole", repeatable}, func(ctx context.Context) (*iam.GetRoleOutput, error) {
		return client.GetRole(ctx, &iam.GetRoleInput{RoleName: &role})
	})
	if coded(err, "NoSuchEntity", "NoSuchEntityException") {
		return false, nil
	}
	return err == nil, err
}

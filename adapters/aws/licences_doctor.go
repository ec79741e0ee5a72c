package aws

import (
	"context"
	"errors"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/market"
)

// Setup reads what sharing rests on (LIC-10), and tries grantee_role in the accounts. It changes nothing.
func (l *Licences) Setup(ctx context.Context, grantees []string) (s market.Setup, err error) {
	org, err := call(ctx, l.org, op{"organizations", "DescribeOrganization", repeatable}, func(ctx context.Context) (*organizations.DescribeOrganizationOutput, error) {
		return l.org.members.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	})
	if err != nil {
		return s, err
	}
	s.Management = sdk.ToString(org.Organization.MasterAccountId)
	settings, err := call(ctx, l.granter, lm("GetServiceSettings"), func(ctx context.Context) (*licensemanager.GetServiceSettingsOutput, error) {
		return l.granter.granted.GetServiceSettings(ctx, &licensemanager.GetServiceSettingsInput{})
	})
	if err != nil {
		return s, err
	}
	s.Linked = settings.OrganizationConfiguration != nil && settings.OrganizationConfiguration.EnableIntegration
	if s.Trusted, err = l.trusted(ctx); err != nil {
		return s, err
	}
	s.Tried = grantees
	if s.Closed, err = l.closed(ctx, grantees); err != nil {
		return s, err
	}
	s.Roles, err = l.roles(ctx)
	return s, err
}

func (l *Licences) trusted(ctx context.Context) (all []string, err error) {
	err = l.org.pagesOf(ctx, op{"organizations", "ListAWSServiceAccessForOrganization", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := l.org.members.ListAWSServiceAccessForOrganization(ctx, &organizations.ListAWSServiceAccessForOrganizationInput{NextToken: token})
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

// roles are the service-linked ones that the granter has.
func (l *Licences) roles(ctx context.Context) (all []string, err error) {
	config := l.session.config.Copy()
	config.Region = homeRegion
	l.session.mu.Lock()
	config.Credentials = l.session.assumed(l.granter.account, l.granter.role)
	l.session.mu.Unlock()
	client := iam.NewFromConfig(config)
	for _, name := range []string{market.RoleMarketplace, market.RoleMaster} {
		_, err := call(ctx, l.granter, op{"iam", "GetRole", repeatable}, func(ctx context.Context) (*iam.GetRoleOutput, error) {
			return client.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		})
		switch {
		case err == nil:
			all = append(all, name)
		case !coded(err, "NoSuchEntity", "NoSuchEntityException"):
			return nil, err
		}
	}
	return all, nil
}

// closed are the accounts in which the role that accepts cannot be assumed.
func (l *Licences) closed(ctx context.Context, accounts []string) (all []string, err error) {
	for _, account := range accounts {
		there := l.session.at(account, l.file.GranteeRole, homeRegion)
		_, err := call(ctx, there, op{"sts", "GetCallerIdentity", repeatable}, func(ctx context.Context) (*sts.GetCallerIdentityOutput, error) {
			return there.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		})
		var refused *failed
		if errors.As(err, &refused) && slices.Contains([]string{"AXLE3210", "AXLE4200"}, refused.shown.Code) {
			all = append(all, account)
		} else if err != nil {
			return nil, err
		}
	}
	return all, nil
}

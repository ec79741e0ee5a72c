package aws

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/market"
)

// Setup reads what sharing rests on (LIC-10), and tries grantee_role in the accounts. It changes nothing.
func (l *Licences) Setup(ctx context.Context, grantees []string) (s market.Setup, err error) {
	if s.Management, _, err = l.org.Management(ctx); err != nil {
		return s, err
	}
	settings, err := call(ctx, l.granter, lm("GetServiceSettings"), func(ctx context.Context) (*licensemanager.GetServiceSettingsOutput, error) {
		return l.granter.granted.GetServiceSettings(ctx, &licensemanager.GetServiceSettingsInput{})
	})
	if err != nil {
		return s, err
	}
	s.Linked = settings.OrganizationConfiguration != nil && settings.OrganizationConfiguration.EnableIntegration
	if s.Trusted, err = l.org.trusted(ctx); err != nil {
		return s, err
	}
	s.Tried = grantees
	if s.Closed, err = l.closed(ctx, grantees); err != nil {
		return s, err
	}
	for _, name := range []string{market.RoleMarketplace, market.RoleMaster} {
		has, err := l.granter.linked(ctx, name)
		if err != nil {
			return s, err
		}
		if has {
			s.Roles = append(s.Roles, name)
		}
	}
	return s, nil
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

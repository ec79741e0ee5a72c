package organizations

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func tags(all map[string]string) []types.Tag {
	var out []types.Tag
	for _, k := range slices.Sorted(maps.Keys(all)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(all[k])})
	}
	return out
}

// delegated are the accounts that administer a service, or, for "", any.
func delegated(c *world.Call, service string) []string {
	org, _ := world.Org(c)
	var ids []string
	for principal, accounts := range org.DelegatedAdmins {
		if service == "" || service == principal {
			ids = append(ids, accounts...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func listAdministrators(c *world.Call, in *api.ListDelegatedAdministratorsInput) (*api.ListDelegatedAdministratorsOutput, error) {
	service := aws.ToString(in.ServicePrincipal)
	var all []types.DelegatedAdministrator
	for _, id := range delegated(c, service) {
		a, _ := world.FindAccount(c, id)
		as := account(c, a)
		all = append(all, types.DelegatedAdministrator{
			Arn: as.Arn, Id: as.Id, Name: as.Name, Email: as.Email, State: as.State, Status: as.Status,
			JoinedMethod: as.JoinedMethod, JoinedTimestamp: as.JoinedTimestamp, DelegationEnabledDate: as.JoinedTimestamp,
		})
	}
	out, next, err := page(all, "administrators/"+service, in.MaxResults, in.NextToken)
	return &api.ListDelegatedAdministratorsOutput{DelegatedAdministrators: out, NextToken: next}, err
}

func listDelegatedServices(c *world.Call, in *api.ListDelegatedServicesForAccountInput) (*api.ListDelegatedServicesForAccountOutput, error) {
	id := aws.ToString(in.AccountId)
	a, ok := world.FindAccount(c, id)
	if !ok {
		return nil, missing("AccountNotFoundException", "an account")
	}
	org, _ := world.Org(c)
	var all []types.DelegatedService
	for _, principal := range slices.Sorted(maps.Keys(org.DelegatedAdmins)) {
		if slices.Contains(org.DelegatedAdmins[principal], id) {
			all = append(all, types.DelegatedService{ServicePrincipal: &principal, DelegationEnabledDate: &a.Joined})
		}
	}
	if len(all) == 0 {
		return nil, wire.Fail("AccountNotRegisteredException", "The specified account is not a delegated administrator.")
	}
	out, next, err := page(all, "services/"+id, in.MaxResults, in.NextToken)
	return &api.ListDelegatedServicesForAccountOutput{DelegatedServices: out, NextToken: next}, err
}

func listServiceAccess(c *world.Call, in *api.ListAWSServiceAccessForOrganizationInput) (*api.ListAWSServiceAccessForOrganizationOutput, error) {
	org, _ := world.Org(c)
	manager, _ := world.FindAccount(c, org.Management)
	var all []types.EnabledServicePrincipal
	for _, principal := range slices.Sorted(slices.Values(org.TrustedServices)) {
		all = append(all, types.EnabledServicePrincipal{ServicePrincipal: &principal, DateEnabled: &manager.Joined})
	}
	out, next, err := page(all, "access", in.MaxResults, in.NextToken)
	return &api.ListAWSServiceAccessForOrganizationOutput{EnabledServicePrincipals: out, NextToken: next}, err
}

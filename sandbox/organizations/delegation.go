package organizations

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func delegationOperations() []world.Operation {
	return []world.Operation{
		read("ListDelegatedAdministrators", listAdministrators),
		read("ListDelegatedServicesForAccount", listDelegatedServices),
		read("ListAWSServiceAccessForOrganization", listServiceAccess),
		write("RegisterDelegatedAdministrator", register),
		write("DeregisterDelegatedAdministrator", deregister),
		write("EnableAWSServiceAccess", enableService),
		write("DisableAWSServiceAccess", disableService),
	}
}

// administratorsOf are the accounts that administer a service, or, for "", any.
func administratorsOf(org world.Organization, service string) []string {
	var ids []string
	for principal, accounts := range org.DelegatedAdmins {
		if service == "" || service == principal {
			ids = append(ids, accounts...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// servicesOf are the services that an account administers.
func servicesOf(org world.Organization, account string) []string {
	var all []string
	for _, principal := range slices.Sorted(maps.Keys(org.DelegatedAdmins)) {
		if slices.Contains(org.DelegatedAdmins[principal], account) {
			all = append(all, principal)
		}
	}
	return all
}

// since is when an account became a service's administrator; in a start, with the organization.
func since(org world.Organization, account, service string) time.Time {
	if at, ok := org.DelegatedAt[account+"/"+service]; ok {
		return at
	}
	return org.Created
}

func listAdministrators(c *world.Call, in *api.ListDelegatedAdministratorsInput) (*api.ListDelegatedAdministratorsOutput, error) {
	org, _ := world.Org(c)
	service := aws.ToString(in.ServicePrincipal)
	all, next, err := page(administratorsOf(org, service), "administrators/"+service, in.MaxResults, in.NextToken)
	return &api.ListDelegatedAdministratorsOutput{
		DelegatedAdministrators: each(all, func(id string) types.DelegatedAdministrator { return administrator(c, org, id, service) }), NextToken: next,
	}, err
}

func administrator(c *world.Call, org world.Organization, id, service string) types.DelegatedAdministrator {
	a, _ := world.FindAccount(c, id)
	as := account(c, org, a)
	enabled := since(org, id, servicesOf(org, id)[0])
	if service != "" {
		enabled = since(org, id, service)
	}
	return types.DelegatedAdministrator{
		Arn: as.Arn, Id: as.Id, Name: as.Name, Email: as.Email, State: as.State, Status: as.Status,
		JoinedMethod: as.JoinedMethod, JoinedTimestamp: as.JoinedTimestamp, DelegationEnabledDate: &enabled,
	}
}

func listDelegatedServices(c *world.Call, in *api.ListDelegatedServicesForAccountInput) (*api.ListDelegatedServicesForAccountOutput, error) {
	org, _ := world.Org(c)
	a, err := member(c, org, in.AccountId)
	if err != nil {
		return nil, err
	}
	services := servicesOf(org, a.ID)
	if len(services) == 0 {
		return nil, notRegistered()
	}
	services, next, err := page(services, "services/"+a.ID, in.MaxResults, in.NextToken)
	return &api.ListDelegatedServicesForAccountOutput{DelegatedServices: each(services, func(principal string) types.DelegatedService {
		return types.DelegatedService{ServicePrincipal: &principal, DelegationEnabledDate: aws.Time(since(org, a.ID, principal))}
	}), NextToken: next}, err
}

func listServiceAccess(c *world.Call, in *api.ListAWSServiceAccessForOrganizationInput) (*api.ListAWSServiceAccessForOrganizationOutput, error) {
	org, _ := world.Org(c)
	all, next, err := page(slices.Sorted(slices.Values(org.TrustedServices)), "access", in.MaxResults, in.NextToken)
	return &api.ListAWSServiceAccessForOrganizationOutput{EnabledServicePrincipals: each(all, func(principal string) types.EnabledServicePrincipal {
		at, ok := org.TrustedAt[principal]
		if !ok {
			at = org.Created
		}
		return types.EnabledServicePrincipal{ServicePrincipal: &principal, DateEnabled: &at}
	}), NextToken: next}, err
}

var principalForm = document.NewPattern(`^[a-z0-9.-]{1,110}\.amazonaws\.com$`)

func principalOf(service *string) (string, error) {
	if !principalForm.MatchString(aws.ToString(service)) {
		return "", invalid(types.InvalidInputExceptionReasonUnrecognizedServicePrincipal, "You specified an unrecognized service principal: %q.", aws.ToString(service))
	}
	return *service, nil
}

func notRegistered() error {
	return wire.Fail("AccountNotRegisteredException", "The specified account is not a delegated administrator for this AWS service.")
}

func register(c *world.Call, org world.Organization, in *api.RegisterDelegatedAdministratorInput) (*api.RegisterDelegatedAdministratorOutput, error) {
	service, err := principalOf(in.ServicePrincipal)
	if err != nil {
		return nil, err
	}
	a, err := member(c, org, in.AccountId)
	if err != nil {
		return nil, err
	}
	if err := registrable(c, org, a, service); err != nil {
		return nil, err
	}
	if org.DelegatedAdmins == nil {
		org.DelegatedAdmins = map[string][]string{}
	}
	if org.DelegatedAt == nil {
		org.DelegatedAt = map[string]time.Time{}
	}
	org.DelegatedAdmins[service] = append(org.DelegatedAdmins[service], a.ID)
	org.DelegatedAt[a.ID+"/"+service] = c.Now
	world.PutOrg(c, org)
	return &api.RegisterDelegatedAdministratorOutput{}, nil
}

func registrable(c *world.Call, org world.Organization, a world.Account, service string) error {
	have := org.DelegatedAdmins[service]
	switch {
	case a.ID == org.Management:
		return violation(types.ConstraintViolationExceptionReasonCannotRegisterMasterAsDelegatedAdministrator, "You cannot register the management account as a delegated administrator.")
	case a.State != string(types.AccountStateActive):
		return violation(types.ConstraintViolationExceptionReasonCannotRegisterSuspendedAccountAsDelegatedAdministrator, "You cannot register a suspended account as a delegated administrator.")
	case !slices.Contains(org.TrustedServices, service):
		return violation(types.ConstraintViolationExceptionReasonServiceAccessNotEnabled, "Enable service access for %s first, by EnableAWSServiceAccess.", service)
	case slices.Contains(have, a.ID):
		return wire.Fail("AccountAlreadyRegisteredException", "The specified account is already a delegated administrator for this AWS service.")
	case len(have) >= world.Quota(c, quotaAdmins, maxAdmins):
		return violation(types.ConstraintViolationExceptionReasonMaxDelegatedAdministratorsForServiceLimitExceeded, "You have exceeded the number of delegated administrators allowed for %s.", service)
	}
	return nil
}

// deregister takes the office; what the account has shared by it is gone (CT-21).
func deregister(c *world.Call, org world.Organization, in *api.DeregisterDelegatedAdministratorInput) (*api.DeregisterDelegatedAdministratorOutput, error) {
	service, err := principalOf(in.ServicePrincipal)
	if err != nil {
		return nil, err
	}
	a, err := member(c, org, in.AccountId)
	if err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(slices.Clone(org.DelegatedAdmins[service]), func(id string) bool { return id == a.ID })
	if len(left) == len(org.DelegatedAdmins[service]) {
		return nil, notRegistered()
	}
	org.DelegatedAdmins[service] = left
	delete(org.DelegatedAt, a.ID+"/"+service)
	world.PutOrg(c, org)
	return &api.DeregisterDelegatedAdministratorOutput{}, nil
}

func enableService(c *world.Call, org world.Organization, in *api.EnableAWSServiceAccessInput) (*api.EnableAWSServiceAccessOutput, error) {
	service, err := principalOf(in.ServicePrincipal)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(org.TrustedServices, service) {
		org.TrustedServices = append(org.TrustedServices, service)
		if org.TrustedAt == nil {
			org.TrustedAt = map[string]time.Time{}
		}
		org.TrustedAt[service] = c.Now
		world.PutOrg(c, org)
	}
	return &api.EnableAWSServiceAccessOutput{}, nil
}

func disableService(c *world.Call, org world.Organization, in *api.DisableAWSServiceAccessInput) (*api.DisableAWSServiceAccessOutput, error) {
	service, err := principalOf(in.ServicePrincipal)
	if err != nil {
		return nil, err
	}
	org.TrustedServices = slices.DeleteFunc(org.TrustedServices, func(s string) bool { return s == service })
	delete(org.TrustedAt, service)
	world.PutOrg(c, org)
	return &api.DisableAWSServiceAccessOutput{}, nil
}

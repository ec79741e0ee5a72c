package organizations_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func (r *rig) register(account, service string) error {
	_, err := r.top.RegisterDelegatedAdministrator(r.Context(), &api.RegisterDelegatedAdministratorInput{AccountId: &account, ServicePrincipal: &service})
	return err
}

func (r *rig) deregister(account, service string) error {
	_, err := r.top.DeregisterDelegatedAdministrator(r.Context(), &api.DeregisterDelegatedAdministratorInput{AccountId: &account, ServicePrincipal: &service})
	return err
}

func (r *rig) trust(service string) error {
	_, err := r.top.EnableAWSServiceAccess(r.Context(), &api.EnableAWSServiceAccessInput{ServicePrincipal: &service})
	return err
}

// From bare: first the service is trusted, then an account administers it; only that account
// reads the organization then. X63
func TestDelegation(t *testing.T) {
	r := newRig(t, "bare", world.Settings{})
	own := r.admin(hub)
	_, err := own.ListAccounts(t.Context(), nil)
	r.wants(err, "AccessDeniedException", "")
	r.wants(r.register(hub, catalog), "ConstraintViolationException", "SERVICE_ACCESS_NOT_ENABLED")
	r.must(r.trust(catalog))
	r.must(r.trust(catalog))
	access, err := r.top.ListAWSServiceAccessForOrganization(t.Context(), nil)
	r.must(err)
	same(t, "trusted", len(access.EnabledServicePrincipals), 1)

	r.must(r.register(hub, catalog))
	_, err = own.ListAccounts(t.Context(), nil)
	r.must(err)
	admins, err := own.ListDelegatedAdministrators(t.Context(), &api.ListDelegatedAdministratorsInput{ServicePrincipal: aws.String(catalog)})
	r.must(err)
	same(t, "administrator", *admins.DelegatedAdministrators[0].Id, hub)
	services, err := own.ListDelegatedServicesForAccount(t.Context(), &api.ListDelegatedServicesForAccountInput{AccountId: aws.String(hub)})
	r.must(err)
	same(t, "since", services.DelegatedServices[0].DelegationEnabledDate.Equal(*admins.DelegatedAdministrators[0].DelegationEnabledDate), true)

	r.must(r.deregister(hub, catalog))
	_, err = own.ListAccounts(t.Context(), nil)
	r.wants(err, "AccessDeniedException", "")
	_, err = r.top.DisableAWSServiceAccess(t.Context(), &api.DisableAWSServiceAccessInput{ServicePrincipal: aws.String(catalog)})
	r.must(err)
	access, err = r.top.ListAWSServiceAccessForOrganization(t.Context(), nil)
	r.must(err)
	same(t, "trusted", len(access.EnabledServicePrincipals), 0)
}

// Who cannot be registered, and why.
func TestRegisterRefuses(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	for name, tt := range map[string]struct{ account, service, code, reason string }{
		"the management account": {management, catalog, "ConstraintViolationException", "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"},
		"a suspended account":    {closed, catalog, "ConstraintViolationException", "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"},
		"registered already":     {hub, catalog, "AccountAlreadyRegisteredException", ""},
		"not trusted":            {gamma, "ram.amazonaws.com", "ConstraintViolationException", "SERVICE_ACCESS_NOT_ENABLED"},
		"no member":              {"123456789012", catalog, "AccountNotFoundException", ""},
		"no principal":           {gamma, "servicecatalog", "InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL"},
	} {
		t.Run(name, func(t *testing.T) { r.wants(r.register(tt.account, tt.service), tt.code, tt.reason) })
	}
	r.wants(r.deregister(gamma, catalog), "AccountNotRegisteredException", "")
	_, err := r.top.ListDelegatedServicesForAccount(t.Context(), &api.ListDelegatedServicesForAccountInput{AccountId: aws.String(gamma)})
	r.wants(err, "AccountNotRegisteredException", "")
}

// A service has 50 delegated administrators at most. SBX-39, X63
func TestAdministratorQuota(t *testing.T) {
	r := newRig(t, "fleet 50x1", world.Settings{}) // the hub is one
	left := 0
	for _, a := range r.accounts() {
		if *a.Id == hub || *a.Id == management {
			continue
		}
		if left++; left <= 49 {
			r.must(r.register(*a.Id, catalog))
			continue
		}
		r.wants(r.register(*a.Id, catalog), "ConstraintViolationException", "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED")
	}
	admins, err := r.top.ListDelegatedAdministrators(t.Context(), nil)
	r.must(err)
	same(t, "a page of them", len(admins.DelegatedAdministrators), 20)
}

// Only the management account changes the organization: not a delegated administrator, and not
// a member that its own policies let do everything. SBX-23
func TestManagementOnly(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	for _, account := range []string{hub, spoke} {
		own := r.admin(account)
		for name, call := range map[string]func() error{
			"CreateAccount": func() error {
				_, err := own.CreateAccount(t.Context(), &api.CreateAccountInput{AccountName: aws.String("a"), Email: aws.String("a@example.com")})
				return err
			},
			"CloseAccount": func() error {
				_, err := own.CloseAccount(t.Context(), &api.CloseAccountInput{AccountId: aws.String(gamma)})
				return err
			},
			"TagResource": func() error {
				_, err := own.TagResource(t.Context(), &api.TagResourceInput{ResourceId: aws.String(gamma), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
				return err
			},
			"EnableAWSServiceAccess": func() error {
				_, err := own.EnableAWSServiceAccess(t.Context(), &api.EnableAWSServiceAccessInput{ServicePrincipal: aws.String(catalog)})
				return err
			},
		} {
			t.Run(fmt.Sprint(account, name), func(t *testing.T) { r.wants(call(), "AccessDeniedException", "") })
		}
		_, err := own.DescribeOrganization(t.Context(), nil)
		r.must(err)
	}
	_, err := r.user("admin-"+spoke).ListAccounts(t.Context(), nil)
	r.wants(err, "AccessDeniedException", "")
}

// The organization's resource policy lets a member read what it names, and no more.
func TestResourcePolicy(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	own := r.admin(spoke)
	describe := func() error {
		_, err := r.top.DescribeResourcePolicy(t.Context(), nil)
		return err
	}
	put := func(text string) error {
		_, err := r.top.PutResourcePolicy(t.Context(), &api.PutResourcePolicyInput{Content: &text})
		return err
	}
	r.wants(describe(), "ResourcePolicyNotFoundException", "")
	r.wants(put(`{"Statement": "everything"}`), "InvalidInputException", "INVALID_RESOURCE_POLICY_JSON")
	r.must(put(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "` + spoke + `"}, "Action": "organizations:ListAccounts", "Resource": "*"}]}`))
	r.must(describe())
	_, err := own.ListAccounts(t.Context(), nil)
	r.must(err)
	_, err = own.ListRoots(t.Context(), nil)
	r.wants(err, "AccessDeniedException", "")
	_, err = r.top.DeleteResourcePolicy(t.Context(), nil)
	r.must(err)
	r.wants(describe(), "ResourcePolicyNotFoundException", "")
	_, err = own.ListAccounts(t.Context(), nil)
	r.wants(err, "AccessDeniedException", "")
}

package organizations_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// Accounts of the default organization.
const (
	management = "888888888888"
	hub        = "999999999999"
	gamma      = "222222222222"
	spoke      = "333333333333"
	closed     = "666666666666"
	root       = "r-ab12"
	workloads  = "ou-ab12-11111111"
	catalog    = "servicecatalog.amazonaws.com"
)

// rig is a sandbox under the real SDK client; top is the management account's client.
type rig struct {
	*testing.T
	s     *sandbox.Sandbox
	store world.Store
	top   *api.Client
}

func newRig(t *testing.T, start string, settings world.Settings) *rig {
	t.Helper()
	store := world.Memory()
	s, err := sandbox.New(store, sandbox.Options{Wall: time.Now, Seed: []byte("seed"), Start: start})
	r := &rig{T: t, s: s, store: store}
	r.must(err)
	t.Cleanup(func() {
		orphans, err := s.Orphans(context.WithoutCancel(t.Context())) // SBX-69
		if err != nil || len(orphans) > 0 {
			t.Error(orphans, err)
		}
	})
	r.top = r.user("management")
	r.in(func(c *world.Call) { world.PutSettings(c.Tx, settings) })
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// in changes the world behind the API's back.
func (r *rig) in(f func(*world.Call)) {
	r.must(r.store.Update(r.Context(), func(tx world.Tx) error {
		f(&world.Call{Tx: tx, Now: world.Now(tx, time.Now())})
		return nil
	}))
}

func (r *rig) sleep(d time.Duration) { r.must(r.s.Sleep(r.Context(), d)) }

func (r *rig) config(user string) aws.Config {
	k, err := r.s.Credentials(r.Context(), user)
	r.must(err)
	return r.with(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)
}

func (r *rig) with(id, secret, token string) aws.Config {
	return aws.Config{
		Region: "us-east-1", HTTPClient: &http.Client{Transport: r.s.Transport()}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, token),
	}
}

func (r *rig) user(name string) *api.Client { return api.NewFromConfig(r.config(name)) }

// session is the configuration of a session of a role, taken by a user.
func (r *rig) session(user, account, role string) (aws.Config, error) {
	out, err := sts.NewFromConfig(r.config(user)).AssumeRole(r.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + account + ":role/" + role), RoleSessionName: aws.String("test"),
	})
	if err != nil {
		return aws.Config{}, err
	}
	return r.with(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken), nil
}

// admin is an account where a user of that name may do everything.
func (r *rig) admin(account string) *api.Client {
	r.in(func(c *world.Call) {
		world.Put(c.In(account, ""), world.KindUser, "admin-"+account, world.User{Name: "admin-" + account, Path: "/", Account: account,
			Grants: world.Grants{Attached: []string{"arn:aws:iam::aws:policy/AdministratorAccess"}}})
		world.NewUser(c, account, "admin-"+account)
	})
	return r.user("admin-" + account)
}

// wants holds that an error has a code and, where it is given, a reason.
func (r *rig) wants(err error, code, reason string) {
	r.Helper()
	var api smithy.APIError
	got := ""
	if errors.As(err, &api) {
		got = api.ErrorCode()
	}
	if got != code {
		r.Errorf("got %q (%v), want %s", got, err, code)
		return
	}
	var violated *types.ConstraintViolationException
	var invalid *types.InvalidInputException
	switch {
	case errors.As(err, &violated):
		same(r, code, string(violated.Reason), reason)
	case errors.As(err, &invalid):
		same(r, code, string(invalid.Reason), reason)
	case reason != "":
		r.Errorf("%v has no reason", err)
	}
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func (r *rig) account(id string) types.Account {
	r.Helper()
	out, err := r.top.DescribeAccount(r.Context(), &api.DescribeAccountInput{AccountId: &id})
	r.must(err)
	return *out.Account
}

// unit makes an organizational unit and gives its id.
func (r *rig) unit(parent, name string) string {
	r.Helper()
	out, err := r.top.CreateOrganizationalUnit(r.Context(), &api.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name})
	r.must(err)
	return *out.OrganizationalUnit.Id
}

func (r *rig) move(account, from, to string) error {
	_, err := r.top.MoveAccount(r.Context(), &api.MoveAccountInput{AccountId: &account, SourceParentId: &from, DestinationParentId: &to})
	return err
}

// create asks for an account and gives the request's id.
func (r *rig) create(name, email string) (string, error) {
	out, err := r.top.CreateAccount(r.Context(), &api.CreateAccountInput{AccountName: &name, Email: &email})
	if err != nil {
		return "", err
	}
	return *out.CreateAccountStatus.Id, nil
}

func (r *rig) creation(id string) types.CreateAccountStatus {
	r.Helper()
	out, err := r.top.DescribeCreateAccountStatus(r.Context(), &api.DescribeCreateAccountStatusInput{CreateAccountRequestId: &id})
	r.must(err)
	return *out.CreateAccountStatus
}

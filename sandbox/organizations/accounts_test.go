package organizations_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox/world"
)

// An account comes in five seconds, not at once: an organization that is listed again has it
// then, at the root, with a role that the management account may take. X61
func TestCreateAccount(t *testing.T) {
	r := newRig(t, "empty", world.Settings{})
	id, err := r.create("new", "new@example.com")
	r.must(err)
	s := r.creation(id)
	same(t, "state", s.State, types.CreateAccountStateInProgress)
	same(t, "account before", s.AccountId == nil, true)
	same(t, "listed before", len(r.accounts()), 1)

	r.sleep(5 * time.Second)
	s = r.creation(id)
	same(t, "state", s.State, types.CreateAccountStateSucceeded)
	same(t, "listed", len(r.accounts()), 2)
	a := r.account(*s.AccountId)
	same(t, "state", a.State, types.AccountStateActive)
	same(t, "joined", a.JoinedMethod, types.AccountJoinedMethodCreated)
	same(t, "path", a.Paths[0], "o-exampleorg1/r-ab12/"+*a.Id+"/")
	same(t, "since", s.CompletedTimestamp.Equal(*a.JoinedTimestamp), true)

	cfg, err := r.session("management", *a.Id, "OrganizationAccountAccessRole")
	r.must(err)
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	r.must(err)
	same(t, "who", *who.Account, *a.Id)
}

func (r *rig) accounts() []types.Account {
	r.Helper()
	var all []types.Account
	for pages := api.NewListAccountsPaginator(r.top, nil); pages.HasMorePages(); {
		out, err := pages.NextPage(r.Context())
		r.must(err)
		all = append(all, out.Accounts...)
	}
	return all
}

// CreateAccount has no token. The same e-mail address is refused in the end, also while the
// first account is on its way, and every request can be asked for. SBX-34
func TestSameEmail(t *testing.T) {
	r := newRig(t, "empty", world.Settings{})
	first, err := r.create("one", "one@example.com")
	r.must(err)
	second, err := r.create("one", "One@example.com")
	r.must(err)
	own, err := r.create("mine", "management@example.com")
	r.must(err)
	r.sleep(5 * time.Second)
	same(t, "first", r.creation(first).State, types.CreateAccountStateSucceeded)
	for _, id := range []string{second, own} {
		s := r.creation(id)
		same(t, "state", s.State, types.CreateAccountStateFailed)
		same(t, "reason", s.FailureReason, types.CreateAccountFailureReasonEmailAlreadyExists)
		same(t, "account", s.AccountId == nil, true)
	}
	failed, err := r.top.ListCreateAccountStatus(t.Context(), &api.ListCreateAccountStatusInput{States: []types.CreateAccountState{types.CreateAccountStateFailed}})
	r.must(err)
	same(t, "failed", len(failed.CreateAccountStatuses), 2)
	_, err = r.top.DescribeCreateAccountStatus(t.Context(), &api.DescribeCreateAccountStatusInput{CreateAccountRequestId: aws.String("car-00000000000000000000000000000000")})
	r.wants(err, "CreateAccountStatusNotFoundException", "")
}

// What AWS refuses at once.
func TestCreateAccountRefuses(t *testing.T) {
	r := newRig(t, "empty", world.Settings{})
	for name, tt := range map[string]struct {
		in           api.CreateAccountInput
		code, reason string
	}{
		"no name":        {api.CreateAccountInput{AccountName: aws.String(""), Email: aws.String("a@example.com")}, "InvalidInputException", "INVALID_PATTERN"},
		"no address":     {api.CreateAccountInput{AccountName: aws.String("a"), Email: aws.String("somebody")}, "InvalidInputException", "INVALID_PATTERN"},
		"no role's name": {api.CreateAccountInput{AccountName: aws.String("a"), Email: aws.String("a@example.com"), RoleName: aws.String("a b")}, "InvalidInputException", "INVALID_ROLE_NAME"},
		"a system's tag": {api.CreateAccountInput{AccountName: aws.String("a"), Email: aws.String("a@example.com"), Tags: []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("")}}}, "InvalidInputException", "INVALID_SYSTEM_TAGS_PARAMETER"},
		"billing":        {api.CreateAccountInput{AccountName: aws.String("a"), Email: aws.String("a@example.com"), IamUserAccessToBilling: types.IAMUserAccessToBillingDeny}, "NotImplemented", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.top.CreateAccount(t.Context(), &tt.in)
			r.wants(err, tt.code, tt.reason)
		})
	}
}

// What asynchronous work does by a setting: it fails, or takes longer. SBX-34
func TestCreateAccountBySetting(t *testing.T) {
	r := newRig(t, "empty", world.Settings{
		Switches: map[string]bool{"organizations:create-account-fails": true},
		Takes:    map[string]world.Duration{"organizations:create-account": world.Duration(time.Hour)},
	})
	id, err := r.create("late", "late@example.com")
	r.must(err)
	r.sleep(59 * time.Minute)
	same(t, "before", r.creation(id).State, types.CreateAccountStateInProgress)
	r.sleep(time.Minute)
	same(t, "after", r.creation(id).FailureReason, types.CreateAccountFailureReasonInternalFailure)

	r = newRig(t, "empty", world.Settings{Switches: map[string]bool{"organizations:finalizing": true}})
	_, err = r.create("soon", "soon@example.com")
	r.wants(err, "FinalizingOrganizationException", "")
}

// A change too soon after another is refused where the switch says so, and goes after a while.
func TestConcurrentModification(t *testing.T) {
	r := newRig(t, "default", world.Settings{Switches: map[string]bool{"organizations:one-change-at-a-time": true}})
	r.unit(root, "one")
	_, err := r.top.CreateOrganizationalUnit(t.Context(), &api.CreateOrganizationalUnitInput{ParentId: aws.String(root), Name: aws.String("two")})
	r.wants(err, "ConcurrentModificationException", "")
	r.sleep(2 * time.Second)
	r.unit(root, "two")
}

// The tenth account comes, the eleventh does not; closed ones count. A setting lowers it. SBX-39
func TestAccountQuota(t *testing.T) {
	for limit, settings := range map[int]world.Settings{10: {}, 9: {Quotas: map[string]int{"organizations:accounts": 9}}} {
		r := newRig(t, "default", settings) // 8 accounts, of them one closed
		for n := 9; n <= limit; n++ {
			_, err := r.create("a", fmt.Sprintf("a%d@example.com", n))
			r.must(err)
		}
		_, err := r.create("a", "last@example.com")
		r.wants(err, "ConstraintViolationException", "ACCOUNT_NUMBER_LIMIT_EXCEEDED")
	}
}

// A closed account is PENDING_CLOSURE and then SUSPENDED; nobody acts in it. X56
func TestCloseAccount(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	shut := func(id string) error {
		_, err := r.top.CloseAccount(t.Context(), &api.CloseAccountInput{AccountId: &id})
		return err
	}
	r.must(shut(spoke))
	same(t, "state", r.account(spoke).State, types.AccountStatePendingClosure)
	_, err := r.session("axle", spoke, "CatalogSpokeReader")
	r.wants(err, "AccessDenied", "")
	r.wants(shut(spoke), "ConflictException", "")
	r.sleep(time.Minute)
	a := r.account(spoke)
	same(t, "state", a.State, types.AccountStateSuspended)
	same(t, "status", a.Status, types.AccountStatusSuspended)
	r.wants(shut(spoke), "AccountAlreadyClosedException", "")
	r.wants(shut(management), "ConstraintViolationException", "CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
	r.wants(shut("123456789012"), "AccountNotFoundException", "")
}

// Status is not there where the switch has retired it; State always is. SBX-24
func TestStatusRetired(t *testing.T) {
	for retired, want := range map[bool]types.AccountStatus{false: "ACTIVE", true: ""} {
		r := newRig(t, "default", world.Settings{Switches: map[string]bool{"organizations:no-status": retired}})
		for _, a := range r.accounts()[:1] {
			same(t, "status", a.Status, want)
			same(t, "state", a.State, types.AccountStateActive)
		}
	}
}

package organizations

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func accountOperations() []world.Operation {
	return []world.Operation{
		write("CreateAccount", createAccount),
		read("DescribeCreateAccountStatus", describeCreation),
		read("ListCreateAccountStatus", listCreations),
		write("CloseAccount", closeAccount),
	}
}

const kindCreation = "org-creation" // under the organization, by request id

// creationRequest is one CreateAccount. Its end is settled as it starts, and seen from Due on.
type creationRequest struct {
	ID, Name, Account string
	Requested, Due    time.Time
	Failure           string // a CreateAccountFailureReason; "": none
}

func creations(org world.Organization) string { return kindCreation + "/" + org.ID }

func (r creationRequest) state(c *world.Call) types.CreateAccountState {
	switch {
	case c.Now.Before(r.Due):
		return types.CreateAccountStateInProgress
	case r.Failure != "":
		return types.CreateAccountStateFailed
	}
	return types.CreateAccountStateSucceeded
}

func (r creationRequest) status(c *world.Call) types.CreateAccountStatus {
	out := types.CreateAccountStatus{Id: &r.ID, AccountName: &r.Name, RequestedTimestamp: &r.Requested, State: r.state(c)}
	switch out.State {
	case types.CreateAccountStateFailed:
		out.CompletedTimestamp, out.FailureReason = &r.Due, types.CreateAccountFailureReason(r.Failure)
	case types.CreateAccountStateSucceeded:
		out.CompletedTimestamp, out.AccountId = &r.Due, &r.Account
	}
	return out
}

var (
	emailForm = document.NewPattern(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
	nameForm  = document.NewPattern(`^[\x20-\x7E]{1,50}$`)
	roleForm  = document.NewPattern(`^[\w+=,.@-]{1,64}$`)
)

const (
	accessRole = "OrganizationAccountAccessRole"
	adminRight = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// createAccount has no client token: who calls it twice asks twice, and what tells the requests
// apart is the e-mail address, of which AWS has one account only.
func createAccount(c *world.Call, org world.Organization, in *api.CreateAccountInput) (*api.CreateAccountOutput, error) {
	role := aws.ToString(in.RoleName)
	if role == "" {
		role = accessRole
	}
	if err := createable(c, org, in, role); err != nil {
		return nil, err
	}
	tags, err := retag(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	r := creationRequest{
		ID: c.NewID("car-", 32, world.Hex), Name: *in.AccountName, Requested: c.Now,
		Due: c.Now.Add(world.Takes(c, creation, creatingAccount)),
	}
	switch {
	case emailTaken(c, *in.Email):
		r.Failure = string(types.CreateAccountFailureReasonEmailAlreadyExists)
	case world.Switched(c, creationFails):
		r.Failure = string(types.CreateAccountFailureReasonInternalFailure)
	default:
		r.Account = newAccountID(c)
		world.PutAccount(c, world.Account{
			ID: r.Account, Name: r.Name, Email: *in.Email, Org: org.ID, Parent: org.Root,
			State: string(types.AccountStatePendingActivation), Joined: r.Due, Due: r.Due, Tags: tags,
		})
		world.PutRole(c, world.Role{
			Name: role, Path: "/", Account: r.Account, TrustAccounts: []string{org.Management}, Created: r.Due,
			Grants: world.Grants{Attached: []string{adminRight}},
		})
	}
	world.Put(c, creations(org), r.ID, r)
	out := r.status(c)
	return &api.CreateAccountOutput{CreateAccountStatus: &out}, nil
}

// createable judges what AWS judges at once.
func createable(c *world.Call, org world.Organization, in *api.CreateAccountInput, role string) error {
	switch {
	case !nameForm.MatchString(aws.ToString(in.AccountName)):
		return invalid(types.InvalidInputExceptionReasonInvalidPattern, "The AccountName has 1 to 50 characters of ASCII.")
	case len(aws.ToString(in.Email)) > 64 || !emailForm.MatchString(aws.ToString(in.Email)):
		return invalid(types.InvalidInputExceptionReasonInvalidPattern, "The Email is not an e-mail address of at most 64 characters.")
	case !roleForm.MatchString(role):
		return invalid(types.InvalidInputExceptionReasonInvalidRoleName, "The RoleName is not a role's name.")
	case in.IamUserAccessToBilling == types.IAMUserAccessToBillingDeny:
		return wire.NotHere("organizations:CreateAccount.IamUserAccessToBilling")
	case world.Switched(c, finalizing):
		return wire.Fail("FinalizingOrganizationException", "Your organization is still being finalized. Try again in an hour.")
	case membersOf(c, org) >= maxMembers(c, org):
		return violation(types.ConstraintViolationExceptionReasonAccountNumberLimitExceeded, "You have exceeded the allowed number of AWS accounts.")
	}
	return nil
}

// membersOf counts the organization's accounts, with those that are closed or on their way.
func membersOf(c *world.Call, org world.Organization) (n int) {
	for _, a := range world.List[world.Account](global(c), world.KindAccount) {
		if a.Org == org.ID {
			n++
		}
	}
	return n
}

func maxMembers(c *world.Call, org world.Organization) int {
	return world.Quota(c, quotaAccounts, max(org.MaxAccounts, maxAccounts))
}

func emailTaken(c *world.Call, email string) bool {
	return slices.ContainsFunc(world.List[world.Account](global(c), world.KindAccount), func(a world.Account) bool {
		return strings.EqualFold(a.Email, email)
	})
}

func newAccountID(c *world.Call) string {
	for {
		id := c.NewID("", 12, "0123456789")
		if _, taken := world.Get[world.Account](global(c), world.KindAccount, id); !taken {
			return id
		}
	}
}

func describeCreation(c *world.Call, in *api.DescribeCreateAccountStatusInput) (*api.DescribeCreateAccountStatusOutput, error) {
	org, _ := world.Org(c)
	r, ok := world.Get[creationRequest](c, creations(org), aws.ToString(in.CreateAccountRequestId))
	if !ok {
		return nil, missing("CreateAccountStatusNotFoundException", "a create account request")
	}
	out := r.status(c)
	return &api.DescribeCreateAccountStatusOutput{CreateAccountStatus: &out}, nil
}

func listCreations(c *world.Call, in *api.ListCreateAccountStatusInput) (*api.ListCreateAccountStatusOutput, error) {
	org, _ := world.Org(c)
	all := filter(world.List[creationRequest](c, creations(org)), func(r creationRequest) bool {
		return len(in.States) == 0 || slices.Contains(in.States, r.state(c))
	})
	slices.SortStableFunc(all, func(a, b creationRequest) int { return a.Requested.Compare(b.Requested) })
	out, next, err := page(all, "creations", in.MaxResults, in.NextToken)
	return &api.ListCreateAccountStatusOutput{
		CreateAccountStatuses: each(out, func(r creationRequest) types.CreateAccountStatus { return r.status(c) }), NextToken: next,
	}, err
}

// closeAccount leaves an account that nobody acts in, and that still counts.
func closeAccount(c *world.Call, org world.Organization, in *api.CloseAccountInput) (*api.CloseAccountOutput, error) {
	a, err := member(c, org, in.AccountId)
	switch {
	case err != nil:
		return nil, err
	case a.ID == org.Management:
		return nil, violation(types.ConstraintViolationExceptionReasonCannotCloseManagementAccount, "You can't close the management account.")
	case a.State == string(types.AccountStatePendingClosure):
		return nil, wire.Fail("ConflictException", "The account is being closed.").With(409)
	case a.State != string(types.AccountStateActive):
		return nil, wire.Fail("AccountAlreadyClosedException", "The account is closed already.")
	}
	a.State, a.Due = string(types.AccountStatePendingClosure), c.Now.Add(world.Takes(c, closing, closingAccount))
	world.PutAccount(c, a)
	return &api.CloseAccountOutput{}, nil
}

package servicecatalog_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	org "github.com/aws/aws-sdk-go-v2/service/organizations"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

const ownDomain = "servicecatalog.amazonaws.com"

// shared is a bed whose hub shares a portfolio with /workloads; top is the management account.
func shared(t *testing.T) (b *bed, top *org.Client, folio string) {
	t.Helper()
	b = newBed(t)
	folio = b.portfolio("P")
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	return b, org.NewFromConfig(b.user("management")), folio
}

// has says whether an account has received a portfolio by a node share.
func (b *bed) has(account string) bool {
	b.t.Helper()
	return len(b.accepted(account, types.PortfolioShareTypeAwsOrganizations)) == 1
}

func (b *bed) relocate(top *org.Client, account, from, to string) {
	b.t.Helper()
	_, err := top.MoveAccount(b.t.Context(), &org.MoveAccountInput{AccountId: &account, SourceParentId: &from, DestinationParentId: &to})
	must(b.t, err)
}

// Moved into a shared unit by the Organizations API, below it too, and out again. SBX-25, X60
func TestMoveByAPI(t *testing.T) {
	b, top, _ := shared(t)
	made, err := top.CreateOrganizationalUnit(t.Context(), &org.CreateOrganizationalUnitInput{ParentId: aws.String(workloads), Name: aws.String("team")})
	must(t, err)
	team := *made.OrganizationalUnit.Id
	for _, step := range []struct {
		from, to string
		has      bool
	}{{workloads, "r-ab12", false}, {"r-ab12", team, true}, {team, workloads, true}} {
		b.relocate(top, spoke, step.from, step.to)
		same(t, "in "+step.to, b.has(spoke), step.has)
		same(t, "the sister", b.has(sister), true)
	}
}

// A new account gets what is shared with the place it is moved to, when it is there. SBX-25, X61
func TestNewAccountReceives(t *testing.T) {
	b, top, folio := shared(t)
	made, err := top.CreateAccount(t.Context(), &org.CreateAccountInput{AccountName: aws.String("new"), Email: aws.String("new@example.com")})
	must(t, err)
	b.sleep(5 * time.Second)
	done, err := top.DescribeCreateAccountStatus(t.Context(), &org.DescribeCreateAccountStatusInput{CreateAccountRequestId: made.CreateAccountStatus.Id})
	must(t, err)
	account := *done.CreateAccountStatus.AccountId
	access := func() []string {
		out, err := b.hub.ListPortfolioAccess(t.Context(), &sc.ListPortfolioAccessInput{PortfolioId: &folio, OrganizationParentId: aws.String(workloads)})
		must(t, err)
		return out.AccountIds
	}
	before := len(access())
	b.relocate(top, account, "r-ab12", workloads)
	same(t, "accounts", len(access()), before+1)
}

// A removed account has nothing of the organization's any more. SBX-25
func TestRemovedAccountLoses(t *testing.T) {
	b, top, _ := shared(t)
	must(t, remove(t, top, sister))
	same(t, "removed", b.has(sister), false)
	same(t, "the other", b.has(spoke), true)
}

func remove(t *testing.T, top *org.Client, account string) error {
	_, err := top.RemoveAccountFromOrganization(t.Context(), &org.RemoveAccountFromOrganizationInput{AccountId: &account})
	return err
}

// A delegated administrator that is de-registered loses its node shares for good: registered
// again it has to share again. Its account shares stay. SBX-25, CT-21, X63
func TestDeregisteredSharesVanish(t *testing.T) {
	b, top, folio := shared(t)
	must(t, err2(b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, AccountId: aws.String(gamma)})))
	office := &org.DeregisterDelegatedAdministratorInput{AccountId: aws.String(hub), ServicePrincipal: aws.String(ownDomain)}
	_, err := top.DeregisterDelegatedAdministrator(t.Context(), office)
	must(t, err)
	same(t, "de-registered", b.has(spoke), false)
	_, err = b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit})
	wants(t, err, "OperationNotSupportedException")

	_, err = top.RegisterDelegatedAdministrator(t.Context(), &org.RegisterDelegatedAdministratorInput{AccountId: office.AccountId, ServicePrincipal: office.ServicePrincipal})
	must(t, err)
	same(t, "registered again", b.has(spoke), false)
	for kind, want := range map[types.DescribePortfolioShareType]int{types.DescribePortfolioShareTypeOrganizationalUnit: 0, types.DescribePortfolioShareTypeAccount: 1} {
		out, err := b.hub.DescribePortfolioShares(t.Context(), &sc.DescribePortfolioSharesInput{PortfolioId: &folio, Type: kind})
		must(t, err)
		same(t, string(kind), len(out.PortfolioShareDetails), want)
	}
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	same(t, "shared again", b.has(spoke), true)
}

func err2[T any](_ T, err error) error { return err }

// With Organizations access off nothing new is shared, and what is shared stays with whom it
// reached, wherever they move; on again, the tree counts again. CT-21, X63
func TestAccessOffAndOn(t *testing.T) {
	b, top, folio := shared(t)
	catalog := sc.NewFromConfig(b.user("management"))
	b.in(func(c *world.Call) { // nor does a right of its own account help the hub
		role, _ := world.RoleOf(c, hub, publisher)
		role.Attached = []string{"arn:aws:iam::aws:policy/AdministratorAccess"}
		world.PutRole(c, role)
	})
	_, err := b.hub.DisableAWSOrganizationsAccess(t.Context(), nil)
	wants(t, err, "OperationNotSupportedException", "management account")
	for range 2 {
		_, err = catalog.DisableAWSOrganizationsAccess(t.Context(), nil)
		must(t, err)
	}
	b.relocate(top, spoke, workloads, "r-ab12")
	b.relocate(top, gamma, "r-ab12", workloads)
	same(t, "moved out, stale", b.has(spoke), true)
	_, err = b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: node(types.OrganizationNodeTypeOrganization, orgID)})
	wants(t, err, "OperationNotSupportedException", "access is not enabled")

	_, err = catalog.EnableAWSOrganizationsAccess(t.Context(), nil)
	must(t, err)
	b.sleep(5 * time.Second)
	same(t, "on again", b.has(spoke), false)
	same(t, "the sister", b.has(sister), true)
}

// Where Organizations does not trust Service Catalog, access is DISABLED. X63
func TestTrustOff(t *testing.T) {
	b, top, folio := shared(t)
	_, err := top.DisableAWSServiceAccess(t.Context(), &org.DisableAWSServiceAccessInput{ServicePrincipal: aws.String(ownDomain)})
	must(t, err)
	out, err := b.hub.GetAWSOrganizationsAccessStatus(t.Context(), nil)
	must(t, err)
	same(t, "status", out.AccessStatus, types.AccessStatusDisabled)
	_, err = b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: node(types.OrganizationNodeTypeOrganization, orgID)})
	wants(t, err, "OperationNotSupportedException", "access is not enabled")
}

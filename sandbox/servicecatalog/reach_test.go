package servicecatalog_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Which node reaches whom: nobody outside it, and no suspended account.
func TestNodeReaches(t *testing.T) {
	tests := []struct {
		kind                 types.OrganizationNodeType
		node                 string
		spoke, sister, gamma bool
	}{
		{types.OrganizationNodeTypeOrganization, orgID, true, true, true},
		{types.OrganizationNodeTypeOrganizationalUnit, workloads, true, true, false},
		{types.OrganizationNodeTypeAccount, spoke, true, false, false},
	}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			b := newBed(t)
			folio := b.portfolio("P")
			b.share(folio, tt.kind, tt.node, false)
			for account, want := range map[string]bool{spoke: tt.spoke, sister: tt.sister} {
				same(t, account, len(b.accepted(account, types.PortfolioShareTypeAwsOrganizations)) == 1, want)
			}
			_, err := b.as(gamma, "CatalogGammaBuilder").DescribePortfolio(t.Context(), &sc.DescribePortfolioInput{Id: &folio})
			same(t, "gamma", err == nil, tt.gamma)
		})
	}
}

// An account moved into a shared unit receives its portfolios by itself, and loses them when
// it moves out. SBX-25
func TestMovedAccount(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	b.move(spoke, "r-ab12")
	same(t, "moved out", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), 0)
	b.move(spoke, workloads)
	same(t, "moved in", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), 1)
}

// An account in a unit below the shared one has it too.
func TestNestedUnit(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	b.in(func(c *world.Call) {
		world.PutUnit(c, world.Unit{ID: "ou-ab12-22222222", Org: orgID, Name: "prod", Parent: workloads})
	})
	b.move(gamma, "ou-ab12-22222222")
	_, err := b.as(gamma, "CatalogGammaBuilder").DescribePortfolio(t.Context(), &sc.DescribePortfolioInput{Id: &folio})
	must(t, err)
}

// The delegated administrator is de-registered: its node shares are gone. CT-21
func TestDelegationLost(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
	b.in(func(c *world.Call) {
		org, _ := world.Org(c)
		org.DelegatedAdmins = nil
		world.PutOrg(c, org)
	})
	same(t, "received", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), 0)
	_, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: node(types.OrganizationNodeTypeOrganization, orgID)})
	wants(t, err, "OperationNotSupportedException")
}

// A share is of one region.
func TestShareIsRegional(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	b.share(folio, types.OrganizationNodeTypeOrganization, orgID, false)
	b.builder(spoke)
	elsewhere := sc.NewFromConfig(b.keys[spoke+"CatalogBuilder"], func(o *sc.Options) { o.Region = "us-east-1" })
	_, err := elsewhere.DescribePortfolio(t.Context(), &sc.DescribePortfolioInput{Id: &folio})
	wants(t, err, "ResourceNotFoundException", folio)
}

// A portfolio that reaches an account by two shares is received once, with what both bring.
func TestTwoShares(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, builder))
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIam, "arn:aws:iam::"+hub+":role/"+publisher)) // stays at home
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, true)
	b.share(folio, types.OrganizationNodeTypeOrganization, orgID, false)
	same(t, "received", len(b.accepted(spoke, types.PortfolioShareTypeAwsOrganizations)), 1)
	out, err := b.builder(spoke).ListPrincipalsForPortfolio(t.Context(), &sc.ListPrincipalsForPortfolioInput{PortfolioId: &folio})
	must(t, err)
	same(t, "principals", len(out.Principals), 1)
}

// Sharing with nodes needs Organizations access, which only the management account turns on. SBX-23
func TestOrganizationsAccess(t *testing.T) {
	b := newBed(t)
	b.in(func(c *world.Call) {
		org, _ := world.Org(c)
		org.CatalogSharing, org.TrustedServices = "DISABLED", nil
		world.PutOrg(c, org)
	})
	folio := b.portfolio("P")
	_, err := b.hub.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit})
	wants(t, err, "OperationNotSupportedException", "access is not enabled")
	_, err = b.hub.EnableAWSOrganizationsAccess(t.Context(), &sc.EnableAWSOrganizationsAccessInput{})
	wants(t, err, "OperationNotSupportedException", "management account")

	top := sc.NewFromConfig(b.user("management"))
	status := func() types.AccessStatus {
		out, err := top.GetAWSOrganizationsAccessStatus(t.Context(), &sc.GetAWSOrganizationsAccessStatusInput{})
		must(t, err)
		return out.AccessStatus
	}
	same(t, "at first", status(), types.AccessStatusDisabled)
	_, err = top.EnableAWSOrganizationsAccess(t.Context(), &sc.EnableAWSOrganizationsAccessInput{})
	must(t, err)
	same(t, "then", status(), types.AccessStatusUnderChange)
	b.sleep(5 * time.Second)
	same(t, "at last", status(), types.AccessStatusEnabled)
	b.share(folio, types.OrganizationNodeTypeOrganization, orgID, false)
	_, err = b.builder(spoke).GetAWSOrganizationsAccessStatus(t.Context(), &sc.GetAWSOrganizationsAccessStatusInput{})
	wants(t, err, "OperationNotSupportedException")
}

// A receiver may import a shared product into a portfolio of its own, live; it may not share
// it on, nor change it.
func TestLiveImport(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	admin := b.builder(spoke)
	made, err := admin.CreatePortfolio(t.Context(), &sc.CreatePortfolioInput{DisplayName: aws.String("Local"), ProviderName: aws.String("spoke"), IdempotencyToken: b.token()})
	must(t, err)
	local := made.PortfolioDetail.Id
	_, err = admin.AssociateProductWithPortfolio(t.Context(), &sc.AssociateProductWithPortfolioInput{ProductId: &p.product, PortfolioId: local})
	wants(t, err, "ResourceNotFoundException")
	_, err = admin.AssociateProductWithPortfolio(t.Context(), &sc.AssociateProductWithPortfolioInput{ProductId: &p.product, PortfolioId: local, SourcePortfolioId: &p.folio})
	must(t, err)
	must(t, b.admit(admin, *local, types.PrincipalTypeIam, "arn:aws:iam::"+spoke+":role/CatalogSpokeReader"))
	out, err := b.as(spoke, "CatalogSpokeReader").ListLaunchPaths(t.Context(), &sc.ListLaunchPathsInput{ProductId: &p.product})
	must(t, err)
	same(t, "path", *out.LaunchPathSummaries[0].Name, "Local")
	same(t, "inherited constraint", *out.LaunchPathSummaries[0].ConstraintSummaries[0].Type, "LAUNCH")

	_, err = admin.CreateProvisioningArtifact(t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &p.product, Parameters: b.version("2.0.0", simple), IdempotencyToken: b.token()})
	wants(t, err, "ResourceNotFoundException")
	_, err = admin.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: &p.folio, AccountId: aws.String(sister)})
	wants(t, err, "ResourceNotFoundException")

	b.move(spoke, "r-ab12")
	same(t, "after the share is gone", b.sees(spoke, "CatalogSpokeReader", p.product), false)
}

// What the administrator of a receiving account reads of a shared product: it and its
// versions, not its tags.
func TestReceiversAdmin(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	reader := b.as(spoke, "CatalogSpokeReader")
	got, err := reader.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Id: &p.product, SourcePortfolioId: &p.folio})
	must(t, err)
	same(t, "versions", *got.ProvisioningArtifactSummaries[0].Id, p.artifact)
	version, err := reader.DescribeProvisioningArtifact(t.Context(), &sc.DescribeProvisioningArtifactInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact})
	must(t, err)
	same(t, "active", *version.ProvisioningArtifactDetail.Active, true)
	found, err := reader.SearchProductsAsAdmin(t.Context(), &sc.SearchProductsAsAdminInput{PortfolioId: &p.folio, SortBy: types.ProductViewSortByVersionCount})
	must(t, err)
	same(t, "in the portfolio", *found.ProductViewDetails[0].ProductViewSummary.ProductId, p.product)
	constraints, err := reader.ListConstraintsForPortfolio(t.Context(), &sc.ListConstraintsForPortfolioInput{PortfolioId: &p.folio})
	must(t, err)
	same(t, "constraint", *constraints.ConstraintDetails[0].Owner, hub)
	b.move(spoke, "r-ab12")
	_, err = reader.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Id: &p.product})
	wants(t, err, "ResourceNotFoundException", p.product)
}

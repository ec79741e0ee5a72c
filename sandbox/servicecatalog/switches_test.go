package servicecatalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Two versions of a product made at once: by switch the second is ResourceNotFoundException, or
// hangs in CREATING; one after the other they are made. CT-3
func TestParallelVersions(t *testing.T) {
	tests := []struct {
		on, code string
		wait     time.Duration
		end      types.Status
	}{
		{"", "", 0, types.StatusAvailable},
		{"parallel-versions-not-found", "ResourceNotFoundException", 0, ""},
		{"parallel-versions-not-found", "", 2 * time.Second, types.StatusAvailable},
		{"parallel-versions-hang", "", 0, types.StatusCreating},
		{"parallel-versions-hang", "", 2 * time.Second, types.StatusAvailable},
	}
	for _, tt := range tests {
		t.Run(tt.on+" after "+tt.wait.String(), func(t *testing.T) {
			b := newBed(t)
			product, first := b.product("bucket", simple)
			b.on(tt.on)
			make := func(name string) (*string, error) {
				out, err := b.hub.CreateProvisioningArtifact(t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &product, Parameters: b.version(name, simple), IdempotencyToken: b.token()})
				if err != nil {
					return nil, err
				}
				return out.ProvisioningArtifactDetail.Id, nil
			}
			_, err := make("1.1.0")
			must(t, err)
			b.sleep(tt.wait)
			id, err := make("1.2.0")
			wants(t, err, tt.code)
			_, deleted := b.hub.DeleteProvisioningArtifact(t.Context(), &sc.DeleteProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &first})
			if tt.on == "parallel-versions-not-found" && tt.wait == 0 {
				wants(t, deleted, "ResourceNotFoundException")
				return
			}
			b.sleep(time.Hour)
			got, err := b.hub.DescribeProvisioningArtifact(t.Context(), &sc.DescribeProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: id})
			must(t, err)
			same(t, "status an hour later", got.Status, tt.end)
		})
	}
}

// A role that IAM has just made is not known to Service Catalog yet, by switch. CT-9
func TestFreshPrincipal(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	b.on("fresh-principals-unknown")
	now := b.now()
	b.in(func(c *world.Call) {
		world.PutRole(c, world.Role{Name: "New", Path: "/", Account: hub, Created: now})
	})
	arn := "arn:aws:iam::" + hub + ":role/New"
	wants(t, b.admit(b.hub, folio, types.PrincipalTypeIam, arn), "InvalidParametersException", "does not exist")
	b.sleep(10 * time.Second)
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIam, arn))
}

// now is the sandbox's time, as a new portfolio tells it.
func (b *bed) now() time.Time {
	b.t.Helper()
	out, err := b.hub.CreatePortfolio(b.t.Context(), &sc.CreatePortfolioInput{DisplayName: aws.String("clock"), ProviderName: aws.String("clock"), IdempotencyToken: b.token()})
	must(b.t, err)
	return *out.PortfolioDetail.CreatedTime
}

// A list of more versions than fit carries a token, which the operation does not take; what the
// owner reads by DescribeProductAsAdmin is whole. CT-16
func TestVersionsBeyondThePage(t *testing.T) {
	b := newBed(t)
	product, _ := b.product("bucket", simple)
	for _, name := range []string{"1.1.0", "1.2.0"} {
		b.artifact(product, name, simple)
	}
	for listed, more := range map[int]bool{2: true, 3: false} {
		b.quota("versions-listed", listed)
		out, err := b.hub.ListProvisioningArtifacts(t.Context(), &sc.ListProvisioningArtifactsInput{ProductId: &product})
		must(t, err)
		same(t, "listed", len(out.ProvisioningArtifactDetails), listed)
		same(t, "and a token", out.NextPageToken != nil, more)
		whole, err := b.hub.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Id: &product})
		must(t, err)
		same(t, "as admin", len(whole.ProvisioningArtifactSummaries), 3)
	}
}

// A whole product says CREATED instead of AVAILABLE, by switch: AWS's documents differ.
func TestStatusCreated(t *testing.T) {
	b := newBed(t)
	product, _ := b.product("bucket", simple)
	for on, want := range map[string]types.Status{"": types.StatusAvailable, "product-status-created": "CREATED"} {
		b.on(on)
		out, err := b.hub.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Id: &product})
		must(t, err)
		same(t, "status", out.ProductViewDetail.Status, want)
	}
}

// How wide the lock on share actions is: the account and region, or by switch each portfolio, or
// the account in all regions. SBX-35, CT-4
func TestShareLockScope(t *testing.T) {
	tests := []struct{ on, sameRegion, otherRegion string }{
		{"", "InvalidStateException", ""},
		{"share-lock-per-portfolio", "", ""},
		{"share-lock-per-account", "InvalidStateException", "InvalidStateException"},
	}
	for _, tt := range tests {
		t.Run(tt.on, func(t *testing.T) {
			b := newBed(t)
			b.on(tt.on)
			elsewhere := sc.NewFromConfig(b.keys[hub+publisher], func(o *sc.Options) { o.Region = "us-east-1" })
			share := func(c *sc.Client) error {
				folio, err := c.CreatePortfolio(t.Context(), &sc.CreatePortfolioInput{DisplayName: aws.String("P"), ProviderName: aws.String("P"), IdempotencyToken: b.token()})
				must(t, err)
				_, err = c.CreatePortfolioShare(t.Context(), &sc.CreatePortfolioShareInput{PortfolioId: folio.PortfolioDetail.Id, OrganizationNode: unit})
				return err
			}
			must(t, share(b.hub))
			wants(t, share(b.hub), tt.sameRegion)
			wants(t, share(elsewhere), tt.otherRegion)
		})
	}
}

// A share that a fault strikes ends COMPLETED_WITH_ERRORS, and only its details tell who lacks the
// portfolio. SBX-37, CT-5, X26
func TestShareErrorFault(t *testing.T) {
	tests := []struct {
		name        string
		fault       world.Fault
		code        string
		lacks, gets string
	}{
		{"an account is throttled", world.Fault{Accounts: []string{sister}, Code: "ThrottlingException"}, "ThrottlingException", sister, spoke},
		{"another has it already", world.Fault{Accounts: []string{spoke}, Code: "DuplicateResourceException"}, "DuplicateResourceException", spoke, sister},
		{"the last one, for want of a name", world.Fault{}, "ThrottlingException", "555555555555", spoke},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			folio := b.portfolio("P")
			tt.fault.Operation, tt.fault.Kind, tt.fault.Times = "CreatePortfolioShare", world.KindShareError, 1
			b.fault(tt.fault)
			token := b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
			out, err := b.hub.DescribePortfolioShareStatus(t.Context(), &sc.DescribePortfolioShareStatusInput{PortfolioShareToken: &token})
			must(t, err)
			same(t, "status", out.Status, types.ShareStatusCompletedWithErrors)
			e := out.ShareDetails.ShareErrors[0]
			same(t, "accounts", strings.Join(e.Accounts, ","), tt.lacks)
			same(t, "code", *e.Error, tt.code)
			same(t, "who is not named has it", len(b.accepted(tt.gets, types.PortfolioShareTypeAwsOrganizations)), 1)
			same(t, "who is named lacks it", len(b.accepted(tt.lacks, types.PortfolioShareTypeAwsOrganizations)), 0)

			_, err = b.hub.DeletePortfolioShare(t.Context(), &sc.DeletePortfolioShareInput{PortfolioId: &folio, OrganizationNode: unit})
			must(t, err)
			b.sleep(15 * time.Second)
			b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, false)
			same(t, "made again", len(b.accepted(tt.lacks, types.PortfolioShareTypeAwsOrganizations)), 1)
		})
	}
}

// What is new is unseen for as many reads as the world says: a product is not found where it is
// put into a portfolio, and a launch path is not there after the principal was associated. CT-2, CT-8, SBX-32
func TestUnseen(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	unseen := func(kind string) {
		b.settings(func(its *world.Settings) {
			its.Unseen = []world.Unseen{{Kind: kind, Reads: 2}}
		})
	}
	unseen("sc-product")
	product, _ := b.product("bucket", simple)
	put := &sc.AssociateProductWithPortfolioInput{ProductId: &product, PortfolioId: &folio}
	for range 2 {
		_, err := b.hub.AssociateProductWithPortfolio(t.Context(), put)
		wants(t, err, "ResourceNotFoundException", product)
	}
	_, err := b.hub.AssociateProductWithPortfolio(t.Context(), put)
	must(t, err)

	unseen("sc-principal")
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, "arn:aws:iam:::role/*"))
	paths := &sc.ListLaunchPathsInput{ProductId: &product}
	for range 2 {
		_, err := b.hub.ListLaunchPaths(t.Context(), paths)
		wants(t, err, "ResourceNotFoundException", "No launch paths found")
	}
	out, err := b.hub.ListLaunchPaths(t.Context(), paths)
	must(t, err)
	same(t, "paths", len(out.LaunchPathSummaries), 1)
}

package sandbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/sandbox"
)

const publisherRole = "CatalogHubPublisher"

// publishes are the actions of a first publication, the same again, and a second version: what a
// publishing role's policy has to hold, and no more.
var publishes = strings.Fields(`
 s3:GetObject s3:PutObject
 servicecatalog:AssociatePrincipalWithPortfolio servicecatalog:AssociateProductWithPortfolio servicecatalog:CreateConstraint
 servicecatalog:CreatePortfolio servicecatalog:CreatePortfolioShare servicecatalog:CreateProduct servicecatalog:CreateProvisioningArtifact
 servicecatalog:DescribeConstraint servicecatalog:DescribePortfolio servicecatalog:DescribePortfolioShareStatus servicecatalog:DescribePortfolioShares
 servicecatalog:DescribeProductAsAdmin servicecatalog:DescribeProvisioningArtifact servicecatalog:GetAWSOrganizationsAccessStatus
 servicecatalog:ListConstraintsForPortfolio servicecatalog:ListPortfolios
 servicecatalog:ListPortfoliosForProduct
 servicecatalog:ListPrincipalsForPortfolio servicecatalog:ListProvisioningArtifacts servicecatalog:SearchProductsAsAdmin
`)

// publish publishes two versions through axle's own adapter, as the hub's publishing role.
func publish(t *testing.T, s *sandbox.Sandbox) error {
	t.Helper()
	clock := aws.Clock{Sleep: s.Sleep, Now: func() time.Time { now, _ := s.Now(t.Context()); return now }}
	user := config(t, s, "axle")
	session := aws.New(aws.Options{Region: user.Region, Credentials: user.Credentials, Transport: s.Transport(), Clock: clock})
	file := &catalog.File{
		Hub: catalog.Hubs{Account: hubAccount, Regions: []string{"eu-west-1"}, Role: publisherRole, Bucket: "axle-artifacts"},
		Portfolios: map[string]catalog.PortfolioFile{"storage": {DisplayName: "Storage", ProviderName: "Team",
			Principals: []catalog.PrincipalFile{{Type: "IAM_PATTERN", ARN: "arn:aws:iam:::role/CatalogBuilder"}},
			Shares:     []catalog.ShareFile{{OrganizationalUnit: "ou-ab12-11111111", Principals: true}}}},
	}
	store, pinned := map[string][]byte{}, pinboard{}
	for _, version := range []string{"1.0.0", "1.0.0", "1.1.0"} {
		text := []byte("Description: " + version + "\nResources: {Topic: {Type: AWS::SNS::Topic}}\n")
		sum := sha256.Sum256(text)
		digest := "sha256:" + hex.EncodeToString(sum[:])
		store[digest] = text
		want, err := catalog.Want(file, &products.File{Name: "topic", Version: version, Owner: "team@example.com", Type: "CLOUD_FORMATION_TEMPLATE",
			Portfolios: map[string]products.Placement{"storage": {Constraints: products.Constraints{Launch: &products.LaunchConstraint{LocalRoleName: "SCLaunchStorage"}}}}},
			catalog.Release{Version: version, Digest: digest, Template: digest, Commit: "c0ffee", Changes: version})
		if err != nil {
			t.Fatal(err)
		}
		hub := aws.NewHub(session, file.Hub, want, pinned, func(digest string) ([]byte, error) { return store[digest], nil })
		report, err := catalog.Reconcile(t.Context(), hub, want, func(plan []catalog.Change) ([]catalog.Change, error) { return plan, nil })
		if err == nil {
			err = report.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type pinboard map[string]string

func (p pinboard) Pin(kind, region, key string) string { return p[kind+region+key] }

func (p pinboard) SetPin(kind, region, key, id string) error {
	p[kind+region+key] = id
	return nil
}

// narrowed is a sandbox whose publishing role has these actions and no others.
func narrowed(t *testing.T, actions []string) *sandbox.Sandbox {
	t.Helper()
	s := newSandbox(t, sandbox.Options{Seed: []byte("publish")})
	client := iam.NewFromConfig(config(t, s, "axle"))
	_, err := client.DetachRolePolicy(t.Context(), &iam.DetachRolePolicyInput{RoleName: sdk.String(publisherRole), PolicyArn: sdk.String("arn:aws:iam::aws:policy/AWSServiceCatalogEndUserFullAccess")})
	if err == nil {
		_, err = client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: sdk.String(publisherRole), PolicyName: sdk.String("Publish"), PolicyDocument: sdk.String(allow("*", actions...))})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What publishing calls is what its policy holds: with just these actions it is done, and without
// any one of them, but what the bucket itself allows, it is not. SBX-60, M27
func TestLeastPrivilegeOfPublishing(t *testing.T) {
	s := narrowed(t, publishes)
	if err := publish(t, s); err != nil {
		t.Fatal(err)
	}
	var used []string
	for _, c := range calls(t, s) {
		if strings.Contains(c.Principal, "/"+publisherRole+"/") {
			used = append(used, c.Service+":"+c.Operation)
		}
	}
	slices.Sort(used)
	if used = slices.Compact(used); !slices.Equal(used, publishes) {
		t.Errorf("publishing calls\n%q\nand its policy holds\n%q", used, publishes)
	}
	for i, action := range publishes {
		if action == "s3:GetObject" { // the bucket's policy lets the whole organization read
			continue
		}
		err := publish(t, narrowed(t, slices.Delete(slices.Clone(publishes), i, i+1)))
		if err == nil || !strings.Contains(err.Error()+document.CodeOf(err), "AccessDenied") {
			t.Errorf("without %s: %v", action, err)
		}
	}
}

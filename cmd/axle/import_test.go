package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/factory"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

const adoptedPortfolio = `Schema: factory-2019-04-01
Portfolios:
  - DisplayName: self-service
    Description: Ready for your account
    ProviderName: central-it
    Associations: ["arn:aws:iam::${AWS::AccountId}:role/CatalogHubPublisher"]
    Products:
      - Name: bucket
        Owner: storage@example.com
        Description: A bucket
        Distributor: cloud-team
        SupportEmail: support@example.com
        Constraints: { Launch: { LocalRoleName: SCLaunchStorage } }
        Versions: [{ Name: v1, Description: first, Active: true }, { Name: 1.0.0, Description: second, Active: false }]
`

type noPins struct{}

func (noPins) Pin(string, string, string) string           { return "" }
func (noPins) SetPin(string, string, string, string) error { return nil }

// CAT-90 CAT-2: what Factory left on AWS is adopted by its exact names: the plan after an import
// creates nothing; it puts axle's tag on what it found.
func TestImportAdopts(t *testing.T) {
	box, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Seed: []byte("import")})
	if err != nil {
		t.Fatal(err)
	}
	key, err := box.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	given := credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, key.SessionToken)
	left := leftByFactory(t, box, given)

	got, ds := factory.Read(fstest.MapFS{"demo.yaml": {Data: []byte(adoptedPortfolio)}}, "999999999999", "demo.yaml")
	if ds.Errors() > 0 || len(got.Products) != 1 {
		t.Fatal(ds)
	}
	files := &catalog.File{Portfolios: got.Portfolios,
		Hub: catalog.Hubs{Account: "999999999999", Regions: []string{"eu-west-1"}, Role: "CatalogHubPublisher", Bucket: "axle-artifacts"}}
	product, ds := products.Load("product.yaml", []byte(yamlOf(got.Products[0].File)))
	if ds.Errors() > 0 {
		t.Fatal(ds)
	}
	want, err := catalog.Want(files, product, catalog.Release{})
	if err != nil {
		t.Fatal(err)
	}
	session := aws.New(aws.Options{Region: "eu-west-1", Transport: box.Transport(), Credentials: given,
		Clock: aws.Clock{Sleep: box.Sleep, Now: time.Now}})
	have, err := aws.NewHub(session, files.Hub, want, noPins{}, nil).Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folio, bucket := have.Portfolio("eu-west-1", "demo-self-service"), have.Product("eu-west-1", "bucket")
	if folio == nil || bucket == nil || folio.ID != left.portfolio || bucket.ID != left.product {
		t.Fatalf("not adopted: %+v, %+v, want %+v", folio, bucket, left)
	}
	for _, change := range catalog.Plan(want, have) {
		if change.Verb != catalog.Update {
			t.Errorf("%s %s %s", change.Verb, change.Kind, change.After)
		}
	}
}

type leftIDs struct{ portfolio, product string }

// leftByFactory makes in the hub what the tool would have made of the file.
func leftByFactory(t *testing.T, box *sandbox.Sandbox, given sdk.CredentialsProvider) leftIDs {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := sdk.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: box.Transport()}, Credentials: given}
	role, err := sts.NewFromConfig(c).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: sdk.String("arn:aws:iam::999999999999:role/CatalogHubPublisher"), RoleSessionName: sdk.String("factory")})
	must(err)
	c.Credentials = credentials.NewStaticCredentialsProvider(*role.Credentials.AccessKeyId, *role.Credentials.SecretAccessKey, *role.Credentials.SessionToken)
	const store = "axle-artifacts-999999999999-eu-west-1"
	_, err = s3.NewFromConfig(c).PutObject(ctx, &s3.PutObjectInput{Bucket: sdk.String(store), Key: sdk.String("factory/bucket.yaml"),
		Body: strings.NewReader("Resources: { Bucket: { Type: AWS::S3::Bucket } }\n")})
	must(err)
	hub := servicecatalog.NewFromConfig(c)
	artifact := func(name string) *types.ProvisioningArtifactProperties {
		return &types.ProvisioningArtifactProperties{Name: &name, Type: types.ProvisioningArtifactTypeCloudFormationTemplate,
			Info: map[string]string{"LoadTemplateFromURL": "https://" + store + ".s3.eu-west-1.amazonaws.com/factory/bucket.yaml"}}
	}
	folio, err := hub.CreatePortfolio(ctx, &servicecatalog.CreatePortfolioInput{DisplayName: sdk.String("demo-self-service"),
		ProviderName: sdk.String("central-it"), Description: sdk.String("Ready for your account"), IdempotencyToken: sdk.String("1")})
	must(err)
	product, err := hub.CreateProduct(ctx, &servicecatalog.CreateProductInput{Name: sdk.String("bucket"), Owner: sdk.String("storage@example.com"),
		Description: sdk.String("A bucket"), Distributor: sdk.String("cloud-team"), SupportEmail: sdk.String("support@example.com"),
		ProductType: types.ProductTypeCloudFormationTemplate, ProvisioningArtifactParameters: artifact("v1"), IdempotencyToken: sdk.String("2")})
	must(err)
	ids := leftIDs{*folio.PortfolioDetail.Id, *product.ProductViewDetail.ProductViewSummary.ProductId}
	_, err = hub.CreateProvisioningArtifact(ctx, &servicecatalog.CreateProvisioningArtifactInput{ProductId: &ids.product, Parameters: artifact("1.0.0"), IdempotencyToken: sdk.String("3")})
	must(err)
	_, err = hub.AssociateProductWithPortfolio(ctx, &servicecatalog.AssociateProductWithPortfolioInput{PortfolioId: &ids.portfolio, ProductId: &ids.product})
	must(err)
	_, err = hub.AssociatePrincipalWithPortfolio(ctx, &servicecatalog.AssociatePrincipalWithPortfolioInput{PortfolioId: &ids.portfolio,
		PrincipalARN: sdk.String("arn:aws:iam::999999999999:role/CatalogHubPublisher"), PrincipalType: types.PrincipalTypeIam})
	must(err)
	_, err = hub.CreateConstraint(ctx, &servicecatalog.CreateConstraintInput{PortfolioId: &ids.portfolio, ProductId: &ids.product, Type: sdk.String("LAUNCH"),
		Parameters: sdk.String(`{"LocalRoleName":"SCLaunchStorage"}`), IdempotencyToken: sdk.String("4")})
	must(err)
	return ids
}

// What is written is read back as it was meant, whatever the text.
func TestYAMLOf(t *testing.T) {
	want := products.File{Schema: 1, Name: "yes", Version: "1.0.0", Owner: "a: b #c \"d\" 'e'\t\u00e9 <&> \\", Template: "t.yaml",
		Tags: map[string]string{"on": "", "1": "0x1"}, TagOptions: map[string][]string{"k": {"null", "0x1"}},
		Portfolios: map[string]products.Placement{"empty": {}, "full": {Constraints: products.Constraints{Launch: &products.LaunchConstraint{LocalRoleName: "R"}}}},
		Lifecycle:  products.Lifecycle{Deprecated: []products.Deprecated{{Version: "0.9.0", Reason: "old"}}, Retired: []string{"0.8.0"}}}
	text := yamlOf(want)
	got, ds := products.Load("product.yaml", []byte(text))
	if ds.Errors() > 0 {
		t.Fatalf("%v\n%s", ds, text)
	}
	got.Doc, got.Type = nil, ""
	got.Lifecycle.OnDeprecated, got.Lifecycle.ForcedUpdate = "", ""
	if again := yamlOf(*got); again != text || len(got.Portfolios) != 2 || got.Tags["1"] != "0x1" {
		t.Errorf("read back:\n%s\nwritten:\n%s", again, text)
	}
}

// The folder that files are read from holds all of them, and nothing above it is read.
func TestBelow(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"a.yaml"}, ". [a.yaml]"},
		{[]string{"p/a.yaml", "p/b.yaml"}, "p [a.yaml b.yaml]"},
		{[]string{"x/p/a.yaml", "x/q/b.yaml"}, "x [p/a.yaml q/b.yaml]"},
		{[]string{"../a.yaml", "../q/b.yaml"}, ".. [a.yaml q/b.yaml]"},
		{[]string{"/x/a.yaml", "/y/b.yaml"}, "/ [x/a.yaml y/b.yaml]"},
	} {
		top, files, err := below(c.args)
		if got := fmt.Sprintf("%s %v", filepath.ToSlash(top), files); err != nil || got != c.want {
			t.Errorf("%v: %s, %v, want %s", c.args, got, err, c.want)
		}
	}
	if _, _, err := below([]string{"../a.yaml", "b.yaml"}); document.CodeOf(err) != codeUsage {
		t.Errorf("got %v", err)
	}
}

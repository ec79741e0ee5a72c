package servicecatalog_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/organizations"
	s3service "github.com/axle-cd/axle/sandbox/s3"
	"github.com/axle-cd/axle/sandbox/servicecatalog"
	stsservice "github.com/axle-cd/axle/sandbox/sts"
	"github.com/axle-cd/axle/sandbox/world"
)

// Accounts of the default organization. hub owns the catalog; spoke and sister are in the
// unit /workloads; gamma is at the root.
const (
	hub        = "999999999999"
	gamma      = "222222222222"
	spoke      = "333333333333"
	sister     = "444444444444"
	closed     = "666666666666"
	management = "888888888888"
	workloads  = "ou-ab12-11111111"
	orgID      = "o-exampleorg1"
	region     = "eu-west-1"
	bucket     = "axle-artifacts-" + hub + "-" + region

	builder   = "arn:aws:iam:::role/CatalogBuilder"
	publisher = "CatalogHubPublisher"
)

// simple is a template without anything that could fail.
const simple = `
Parameters:
  Size: {Type: String, Default: small}
  Owner: {Type: String, Default: nobody, Description: who pays}
  Secret: {Type: String, NoEcho: true, Default: hush}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Owner}
Outputs:
  TopicArn: {Value: !Ref Topic, Description: where to publish}
  Owner: {Value: !Ref Owner}
`

// bed is a sandbox under the real SDK client.
type bed struct {
	t      *testing.T
	s      *sandbox.Sandbox
	store  world.Store
	keys   map[string]aws.Config
	hub    *sc.Client
	tokens int
}

func newBed(t *testing.T) *bed {
	t.Helper()
	store := world.Memory()
	s, err := sandbox.New(store, sandbox.Options{Wall: time.Now, Seed: []byte("seed"), Services: []world.Service{
		stsservice.Service(), organizations.Service(), s3service.Service(), cloudformation.Service(), servicecatalog.Service(),
	}})
	must(t, err)
	t.Cleanup(func() {
		orphans, err := s.Orphans(context.WithoutCancel(t.Context())) // SBX-69
		if err != nil || len(orphans) > 0 {
			t.Error(orphans, err)
		}
	})
	b := &bed{t: t, s: s, store: store, keys: map[string]aws.Config{}}
	b.hub = b.as(hub, publisher)
	return b
}

// user is the SDK's configuration of an IAM user of the sandbox: axle or management.
func (b *bed) user(name string) aws.Config {
	b.t.Helper()
	k, err := b.s.Credentials(b.t.Context(), name)
	must(b.t, err)
	return aws.Config{
		Region: region, HTTPClient: &http.Client{Transport: b.s.Transport()}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken),
	}
}

// as is a client with a session of a role.
func (b *bed) as(account, role string) *sc.Client {
	b.t.Helper()
	cfg, known := b.keys[account+role]
	if !known {
		cfg = b.user("axle")
		arn := "arn:aws:iam::" + account + ":role/" + role
		out, err := sts.NewFromConfig(cfg).AssumeRole(b.t.Context(), &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("test")})
		must(b.t, err)
		cfg.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
		b.keys[account+role] = cfg
	}
	return sc.NewFromConfig(cfg)
}

// builder is an end user of a spoke.
func (b *bed) builder(account string) *sc.Client { return b.as(account, "CatalogBuilder") }

func (b *bed) sleep(d time.Duration) {
	b.t.Helper()
	must(b.t, b.s.Sleep(b.t.Context(), d))
}

// token is a new client token.
func (b *bed) token() *string {
	b.tokens++
	return aws.String(fmt.Sprintf("token-%d", b.tokens))
}

// upload puts a template into the hub's bucket and gives its URL.
func (b *bed) upload(template string) string {
	b.t.Helper()
	key := fmt.Sprintf("%x/template.yaml", sha256.Sum256([]byte(template)))
	_, err := s3.NewFromConfig(b.keys[hub+publisher]).PutObject(b.t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(template),
	})
	must(b.t, err)
	return "https://" + bucket + ".s3." + region + ".amazonaws.com/" + key
}

func (b *bed) version(name, template string) *types.ProvisioningArtifactProperties {
	b.t.Helper()
	return &types.ProvisioningArtifactProperties{
		Name: &name, Description: aws.String("sha256:abc"), Type: types.ProvisioningArtifactTypeCloudFormationTemplate,
		Info: map[string]string{"LoadTemplateFromURL": b.upload(template)},
	}
}

func (b *bed) portfolio(name string) string {
	b.t.Helper()
	out, err := b.hub.CreatePortfolio(b.t.Context(), &sc.CreatePortfolioInput{DisplayName: &name, ProviderName: aws.String("platform"), IdempotencyToken: b.token()})
	must(b.t, err)
	return *out.PortfolioDetail.Id
}

// product makes a product whose first version is 1.0.0, and waits until it is whole.
func (b *bed) product(name, template string) (product, artifact string) {
	b.t.Helper()
	out, err := b.hub.CreateProduct(b.t.Context(), &sc.CreateProductInput{
		Name: &name, Owner: aws.String("platform"), ProductType: types.ProductTypeCloudFormationTemplate,
		ProvisioningArtifactParameters: b.version("1.0.0", template), IdempotencyToken: b.token(),
	})
	must(b.t, err)
	b.sleep(2 * time.Second)
	return *out.ProductViewDetail.ProductViewSummary.ProductId, *out.ProvisioningArtifactDetail.Id
}

func (b *bed) artifact(product, name, template string) string {
	b.t.Helper()
	out, err := b.hub.CreateProvisioningArtifact(b.t.Context(), &sc.CreateProvisioningArtifactInput{
		ProductId: &product, Parameters: b.version(name, template), IdempotencyToken: b.token(),
	})
	must(b.t, err)
	b.sleep(2 * time.Second)
	return *out.ProvisioningArtifactDetail.Id
}

func (b *bed) place(product, folio string) {
	b.t.Helper()
	_, err := b.hub.AssociateProductWithPortfolio(b.t.Context(), &sc.AssociateProductWithPortfolioInput{ProductId: &product, PortfolioId: &folio})
	must(b.t, err)
}

func (b *bed) constrain(product, folio, kind, parameters string) (string, error) {
	out, err := b.hub.CreateConstraint(b.t.Context(), &sc.CreateConstraintInput{
		ProductId: &product, PortfolioId: &folio, Type: &kind, Parameters: &parameters, IdempotencyToken: b.token(),
	})
	if err != nil {
		return "", err
	}
	b.sleep(2 * time.Second)
	return *out.ConstraintDetail.ConstraintId, nil
}

func (b *bed) admit(c *sc.Client, folio string, kind types.PrincipalType, arn string) error {
	_, err := c.AssociatePrincipalWithPortfolio(b.t.Context(), &sc.AssociatePrincipalWithPortfolioInput{PortfolioId: &folio, PrincipalType: kind, PrincipalARN: &arn})
	return err
}

// share gives a portfolio to a node and waits until receivers have it.
func (b *bed) share(folio string, kind types.OrganizationNodeType, node string, principals bool) string {
	b.t.Helper()
	out, err := b.hub.CreatePortfolioShare(b.t.Context(), &sc.CreatePortfolioShareInput{
		PortfolioId: &folio, OrganizationNode: &types.OrganizationNode{Type: kind, Value: &node}, SharePrincipals: principals,
	})
	must(b.t, err)
	b.sleep(15 * time.Second)
	return *out.PortfolioShareToken
}

// published is a product on its whole way to the spokes under /workloads.
type published struct{ folio, product, artifact string }

func (b *bed) publish(template string) published {
	b.t.Helper()
	p := published{folio: b.portfolio("Storage")}
	p.product, p.artifact = b.product("bucket", template)
	b.place(p.product, p.folio)
	_, err := b.constrain(p.product, p.folio, "LAUNCH", `{"LocalRoleName":"SCLaunchStorage"}`)
	must(b.t, err)
	must(b.t, b.admit(b.hub, p.folio, types.PrincipalTypeIamPattern, builder))
	b.share(p.folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, true)
	return p
}

// in changes the world behind the API's back, as AWS or another team would.
func (b *bed) in(f func(c *world.Call)) {
	b.t.Helper()
	must(b.t, b.store.Update(b.t.Context(), func(tx world.Tx) error {
		f(&world.Call{Tx: tx})
		return nil
	}))
}

// move puts an account under another parent of the organization.
func (b *bed) move(account, parent string) {
	b.in(func(c *world.Call) {
		a, _ := world.FindAccount(c, account)
		a.Parent = parent
		world.Put(c.In("", ""), world.KindAccount, account, a)
	})
}

// sees says whether an end user of an account finds a launch path to the product.
func (b *bed) sees(account, role, product string) bool {
	b.t.Helper()
	out, err := b.as(account, role).ListLaunchPaths(b.t.Context(), &sc.ListLaunchPathsInput{ProductId: &product})
	if code(err) == "ResourceNotFoundException" {
		return false
	}
	must(b.t, err)
	return len(out.LaunchPathSummaries) > 0
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// code is the error code on the wire, "" for none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// wants holds that a call ended with a code, and with words that its message must have.
func wants(t *testing.T, err error, want string, words ...string) {
	t.Helper()
	if got := code(err); got != want {
		t.Errorf("code %q, want %q: %v", got, want, err)
		return
	}
	for _, w := range words {
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), w) {
			t.Errorf("message %q does not say %q", err, w)
		}
	}
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

package aws_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// plain is a client that trusts AWS's answers: it calls once, in the hub, and looks at the error alone.
type plain struct {
	*bed
	*servicecatalog.Client
	calls int
}

func (b *bed) plain() *plain { return b.plainIn(hubAccount, "CatalogHubPublisher") }

func (b *bed) plainIn(account, role string) *plain {
	b.t.Helper()
	c := b.as(account, role)
	c.RetryMaxAttempts = 1
	return &plain{bed: b, Client: servicecatalog.NewFromConfig(c)}
}

// token is another for each call: what a client without a deterministic one sends.
func (p *plain) token() *string {
	p.calls++
	return sdk.String(fmt.Sprintf("plain-%s-%d", p.t.Name()[strings.LastIndex(p.t.Name(), "/")+1:][:2], p.calls))
}

func (p *plain) folio(name string) string {
	p.t.Helper()
	out, err := p.CreatePortfolio(p.t.Context(), &servicecatalog.CreatePortfolioInput{DisplayName: &name, ProviderName: sdk.String("plain"), IdempotencyToken: p.token()})
	must(p.t, err)
	return *out.PortfolioDetail.Id
}

func (p *plain) version(name string) *types.ProvisioningArtifactProperties {
	p.t.Helper()
	key := "plain/" + strings.ReplaceAll(name, " ", "_")
	_, err := s3.NewFromConfig(p.as(hubAccount, "CatalogHubPublisher")).PutObject(p.t.Context(), &s3.PutObjectInput{
		Bucket: sdk.String("axle-artifacts-999999999999-eu-west-1"), Key: &key, Body: strings.NewReader(fmt.Sprintf(templateText, name))})
	must(p.t, err)
	return &types.ProvisioningArtifactProperties{Name: &name, Type: types.ProvisioningArtifactTypeCloudFormationTemplate,
		Info: map[string]string{"LoadTemplateFromURL": "https://axle-artifacts-999999999999-eu-west-1.s3.eu-west-1.amazonaws.com/" + key}}
}

// product makes a product with version 1.0.0, and waits for neither.
func (p *plain) product(name string) (id, version string) {
	p.t.Helper()
	out, err := p.CreateProduct(p.t.Context(), &servicecatalog.CreateProductInput{Name: &name, Owner: sdk.String("plain"), IdempotencyToken: p.token(),
		ProductType: types.ProductTypeCloudFormationTemplate, ProvisioningArtifactParameters: p.version("1.0.0")})
	must(p.t, err)
	return *out.ProductViewDetail.ProductViewSummary.ProductId, *out.ProvisioningArtifactDetail.Id
}

func (p *plain) newVersion(product, name string) (string, error) {
	out, err := p.CreateProvisioningArtifact(p.t.Context(), &servicecatalog.CreateProvisioningArtifactInput{ProductId: &product, IdempotencyToken: p.token(), Parameters: p.version(name)})
	if err != nil {
		return "", err
	}
	return *out.ProvisioningArtifactDetail.Id, nil
}

func (p *plain) put(product, folio string) error {
	_, err := p.AssociateProductWithPortfolio(p.t.Context(), &servicecatalog.AssociateProductWithPortfolioInput{ProductId: &product, PortfolioId: &folio})
	return err
}

func (p *plain) constrain(product, folio, kind, parameters string) error {
	_, err := p.CreateConstraint(p.t.Context(), &servicecatalog.CreateConstraintInput{ProductId: &product, PortfolioId: &folio, Type: &kind, Parameters: &parameters, IdempotencyToken: p.token()})
	return err
}

func (p *plain) admit(folio string, kind types.PrincipalType, arn string) error {
	_, err := p.AssociatePrincipalWithPortfolio(p.t.Context(), &servicecatalog.AssociatePrincipalWithPortfolioInput{PortfolioId: &folio, PrincipalType: kind, PrincipalARN: &arn})
	return err
}

func (p *plain) share(folio string, principals bool) error {
	_, err := p.CreatePortfolioShare(p.t.Context(), &servicecatalog.CreatePortfolioShareInput{PortfolioId: &folio, SharePrincipals: principals,
		OrganizationNode: workloads()})
	return err
}

// shared is the portfolio's share as a list of shares tells it.
func (p *plain) shared(folio string) (types.PortfolioShareDetail, bool) {
	p.t.Helper()
	out, err := p.DescribePortfolioShares(p.t.Context(), &servicecatalog.DescribePortfolioSharesInput{PortfolioId: &folio, Type: types.DescribePortfolioShareTypeOrganizationalUnit})
	must(p.t, err)
	if len(out.PortfolioShareDetails) == 0 {
		return types.PortfolioShareDetail{}, false
	}
	return out.PortfolioShareDetails[0], true
}

// whole is a product in a shared portfolio, all of it waited for: what a plain client ends with on a calm day.
func (p *plain) whole(principal string) (folio, product, version string) {
	p.t.Helper()
	folio = p.folio("Plain")
	product, version = p.product("plain")
	p.pass(5 * time.Second)
	must(p.t, p.put(product, folio))
	must(p.t, p.admit(folio, types.PrincipalTypeIamPattern, principal))
	must(p.t, p.share(folio, true))
	p.pass(20 * time.Second)
	return folio, product, version
}

// received are the portfolios that the spoke has got by the organization.
func (b *bed) received() int {
	b.t.Helper()
	out, err := b.plainIn(someSpoke, "CatalogBuilder").ListAcceptedPortfolioShares(b.t.Context(),
		&servicecatalog.ListAcceptedPortfolioSharesInput{PortfolioShareType: types.PortfolioShareTypeAwsOrganizations})
	must(b.t, err)
	return len(out.PortfolioDetails)
}

// sees are the versions of a product that a user of the spoke may launch, "" where it sees no product.
func (b *bed) sees(role, product string) string {
	b.t.Helper()
	user := b.plainIn(someSpoke, role)
	found, err := user.SearchProducts(b.t.Context(), &servicecatalog.SearchProductsInput{Filters: map[string][]string{"FullTextSearch": {product}}})
	must(b.t, err)
	for _, s := range found.ProductViewSummaries {
		if *s.Name == product {
			out, err := user.DescribeProduct(b.t.Context(), &servicecatalog.DescribeProductInput{Id: s.ProductId})
			must(b.t, err)
			var names []string
			for _, a := range out.ProvisioningArtifacts {
				names = append(names, *a.Name)
			}
			return strings.Join(names, " ")
		}
	}
	return ""
}

// pass lets the sandbox's time go on.
func (b *bed) pass(d time.Duration) {
	b.t.Helper()
	must(b.t, b.sandbox.Sleep(b.t.Context(), d))
}

func (b *bed) on(settings ...string) {
	b.t.Helper()
	values := map[string]string{}
	for _, s := range settings {
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			value = "on"
		}
		values[name] = value
	}
	must(b.t, b.sandbox.Set(b.t.Context(), values))
}

func (b *bed) rules(r sandbox.Rules) {
	b.t.Helper()
	must(b.t, b.sandbox.SetRules(b.t.Context(), r))
}

// top is the organization's management account.
func (b *bed) top() (*organizations.Client, *servicecatalog.Client) {
	b.t.Helper()
	k, err := b.sandbox.Credentials(b.t.Context(), "management")
	must(b.t, err)
	c := b.keys(k)
	return organizations.NewFromConfig(c), servicecatalog.NewFromConfig(c)
}

// folioFile changes portfolio storage as catalog.yaml has it.
func (b *bed) folioFile(change func(*catalog.PortfolioFile)) {
	f := b.files.Portfolios["storage"]
	change(&f)
	b.files.Portfolios["storage"] = f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refusedWith says whether AWS answered with this code.
func refusedWith(err error, code string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code
}

var unseenPrincipal = sandbox.Rules{Unseen: []world.Unseen{{Kind: "sc-principal", Reads: 3}}}

// freshRole makes a role in the hub, and gives its ARN.
func (b *bed) freshRole() string {
	b.t.Helper()
	_, err := b.sandbox.EnsureRole(b.t.Context(), []string{hubAccount}, world.Role{Name: "Fresh", Path: "/", Created: b.clock().Now()})
	must(b.t, err)
	return "arn:aws:iam::" + hubAccount + ":role/Fresh"
}

// launched launches 1.0.0 as the spoke's user, and gives its stack.
func (b *bed) launched(product string) string {
	b.t.Helper()
	p, err := aws.NewLauncher(b.session).Launch(b.t.Context(), catalog.LaunchRequest{User: builder, Product: product, Version: "1.0.0", Name: "mine"})
	must(b.t, err)
	if p.Status != "AVAILABLE" {
		b.t.Fatalf("the launch ended %s: %s", p.Status, p.Message)
	}
	return p.StackARN
}

// failedUpdate updates a launched product to a version that cannot be made, and gives its stack and state.
func (b *bed) failedUpdate() (stack, status string) {
	b.t.Helper()
	b.publish(b.want("1.0.0"))
	bad := strings.Replace(templateText, "    Properties:\n", "    Properties:\n      BucketName: axle-artifacts-999999999999-eu-west-1\n", 1)
	d := digestOf([]byte(bad))
	b.store[d] = []byte(bad)
	want, err := catalog.Want(b.files, product("1.1.0"), catalog.Release{Version: "1.1.0", Digest: d, Template: d})
	must(b.t, err)
	b.publish(want)
	stack = b.launched("bucket")
	p, err := aws.NewLauncher(b.session).Launch(b.t.Context(), catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.1.0", Name: "mine"})
	must(b.t, err)
	return stack, p.Status
}

// tagOption gives a portfolio or product the tag option env with this value.
func (p *plain) tagOption(resource, value string) {
	p.t.Helper()
	out, err := p.CreateTagOption(p.t.Context(), &servicecatalog.CreateTagOptionInput{Key: sdk.String("env"), Value: &value})
	must(p.t, err)
	_, err = p.AssociateTagOptionWithResource(p.t.Context(), &servicecatalog.AssociateTagOptionWithResourceInput{ResourceId: &resource, TagOptionId: out.TagOptionDetail.Id})
	must(p.t, err)
}

// only is the hub's one portfolio.
func (p *plain) only() string {
	p.t.Helper()
	out, err := p.ListPortfolios(p.t.Context(), nil)
	must(p.t, err)
	return *out.PortfolioDetails[0].Id
}

// deregister takes the hub its office away.
func (b *bed) deregister() {
	b.t.Helper()
	members, _ := b.top()
	_, err := members.DeregisterDelegatedAdministrator(b.t.Context(), &organizations.DeregisterDelegatedAdministratorInput{
		AccountId: sdk.String(hubAccount), ServicePrincipal: sdk.String("servicecatalog.amazonaws.com")})
	must(b.t, err)
}

// refused is the code with which the next publication ends; it must change nothing.
func (b *bed) refused() string {
	b.t.Helper()
	want, mark := b.want("1.1.0"), b.mark()
	r, err := catalog.Reconcile(b.t.Context(), b.hub(want), want, everything)
	if calls := mutating(b.since(mark)); len(calls) > 0 {
		b.t.Errorf("and yet it made %v", calls)
	}
	return document.CodeOf(errors.Join(err, r.Err()))
}

// attempts counts how often CreatePortfolio is sent by something, while its quota is used up.
func (b *bed) attempts(do func(*bed)) int {
	b.t.Helper()
	b.on("servicecatalog:portfolios=0")
	mark, n := b.mark(), 0
	do(b)
	for _, c := range b.since(mark) {
		if c.Operation == "CreatePortfolio" {
			n++
		}
	}
	return n
}

package aws_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	hubAccount = "999999999999"
	someSpoke  = "333333333333"
	bootstrap  = "OrganizationAccountAccessRole"
)

// hand is a published catalog and somebody who alters it by hand.
type hand struct {
	*bed
	catalog        *servicecatalog.Client // as the hub's publisher
	product, folio string
	version        catalog.Version
	wanted         catalog.Catalog
	constraint     string
}

func newHand(t *testing.T) *hand {
	b := newBed(t)
	b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
	h := &hand{bed: b, catalog: servicecatalog.NewFromConfig(b.as(hubAccount, "CatalogHubPublisher")), wanted: b.want("1.0.0")}
	have := b.publish(h.wanted).Have
	p, f := have.Product("eu-west-1", "bucket"), have.Portfolio("eu-west-1", "storage")
	h.product, h.folio, h.version, h.constraint = p.ID, f.ID, p.Versions[0], f.Placement("bucket").Constraints[0].ID
	return h
}

// root is IAM in an account, with the right to everything there.
func (h *hand) root(account string) *iam.Client {
	h.t.Helper()
	k, err := h.sandbox.Credentials(h.t.Context(), "management")
	if err != nil {
		h.t.Fatal(err)
	}
	c := sdk.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: h.sandbox.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)}
	out, err := sts.NewFromConfig(c).AssumeRole(h.t.Context(), &sts.AssumeRoleInput{RoleArn: sdk.String("arn:aws:iam::" + account + ":role/" + bootstrap), RoleSessionName: sdk.String("root")})
	if err != nil {
		h.t.Fatal(err)
	}
	c.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	return iam.NewFromConfig(c)
}

// seesRoles lets the hub's role list the hub's roles, which publishing does not need.
func (h *hand) seesRoles() error {
	_, err := h.root(hubAccount).PutRolePolicy(h.t.Context(), &iam.PutRolePolicyInput{RoleName: sdk.String("CatalogHubPublisher"), PolicyName: sdk.String("Roles"),
		PolicyDocument: sdk.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*"}]}`)})
	return err
}

// sight reads all that drift is judged from, as the command does.
func (h *hand) sight(spokes bool) catalog.Sight {
	h.t.Helper()
	want, err := catalog.Want(h.files, product("1.0.0"), catalog.Release{})
	if err != nil {
		h.t.Fatal(err)
	}
	hub := aws.NewHub(h.session, h.files.Hub, want, h.pins, h.open)
	s := catalog.Sight{File: h.files, Products: []*products.File{product("1.0.0")}, Want: want,
		Published: map[string][]products.Published{"bucket": {{Version: "1.0.0", Digest: h.version.Digest, Template: h.version.Digest}}}}
	if s.Have, err = hub.Observe(h.t.Context()); err != nil && !errors.As(err, &s.Unread) {
		h.t.Fatal(err)
	}
	if s.Survey, err = hub.Survey(h.t.Context(), s.Have); err != nil {
		h.t.Fatal(err)
	}
	if spokes {
		s.Spokes = h.spokes()
	}
	return s
}

func (h *hand) spokes() *catalog.SpokeSight {
	h.t.Helper()
	org, err := aws.NewOrganization(h.session, hubAccount, "CatalogHubPublisher").Accounts(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	all, err := catalog.Spokes(h.files, org)
	if err != nil {
		h.t.Fatal(err)
	}
	fleet := aws.NewFleet(h.session)
	s := &catalog.SpokeSight{Org: org}
	var errs [3]error
	s.Readings, errs[0] = fleet.Read(h.t.Context(), all)
	s.Roles, errs[1] = fleet.Roles(h.t.Context(), h.files.Accounts(all))
	s.Locals, errs[2] = fleet.Locals(h.t.Context(), all)
	if err := errors.Join(errs[:]...); err != nil {
		h.t.Fatal(err)
	}
	return s
}

// CAT-70: a catalog as it was published has no drift, and all of it was seen.
func TestNoDrift(t *testing.T) {
	h := newHand(t)
	if err := h.seesRoles(); err != nil {
		t.Fatal(err)
	}
	mark := h.mark()
	s := h.sight(true)
	if got := s.Drifts(); len(got) > 0 {
		t.Errorf("drift: %+v", got)
	}
	if got := s.Unseen(); len(got) > 0 {
		t.Errorf("unseen: %+v", got)
	}
	same(t, "it only reads", mutating(h.since(mark)), nil)
}

// alteration is something done by hand, and the drift that it is: its kind, the account, and
// words of what is said. The id is what by returns.
type alteration struct {
	name, kind, account, says string
	by                        func(*hand) (id string, err error)
}

var alterations = []alteration{
	{"a portfolio described anew", "CD-1", hubAccount, "description: by hand; git has description: Buckets", func(h *hand) (string, error) {
		_, err := h.catalog.UpdatePortfolio(h.t.Context(), &servicecatalog.UpdatePortfolioInput{Id: &h.folio, Description: sdk.String("by hand")})
		return h.folio, err
	}},
	{"principals no longer shared", "CD-1", hubAccount, "principals no", func(h *hand) (string, error) {
		_, err := h.catalog.UpdatePortfolioShare(h.t.Context(), &servicecatalog.UpdatePortfolioShareInput{PortfolioId: &h.folio, SharePrincipals: sdk.Bool(false), OrganizationNode: workloads()})
		return h.folio, errors.Join(err, h.settle())
	}},
	{"a version deactivated", "CD-2", hubAccount, "1.0.0 retired; git has 1.0.0 active", func(h *hand) (string, error) {
		_, err := h.catalog.UpdateProvisioningArtifact(h.t.Context(), &servicecatalog.UpdateProvisioningArtifactInput{ProductId: &h.product, ProvisioningArtifactId: &h.version.ID, Active: sdk.Bool(false)})
		return h.version.ID, err
	}},
	{"a version of somebody else's", "CD-3", hubAccount, "9.9.9: not published by axle", func(h *hand) (string, error) { return h.addVersion("9.9.9") }},
	{"a placeholder", "CD-3", hubAccount, "a placeholder", func(h *hand) (string, error) { return h.addVersion("-") }},
	{"another digest in the description", "CD-4", hubAccount, "its description says sha256:0000", func(h *hand) (string, error) {
		_, err := h.catalog.UpdateProvisioningArtifact(h.t.Context(), &servicecatalog.UpdateProvisioningArtifactInput{ProductId: &h.product, ProvisioningArtifactId: &h.version.ID,
			Description: sdk.String("sha256:" + strings.Repeat("0", 64))})
		return h.version.ID, err
	}},
	{"the object replaced", "CD-4", hubAccount, "published was sha256:", func(h *hand) (string, error) {
		_, err := h.objects().PutObject(h.t.Context(), &s3.PutObjectInput{Bucket: bucketName(), Key: h.key(), Body: strings.NewReader("other")})
		return "s3://" + *bucketName() + "/" + *h.key(), err
	}},
	{"the object gone", "CD-4", hubAccount, "the object is gone", func(h *hand) (string, error) {
		_, err := h.objects().DeleteObject(h.t.Context(), &s3.DeleteObjectInput{Bucket: bucketName(), Key: h.key()})
		return "s3://" + *bucketName() + "/" + *h.key(), err
	}},
	{"a launch constraint deleted", "CD-5", hubAccount, "constraint of bucket in storage: missing: LAUNCH", func(h *hand) (string, error) {
		_, err := h.catalog.DeleteConstraint(h.t.Context(), &servicecatalog.DeleteConstraintInput{Id: &h.constraint})
		return h.folio, err
	}},
	{"a launch role by its ARN", "CD-5", hubAccount, `LAUNCH {"RoleArn":`, func(h *hand) (string, error) {
		_, err := h.catalog.UpdateConstraint(h.t.Context(), &servicecatalog.UpdateConstraintInput{Id: &h.constraint, Parameters: sdk.String(`{"RoleArn":"arn:aws:iam::999999999999:role/SCLaunchStorage"}`)})
		return h.constraint, err
	}},
	{"a constraint more", "CD-5", hubAccount, "extra: NOTIFICATION", func(h *hand) (string, error) {
		out, err := h.catalog.CreateConstraint(h.t.Context(), &servicecatalog.CreateConstraintInput{ProductId: &h.product, PortfolioId: &h.folio, Type: sdk.String("NOTIFICATION"),
			Parameters: sdk.String(`{"NotificationArns":["arn:aws:sns:eu-west-1:999999999999:t"]}`), IdempotencyToken: sdk.String("1")})
		if err != nil {
			return "", err
		}
		return *out.ConstraintDetail.ConstraintId, nil
	}},
	{"the launch role gone from a spoke", "CD-6", someSpoke, "launch role SCLaunchStorage: missing", func(h *hand) (string, error) { return h.deleteRole(someSpoke) }},
	{"the launch role gone from the hub", "CD-6", hubAccount, "launch role SCLaunchStorage: missing", func(h *hand) (string, error) {
		id, err := h.deleteRole(hubAccount)
		return id, errors.Join(err, h.seesRoles())
	}},
	{"no longer shared", "CD-7", hubAccount, "share storage: missing: ORGANIZATIONAL_UNIT", func(h *hand) (string, error) {
		_, err := h.catalog.DeletePortfolioShare(h.t.Context(), &servicecatalog.DeletePortfolioShareInput{PortfolioId: &h.folio, OrganizationNode: workloads()})
		return h.folio, errors.Join(err, h.settle())
	}},
	{"shared with somebody more", "CD-7", hubAccount, "extra: ACCOUNT 222222222222", func(h *hand) (string, error) {
		_, err := h.catalog.CreatePortfolioShare(h.t.Context(), &servicecatalog.CreatePortfolioShareInput{PortfolioId: &h.folio, AccountId: sdk.String("222222222222")})
		return h.folio, err
	}},
	{"a product of the same key", "CD-8", hubAccount, "a duplicate of ours", func(h *hand) (string, error) {
		return h.addProduct(h.catalog, "another", "bucket")
	}},
	{"a product of the same name", "CD-8", hubAccount, "a duplicate of ours", func(h *hand) (string, error) { return h.addProduct(h.catalog, "bucket", "") }},
	{"a product that git has no more", "CD-8", hubAccount, "an orphan: git has no gone", func(h *hand) (string, error) { return h.addProduct(h.catalog, "gone", "gone") }},
	{"a spoke's own copy", "CD-8", someSpoke, "the spoke has one of its own", func(h *hand) (string, error) {
		return h.addProduct(servicecatalog.NewFromConfig(h.as(someSpoke, "CatalogBuilder")), "bucket", "")
	}},
	{"offered in a portfolio of one's own", "CD-8", hubAccount, "it is offered in Mine", func(h *hand) (string, error) {
		out, err := h.catalog.CreatePortfolio(h.t.Context(), &servicecatalog.CreatePortfolioInput{DisplayName: sdk.String("Mine"), ProviderName: sdk.String("x"), IdempotencyToken: sdk.String("1")})
		if err != nil {
			return "", err
		}
		_, err = h.catalog.AssociateProductWithPortfolio(h.t.Context(), &servicecatalog.AssociateProductWithPortfolioInput{ProductId: &h.product, PortfolioId: out.PortfolioDetail.Id})
		return *out.PortfolioDetail.Id, err
	}},
	{"synced from git", "CD-9", hubAccount, "is synced from o/r main t.yaml, past every gate", func(h *hand) (string, error) {
		h.wire.next = synced{h.wire.next} // the sandbox refuses to sync, CAT-7
		return h.product, nil
	}},
	{"a principal more", "CD-10", hubAccount, "extra: IAM arn:aws:iam::999999999999:role/SCLaunchNetwork", func(h *hand) (string, error) {
		return h.folio, h.admit("IAM", "arn:aws:iam::999999999999:role/SCLaunchNetwork")
	}},
	{"a pattern that can be taken over", "CD-10", hubAccount, "whoever takes a name in a spoke matches the pattern", func(h *hand) (string, error) {
		return h.folio, h.admit("IAM_PATTERN", "arn:aws:iam:::role/*")
	}},
	{"a tag option", "CD-10", hubAccount, "tag option of bucket: extra: environment=prod", func(h *hand) (string, error) {
		out, err := h.catalog.CreateTagOption(h.t.Context(), &servicecatalog.CreateTagOptionInput{Key: sdk.String("environment"), Value: sdk.String("prod")})
		if err != nil {
			return "", err
		}
		_, err = h.catalog.AssociateTagOptionWithResource(h.t.Context(), &servicecatalog.AssociateTagOptionWithResourceInput{ResourceId: &h.product, TagOptionId: out.TagOptionDetail.Id})
		return *out.TagOptionDetail.Id, err
	}},
	{"a budget", "CD-10", hubAccount, "budget of storage: extra: monthly", func(h *hand) (string, error) {
		_, err := h.catalog.AssociateBudgetWithResource(h.t.Context(), &servicecatalog.AssociateBudgetWithResourceInput{BudgetName: sdk.String("monthly"), ResourceId: &h.folio})
		return "monthly", err
	}},
	{"a service action", "CD-10", hubAccount, "service action of bucket: extra: Restart on version 1.0.0", func(h *hand) (string, error) {
		out, err := h.catalog.CreateServiceAction(h.t.Context(), &servicecatalog.CreateServiceActionInput{Name: sdk.String("Restart"), DefinitionType: types.ServiceActionDefinitionTypeSsmAutomation,
			Definition: map[string]string{"Name": "AWS-RestartEC2Instance", "Version": "1"}, IdempotencyToken: sdk.String("1")})
		if err != nil {
			return "", err
		}
		_, err = h.catalog.AssociateServiceActionWithProvisioningArtifact(h.t.Context(), &servicecatalog.AssociateServiceActionWithProvisioningArtifactInput{
			ProductId: &h.product, ProvisioningArtifactId: &h.version.ID, ServiceActionId: out.ServiceActionDetail.ServiceActionSummary.Id})
		return *out.ServiceActionDetail.ServiceActionSummary.Id, err
	}},
	{"an enforced product that is not there", "CD-11", someSpoke, "no bucket is there", func(h *hand) (string, error) {
		h.files.Enforced = map[string]catalog.Enforced{"logs": {Product: "bucket", Version: ">=1", Spokes: &catalog.SpokeSelector{Accounts: []document.AccountID{someSpoke}}}}
		return "", nil
	}},
	{"an enforced product out of its range", "CD-11", someSpoke, "has 1.0.0, which is out of >=2", func(h *hand) (string, error) {
		h.files.Enforced = map[string]catalog.Enforced{"logs": {Product: "bucket", Version: ">=2", Spokes: &catalog.SpokeSelector{Accounts: []document.AccountID{someSpoke}}}}
		p, err := aws.NewLauncher(h.session).Launch(h.t.Context(), catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "logs"})
		return p.ID, err
	}},
}

// CAT-70: each kind, altered by hand, is found with account, region, id and repair; and nothing else is.
func TestDriftIsFound(t *testing.T) {
	kinds := map[string]bool{}
	for _, a := range alterations {
		kinds[a.kind] = true
		t.Run(a.kind+" "+a.name, func(t *testing.T) {
			t.Parallel()
			h := newHand(t)
			id, err := a.by(h)
			if err != nil {
				t.Fatal(err)
			}
			got := h.sight(true).Drifts()
			if len(got) != 1 {
				t.Fatalf("%d drifts: %+v", len(got), got)
			}
			d := got[0]
			region := "eu-west-1"
			if a.kind == "CD-6" {
				region = ""
			}
			if d.Kind != a.kind || d.Account != a.account || d.Region != region || d.ID != id || !strings.Contains(d.What, a.says) || d.Repair == "" {
				t.Errorf("%+v\nwant %s in %s %s with id %s: %s", d, a.kind, a.account, region, id, a.says)
			}
		})
	}
	if len(kinds) != 11 {
		t.Errorf("%d kinds of 11 are altered", len(kinds))
	}
}

// CAT-2 CD-8: with the state lost, two products of one key cannot be told apart. The region is
// unread, and both are named.
func TestDriftWithTheStateLost(t *testing.T) {
	h := newHand(t)
	if _, err := h.addProduct(h.catalog, "another", "bucket"); err != nil {
		t.Fatal(err)
	}
	h.pins = &pins{ids: map[string]string{}}
	s := h.sight(false)
	if document.CodeOf(s.Unread["eu-west-1"]) != "AXLE2650" {
		t.Errorf("unread: %v", s.Unread)
	}
	got := s.Drifts()
	if len(got) != 2 || got[0].Kind != "CD-8" || got[1].Kind != "CD-8" {
		t.Errorf("%+v", got)
	}
}

// A region that AWS does not let be read is said; the others are told.
func TestDriftOfARegionUnread(t *testing.T) {
	h := newHand(t)
	s := h.sight(false)
	h.wire.set(func(op string, _ int) fault {
		if op == "ListServiceActions" {
			return fault{status: 400, code: "AccessDeniedException"}
		}
		return fault{}
	})
	hub := aws.NewHub(h.session, h.files.Hub, s.Want, h.pins, h.open)
	_, err := hub.Survey(t.Context(), s.Have)
	var failed catalog.RegionErrors
	if !errors.As(err, &failed) || document.CodeOf(failed["eu-west-1"]) != "AXLE4200" {
		t.Errorf("%v", err)
	}
}

func workloads() *types.OrganizationNode {
	return &types.OrganizationNode{Type: types.OrganizationNodeTypeOrganizationalUnit, Value: sdk.String("ou-ab12-11111111")}
}

// settle lets asynchronous work end.
func (h *hand) settle() error { return h.sandbox.Sleep(h.t.Context(), time.Hour) }

func bucketName() *string { return sdk.String("axle-artifacts-999999999999-eu-west-1") }

func (h *hand) key() *string {
	return sdk.String("bucket/" + strings.TrimPrefix(h.version.Digest, "sha256:") + "/template.yaml")
}

func (h *hand) objects() *s3.Client { return s3.NewFromConfig(h.as(hubAccount, "CatalogHubPublisher")) }

func (h *hand) artifact(name string) *types.ProvisioningArtifactProperties {
	return &types.ProvisioningArtifactProperties{Name: &name, Type: types.ProvisioningArtifactTypeCloudFormationTemplate,
		Info: map[string]string{"LoadTemplateFromURL": "https://" + *bucketName() + ".s3.eu-west-1.amazonaws.com/" + *h.key()}}
}

func (h *hand) addVersion(name string) (string, error) {
	out, err := h.catalog.CreateProvisioningArtifact(h.t.Context(), &servicecatalog.CreateProvisioningArtifactInput{ProductId: &h.product, Parameters: h.artifact(name), IdempotencyToken: sdk.String("1")})
	if err != nil {
		return "", err
	}
	return *out.ProvisioningArtifactDetail.Id, h.settle()
}

func (h *hand) addProduct(c *servicecatalog.Client, name, key string) (string, error) {
	in := &servicecatalog.CreateProductInput{Name: &name, Owner: sdk.String("x"), ProductType: types.ProductTypeCloudFormationTemplate, ProvisioningArtifactParameters: h.artifact("1.0.0"), IdempotencyToken: sdk.String("1")}
	if key != "" {
		in.Tags = []types.Tag{{Key: sdk.String(catalog.TagKey), Value: &key}}
	}
	out, err := c.CreateProduct(h.t.Context(), in)
	if err != nil {
		return "", err
	}
	return *out.ProductViewDetail.ProductViewSummary.ProductId, h.settle()
}

func (h *hand) admit(kind, arn string) error {
	_, err := h.catalog.AssociatePrincipalWithPortfolio(h.t.Context(), &servicecatalog.AssociatePrincipalWithPortfolioInput{PortfolioId: &h.folio, PrincipalType: types.PrincipalType(kind), PrincipalARN: &arn})
	return err
}

func (h *hand) deleteRole(account string) (string, error) {
	name, c := "SCLaunchStorage", h.root(account)
	attached, err := c.ListAttachedRolePolicies(h.t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: &name})
	if err != nil {
		return "", err
	}
	for _, p := range attached.AttachedPolicies {
		if _, err := c.DetachRolePolicy(h.t.Context(), &iam.DetachRolePolicyInput{RoleName: &name, PolicyArn: p.PolicyArn}); err != nil {
			return "", err
		}
	}
	_, err = c.DeleteRole(h.t.Context(), &iam.DeleteRoleInput{RoleName: &name})
	return name, err
}

// synced is AWS where products are synced from a repository.
type synced struct{ next http.RoundTripper }

func (s synced) RoundTrip(r *http.Request) (*http.Response, error) {
	out, err := s.next.RoundTrip(r)
	if err != nil || operation(r) != "DescribeProductAsAdmin" {
		return out, err
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	body = bytes.Replace(body, []byte(`"ProductViewDetail":{`), []byte(`"ProductViewDetail":{"SourceConnection":{"Type":"CODESTAR","ConnectionParameters":{"CodeStar":{"Repository":"o/r","Branch":"main","ArtifactPath":"t.yaml"}}},`), 1)
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out.Header.Del("X-Amz-Crc32")
	return out, err
}

// fleetBed is a hub with so many spokes, in two regions.
func fleetBed(t *testing.T, start string) *bed {
	t.Helper()
	s, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Seed: []byte(start), Start: start})
	if err != nil {
		t.Fatal(err)
	}
	b := newBed(t)
	b.sandbox, b.wire = s, &wire{next: s.Transport()}
	b.session = b.newSession()
	b.files.Hub.Regions = []string{"eu-west-1", "us-east-1"}
	b.files.Spokes = []catalog.SpokeFile{{OrganizationalUnit: "ou-ab12-11111111"}}
	return b
}

// CAT-71: what the hub's drift costs does not depend on the spokes, nor is any of their roles taken.
func TestDriftCostsTheHubAlone(t *testing.T) {
	var costs [2]int
	for i, start := range []string{"fleet 1x2", "fleet 100x2"} {
		b := fleetBed(t, start)
		b.publish(b.want("1.0.0"))
		h := &hand{bed: b, version: b.want("1.0.0").Products[0].Versions[0]}
		mark := b.mark()
		s := h.sight(false)
		if got := s.Drifts(); len(got) > 0 {
			t.Errorf("%s: %+v", start, got)
		}
		unseen := s.Unseen()
		if len(unseen) != 1 || !slices.Equal(unseen[0].Kinds, []string{"CD-6", "CD-7", "CD-8", "CD-11"}) || unseen[0].Err != nil {
			t.Errorf("%s: what was not asked for is said as %+v", start, unseen)
		}
		for _, c := range b.since(mark) {
			if costs[i]++; c.Account != hubAccount {
				t.Errorf("%s: %s in %s", start, c.Operation, c.Account)
			}
		}
	}
	if costs[0] != costs[1] || costs[0] > 2*25 {
		t.Errorf("calls with 1 and with 100 spokes: %v, want the same, 25 a region at most", costs)
	}
	t.Logf("calls: %v", costs)
}

// CAT-75: of 100 spokes in two regions one cannot be read: it is unknown there, the others are
// as they are, and each costs one call a region.
func TestFleetOfAHundred(t *testing.T) {
	b := fleetBed(t, "fleet 100x2")
	have := b.publish(b.want("1.0.0")).Have
	org, err := aws.NewOrganization(b.session, hubAccount, "CatalogHubPublisher").Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var members []string
	for _, a := range org.Accounts {
		if strings.HasPrefix(a.Name, "spoke-") {
			members = append(members, a.ID)
		}
	}
	b.files.Spokes = append(b.files.Spokes, catalog.SpokeFile{Account: document.AccountID(members[7]), Role: "Absent"})
	all, err := catalog.Spokes(b.files, org)
	if err != nil || len(all) != 200 {
		t.Fatalf("%d spokes, %v", len(all), err)
	}
	user := catalog.User{Account: members[3], Role: "CatalogBuilder", Region: "us-east-1"}
	if _, err := aws.NewLauncher(b.session).Launch(t.Context(), catalog.LaunchRequest{User: user, Product: "bucket", Version: "1.0.0", Name: "mine"}); err != nil {
		t.Fatal(err)
	}
	mark := b.mark()
	fleet := aws.NewFleet(b.session)
	readings, err := fleet.Read(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]int{}
	for _, r := range (catalog.Fleet{File: b.files, Have: have, Org: org, Now: fleet.Now()}).Rows(readings) {
		words[r.Word]++
		if (r.Word == catalog.Unknown) != (r.Account == members[7]) {
			t.Errorf("%+v", r)
		}
		if r.Word == catalog.UpToDate && (r.Account != user.Account || r.Provisioned != "mine" || r.State != "AVAILABLE" || !strings.HasSuffix(r.Owner, "role/CatalogBuilder")) {
			t.Errorf("%+v", r)
		}
	}
	if words[catalog.Unknown] != 2 || words[catalog.UpToDate] != 1 || words[catalog.None] != 197 {
		t.Errorf("rows: %v", words)
	}
	calls := map[string]int{}
	for _, c := range b.since(mark) {
		calls[c.Operation]++
	}
	if calls["SearchProvisionedProducts"] != 198 || len(calls) != 2 {
		t.Errorf("calls: %v", calls)
	}
}

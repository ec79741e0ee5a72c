package aws_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

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
	{"a tag option", "CD-10", hubAccount, "tag option environment=prod of bucket: extra", func(h *hand) (string, error) {
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

package servicecatalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

// What an end user of a spoke is shown of a published product.
func TestEndUserView(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	found, err := user.SearchProducts(t.Context(), &sc.SearchProductsInput{Filters: map[string][]string{"FullTextSearch": {"bucket"}}})
	must(t, err)
	same(t, "found", *found.ProductViewSummaries[0].ProductId, p.product)
	same(t, "default path", found.ProductViewSummaries[0].HasDefaultPath, true)
	same(t, "aggregated", found.ProductViewAggregations["Owner"][0].ApproximateCount, 1)
	paths, err := user.ListLaunchPaths(t.Context(), &sc.ListLaunchPathsInput{ProductId: &p.product})
	must(t, err)
	path := paths.LaunchPathSummaries[0]
	same(t, "path", *path.Name, "Storage")
	same(t, "path id", strings.HasPrefix(*path.Id, "lpv3-") && len(*path.Id) == 18, true)
	same(t, "constraint", *path.ConstraintSummaries[0].Type, "LAUNCH")
	product, err := user.DescribeProduct(t.Context(), &sc.DescribeProductInput{Name: aws.String("bucket")})
	must(t, err)
	same(t, "version", *product.ProvisioningArtifacts[0].Id, p.artifact)
	same(t, "its path", *product.LaunchPaths[0].Id, *path.Id)
}

// The parameters of a version, with their limits; the default of a NoEcho one is hidden.
func TestProvisioningParameters(t *testing.T) {
	b := newBed(t)
	b.publish(strings.Replace(simple, "{Type: String, Default: small}", "{Type: String, Default: small, AllowedValues: [small, big], MaxLength: 5}", 1))
	out, err := b.builder(spoke).DescribeProvisioningParameters(t.Context(), &sc.DescribeProvisioningParametersInput{
		ProductName: aws.String("bucket"), ProvisioningArtifactName: aws.String("1.0.0"), PathName: aws.String("Storage"),
	})
	must(t, err)
	all := map[string]types.ProvisioningArtifactParameter{}
	for _, p := range out.ProvisioningArtifactParameters {
		all[*p.ParameterKey] = p
	}
	same(t, "default", *all["Size"].DefaultValue, "small")
	same(t, "allowed", strings.Join(all["Size"].ParameterConstraints.AllowedValues, " "), "small big")
	same(t, "longest", *all["Size"].ParameterConstraints.MaxLength, "5")
	same(t, "description", *all["Owner"].Description, "who pays")
	same(t, "hidden", *all["Secret"].DefaultValue, "****")
	same(t, "NoEcho", all["Secret"].IsNoEcho, true)
	same(t, "output", *out.ProvisioningArtifactOutputKeys[0].Key, "TopicArn")
	same(t, "constraint", *out.ConstraintSummaries[0].Type, "LAUNCH")
}

// Two portfolios with the product: two paths, and a launch must name one.
func TestTwoPaths(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	other := b.portfolio("Second")
	b.place(p.product, other)
	must(t, b.admit(b.hub, other, types.PrincipalTypeIamPattern, builder))
	b.share(other, types.OrganizationNodeTypeOrganization, orgID, true)
	user := b.builder(spoke)
	_, err := b.provision(user, p, "mine", nil)
	wants(t, err, "InvalidParametersException", "2 launch paths")
	in := &sc.ProvisionProductInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: aws.String("mine"), PathName: aws.String("Second"), ProvisionToken: b.token()}
	out, err := user.ProvisionProduct(t.Context(), in)
	must(t, err)
	if out.RecordDetail.LaunchRoleArn != nil { // the second portfolio has no LAUNCH constraint
		t.Errorf("launched by %s", *out.RecordDetail.LaunchRoleArn)
	}
	b.wait(user, *out.RecordDetail.RecordId)
	id := *out.RecordDetail.ProvisionedProductId
	stays := b.update(user, id, p.artifact)
	same(t, "path of an update", *stays.PathId, *out.RecordDetail.PathId)
	moved, err := user.UpdateProvisionedProduct(t.Context(), &sc.UpdateProvisionedProductInput{ProvisionedProductId: &id, PathName: aws.String("Storage"), UpdateToken: b.token()})
	must(t, err)
	same(t, "another path", *moved.RecordDetail.PathId != *stays.PathId, true)
	same(t, "role on the other path", *moved.RecordDetail.LaunchRoleArn, "arn:aws:iam::"+spoke+":role/SCLaunchStorage")
	b.wait(user, *moved.RecordDetail.RecordId)
	same(t, "and so it stays", *b.update(user, id, p.artifact).PathId, *moved.RecordDetail.PathId)
	found, err := user.SearchProducts(t.Context(), &sc.SearchProductsInput{})
	must(t, err)
	same(t, "found once", len(found.ProductViewSummaries), 1)
	same(t, "no default path", found.ProductViewSummaries[0].HasDefaultPath, false)
}

// Before the product is whole, and to whom it is not shared, there is no path. CT-8
func TestNoPath(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, "arn:aws:iam:::role/*"))
	b.share(folio, types.OrganizationNodeTypeOrganizationalUnit, workloads, true)
	made, err := b.hub.CreateProduct(t.Context(), &sc.CreateProductInput{
		Name: aws.String("bucket"), Owner: aws.String("platform"), ProductType: types.ProductTypeCloudFormationTemplate,
		ProvisioningArtifactParameters: b.version("1.0.0", simple), IdempotencyToken: b.token(),
	})
	must(t, err)
	product := *made.ProductViewDetail.ProductViewSummary.ProductId
	b.place(product, folio)
	same(t, "CREATING", b.sees(spoke, "CatalogBuilder", product), false)
	b.sleep(2 * time.Second)
	same(t, "AVAILABLE", b.sees(spoke, "CatalogBuilder", product), true)
	same(t, "outside the unit", b.sees(gamma, "CatalogGammaBuilder", product), false)
	_, err = b.as(gamma, "CatalogGammaBuilder").DescribeProduct(t.Context(), &sc.DescribeProductInput{Id: &product})
	wants(t, err, "ResourceNotFoundException", "No launch paths found for resource: "+product)
}

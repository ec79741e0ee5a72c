package servicecatalog_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

func (b *bed) arn(product string) *string {
	return aws.String("arn:aws:catalog:" + region + ":" + hub + ":product/" + product)
}

func (b *bed) versions(c *sc.Client, product string) string {
	b.t.Helper()
	out, err := c.ListProvisioningArtifacts(b.t.Context(), &sc.ListProvisioningArtifactsInput{ProductId: &product})
	must(b.t, err)
	names := ""
	for _, a := range out.ProvisioningArtifactDetails {
		names += *a.Name + " "
	}
	return names
}

// A spoke copies a received product: new ids, and no link. What the hub publishes or deletes
// later does not reach the copy. CT-20
func TestCopyIsNotLinked(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	b.artifact(p.product, "1.1.0", simple)
	admin := b.builder(spoke)
	out, err := admin.CopyProduct(t.Context(), &sc.CopyProductInput{SourceProductArn: b.arn(p.product), TargetProductName: aws.String("mine"), IdempotencyToken: b.token()})
	must(t, err)
	b.sleep(5 * time.Second)
	done, err := admin.DescribeCopyProductStatus(t.Context(), &sc.DescribeCopyProductStatusInput{CopyProductToken: out.CopyProductToken})
	must(t, err)
	same(t, "status", done.CopyProductStatus, types.CopyProductStatusSucceeded)
	copied := *done.TargetProductId
	same(t, "another product", copied == p.product, false)
	same(t, "versions", b.versions(admin, copied), "1.0.0 1.1.0 ")
	got, err := admin.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Id: &copied})
	must(t, err)
	same(t, "name", *got.ProductViewDetail.ProductViewSummary.Name, "mine")
	same(t, "another version id", *got.ProvisioningArtifactSummaries[0].Id == p.artifact, false)

	third := b.artifact(p.product, "1.2.0", simple)
	_, err = b.hub.DeleteProvisioningArtifact(t.Context(), &sc.DeleteProvisioningArtifactInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact})
	must(t, err)
	same(t, "the copy stays as it was", b.versions(admin, copied), "1.0.0 1.1.0 ")

	into := &sc.CopyProductInput{SourceProductArn: b.arn(p.product), TargetProductId: &copied, IdempotencyToken: b.token(),
		SourceProvisioningArtifactIdentifiers: []map[string]string{{"Id": third}}}
	_, err = admin.CopyProduct(t.Context(), into)
	must(t, err)
	b.sleep(5 * time.Second)
	same(t, "one more, into the copy", b.versions(admin, copied), "1.0.0 1.1.0 1.2.0 ")
}

// Copied tags, another region, and what cannot be copied.
func TestCopyRefusals(t *testing.T) {
	b := newBed(t)
	product, _ := b.product("bucket", simple)
	_, err := b.hub.UpdateProduct(t.Context(), &sc.UpdateProductInput{Id: &product, AddTags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	must(t, err)
	elsewhere := sc.NewFromConfig(b.keys[hub+publisher], func(o *sc.Options) { o.Region = "us-east-1" })
	tests := []struct {
		name string
		c    *sc.Client
		in   sc.CopyProductInput
		code string
		says string
		tags int
	}{
		{"to another region, with its tags", elsewhere, sc.CopyProductInput{SourceProductArn: b.arn(product), CopyOptions: []types.CopyOption{types.CopyOptionCopyTags}}, "", "", 1},
		{"without its tags", b.hub, sc.CopyProductInput{SourceProductArn: b.arn(product)}, "", "", 0},
		{"no ARN", b.hub, sc.CopyProductInput{SourceProductArn: &product}, "InvalidParametersException", "arn:aws:catalog", 0},
		{"an unknown product", b.hub, sc.CopyProductInput{SourceProductArn: b.arn("prod-nope")}, "ResourceNotFoundException", "prod-nope", 0},
		{"one that was not shared", b.builder(spoke), sc.CopyProductInput{SourceProductArn: b.arn(product)}, "ResourceNotFoundException", product, 0},
		{"an unknown version", b.hub, sc.CopyProductInput{SourceProductArn: b.arn(product), SourceProvisioningArtifactIdentifiers: []map[string]string{{"Id": "pa-nope"}}}, "ResourceNotFoundException", "pa-nope", 0},
		{"into an unknown product", b.hub, sc.CopyProductInput{SourceProductArn: b.arn(product), TargetProductId: aws.String("prod-nope")}, "ResourceNotFoundException", "prod-nope", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.IdempotencyToken = b.token()
			out, err := tt.c.CopyProduct(t.Context(), &tt.in)
			wants(t, err, tt.code, tt.says)
			if err != nil {
				return
			}
			b.sleep(5 * time.Second)
			done, err := tt.c.DescribeCopyProductStatus(t.Context(), &sc.DescribeCopyProductStatusInput{CopyProductToken: out.CopyProductToken})
			must(t, err)
			got, err := tt.c.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Id: done.TargetProductId})
			must(t, err)
			same(t, "tags", len(got.Tags), tt.tags)
			same(t, "versions", b.versions(tt.c, *done.TargetProductId), "1.0.0 ")
		})
	}
}

package servicecatalog_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

// A product is CREATING, then AVAILABLE; its first version comes with it. SBX-33
func TestProductLife(t *testing.T) {
	b := newBed(t)
	made, err := b.hub.CreateProduct(t.Context(), &sc.CreateProductInput{
		Name: aws.String("bucket"), Owner: aws.String("platform"), ProductType: types.ProductTypeCloudFormationTemplate,
		Description: aws.String("a bucket"), SupportEmail: aws.String("a@b.example"), Tags: tags("axle:key", "bucket"),
		ProvisioningArtifactParameters: b.version("1.0.0", simple), IdempotencyToken: b.token(),
	})
	must(t, err)
	id := made.ProductViewDetail.ProductViewSummary.ProductId
	if !regexp.MustCompile(`^prod-[a-z0-9]{13}$`).MatchString(*id) {
		t.Errorf("id %s", *id)
	}
	same(t, "first version", *made.ProvisioningArtifactDetail.Name, "1.0.0")
	same(t, "at first", made.ProductViewDetail.Status, types.StatusCreating)
	b.sleep(2 * time.Second)
	_, err = b.hub.UpdateProduct(t.Context(), &sc.UpdateProductInput{Id: id, Owner: aws.String("storage"), AddTags: tags("axle:key", "bucket2")})
	must(t, err)
	got, err := b.hub.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Id: id})
	must(t, err)
	same(t, "then", got.ProductViewDetail.Status, types.StatusAvailable)
	same(t, "owner", *got.ProductViewDetail.ProductViewSummary.Owner, "storage")
	same(t, "name stays", *got.ProductViewDetail.ProductViewSummary.Name, "bucket")
	same(t, "tag", *got.Tags[0].Value, "bucket2")
	same(t, "versions", len(got.ProvisioningArtifactSummaries), 1)
	_, err = b.hub.DeleteProduct(t.Context(), &sc.DeleteProductInput{Id: id})
	must(t, err)
	_, err = b.hub.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Id: id})
	wants(t, err, "ResourceNotFoundException", *id)
}

// What is no product, or not one of the sandbox.
func TestProductRefusals(t *testing.T) {
	b := newBed(t)
	b.product("twin", simple)
	b.product("twin", simple) // names are not unique. CT-1
	tests := []struct {
		name string
		in   sc.CreateProductInput
		code string
	}{
		{"Terraform open source, which AWS no longer makes", sc.CreateProductInput{ProductType: types.ProductTypeTerraformOpenSource}, "InvalidParametersException"},
		{"Terraform Cloud", sc.CreateProductInput{ProductType: types.ProductTypeTerraformCloud}, "NotImplemented"},
		{"another type", sc.CreateProductInput{ProductType: "CFN"}, "ValidationException"},
		{"synced from git: CAT-7", sc.CreateProductInput{SourceConnection: &types.SourceConnection{ConnectionParameters: &types.SourceConnectionParameters{}}}, "NotImplemented"},
		{"no version", sc.CreateProductInput{}, "InvalidParametersException"},
		{"a long e-mail", sc.CreateProductInput{SupportEmail: aws.String(strings.Repeat("x", 255))}, "ValidationException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Name, tt.in.Owner, tt.in.IdempotencyToken = aws.String("p"), aws.String("o"), b.token()
			if tt.in.ProductType == "" {
				tt.in.ProductType = types.ProductTypeCloudFormationTemplate
			}
			_, err := b.hub.CreateProduct(t.Context(), &tt.in)
			wants(t, err, tt.code)
		})
	}
	_, err := b.hub.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{Name: aws.String("twin")})
	wants(t, err, "ResourceNotFoundException", "2 products")
	_, err = b.hub.DescribeProductAsAdmin(t.Context(), &sc.DescribeProductAsAdminInput{})
	wants(t, err, "InvalidParametersException")
}

// A search is fuzzy by text, exact by owner, and in a portfolio. CT-1
func TestSearchAsAdmin(t *testing.T) {
	b := newBed(t)
	for _, name := range []string{"bucket", "bucket-logs", "queue"} {
		b.product(name, simple)
	}
	folio := b.portfolio("P")
	queue, _ := b.product("queue-dlq", simple)
	b.place(queue, folio)
	tests := []struct {
		name string
		in   sc.SearchProductsAsAdminInput
		want string
	}{
		{"text", sc.SearchProductsAsAdminInput{Filters: map[string][]string{"FullTextSearch": {"Bucket"}}}, "bucket bucket-logs"},
		{"any word of it", sc.SearchProductsAsAdminInput{Filters: map[string][]string{"FullTextSearch": {"logs queue"}}}, "bucket-logs queue queue-dlq"},
		{"owner", sc.SearchProductsAsAdminInput{Filters: map[string][]string{"Owner": {"plat"}}}, ""},
		{"both", sc.SearchProductsAsAdminInput{Filters: map[string][]string{"Owner": {"platform"}, "FullTextSearch": {"dlq"}}}, "queue-dlq"},
		{"in a portfolio", sc.SearchProductsAsAdminInput{PortfolioId: &folio}, "queue-dlq"},
		{"by id", sc.SearchProductsAsAdminInput{Filters: map[string][]string{"SourceProductId": {queue}}}, "queue-dlq"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.SortBy = types.ProductViewSortByTitle
			out, err := b.hub.SearchProductsAsAdmin(t.Context(), &tt.in)
			must(t, err)
			var names []string
			for _, p := range out.ProductViewDetails {
				names = append(names, *p.ProductViewSummary.Name)
			}
			same(t, "found", strings.Join(names, " "), tt.want)
			tt.in.SortOrder = types.SortOrderDescending
			out, err = b.hub.SearchProductsAsAdmin(t.Context(), &tt.in)
			must(t, err)
			slices.Reverse(names)
			for i, p := range out.ProductViewDetails {
				same(t, "descending", *p.ProductViewSummary.Name, names[i])
			}
		})
	}
	_, err := b.hub.SearchProductsAsAdmin(t.Context(), &sc.SearchProductsAsAdminInput{Filters: map[string][]string{"Name": {"x"}}})
	wants(t, err, "InvalidParametersException", "Name")
}

// Twenty to a page. SBX-38, CT-17
func TestSearchPages(t *testing.T) {
	b := newBed(t)
	for i := range 21 {
		b.product(fmt.Sprintf("p%d", i), simple)
	}
	first, err := b.hub.SearchProductsAsAdmin(t.Context(), &sc.SearchProductsAsAdminInput{})
	must(t, err)
	same(t, "first page", len(first.ProductViewDetails), 20)
	second, err := b.hub.SearchProductsAsAdmin(t.Context(), &sc.SearchProductsAsAdminInput{PageToken: first.NextPageToken})
	must(t, err)
	same(t, "second page", len(second.ProductViewDetails), 1)
	_, err = b.hub.SearchProductsAsAdmin(t.Context(), &sc.SearchProductsAsAdminInput{PageToken: first.NextPageToken, Filters: map[string][]string{"Owner": {"platform"}}})
	wants(t, err, "InvalidParametersException", "page token")
}

// An association repeated has no effect; a product in a portfolio is not deleted. SBX-31, RT06
func TestPlacement(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	product, _ := b.product("bucket", simple)
	b.place(product, folio)
	b.place(product, folio)
	out, err := b.hub.ListPortfoliosForProduct(t.Context(), &sc.ListPortfoliosForProductInput{ProductId: &product})
	must(t, err)
	same(t, "portfolios", len(out.PortfolioDetails), 1)
	_, err = b.hub.DeleteProduct(t.Context(), &sc.DeleteProductInput{Id: &product})
	wants(t, err, "ResourceInUseException", "portfolio")
	for _, in := range []sc.AssociateProductWithPortfolioInput{
		{ProductId: aws.String("prod-nope"), PortfolioId: &folio}, {ProductId: &product, PortfolioId: aws.String("port-nope")},
	} {
		_, err := b.hub.AssociateProductWithPortfolio(t.Context(), &in)
		wants(t, err, "ResourceNotFoundException", "nope") // CT-2, RT08
	}
	gone := &sc.DisassociateProductFromPortfolioInput{ProductId: &product, PortfolioId: &folio}
	_, err = b.hub.DisassociateProductFromPortfolio(t.Context(), gone)
	must(t, err)
	_, err = b.hub.DisassociateProductFromPortfolio(t.Context(), gone)
	wants(t, err, "ResourceNotFoundException")
}

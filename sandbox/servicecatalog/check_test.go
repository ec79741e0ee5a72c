package servicecatalog

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Rules over an input's members: required, not honoured, too long. The SDK's client refuses
// missing members itself; another caller's request does not. SBX-5, SBX-9
func TestRulesOfMembers(t *testing.T) {
	type input = servicecatalog.CreateProductInput
	rules := []rule{needs("Name", "ProductType", "Tags"), refuses("SourceConnection"), limit("Owner", 3)}
	whole := func(f func(*input)) *input {
		in := &input{Name: new("n"), ProductType: types.ProductTypeCloudFormationTemplate, Tags: []types.Tag{{}}}
		f(in)
		return in
	}
	tests := []struct {
		name   string
		in     *input
		code   string
		says   string
		status int
	}{
		{"whole", whole(func(*input) {}), "", "", 0},
		{"English", whole(func(in *input) { in.AcceptLanguage = new("en") }), "", "", 0},
		{"a nil text", whole(func(in *input) { in.Name = nil }), "ValidationException", "'name'", 400},
		{"an empty text", whole(func(in *input) { in.Name = new("") }), "ValidationException", "'name'", 400},
		{"an empty enum", whole(func(in *input) { in.ProductType = "" }), "ValidationException", "'productType'", 400},
		{"an empty list", whole(func(in *input) { in.Tags = []types.Tag{} }), "ValidationException", "'tags'", 400},
		{"three characters", whole(func(in *input) { in.Owner = new("äöü") }), "", "", 0},
		{"four", whole(func(in *input) { in.Owner = new("abcd") }), "ValidationException", "'owner'", 400},
		{"not honoured", whole(func(in *input) { in.SourceConnection = &types.SourceConnection{} }), "NotImplemented", "servicecatalog:CreateProduct.SourceConnection", 501},
		{"Japanese", whole(func(in *input) { in.AcceptLanguage = new("jp") }), "NotImplemented", "AcceptLanguage", 501},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			done := false
			_, err := checked("CreateProduct", func(*world.Call, *input) (*int, error) { done = true; return nil, nil }, rules)(nil, tt.in)
			var e *wire.Error
			errors.As(err, &e)
			switch {
			case tt.code == "":
				if err != nil || !done {
					t.Errorf("refused: %v", err)
				}
			case e == nil || done || e.Code != tt.code || e.Status != tt.status || !strings.Contains(e.Message, tt.says):
				t.Errorf("%v, want %s with %s", err, tt.code, tt.says)
			}
		})
	}
}

// The first slice of sandbox.md §5, without its list of reads.
const writes = `CreatePortfolio UpdatePortfolio DeletePortfolio CreateProduct UpdateProduct DeleteProduct
	CreateProvisioningArtifact UpdateProvisioningArtifact DeleteProvisioningArtifact
	AssociateProductWithPortfolio DisassociateProductFromPortfolio CreateConstraint UpdateConstraint DeleteConstraint
	AssociatePrincipalWithPortfolio DisassociatePrincipalFromPortfolio CreateTagOption UpdateTagOption
	AssociateTagOptionWithResource DisassociateTagOptionFromResource CreatePortfolioShare UpdatePortfolioShare
	DeletePortfolioShare EnableAWSOrganizationsAccess DisableAWSOrganizationsAccess AcceptPortfolioShare RejectPortfolioShare
	ProvisionProduct UpdateProvisionedProduct TerminateProvisionedProduct`

const reads = `DescribePortfolio ListPortfolios DescribeProductAsAdmin SearchProductsAsAdmin DescribeProvisioningArtifact
	ListProvisioningArtifacts ListPortfoliosForProduct DescribeConstraint ListConstraintsForPortfolio
	ListPrincipalsForPortfolio DescribeTagOption ListTagOptions DescribePortfolioShareStatus DescribePortfolioShares
	ListPortfolioAccess ListOrganizationPortfolioAccess GetAWSOrganizationsAccessStatus ListAcceptedPortfolioShares
	SearchProducts DescribeProduct ListLaunchPaths DescribeProvisioningParameters DescribeProvisionedProduct
	SearchProvisionedProducts ScanProvisionedProducts DescribeRecord ListRecordHistory GetProvisionedProductOutputs`

// Every operation of the slice is here, once, says whether it changes the world, and knows its token.
func TestOperations(t *testing.T) {
	tokens := map[string]string{ // the member that carries the client token
		"CreatePortfolio": "IdempotencyToken", "CreateProduct": "IdempotencyToken", "CreateProvisioningArtifact": "IdempotencyToken",
		"CreateConstraint": "IdempotencyToken", "ProvisionProduct": "ProvisionToken", "UpdateProvisionedProduct": "UpdateToken",
		"TerminateProvisionedProduct": "TerminateToken",
	}
	want := map[string]bool{}
	for _, name := range strings.Fields(writes) {
		want[name] = true
	}
	for _, name := range strings.Fields(reads) {
		want[name] = false
	}
	for _, op := range Service().Operations {
		mutating, ok := want[op.Name]
		if !ok || op.Mutating != mutating || op.Token != tokens[op.Name] {
			t.Errorf("%s: mutating %v, token %q; in the slice, once: %v", op.Name, op.Mutating, op.Token, ok)
		}
		delete(want, op.Name)
	}
	if len(want) > 0 {
		t.Errorf("not here: %v", want)
	}
}

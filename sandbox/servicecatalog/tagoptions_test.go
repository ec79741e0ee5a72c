package servicecatalog_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

func (b *bed) tagOption(key, value string) string {
	b.t.Helper()
	out, err := b.hub.CreateTagOption(b.t.Context(), &sc.CreateTagOptionInput{Key: &key, Value: &value})
	must(b.t, err)
	return *out.TagOptionDetail.Id
}

func (b *bed) tag(resource, option string) error {
	_, err := b.hub.AssociateTagOptionWithResource(b.t.Context(), &sc.AssociateTagOptionWithResourceInput{ResourceId: &resource, TagOptionId: &option})
	return err
}

// TagOptions are made once, found, changed, hung on portfolios and products. RT07
func TestTagOptionLife(t *testing.T) {
	b := newBed(t)
	prod := b.tagOption("env", "prod")
	test := b.tagOption("env", "test")
	_, err := b.hub.CreateTagOption(t.Context(), &sc.CreateTagOptionInput{Key: aws.String("env"), Value: aws.String("prod")})
	wants(t, err, "DuplicateResourceException", prod)
	_, err = b.hub.UpdateTagOption(t.Context(), &sc.UpdateTagOptionInput{Id: &test, Value: aws.String("prod")})
	wants(t, err, "DuplicateResourceException")
	_, err = b.hub.UpdateTagOption(t.Context(), &sc.UpdateTagOptionInput{Id: &test, Active: aws.Bool(false)})
	must(t, err)
	for _, tt := range []struct {
		filter types.ListTagOptionsFilters
		want   int
	}{
		{types.ListTagOptionsFilters{}, 2}, {types.ListTagOptionsFilters{Active: aws.Bool(true)}, 1},
		{types.ListTagOptionsFilters{Key: aws.String("env"), Value: aws.String("test")}, 1}, {types.ListTagOptionsFilters{Key: aws.String("x")}, 0},
	} {
		out, err := b.hub.ListTagOptions(t.Context(), &sc.ListTagOptionsInput{Filters: &tt.filter})
		must(t, err)
		same(t, "found", len(out.TagOptionDetails), tt.want)
	}
	folio := b.portfolio("P")
	must(t, b.tag(folio, prod))
	wants(t, b.tag(folio, prod), "DuplicateResourceException", prod)
	wants(t, b.tag("port-nope", prod), "ResourceNotFoundException", "port-nope")
	wants(t, b.tag(folio, "tag-nope"), "ResourceNotFoundException", "tag-nope")
	got, err := b.hub.DescribePortfolio(t.Context(), &sc.DescribePortfolioInput{Id: &folio})
	must(t, err)
	same(t, "on the portfolio", *got.TagOptions[0].Id, prod)
	one, err := b.hub.DescribeTagOption(t.Context(), &sc.DescribeTagOptionInput{Id: &test})
	must(t, err)
	same(t, "active", *one.TagOptionDetail.Active, false)
}

// What an end user may choose from, and what a launch does with the choice. A key that
// portfolio and product name with no value in common stands without values. CT-18
func TestTagOptionsAtLaunch(t *testing.T) {
	tests := []struct {
		name           string
		folio, product []string // values of env
		share          bool
		given          []types.Tag
		values         string
		code           string
		tag            string // of the stack
	}{
		{name: "one value is set by itself", folio: []string{"prod"}, share: true, values: "prod", tag: "prod"},
		{name: "of several one is chosen", folio: []string{"prod", "test"}, share: true, given: tags("env", "test"), values: "prod test", tag: "test"},
		{name: "or the launch is refused", folio: []string{"prod", "test"}, share: true, values: "prod test", code: "InvalidParametersException"},
		{name: "another value is refused", folio: []string{"prod"}, share: true, given: tags("env", "dev"), values: "prod", code: "InvalidParametersException"},
		{name: "both name it: what they share", folio: []string{"prod", "test"}, product: []string{"test", "dev"}, share: true, values: "test", tag: "test"},
		{name: "a conflict", folio: []string{"prod"}, product: []string{"dev"}, share: true, values: "", tag: "sc-tagoption-conflict-"},
		{name: "a conflict that is named", folio: []string{"prod"}, product: []string{"dev"}, share: true, given: tags("env", "dev"), values: "", code: "InvalidParametersException"},
		{name: "not shared", folio: []string{"prod"}, values: "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			p := b.publish(simple)
			options := map[string]string{}
			for resource, values := range map[string][]string{p.folio: tt.folio, p.product: tt.product} {
				for _, v := range values {
					if options[v] == "" {
						options[v] = b.tagOption("env", v)
					}
					must(t, b.tag(resource, options[v]))
				}
			}
			_, err := b.hub.UpdatePortfolioShare(t.Context(), &sc.UpdatePortfolioShareInput{PortfolioId: &p.folio, OrganizationNode: unit, ShareTagOptions: &tt.share})
			must(t, err)
			user := b.builder(spoke)
			shown, err := user.DescribeProvisioningParameters(t.Context(), &sc.DescribeProvisioningParametersInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact})
			must(t, err)
			values := "none"
			if len(shown.TagOptions) > 0 {
				values = strings.Join(shown.TagOptions[0].Values, " ")
			}
			same(t, "values", values, tt.values)
			out, err := user.ProvisionProduct(t.Context(), &sc.ProvisionProductInput{
				ProductId: &p.product, ProvisioningArtifactId: &p.artifact, ProvisionedProductName: aws.String("mine"), ProvisionToken: b.token(), Tags: tt.given,
			})
			wants(t, err, tt.code)
			if err == nil {
				b.wait(user, *out.RecordDetail.RecordId)
				if got := b.stackTag(spoke, *out.RecordDetail.ProvisionedProductId, "env"); !strings.HasPrefix(got, tt.tag) || got == "" && tt.tag != "" {
					t.Errorf("the stack's tag is %q, want %q", got, tt.tag)
				}
			}
		})
	}
}

func (b *bed) stackTag(account, id, key string) string {
	b.t.Helper()
	out, err := cf.NewFromConfig(b.keys[account+"CatalogBuilder"]).DescribeStacks(b.t.Context(), &cf.DescribeStacksInput{StackName: aws.String("SC-" + account + "-" + id)})
	must(b.t, err)
	for _, tag := range out.Stacks[0].Tags {
		if *tag.Key == key {
			return *tag.Value
		}
	}
	return ""
}

// Tags of a provisioned product change only where a RESOURCE_UPDATE constraint allows it.
func TestTagUpdate(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", nil)
	in := &sc.UpdateProvisionedProductInput{ProvisionedProductId: &id, Tags: tags("cost", "42"), UpdateToken: b.token()}
	_, err := user.UpdateProvisionedProduct(t.Context(), in)
	wants(t, err, "InvalidParametersException", "RESOURCE_UPDATE")
	_, err = b.constrain(p.product, p.folio, "RESOURCE_UPDATE", mayTag)
	must(t, err)
	in.UpdateToken = b.token()
	out, err := user.UpdateProvisionedProduct(t.Context(), in)
	must(t, err)
	same(t, "update", b.wait(user, *out.RecordDetail.RecordId).Status, types.RecordStatusSucceeded)
	same(t, "tag", b.stackTag(spoke, id, "cost"), "42")
}

package servicecatalog_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

func tags(pairs ...string) []types.Tag {
	var all []types.Tag
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return all
}

// A portfolio is made, changed in place, listed, deleted.
func TestPortfolioLife(t *testing.T) {
	b := newBed(t)
	made, err := b.hub.CreatePortfolio(t.Context(), &sc.CreatePortfolioInput{
		DisplayName: aws.String("Storage"), ProviderName: aws.String("platform"), Tags: tags("axle:key", "storage", "old", "1"), IdempotencyToken: b.token(),
	})
	must(t, err)
	id := made.PortfolioDetail.Id
	if !regexp.MustCompile(`^port-[a-z0-9]{13}$`).MatchString(*id) {
		t.Errorf("id %s", *id)
	}
	same(t, "ARN", *made.PortfolioDetail.ARN, "arn:aws:catalog:"+region+":"+hub+":portfolio/"+*id)
	_, err = b.hub.UpdatePortfolio(t.Context(), &sc.UpdatePortfolioInput{Id: id, Description: aws.String("buckets"), AddTags: tags("new", "2"), RemoveTags: []string{"old"}})
	must(t, err)
	got, err := b.hub.DescribePortfolio(t.Context(), &sc.DescribePortfolioInput{Id: id})
	must(t, err)
	same(t, "description", *got.PortfolioDetail.Description, "buckets")
	same(t, "name, not given, stays", *got.PortfolioDetail.DisplayName, "Storage")
	same(t, "tags", fmt.Sprint(*got.Tags[0].Key, *got.Tags[1].Key, len(got.Tags)), "axle:keynew2")
	_, err = b.hub.DeletePortfolio(t.Context(), &sc.DeletePortfolioInput{Id: id})
	must(t, err)
	_, err = b.hub.DescribePortfolio(t.Context(), &sc.DescribePortfolioInput{Id: id})
	wants(t, err, "ResourceNotFoundException", *id)
}

// Names repeat freely; a repeated token makes no second portfolio. CT-1, SBX-30, SBX-31
func TestNamesRepeatTokensDoNot(t *testing.T) {
	b := newBed(t)
	in := &sc.CreatePortfolioInput{DisplayName: aws.String("Storage"), ProviderName: aws.String("platform"), IdempotencyToken: aws.String("one")}
	first, err := b.hub.CreatePortfolio(t.Context(), in)
	must(t, err)
	again, err := b.hub.CreatePortfolio(t.Context(), in)
	must(t, err)
	same(t, "replayed", *again.PortfolioDetail.Id, *first.PortfolioDetail.Id)
	in.IdempotencyToken = aws.String("two")
	other, err := b.hub.CreatePortfolio(t.Context(), in)
	must(t, err)
	if *other.PortfolioDetail.Id == *first.PortfolioDetail.Id {
		t.Error("another token made the same portfolio")
	}
	in.DisplayName = aws.String("Network")
	_, err = b.hub.CreatePortfolio(t.Context(), in)
	wants(t, err, "InvalidParametersException")
}

// What a portfolio must not have. RT09
func TestPortfolioRefusals(t *testing.T) {
	b := newBed(t)
	many := tags()
	for i := range 21 {
		many = append(many, tags(fmt.Sprint(i), "v")...)
	}
	tests := []struct {
		name string
		in   sc.CreatePortfolioInput
		code string
	}{
		{"a long name", sc.CreatePortfolioInput{DisplayName: aws.String(strings.Repeat("x", 101))}, "ValidationException"},
		{"a long provider", sc.CreatePortfolioInput{ProviderName: aws.String(strings.Repeat("x", 51))}, "ValidationException"},
		{"a long description", sc.CreatePortfolioInput{Description: aws.String(strings.Repeat("x", 2001))}, "ValidationException"},
		{"an empty name", sc.CreatePortfolioInput{DisplayName: aws.String("")}, "ValidationException"},
		{"21 tags", sc.CreatePortfolioInput{Tags: many}, "LimitExceededException"}, // SBX-39
		{"a tag without a key", sc.CreatePortfolioInput{Tags: tags("", "v")}, "InvalidParametersException"},
		{"a token with a dot", sc.CreatePortfolioInput{IdempotencyToken: aws.String("a.b")}, "InvalidParametersException"},
		{"another language", sc.CreatePortfolioInput{AcceptLanguage: aws.String("jp")}, "NotImplemented"},
		{"100 of all", sc.CreatePortfolioInput{DisplayName: aws.String(strings.Repeat("ü", 100)), Tags: many[:20], AcceptLanguage: aws.String("en")}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.in.DisplayName == nil {
				tt.in.DisplayName = aws.String("P")
			}
			if tt.in.ProviderName == nil {
				tt.in.ProviderName = aws.String("P")
			}
			if tt.in.IdempotencyToken == nil {
				tt.in.IdempotencyToken = b.token()
			}
			_, err := b.hub.CreatePortfolio(t.Context(), &tt.in)
			wants(t, err, tt.code)
		})
	}
}

// What is still in a portfolio keeps it from being deleted. RT06
func TestPortfolioInUse(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	del := func() error {
		_, err := b.hub.DeletePortfolio(t.Context(), &sc.DeletePortfolioInput{Id: &folio})
		return err
	}
	product, _ := b.product("bucket", simple)
	b.place(product, folio)
	wants(t, del(), "ResourceInUseException", "products")
	_, err := b.hub.DisassociateProductFromPortfolio(t.Context(), &sc.DisassociateProductFromPortfolioInput{ProductId: &product, PortfolioId: &folio})
	must(t, err)
	must(t, b.admit(b.hub, folio, types.PrincipalTypeIamPattern, builder))
	wants(t, del(), "ResourceInUseException", "principals")
	_, err = b.hub.DisassociatePrincipalFromPortfolio(t.Context(), &sc.DisassociatePrincipalFromPortfolioInput{PortfolioId: &folio, PrincipalARN: ptr(builder), PrincipalType: types.PrincipalTypeIamPattern})
	must(t, err)
	option := b.tagOption("env", "prod")
	must(t, b.tag(folio, option))
	wants(t, del(), "ResourceInUseException", "TagOptions")
	_, err = b.hub.DisassociateTagOptionFromResource(t.Context(), &sc.DisassociateTagOptionFromResourceInput{ResourceId: &folio, TagOptionId: &option})
	must(t, err)
	must(t, del())
}

// A hundred portfolios in a region, listed in pages. SBX-38, SBX-39, CT-22, RT04
func TestPortfolioQuotaAndPages(t *testing.T) {
	b := newBed(t)
	for range 100 {
		b.portfolio("P")
	}
	_, err := b.hub.CreatePortfolio(t.Context(), &sc.CreatePortfolioInput{DisplayName: aws.String("P"), ProviderName: aws.String("P"), IdempotencyToken: b.token()})
	wants(t, err, "LimitExceededException", "100")
	seen := map[string]bool{}
	pages := sc.NewListPortfoliosPaginator(b.hub, &sc.ListPortfoliosInput{PageSize: 30})
	n := 0
	for ; pages.HasMorePages(); n++ {
		out, err := pages.NextPage(t.Context())
		must(t, err)
		for _, p := range out.PortfolioDetails {
			seen[*p.Id] = true
		}
	}
	same(t, "portfolios", len(seen), 100)
	same(t, "pages", n, 4)
	_, err = b.hub.ListPortfolios(t.Context(), &sc.ListPortfoliosInput{PageSize: 101})
	wants(t, err, "ValidationException", "pageSize")
}

// Another account and another region are other namespaces. SBX-20
func TestPortfolioNamespace(t *testing.T) {
	b := newBed(t)
	folio := b.portfolio("P")
	_, err := b.builder(spoke).DescribePortfolio(t.Context(), &sc.DescribePortfolioInput{Id: &folio})
	wants(t, err, "ResourceNotFoundException", folio)
	elsewhere := sc.NewFromConfig(b.keys[hub+publisher], func(o *sc.Options) { o.Region = "us-east-1" })
	_, err = elsewhere.DescribePortfolio(t.Context(), &sc.DescribePortfolioInput{Id: &folio})
	wants(t, err, "ResourceNotFoundException", folio)
}

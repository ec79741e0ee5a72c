package sandbox_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	ma "github.com/axle-cd/axle/sandbox/marketplaceagreement"
)

func purchaseOf(account, product string) ma.Agreement {
	return ma.Agreement{Acceptor: account, Product: product}
}

func agreementsAs(c aws.Config) *marketplaceagreement.Client {
	c.Region, c.RetryMaxAttempts = "us-east-1", 1
	return marketplaceagreement.NewFromConfig(c)
}

func where(pairs ...string) (all []types.Filter) {
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, types.Filter{Name: &pairs[i], Values: []string{pairs[i+1]}})
	}
	return all
}

var asAcceptor = []string{"PartyType", "Acceptor", "AgreementType", "PurchaseAgreement"}

// MKA-27: purchases that were made are found by what they are of, in the order of their ends, in pages.
func TestAgreements(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := agreementsAs(config(t, s, "management"))
	day := time.Now().UTC().Truncate(time.Second)
	for i := range 60 {
		a := purchaseOf(manager, fmt.Sprint("prod-", i%2))
		a.Ends = day.Add(time.Duration(60-i) * 24 * time.Hour)
		if _, err := s.Purchase(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	paid, err := s.Purchase(t.Context(), ma.Agreement{Acceptor: manager, Product: "prod-2", Offer: "offer-x", OfferSet: "set-y", Licence: "arn:lic", Value: "12.50"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Purchase(t.Context(), purchaseOf(spokeOne, "prod-1")); err != nil {
		t.Fatal(err)
	}
	search := func(in *marketplaceagreement.SearchAgreementsInput) (*marketplaceagreement.SearchAgreementsOutput, error) {
		in.Catalog = aws.String("AWSMarketplace")
		return c.SearchAgreements(t.Context(), in)
	}
	first, err := search(&marketplaceagreement.SearchAgreementsInput{Filters: where(asAcceptor...)})
	if err != nil || len(first.AgreementViewSummaries) != 50 || first.NextToken == nil {
		t.Fatalf("the first page: %d, %v", len(first.AgreementViewSummaries), err)
	}
	rest, err := search(&marketplaceagreement.SearchAgreementsInput{Filters: where(asAcceptor...), NextToken: first.NextToken})
	if err != nil || len(rest.AgreementViewSummaries) != 11 || rest.NextToken != nil {
		t.Fatalf("the second: %d, %v", len(rest.AgreementViewSummaries), err)
	}
	if a := first.AgreementViewSummaries; !a[0].EndTime.Equal(day.Add(24*time.Hour)) || !a[0].EndTime.Before(*a[1].EndTime) || rest.AgreementViewSummaries[10].EndTime != nil {
		t.Errorf("they are not in the order of their ends: %v %v", a[0].EndTime, a[1].EndTime)
	}
	if _, err := search(&marketplaceagreement.SearchAgreementsInput{Filters: where(append(asAcceptor, "Status", "ACTIVE")...), NextToken: first.NextToken}); codeOf(err) != "ValidationException" {
		t.Errorf("another search's token: %v", err)
	}
	if err := s.Advance(t.Context(), 10*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name    string
		filters []string
		n       int
		code    string
	}{
		{"of a product", append(asAcceptor, "ResourceIdentifier", "prod-0"), 30, ""},
		{"that are active", append(asAcceptor, "Status", "ACTIVE"), 50, ""},
		{"that have ended", append(asAcceptor, "Status", "EXPIRED"), 10, ""},
		{"of an offer", append(asAcceptor, "OfferId", "offer-x"), 1, ""},
		{"of a set of offers", append(asAcceptor, "OfferSetId", "set-y"), 1, ""},
		{"that end soon", append(asAcceptor, "AfterEndTime", day.Add(36*time.Hour).Format(time.RFC3339), "BeforeEndTime", day.Add(84*time.Hour).Format(time.RFC3339)), 2, ""},
		{"that were sold", []string{"PartyType", "Proposer", "AgreementType", "PurchaseAgreement"}, 0, ""},
		{"of nobody", []string{"AgreementType", "PurchaseAgreement"}, 0, "ValidationException"},
		{"of any type", []string{"PartyType", "Acceptor"}, 0, "ValidationException"},
		{"of a party unknown", []string{"PartyType", "Judge", "AgreementType", "PurchaseAgreement"}, 0, "ValidationException"},
		{"of a product and an offer", append(asAcceptor, "ResourceIdentifier", "prod-0", "OfferId", "offer-x"), 0, "ValidationException"},
		{"of a status unknown", append(asAcceptor, "Status", "DONE"), 0, "ValidationException"},
		{"by a filter unknown", append(asAcceptor, "Colour", "red"), 0, "ValidationException"},
		{"by a time that is none", append(asAcceptor, "BeforeEndTime", "soon"), 0, "ValidationException"},
	} {
		out, err := search(&marketplaceagreement.SearchAgreementsInput{Filters: where(x.filters...)})
		if codeOf(err) != x.code || err == nil && len(out.AgreementViewSummaries) != x.n {
			t.Errorf("%s: %v, %v; want %d", x.name, out, err, x.n)
		}
	}
	one, err := c.DescribeAgreement(t.Context(), &marketplaceagreement.DescribeAgreementInput{AgreementId: &paid.ID})
	if err != nil || one.EndTime != nil || *one.EstimatedCharges.AgreementValue != "12.50" || *one.ProposalSummary.Resources[0].Id != "prod-2" {
		t.Errorf("%+v, %v", one, err)
	}
}

// Whose agreements an account sees, and what is not here.
func TestWhoseAgreements(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	there := agreementsAs(assume(t, config(t, s, "management"), roleARN(spokeOne, "OrganizationAccountAccessRole")))
	management := agreementsAs(config(t, s, "management"))
	made, err := s.Purchase(t.Context(), purchaseOf(spokeOne, "prod-1"))
	if err != nil {
		t.Fatal(err)
	}
	seen := func(c *marketplaceagreement.Client) int {
		t.Helper()
		out, err := c.SearchAgreements(t.Context(), &marketplaceagreement.SearchAgreementsInput{Catalog: aws.String("AWSMarketplace"), Filters: where(asAcceptor...)})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.AgreementViewSummaries)
	}
	if n, m := seen(there), seen(management); n != 1 || m != 0 {
		t.Errorf("the account sees %d, the management account %d", n, m)
	}
	if _, err := management.DescribeAgreement(t.Context(), &marketplaceagreement.DescribeAgreementInput{AgreementId: &made.ID}); codeOf(err) != "ResourceNotFoundException" {
		t.Errorf("somebody else's: %v", err)
	}
	if err := s.Set(t.Context(), map[string]string{"marketplace-agreement:organization-wide": "on"}); err != nil {
		t.Fatal(err)
	}
	if m := seen(management); m != 1 {
		t.Errorf("with the switch the management account sees %d", m)
	}
	if _, err := there.GetAgreementTerms(t.Context(), &marketplaceagreement.GetAgreementTermsInput{AgreementId: &made.ID}); codeOf(err) != "NotImplemented" {
		t.Errorf("what is not here: %v", err)
	}
	made.Status = "TERMINATED"
	if again, err := s.Purchase(t.Context(), made); err != nil || again.ID != made.ID {
		t.Errorf("it is ended: %+v, %v", again, err)
	}
	for name, a := range map[string]ma.Agreement{"nobody": purchaseOf("000000000000", "p"), "nothing": purchaseOf(spokeOne, "")} {
		if _, err := s.Purchase(t.Context(), a); document.CodeOf(err) != "AXLE1129" {
			t.Errorf("a purchase of %s: %v", name, err)
		}
	}
}

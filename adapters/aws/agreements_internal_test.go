package aws

import (
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// A6: an agreement that does not say who bought what is no agreement less: it fails the reading.
func TestAgreementsThatSayNothing(t *testing.T) {
	whole := func() types.AgreementViewSummary {
		return types.AgreementViewSummary{AgreementId: sdk.String("agmt-1"), Acceptor: &types.Acceptor{AccountId: sdk.String("111111111111")},
			ProposalSummary: &types.ProposalSummary{Resources: []types.Resource{{Id: sdk.String("p")}}}, Entitlements: []types.Entitlement{{LicenseArn: sdk.String("arn:l")}}}
	}
	for name, spoil := range map[string]func(*types.AgreementViewSummary){
		"":                 func(*types.AgreementViewSummary) {},
		"no id":            func(s *types.AgreementViewSummary) { s.AgreementId = nil },
		"nobody":           func(s *types.AgreementViewSummary) { s.Acceptor = nil },
		"nobody's account": func(s *types.AgreementViewSummary) { s.Acceptor.AccountId = nil },
		"no proposal":      func(s *types.AgreementViewSummary) { s.ProposalSummary = nil },
		"no product":       func(s *types.AgreementViewSummary) { s.ProposalSummary.Resources = nil },
		"no product's id":  func(s *types.AgreementViewSummary) { s.ProposalSummary.Resources[0].Id = nil },
	} {
		s := whole()
		spoil(&s)
		a := agreementOf(s)
		if err := spoken([]market.Agreement{a}); (err == nil) != (name == "") || err != nil && document.CodeOf(err) != "AXLE3406" {
			t.Errorf("%s: %v", name, err)
		}
		if name == "" && a.Licence != "arn:l" {
			t.Errorf("%+v", a)
		}
	}
}

package market_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/market"
)

// A8, PMP-17, LIC-10: a new organization: each step that is missing, and in whose account it is taken.
func TestNewOrganization(t *testing.T) {
	no := false
	office := market.Office{Organization: market.Organization{Name: "home", Account: "222222222222", Role: "arn:aws:iam::222222222222:role/m"}, Management: "111111111111", Linked: &no, Unguarded: true}
	l := &market.Licences{Granter: "111111111111", Accept: "auto"}
	all := append(office.Examine(market.Sight{}), l.Doctor(market.Estate{}, market.Setup{Management: "111111111111"})...)
	for _, want := range []struct{ what, whose string }{
		{"trusted access for private-marketplace", "in the management account 111111111111: aws organizations enable"},
		{"is the management account or the delegated", "in the management account 111111111111: aws organizations register-delegated-administrator --account-id 222222222222"},
		{"with the external id alone", "in account 222222222222: "},
		{"role AWSServiceRoleForPrivateMarketplaceAdmin", "in the management account 111111111111: aws iam"},
		{"License Manager is linked", "in the management account 111111111111: License Manager"},
		{"trusted access for ram.amazonaws.com", "in the management account 111111111111: aws organizations enable"},
		{"role AWSServiceRoleForMarketplaceLicenseManagement", "in the granter and in each grantee: "},
	} {
		found := false
		for _, c := range all {
			found = found || !c.OK && strings.Contains(c.What, want.what) && strings.HasPrefix(c.Fix, want.whose)
		}
		if !found {
			t.Errorf("%s: not missing, or not in whose account: %+v", want.what, all)
		}
	}
}

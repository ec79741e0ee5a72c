package aws

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement"
	agreed "github.com/aws/aws-sdk-go-v2/service/marketplaceagreement/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// ofBuyers are the filters for purchases in force, as those who bought see them.
func ofBuyers() (all []agreed.Filter) {
	for _, f := range [][2]string{{"PartyType", "Acceptor"}, {"AgreementType", "PurchaseAgreement"}, {"Status", "ACTIVE"}} {
		all = append(all, agreed.Filter{Name: &f[0], Values: []string{f[1]}})
	}
	return all
}

// Agreements are the purchases in force that AWS shows to this account: its own, and perhaps those
// of its organization's accounts. Where an experience is for a unit, each comes with its account's
// units.
func (m *Marketplace) Agreements(ctx context.Context) (all []market.Agreement, err error) {
	seen := map[string]bool{}
	err = m.pagesOf(ctx, op{"marketplace-agreement", "SearchAgreements", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		out, err := m.agreements.SearchAgreements(ctx, &marketplaceagreement.SearchAgreementsInput{Catalog: marketplaceName, Filters: ofBuyers(),
			MaxResults: sdk.Int32(50), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, s := range out.AgreementViewSummaries {
			if a := agreementOf(s); !seen[a.ID] { // the list may move between its pages
				seen[a.ID] = true
				all = append(all, a)
			}
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	if err := spoken(all); err != nil {
		return nil, err
	}
	return all, m.house(ctx, all)
}

func agreementOf(s agreed.AgreementViewSummary) market.Agreement {
	a := market.Agreement{ID: sdk.ToString(s.AgreementId), Ends: sdk.ToTime(s.EndTime)}
	if s.Acceptor != nil {
		a.Account = sdk.ToString(s.Acceptor.AccountId)
	}
	for _, e := range s.Entitlements {
		a.Licence = sdk.ToString(e.LicenseArn)
	}
	if p := s.ProposalSummary; p != nil {
		a.Offer = sdk.ToString(p.OfferId)
		for _, r := range p.Resources {
			a.Products = append(a.Products, sdk.ToString(r.Id))
		}
	}
	return a
}

// spoken refuses agreements that do not say who bought what: nothing could be told of them.
func spoken(all []market.Agreement) error {
	for _, a := range all {
		if a.ID == "" || a.Account == "" || len(a.Products) == 0 || slices.Contains(a.Products, "") {
			return document.Fail("AXLE3406", "AWS shows an agreement ("+a.ID+") that does not say who bought what", "update axle", nil)
		}
	}
	return nil
}

// Received are the licences in force that accounts of the organization bought, as an administrator
// of License Manager is shown them.
func (m *Marketplace) Received(ctx context.Context) (all []market.Agreement, err error) {
	shown := map[string]types.GrantedLicense{}
	err = m.pagesOf(ctx, lm("ListReceivedLicensesForOrganization"), func(ctx context.Context, token *string) (*string, error) {
		out, err := m.granted.ListReceivedLicensesForOrganization(ctx, &licensemanager.ListReceivedLicensesForOrganizationInput{MaxResults: sdk.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		for _, g := range out.Licenses {
			shown[sdk.ToString(g.LicenseArn)] = g
		}
		return out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	for _, arn := range slices.Sorted(maps.Keys(shown)) {
		lic := licenceOf(shown[arn])
		if lic.Status != "AVAILABLE" {
			continue
		}
		a := market.Agreement{Licence: arn, Account: sdk.ToString(shown[arn].Beneficiary), Products: []string{lic.SKU}}
		if a.Ends, err = ending(lic.Ends); err != nil || a.Account == "" || lic.SKU == "" {
			return nil, document.Fail("AXLE3407", "AWS shows a licence ("+arn+") that does not say who has what until when", "update axle", err)
		}
		all = append(all, a)
	}
	return all, m.house(ctx, all)
}

func ending(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}

// house tells in which units the accounts of agreements are, where that matters.
func (m *Marketplace) house(ctx context.Context, all []market.Agreement) error {
	units := map[string][]string{}
	for i, a := range all {
		if !m.byUnit() {
			return nil
		}
		if _, known := units[a.Account]; !known {
			var err error
			if units[a.Account], err = m.unitsOf(ctx, a.Account); err != nil {
				return err
			}
		}
		all[i].Units = units[a.Account]
	}
	return nil
}

// byUnit says whether any experience that was listed is for a unit.
func (m *Marketplace) byUnit() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.audiences {
		for _, p := range a.Principals {
			if strings.HasPrefix(p, "ou-") {
				return true
			}
		}
	}
	return false
}

func (m *Marketplace) unitsOf(ctx context.Context, account string) ([]string, error) {
	out, err := call(ctx, m.site, op{"organizations", "DescribeAccount", repeatable}, func(ctx context.Context) (*organizations.DescribeAccountOutput, error) {
		return m.members.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: &account})
	})
	if coded(err, "AccountNotFoundException") || err == nil && out.Account == nil {
		return nil, nil // it has left since
	}
	if err != nil {
		return nil, err
	}
	return unitsIn(out.Account.Paths), nil
}

// unitsIn are the units that an account's path goes through, from the root down.
func unitsIn(paths []string) (units []string) {
	for _, path := range paths {
		if parts := strings.Split(strings.Trim(path, "/"), "/"); len(parts) > 2 {
			units = parts[1 : len(parts)-1]
		}
	}
	return units
}

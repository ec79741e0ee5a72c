package licensemanager

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const kindLicence = "lm-licence" // global, by ARN

// Licence is one that an account received by a purchase. Its status changes by Put alone, and
// by its end.
type Licence struct {
	ARN, Name, Product, SKU, Issuer string
	Holder, Region, Status          string
	Begins, Ends                    time.Time // Ends zero: without an end
	Operations                      []types.AllowedOperation
	Seats                           int64 // of its entitlement; 0: no limit
}

// seller is the account in which Marketplace keeps its licences.
const seller = "294406891311"

// Put makes a licence, or changes the one with its ARN; what is left out gets what a purchase
// in Marketplace has.
func Put(c *world.Call, l Licence) Licence {
	if l.ARN == "" {
		l.ARN = "arn:aws:license-manager::" + seller + ":license:l-" + c.NewID("", 32, "0123456789abcdef")
	}
	l.Name, l.Product = cmp.Or(l.Name, l.SKU), cmp.Or(l.Product, l.SKU)
	l.Issuer, l.Region, l.Status = cmp.Or(l.Issuer, "AWS/Marketplace"), cmp.Or(l.Region, "us-east-1"), cmp.Or(l.Status, "AVAILABLE")
	if l.Begins.IsZero() {
		l.Begins = c.Now
	}
	if l.Operations == nil {
		l.Operations = []types.AllowedOperation{"CreateGrant", "CheckoutLicense", "CheckInLicense", "ExtendConsumptionLicense", "ListPurchasedLicenses"}
	}
	world.Put(global(c), kindLicence, l.ARN, l)
	return l
}

func (l Licence) status(now time.Time) types.LicenseStatus {
	if l.Status == "AVAILABLE" && !l.Ends.IsZero() && !now.Before(l.Ends) {
		return types.LicenseStatusExpired
	}
	return types.LicenseStatus(l.Status)
}

// find gives a licence that the caller's account holds, or has by a grant.
func find(c *world.Call, arn *string) (Licence, error) {
	l, ok := world.Get[Licence](global(c), kindLicence, aws.ToString(arn))
	if !ok || l.Holder != c.Account && !granted(c, l, c.Account) {
		return l, noSuch("The licence " + aws.ToString(arn))
	}
	return l, nil
}

func granted(c *world.Call, l Licence, account string) bool {
	return slices.ContainsFunc(grantsOf(c, l.ARN), func(g Grant) bool {
		return g.reaches(account) && g.Status != string(types.GrantStatusDeleted)
	})
}

// shown is the licence as whoever received it sees it.
func (l Licence) shown(c *world.Call, received types.ReceivedMetadata) types.GrantedLicense {
	g := types.GrantedLicense{
		LicenseArn: &l.ARN, LicenseName: &l.Name, ProductName: &l.Product, ProductSKU: &l.SKU, HomeRegion: &l.Region, Beneficiary: &l.Holder,
		Issuer: &types.IssuerDetails{Name: &l.Issuer, KeyFingerprint: aws.String("aws:" + seller + ":" + l.Issuer + ":issuer-fingerprint")},
		Status: l.status(c.Now), Version: aws.String("1"), CreateTime: aws.String(l.Begins.Format(time.RFC3339)),
		Validity: &types.DatetimeRange{Begin: aws.String(l.Begins.Format(time.RFC3339))}, ReceivedMetadata: &received,
		Entitlements: []types.Entitlement{{Name: aws.String("Seats"), Unit: types.EntitlementUnitCount, Overage: aws.Bool(l.Seats == 0)}},
	}
	if l.Seats > 0 {
		g.Entitlements[0].MaxCount = &l.Seats
	}
	if !l.Ends.IsZero() {
		g.Validity.End = aws.String(l.Ends.Format(time.RFC3339))
	}
	return g
}

func licenceOperations() []world.Operation {
	return []world.Operation{
		world.Read("ListReceivedLicenses", listReceived).Only("LicenseArns", "Filters", "MaxResults", "NextToken"),
		world.Read("ListReceivedLicensesForOrganization", listForOrganization).Only("Filters", "MaxResults", "NextToken"),
		world.Read("GetLicense", getLicence).Only("LicenseArn"),
	}
}

// received are the licences of an account: its own, and those granted to it, as they stand.
func received(c *world.Call, account string) (all []types.GrantedLicense) {
	for _, l := range world.List[Licence](global(c), kindLicence) {
		if l.Region != c.Region {
			continue
		}
		if l.Holder == account {
			all = append(all, l.shown(c, types.ReceivedMetadata{ReceivedStatus: types.ReceivedStatusActive, AllowedOperations: l.Operations}))
		}
		for _, g := range grantsOf(c, l.ARN) {
			if g.reaches(account) && g.Status != string(types.GrantStatusDeleted) {
				all = append(all, l.shown(c, types.ReceivedMetadata{ReceivedStatus: types.ReceivedStatus(g.Status), AllowedOperations: g.Operations}))
			}
		}
	}
	return all
}

func ofLicence(g types.GrantedLicense) map[string]string {
	return map[string]string{"ProductSKU": *g.ProductSKU, "Status": string(g.Status), "Fingerprint": *g.Issuer.KeyFingerprint, "IssuerName": *g.Issuer.Name, "Beneficiary": *g.Beneficiary}
}

func listReceived(c *world.Call, in *licensemanager.ListReceivedLicensesInput) (*licensemanager.ListReceivedLicensesOutput, error) {
	want, err := filters(in.Filters, "ProductSKU", "Status", "Fingerprint", "IssuerName", "Beneficiary")
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(received(c, c.Account), func(g types.GrantedLicense) bool {
		return !fits(want, ofLicence(g)) || len(in.LicenseArns) > 0 && !slices.Contains(in.LicenseArns, *g.LicenseArn)
	})
	out := &licensemanager.ListReceivedLicensesOutput{}
	out.Licenses, out.NextToken, err = page(all, "ListReceivedLicenses"+c.Account, in.MaxResults, in.NextToken)
	return out, err
}

// listForOrganization is for who administers the organization.
func listForOrganization(c *world.Call, in *licensemanager.ListReceivedLicensesForOrganizationInput) (*licensemanager.ListReceivedLicensesForOrganizationOutput, error) {
	want, err := filters(in.Filters, "Beneficiary", "ProductSKU")
	if err != nil {
		return nil, err
	}
	org, err := administered(c)
	if err != nil {
		return nil, err
	}
	var all []types.GrantedLicense
	for _, l := range world.List[Licence](global(c), kindLicence) {
		a, ok := world.FindAccount(c, l.Holder)
		g := l.shown(c, types.ReceivedMetadata{ReceivedStatus: types.ReceivedStatusActive, AllowedOperations: l.Operations})
		if ok && a.Org == org.ID && l.Region == c.Region && fits(want, ofLicence(g)) {
			all = append(all, g)
		}
	}
	out := &licensemanager.ListReceivedLicensesForOrganizationOutput{}
	out.Licenses, out.NextToken, err = page(all, "ListReceivedLicensesForOrganization"+org.ID, in.MaxResults, in.NextToken)
	return out, err
}

func administered(c *world.Call) (world.Organization, error) {
	org, ok := world.OrgOf(c, c.Account)
	if !ok || !world.Administers(c, "license-manager.amazonaws.com") {
		return org, wire.Fail("AccessDeniedException", "The account %s does not administer License Manager for an organization.", c.Account)
	}
	return org, nil
}

func getLicence(c *world.Call, in *licensemanager.GetLicenseInput) (*licensemanager.GetLicenseOutput, error) {
	l, err := find(c, in.LicenseArn)
	if err != nil {
		return nil, err
	}
	s := l.shown(c, types.ReceivedMetadata{})
	return &licensemanager.GetLicenseOutput{License: &types.License{
		LicenseArn: s.LicenseArn, LicenseName: s.LicenseName, ProductName: s.ProductName, ProductSKU: s.ProductSKU, HomeRegion: s.HomeRegion,
		Beneficiary: s.Beneficiary, Issuer: s.Issuer, Status: s.Status, Version: s.Version, CreateTime: s.CreateTime, Validity: s.Validity, Entitlements: s.Entitlements,
	}}, nil
}

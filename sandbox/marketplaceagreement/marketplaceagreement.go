// Package marketplaceagreement answers what AWS Marketplace Agreement says of purchases: it only
// reads them. They are made from outside, as a purchase on a web page is.
package marketplaceagreement

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is AWS Marketplace Agreement.
func Service() world.Service {
	return world.Service{Name: "marketplace-agreement", Region: "us-east-1", Knobs: Knobs, Operations: []world.Operation{
		world.Read("SearchAgreements", search).Only("Catalog", "Filters", "MaxResults", "NextToken", "Sort"),
		world.Read("DescribeAgreement", describe),
	}}
}

const knobWide = "marketplace-agreement:organization-wide"

// Knobs are the settings that the service reads.
var Knobs = []world.Knob{
	{Name: knobWide, Kind: "switch", Usual: "off", Says: "a management account sees the agreements of its organization's accounts too"},
	{Name: "marketplace-agreement:rate", Kind: "quota", Usual: "5", Says: "calls a second of each operation, where calls are limited"},
}

const kindAgreement = "mp-agreement" // global, by id

// purchase is the one type of agreement that the sandbox has.
const purchase = "PurchaseAgreement"

// Agreement is a purchase of a product.
type Agreement struct {
	ID, Acceptor, Proposer, Status  string
	Product, ProductType            string
	Offer, OfferSet                 string
	Value, Currency                 string
	Licence                         string // the ARN of its licence; "": none
	Accepted, Begins, Ends, Changed time.Time
}

// seller is the account of which the sandbox's products are.
const seller = "294406891311"

// Put makes an agreement, or changes the one that has its id; what is left out gets what a purchase has.
func Put(c *world.Call, a Agreement) Agreement {
	if a.ID == "" {
		a.ID = "agmt-" + c.NewID("", 25, world.Lower)
	}
	a.Proposer, a.Status = cmp.Or(a.Proposer, seller), cmp.Or(a.Status, string(types.AgreementStatusActive))
	a.ProductType, a.Offer = cmp.Or(a.ProductType, "SaaSProduct"), cmp.Or(a.Offer, "offer-"+a.Product)
	a.Value, a.Currency = cmp.Or(a.Value, "0"), cmp.Or(a.Currency, "USD")
	a.Changed = c.Now
	if a.Begins.IsZero() {
		a.Begins = c.Now
	}
	if a.Accepted.IsZero() {
		a.Accepted = a.Begins
	}
	world.Put(c.In("", ""), kindAgreement, a.ID, a)
	return a
}

func (a Agreement) status(now time.Time) types.AgreementStatus {
	if a.Status == string(types.AgreementStatusActive) && !a.Ends.IsZero() && !now.Before(a.Ends) {
		return types.AgreementStatusExpired
	}
	return types.AgreementStatus(a.Status)
}

// seen says whether an agreement is one of the caller's, as the party that is asked for.
func (a Agreement) seen(c *world.Call, party string) bool {
	if party == "Proposer" {
		return a.Proposer == c.Account
	}
	if a.Acceptor == c.Account {
		return true
	}
	org, ok := world.OrgOf(c, c.Account)
	return ok && world.Switched(c, knobWide) && org.Management == c.Account && world.SameOrg(c, a.Acceptor, c.Account)
}

func ends(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (a Agreement) proposal() *types.ProposalSummary {
	p := &types.ProposalSummary{OfferId: &a.Offer, Resources: []types.Resource{{Id: &a.Product, Type: &a.ProductType}}}
	if a.OfferSet != "" {
		p.OfferSetId = &a.OfferSet
	}
	return p
}

func describe(c *world.Call, in *marketplaceagreement.DescribeAgreementInput) (*marketplaceagreement.DescribeAgreementOutput, error) {
	id := aws.ToString(in.AgreementId)
	a, ok := world.Get[Agreement](c.In("", ""), kindAgreement, id)
	if !ok || !a.seen(c, "Acceptor") && !a.seen(c, "Proposer") {
		return nil, wire.Fail("ResourceNotFoundException", "Agreement %s was not found.", id)
	}
	return &marketplaceagreement.DescribeAgreementOutput{
		AgreementId: &a.ID, AgreementType: aws.String(purchase), InitialAgreementId: &a.ID, Acceptor: &types.Acceptor{AccountId: &a.Acceptor},
		Proposer: &types.Proposer{AccountId: &a.Proposer}, AcceptanceTime: &a.Accepted, StartTime: &a.Begins, EndTime: ends(a.Ends), Status: a.status(c.Now),
		EstimatedCharges: &types.EstimatedCharges{AgreementValue: &a.Value, CurrencyCode: &a.Currency}, ProposalSummary: a.proposal(),
	}, nil
}

func (a Agreement) shown(now time.Time) types.AgreementViewSummary {
	s := types.AgreementViewSummary{
		AgreementId: &a.ID, AgreementType: aws.String(purchase), InitialAgreementId: &a.ID, Acceptor: &types.Acceptor{AccountId: &a.Acceptor},
		Proposer: &types.Proposer{AccountId: &a.Proposer}, AcceptanceTime: &a.Accepted, StartTime: &a.Begins, EndTime: ends(a.Ends),
		LastUpdateTime: &a.Changed, Status: a.status(now), ProposalSummary: a.proposal(),
	}
	if a.Licence != "" {
		s.Entitlements = []types.Entitlement{{LicenseArn: &a.Licence}}
	}
	return s
}

const mostListed = 50

func search(c *world.Call, in *marketplaceagreement.SearchAgreementsInput) (*marketplaceagreement.SearchAgreementsOutput, error) {
	if in.Catalog != nil && *in.Catalog != "AWSMarketplace" {
		return nil, invalid("catalog must be AWSMarketplace.")
	}
	want, err := read(in.Filters)
	if err != nil {
		return nil, err
	}
	descending, err := direction(in.Sort)
	if err != nil {
		return nil, err
	}
	var all []Agreement
	for _, a := range world.List[Agreement](c.In("", ""), kindAgreement) {
		if a.seen(c, want.party) && want.fits(a, c.Now) {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b Agreement) int {
		if descending {
			a, b = b, a
		}
		return late(a).Compare(late(b))
	})
	from, n := 0, mostListed
	if in.MaxResults != nil {
		if n = int(*in.MaxResults); n < 1 || n > mostListed {
			return nil, invalid("maxResults must be between 1 and %d.", mostListed)
		}
	}
	mark := want.mark(c.Account, descending)
	if in.NextToken != nil {
		rest, ok := strings.CutPrefix(*in.NextToken, mark)
		if from, err = strconv.Atoi(rest); !ok || err != nil || from < 0 || from > len(all) {
			return nil, invalid("nextToken is not one of this search's.")
		}
	}
	out := &marketplaceagreement.SearchAgreementsOutput{}
	for _, a := range all[from:min(from+n, len(all))] {
		out.AgreementViewSummaries = append(out.AgreementViewSummaries, a.shown(c.Now))
	}
	if from+n < len(all) {
		out.NextToken = aws.String(mark + strconv.Itoa(from+n))
	}
	return out, nil
}

// late is an agreement's end; one without comes last.
func late(a Agreement) time.Time {
	if a.Ends.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return a.Ends
}

func direction(s *types.Sort) (descending bool, err error) {
	if s == nil {
		return false, nil
	}
	if s.SortBy != nil && *s.SortBy != "EndTime" {
		return false, invalid("sortBy must be EndTime: the sandbox has no other.")
	}
	return s.SortOrder == types.SortOrderDescending, nil
}

func invalid(format string, args ...any) error {
	return wire.Fail("ValidationException", format, args...)
}

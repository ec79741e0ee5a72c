package aws_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
	"github.com/axle-cd/axle/sandbox/marketplaceagreement"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// bought makes an agreement, as a purchase before the product was denied: its id is given.
func (f *fair) bought(account, id, product string, ends time.Time) {
	f.t.Helper()
	if _, err := f.sandbox.Purchase(f.t.Context(), marketplaceagreement.Agreement{ID: id, Acceptor: account, Product: product, Ends: ends}); err != nil {
		f.t.Fatal(err)
	}
}

// wide lets management accounts see the agreements of their organizations, which AWS does not promise.
func (f *fair) wide() {
	f.t.Helper()
	if err := f.sandbox.Set(f.t.Context(), map[string]string{"marketplace-agreement:organization-wide": "on"}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fair) readings(in []market.Organization) []market.Reading {
	made := map[string]*aws.Marketplace{}
	return f.file.Bought(f.t.Context(), in, func(ctx context.Context, o market.Organization) ([]market.Agreement, error) {
		return f.at(made, o).Agreements(ctx)
	})
}

// MKA-27: all pages are read, one call each; what has ended or was sold is not asked for.
func TestAgreementPages(t *testing.T) {
	f := newFair(t, "")
	ends := f.clock().Now().Add(48 * time.Hour).Truncate(time.Second).UTC()
	for i := range 120 {
		f.bought(north, fmt.Sprintf("agmt-%03d", i), fmt.Sprintf("prod-%d", i), ends)
	}
	f.bought(north, "agmt-past", "prod-past", f.clock().Now().Add(-time.Hour))
	f.bought(home, "agmt-other", "prod-other", ends)
	if _, err := f.sandbox.Purchase(t.Context(), marketplaceagreement.Agreement{ID: "agmt-sold", Acceptor: home, Proposer: north, Product: "p"}); err != nil {
		t.Fatal(err)
	}
	before := f.now()
	all, err := aws.NewMarketplace(f.session, *f.file.Organization("north")).Agreements(t.Context())
	if err != nil || len(all) != 120 || f.called(before, "SearchAgreements") != 3 {
		t.Fatalf("%d agreements in %d calls: %v", len(all), f.called(before, "SearchAgreements"), err)
	}
	slices.SortFunc(all, func(a, b market.Agreement) int { return strings.Compare(a.ID, b.ID) })
	if a := all[7]; a.ID != "agmt-007" || a.Account != north || !slices.Equal(a.Products, []string{"prod-7"}) || a.Offer != "offer-prod-7" || !a.Ends.Equal(ends) || a.Units != nil {
		t.Errorf("%+v", a)
	}
}

// MKA-27: a list that moves between its pages tells of nothing twice.
func TestAgreementsMove(t *testing.T) {
	f := newFair(t, "")
	day := f.clock().Now().Truncate(time.Second).UTC()
	for i := range 60 {
		f.bought(north, fmt.Sprintf("agmt-%03d", i), "p", day.Add(time.Duration(48+i)*time.Hour))
	}
	pages := 0
	f.wire.set(func(op string, _ int) fault {
		if op != "POSTObject" {
			return fault{}
		}
		pages++
		return fault{then: func() { f.bought(north, fmt.Sprint("agmt-sooner-", pages), "p", day.Add(24*time.Hour)) }}
	})
	all, err := aws.NewMarketplace(f.session, *f.file.Organization("north")).Agreements(t.Context())
	ids := map[string]bool{}
	for _, a := range all {
		ids[a.ID] = true
	}
	if err != nil || pages != 2 || len(ids) != len(all) || len(ids) != 60 {
		t.Errorf("%d agreements in %d pages, %d ids: %v", len(all), pages, len(ids), err)
	}
}

// P8: half a list is none; what may pass is tried again, what is denied is asked for once.
func TestAgreementFaults(t *testing.T) {
	f := newFair(t, "")
	for i := range 60 {
		f.bought(north, fmt.Sprintf("agmt-%03d", i), "p", time.Time{})
	}
	for _, c := range []struct {
		name  string
		fault world.Fault
		code  string
		calls int
	}{
		{"the second page is refused", world.Fault{Kind: world.KindError, Code: "ValidationException", Nth: 2}, "AXLE3200", 2},
		{"the second page is denied", world.Fault{Kind: world.KindAccessDenied, Nth: 2}, "AXLE4200", 2},
		{"denied", world.Fault{Kind: world.KindAccessDenied}, "AXLE4200", 1},
		{"throttled once", world.Fault{Kind: world.KindThrottle, Nth: 2, Times: 1}, "", 3},
		{"AWS fails once", world.Fault{Kind: world.KindError, Code: "InternalServerException", Status: 500, Nth: 1, Times: 1}, "", 3},
		{"the answer is lost once", world.Fault{Kind: world.KindLostReply, Nth: 2, Times: 1}, "", 3},
		{"half an answer", world.Fault{Kind: world.KindTruncate, Nth: 1, Times: 1}, "", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.session = f.newSession()
			c.fault.Operation = "SearchAgreements"
			f.rules(sandbox.Rules{Faults: []world.Fault{c.fault}})
			before := f.now()
			r := f.readings(f.file.Organizations[1:])[0]
			if document.CodeOf(r.Err) != c.code || f.called(before, "SearchAgreements") != c.calls || c.code == "" && r.Active != 60 || c.code != "" && (r.Active != 0 || r.Error == "") {
				t.Errorf("%d calls, %d active: %v", f.called(before, "SearchAgreements"), r.Active, r.Err)
			}
		})
	}
}

// P8, A6: a management account that is shown its organization's agreements tells of whom they are, each by the
// experience that binds its account; one that is not, tells of its own alone and claims nothing of others.
func TestAgreementsOfWhom(t *testing.T) {
	const unit, inUnit, elsewhere = "ou-cd34-22222222", "131313131313", "121212121212"
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"good"}}, marketplacecatalog.Seed{Allow: []string{"good", "bad"}})
	f.put(marketplacecatalog.Seed{Account: north, ID: "exp-unit", Name: "of a unit", Audience: []string{unit}, Allow: []string{"bad"}})
	for _, account := range []string{north, inUnit, elsewhere} {
		f.bought(account, "agmt-"+account, "bad", time.Date(2099, 1, 31, 0, 0, 0, 0, time.UTC))
	}
	see := func() (string, market.Reading) {
		t.Helper()
		made := map[string]*aws.Marketplace{}
		s := f.file.Look(t.Context(), f.file.Experiences, func(o market.Organization) market.Marketplace { return f.at(made, o) })
		p := f.file.Plan(f.file.Experiences, s, f.clock().Now())
		readings := f.file.Bought(t.Context(), f.file.Denying(p), func(ctx context.Context, o market.Organization) ([]market.Agreement, error) {
			return f.at(made, o).Agreements(ctx)
		})
		if len(readings) != 1 {
			t.Fatalf("%+v", readings)
		}
		var words []string
		for _, k := range f.file.Keeps(f.file.Experiences, p, s, readings, f.clock().Now()) {
			words = append(words, k.Entry+" "+k.Product+" "+k.Until())
		}
		return strings.Join(words, "\n"), readings[0]
	}
	own := "north-approved bad " + north + " until 2099-01-31 (agmt-" + north + ")"
	if got, r := see(); got != own || r.String() != "agreements in north, as account "+north+" is shown them: 1 active, of "+north+"; accounts that are not named may have others" {
		t.Errorf("%s\n%s", got, r)
	}
	f.wide()
	if got, r := see(); got != "north-approved bad "+elsewhere+" until 2099-01-31 (agmt-"+elsewhere+")\n"+own || r.Active != 3 {
		t.Errorf("%s\n%s", got, r)
	}
	f.rules(sandbox.Rules{Faults: []world.Fault{{Operation: "DescribeAccount", Kind: world.KindError, Code: "AccountNotFoundException", Times: 3}}})
	f.session = f.newSession()
	if _, r := see(); r.Err != nil || r.Active != 3 {
		t.Errorf("accounts that have left fail the others: %v", r.Err)
	}
	f.rules(sandbox.Rules{Faults: []world.Fault{{Operation: "DescribeAccount", Kind: world.KindAccessDenied}}})
	f.session = f.newSession()
	if got, r := see(); got != "" || document.CodeOf(r.Err) != "AXLE4200" {
		t.Errorf("whose experience it is cannot be told, and was: %s %v", got, r.Err)
	}
}

// P8, X24: who buys what is asked by who plans and reports, never by a pass; the least policy lets it.
func TestPassesReadNoAgreements(t *testing.T) {
	f := newFair(t, following)
	f.twoExperiences(marketplacecatalog.Seed{Allow: []string{"a"}}, marketplacecatalog.Seed{Allow: []string{"b"}})
	f.bought(north, "agmt-1", "b", time.Time{})
	before := f.now()
	if got := outcomes(f.sync(-1)); got != "north-approved applied" || f.called(before, "SearchAgreements")+f.called(before, "DescribeAccount") != 0 {
		t.Fatal(got)
	}
	least := world.Role{Name: "least", Path: "/axle/", TrustAccounts: []string{"999999999999"}, ExternalID: "7f3c2d9e41",
		Grants: world.Grants{Inline: map[string]string{"least": market.LeastPolicy()}}}
	if _, err := f.sandbox.EnsureRole(t.Context(), []string{north}, least); err != nil {
		t.Fatal(err)
	}
	f.put(marketplacecatalog.Seed{Account: north, ID: "exp-unit", Name: "of a unit", Audience: []string{"ou-cd34-22222222"}})
	o := *f.file.Organization("north")
	o.Role = "arn:aws:iam::" + north + ":role/axle/least"
	m := aws.NewMarketplace(f.session, o)
	if _, err := m.Experiences(t.Context()); err != nil {
		t.Fatal(err)
	}
	before = f.now()
	all, err := m.Agreements(t.Context())
	if err != nil || len(all) != 1 || f.called(before, "SearchAgreements") != 1 || f.called(before, "DescribeAccount") != 1 {
		t.Fatalf("%+v %v", all, err)
	}
}

// P8, A6: licences of the whole organization are the other witness: page by page, those in force, whoever bought.
func TestReceivedLicences(t *testing.T) {
	f := newFair(t, "")
	ends := time.Date(2099, 1, 31, 0, 0, 0, 0, time.UTC)
	for i := range 150 {
		if _, err := f.sandbox.PutLicence(t.Context(), lm.Licence{Holder: "121212121212", SKU: fmt.Sprint("prod-", i), Ends: ends}); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range []lm.Licence{{Holder: "131313131313", SKU: "prod-out", Status: "EXPIRED"}, {Holder: home, SKU: "prod-away"}, {Holder: north, SKU: "prod-own", ARN: "arn:l-own"}} {
		if _, err := f.sandbox.PutLicence(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	m := aws.NewMarketplace(f.session, *f.file.Organization("north"))
	before := f.now()
	all, err := m.Received(t.Context())
	if err != nil || len(all) != 151 || f.called(before, "ListReceivedLicensesForOrganization") != 2 {
		t.Fatalf("%d licences in %d calls: %v", len(all), f.called(before, "ListReceivedLicensesForOrganization"), err)
	}
	own := slices.IndexFunc(all, func(a market.Agreement) bool { return a.Account == north })
	if a := all[own]; a.ID != "" || a.Licence != "arn:l-own" || a.Products[0] != "prod-own" || !a.Ends.IsZero() || !all[(own+1)%151].Ends.Equal(ends) {
		t.Errorf("%+v", a)
	}
	f.rules(sandbox.Rules{Faults: []world.Fault{{Operation: "ListReceivedLicensesForOrganization", Kind: world.KindAccessDenied, Nth: 2}}})
	if all, err := aws.NewMarketplace(f.newSession(), *f.file.Organization("north")).Received(t.Context()); all != nil || document.CodeOf(err) != "AXLE4200" {
		t.Error(len(all), err)
	}
}

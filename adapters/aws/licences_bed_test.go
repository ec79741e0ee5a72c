package aws_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	granter  = "888888888888"
	sku      = "prod-scanner"
	tagOf    = "marketplace-licence"
	first    = "333333333333"
	second   = "444444444444"
	canary   = "555555555555"
	roleName = "market"
)

// ledger keeps marks in memory.
type ledger struct {
	mu    sync.Mutex
	marks map[string]market.Mark
	audit []market.Audit
}

func (l *ledger) Marks(context.Context) (map[string]market.Mark, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.marks), nil
}

func (l *ledger) Mark(ctx context.Context, m market.Mark, happened ...market.Audit) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l.marks[m.Key()] = m
	l.audit = append(l.audit, happened...)
	return nil
}

// shop is an organization whose management account holds a licence of the scanner.
type shop struct {
	*bed
	licences *market.Licences
	org      market.Organization
	books    *ledger
	licence  lm.Licence
}

func newShop(t *testing.T, o sandbox.Options) *shop {
	t.Helper()
	s := &shop{bed: newBedIn(t, o), books: &ledger{marks: map[string]market.Mark{}}}
	s.org = market.Organization{Name: "home", Account: granter, Role: "arn:aws:iam::" + granter + ":role/axle/" + roleName, ExternalID: "7f3c2d9e41"}
	file, ds := market.Load("marketplace.yaml", []byte(`schema: 1
organizations:
  - {name: home, id: o-exampleorg1, account: "`+granter+`", role: "`+s.org.Role+`", external_id: 7f3c2d9e41}
licences: {organization: home, granter: "`+granter+`", guard: {max_revoke: 1000}}
`))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	s.licences = file.Licences
	if _, err := s.sandbox.EnsureRole(t.Context(), []string{granter}, world.Role{Name: roleName, Path: "/axle/", TrustAccounts: []string{"999999999999", s.hubAccount()}, ExternalID: "7f3c2d9e41"}); err != nil {
		t.Fatal(err)
	}
	s.link(true)
	s.licence = s.buy(lm.Licence{})
	return s
}

func (s *shop) hubAccount() string {
	account, _, err := s.session.Identity(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return account
}

// management is a client's configuration in the management account.
func (s *shop) management() sdk.Config {
	k, err := s.sandbox.Credentials(s.t.Context(), "management")
	if err != nil {
		s.t.Fatal(err)
	}
	c := s.keys(k)
	c.Region, c.RetryMaxAttempts = "us-east-1", 1
	return c
}

func (s *shop) link(on bool) {
	s.t.Helper()
	_, err := licensemanager.NewFromConfig(s.management()).UpdateServiceSettings(s.t.Context(), &licensemanager.UpdateServiceSettingsInput{
		OrganizationConfiguration: &types.OrganizationConfiguration{EnableIntegration: on}})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) buy(l lm.Licence) lm.Licence {
	s.t.Helper()
	if l.Holder == "" {
		l.Holder = granter
	}
	if l.SKU == "" {
		l.SKU = sku
	}
	made, err := s.sandbox.PutLicence(s.t.Context(), l)
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func (s *shop) tag(account, key, value string) {
	s.t.Helper()
	_, err := organizations.NewFromConfig(s.management()).TagResource(s.t.Context(), &organizations.TagResourceInput{ResourceId: &account,
		Tags: []orgtypes.Tag{{Key: &key, Value: &value}}})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) untag(account, key string) {
	s.t.Helper()
	_, err := organizations.NewFromConfig(s.management()).UntagResource(s.t.Context(), &organizations.UntagResourceInput{ResourceId: &account, TagKeys: []string{key}})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) later(d time.Duration) {
	s.t.Helper()
	if err := s.sandbox.Advance(s.t.Context(), d); err != nil {
		s.t.Fatal(err)
	}
}

// sharing is a process's pass: nothing but the books outlives it.
func (s *shop) sharing() market.Sharing {
	session := s.newSession()
	clock := session.Clock()
	return market.Sharing{Licences: s.licences, Granter: aws.NewLicences(session, s.org, s.licences), Books: s.books,
		Now: clock.Now, Sleep: clock.Sleep, Organization: "o-exampleorg1", Run: "test", Actor: "dev@example.com"}
}

// pass plans and applies.
func (s *shop) pass(change ...func(*market.Sharing)) (market.LicencePlan, market.Shared) {
	s.t.Helper()
	w := s.sharing()
	for _, c := range change {
		c(&w)
	}
	plan, _, err := w.Propose(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return plan, w.Apply(s.t.Context(), plan)
}

// killed is a pass that ends at its nth call that changes something.
func (s *shop) killed(nth int, at point) {
	ctx, e := s.dying(nth, at)
	w := s.sharing()
	if plan, _, err := w.Propose(ctx); err == nil {
		w.Apply(ctx, plan)
	}
	s.revive(e)
}

// grants are the statuses of the grants of the licence, by account.
func (s *shop) grants() map[string]string {
	s.t.Helper()
	all := map[string]string{}
	in, c := &licensemanager.ListDistributedGrantsInput{}, licensemanager.NewFromConfig(s.management())
	for more := true; more; {
		out, err := c.ListDistributedGrants(s.t.Context(), in)
		if err != nil {
			s.t.Fatal(err)
		}
		in.NextToken, more = out.NextToken, out.NextToken != nil
		for _, g := range out.Grants {
			key := market.AccountOf(*g.GranteePrincipalArn)
			if key == "" {
				key = *g.GranteePrincipalArn
			}
			of := append(strings.Fields(all[key]), string(g.GrantStatus))
			slices.Sort(of)
			all[key] = strings.Join(of, " ")
		}
	}
	return all
}

func (s *shop) have(want map[string]string) {
	s.t.Helper()
	if got := s.grants(); !maps.Equal(got, want) {
		s.t.Errorf("grants are %v, want %v", got, want)
	}
}

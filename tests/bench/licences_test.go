package bench

import (
	"context"
	"maps"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
	"github.com/axle-cd/axle/sandbox/world"
)

const granter, granterRole = "888888888888", "arn:aws:iam::888888888888:role/market"

// marks are the journal that outlives each process.
type marks map[string]market.Mark

func (m marks) Marks(context.Context) (map[string]market.Mark, error) { return maps.Clone(m), nil }

func (m marks) Mark(_ context.Context, mark market.Mark, _ ...market.Audit) error {
	m[mark.Key()] = mark
	return nil
}

// Two licences for two hundred accounts, with workflows of three minutes, two a grant: within 1.2
// times what five at a time allow, by processes that end every two hours, and no grant twice.
// LIC-5
func TestLicencesForTwoHundredAccounts(t *testing.T) {
	if os.Getenv("AXLE_BENCH_MARKET") == "" {
		t.Skip("AXLE_BENCH_MARKET is not set: tests/bench/market/run sets it")
	}
	const accounts, steps, atOnce, workflow = 200, 2 * 200 * 2, 5, 3 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, accounts, 1)
		must(t, f.box.Set(t.Context(), map[string]string{"license-manager:grant": workflow.String()}))
		l := f.sellers(t)
		books, processes := marks{}, 0
		begun := time.Now()
		for left := 1; left > 0 && processes < 20; processes++ {
			clock := f.session.Clock()
			s := market.Sharing{Licences: l, Books: books, Now: clock.Now, Sleep: clock.Sleep, Budget: 2 * time.Hour,
				Granter: aws.NewLicences(f.session, market.Organization{Account: granter, Role: granterRole, ExternalID: "id"}, l)}
			plan, _, err := s.Propose(t.Context())
			must(t, err)
			got := s.Apply(t.Context(), plan)
			must(t, got.Err)
			left = got.Left
		}
		took, best := time.Since(begun), workflow*steps/atOnce
		made := map[string]int{}
		calls, err := f.box.Calls(t.Context(), 0)
		must(t, err)
		for _, c := range calls {
			if c.Outcome == "ok" {
				made[c.Operation]++
			}
		}
		t.Logf("%s by %d processes, at best %s: %.2f; %d calls, %v", took, processes, best, took.Seconds()/best.Seconds(), len(calls), made)
		if took > best*12/10 || processes < 4 || made["CreateGrant"] != 2*accounts || made["CreateGrantVersion"] != 2*accounts {
			t.Error("too slow, or a call was made twice")
		}
	})
}

// sellers gives the management account two licences that all spokes are entitled to.
func (f *fleet) sellers(t *testing.T) *market.Licences {
	_, err := f.box.EnsureRole(t.Context(), []string{granter}, world.Role{Name: "market", TrustAccounts: []string{hub}, ExternalID: "id"})
	must(t, err)
	k, err := f.box.Credentials(t.Context(), "management")
	must(t, err)
	c := licensemanager.NewFromConfig(awssdk.Config{Region: "us-east-1", HTTPClient: &http.Client{Transport: f.box.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)})
	_, err = c.UpdateServiceSettings(t.Context(), &licensemanager.UpdateServiceSettingsInput{OrganizationConfiguration: &types.OrganizationConfiguration{EnableIntegration: true}})
	must(t, err)
	for _, sku := range []string{"prod-one", "prod-two"} {
		_, err := f.box.PutLicence(t.Context(), lm.Licence{Holder: granter, SKU: sku})
		must(t, err)
	}
	yes := true
	return &market.Licences{Granter: granter, Tag: "marketplace-licence", Untagged: "revoke", Accept: "auto", Concurrency: 5,
		Rules: []market.Rule{{SKU: "*", Allow: &yes, To: market.To{OU: "ou-ab12-11111111"}}}}
}

package stages_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// shelf is an organization with one experience, which binds all of it.
type shelf struct{}

func (shelf) Experiences(context.Context) ([]market.Experience, error) {
	return []market.Experience{{ID: "exp-1", Name: "approved"}}, nil
}
func (shelf) Revision(context.Context, string) (int, error) { return 1, nil }
func (shelf) Read(context.Context, string) (market.Experience, error) {
	return market.Experience{ID: "exp-1", Name: "approved", Revision: 1, Status: "Enabled", Policy: &market.Policy{Allowed: []string{"prod-old"}},
		Audience: market.Audience{Principals: []string{"o-aaaaaaaaaa"}}}, nil
}

// denyingOne is a file whose plan denies one product.
const denyingOne = `schema: 1
organizations:
  - {name: home, id: o-aaaaaaaaaa, account: "111111111111", role: "arn:aws:iam::111111111111:role/m", external_id: x}
experiences:
  - {name: approved, organization: home, id: exp-1, products: {allow: [{id: prod-new}], deny: [{id: prod-old}]}}
`

// P8: who approves is told who keeps what the plan denies, and where that is not known. The plan's digest
// stays: an end that moves, and a reading that fails, void no approval.
func TestPlanOfMarketNamesKeepers(t *testing.T) {
	b := newBed()
	b.files = fstest.MapFS{"marketplace.yaml": {Data: []byte(denyingOne)}}
	var all []market.Agreement
	var unread error
	d := b.deps()
	d.Market.Approved = func(context.Context, string) ([]byte, error) { return nil, nil }
	d.Market.Pass = func(_ context.Context, f *market.File) (market.Pass, error) {
		return market.Pass{File: f, Books: notes{}, Now: time.Now, At: func(market.Organization) (market.Marketplace, market.Changer) { return shelf{}, nil },
			Bought:   func(context.Context, market.Organization) ([]market.Agreement, error) { return all, unread },
			Received: func(context.Context, market.Organization) ([]market.Agreement, error) { return nil, nil }}, nil
	}
	digest := ""
	for _, c := range []struct {
		name, found string
		buys        []market.Agreement
		err         error
	}{
		{name: "nobody who is seen keeps it"},
		{name: "one account", found: "AXLE2810 approved exp-1: prod-old is denied, and kept by 222222222222 until 2027-01-31 (agmt-1)",
			buys: []market.Agreement{{ID: "agmt-1", Account: "222222222222", Products: []string{"prod-old"}, Ends: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)}}},
		{name: "its end moves", found: "AXLE2810 approved exp-1: prod-old is denied, and kept by 222222222222 until 2028-01-31 (agmt-1)",
			buys: []market.Agreement{{ID: "agmt-1", Account: "222222222222", Products: []string{"prod-old"}, Ends: time.Date(2028, 1, 31, 0, 0, 0, 0, time.UTC)}}},
		{name: "agreements cannot be read", err: errors.New("denied"),
			found: "AXLE2811 the agreements in home were not read, so it is not known who keeps what is denied or not allowed: denied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, unread = c.buys, c.err
			res, err := stages.All(d)["prod/plan"](t.Context(), pipeline.Input{Market: "marketplace.yaml"})
			if err != nil || res.Verdict != pipeline.Pass {
				t.Fatal(res.Verdict, err)
			}
			var found []string
			for _, f := range res.Findings {
				found = append(found, f.Code+" "+f.Summary)
			}
			if got := strings.Join(found, "\n"); got != c.found {
				t.Errorf("%s\nwant %s", got, c.found)
			}
			if now := res.Artifact("plan"); digest == "" {
				digest = now
			} else if now != digest {
				t.Errorf("the plan is another: %s, not %s", now, digest)
			}
		})
	}
}

// Whoever interrupts the reading has no plan: it is not taken for agreements that cannot be read.
func TestPlanOfMarketInterrupted(t *testing.T) {
	b := newBed()
	b.files = fstest.MapFS{"marketplace.yaml": {Data: []byte(denyingOne)}}
	ctx, stop := context.WithCancel(t.Context())
	d := b.deps()
	d.Market.Approved = func(context.Context, string) ([]byte, error) { return nil, nil }
	d.Market.Pass = func(_ context.Context, f *market.File) (market.Pass, error) {
		read := func(ctx context.Context, _ market.Organization) ([]market.Agreement, error) {
			stop()
			return nil, ctx.Err()
		}
		return market.Pass{File: f, Books: notes{}, Now: time.Now, At: func(market.Organization) (market.Marketplace, market.Changer) { return shelf{}, nil }, Bought: read, Received: read}, nil
	}
	if res, err := stages.All(d)["prod/plan"](ctx, pipeline.Input{Market: "marketplace.yaml"}); !errors.Is(err, context.Canceled) {
		t.Error(res, err)
	}
}

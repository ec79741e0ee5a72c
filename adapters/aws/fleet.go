package aws

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
)

// abreast is how many spokes are read at a time: AWS limits each account by itself, and STS by
// hundreds a second.
const abreast = 512

// Fleet reads spokes with the roles that catalog.yaml names for them.
type Fleet struct{ session *Session }

// NewFleet makes a Fleet.
func NewFleet(s *Session) *Fleet { return &Fleet{s} }

// Now is the session's time: on the sandbox, the sandbox's.
func (f *Fleet) Now() time.Time { return f.session.clock.Now() }

// Read lists what every active spoke has, many side by side: one call for each hundred of a
// spoke and region. A spoke that cannot be read says so in its own Reading; the others go on.
// The error is the context's.
func (f *Fleet) Read(ctx context.Context, spokes []catalog.Spoke) ([]catalog.Reading, error) {
	all, turns := make([]catalog.Reading, len(spokes)), byRegion(spokes)
	err := each(ctx, len(spokes), func(n int) {
		i := turns[n]
		all[i].Spoke = spokes[i]
		if spokes[i].Active() {
			all[i].Launched, all[i].Err = f.session.spoke(spokes[i]).launched(ctx)
		}
	})
	return all, err
}

// Remember adds to readings what AWS lists of what was done in their spokes, twenty records a call; with
// running, only where something runs. A spoke whose list cannot be read says so in its own Reading.
// The error is the context's.
func (f *Fleet) Remember(ctx context.Context, readings []catalog.Reading, running bool) error {
	var spokes []catalog.Spoke
	var of []int
	for i, r := range readings {
		if r.Spoke.Active() && r.Err == nil && (!running || len(r.Launched) > 0) {
			spokes, of = append(spokes, r.Spoke), append(of, i)
		}
	}
	turns := byRegion(spokes)
	return each(ctx, len(turns), func(n int) {
		r := &readings[of[turns[n]]]
		r.Past, r.Err = f.session.spoke(r.Spoke).history(ctx)
	})
}

// byRegion is an order in which an account's regions do not come one after the other: they would
// all wait for its one session.
func byRegion(spokes []catalog.Spoke) []int {
	turns := make([]int, len(spokes))
	for i := range turns {
		turns[i] = i
	}
	slices.SortStableFunc(turns, func(a, b int) int { return strings.Compare(spokes[a].Region, spokes[b].Region) })
	return turns
}

func (s *Session) spoke(p catalog.Spoke) *site { return s.at(p.Account, p.Role, p.Region) }

// each does n things, abreast.
func each(ctx context.Context, n int, do func(int)) error {
	var wg sync.WaitGroup
	turn := make(chan struct{}, abreast)
	for i := range n {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			wg.Wait()
			return ctx.Err()
		}
		wg.Go(func() {
			defer func() { <-turn }()
			do(i)
		})
	}
	wg.Wait()
	return ctx.Err()
}

func (s *site) launched(ctx context.Context) ([]catalog.Launched, error) {
	var all []catalog.Launched
	self := &types.AccessLevelFilter{Key: types.AccessLevelFilterKeyAccount, Value: sdk.String("self")}
	err := s.pages(ctx, "SearchProvisionedProducts", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.SearchProvisionedProducts(ctx, &servicecatalog.SearchProvisionedProductsInput{AccessLevelFilter: self, PageSize: 100, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, p := range out.ProvisionedProducts {
			all = append(all, launchedOf(p))
		}
		return out.NextPageToken, nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func launchedOf(p types.ProvisionedProductAttribute) catalog.Launched {
	return catalog.Launched{ID: sdk.ToString(p.Id), Name: sdk.ToString(p.Name), Product: sdk.ToString(p.ProductId), ProductName: sdk.ToString(p.ProductName),
		Version: sdk.ToString(p.ProvisioningArtifactName), VersionID: sdk.ToString(p.ProvisioningArtifactId), State: string(p.Status),
		Message: sdk.ToString(p.StatusMessage), Owner: sdk.ToString(p.UserArn), Created: sdk.ToTime(p.CreatedTime), Stack: sdk.ToString(p.PhysicalId), Record: sdk.ToString(p.LastRecordId)}
}

func (s *site) history(ctx context.Context) ([]catalog.Record, error) {
	var all []catalog.Record
	self := &types.AccessLevelFilter{Key: types.AccessLevelFilterKeyAccount, Value: sdk.String("self")}
	err := s.pages(ctx, "ListRecordHistory", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.ListRecordHistory(ctx, &servicecatalog.ListRecordHistoryInput{AccessLevelFilter: self, PageSize: 20, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, r := range out.RecordDetails {
			all = append(all, catalog.Record{ID: sdk.ToString(r.RecordId), Provisioned: sdk.ToString(r.ProvisionedProductId), Name: sdk.ToString(r.ProvisionedProductName),
				Product: sdk.ToString(r.ProductId), Artifact: sdk.ToString(r.ProvisioningArtifactId), Type: sdk.ToString(r.RecordType), Status: string(r.Status),
				Created: sdk.ToTime(r.CreatedTime), Updated: sdk.ToTime(r.UpdatedTime)})
		}
		return out.NextPageToken, nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

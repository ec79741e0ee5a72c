package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	hub       = "999999999999"
	publisher = "CatalogHubPublisher"
	latency   = 150 * time.Millisecond
	orgRate   = 5 // calls a second that Organizations takes of one operation
)

var hubRegions = []string{"eu-west-1", "us-east-1", "eu-central-1", "us-west-2", "us-east-2"}

// fleet is a hub with spokes, in a synctest bubble: its time goes on when everybody waits.
type fleet struct {
	t       *testing.T
	box     *sandbox.Sandbox
	session *aws.Session
	files   *catalog.File
	org     catalog.Organization
	pins    sync.Map
	store   map[string][]byte
}

func (f *fleet) Pin(kind, region, key string) string {
	id, _ := f.pins.Load(kind + region + key)
	text, _ := id.(string)
	return text
}

func (f *fleet) SetPin(kind, region, key, id string) error {
	f.pins.Store(kind+region+key, id)
	return nil
}

func newFleet(t *testing.T, spokes, regions int) *fleet {
	wait := func(ctx context.Context, d time.Duration) error {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
		return ctx.Err()
	}
	box, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Wait: wait, Mode: sandbox.Real, Seed: []byte("bench"), Start: fmt.Sprintf("fleet %dx%d", spokes, regions)})
	must(t, err)
	f := &fleet{t: t, box: box, store: map[string][]byte{}}
	k, err := box.Credentials(t.Context(), "axle")
	must(t, err)
	f.session = aws.New(aws.Options{Region: "eu-west-1", Transport: box.Transport(), Clock: aws.Clock{Now: time.Now, Sleep: wait},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)})
	must(t, box.SetRules(t.Context(), sandbox.Rules{Latency: []world.Latency{{Min: world.Duration(latency)}}}))
	must(t, box.Set(t.Context(), map[string]string{"sandbox:throttle": "on"}))
	f.files = &catalog.File{
		Hub: catalog.Hubs{Account: hub, Regions: hubRegions[:regions], Role: publisher, Bucket: "axle-artifacts"},
		Portfolios: map[string]catalog.PortfolioFile{"storage": {DisplayName: "Storage", ProviderName: "Platform",
			Principals: []catalog.PrincipalFile{{Type: "IAM_PATTERN", ARN: "arn:aws:iam:::role/CatalogBuilder"}, {Type: "IAM_PATTERN", ARN: "arn:aws:iam:::role/CatalogAdmin"}}}},
	}
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// read reads the organization, and shares with its first five units of spokes.
func (f *fleet) read() {
	var err error
	f.org, err = aws.NewOrganization(f.session, hub, publisher).Accounts(f.t.Context())
	must(f.t, err)
	folio := f.files.Portfolios["storage"]
	for _, u := range f.org.Units {
		if len(folio.Shares) < 5 && u.Name != "Root" && u.Name != "workloads" {
			folio.Shares = append(folio.Shares, catalog.ShareFile{OrganizationalUnit: u.ID, Principals: true})
		}
	}
	f.files.Portfolios["storage"] = folio
}

func (f *fleet) publish(version string) {
	text := fmt.Appendf(nil, "Description: %s\nResources: {Topic: {Type: AWS::SNS::Topic}}\n", version)
	sum := sha256.Sum256(text)
	d := "sha256:" + hex.EncodeToString(sum[:])
	f.store[d] = text
	p := &products.File{Name: "topic", Version: version, Owner: "platform", Type: "CLOUD_FORMATION_TEMPLATE", TagOptions: map[string][]string{"env": {"prod"}},
		Portfolios: map[string]products.Placement{"storage": {Constraints: products.Constraints{Launch: &products.LaunchConstraint{LocalRoleName: "SCLaunchStorage"}}}}}
	want, err := catalog.Want(f.files, p, catalog.Release{Version: version, Digest: d, Template: d})
	must(f.t, err)
	open := func(digest string) ([]byte, error) { return f.store[digest], nil }
	r, err := catalog.Reconcile(f.t.Context(), aws.NewHub(f.session, f.files.Hub, want, f, open), want, func(c []catalog.Change) ([]catalog.Change, error) { return c, nil })
	must(f.t, err)
	must(f.t, r.Err())
}

func (f *fleet) spokes() []catalog.Spoke {
	var all []catalog.Spoke
	for _, a := range f.org.Accounts {
		if len(a.Name) > 6 && a.Name[:6] == "spoke-" {
			for _, region := range f.files.Hub.Regions {
				all = append(all, catalog.Spoke{Account: a.ID, Role: "CatalogBuilder", Region: region, State: "ACTIVE"})
			}
		}
	}
	return all
}

// verify looks as an end user of one spoke in each region.
func (f *fleet) verify(version string) {
	var account string
	for _, a := range f.org.Accounts {
		if a.Parent == f.files.Portfolios["storage"].Shares[0].OrganizationalUnit {
			account = a.ID
		}
	}
	var wg sync.WaitGroup
	for _, region := range f.files.Hub.Regions {
		wg.Go(func() {
			if _, err := aws.NewLauncher(f.session).Offer(f.t.Context(), catalog.User{Account: account, Role: "CatalogBuilder", Region: region}, "topic", version); err != nil {
				f.t.Error(err)
			}
		})
	}
	wg.Wait()
}

// cost is what a step took.
type cost struct {
	reads, writes, polls, throttled int
	took                            time.Duration
	calls                           map[string]int
}

func (f *fleet) cost(do func()) cost {
	before, err := f.box.Calls(f.t.Context(), 0)
	must(f.t, err)
	begun := time.Now()
	do()
	c := cost{took: time.Since(begun), calls: map[string]int{}}
	calls, err := f.box.Calls(f.t.Context(), len(before))
	must(f.t, err)
	polls := map[string]bool{"DescribeProvisioningArtifact": true, "DescribePortfolioShareStatus": true}
	for _, k := range calls {
		c.calls[k.Operation]++
		switch {
		case k.Outcome != "ok":
			c.throttled++
		case k.Operation == "AssumeRole":
		case k.Mutating:
			c.writes++
		case polls[k.Operation]:
			c.polls++
		default:
			c.reads++
		}
	}
	return c
}

func (c cost) String() string {
	return fmt.Sprintf("%4d writes %4d polls %5d reads %3d throttled %8s", c.writes, c.polls, c.reads, c.throttled, c.took.Round(time.Second/10))
}

// The figures of issue "catalog": CAT-30 CAT-31 CAT-32 CAT-75. tests/bench/catalog/run prints them
// beside what the rules of catalog.md §4 and §12 give for the same work of the peers.
func TestCatalogFigures(t *testing.T) {
	if os.Getenv("AXLE_BENCH_CATALOG") == "" {
		t.Skip("AXLE_BENCH_CATALOG is not set: tests/bench/catalog/run sets it")
	}
	const regions = 4
	for _, n := range []int{1, 100, 500, 1000} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, n, regions)
			f.read()
			units := len(f.files.Portfolios["storage"].Shares)
			t.Logf("%d spokes x %d regions, %d units; 150 ms a call, AWS's limits", n, regions, units)
			t.Logf("  set-up         %s   model of a share to nodes %d calls; of a share to each account %d", f.cost(func() { f.publish("1.0.0") }), regions*(11+4*units), 11*regions+2*n*regions)
			t.Logf("  the same again %s   puppet re-reads 20 products x 5 versions in each spoke: about %d", f.cost(func() { f.publish("1.0.0") }), n*regions*20*69/4)
			t.Logf("  a version      %s   puppet by copy %d; factory, which makes the version anew and deletes the old, %d and no spoke", f.cost(func() { f.publish("1.1.0") }), 5*regions+5*n*regions, 6*regions)
			t.Logf("  verified       %s   one end user a region", f.cost(func() { f.verify("1.1.0") }))
		})
	}
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1000, 5)
		org := f.cost(f.read)
		status := f.cost(func() {
			readings, err := aws.NewFleet(f.session).Read(t.Context(), f.spokes())
			must(t, err)
			for _, r := range readings {
				must(t, r.Err)
			}
		})
		best := time.Duration(max(org.calls["ListAccountsForParent"], org.calls["ListOrganizationalUnitsForParent"])) * time.Second / orgRate
		t.Logf("fleet status of 1000 spokes x 5 regions: the organization %s, the spokes %s; Organizations alone allows %s", org, status, best)
	})
}

package aws_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// fleetRegions are those of a fleet's hub.
var fleetRegions = []string{"eu-west-1", "us-east-1", "eu-central-1", "us-west-2"}

// newFleet is a hub of four regions with so many spokes in up to five units. AWS's limits are on,
// and each call takes 150 ms. It is for a synctest bubble, whose time goes on when everybody
// waits: what regions do side by side takes the time of one.
func newFleet(t *testing.T, spokes int) *bed {
	t.Helper()
	b := newBedIn(t, sandbox.Options{Seed: []byte("fleet"), Start: fmt.Sprintf("fleet %dx%d", spokes, len(fleetRegions)), Mode: sandbox.Real,
		Wait: func(ctx context.Context, d time.Duration) error {
			select {
			case <-ctx.Done():
			case <-time.After(d):
			}
			return ctx.Err()
		}})
	b.files.Hub.Regions = fleetRegions
	org, err := aws.NewOrganization(b.session, "999999999999", "CatalogHubPublisher").Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folio := b.files.Portfolios["storage"]
	folio.Shares = nil
	for _, u := range org.Units {
		if len(folio.Shares) < 5 && u.Name != "Root" && u.Name != "workloads" {
			folio.Shares = append(folio.Shares, catalog.ShareFile{OrganizationalUnit: u.ID, Principals: true})
		}
	}
	b.files.Portfolios["storage"] = folio
	shared := folio.Shares[0].OrganizationalUnit
	for _, a := range org.Accounts {
		if a.Parent == shared {
			b.spoke = a.ID
		}
	}
	b.slow(150 * time.Millisecond)
	b.session = b.newSession()
	return b
}

// slow lets AWS's limits and this latency begin.
func (b *bed) slow(latency time.Duration) {
	b.t.Helper()
	err := b.sandbox.SetRules(b.t.Context(), sandbox.Rules{Latency: []world.Latency{{Min: world.Duration(latency)}}})
	if err == nil {
		err = b.sandbox.Set(b.t.Context(), map[string]string{"sandbox:throttle": "on"})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// bill is what a step cost: the calls by name, those that were not answered by name and code, and the time.
type bill struct {
	calls    map[string]int
	mutating int
	took     time.Duration
}

func (b *bed) bill(step func()) bill {
	b.t.Helper()
	mark, start := b.mark(), b.clock().Now()
	step()
	sum := bill{calls: map[string]int{}, took: b.clock().Now().Sub(start)}
	for _, c := range b.since(mark) {
		switch {
		case c.Outcome != "ok":
			sum.calls[c.Operation+" "+c.Outcome]++
		case c.Operation == "AssumeRole":
		default:
			sum.calls[c.Operation]++
			if c.Mutating {
				sum.mutating++
			}
		}
	}
	return sum
}

func (s bill) all() int {
	n := 0
	for _, calls := range s.calls {
		n += calls
	}
	return n
}

// verifyRegions looks as an end user of one spoke in each region.
func (b *bed) verifyRegions(version string) {
	b.t.Helper()
	l := aws.NewLauncher(b.session)
	done := make(chan error)
	for _, region := range b.files.Hub.Regions {
		go func() {
			_, err := l.Offer(b.t.Context(), catalog.User{Account: b.spoke, Role: "CatalogBuilder", Region: region}, "bucket", version)
			done <- err
		}()
	}
	for range b.files.Hub.Regions {
		if err := <-done; err != nil {
			b.t.Error(err)
		}
	}
}

// CAT-30 CAT-31 CAT-32 CAT-71: what a set-up, a second apply and a new version cost in four
// regions, in calls and in time at 150 ms a call: the same for one spoke and for a thousand.
func TestCallCounts(t *testing.T) {
	const regions = 4
	bills := map[int][]bill{}
	for _, spokes := range []int{1, 100, 1000} {
		synctest.Test(t, func(t *testing.T) {
			b := newFleet(t, spokes)
			units := len(b.files.Portfolios["storage"].Shares)
			setup := b.bill(func() { b.publish(b.want("1.0.0")) })
			again := b.bill(func() { b.publish(b.want("1.0.0")) })
			version := b.bill(func() { b.publish(b.want("1.1.0")) })
			verify := b.bill(func() { b.verifyRegions("1.1.0") })
			bills[spokes] = []bill{again, version, verify}

			// Beside what it costs to look at the hub before, where nothing is, and after.
			if n := setup.all() - again.all() - 3*regions; n > regions*(11+4*units) {
				t.Errorf("the set-up of %d units takes %d calls: %v", units, n, setup.calls)
			}
			// One share at a time in a region, 15 s and two calls each; before them a product and a
			// constraint, which AWS makes in 2 s.
			best := time.Duration(units)*(15*time.Second+300*time.Millisecond) + 4*time.Second
			if units == 5 && setup.took > best*11/10 {
				t.Errorf("the set-up of %d units takes %s, at best %s", units, setup.took, best)
			}
			if again.mutating != 0 || again.took > 3*time.Second {
				t.Errorf("a second apply: %+v", again)
			}
			if n := version.calls["PutObject"] + version.calls["GetObject"] + version.calls["CreateProvisioningArtifact"] + version.calls["DescribeProvisioningArtifact"]; n > 5*regions || version.mutating != 2*regions {
				t.Errorf("a version takes %d calls: %v", n, version.calls)
			}
			if took := version.took + verify.took; took > 10*time.Second {
				t.Errorf("a version is published and verified in %s", took)
			}
		})
	}
	for _, spokes := range []int{100, 1000} {
		for i, step := range []string{"a second apply", "a version", "its verification"} {
			if got, want := bills[spokes][i], bills[1][i]; !maps.Equal(got.calls, want.calls) {
				t.Errorf("%s costs more at %d spokes: %v, want %v", step, spokes, got.calls, want.calls)
			}
		}
	}
}

// CAT-75 M23: to read what a thousand spokes run takes hardly longer than Organizations' limit of
// five calls a second alone lets it: each spoke is limited by itself.
func TestFleetStatusTakesWhatTheLimitsAllow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newFleet(t, 1000)
		var spokes []catalog.Spoke
		org := b.bill(func() {
			read, err := aws.NewOrganization(b.session, hubAccount, "CatalogHubPublisher").Accounts(t.Context())
			must(t, err)
			for _, a := range read.Accounts {
				for _, region := range fleetRegions {
					if strings.HasPrefix(a.Name, "spoke-") {
						spokes = append(spokes, catalog.Spoke{Account: a.ID, Role: "CatalogBuilder", Region: region, State: "ACTIVE"})
					}
				}
			}
		})
		fleet := b.bill(func() {
			readings, err := aws.NewFleet(b.session).Read(t.Context(), spokes)
			must(t, err)
			for _, r := range readings {
				must(t, r.Err)
			}
		})
		best := time.Duration(org.calls["ListAccountsForParent"])*time.Second/5 + 450*time.Millisecond // and a session, a page, an answer
		if took := org.took + fleet.took; took > best*12/10 || fleet.calls["SearchProvisionedProducts"] != len(spokes) {
			t.Errorf("%s, at best %s; %v", took, best, fleet.calls)
		}
	})
}

// CAT-46 X15: where AWS throttles each fifth call, whatever it is, a publication ends all the same,
// with at most half as many calls again.
func TestOneThrottleInFive(t *testing.T) {
	count := func(rules sandbox.Rules) int {
		b := newBed(t)
		b.rules(rules)
		mark := b.mark()
		b.publish(b.want("1.0.0"))
		b.publish(b.want("1.1.0"))
		return len(b.since(mark))
	}
	calm := count(sandbox.Rules{})
	throttled := count(sandbox.Rules{Faults: []world.Fault{{Kind: world.KindThrottle, Every: 5}}})
	if throttled <= calm || throttled > calm*3/2 {
		t.Errorf("%d calls, on a calm day %d", throttled, calm)
	}
}

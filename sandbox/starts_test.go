package sandbox_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	sctypes "github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// How a start is written, and what is none. SBX-15
func TestParseStart(t *testing.T) {
	for text, want := range map[string]string{
		"": "default", "default": "default", "empty": "empty", "bare": "bare", "two-organizations": "two-organizations",
		"fleet 50x4": "fleet 50x4", "fleet 1000×5": "fleet 1000x5", "fleet-3x2x1": "fleet 3x2x1", "fleet 3x2x0": "fleet 3x2", "fleet 10000x17x150": "fleet 10000x17x150",
	} {
		start, err := sandbox.ParseStart(text)
		if err != nil || start.String() != want {
			t.Errorf("%q: %v, %v, want %s", text, start, err, want)
		}
	}
	for text, says := range map[string]string{
		"elsewhere": "use one of: default, empty, bare, fleet NxR", "fleet": "use one of", "fleet 5": "use one of", "fleet 5x": "use one of", "Default": "use one of",
		"fleet 0x1": "1 to 10000 spokes", "fleet 10001x1": "1 to 10000 spokes", "fleet 1x0": "1 to 17 regions", "fleet 1x18": "1 to 17 regions", "fleet 1x1x151": "150 products",
		"fleet -1x1": "use one of", "fleet 9999999x1": "use one of",
	} {
		_, err := sandbox.ParseStart(text)
		if document.CodeOf(err) != "AXLE3102" || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want AXLE3102 with %q", text, err, says)
		}
	}
}

func FuzzParseStart(f *testing.F) {
	for _, text := range []string{"", "default", "fleet 3x2", "fleet 3×2x1", "fleet-", "fleet 99999999999999999999x1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		start, err := sandbox.ParseStart(text)
		if err != nil {
			return
		}
		if again, err := sandbox.ParseStart(start.String()); err != nil || again != start {
			t.Errorf("%q is %v, which is read as %v, %v", text, start, again, err)
		}
	})
}

// accountsOf lists the accounts that a user sees.
func accountsOf(t testing.TB, s *sandbox.Sandbox, user string) []orgtypes.Account {
	t.Helper()
	var all []orgtypes.Account
	for pages := organizations.NewListAccountsPaginator(organizations.NewFromConfig(config(t, s, user)), nil); pages.HasMorePages(); {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out.Accounts...)
	}
	return all
}

// What each start has; newSandbox looks that nothing in it hangs in the air. SBX-15, SBX-69
func TestStarts(t *testing.T) {
	for start, want := range map[string]struct {
		accounts, closed int
		trusted          bool
	}{
		"default": {8, 1, true}, "bare": {8, 1, false}, "empty": {1, 0, false}, "two-organizations": {8, 1, true}, "fleet 30x2": {34, 0, true}, "fleet 30x2x3": {34, 0, true},
	} {
		t.Run(start, func(t *testing.T) {
			s := newSandbox(t, sandbox.Options{Start: start})
			all := accountsOf(t, s, "management")
			closed := 0
			for _, a := range all {
				if a.State != orgtypes.AccountStateActive {
					closed++
				}
			}
			if len(all) != want.accounts || closed != want.closed {
				t.Errorf("%d accounts, %d closed, want %+v", len(all), closed, want)
			}
			access, err := organizations.NewFromConfig(config(t, s, "management")).ListAWSServiceAccessForOrganization(t.Context(), nil)
			if err != nil || len(access.EnabledServicePrincipals) > 0 != want.trusted {
				t.Errorf("trusted %+v, %v", access, err)
			}
			if _, err := s.Credentials(t.Context(), "axle"); err != nil {
				t.Error(err)
			}
		})
	}
}

// The same seed makes the same fleet, another one another. SBX-15
func TestFleetIsSeeded(t *testing.T) {
	ids := func(seed string) (all []string) {
		for _, a := range accountsOf(t, newSandbox(t, sandbox.Options{Start: "fleet 60x1", Seed: []byte(seed)}), "axle") {
			all = append(all, *a.Id+*a.Name+a.Paths[0])
		}
		return all
	}
	one := ids("one")
	if !slices.Equal(one, ids("one")) || slices.Equal(one, ids("two")) {
		t.Error("the fleet does not follow the seed")
	}
}

// A fleet's products are there for its spokes from the start, in every one of its regions.
func TestFleetIsServed(t *testing.T) {
	s := newSandbox(t, sandbox.Options{Start: "fleet 3x2x4"})
	spoke := ""
	for _, a := range accountsOf(t, s, "axle") {
		if *a.Name == "spoke-0002" {
			spoke = *a.Id
		}
	}
	c := assume(t, config(t, s, "axle"), roleARN(spoke, "CatalogBuilder"))
	for region, want := range map[string]int{"eu-west-1": 4, "us-east-1": 4, "us-west-2": 0} {
		c.Region = region
		out, err := servicecatalog.NewFromConfig(c).SearchProducts(t.Context(), nil)
		if err != nil || len(out.ProductViewSummaries) != want {
			t.Errorf("%s: %v, %v, want %d products", region, out, err, want)
		}
		for _, p := range out.ProductViewSummaries {
			paths, err := servicecatalog.NewFromConfig(c).ListLaunchPaths(t.Context(), &servicecatalog.ListLaunchPathsInput{ProductId: p.ProductId})
			if err != nil || len(paths.LaunchPathSummaries) != 1 {
				t.Errorf("%s: %v, %v", *p.Name, paths, err)
			}
		}
	}
}

// A start with products needs the service that publishes them.
func TestFleetNeedsCatalog(t *testing.T) {
	s := newSandbox(t, sandbox.Options{Start: "fleet 1x1x1", Services: []world.Service{{Name: "sts"}}})
	if _, err := s.Credentials(t.Context(), "axle"); document.CodeOf(err) != "AXLE3105" {
		t.Errorf("got %v", err)
	}
}

// A world that is broken behind the API's back says so, a sentence for each thing. SBX-69
func TestOrphans(t *testing.T) {
	global := func(c *world.Call) *world.Call { return c.In("", "") }
	for says, break_ := range map[string]func(*world.Call){
		"its owner 123456789012 is not there": func(c *world.Call) { world.PutRole(c, world.Role{Name: "R", Account: "123456789012"}) },
		"its owner nobodys is not there":      func(c *world.Call) { world.PutObject(c, world.Object{Bucket: "nobodys", Key: "k"}) },
		`its parent "ou-gone" is not there`:   func(c *world.Call) { world.PutUnit(c, world.Unit{ID: "ou-x", Org: "o-exampleorg1", Parent: "ou-gone"}) },
		`its organization "o-2" is not there`: func(c *world.Call) { world.PutAccount(c, world.Account{ID: "1", Org: "o-2", Parent: "r-ab12"}) },
		"its root r-ab12 is not there":        func(c *world.Call) { world.Remove(global(c), world.KindUnit, "r-ab12") },
		"999999999999, of which":              func(c *world.Call) { world.PutAccount(c, world.Account{ID: "999999999999"}) },
		"888888888888, of which":              func(c *world.Call) { world.Remove(global(c), world.KindAccount, "888888888888") },
		"product prod-1 in a portfolio: the portfolio port-1 is not there": func(c *world.Call) {
			world.Put(c.In("999999999999", "eu-west-1"), "sc-placement/port-1", "prod-1", map[string]string{"Portfolio": "port-1", "Product": "prod-1"})
		},
		"version pa-1: its product prod-1 is not there": func(c *world.Call) {
			world.Put(c.In("999999999999", "eu-west-1"), "sc-artifact/prod-1", "pa-1", map[string]string{"ID": "pa-1", "Product": "prod-1"})
		},
		"provisioned product pp-1: its stack": func(c *world.Call) {
			world.Put(c.In("333333333333", "eu-west-1"), "sc-provisioned", "pp-1", map[string]string{
				"ID": "pp-1", "StackAccount": "333333333333", "Region": "eu-west-1", "StackID": "arn:aws:cloudformation:eu-west-1:333333333333:stack/a/b"})
		},
		"nobody exports": func(c *world.Call) {
			id := "arn:aws:cloudformation:eu-west-1:333333333333:stack/a/b"
			world.Put(c.In("333333333333", "eu-west-1"), "stack", id, map[string]any{"ID": id, "Revisions": []any{map[string]any{"Imports": []string{"Net"}}}})
		},
		"not in its stack": func(c *world.Call) {
			world.Put(c.In("333333333333", "eu-west-1"), "stack-resource", "AWS::SNS::Topic/t", map[string]string{"StackID": "arn:aws:cloudformation:eu-west-1:333333333333:stack/a/b", "LogicalID": "T"})
		},
	} {
		t.Run(says, func(t *testing.T) {
			store := world.Memory()
			s := over(t, store, sandbox.Options{})
			none(t, s) // a world that has not begun
			if _, err := s.Credentials(t.Context(), "axle"); err != nil {
				t.Fatal(err)
			}
			if err := store.Update(t.Context(), func(tx world.Tx) error { break_(&world.Call{Tx: tx}); return nil }); err != nil {
				t.Fatal(err)
			}
			orphans, err := s.Orphans(t.Context())
			if err != nil || !slices.ContainsFunc(orphans, func(o string) bool { return strings.Contains(o, says) }) {
				t.Errorf("%v, %v", orphans, err)
			}
		})
	}
}

// 1,000 spokes in 5 regions with 20 products: made in 10 s, in 500 MB. SBX-6
func BenchmarkFleet(b *testing.B) {
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		s := newSandbox(b, sandbox.Options{Start: "fleet 1000x5x20"})
		if _, err := s.Credentials(b.Context(), "axle"); err != nil {
			b.Fatal(err)
		}
		made := time.Since(began)
		runtime.GC()
		runtime.ReadMemStats(&after)
		size := float64(after.HeapAlloc-before.HeapAlloc) / (1 << 20)
		b.ReportMetric(size, "MB")
		b.ReportMetric(float64(made.Milliseconds()), "ms/start")
		if size > 500 || made > 10*time.Second {
			b.Errorf("%.0f MB, made in %s", size, made)
		}
		runtime.KeepAlive(s)
	}
}

// Of two organizations neither hub reaches the other's spokes: not by a share to a node, not by
// the other's node, not through a bucket, and not by a role. SBX-15
func TestTwoOrganizationsAreApart(t *testing.T) {
	const unit1, unit2 = "ou-ab12-11111111", "ou-cd34-22222222"
	s := newSandbox(t, sandbox.Options{Start: "two-organizations"})
	hub2 := assume(t, config(t, s, "axle-2"), roleARN("121212121212", "CatalogHubPublisher"))
	catalog := servicecatalog.NewFromConfig(hub2)
	made, err := catalog.CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{DisplayName: aws.String("P"), ProviderName: aws.String("p")})
	if err != nil {
		t.Fatal(err)
	}
	share := func(unit string) error {
		_, err := catalog.CreatePortfolioShare(t.Context(), &servicecatalog.CreatePortfolioShareInput{
			PortfolioId: made.PortfolioDetail.Id, SharePrincipals: true,
			OrganizationNode: &sctypes.OrganizationNode{Type: sctypes.OrganizationNodeTypeOrganizationalUnit, Value: &unit},
		})
		return err
	}
	if got := codeOf(share(unit1)); got != "ResourceNotFoundException" {
		t.Errorf("a share to the other's unit: %q", got)
	}
	if err := share(unit2); err != nil {
		t.Fatal(err)
	}
	if err := s.Sleep(t.Context(), 15*time.Second); err != nil {
		t.Fatal(err)
	}
	sees := func(user, account string) string {
		c := assume(t, config(t, s, user), roleARN(account, "CatalogBuilder"))
		_, err := servicecatalog.NewFromConfig(c).DescribePortfolio(t.Context(), &servicecatalog.DescribePortfolioInput{Id: made.PortfolioDetail.Id})
		return codeOf(err)
	}
	if own, other := sees("axle-2", "131313131313"), sees("axle", "333333333333"); own != "" || other != "ResourceNotFoundException" {
		t.Errorf("its own spoke: %q, the other's: %q", own, other)
	}
	mine := "axle-artifacts-999999999999-eu-west-1"
	_, err = s3.NewFromConfig(hub2).GetObject(t.Context(), &s3.GetObjectInput{Bucket: &mine, Key: aws.String("any")})
	if got := codeOf(err); got != "AccessDenied" {
		t.Errorf("the other's bucket: %q", got)
	}
	_, err = sts.NewFromConfig(hub2).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(roleARN("333333333333", "CatalogSpokeReader")), RoleSessionName: aws.String("test")})
	if got := codeOf(err); got != "AccessDenied" {
		t.Errorf("the other's role: %q", got)
	}
}

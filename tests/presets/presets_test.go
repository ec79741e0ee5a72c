package presets

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
)

// worlds are how many seeds a preset is tried with; AXLE_FULL=1 tries many more.
func worlds(few, many int) int {
	if os.Getenv("AXLE_FULL") == "1" {
		return many
	}
	return few
}

// Two versions of each sample go from alpha to the spokes, whatever AWS is like. Late sight costs
// nobody anything; what a storm stops is begun again by the commands that a person has, and ends the
// same. Then nothing is left, nothing is twice, and nothing is left to do. SBX-54 SBX-69 I1 I4 I9
func TestPresets(t *testing.T) {
	for n, p := range []struct {
		name         string
		seeds, again int // again: how often one version may have to be begun again
	}{
		{"calm", 1, 0},
		{"eventual", worlds(1, 6), 0},
		{"storm", worlds(2, 120), 3},
	} {
		t.Run(p.name, func(t *testing.T) {
			begun := 0
			for seed := range p.seeds {
				s := all[(n+seed)%len(all)]
				first, second := s.repos(t)
				l := &life{T: t, state: t.TempDir(), repo: first}
				l.must("sandbox", "reset", "--seed", fmt.Sprint(p.name, " ", seed))
				l.must("sandbox", "set", "preset="+p.name)
				begun += l.passes(first, p.again) + l.passes(second, p.again)
				l.must("sandbox", "set", "preset=calm")
				l.sound(s.name)
				if t.Failed() {
					t.Fatalf("%s, seed %d:\n%s", s.name, seed, l.said.String())
				}
			}
			t.Logf("%s: %d worlds, two versions each; begun again %d times", p.name, p.seeds, begun)
		})
	}
}

// sound is what is true of every world in the end.
func (l *life) sound(product string) {
	l.Helper()
	l.seen(product)
	l.must("plan", "--detailed-exitcode")
	before := l.lastCall()
	l.must("run", "--only", "prod")
	if again := l.mutating(before); len(again) > 0 {
		l.Errorf("prod again makes %v", again)
	}
	store, err := sqlite.OpenWorld(l.Context(), filepath.Join(l.state, "sandbox.db"))
	check(l.T, err)
	defer store.Close()
	box, err := sandbox.New(store, sandbox.Options{Wall: time.Now})
	check(l.T, err)
	if orphans, err := box.Orphans(l.Context()); err != nil || len(orphans) > 0 {
		l.Error(orphans, err)
	}
	l.versions(box, product)
	l.nothingLeft(box)
}

// seen holds that each active spoke can launch the second version.
func (l *life) seen(product string) {
	l.Helper()
	doc := ask[struct {
		Spokes []struct{ Account, Product, Version, Reason string }
	}](l, "spokes", "status")
	n := 0
	for _, s := range doc.Spokes {
		if s.Account == "666666666666" { // suspended
			continue
		}
		if n++; s.Product != product || s.Version != "1.1.0" || s.Reason != "" {
			l.Errorf("%s has %s %s: %s", s.Account, s.Product, s.Version, s.Reason)
		}
	}
	if n != 3 {
		l.Errorf("%d spokes", n)
	}
}

// versions holds that the hub has one product, with two versions, and no candidate twice.
func (l *life) versions(box *sandbox.Sandbox, product string) {
	l.Helper()
	hub := servicecatalog.NewFromConfig(l.as(box, "999999999999", "CatalogHubPublisher"))
	products, err := hub.SearchProductsAsAdmin(l.Context(), nil)
	check(l.T, err)
	have := map[string][]string{}
	for _, p := range products.ProductViewDetails {
		of, err := hub.DescribeProductAsAdmin(l.Context(), &servicecatalog.DescribeProductAsAdminInput{Id: p.ProductViewSummary.ProductId})
		check(l.T, err)
		name := *p.ProductViewSummary.Name
		for _, a := range of.ProvisioningArtifactSummaries {
			if slices.Contains(have[name], *a.Name) {
				l.Errorf("%s has %s twice", name, *a.Name)
			}
			have[name] = append(have[name], *a.Name)
		}
	}
	if len(products.ProductViewDetails) != len(have) {
		l.Errorf("%d products of %d names", len(products.ProductViewDetails), len(have))
	}
	if got := slices.Sorted(slices.Values(have[product])); !slices.Equal(got, []string{"1.0.0", "1.1.0"}) {
		l.Errorf("%s has the versions %v", product, got)
	}
}

// nothingLeft holds that what beta and gamma tried is gone.
func (l *life) nothingLeft(box *sandbox.Sandbox) {
	l.Helper()
	for account, role := range map[string]string{"111111111111": "CatalogBetaDeploy", "222222222222": "CatalogGammaDeploy"} {
		out, err := cloudformation.NewFromConfig(l.as(box, account, role)).ListStacks(l.Context(), nil)
		check(l.T, err)
		if len(out.StackSummaries) == 0 {
			l.Errorf("%s never had a stack", account)
		}
		for _, s := range out.StackSummaries {
			if s.StackStatus != "DELETE_COMPLETE" {
				l.Errorf("%s still has %s: %s", account, *s.StackName, s.StackStatus)
			}
		}
	}
	out, err := servicecatalog.NewFromConfig(l.as(box, "222222222222", "CatalogGammaBuilder")).ScanProvisionedProducts(l.Context(),
		&servicecatalog.ScanProvisionedProductsInput{AccessLevelFilter: &types.AccessLevelFilter{Key: types.AccessLevelFilterKeyAccount, Value: aws.String("self")}})
	check(l.T, err)
	for _, p := range out.ProvisionedProducts {
		l.Errorf("gamma still has the provisioned product %s: %s", *p.Name, p.Status)
	}
}

// as is the SDK's configuration for a role.
func (l *life) as(box *sandbox.Sandbox, account, role string) aws.Config {
	l.Helper()
	key, err := box.Credentials(l.Context(), "axle")
	check(l.T, err)
	c := aws.Config{Region: "eu-west-1", HTTPClient: &http.Client{Transport: box.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, key.SessionToken)}
	out, err := sts.NewFromConfig(c).AssumeRole(l.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + account + ":role/" + role), RoleSessionName: aws.String("looking")})
	check(l.T, err)
	k := out.Credentials
	c.Credentials = credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
	return c
}

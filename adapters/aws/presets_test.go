package aws_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
)

// seeds are how many worlds each preset is tried with.
func seeds() int {
	if full {
		return 200
	}
	return 8
}

// The same life of a catalog, two versions published, shared, launched, updated and terminated, ends
// the same on a calm AWS, on one that shows things late, and in a storm. What a storm stops is run
// again, as its users do; no object is made twice, and nothing is left to do. SBX-54, X15–X22
func TestPresets(t *testing.T) {
	for preset, runs := range map[string]int{"calm": 1, "eventual": 1, "storm": 4} {
		t.Run(preset, func(t *testing.T) {
			worst := 0
			for seed := range seeds() {
				b := newBedOf(t, fmt.Sprintf("%s %d", preset, seed))
				b.preset(preset)
				worst = max(worst, b.live(fmt.Sprintf("%s, seed %d", preset, seed), runs))
				b.preset("calm")
				b.consistent()
			}
			t.Logf("%s: %d worlds, at most %d runs for a step", preset, seeds(), worst)
		})
	}
}

// live is the catalog's life. It gives how many runs its hardest step took.
func (b *bed) live(world string, runs int) int {
	l := aws.NewLauncher(b.session)
	q := func(version string) catalog.LaunchRequest {
		return catalog.LaunchRequest{User: builder, Product: "bucket", Name: "trial", Version: version, Parameters: map[string]string{"Owner": "me"}}
	}
	steps := []struct {
		name string
		do   func() error
	}{
		{"publish 1.0.0", func() error { return b.tryPublish("1.0.0") }},
		{"launch 1.0.0", func() error { return b.tryLaunch(l, q("1.0.0")) }},
		{"publish 1.1.0", func() error { return b.tryPublish("1.1.0") }},
		{"update to 1.1.0", func() error { return b.tryLaunch(l, q("1.1.0")) }},
		{"terminate", func() error { return l.Terminate(b.t.Context(), builder, "trial") }},
	}
	worst := 0
	for _, s := range steps {
		var err error
		n := 0
		for done := false; !done && n < runs; n++ {
			err = s.do()
			if done = err == nil; !done {
				b.t.Logf("%s: %s again: %v", world, s.name, err)
			}
		}
		if err != nil {
			b.t.Fatalf("%s: %s, after %d runs: %v", world, s.name, n, err)
		}
		worst = max(worst, n)
	}
	return worst
}

func (b *bed) tryPublish(version string) error {
	want := b.want(version)
	r, err := catalog.Reconcile(b.t.Context(), b.hub(want), want, everything)
	return errors.Join(err, r.Err())
}

func (b *bed) tryLaunch(l *aws.Launcher, q catalog.LaunchRequest) error {
	p, err := l.Launch(b.t.Context(), q)
	if err == nil && (p.Status != "AVAILABLE" || p.Version != q.Version) {
		err = fmt.Errorf("the product is %s at %s: %s", p.Status, p.Version, p.Message)
	}
	return err
}

func (b *bed) preset(name string) {
	b.t.Helper()
	if err := b.sandbox.Set(b.t.Context(), map[string]string{"preset": name}); err != nil {
		b.t.Fatal(err)
	}
}

// consistent looks at the hub and the spoke by hand: of each thing one, and nothing left over.
func (b *bed) consistent() {
	b.t.Helper()
	want := b.want("1.1.0")
	have, err := b.hub(want).Observe(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	if left := catalog.Plan(want, have); len(left) > 0 {
		b.t.Errorf("left to do: %v", left)
	}
	hub := servicecatalog.NewFromConfig(b.as("999999999999", "CatalogHubPublisher"))
	folios, err := hub.ListPortfolios(b.t.Context(), nil)
	if err != nil || len(folios.PortfolioDetails) != 1 {
		b.t.Fatalf("%d portfolios, %v", len(folios.PortfolioDetails), err)
	}
	all, err := hub.SearchProductsAsAdmin(b.t.Context(), nil)
	if err != nil || len(all.ProductViewDetails) != 1 {
		b.t.Fatalf("%d products, %v", len(all.ProductViewDetails), err)
	}
	id := all.ProductViewDetails[0].ProductViewSummary.ProductId
	versions, err := hub.ListProvisioningArtifacts(b.t.Context(), &servicecatalog.ListProvisioningArtifactsInput{ProductId: id})
	if err != nil || len(versions.ProvisioningArtifactDetails) != 2 {
		b.t.Errorf("%d versions, %v", len(versions.ProvisioningArtifactDetails), err)
	}
	constraints, err := hub.ListConstraintsForPortfolio(b.t.Context(), &servicecatalog.ListConstraintsForPortfolioInput{PortfolioId: folios.PortfolioDetails[0].Id})
	if err != nil || len(constraints.ConstraintDetails) != 1 {
		b.t.Errorf("%d constraints, %v", len(constraints.ConstraintDetails), err)
	}
	spoke := servicecatalog.NewFromConfig(b.as(builder.Account, builder.Role))
	left, err := spoke.ScanProvisionedProducts(b.t.Context(), nil)
	if err != nil || len(left.ProvisionedProducts) != 0 {
		b.t.Errorf("%d provisioned products, %v", len(left.ProvisionedProducts), err)
	}
}

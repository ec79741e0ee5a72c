package aws_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// CAT-30 CAT-32 CAT-11: a first publication, a second one of nothing, and a second version.
func TestPublish(t *testing.T) {
	b := newBed(t)
	first := b.publish(b.want("1.0.0"))
	same(t, "first publication", mutating(b.since(0)), []string{
		"CreatePortfolio", "PutObject", "CreateProduct", "AssociateProductWithPortfolio", "CreateConstraint",
		"AssociatePrincipalWithPortfolio", "CreatePortfolioShare"})

	mark := b.mark()
	b.publish(b.want("1.0.0"))
	same(t, "the same again", mutating(b.since(mark)), nil)

	mark = b.mark()
	second := b.publish(b.want("1.1.0"))
	same(t, "a new version", mutating(b.since(mark)), []string{"PutObject", "CreateProvisioningArtifact"})

	p, q := first.Have.Product("eu-west-1", "bucket"), second.Have.Product("eu-west-1", "bucket")
	if p.ID != q.ID || p.Versions[0].ID != q.Version("1.0.0").ID || len(q.Versions) != 2 {
		t.Errorf("ids moved: %v, then %v", p, q)
	}
}

// CAT-2: with the state lost, portfolio and product are found again, by tag though renamed; a
// namesake that could be meant is refused with both ids.
func TestAdoption(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	hand := servicecatalog.NewFromConfig(b.as("999999999999", "CatalogHubPublisher"))

	b.pins = &pins{ids: map[string]string{}}
	mark := b.mark()
	b.publish(b.want("1.0.0"))
	same(t, "the state lost", mutating(b.since(mark)), nil)

	folio := b.files.Portfolios["storage"]
	folio.DisplayName = "Renamed"
	b.files.Portfolios["storage"] = folio
	b.pins = &pins{ids: map[string]string{}}
	mark = b.mark()
	b.publish(b.want("1.0.0"))
	same(t, "the state lost, and the name changed", mutating(b.since(mark)), []string{"UpdatePortfolio"})

	out, err := hand.CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{DisplayName: sdk.String("Renamed"), ProviderName: sdk.String("x"), IdempotencyToken: sdk.String("1")})
	if err != nil {
		t.Fatal(err)
	}
	mark = b.mark()
	b.publish(b.want("1.0.0"))
	same(t, "a namesake beside a pinned one", mutating(b.since(mark)), nil)

	b.pins = &pins{ids: map[string]string{}}
	want := b.want("1.0.0")
	r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
	if err != nil || document.CodeOf(r.Err()) != "AXLE2650" || !strings.Contains(r.Err().Error(), *out.PortfolioDetail.Id) {
		t.Errorf("a namesake without the state: %v, %v", err, r.Err())
	}
}

// CAT-2: an object that was made by hand is adopted by its exact name, and gets the tag.
func TestAdoptionByName(t *testing.T) {
	b := newBed(t)
	hand := servicecatalog.NewFromConfig(b.as("999999999999", "CatalogHubPublisher"))
	out, err := hand.CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{DisplayName: sdk.String("Storage"), ProviderName: sdk.String("x"), IdempotencyToken: sdk.String("1")})
	if err != nil {
		t.Fatal(err)
	}
	r := b.publish(b.want("1.0.0"))
	p := r.Have.Portfolio("eu-west-1", "storage")
	if p.ID != *out.PortfolioDetail.Id || p.Tags[catalog.TagKey] != "storage" {
		t.Errorf("got %+v", p)
	}
}

// CAT-3 CLI-14 CT-7: each change of the files is one call.
func TestChangesInPlace(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	b.publish(b.want("1.1.0"))
	p := product("1.1.0")
	steps := []struct {
		name   string
		change func(*catalog.PortfolioFile)
		calls  []string
	}{
		{"a portfolio's description", func(f *catalog.PortfolioFile) { f.Description = "Places to keep data" }, []string{"UpdatePortfolio"}},
		{"a portfolio's tag goes", func(f *catalog.PortfolioFile) { f.Tags = nil }, []string{"UpdatePortfolio"}},
		{"a product's owner and tags", func(*catalog.PortfolioFile) { p.Owner, p.Tags = "other@example.com", map[string]string{"team": "a"} }, []string{"UpdateProduct"}},
		{"a version deprecated", func(*catalog.PortfolioFile) {
			p.Lifecycle.Deprecated = []products.Deprecated{{Version: "1.0.0"}}
		}, []string{"UpdateProvisioningArtifact"}},
		{"the version retired", func(*catalog.PortfolioFile) {
			p.Lifecycle = products.Lifecycle{Retired: []string{"1.0.0"}}
		}, []string{"UpdateProvisioningArtifact"}},
		{"and not any more", func(*catalog.PortfolioFile) { p.Lifecycle = products.Lifecycle{} }, []string{"UpdateProvisioningArtifact"}},
		{"another launch role", func(*catalog.PortfolioFile) {
			p.Portfolios["storage"].Constraints.Launch.LocalRoleName = "SCLaunchNetwork"
		}, []string{"UpdateConstraint"}},
		{"a share with tag options", func(f *catalog.PortfolioFile) { f.Shares[0].TagOptions = true }, []string{"UpdatePortfolioShare"}},
		{"another unit to share with", func(f *catalog.PortfolioFile) { f.Shares[0] = catalog.ShareFile{Organization: "o-exampleorg1"} },
			[]string{"CreatePortfolioShare", "DeletePortfolioShare"}},
		{"another principal", func(f *catalog.PortfolioFile) { f.Principals[0].ARN = "arn:aws:iam:::role/Other" },
			[]string{"AssociatePrincipalWithPortfolio", "DisassociatePrincipalFromPortfolio"}},
		{"a launch role no more", func(*catalog.PortfolioFile) { p.Portfolios["storage"] = products.Placement{} }, []string{"DeleteConstraint"}},
		{"and one again", func(*catalog.PortfolioFile) { p.Portfolios = product("").Portfolios }, []string{"CreateConstraint"}},
		{"the portfolio leaves product.yaml", func(*catalog.PortfolioFile) { p.Portfolios = nil }, []string{"DeleteConstraint", "DisassociateProductFromPortfolio"}},
		{"and comes back", func(*catalog.PortfolioFile) { p.Portfolios = product("").Portfolios }, []string{"AssociateProductWithPortfolio", "CreateConstraint"}},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			folio := b.files.Portfolios["storage"]
			s.change(&folio)
			b.files.Portfolios["storage"] = folio
			want, err := catalog.Want(b.files, p, b.release("1.1.0"))
			if err != nil {
				t.Fatal(err)
			}
			for i, calls := range [][]string{s.calls, nil} {
				mark := b.mark()
				b.publish(want)
				same(t, fmt.Sprint("round ", i+1), mutating(b.since(mark)), calls)
			}
		})
	}
}

// CAT-3: a portfolio that has left the file, and holds what somebody put there, is not taken away by half.
func TestAPortfolioThatHoldsSomething(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	want := catalog.Catalog{Gone: catalog.Named(b.files.Hub.Regions, []string{"storage"}).Portfolios}
	hub := b.hub(catalog.Join(want, catalog.Named(b.files.Hub.Regions, []string{"storage"})))
	mark := b.mark()
	_, err := catalog.Reconcile(t.Context(), hub, want, func(plan []catalog.Change) ([]catalog.Change, error) { return plan, nil })
	if document.CodeOf(err) != "AXLE2612" || !strings.Contains(err.Error(), "still holds bucket") {
		t.Errorf("%v", err)
	}
	same(t, "calls", mutating(b.since(mark)), nil)
}

// CD-5: what was taken away by hand is planned and made again, though AWS remembers the token
// that it was made with.
func TestRepair(t *testing.T) {
	b := newBed(t)
	want := b.want("1.0.0")
	first := b.publish(want)
	hand := servicecatalog.NewFromConfig(b.as("999999999999", "CatalogHubPublisher"))
	id := first.Have.Portfolio("eu-west-1", "storage").Placements[0].Constraints[0].ID
	if _, err := hand.DeleteConstraint(t.Context(), &servicecatalog.DeleteConstraintInput{Id: &id}); err != nil {
		t.Fatal(err)
	}
	mark := b.mark()
	second := b.publish(want)
	same(t, "calls", mutating(b.since(mark)), []string{"CreateConstraint"})
	if now := second.Have.Portfolio("eu-west-1", "storage").Placements[0].Constraints[0].ID; now == id || now == "" {
		t.Errorf("the constraint is %q, it was %q", now, id)
	}
}

// CAT-16 X68 I7: what lies under the template's key is read back; other bytes are never published.
func TestReplacedTemplate(t *testing.T) {
	b := newBed(t)
	r := b.release("1.0.0")
	_, hex, _ := strings.Cut(r.Digest, ":")
	_, err := s3.NewFromConfig(b.as("999999999999", "CatalogHubPublisher")).PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: sdk.String("axle-artifacts-999999999999-eu-west-1"), Key: sdk.String("bucket/" + hex + "/template.yaml"), Body: strings.NewReader("Resources: {}")})
	if err != nil {
		t.Fatal(err)
	}
	want := b.want("1.0.0")
	report, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
	if err != nil || document.CodeOf(report.Err()) != "AXLE3213" {
		t.Errorf("got %v, %v", err, report.Err())
	}
	if calls := mutating(b.since(0)); slices.Contains(calls, "CreateProduct") {
		t.Errorf("published all the same: %v", calls)
	}
}

// A damaged or missing artifact is never published.
func TestDamagedArtifact(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(*bed, string)
		code   string
	}{
		"missing": {func(b *bed, d string) { delete(b.store, d) }, "AXLE3215"},
		"other":   {func(b *bed, d string) { b.store[d] = []byte("Resources: {}") }, "AXLE3213"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t)
			want := b.want("1.0.0")
			c.damage(b, want.Products[0].Versions[0].Template)
			r, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything)
			if err != nil || document.CodeOf(r.Err()) != c.code {
				t.Errorf("got %v, %v", err, r.Err())
			}
		})
	}
}

// CAT-10: the same number with other content is refused before any change.
func TestSameVersionOtherContent(t *testing.T) {
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	other := b.release("1.0.0-changed")
	other.Version = "1.0.0"
	want, err := catalog.Want(b.files, product("1.0.0"), other)
	if err != nil {
		t.Fatal(err)
	}
	mark := b.mark()
	if _, err := catalog.Reconcile(t.Context(), b.hub(want), want, everything); document.CodeOf(err) != "AXLE2606" {
		t.Errorf("got %v", err)
	}
	same(t, "calls", mutating(b.since(mark)), nil)
}

// SBX-1: the same over a port, by one endpoint for all services.
func TestOverPort(t *testing.T) {
	b := newBed(t)
	server := httptest.NewServer(b.sandbox)
	t.Cleanup(server.Close)
	k, err := b.sandbox.Credentials(t.Context(), "axle")
	if err != nil {
		t.Fatal(err)
	}
	b.session = aws.New(aws.Options{Region: "eu-west-1", Endpoint: server.URL, Clock: b.clock(),
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)})
	b.publish(b.want("1.0.0"))
	if got := len(mutating(b.since(0))); got != len(published) {
		t.Errorf("%d mutating calls, want %d", got, len(published))
	}
}

// A hub does not do what it has no way to do.
func TestUnsupportedChange(t *testing.T) {
	b := newBed(t)
	want := b.want("1.0.0")
	err := b.hub(want).Apply(t.Context(), catalog.Change{Verb: catalog.Delete, Kind: catalog.KindProduct, Region: "eu-west-1", Product: "bucket"})
	if document.CodeOf(err) != "AXLE2651" {
		t.Errorf("got %v", err)
	}
}

package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
)

// Which changes of catalog.yaml make a run of their own: those that no product's run beside it
// carries out. storage is a touched product's, staging is gamma's.
func TestBeyond(t *testing.T) {
	covered := []string{"storage", "staging"}
	change := func(f func(*catalog.File)) *catalog.File {
		file, _ := files(func(file *catalog.File, _ *products.File) {
			delete(file.Portfolios, "other")
			if f != nil {
				f(file)
			}
		})
		return file
	}
	folio := func(key, name string) func(*catalog.File) {
		return func(f *catalog.File) {
			f.Portfolios[key] = catalog.PortfolioFile{DisplayName: name, ProviderName: "team"}
		}
	}
	same := change(nil)
	for _, c := range []struct {
		name     string
		was, now *catalog.File
		want     bool
	}{
		{"nothing", same, change(nil), false},
		{"a product's portfolio", same, change(folio("storage", "Storage 2")), false},
		{"gamma's portfolio", same, change(folio("staging", "Staging 2")), false},
		{"another portfolio", change(folio("other", "A")), change(folio("other", "B")), true},
		{"a new one", same, change(folio("other", "A")), true},
		{"one that left", change(folio("other", "A")), same, true},
		{"a region", same, change(func(f *catalog.File) { f.Hub.Regions = f.Hub.Regions[:1] }), true},
		{"a spoke", same, change(func(f *catalog.File) { f.Spokes = []catalog.SpokeFile{{Account: "333333333333"}} }), true},
		{"an enforced product", same, change(func(f *catalog.File) { f.Enforced = map[string]catalog.Enforced{"net": {}} }), true},
		{"the first file, all of it some product's", nil, change(nil), false},
		{"the first file, with a portfolio of nobody's", nil, change(folio("other", "A")), true},
		{"the first file, with something to enforce", nil, change(func(f *catalog.File) { f.Enforced = map[string]catalog.Enforced{"net": {}} }), true},
	} {
		if got := catalog.Beyond(c.was, c.now, covered); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// CAT-3: what leaves the file is a planned removal: what is attached first, the portfolio last.
func TestAPortfolioThatLeft(t *testing.T) {
	was, _ := files(nil)
	now, _ := files(func(f *catalog.File, _ *products.File) { delete(f.Portfolios, "storage") })
	left := catalog.Left(was, now)
	if !slices.Equal(left, []string{"storage"}) || catalog.Left(nil, now) != nil {
		t.Fatalf("left %v", left)
	}
	scope := catalog.Named([]string{"us-east-1", "eu-west-1"}, left)
	if got := scope.Regions(); !slices.Equal(got, []string{"eu-west-1", "us-east-1"}) {
		t.Errorf("looked for in %v", got)
	}
	want := catalog.Whole(now, "staging", left)
	have := catalog.Join(want.In("eu-west-1"), catalog.Whole(was, "staging", nil).In("eu-west-1"))
	have.Portfolios = slices.CompactFunc(have.Portfolios, func(a, b catalog.Portfolio) bool { return a.Key == b.Key })
	lines(t, catalog.Plan(want.In("eu-west-1"), have),
		"eu-west-1: delete share storage: ORGANIZATION o-exampleorg1 (tag options no, principals no)",
		"eu-west-1: delete share storage: ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options no, principals yes)",
		"eu-west-1: delete principal storage: IAM_PATTERN arn:aws:iam:::role/Builder",
		"eu-west-1: delete portfolio storage: Storage")
}

// The last portfolio that leaves is a removal too, though nothing else is wanted any more.
func TestTheLastPortfolioThatLeft(t *testing.T) {
	f, _ := files(func(f *catalog.File, _ *products.File) { f.Portfolios = nil })
	want := catalog.Present(catalog.Whole(f, "", []string{"storage"}), catalog.Catalog{})
	have := catalog.Catalog{Portfolios: []catalog.Portfolio{{Region: "us-east-1", Key: "storage", DisplayName: "Storage"}}}
	lines(t, catalog.Plan(want, have), "us-east-1: delete portfolio storage: Storage")
}

// S0: the whole catalog is every portfolio but gamma's, with the products that are there already; a
// product that a region does not have yet is left to its own run.
func TestWhole(t *testing.T) {
	f, p := files(nil)
	one, err := catalog.Want(f, p, catalog.Release{})
	if err != nil {
		t.Fatal(err)
	}
	want := catalog.Whole(f, "staging", nil, one)
	var keys []string
	for _, folio := range want.In("eu-west-1").Portfolios {
		keys = append(keys, folio.Key)
	}
	if !slices.Equal(keys, []string{"other", "storage"}) || want.Portfolio("eu-west-1", "storage").Placement("bucket") == nil {
		t.Errorf("portfolios %v", keys)
	}
	nothing := catalog.Present(want, catalog.Catalog{})
	for _, line := range catalog.Summary(catalog.Plan(nothing, catalog.Catalog{})) {
		if strings.Contains(line, "bucket") {
			t.Errorf("an empty hub: %s", line)
		}
	}
	have := catalog.Catalog{Products: []catalog.Product{{Region: "us-east-1", Key: "bucket"}}}
	some := catalog.Present(want, have)
	if len(some.Products) != 1 || some.Products[0].Region != "us-east-1" ||
		some.Portfolio("us-east-1", "storage").Placement("bucket") == nil || some.Portfolio("eu-west-1", "storage").Placement("bucket") != nil {
		t.Errorf("%+v", some)
	}
	if want.Portfolio("eu-west-1", "storage").Placement("bucket") == nil {
		t.Error("Present has changed what it was given")
	}
}

package catalog

import (
	"testing"

	"github.com/axle-cd/axle/products"
)

// CAT-1: portfolios that catalog.yaml does not have are named where the product names them.
func TestCheckPortfolios(t *testing.T) {
	c, ds := Load("catalog.yaml", []byte("schema: 1\nhub: { account: \"999999999999\", regions: [eu-west-1], role: R, bucket: b }\nportfolios: { network: { display_name: Network, provider_name: Team } }\n"))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	if c.Portfolios["network"].Mode != "reference" {
		t.Error("the default mode is reference")
	}
	p, ds := products.Load("product.yaml", []byte("schema: 1\nname: vpc\nversion: 1.0.0\nowner: me\ntemplate: t.yaml\nportfolios:\n  network: {}\n  netwrok: {}\n  other: {}\n"))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	got := CheckPortfolios(c, p)
	want := `product.yaml:8:3: error AXLE1150: "netwrok" is not in portfolios of catalog.yaml (at portfolios)
product.yaml:9:3: error AXLE1150: "other" is not in portfolios of catalog.yaml (at portfolios)`
	if got.Error() != want || got[0].Hint != `did you mean "network"?` || got[1].Hint != "" {
		t.Errorf("got\n%s\n%q", got, got[0].Hint)
	}
}

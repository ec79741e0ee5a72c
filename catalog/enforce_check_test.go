package catalog_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

const twoWays = `schema: 1
hub: { account: "999999999999", regions: [eu-west-1], role: R, bucket: b }
portfolios:
  network:
    display_name: Network
    provider_name: Team
    principals: [PRINCIPAL]
    shares: [{ SHARE, principals: true }]
spokes:
  - { organizational_unit: ou-ab12-11111111, role: AxleLauncher, tags: [ring:rest] }
  - { account: "555555555555", role: AxleLauncher, tags: [ring:canary] }
enforced:
  net: { product: vpc, version: "*", spokes: { SPOKES } }
`

const (
	onlyAxle = `{ type: IAM_PATTERN, arn: "arn:aws:iam:::role/AxleLauncher", accept_principal_name_risk: true }`
	everyone = `{ type: IAM_PATTERN, arn: "arn:aws:iam:::role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Builder_*" }`
)

// S7: a product is enforced in a spoke or available there, never both, also through a unit; the
// refusal names both places. What the files alone decide is refused without an account (CAT-1).
func TestEnforcedOrAvailable(t *testing.T) {
	org := catalog.Organization{Root: "r-ab12", Units: []catalog.Unit{{ID: "ou-ab12-11111111", Parent: "r-ab12"}, {ID: "ou-ab12-22222222", Parent: "ou-ab12-11111111"}},
		Accounts: []catalog.Account{{ID: "333333333333", Parent: "ou-ab12-22222222", State: "ACTIVE"}, {ID: "555555555555", Parent: "ou-ab12-11111111", State: "ACTIVE"}}}
	const both = "catalog.yaml:13:3: error AXLE2740: vpc is enforced in ACCOUNT and available there too: product.yaml:7:3 puts it into portfolio network, catalog.yaml:8:14 shares that, and others than AxleLauncher may launch it (at enforced)"
	const noPath = "catalog.yaml:13:3: error AXLE2747: no portfolio gives role AxleLauncher of ACCOUNT a launch path to vpc (at enforced)"
	unit := "an account of ou-ab12-11111111 (catalog.yaml:10:5)"
	cases := []struct {
		name, principal, share, spokes, extra string
		want, offline                         string
	}{
		{"a portfolio for axle alone", onlyAxle, `organizational_unit: ou-ab12-11111111`, "all: true", "", "", ""},
		{"builders may launch it", everyone, `organizational_unit: ou-ab12-11111111`, "all: true", "",
			at(both, "333333333333"), at(both, unit)},
		{"an account, shared through a unit above it", everyone, `organizational_unit: ou-ab12-11111111`, `accounts: ["555555555555"]`, "", at(both, "555555555555"), ""},
		{"shared with the whole organization", everyone, `organization: o-exampleorg1`, "tags: [ring:canary]", "", at(both, "555555555555"), at(both, "555555555555")},
		{"axle and others", onlyAxle + ", " + everyone, `organization: o-exampleorg1`, "tags: [ring:canary]", "", at(both, "555555555555"), at(both, "555555555555")},
		{"shared with another unit only: no launch path", onlyAxle, `organizational_unit: ou-ab12-99999999`, "tags: [ring:canary]", "", at(noPath, "555555555555"), ""},
		{"terminated is not enforced", everyone, `organization: o-exampleorg1`, "all: true", ", state: terminated", "", ""},
		{"launched as a role of its own", strings.ReplaceAll(onlyAxle, "AxleLauncher", "Enforcer"), `organization: o-exampleorg1`, "all: true", ", role: Enforcer", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := strings.NewReplacer("PRINCIPAL", c.principal, "SHARE", c.share, "SPOKES }", c.spokes+" }"+c.extra).Replace(twoWays)
			f, ds := catalog.Load("catalog.yaml", []byte(text))
			if ds.Err() != nil {
				t.Fatal(ds)
			}
			p, ds := products.Load("product.yaml", []byte("schema: 1\nname: vpc\nversion: 1.0.0\nowner: me\ntemplate: t.yaml\nportfolios:\n  network: {}\n"))
			if ds.Err() != nil {
				t.Fatal(ds)
			}
			spokes, err := catalog.Spokes(f, org)
			if err != nil {
				t.Fatal(err)
			}
			if got := said(catalog.CheckEnforced(f, []*products.File{p}, org, spokes)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if got := said(catalog.CheckEnforcedOffline(f, []*products.File{p})); got != c.offline {
				t.Errorf("offline: got  %s\nwant %s", got, c.offline)
			}
		})
	}
}

func at(text, account string) string { return strings.ReplaceAll(text, "ACCOUNT", account) }

func said(ds document.Diagnostics) string {
	if len(ds) == 0 {
		return ""
	}
	return ds.Error()
}

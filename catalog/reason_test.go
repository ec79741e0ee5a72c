package catalog_test

import (
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
)

const reasonCatalog = `schema: 1
hub: { account: "999999999999", regions: [eu-west-1], role: CatalogHubPublisher, bucket: artifacts }
portfolios:
  storage:
    display_name: Storage
    provider_name: Team
    principals:
      - { type: IAM, arn: "arn:aws:iam::999999999999:role/One" }
      - { type: IAM, arn: "arn:aws:iam::999999999999:role/Two" }
    shares:
      - { organizational_unit: ou-ab12-11111111 }
      - { organization: o-exampleorg1 }
`

const reasonProduct = `schema: 1
name: bucket
version: 1.1.0
changes: More
owner: team@example.com
template: template.yaml
tag_options: { stage: [dev, prod] }
portfolios:
  storage:
    constraints:
      launch: { local_role_name: SCLaunchStorage }
lifecycle:
  deprecated:
    - { version: 1.0.0, reason: old }
  retired:
    - 0.9.0
`

// §7: each change names the line that asks for it; a removal, where its line would be.
func TestReason(t *testing.T) {
	f, ds := catalog.Load("catalog.yaml", []byte(reasonCatalog))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	p, _ := products.Load("b/product.yaml", []byte(reasonProduct))
	if p == nil {
		t.Fatal("product.yaml was not read")
	}
	storage := catalog.Change{Verb: catalog.Create, Portfolio: "storage", Product: "bucket"}
	with := func(kind catalog.Kind, edit func(*catalog.Change)) catalog.Change {
		c := storage
		c.Kind = kind
		if edit != nil {
			edit(&c)
		}
		return c
	}
	version := func(verb catalog.Verb, name string) catalog.Change {
		return with(catalog.KindVersion, func(c *catalog.Change) { c.Verb, c.Version = verb, &catalog.Version{Name: name} })
	}
	for _, c := range []struct {
		name   string
		change catalog.Change
		reason string
	}{
		{"a portfolio", with(catalog.KindPortfolio, nil), "catalog.yaml:4"},
		{"the second principal", with(catalog.KindPrincipal, func(c *catalog.Change) {
			c.Principal = &catalog.Principal{Type: "IAM", ARN: "arn:aws:iam::999999999999:role/Two"}
		}), "catalog.yaml:9"},
		{"a principal that is not there", with(catalog.KindPrincipal, func(c *catalog.Change) { c.Principal = &catalog.Principal{Type: "IAM", ARN: "x"} }), "catalog.yaml:8"},
		{"a share", with(catalog.KindShare, func(c *catalog.Change) { c.Share = &catalog.Share{Node: "o-exampleorg1"} }), "catalog.yaml:12"},
		{"a product", with(catalog.KindProduct, nil), "b/product.yaml:2"},
		{"a new version", version(catalog.Create, "1.1.0"), "b/product.yaml:3"},
		{"a deprecated one", version(catalog.Update, "1.0.0"), "b/product.yaml:14"},
		{"a retired one", version(catalog.Update, "0.9.0"), "b/product.yaml:16"},
		{"one whose line has gone", version(catalog.Update, "0.8.0"), "b/product.yaml:12"},
		{"a placement", with(catalog.KindPlacement, nil), "b/product.yaml:9"},
		{"a constraint", with(catalog.KindConstraint, func(c *catalog.Change) { c.Constraint = &catalog.Constraint{Type: "LAUNCH"} }), "b/product.yaml:11"},
		{"a tag option", with(catalog.KindTagOption, func(c *catalog.Change) { c.TagOption = &catalog.TagOption{Key: "stage", Value: "dev"} }), "b/product.yaml:7"},
	} {
		if got := (catalog.Sources{Catalog: f, Product: p}).Reason(c.change); got != c.reason {
			t.Errorf("%s: %s, want %s", c.name, got, c.reason)
		}
		if got := (catalog.Sources{}).Reason(c.change); got != "" {
			t.Errorf("%s, without files: %s", c.name, got)
		}
	}
}

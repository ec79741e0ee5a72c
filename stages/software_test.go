package stages_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

const fairYAML = `schema: 1
organizations:
  - {name: home, id: o-aaaaaaaaaa, account: "111111111111", role: "arn:aws:iam::111111111111:role/m", external_id: x}
  - {name: other, id: o-bbbbbbbbbb, account: "222222222222", role: "arn:aws:iam::222222222222:role/m", external_id: y}
experiences:
  - name: approved
    organization: home
    id: exp-1
    products:
      allow:
        - {id: prod-old, reason: legal review}
  - {name: north, organization: other, follows: approved, ids: [exp-2]}
  - {name: console, organization: other, id: exp-3, products_from: experience}
`

// needing is a bed whose template launches an AMI of prod-new and whose marketplace.yaml is fairYAML,
// for the file's own experiences alone.
func needing(b *bed) {
	b.settings("catalog: catalog.yaml\n", "catalog: catalog.yaml\nmarketplace: marketplace.yaml\n")
	b.write("marketplace.yaml", fairYAML)
	b.edit("q/template.yaml", "  Level:", "  Image: { Type: \"AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>\", Default: /aws/service/marketplace/prod-new/latest }\n  Level:")
	b.edit("q/product.yaml", "portfolios:", "marketplace: { experiences: [approved, north] }\nportfolios:")
}

func and(change ...func(*bed)) func(*bed) {
	return func(b *bed) {
		needing(b)
		for _, c := range change {
			c(b)
		}
	}
}

func editing(name, old, now string) func(*bed) { return func(b *bed) { b.edit(name, old, now) } }

var allowed = editing("marketplace.yaml", "        - {id: prod-old", "        - {id: prod-new, title: Scanner, reason: legal review, expires: 2026-11-21}\n        - {id: prod-old")

// S2: a needed product that a target experience does not allow fails alpha, naming both, at the line
// that needs it; what cannot be judged fails too.
func TestSoftwareIsAllowed(t *testing.T) {
	table(t, "alpha/lint", []outcome{
		{"nothing is needed, and there is no marketplace.yaml", nil, "pass", ""},
		{"in no line", needing, "fail AXLE2813", "q/template.yaml:3:78: error AXLE2813: Marketplace product prod-new is not allowed in experience approved: no line allows it\n" +
			"add to products.allow of approved in marketplace.yaml: - { id: prod-new, reason: … }"},
		{"nor in the follower", needing, "fail AXLE2813", "prod-new is not allowed in experience north: no line allows it"},
		{"the same commit brings the line", and(allowed), "pass", ""},
		{"its day is over", and(allowed, editing("marketplace.yaml", "2026-11-21", "2026-01-02")), "fail AXLE2813", "experience approved: its line ended on 2026-01-02"},
		{"a follower denies it", and(allowed, editing("marketplace.yaml", "ids: [exp-2]", "ids: [exp-2], overrides: [{product: prod-new, effect: deny, reason: not here}]")),
			"fail AXLE2813", "not allowed in experience north: denied by marketplace.yaml:13, not here"},
		{"by default everywhere; what is set in AWS is judged later", and(allowed, editing("q/product.yaml", "marketplace: { experiences: [approved, north] }\n", "")),
			"pass AXLE2816", "only AWS can tell whether experience console allows prod-new: the products of console are what is set in AWS"},
		{"product.yaml lists it", and(allowed, editing("q/product.yaml", "[approved, north]", "[approved], products: [{ id: prod-x, title: Extra }]")),
			"fail AXLE2813", "q/product.yaml:8:58: error AXLE2813: Marketplace product prod-x (Extra) is not allowed in experience approved"},
		{"an image without its product", and(allowed, editing("q/template.yaml", "DisplayName: !Ref Level", "DisplayName: 709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/app:1")),
			"fail AXLE2814", `- { id: …, as: ["709825985650.dkr.ecr.us-east-1.amazonaws.com/acme/app"] }`},
		{"an experience that is not there", and(allowed, editing("q/product.yaml", "[approved, north]", "[aproved]")), "fail AXLE1193", `did you mean "approved"?`},
		{"no marketplace.yaml is named", and(func(b *bed) { b.settings("marketplace: marketplace.yaml\n", "") }), "fail AXLE2815", "(prod-new), and whether it is allowed cannot be judged: pipeline.yaml names no marketplace"},
		{"it is not in the commit", and(func(b *bed) { delete(b.files, "marketplace.yaml") }), "fail AXLE2815", "marketplace.yaml, which pipeline.yaml names, cannot be read"},
		{"it has errors", and(allowed, editing("marketplace.yaml", "organization: home", "organisation: home")), "fail AXLE2815", "marketplace.yaml has 2 errors"},
		{"it has no experience", and(func(b *bed) { b.write("marketplace.yaml", fairYAML[:strings.Index(fairYAML, "experiences:")]) },
			editing("q/product.yaml", "marketplace: { experiences: [approved, north] }\n", "")), "fail AXLE2815", "marketplace.yaml has no experience that could allow it"},
	})
}

// counter is an organization of two experiences, which are what they are in AWS.
type counter map[string]market.Policy

func (c counter) Experiences(context.Context) (all []market.Experience, err error) {
	for id := range c {
		all = append(all, market.Experience{ID: id, Name: id})
	}
	return all, nil
}
func (counter) Revision(context.Context, string) (int, error) { return 1, nil }
func (c counter) Read(_ context.Context, id string) (market.Experience, error) {
	p, there := c[id]
	if !there {
		return market.Experience{}, errors.New("ResourceNotFoundException")
	}
	return market.Experience{ID: id, Name: id, Revision: 1, Status: "Enabled", Policy: &p}, nil
}

// S2: what only AWS can tell is asked before the candidate is published, and again before prod's plan;
// of a private offer an active agreement. What is not known there does not pass either.
func TestSoftwareIsAskedOfAWS(t *testing.T) {
	everywhere := editing("q/product.yaml", "marketplace: { experiences: [approved, north] }\n", "")
	offer := editing("q/product.yaml", "[approved, north]", "[approved, north], products: [{ id: prod-new, offer: offer-1 }]")
	bought := func(context.Context, market.Organization) ([]market.Agreement, error) {
		return []market.Agreement{{ID: "agmt-1", Account: "333333333333", Offer: "offer-1"}}, nil
	}
	for _, c := range []struct {
		name   string
		change func(*bed)
		there  counter
		bought func(context.Context, market.Organization) ([]market.Agreement, error)
		ends   string
		asked  bool
	}{
		{name: "nothing is needed", change: func(*bed) {}, ends: "pass"},
		{name: "the file says all of it", change: and(allowed), ends: "pass"},
		{name: "the line was taken away since", change: needing, ends: "fail AXLE2813"},
		{name: "AWS allows it", change: and(allowed, everywhere), there: counter{"exp-3": {Allowed: []string{"prod-new"}}}, ends: "pass", asked: true},
		{name: "AWS does not", change: and(allowed, everywhere), there: counter{"exp-3": {Allowed: []string{"prod-z"}}}, ends: "fail AXLE2813", asked: true},
		{name: "nobody can say", change: and(allowed, everywhere), there: counter{}, ends: "unjudged AXLE3002", asked: true},
		{name: "the offer is accepted", change: and(allowed, offer), bought: bought, ends: "pass", asked: true},
		{name: "the other organization has another", change: and(allowed, offer), asked: true, ends: "fail AXLE2817",
			bought: func(ctx context.Context, o market.Organization) ([]market.Agreement, error) {
				if o.Name == "home" {
					return bought(ctx, o)
				}
				return []market.Agreement{{ID: "agmt-2", Offer: "offer-2"}}, nil
			}},
		{name: "agreements cannot be read", change: and(allowed, offer), asked: true, ends: "unjudged AXLE3002",
			bought: func(context.Context, market.Organization) ([]market.Agreement, error) {
				return nil, errors.New("denied")
			}},
		{name: "nobody reads agreements", change: and(allowed, offer), asked: true, ends: "unjudged AXLE2811"},
	} {
		for _, action := range []string{"gamma/publish", "prod/plan"} {
			t.Run(c.name+" "+action, func(t *testing.T) {
				b := newBed()
				c.change(b)
				d, asked := b.deps(), false
				d.Market.Pass = func(_ context.Context, f *market.File) (market.Pass, error) {
					asked = true
					return market.Pass{File: f, Now: time.Now, Bought: c.bought, At: func(market.Organization) (market.Marketplace, market.Changer) { return c.there, nil }}, nil
				}
				stage, name, _ := strings.Cut(action, "/")
				res, err := stages.All(d)[action](t.Context(), b.input(t, stage, name))
				if got := word(res, err); got != c.ends {
					t.Errorf("ends %q, want %q: %s", got, c.ends, b.text(res, err))
				}
				if begun := len(b.called("Observe")) > 0; asked != c.asked || begun != (c.ends == "pass") {
					t.Errorf("asked %t, begun %t: %v", asked, begun, b.calls)
				}
			})
		}
	}
}

// S2, PMP-3: marketplace.yaml's own run says which product needs what it does not allow, and goes on.
func TestMarketplaceNamesWhoMisses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*bed)
		ends   string
	}{
		{"allowed", and(allowed), "pass"},
		{"denied", needing, "pass AXLE2813"},
		{"a product that cannot be read says so itself", and(editing("q/product.yaml", "name: topic", "nam: topic")), "pass"},
		{"so does a template", and(editing("q/template.yaml", "Resources:", "Resources: [")), "pass"},
		{"the file itself", and(editing("marketplace.yaml", "schema: 1", "schema: 2")), "fail AXLE1036"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBed()
			c.change(b)
			in := b.input(t, "alpha", "lint")
			in.Market, in.Product = "marketplace.yaml", "marketplace.yaml"
			res, err := stages.All(b.deps())["alpha/lint"](t.Context(), in)
			if got := word(res, err); got != c.ends {
				t.Errorf("ends %q, want %q: %s", got, c.ends, b.text(res, err))
			}
		})
	}
}

// S2: the other runs are not held up by what a product needs.
func TestSoftwareIsOfProducts(t *testing.T) {
	b := newBed()
	needing(b)
	f, ds := pipeline.Load("pipeline.yaml", []byte(b.pipeline))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	spec, err := stages.CatalogSpec(f, "refs/heads/main", stages.Limit{})
	if err != nil || spec.Fair != "marketplace.yaml" {
		t.Fatal(spec.Fair, err)
	}
	in := b.input(t, "prod", "plan")
	in.Whole = spec.Whole
	if res, err := stages.All(b.deps())["prod/plan"](t.Context(), in); slices.Contains(strings.Fields(word(res, err)), "AXLE2813") {
		t.Error("catalog.yaml's own run has no product")
	}
}

package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
)

func TestPlan(t *testing.T) {
	second := catalog.Version{Name: "1.1.0", Digest: digest("1.1.0"), Active: true, Guidance: "DEFAULT"}
	const at = "eu-west-1: "
	cases := []struct {
		name       string
		want, have catalog.Catalog
		lines      []string
	}{
		{"nothing differs", bucket(), bucket(), nil}, // CAT-32
		{"an empty hub, in the order that is safe", bucket(), catalog.Catalog{}, []string{ // CAT-53
			at + "create portfolio storage",
			at + "create product bucket 1.0.0",
			at + "create placement of bucket in storage",
			at + `create constraint of bucket in storage: LAUNCH {"LocalRoleName":"R"}`,
			at + "create principal storage: IAM_PATTERN arn:aws:iam:::role/Builder",
			at + "create share storage: ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options no, principals yes)"}},
		{"a new version is one change", with(func(c *catalog.Catalog) {
			c.Products[0].Versions = append(c.Products[0].Versions, second)
		}), bucket(), []string{at + "create version bucket 1.1.0"}},
		{"a new description is one update", with(func(c *catalog.Catalog) { // CAT-3
			c.Portfolios[0].Description = "New"
		}), bucket(), []string{at + "update portfolio storage: description:  → description: New"}},
		{"a tag that left the file goes", bucket(), with(func(c *catalog.Catalog) {
			c.Products[0].Tags["cost"] = "1"
		}), []string{at + "update product bucket: tag cost: 1 → tag cost: "}},
		{"deprecate, then retire", with(func(c *catalog.Catalog) { // CLI-14
			c.Products[0].Versions = []catalog.Version{
				{Name: "0.8.0", Active: false, Guidance: "DEFAULT"},
				{Name: "0.9.0", Active: true, Guidance: "DEPRECATED"}}
		}), with(func(c *catalog.Catalog) {
			c.Products[0].Versions = []catalog.Version{
				{Name: "0.8.0", Digest: digest("8"), Active: true, Guidance: "DEFAULT"},
				{Name: "0.9.0", Digest: digest("9"), Active: true, Guidance: "DEFAULT"}}
		}), []string{at + "update version bucket 0.9.0: 0.9.0 active → 0.9.0 deprecated", at + "update version bucket 0.8.0: 0.8.0 active → 0.8.0 retired"}},
		{"a lifecycle line removed reverts it", bucket(), with(func(c *catalog.Catalog) { // CLI-14
			c.Products[0].Versions = append(c.Products[0].Versions, catalog.Version{Name: "0.9.0", Digest: digest("9"), Active: false, Guidance: "DEPRECATED"})
		}), []string{at + "update version bucket 0.9.0: 0.9.0 retired → 0.9.0 active"}},
		{"what axle did not publish or place stays", bucket(), with(foreign), nil},
		{"another launch role is an update in place", with(func(c *catalog.Catalog) {
			c.Portfolios[0].Placements[0].Constraints[0].Parameters = `{"LocalRoleName":"S"}`
		}), bucket(), []string{at + `update constraint of bucket in storage: LAUNCH {"LocalRoleName":"R"} → LAUNCH {"LocalRoleName":"S"}`}},
		{"a stack set constraint goes before a launch constraint comes", bucket(), with(func(c *catalog.Catalog) { // CT-11
			c.Portfolios[0].Placements[0].Constraints[0].Type = "STACKSET"
		}), []string{at + `delete constraint of bucket in storage: STACKSET {"LocalRoleName":"R"}`, at + `create constraint of bucket in storage: LAUNCH {"LocalRoleName":"R"}`}},
		{"other flags of a share are an update", with(func(c *catalog.Catalog) { c.Portfolios[0].Shares[0].TagOptions = true }), bucket(), []string{ // CT-7
			at + "update share storage: ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options no, principals yes) → ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options yes, principals yes)"}},
		{"a share that did not reach everybody is made again", bucket(), with(func(c *catalog.Catalog) { // CT-5
			c.Portfolios[0].Shares[0].Errors = []catalog.ShareError{{Account: "333333333333", Code: "ThrottlingException"}}
		}), []string{at + "create share storage: ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options no, principals yes)"}},
		{"what a wanted portfolio has beyond the file is a removal", with(func(c *catalog.Catalog) { // CAT-3
			c.Portfolios[0].Shares, c.Portfolios[0].Principals = nil, nil
		}), bucket(), []string{
			at + "delete share storage: ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options no, principals yes)",
			at + "delete principal storage: IAM_PATTERN arn:aws:iam:::role/Builder"}},
		{"an inactive value of a tag option is made active again", attached(func(c *catalog.Catalog) {}), attached(func(c *catalog.Catalog) { // S17
			c.Shared[0].TagOptions[0].Inactive, c.Products[0].TagOptions[0].Inactive = true, true
		}), []string{at + "update tag option environment=dev: inactive → active"}},
		{"a tag option that is there is attached alone", attached(func(*catalog.Catalog) {}), attached(func(c *catalog.Catalog) { c.Products[0].TagOptions = nil }),
			[]string{at + "create tag option environment=dev of bucket"}},
		{"a new version gets its actions at once, and before any state", attached(func(c *catalog.Catalog) { // CAT-4
			c.Products[0].Versions = []catalog.Version{second, {Name: "1.0.0", Active: true, Guidance: "DEPRECATED"}}
		}), attached(func(*catalog.Catalog) {}), []string{at + "create version bucket 1.1.0", at + "create service action Restart of bucket 1.1.0",
			at + "update version bucket 1.0.0: 1.0.0 active → 1.0.0 deprecated"}},
		{"a retired version gets none", attached(func(c *catalog.Catalog) { c.Products[0].Versions[0].Active = false }),
			attached(func(c *catalog.Catalog) {
				c.Products[0].Versions[0].Actions, c.Products[0].Versions[0].Active = nil, false
			}), nil},
		{"an action that does something else is updated", attached(func(c *catalog.Catalog) { c.Products[0].Actions[0].Document = "E" }), attached(func(*catalog.Catalog) {}),
			[]string{at + "update service action Restart of bucket: D $DEFAULT → E $DEFAULT"}},
		{"what left git is taken away, and not deleted", bucket(), attached(func(*catalog.Catalog) {}), []string{
			at + "delete budget platform of bucket", at + "delete tag option environment=dev of bucket", at + "delete service action Restart of bucket 1.0.0"}},
		{"a portfolio that left product.yaml loses the product, and nothing else", with(func(c *catalog.Catalog) { c.Portfolios = nil }), bucket(),
			[]string{at + "delete placement of bucket in storage"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lines(t, catalog.Plan(c.want, c.have), c.lines...)
		})
	}
}

// attached is bucket() with one of each that is attached to a product, as wanted and as observed.
func attached(change func(*catalog.Catalog)) catalog.Catalog {
	c := bucket()
	p := &c.Products[0]
	p.TagOptions = []catalog.TagOption{{Key: "environment", Value: "dev"}}
	p.Actions = []catalog.Action{{Name: "Restart", Document: "D", Version: "$DEFAULT", Owner: "bucket"}}
	p.Versions[0].Actions, p.Budgets = []string{"Restart"}, []string{"platform"}
	c.Shared = []catalog.Shared{{Region: "eu-west-1", TagOptions: []catalog.TagOption{{Key: "environment", Value: "dev"}}, Actions: []catalog.Action{p.Actions[0]}}}
	change(&c)
	return c
}

// CAT-53 CAT-32 CAT-50: over random pairs, a plan carried out leaves nothing to do; it is in
// order; and broken off anywhere, what is left to do is part of it. AXLE_FULL=1 takes 600 pairs.
func TestPlanOverRandomPairs(t *testing.T) {
	pairs := uint64(120)
	if os.Getenv("AXLE_FULL") == "1" {
		pairs = 600
	}
	for seed := range pairs {
		r := rand.New(rand.NewPCG(seed, 1))
		want, have := random(r, true), random(r, false)
		plan := catalog.Plan(want, have)
		if again := catalog.Plan(clone(want), clone(have)); catalog.Digest(again) != catalog.Digest(plan) {
			t.Fatalf("seed %d: same inputs, another digest", seed)
		}
		ordered(t, seed, plan)
		permit := catalog.Approved(plan)
		for i := range plan {
			left := catalog.Plan(want, have)
			if _, err := permit(left); err != nil {
				t.Fatalf("seed %d: after %d changes: %v", seed, i, err)
			}
			have = after(have, plan[i])
		}
		if left := catalog.Plan(want, have); len(left) > 0 {
			t.Fatalf("seed %d: still to do:\n%s\nof:\n%s", seed, strings.Join(catalog.Summary(left), "\n"), strings.Join(catalog.Summary(plan), "\n"))
		}
	}
}

// ordered checks what must not come after what, in each region.
func ordered(t *testing.T, seed uint64, plan []catalog.Change) {
	t.Helper()
	rank := func(c catalog.Change) int {
		switch {
		case c.Verb == catalog.Delete && c.Kind != catalog.KindConstraint && c.Kind != catalog.KindBudget: // which have room for one
			return 9
		case c.Kind == catalog.KindVersion && c.Verb == catalog.Update && !c.Version.Active:
			return 8
		case c.Kind == catalog.KindVersion && c.Verb == catalog.Update:
			return 7
		}
		return slices.Index([]catalog.Kind{catalog.KindPortfolio, catalog.KindProduct, catalog.KindPlacement, catalog.KindShare, catalog.KindVersion}, c.Kind)
	}
	last := map[string]int{}
	for _, c := range plan {
		n := rank(c)
		if n < 0 {
			continue
		}
		if n < last[c.Region] {
			t.Fatalf("seed %d: %s comes too late:\n%s", seed, c, strings.Join(catalog.Summary(plan), "\n"))
		}
		last[c.Region] = n
	}
}

// A product placed in a portfolio gets its constraints in the very next changes: shared
// already, it could be launched without them meanwhile.
func TestConstraintsFollowTheirPlacementAtOnce(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		plan := catalog.Plan(random(r, true), random(r, false))
		for i, c := range plan {
			if c.Kind != catalog.KindPlacement || c.Verb != catalog.Create {
				continue
			}
			rest := slices.IndexFunc(plan[i+1:], func(x catalog.Change) bool {
				return x.Kind != catalog.KindConstraint || x.Portfolio != c.Portfolio || x.Product != c.Product
			})
			late := func(x catalog.Change) bool {
				return x.Kind == catalog.KindConstraint && x.Region == c.Region && x.Portfolio == c.Portfolio && x.Product == c.Product
			}
			if rest >= 0 && slices.ContainsFunc(plan[i+1+rest:], late) {
				t.Fatalf("seed %d: a constraint of %s comes late:\n%s", seed, c, strings.Join(catalog.Summary(plan), "\n"))
			}
		}
	}
}

// random makes a catalog from few names, so that two of them have much in common.
func random(r *rand.Rand, wanted bool) catalog.Catalog {
	var c catalog.Catalog
	coin := func() bool { return r.IntN(2) == 0 }
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		for _, key := range []string{"a", "b"} {
			if r.IntN(4) > 0 {
				c.Products = append(c.Products, catalog.Product{Region: region, Key: key, Name: key, Owner: pick("x", "y"),
					Type: "CLOUD_FORMATION_TEMPLATE", Tags: map[string]string{"t": pick("1", "2")}, Versions: randomVersions(r, wanted)})
				randomAttached(r, wanted, &c.Products[len(c.Products)-1])
			}
		}
		if !wanted {
			c.Shared = append(c.Shared, randomShared(r, c.In(region), region))
		}
		for _, key := range []string{"p", "q"} {
			if coin() {
				continue
			}
			p := catalog.Portfolio{Region: region, Key: key, DisplayName: pick("P", "Q")}
			for _, product := range []string{"a", "b"} {
				if c.Product(region, product) == nil || coin() {
					continue
				}
				at := catalog.Placement{Product: product}
				for _, kind := range []string{"LAUNCH", "NOTIFICATION"} {
					if coin() {
						at.Constraints = append(at.Constraints, catalog.Constraint{Type: kind, Parameters: pick("{}", "[]")})
					}
				}
				p.Placements = append(p.Placements, at)
			}
			for i := range 3 {
				if coin() {
					p.Principals = append(p.Principals, catalog.Principal{Type: "IAM", ARN: fmt.Sprint("arn", i)})
				}
				if coin() {
					p.Shares = append(p.Shares, catalog.Share{Type: "ORGANIZATIONAL_UNIT", Node: fmt.Sprint("ou-", i), Principals: coin()})
				}
			}
			c.Portfolios = append(c.Portfolios, p)
		}
	}
	return c
}

// randomAttached gives a product some of what products share.
func randomAttached(r *rand.Rand, wanted bool, p *catalog.Product) {
	coin := func() bool { return r.IntN(2) == 0 }
	for _, value := range []string{"dev", "prod"} {
		if coin() {
			p.TagOptions = append(p.TagOptions, catalog.TagOption{Key: "environment", Value: value})
		}
	}
	if coin() {
		p.Budgets = []string{"budget"}
	}
	for _, name := range []string{"Restart", "Stop"} {
		switch {
		case coin():
		case wanted:
			p.Actions = append(p.Actions, catalog.Action{Name: name, Document: "D", Version: "$DEFAULT", Owner: "a"})
		default:
			p.Versions[0].Actions = append(p.Versions[0].Actions, name)
		}
	}
}

// randomShared is what a region has in common: all that its products have, and more.
func randomShared(r *rand.Rand, in catalog.Catalog, region string) catalog.Shared {
	s := catalog.Shared{Region: region}
	for _, value := range []string{"dev", "prod"} {
		o := catalog.TagOption{Key: "environment", Value: value}
		attached := slices.ContainsFunc(in.Products, func(p catalog.Product) bool { return slices.Contains(p.TagOptions, o) })
		o.Inactive = !attached && r.IntN(2) == 0
		if attached || r.IntN(2) == 0 {
			s.TagOptions = append(s.TagOptions, o)
		}
	}
	for _, name := range []string{"Restart", "Stop"} {
		has := slices.ContainsFunc(in.Products, func(p catalog.Product) bool { return slices.Contains(p.ActionNames(), name) })
		if has || r.IntN(2) == 0 {
			s.Actions = append(s.Actions, catalog.Action{Name: name, Document: []string{"D", "E"}[r.IntN(2)], Version: "$DEFAULT", Owner: "a"})
		}
	}
	return s
}

func randomVersions(r *rand.Rand, wanted bool) []catalog.Version {
	var all []catalog.Version
	for i, name := range []string{"1.0.0", "1.1.0", "2.0.0"} {
		if i > 0 && r.IntN(2) == 0 {
			continue
		}
		v := catalog.Version{Name: name, Digest: digest(name), Active: r.IntN(3) > 0, Guidance: "DEFAULT"}
		if r.IntN(3) == 0 {
			v.Guidance = "DEPRECATED"
		}
		if wanted && i > 0 && r.IntN(2) == 0 {
			v.Digest = "" // a lifecycle line
		}
		all = append(all, v)
	}
	return all
}

// CT-5 CT-7 CAT-51: a share that did not reach everybody is removed and made; one whose end nobody
// saw is asked for, and changed if it was another.
func TestCallsOfAShareMadeAgain(t *testing.T) {
	for name, c := range map[string]struct {
		code  string
		other bool
		calls int
	}{
		"an account was throttled":           {"ThrottlingException", false, 2},
		"nobody saw its end":                 {catalog.EndUnseen, false, 1},
		"nobody saw its end, and it differs": {catalog.EndUnseen, true, 2},
	} {
		have := with(func(c2 *catalog.Catalog) {
			s := &c2.Portfolios[0].Shares[0]
			s.Errors, s.TagOptions = []catalog.ShareError{{Account: "333333333333", Code: c.code}}, c.other
		})
		plan := catalog.Plan(bucket(), have)
		if len(plan) != 1 || plan[0].Verb != catalog.Create || plan[0].Calls != c.calls {
			t.Errorf("%s: %+v, want one creation of %d calls", name, plan, c.calls)
		}
	}
}

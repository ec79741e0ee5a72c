package catalog_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// laden gives the product all that can be attached to one.
func laden(_ *catalog.File, p *products.File) {
	p.TagOptions = map[string][]string{"environment": {"prod", "dev"}, "cost": {"1"}}
	p.ServiceActions = []products.ServiceAction{
		{Name: "Restart", Document: "AWS-RestartEC2Instance", AssumeRole: "LAUNCH_ROLE"},
		{Name: "Stop", Document: "AWS-StopEC2Instance", Version: "3", Parameters: []products.ActionParameter{{Name: "InstanceId", Type: "TARGET"}}}}
	p.Portfolios["other"] = products.Placement{Budget: "platform"}
}

// S17 CAT-4 CAT-53: tag options, actions and budget are there before anybody is given the product;
// its first version has its actions with it.
func TestWantAttached(t *testing.T) {
	f, p := files(laden)
	c, err := catalog.Want(f, p, release)
	if err != nil {
		t.Fatal(err)
	}
	var got []catalog.Change
	for _, change := range catalog.Plan(c.In("eu-west-1"), catalog.Catalog{}) {
		switch change.Kind {
		case catalog.KindTagOption, catalog.KindAction, catalog.KindBudget, catalog.KindShare:
			got = append(got, change)
		}
	}
	lines(t, got,
		"eu-west-1: create tag option cost=1",
		"eu-west-1: create tag option cost=1 of bucket",
		"eu-west-1: create tag option environment=prod",
		"eu-west-1: create tag option environment=prod of bucket",
		"eu-west-1: create tag option environment=dev",
		"eu-west-1: create tag option environment=dev of bucket",
		"eu-west-1: create service action Restart of bucket: AWS-RestartEC2Instance $DEFAULT as LAUNCH_ROLE",
		`eu-west-1: create service action Stop of bucket: AWS-StopEC2Instance 3 with [{"Name":"InstanceId","Type":"TARGET"}]`,
		"eu-west-1: create service action Restart of bucket 1.0.0",
		"eu-west-1: create service action Stop of bucket 1.0.0",
		"eu-west-1: create budget platform of bucket",
		"eu-west-1: create share storage: ORGANIZATION o-exampleorg1 (tag options no, principals no)",
		"eu-west-1: create share storage: ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options no, principals yes)")
}

// CAT-23: what gamma tries does not change an action that prod's users have.
func TestStagingActions(t *testing.T) {
	f, p := files(laden)
	c, err := catalog.Staging(f, p, gamma, release)
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Products[0].Actions[0]; a.Name != "Restart-staging" || a.Owner != "bucket-staging" || len(c.Products[0].Budgets) > 0 {
		t.Errorf("got %+v", c.Products[0])
	}
}

// CAT-5: a fixed value is a rule of the TEMPLATE constraint, beside those of its file. An EXTERNAL
// product has none: its source is refused a fixed value.
func TestFixedValuesAreRules(t *testing.T) {
	two := "2"
	const held = `"FixedAzCount":{"Assertions":[{"Assert":{"Fn::Contains":[["2"],{"Ref":"AzCount"}]},"AssertDescription":"AzCount is fixed"}]}`
	cases := []struct {
		name, kind, file, rules, want, code string
	}{
		{"alone", "", "", "", `{"Rules":{` + held + `}}`, ""},
		{"beside a file", "", "r.json", `{"Rules":{"A":{"n":12345678901234567890}}}`, `{"Rules":{"A":{"n":12345678901234567890},` + held + `}}`, ""},
		{"a rule that has its name", "", "r.json", `{"Rules":{"FixedAzCount":{}}}`, "", "AXLE2668"},
		{"a file without rules", "", "r.json", `{"rules":{}}`, "", "AXLE2602"},
		{"a file that is no JSON", "", "r.json", `Rules: {}`, "", "AXLE2602"},
		{"EXTERNAL", "EXTERNAL", "", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, p := files(func(_ *catalog.File, p *products.File) {
				p.Type, p.Parameters = c.kind, map[string]products.Parameter{"AzCount": {Fixed: &two}, "Name": {}}
				p.Portfolios["storage"] = products.Placement{Constraints: products.Constraints{Template: c.file}}
			})
			r := release
			r.Rules = map[string][]byte{"r.json": []byte(c.rules)}
			got, err := catalog.Want(f, p, r)
			if document.CodeOf(err) != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			if err != nil {
				return
			}
			have := ""
			for _, k := range got.Portfolios[0].Placements[0].Constraints {
				have += k.Parameters
			}
			if have != c.want {
				t.Errorf("got %s\nwant %s", have, c.want)
			}
		})
	}
}

// S17: a launch takes a value for each key that it has a choice of: what is given, else
// product.yaml's first that is offered; AWS takes the only one by itself.
func TestChosenTags(t *testing.T) {
	cases := []struct {
		name           string
		tags           map[string]string
		choices, offer map[string][]string
		want, code     string
	}{
		{"nothing to choose", nil, nil, nil, "", ""},
		{"one value is AWS's to give", nil, nil, map[string][]string{"e": {"dev"}}, "", ""},
		{"product.yaml's first", nil, map[string][]string{"e": {"test", "dev"}}, map[string][]string{"e": {"dev", "test"}}, "test", ""},
		{"product.yaml's first that the portfolio has too", nil, map[string][]string{"e": {"test", "prod", "dev"}}, map[string][]string{"e": {"dev", "prod"}}, "prod", ""},
		{"what is given", map[string]string{"e": "dev"}, map[string][]string{"e": {"test"}}, map[string][]string{"e": {"dev", "test"}}, "dev", ""},
		{"nobody says which", nil, nil, map[string][]string{"e": {"dev", "test"}}, "", "AXLE2664"},
		{"a conflict", nil, map[string][]string{"e": {"dev"}}, map[string][]string{"e": nil}, "", "AXLE2662"}, // CT-18
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := catalog.LaunchRequest{Product: "bucket", Tags: c.tags, Choices: c.choices}.Chosen(c.offer)
			if document.CodeOf(err) != c.code || got["e"] != c.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// CT-11 CT-18 CAT-2 CAT-4: what AWS would refuse, or break launches by, is found before anything is sent.
func TestCheckAttached(t *testing.T) {
	restart := func(id, owner, document string) catalog.Action {
		return catalog.Action{ID: id, Name: "Restart", Document: document, Version: "$DEFAULT", Owner: owner}
	}
	option := func(value string, inactive bool) catalog.TagOption {
		return catalog.TagOption{Key: "environment", Value: value, Inactive: inactive}
	}
	wants := func(p *catalog.Product) {
		p.TagOptions = []catalog.TagOption{option("dev", false), option("prod", false)}
		p.Actions = []catalog.Action{restart("", "bucket", "D")}
	}
	shared := func(all ...catalog.Action) func(*catalog.Catalog) {
		return func(c *catalog.Catalog) { c.Shared = []catalog.Shared{{Region: "eu-west-1", Actions: all}} }
	}
	folio := func(all ...catalog.TagOption) func(*catalog.Catalog) {
		return func(c *catalog.Catalog) { c.Portfolios[0].TagOptions = all }
	}
	cases := []struct {
		name, code, says string
		have             func(*catalog.Catalog)
	}{
		{"nothing there", "", "", func(*catalog.Catalog) {}},
		{"the portfolio has the key, and a value in common", "", "", folio(option("prod", false), option("qa", false))},
		{"the portfolio has the key, and none of the values", "AXLE2662", "portfolio storage", folio(option("qa", false))},
		{"what is inactive counts for nothing", "AXLE2662", "qa", folio(option("prod", true), option("qa", false))},
		{"all of it inactive", "", "", folio(option("qa", true))},
		{"our action, changed", "", "", shared(restart("act-1", "bucket", "E"))},
		{"somebody else's, the same", "", "", shared(restart("act-1", "", "D"))},
		{"somebody else's, another", "AXLE2660", "D $DEFAULT; act-1 is already E $DEFAULT, of somebody else", shared(restart("act-1", "", "E"))},
		{"another product's, another", "AXLE2660", "of product queue", shared(restart("act-1", "queue", "E"))},
		{"two of one name", "AXLE2661", "act-1, act-2", shared(restart("act-1", "", "D"), restart("act-2", "", "D"))},
		{"two of one name, of which one is ours", "", "", shared(restart("act-1", "", "E"), restart("act-2", "bucket", "E"))},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want, have := with(func(c *catalog.Catalog) { wants(&c.Products[0]) }), bucket()
			c.have(&have)
			err := catalog.Check(want, have)
			if document.CodeOf(err) != c.code || c.code != "" && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %s %s", err, c.code, c.says)
			}
		})
	}
	twice := with(func(c *catalog.Catalog) {
		c.Portfolios[0].Placements[0].Constraints = append(c.Portfolios[0].Placements[0].Constraints, catalog.Constraint{Type: "STACKSET", Parameters: "{}"})
	})
	if err := catalog.Check(twice, catalog.Catalog{}); document.CodeOf(err) != "AXLE2663" {
		t.Errorf("LAUNCH beside STACKSET: %v", err)
	}
	both := with(func(c *catalog.Catalog) {
		wants(&c.Products[0])
		other := c.Products[0]
		other.Key, other.Name, other.Actions = "queue", "queue", []catalog.Action{restart("", "queue", "E")}
		c.Products = append(c.Products, other)
	})
	if err := catalog.Check(both, catalog.Catalog{}); document.CodeOf(err) != "AXLE2660" {
		t.Errorf("two products of git that mean two things by one name: %v", err)
	}
}

// CT-11: where removals are not permitted, a launch constraint does not go beside a stack set's that
// stands there by hand.
func TestAdditionsBesideAStackSet(t *testing.T) {
	have := with(func(c *catalog.Catalog) { c.Portfolios[0].Placements[0].Constraints[0].Type = "STACKSET" })
	if _, err := catalog.Additions(catalog.Plan(bucket(), have)); document.CodeOf(err) != "AXLE2663" || !strings.Contains(err.Error(), "STACKSET") {
		t.Errorf("got %v", err)
	}
	extra := with(func(c *catalog.Catalog) { c.Portfolios[0].Principals = nil })
	if kept, err := catalog.Additions(catalog.Plan(extra, bucket())); err != nil || len(kept) > 0 {
		t.Errorf("a removal alone: %v, %v", kept, err)
	}
}

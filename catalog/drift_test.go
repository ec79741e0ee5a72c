package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
)

// published is a hub as git has it: one product, one portfolio, one version.
func published() catalog.Sight {
	product := catalog.Product{Region: "eu-west-1", Key: "vpc", ID: "prod-1", Name: "vpc", Owner: "team", Versions: []catalog.Version{
		{ID: "pa-1", Name: "1.0.0", Digest: "sha256:1", Active: true, Guidance: "DEFAULT"}}}
	folio := catalog.Portfolio{Region: "eu-west-1", Key: "net", ID: "port-1", DisplayName: "Network",
		Placements: []catalog.Placement{{Product: "vpc", Constraints: []catalog.Constraint{{ID: "cons-1", Type: "LAUNCH", Parameters: `{"LocalRoleName":"Launch"}`}}}},
		Principals: []catalog.Principal{{Type: "IAM", ARN: "arn:aws:iam::999999999999:role/A"}},
		Shares:     []catalog.Share{{Type: "ORGANIZATIONAL_UNIT", Node: "ou-1"}}}
	have := catalog.Catalog{Products: []catalog.Product{product}, Portfolios: []catalog.Portfolio{folio}}
	want := clone(have)
	want.Products[0].ID, want.Products[0].Versions, want.Portfolios[0].ID = "", nil, ""
	spoke := catalog.Spoke{Account: "333333333333", Region: "eu-west-1"}
	return catalog.Sight{
		File:      &catalog.File{Hub: catalog.Hubs{Account: "999999999999", Regions: []string{"eu-west-1"}}, Portfolios: map[string]catalog.PortfolioFile{"net": {}}},
		Products:  []*products.File{{Name: "vpc"}},
		Want:      want,
		Have:      have,
		Published: map[string][]products.Published{"vpc": {{Version: "1.0.0", Digest: "sha256:1", Template: "sha256:t"}}},
		Survey: catalog.Survey{
			Standing:  []catalog.Standing{{Region: "eu-west-1", Kind: "product", ID: "prod-1", Name: "vpc", Key: "vpc"}, {Region: "eu-west-1", Kind: "portfolio", ID: "port-1", Name: "Network", Key: "net"}},
			Templates: []catalog.Template{{Region: "eu-west-1", Product: "vpc", Version: "1.0.0", Digest: "sha256:t", Place: "s3://b/k"}},
		},
		Spokes: &catalog.SpokeSight{
			Org:      catalog.Organization{Root: "r-1", Accounts: []catalog.Account{{ID: "333333333333", Parent: "ou-1"}}, Units: []catalog.Unit{{ID: "ou-1", Parent: "r-1"}, {ID: "ou-9", Parent: "r-1"}}},
			Readings: []catalog.Reading{{Spoke: spoke, Launched: []catalog.Launched{{ID: "pp-1", Name: "mine", Product: "prod-1", Version: "1.0.0", State: "AVAILABLE"}}}},
			Roles:    []catalog.RoleReading{{Account: "999999999999", Names: []string{"Launch"}}, {Account: "333333333333", Names: []string{"Launch", "Other"}}},
			Locals:   []catalog.LocalReading{{Spoke: spoke, Standing: []catalog.Standing{{Region: "eu-west-1", Kind: "product", ID: "prod-9", Name: "their own"}}}},
		},
	}
}

func enforce(s *catalog.Sight, within string) {
	s.File.Enforced = map[string]catalog.Enforced{"base": {Product: "vpc", Version: within, Spokes: &catalog.SpokeSelector{All: true}}}
}

// CAT-70: each kind of drift, and what is none. "" is: no drift.
func TestDrifts(t *testing.T) {
	product := func(s *catalog.Sight) *catalog.Product { return &s.Have.Products[0] }
	folio := func(s *catalog.Sight) *catalog.Portfolio { return &s.Have.Portfolios[0] }
	launched := func(s *catalog.Sight) *catalog.Launched { return &s.Spokes.Readings[0].Launched[0] }
	stands := func(kind, id, name, key string) func(*catalog.Sight) {
		return func(s *catalog.Sight) {
			s.Survey.Standing = append(s.Survey.Standing, catalog.Standing{Region: "eu-west-1", Kind: kind, ID: id, Name: name, Key: key})
		}
	}
	cases := []struct {
		name  string
		alter func(*catalog.Sight)
		want  string // kind, account, id, words of what is said; by |
	}{
		{"as git has it", func(*catalog.Sight) {}, ""},
		{"owner", func(s *catalog.Sight) { product(s).Owner = "x" }, "CD-1|999999999999|prod-1|owner: x; git has owner: team"},
		{"a tag", func(s *catalog.Sight) { folio(s).Tags = map[string]string{"a": "b"} }, "CD-1|999999999999|port-1|tag a: b"},
		{"a tag of AWS's own", func(s *catalog.Sight) { folio(s).Tags = map[string]string{"aws:x": "b"} }, ""},
		{"ShareTagOptions", func(s *catalog.Sight) { folio(s).Shares[0].TagOptions = true }, "CD-1|999999999999|port-1|tag options yes"},
		{"deprecated", func(s *catalog.Sight) { product(s).Versions[0].Guidance = "DEPRECATED" }, "CD-2|999999999999|pa-1|1.0.0 deprecated; git has 1.0.0 active"},
		{"no digest", func(s *catalog.Sight) {
			product(s).Versions = append(product(s).Versions, catalog.Version{ID: "pa-2", Name: "2.0.0", Active: true, Guidance: "DEFAULT"})
		}, "CD-3|999999999999|pa-2|2.0.0: not published by axle"},
		{"the object is other", func(s *catalog.Sight) { s.Survey.Templates[0].Digest = "sha256:x" }, "CD-4|999999999999|s3://b/k|the object is sha256:x"},
		{"the description lies", func(s *catalog.Sight) {
			product(s).Versions[0].Digest = "sha256:x"
			s.Survey.Templates[0].Digest = "" // nothing lies under that digest
		}, "CD-4|999999999999|pa-1|its description says sha256:x"},
		{"not in the portfolio", func(s *catalog.Sight) {
			folio(s).Placements = nil
			s.Want.Portfolios[0].Placements[0].Constraints = nil
		}, "CD-5|999999999999|port-1|placement of vpc in net: missing"},
		{"another launch role", func(s *catalog.Sight) { folio(s).Placements[0].Constraints[0].Parameters = `{"RoleArn":"r"}` }, `CD-5|999999999999|cons-1|LAUNCH {"RoleArn":"r"}`},
		{"no launch role in the hub", func(s *catalog.Sight) { s.Spokes.Roles[0].Names = nil }, "CD-6|999999999999|Launch|missing"},
		{"no launch role in a spoke", func(s *catalog.Sight) { s.Spokes.Roles[1].Names = []string{"Other"} }, "CD-6|333333333333|Launch|missing"},
		{"roles that were not read", func(s *catalog.Sight) {
			s.Spokes.Roles[1] = catalog.RoleReading{Account: "333333333333", Err: errors.New("denied")}
		}, ""},
		{"a share with errors", func(s *catalog.Sight) {
			folio(s).Shares[0].Errors = []catalog.ShareError{{Account: "333333333333", Code: "ThrottlingException", Message: "Rate"}}
		}, "CD-7|999999999999|port-1|did not reach everybody: 333333333333 ThrottlingException Rate"},
		{"a unit that nothing is shared with", func(s *catalog.Sight) {
			s.Spokes.Org.Accounts = append(s.Spokes.Org.Accounts, catalog.Account{ID: "444444444444", Parent: "ou-9"})
			s.Spokes.Readings = append(s.Spokes.Readings, catalog.Reading{Spoke: catalog.Spoke{Account: "444444444444", Region: "eu-west-1"}})
		}, "CD-7|999999999999|ou-9|no portfolio is shared with it, and it has spokes: 444444444444"},
		{"a product deleted", func(s *catalog.Sight) {
			s.Have.Products, s.Survey.Standing = nil, s.Survey.Standing[1:]
			folio(s).Placements, s.Spokes.Roles = nil, nil
		}, "CD-8|999999999999||product vpc: missing"},
		{"a portfolio deleted: said once", func(s *catalog.Sight) { s.Have.Portfolios = nil }, "CD-8|999999999999||portfolio net: missing"},
		{"never published: work to come, no drift", func(s *catalog.Sight) {
			s.Have, s.Published, s.Survey, s.Spokes = catalog.Catalog{}, nil, catalog.Survey{}, nil
		}, ""},
		{"a region that was not read", func(s *catalog.Sight) {
			s.Have, s.Survey, s.Unread = catalog.Catalog{}, catalog.Survey{}, catalog.RegionErrors{"eu-west-1": errors.New("denied")}
		}, ""},
		{"two of a key", stands("product", "prod-2", "other", "vpc"), "CD-8|999999999999|prod-2|a duplicate of ours"},
		{"a namesake", stands("portfolio", "port-2", "Network", ""), "CD-8|999999999999|port-2|a duplicate of ours"},
		{"somebody else's", stands("portfolio", "port-2", "Theirs", ""), ""},
		{"gone from git", stands("portfolio", "port-2", "Old", "old"), "CD-8|999999999999|port-2|an orphan: git has no old"},
		{"gamma's staging product", stands("product", "prod-2", "vpc-staging", "vpc-staging"), ""},
		{"a spoke's copy", func(s *catalog.Sight) { s.Spokes.Locals[0].Standing[0].Name = "vpc" }, "CD-8|333333333333|prod-9|the spoke has one of its own"},
		{"synced", func(s *catalog.Sight) { s.Survey.Standing[0].Synced = "o/r" }, "CD-9|999999999999|prod-1|is synced from o/r"},
		{"a principal gone", func(s *catalog.Sight) { folio(s).Principals = nil }, "CD-10|999999999999|port-1|missing: IAM arn"},
		{"what the model does not carry", func(s *catalog.Sight) {
			s.Survey.Extras = []catalog.Extra{{Region: "eu-west-1", Kind: "budget", ID: "b", On: "net", What: "b"}}
		}, "CD-10|999999999999|b|budget of net: extra: b"},
		{"enforced, in range", func(s *catalog.Sight) { enforce(s, ">=1") }, ""},
		{"enforced, tainted", func(s *catalog.Sight) { enforce(s, ">=1"); launched(s).State, launched(s).Message = "TAINTED", "why" }, "CD-11|333333333333|pp-1|mine is TAINTED: why"},
		{"enforced, in error", func(s *catalog.Sight) { enforce(s, ">=1"); launched(s).State = "ERROR" }, "CD-11|333333333333|pp-1|mine is ERROR"},
		{"enforced, out of range", func(s *catalog.Sight) { enforce(s, ">=2") }, "CD-11|333333333333|pp-1|out of >=2"},
		{"enforced, absent", func(s *catalog.Sight) { enforce(s, ">=1"); s.Spokes.Readings[0].Launched = nil }, "CD-11|333333333333||no vpc is there"},
		{"enforced, the spoke not read", func(s *catalog.Sight) {
			enforce(s, ">=1")
			s.Spokes.Readings[0] = catalog.Reading{Spoke: s.Spokes.Readings[0].Spoke, Err: errors.New("denied")}
		}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := published()
			c.alter(&s)
			got := s.Drifts()
			if c.want == "" {
				if len(got) > 0 {
					t.Errorf("drift: %+v", got)
				}
				return
			}
			if len(got) != 1 {
				t.Fatalf("%d drifts: %+v", len(got), got)
			}
			want := strings.Split(c.want, "|")
			if d := got[0]; d.Kind != want[0] || d.Account != want[1] || d.ID != want[2] || !strings.Contains(d.What, want[3]) || d.Repair == "" || d.On == "" {
				t.Errorf("%+v", d)
			}
		})
	}
}

// Drifts come in the order of their kinds, 2 before 10, whatever was altered first.
func TestDriftsInOrder(t *testing.T) {
	s := published()
	s.Have.Portfolios[0].Principals = nil
	s.Have.Products[0].Versions[0].Active = false
	s.Have.Products[0].Owner = "x"
	var kinds []string
	for _, d := range s.Drifts() {
		kinds = append(kinds, d.Kind)
	}
	if !slices.Equal(kinds, []string{"CD-1", "CD-2", "CD-10"}) {
		t.Errorf("%v", kinds)
	}
}

// CAT-71: what was not seen is said, by kind and place; only what was asked for and failed has an error.
func TestUnseen(t *testing.T) {
	denied := errors.New("denied")
	cases := []struct {
		name  string
		alter func(*catalog.Sight)
		want  string // kinds, account, why; by |
		err   bool
	}{
		{"all was seen", func(*catalog.Sight) {}, "", false},
		{"spokes were not asked for", func(s *catalog.Sight) { s.Spokes = nil }, "CD-6 CD-7 CD-8 CD-11||axle drift --spokes", false},
		{"published by another state", func(s *catalog.Sight) { s.Published = nil }, "CD-4||the content of vpc 1.0.0", false},
		{"a region of the hub", func(s *catalog.Sight) { s.Unread = catalog.RegionErrors{"eu-west-1": denied} }, "all|999999999999|denied", true},
		{"an account's roles", func(s *catalog.Sight) { s.Spokes.Roles[1].Err = denied }, "CD-6|333333333333|denied", true},
		{"what a spoke owns", func(s *catalog.Sight) { s.Spokes.Locals[0].Err = denied }, "CD-8|333333333333|denied", true},
		{"what a spoke runs", func(s *catalog.Sight) { s.Spokes.Readings[0].Err = denied }, "CD-11|333333333333|denied", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := published()
			c.alter(&s)
			got := s.Unseen()
			if c.want == "" {
				if len(got) > 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			want := strings.Split(c.want, "|")
			if len(got) != 1 || strings.Join(got[0].Kinds, " ") != want[0] || got[0].Account != want[1] || !strings.Contains(got[0].Why, want[2]) || (got[0].Err != nil) != c.err {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Merge makes one portfolio of what several products want of it, and keeps regions apart.
func TestMerge(t *testing.T) {
	wants := func(region, product string) catalog.Catalog {
		return catalog.Catalog{Products: []catalog.Product{{Region: region, Key: product}},
			Portfolios: []catalog.Portfolio{{Region: region, Key: "net", Placements: []catalog.Placement{{Product: product}}}}}
	}
	got := catalog.Merge(wants("eu-west-1", "a"), wants("us-east-1", "a"), wants("eu-west-1", "b"))
	if len(got.Products) != 3 || len(got.Portfolios) != 2 || len(got.Portfolio("eu-west-1", "net").Placements) != 2 || len(got.Portfolio("us-east-1", "net").Placements) != 1 {
		t.Errorf("%+v", got)
	}
}

// An account's roles are asked for once, however many regions it has; a skipped spoke's never.
func TestAccounts(t *testing.T) {
	f := &catalog.File{Hub: catalog.Hubs{Account: "999999999999", Role: "Hub", Regions: []string{"eu-west-1"}}}
	var got []string
	for _, s := range f.Accounts([]catalog.Spoke{{Account: "1", Region: "a"}, {Account: "1", Region: "b"}, {Account: "2", Why: "closed"}, {Account: "3"}}) {
		got = append(got, s.Account)
	}
	if !slices.Equal(got, []string{"999999999999", "1", "3"}) {
		t.Errorf("%v", got)
	}
}

package catalog_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

func TestCheck(t *testing.T) {
	versions := func(all ...catalog.Version) catalog.Catalog {
		return with(func(c *catalog.Catalog) { c.Products[0].Versions = all })
	}
	v := func(id, name, content string) catalog.Version {
		d := content
		if d != "" {
			d = digest(content)
		}
		return catalog.Version{ID: id, Name: name, Digest: d, Active: true, Guidance: "DEFAULT"}
	}
	cases := []struct {
		name       string
		want, have catalog.Catalog
		code, says string
	}{
		{"the same content again", versions(v("", "1.0.0", "1")), versions(v("pa-1", "1.0.0", "1")), "", ""},                                              // CAT-10
		{"a new version", versions(v("", "1.1.0", "2")), versions(v("pa-1", "1.0.0", "1")), "", ""},                                                       //
		{"another content under a published name", versions(v("", "1.0.0", "2")), versions(v("pa-1", "1.0.0", "1")), "AXLE2606", digest("1")},             // CAT-10 X33
		{"a name that was used by hand", versions(v("", "1.0.0", "1")), versions(v("pa-1", "1.0.0", "")), "AXLE2605", "pa-1"},                             // CT-1
		{"two versions of one name", versions(v("", "1.0.0", "1")), versions(v("pa-1", "1.0.0", "1"), v("pa-2", "1.0.0", "1")), "AXLE2604", "pa-1, pa-2"}, // CT-1
		{"a state for a version that is deleted since", versions(v("", "0.9.0", "")), versions(v("pa-1", "1.0.0", "1")), "", ""},                          // CLI-14
		{"another type", with(func(c *catalog.Catalog) { c.Products[0].Type = "EXTERNAL" }), bucket(), "AXLE2607", "cannot become EXTERNAL"},              //
		{"nothing there yet", bucket(), catalog.Catalog{}, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := catalog.Check(c.want, c.have)
			if document.CodeOf(err) != c.code || (err != nil && !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %s: …%s…", err, c.code, c.says)
			}
		})
	}
}

// CAT-50: the digest is of what a person judges: not of AWS's ids, but of everything else.
func TestDigest(t *testing.T) {
	plan := catalog.Plan(bucket(), catalog.Catalog{})
	base := catalog.Digest(plan)
	if got := catalog.Digest(clone1(plan, func(c *catalog.Change) {
		if c.NewProduct != nil {
			c.NewProduct.ID, c.NewProduct.Versions[0].ID = "prod-1", "pa-1"
		}
		if c.NewFolio != nil {
			c.NewFolio.ID = "port-1"
		}
		if c.Constraint != nil {
			c.Constraint.ID = "cons-1"
		}
	})); got != base {
		t.Error("ids of AWS change the digest")
	}
	for name, change := range map[string]func(*catalog.Change){
		"a region": func(c *catalog.Change) { c.Region = "eu-north-1" },
		"a share": func(c *catalog.Change) {
			if c.Share != nil {
				c.Share.Node = "o-other"
			}
		},
		"a constraint": func(c *catalog.Change) {
			if c.Constraint != nil {
				c.Constraint.Parameters = "{}"
			}
		},
		"a template": func(c *catalog.Change) {
			if c.NewProduct != nil {
				c.NewProduct.Versions[0].Template = digest("8")
			}
		},
	} {
		if catalog.Digest(clone1(plan, change)) == base {
			t.Errorf("%s may change unseen", name)
		}
	}
	if catalog.Digest(plan[:len(plan)-1]) == base {
		t.Error("a change may be left out unseen")
	}
}

// clone1 is a deep copy of a plan with each change changed.
func clone1(plan []catalog.Change, change func(*catalog.Change)) []catalog.Change {
	var all []catalog.Change
	for _, c := range plan {
		if c.NewProduct != nil {
			p := *c.NewProduct
			p.Versions = append([]catalog.Version(nil), p.Versions...)
			c.NewProduct = &p
		}
		if c.NewFolio != nil {
			p := *c.NewFolio
			c.NewFolio = &p
		}
		if c.Constraint != nil {
			k := *c.Constraint
			c.Constraint = &k
		}
		if c.Share != nil {
			s := *c.Share
			c.Share = &s
		}
		change(&c)
		all = append(all, c)
	}
	return all
}

// A portfolio that has left the file goes when nothing is in it: nobody loses it half. CAT-3 CAT-52
func TestAPortfolioThatIsNotEmpty(t *testing.T) {
	want := catalog.Catalog{Gone: []catalog.Portfolio{{Region: "eu-west-1", Key: "old"}}}
	for name, c := range map[string]struct {
		region string
		holds  []string
		code   string
	}{
		"it holds products":       {"eu-west-1", []string{"a stranger's", "bucket"}, "AXLE2612"},
		"it is empty":             {"eu-west-1", nil, ""},
		"it is of another region": {"us-east-1", []string{"bucket"}, ""},
	} {
		have := catalog.Catalog{Portfolios: []catalog.Portfolio{{Region: c.region, Key: "old", ID: "port-1", Holds: c.holds}}}
		if err := catalog.Check(want, have); document.CodeOf(err) != c.code || err != nil && !strings.Contains(err.Error(), "still holds a stranger's, bucket") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package catalog_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

func files(change func(*catalog.File, *products.File)) (*catalog.File, *products.File) {
	f := &catalog.File{
		Hub: catalog.Hubs{Account: "999999999999", Regions: []string{"us-east-1", "eu-west-1"}, Bucket: "axle-artifacts"},
		Portfolios: map[string]catalog.PortfolioFile{
			"storage": {DisplayName: "Storage", ProviderName: "team", Tags: map[string]string{"cost": "1"},
				Principals: []catalog.PrincipalFile{{Type: "IAM_PATTERN", ARN: "arn:aws:iam:::role/Builder"}},
				Shares:     []catalog.ShareFile{{OrganizationalUnit: "ou-ab12-11111111", Principals: true}, {Organization: "o-exampleorg1"}}},
			"staging": {DisplayName: "Staging", ProviderName: "team"},
			"other":   {DisplayName: "Other", ProviderName: "other team"},
		},
	}
	p := &products.File{Name: "bucket", Version: "1.0.0", Owner: "team", Type: "CLOUD_FORMATION_TEMPLATE",
		Support:    products.Support{Email: "a@example.com", URL: "https://example.com", Description: "#help"},
		Portfolios: map[string]products.Placement{"storage": {Constraints: products.Constraints{Launch: &products.LaunchConstraint{LocalRoleName: "SCLaunchStorage"}}}}}
	if change != nil {
		change(f, p)
	}
	return f, p
}

var release = catalog.Release{Version: "1.0.0", Digest: digest("1.0.0"), Template: digest("7"), Commit: "c0ffee", Changes: "First"}

// CAT-10 CAT-11: in every region the product with its version, in the portfolios it names and in no other.
func TestWant(t *testing.T) {
	f, p := files(nil)
	c, err := catalog.Want(f, p, release)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Regions(); !slices.Equal(got, []string{"eu-west-1", "us-east-1"}) {
		t.Errorf("regions %v", got)
	}
	if len(c.Portfolios) != 2 || len(c.Products) != 2 {
		t.Fatalf("%d portfolios, %d products", len(c.Portfolios), len(c.Products))
	}
	got := catalog.Plan(c.In("eu-west-1"), catalog.Catalog{})
	lines(t, got,
		"eu-west-1: create portfolio storage",
		"eu-west-1: create product bucket 1.0.0",
		"eu-west-1: create placement of bucket in storage",
		`eu-west-1: create constraint of bucket in storage: LAUNCH {"LocalRoleName":"SCLaunchStorage"}`,
		"eu-west-1: create principal storage: IAM_PATTERN arn:aws:iam:::role/Builder",
		"eu-west-1: create share storage: ORGANIZATION o-exampleorg1 (tag options no, principals no)",
		"eu-west-1: create share storage: ORGANIZATIONAL_UNIT ou-ab12-11111111 (tag options no, principals yes)")
	if tags := c.Products[0].Tags; tags[catalog.TagKey] != "bucket" { // CAT-2
		t.Errorf("the product's tags are %v", tags)
	}
	if tags := c.Portfolios[0].Tags; tags[catalog.TagKey] != "storage" || tags["cost"] != "1" {
		t.Errorf("the portfolio's tags are %v", tags)
	}
}

// S13: each type of constraint as AWS takes it.
func TestWantConstraints(t *testing.T) {
	rules := map[string][]byte{"rules/cidr.json": []byte(`{ "Rules": {"b": 1, "a": 2} }`)}
	cases := []struct {
		name        string
		constraints products.Constraints
		want        string
	}{
		{"launch by local name, never by ARN", products.Constraints{Launch: &products.LaunchConstraint{LocalRoleName: "R"}}, `LAUNCH {"LocalRoleName":"R"}`}, // CT-10
		{"template", products.Constraints{Template: "rules/cidr.json"}, `TEMPLATE {"Rules":{"a":2,"b":1}}`},
		{"notification", products.Constraints{Notification: []string{"arn:aws:sns:eu-west-1:999999999999:n"}}, `NOTIFICATION {"NotificationArns":["arn:aws:sns:eu-west-1:999999999999:n"]}`},
		{"resource update", products.Constraints{ResourceUpdate: &products.ResourceUpdateConstraint{TagUpdateOnProvisionedProduct: "ALLOWED"}},
			`RESOURCE_UPDATE {"Properties":{"TagUpdateOnProvisionedProduct":"ALLOWED"},"Version":"2.0"}`},
		{"stack set", products.Constraints{StackSet: &products.StackSetConstraint{Accounts: []document.AccountID{"111111111111"}, Regions: []string{"eu-west-1"}, AdminRole: "arn:aws:iam::999999999999:role/A", ExecutionRole: "E"}},
			`STACKSET {"Properties":{"AccountList":["111111111111"],"AdminRole":"arn:aws:iam::999999999999:role/A","ExecutionRole":"E","RegionList":["eu-west-1"]},"Version":"1.0"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, p := files(func(_ *catalog.File, p *products.File) {
				p.Portfolios["storage"] = products.Placement{Constraints: c.constraints}
			})
			r := release
			r.Rules = rules
			got, err := catalog.Want(f, p, r)
			if err != nil {
				t.Fatal(err)
			}
			k := got.Portfolios[0].Placements[0].Constraints
			if len(k) != 1 || k[0].Type+" "+k[0].Parameters != c.want {
				t.Errorf("got %v, want %s", k, c.want)
			}
		})
	}
}

// What cannot be carried out is refused with a code and what to do, never left out in silence.
func TestWantRefuses(t *testing.T) {
	cases := []struct {
		name, code, says string
		change           func(*catalog.File, *products.File)
	}{
		{"a portfolio that is not there", "AXLE2600", "portfolio nowhere", func(_ *catalog.File, p *products.File) {
			p.Portfolios["nowhere"] = products.Placement{}
		}},
		{"a quota", "AXLE2601", "quota is not supported", func(_ *catalog.File, p *products.File) {
			p.Portfolios["storage"] = products.Placement{Quota: &products.Quota{}}
		}},
		{"what a copy cannot have", "AXLE2680", "AWS copies no tag options", func(f *catalog.File, p *products.File) {
			folio := f.Portfolios["storage"]
			folio.Mode = "copy"
			f.Portfolios["storage"] = folio
			p.TagOptions = map[string][]string{"environment": {"dev"}}
		}},
		{"a rules file that is missing", "AXLE2602", "rules/x.json", func(_ *catalog.File, p *products.File) {
			p.Portfolios["storage"] = products.Placement{Constraints: products.Constraints{Template: "rules/x.json"}}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, p := files(c.change)
			_, err := catalog.Want(f, p, release)
			if document.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %s: …%s…", err, c.code, c.says)
			}
		})
	}
}

// CLI-14: product.yaml's lifecycle gives states; the zero Release is the product without a new version.
func TestWantLifecycle(t *testing.T) {
	f, p := files(func(_ *catalog.File, p *products.File) {
		p.Lifecycle.Deprecated = []products.Deprecated{{Version: "0.9.0"}, {Version: "0.8.0"}}
		p.Lifecycle.Retired = []string{"0.8.0", "0.7.0"}
	})
	c, err := catalog.Want(f, p, catalog.Release{})
	if err != nil {
		t.Fatal(err)
	}
	want := []catalog.Version{
		{Name: "0.7.0", Active: false, Guidance: "DEFAULT"},
		{Name: "0.8.0", Active: false, Guidance: "DEPRECATED"},
		{Name: "0.9.0", Active: true, Guidance: "DEPRECATED"},
	}
	if got := c.Products[0].Versions; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

var gamma = catalog.Gamma{Portfolio: "staging", Account: "222222222222", Deploy: "CatalogGammaDeploy", Role: "CatalogGammaBuilder", Regions: []string{"eu-west-1"}}

// CAT-23: the candidate has a product, a name and a portfolio of its own, for one account.
func TestStaging(t *testing.T) {
	f, p := files(nil)
	second := catalog.Release{Version: "1.1.0", Digest: digest("1.1.0")}
	c, err := catalog.Staging(f, p, gamma, second, release, release)
	if err != nil {
		t.Fatal(err)
	}
	lines(t, catalog.Plan(c, catalog.Catalog{}),
		"eu-west-1: create portfolio staging",
		"eu-west-1: create product bucket-staging "+catalog.Candidate(release),
		"eu-west-1: create placement of bucket-staging in staging",
		`eu-west-1: create constraint of bucket-staging in staging: LAUNCH {"LocalRoleName":"SCLaunchStorage"}`,
		"eu-west-1: create share staging: ORGANIZATION_MEMBER_ACCOUNT 222222222222 (tag options no, principals no)",
		"eu-west-1: create principal staging: IAM arn:aws:iam::222222222222:role/CatalogGammaBuilder",
		"eu-west-1: create version bucket-staging "+catalog.Candidate(second))
	if a, b := catalog.Candidate(release), catalog.Candidate(catalog.Release{Version: "1.0.0", Digest: "sha256:" + strings.Repeat("f", 64)}); a == b {
		t.Errorf("two contents are one candidate: %s", a)
	}
}

func TestStagingRefuses(t *testing.T) {
	f, p := files(nil)
	cases := map[string]struct {
		portfolio, code string
	}{
		"a portfolio of prod":           {"storage", "AXLE2603"},
		"a portfolio that is not there": {"nowhere", "AXLE2600"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := gamma
			g.Portfolio = c.portfolio
			if _, err := catalog.Staging(f, p, g, release); document.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

// CAT-16 CT-1: the description carries the digest, and gives it back.
func TestDescription(t *testing.T) {
	cases := []struct {
		name, text              string
		digest, commit, changes string
	}{
		{"whole", digest("1") + " c0ffee Adds logging", digest("1"), "c0ffee", "Adds logging"},
		{"without changes", digest("1") + " c0ffee", digest("1"), "c0ffee", ""},
		{"digest alone", digest("1"), digest("1"), "", ""},
		{"somebody else's words", "First version", "", "", ""},
		{"a digest in the middle is none", "see " + digest("1"), "", "", ""},
		{"half a digest is none", "sha256:abc x", "", "", ""},
		{"empty", "", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, commit, changes := catalog.ParseDescription(c.text)
			if d != c.digest || commit != c.commit || changes != c.changes {
				t.Errorf("got %q %q %q", d, commit, changes)
			}
		})
	}
	long := catalog.Version{Digest: digest("1"), Commit: "c", Changes: strings.Repeat("ä", 9000) + "\nmore"}.Description()
	if len([]rune(long)) > 300 || strings.Contains(long, "\n") {
		t.Errorf("%d characters", len([]rune(long)))
	}
}

func FuzzParseDescription(f *testing.F) {
	for _, seed := range []string{"", digest("1"), digest("1") + " c", digest("1") + " c changes here", "v1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, commit, changes := catalog.ParseDescription(text)
		if d == "" {
			return
		}
		v := catalog.Version{Digest: d, Commit: commit, Changes: changes}
		again, _, _ := catalog.ParseDescription(v.Description())
		if again != d {
			t.Errorf("%q became %q", d, again)
		}
	})
}

func FuzzCanonicalJSON(f *testing.F) {
	for _, seed := range []string{`{"b":1,"a":[2,3]}`, `not json`, `1 2`, `{"a":1e400}`, `"<>"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := catalog.CanonicalJSON(text)
		if twice := catalog.CanonicalJSON(once); twice != once {
			t.Errorf("%q became %q, then %q", text, once, twice)
		}
	})
}

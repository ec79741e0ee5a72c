package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
)

const day = 24 * time.Hour

var today = time.Date(2027, 3, 31, 12, 0, 0, 0, time.UTC)

func lifeFiles() (*catalog.File, *products.File) {
	return &catalog.File{Hub: catalog.Hubs{Account: "999999999999", Role: "Hub", Regions: []string{"eu-west-1"}}},
		&products.File{Name: "vpc", Version: "1.4.0", Owner: "o", Type: "CLOUD_FORMATION_TEMPLATE"}
}

// until reached becomes a planned retirement; the line taken out reverts it. CAT-13
func TestUntil(t *testing.T) {
	old := catalog.Version{ID: "pa-1", Name: "1.0.0", Digest: "sha256:1", Active: true, Guidance: "DEPRECATED"}
	retired := old
	retired.Active = false
	for name, c := range map[string]struct {
		until string
		now   time.Time
		have  catalog.Version
		plan  string
	}{
		"the day before":          {"2027-04-01", today, old, ""},
		"on the day, in UTC":      {"2027-03-31", today, old, "1.0.0 deprecated → 1.0.0 retired"},
		"its first moment":        {"2027-03-31", today.Truncate(day), old, "1.0.0 deprecated → 1.0.0 retired"},
		"long ago, done":          {"2020-01-01", today, retired, ""},
		"without a date":          {"", today, old, ""},
		"without a clock":         {"2020-01-01", time.Time{}, old, ""},
		"the date moved, it is":   {"2028-01-01", today, retired, "1.0.0 retired → 1.0.0 deprecated"},
		"no line: it is reverted": {"-", today, retired, "1.0.0 retired → 1.0.0 active"},
	} {
		t.Run(name, func(t *testing.T) {
			f, p := lifeFiles()
			if c.until != "-" {
				p.Lifecycle.Deprecated = []products.Deprecated{{Version: "1.0.0", Reason: "r", Until: c.until}}
			}
			want, err := catalog.Want(f, p, catalog.Release{Now: c.now})
			if err != nil {
				t.Fatal(err)
			}
			have := catalog.Catalog{Products: []catalog.Product{want.Products[0]}}
			have.Products[0].Versions = []catalog.Version{c.have, {ID: "pa-2", Name: "1.4.0", Digest: "sha256:2", Active: true, Guidance: "DEFAULT"}}
			var lines []string
			for _, change := range catalog.Plan(want, have) {
				lines = append(lines, change.Before+" → "+change.After)
			}
			if got := strings.Join(lines, "; "); got != c.plan {
				t.Errorf("plan %q, want %q", got, c.plan)
			}
		})
	}
}

// aged is a version of the product that is so many days old.
func aged(name string, days int) catalog.Version {
	return catalog.Version{ID: "pa-" + name, Name: name, Digest: "sha256:" + name, Active: true, Guidance: "DEFAULT", Created: today.Add(-time.Duration(days) * day)}
}

// prod.publish.deprecate: all but the newest keep, once older than after; what lifecycle names is
// lifecycle's.
func TestThinned(t *testing.T) {
	have := []catalog.Version{aged("1.0.0", 400), aged("1.1.0", 300), aged("1.2.0", 200), aged("1.10.0", 20)}
	unknown := slices.Clone(have)
	unknown[0].Created = time.Time{}
	foreign := slices.Clone(have)
	foreign[0].Digest = ""
	done := slices.Clone(have)
	done[0].Guidance, done[1].Guidance = "DEPRECATED", "DEPRECATED"
	for name, c := range map[string]struct {
		have []catalog.Version
		want []catalog.Version
		keep int
		days int
		old  string
	}{
		"off":                            {have, nil, 0, 0, ""},
		"the newest by number, not text": {have, nil, 1, 90, "1.0.0 1.1.0 1.2.0"},
		"keep two":                       {have, nil, 2, 90, "1.0.0 1.1.0"},
		"none is old enough":             {have, nil, 1, 500, ""},
		"just as old is not older":       {have, nil, 1, 300, "1.0.0"},
		"the one being published counts": {have, []catalog.Version{{Name: "1.11.0", Digest: "sha256:n", Active: true, Guidance: "DEFAULT"}}, 2, 90, "1.0.0 1.1.0 1.2.0"},
		"an age nobody knows is young":   {unknown, nil, 1, 90, "1.1.0 1.2.0"},
		"what others published":          {foreign, nil, 1, 90, "1.1.0 1.2.0"},
		"lifecycle's own":                {have, []catalog.Version{{Name: "1.0.0", Active: false, Guidance: "DEFAULT"}}, 1, 90, "1.1.0 1.2.0"},
		"lifecycle's do not fill keep":   {have, []catalog.Version{{Name: "1.10.0", Active: true, Guidance: "DEPRECATED"}}, 1, 90, "1.0.0 1.1.0"},
		"stays when it is done":          {done, nil, 2, 90, "1.0.0 1.1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(v []catalog.Version) catalog.Catalog {
				return catalog.Catalog{Products: []catalog.Product{{Region: "eu-west-1", Key: "vpc", Versions: v}}}
			}
			want := catalog.Thinned(at(c.want), at(c.have), catalog.Thinning{Keep: c.keep, After: time.Duration(c.days) * day, Line: "pipeline.yaml:40"}, today)
			var old []string
			for _, v := range want.Products[0].Versions {
				if v.Why != "" {
					old = append(old, v.Name)
				}
			}
			if got := strings.Join(old, " "); got != c.old {
				t.Errorf("%q, want %q", got, c.old)
			}
			for _, change := range catalog.Plan(want, at(c.have)) {
				if change.Kind == catalog.KindVersion && slices.Contains(old, change.Version.Name) && change.Reason != "pipeline.yaml:40" {
					t.Errorf("%s: reason %q", change, change.Reason)
				}
			}
		})
	}
}

// A version is as old as its youngest region: it grows old everywhere at once.
func TestThinnedAcrossRegions(t *testing.T) {
	var have, want catalog.Catalog
	for region, days := range map[string]int{"eu-west-1": 200, "us-east-1": 10} {
		have.Products = append(have.Products, catalog.Product{Region: region, Key: "vpc", Versions: []catalog.Version{aged("1.0.0", days), aged("1.1.0", 1)}})
		want.Products = append(want.Products, catalog.Product{Region: region, Key: "vpc"})
	}
	for days, n := range map[int]int{5: 1, 50: 0} {
		for _, p := range catalog.Thinned(want, have, catalog.Thinning{Keep: 1, After: time.Duration(days) * day}, today).Products {
			if len(p.Versions) != n {
				t.Errorf("after %d days in %s: %v", days, p.Region, p.Versions)
			}
		}
	}
}

// From 90 versions on the oldest retired ones that nothing refers to are proposed. CAT-14
func TestCrowded(t *testing.T) {
	f, _ := lifeFiles()
	f.Enforced = map[string]catalog.Enforced{"net": {Product: "vpc", Version: "1.0.1"}}
	versions := func(n, retired int) []catalog.Version {
		var all []catalog.Version
		for i := range n {
			v := aged(fmt.Sprintf("1.0.%d", i), 1)
			v.Active = i >= retired
			all = append(all, v)
		}
		return all
	}
	for name, c := range map[string]struct {
		n, retired int
		proposed   string
	}{
		"89 are few":                 {89, 5, "-"},
		"90":                         {90, 5, "1.0.0"},
		"as many as are too many":    {92, 50, "1.0.0 1.0.2 1.0.3"},
		"fewer are retired":          {99, 3, "1.0.0 1.0.2"},
		"none is, and that is said":  {100, 0, ""},
		"an enforced one never goes": {95, 2, "1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			got := "-"
			for _, crowd := range catalog.Crowded(catalog.Catalog{Products: []catalog.Product{{Region: "eu-west-1", Key: "vpc", Versions: versions(c.n, c.retired)}}}, f) {
				got = strings.Join(crowd.Proposed, " ")
				if !strings.Contains(crowd.String(), fmt.Sprint(c.n)) {
					t.Errorf("%q", crowd)
				}
			}
			if got != c.proposed {
				t.Errorf("%q, want %q", got, c.proposed)
			}
		})
	}
}

// A version goes only when it is retired, not the last, run by nobody and referred to by nothing;
// and who was not read may run it. CAT-15 CT-15 E15
func TestPlanDeletion(t *testing.T) {
	retired := aged("1.0.0", 1)
	retired.Active = false
	spoke := catalog.Spoke{Account: "333333333333", Region: "eu-west-1"}
	none := []catalog.Reading{{Spoke: spoke}}
	suspended := spoke
	suspended.Why = "the account is suspended"
	for name, c := range map[string]struct {
		versions  []catalog.Version
		readings  []catalog.Reading
		enforced  string
		campaigns []string
		unread    catalog.RegionErrors
		locals    []catalog.Local
		withheld  string
	}{
		"nobody":              {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: none},
		"a suspended account": {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: []catalog.Reading{{Spoke: suspended}}},
		"runs another": {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: []catalog.Reading{{Spoke: spoke,
			Launched: []catalog.Launched{{Name: "mine", VersionID: "pa-1.1.0"}}}}},
		"active":   {versions: []catalog.Version{aged("1.0.0", 1), aged("1.1.0", 1)}, readings: none, withheld: "it is not retired"},
		"the last": {versions: []catalog.Version{retired}, readings: none, withheld: "it is the product's last version"},
		"twice":    {versions: []catalog.Version{retired, retired, aged("1.1.0", 1)}, readings: none, withheld: "two versions called 1.0.0"},
		"foreign":  {versions: []catalog.Version{{ID: "pa-x", Name: "1.0.0"}, aged("1.1.0", 1)}, readings: none, withheld: "axle did not publish 1.0.0 (pa-x)"},
		"in use": {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: []catalog.Reading{{Spoke: spoke,
			Launched: []catalog.Launched{{Name: "mine", VersionID: "pa-1.0.0", Owner: "arn:aws:sts::333333333333:assumed-role/CatalogBuilder/ann"}}}},
			withheld: "333333333333 eu-west-1 runs it: mine, launched by ann"},
		"a spoke not read": {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: []catalog.Reading{{Spoke: spoke, Err: errors.New("AccessDenied")}},
			withheld: "333333333333 eu-west-1 was not read, and may run it: AccessDenied"},
		"enforced":          {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: none, enforced: ">=1 <2", withheld: "enforced entry net"},
		"another's range":   {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: none, enforced: ">=1.1 <2"},
		"a campaign":        {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: none, campaigns: []string{"campaign c-1 updates from it"}, withheld: "campaign c-1"},
		"a region not read": {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: none, unread: catalog.RegionErrors{"us-east-1": errors.New("down")}, withheld: "us-east-1 of the hub was not read: down"},
		"a copy": {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: none, withheld: "333333333333 eu-west-1 has a copy of it",
			locals: []catalog.Local{{Account: "333333333333", Region: "eu-west-1", Copies: []catalog.Product{{Key: "vpc", Versions: []catalog.Version{aged("1.0.0", 1)}}}}}},
		"copies not read": {versions: []catalog.Version{retired, aged("1.1.0", 1)}, readings: none, withheld: "333333333333 eu-west-1: down",
			locals: []catalog.Local{{Account: "333333333333", Region: "eu-west-1", Err: errors.New("down")}}},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := lifeFiles()
			if c.enforced != "" {
				f.Enforced = map[string]catalog.Enforced{"net": {Product: "vpc", Version: c.enforced}}
			}
			have := catalog.Catalog{Products: []catalog.Product{{Region: "eu-west-1", Key: "vpc", ID: "prod-1", Versions: c.versions}}, Locals: c.locals}
			d := catalog.PlanDeletion(f, have, c.unread, "vpc", "1.0.0", c.readings, c.campaigns)
			if got := strings.Join(d.Withheld, "; "); !strings.Contains(got, c.withheld) || (got == "") != (c.withheld == "") {
				t.Errorf("withheld %q, want %q", got, c.withheld)
			}
			if (d.Token == "") != (c.withheld != "") || len(d.Changes) != 1 || d.Changes[0].Verb != catalog.Delete {
				t.Errorf("token %q, changes %v", d.Token, d.Changes)
			}
		})
	}
}

// The token is of the version and of everybody who was asked: one more is another plan. CLI-34
func TestDeletionToken(t *testing.T) {
	f, _ := lifeFiles()
	retired := aged("1.0.0", 1)
	retired.Active = false
	have := catalog.Catalog{Products: []catalog.Product{{Region: "eu-west-1", Key: "vpc", Versions: []catalog.Version{retired, aged("1.1.0", 1)}}}}
	plan := func(version string, accounts ...string) string {
		var all []catalog.Reading
		for _, a := range accounts {
			all = append(all, catalog.Reading{Spoke: catalog.Spoke{Account: a, Region: "eu-west-1"}})
		}
		return catalog.PlanDeletion(f, have, nil, "vpc", version, all, nil).Token
	}
	one := plan("1.0.0", "333333333333")
	if one == "" || one != plan("1.0.0", "333333333333") || one == plan("1.0.0", "333333333333", "444444444444") {
		t.Errorf("token %q", one)
	}
	if got := plan("0.9.0", "333333333333"); got != "" {
		t.Errorf("a token %q of nothing", got)
	}
}

// Asked are the hub, the spokes, and whoever a portfolio of the product reaches besides. CAT-15
func TestReceivers(t *testing.T) {
	f, _ := lifeFiles()
	org := catalog.Organization{ID: "o-1", Root: "r", Units: []catalog.Unit{{ID: "ou-1", Parent: "r"}}, Accounts: []catalog.Account{
		{ID: "111111111111", Parent: "ou-1", State: "ACTIVE"}, {ID: "222222222222", Parent: "ou-1", State: "SUSPENDED"}, {ID: "333333333333", Parent: "r", State: "ACTIVE"}}}
	have := catalog.Catalog{
		Products: []catalog.Product{{Region: "eu-west-1", Key: "vpc"}, {Region: "us-east-1", Key: "other"}},
		Portfolios: []catalog.Portfolio{
			{Region: "eu-west-1", Key: "net", Placements: []catalog.Placement{{Product: "vpc"}}, Shares: []catalog.Share{{Type: "ORGANIZATIONAL_UNIT", Node: "ou-1"}, {Type: "ACCOUNT", Node: "888888888888"}}},
			{Region: "eu-west-1", Key: "without", Shares: []catalog.Share{{Type: "ORGANIZATIONAL_UNIT", Node: "r"}}},
		},
	}
	spokes := []catalog.Spoke{{Account: "111111111111", Region: "us-east-1", Role: "Builder"}}
	var got []string
	for _, s := range f.Receivers(org, spokes, have, "vpc") {
		got = append(got, strings.TrimSpace(s.Account[:3]+" "+s.Region+" "+s.Role+" "+s.Why))
	}
	want := []string{"111 eu-west-1 Builder", "222 eu-west-1 CatalogBuilder the account is suspended", "888 eu-west-1 CatalogBuilder", "999 eu-west-1 Hub"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// All that speak of a version say the same, or each that does not is named with both digests. CAT-16 S4
func TestVerify(t *testing.T) {
	good := []catalog.Witness{
		{Place: "git c0ffee", Content: "sha256:c", Template: "sha256:t"},
		{Region: "eu-west-1", Place: "pa-1", Content: "sha256:c"},
		{Region: "eu-west-1", Place: "s3://b/k", Template: "sha256:t"},
	}
	with := func(i int, w catalog.Witness) []catalog.Witness {
		all := slices.Clone(good)
		all[i] = w
		return all
	}
	for name, c := range map[string]struct {
		all  []catalog.Witness
		says []string
	}{
		"all agree":            {good, nil},
		"a replaced object":    {with(2, catalog.Witness{Region: "eu-west-1", Place: "s3://b/k", Template: "sha256:x"}), []string{"vpc 1.0.0 in eu-west-1: s3://b/k has sha256:x, git c0ffee has sha256:t"}},
		"another description":  {with(1, catalog.Witness{Region: "eu-west-1", Place: "pa-1", Content: "sha256:y"}), []string{"vpc 1.0.0 in eu-west-1: pa-1 has sha256:y, git c0ffee has sha256:c"}},
		"an object gone":       {with(2, catalog.Witness{Region: "eu-west-1", Place: "s3://b/k", Fault: "it is gone"}), []string{"vpc 1.0.0 in eu-west-1: s3://b/k: it is gone"}},
		"no commit":            {with(0, catalog.Witness{Place: "git c0ffee", Fault: "no such commit"}), []string{"vpc 1.0.0: git c0ffee: no such commit"}},
		"nobody says anything": {nil, []string{"vpc 1.0.0: nothing says what it should be"}},
		"only half is said":    {good[1:2], []string{"vpc 1.0.0: nothing says what it should be"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := catalog.Verify("vpc", "1.0.0", c.all); !slices.Equal(got, c.says) {
				t.Errorf("%q, want %q", got, c.says)
			}
		})
	}
}

// A version that is deleted is as gone as was asked, whatever its line says: the rest is planned,
// and nothing is made or changed for it. That it was published once is judged by prod/plan. CAT-13
func TestDeletedVersionsLine(t *testing.T) {
	f, p := lifeFiles()
	have := catalog.Catalog{Products: []catalog.Product{{Region: "eu-west-1", Key: "vpc", Type: "CLOUD_FORMATION_TEMPLATE", Versions: []catalog.Version{aged("1.1.0", 1)}}}}
	for _, life := range []products.Lifecycle{{Retired: []string{"1.0.0"}}, {Deprecated: []products.Deprecated{{Version: "1.0.0"}}}} {
		p.Lifecycle = life
		want, err := catalog.Want(f, p, catalog.Release{})
		if err != nil {
			t.Fatal(err)
		}
		if err := catalog.Check(want, have); err != nil {
			t.Errorf("%+v: %v", life, err)
		}
		for _, c := range catalog.Plan(want, have) {
			if c.Version != nil && c.Version.Name == "1.0.0" {
				t.Errorf("%+v: %s", life, c)
			}
		}
	}
}

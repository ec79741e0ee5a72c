package catalog_test

import (
	"errors"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

var now = time.Date(2027, 3, 10, 12, 0, 0, 0, time.UTC)

// vpc is a product with versions in each state, as the hub has it.
func vpc(region string) catalog.Product {
	return catalog.Product{Region: region, Key: "vpc", ID: "prod-1", Name: "vpc", Versions: []catalog.Version{
		{ID: "pa-09", Name: "0.9.0", Digest: "sha256:0", Active: false, Guidance: "DEFAULT"},
		{ID: "pa-10", Name: "1.0.0", Digest: "sha256:1", Active: true, Guidance: "DEPRECATED"},
		{ID: "pa-19", Name: "1.9.0", Digest: "sha256:2", Active: true, Guidance: "DEFAULT"},
		{ID: "pa-110", Name: "1.10.0", Digest: "sha256:3", Active: true, Guidance: "DEFAULT"},
		{ID: "pa-hand", Name: "5.0.0", Active: true, Guidance: "DEFAULT"}, // not axle's
	}}
}

func fleetOf(enforced map[string]catalog.Enforced) catalog.Fleet {
	p := &products.File{Name: "vpc", Lifecycle: products.Lifecycle{Deprecated: []products.Deprecated{{Version: "1.0.0", Until: "2027-03-31"}}}}
	return catalog.Fleet{File: &catalog.File{Enforced: enforced}, Products: []*products.File{p}, Now: now,
		Have: catalog.Catalog{Products: []catalog.Product{vpc("eu-west-1")}},
		Org:  catalog.Organization{Root: "r-1", Accounts: []catalog.Account{{ID: "333333333333", Parent: "ou-2"}}, Units: []catalog.Unit{{ID: "ou-1", Parent: "r-1"}, {ID: "ou-2", Parent: "ou-1"}}}}
}

func enforcedBy(within string, sel catalog.SpokeSelector) map[string]catalog.Enforced {
	return map[string]catalog.Enforced{"net": {Product: "vpc", Version: within, Spokes: &sel}}
}

// CAT-75 CLI-39: what a provisioned product is called, and what was expected.
func TestRow(t *testing.T) {
	all := catalog.SpokeSelector{All: true}
	cases := []struct {
		name, version, state          string
		enforced                      map[string]catalog.Enforced
		word, expected, entry, expiry string
		outdated                      bool
	}{
		{name: "the newest", version: "1.10.0", word: "up to date", expected: "1.10.0"},
		{name: "an older one: 1.9 is below 1.10", version: "1.9.0", word: "behind", expected: "1.10.0", outdated: true},
		{name: "deprecated, with its date", version: "1.0.0", word: "deprecated", expected: "1.10.0", expiry: "2027-03-31", outdated: true},
		{name: "retired", version: "0.9.0", word: "retired", expected: "1.10.0", outdated: true},
		{name: "one that axle did not publish", version: "5.0.0", word: "foreign", expected: "1.10.0"},
		{name: "one that the hub has no more", version: "0.1.0", word: "foreign", expected: "1.10.0"},
		{name: "tainted", version: "1.10.0", state: "TAINTED", word: "failed", expected: "1.10.0", outdated: true},
		{name: "in error", version: "1.10.0", state: "ERROR", word: "failed", expected: "1.10.0", outdated: true},
		{name: "being changed", version: "1.9.0", state: "UNDER_CHANGE", word: "changing", expected: "1.10.0"},
		{name: "enforced: the newest of the range", version: "1.9.0", enforced: enforcedBy("<1.10", all), word: "up to date", expected: "1.9.0", entry: "net"},
		{name: "enforced above what there is", version: "1.10.0", enforced: enforcedBy(">=2", all), word: "behind", entry: "net", outdated: true},
		{name: "enforced by tag", version: "1.10.0", enforced: enforcedBy("*", catalog.SpokeSelector{Tags: []string{"ring:rest"}}), word: "up to date", expected: "1.10.0", entry: "net"},
		{name: "enforced by account", version: "1.10.0", enforced: enforcedBy("*", catalog.SpokeSelector{Accounts: []document.AccountID{"333333333333"}}), word: "up to date", expected: "1.10.0", entry: "net"},
		{name: "enforced by a unit above", version: "1.10.0", enforced: enforcedBy("*", catalog.SpokeSelector{OrganizationalUnits: []string{"ou-1"}}), word: "up to date", expected: "1.10.0", entry: "net"},
		{name: "enforced elsewhere", version: "1.10.0", enforced: enforcedBy("*", catalog.SpokeSelector{Tags: []string{"ring:canary"}}), word: "up to date", expected: "1.10.0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.state == "" {
				c.state = "AVAILABLE"
			}
			rows := fleetOf(c.enforced).Rows([]catalog.Reading{{
				Spoke: catalog.Spoke{Account: "333333333333", Region: "eu-west-1", Tags: []string{"ring:rest"}},
				Launched: []catalog.Launched{{ID: "pp-1", Name: "mine", Product: "prod-1", ProductName: "vpc", Version: c.version, State: c.state,
					Owner: "arn:aws:sts::333333333333:assumed-role/Builder/ann", Created: now.Add(-49 * time.Hour)}}}})
			if len(rows) != 1 {
				t.Fatalf("%d rows", len(rows))
			}
			r := rows[0]
			if r.Word != c.word || r.Expected != c.expected || r.Entry != c.entry || r.Deadline != c.expiry || r.Outdated() != c.outdated {
				t.Errorf("%+v", r)
			}
			if r.AgeDays != 2 || catalog.Who(r.Owner) != "ann" || r.Provisioned != "mine" || r.Version != c.version {
				t.Errorf("who and since when: %+v", r)
			}
		})
	}
}

// E10: vulnerable is what a later version mends by its own words, or what lifecycle says so of. Of what
// axle did not publish, and of what nobody said anything of, nothing is said.
func TestVulnerable(t *testing.T) {
	for name, c := range map[string]struct {
		runs, mending, changes, reason string
		want                           string
	}{
		"nobody said so":                        {"1.9.0", "1.10.0", "An output more", "No alarm", ""},
		"a later version mends it":              {"1.9.0", "1.10.0", "Security: the key policy was open", "", "mended by 1.10.0: Security: the key policy was open"},
		"however it is written":                 {"1.0.0", "1.10.0", " SECURITY: a hole", "", "mended by 1.10.0: SECURITY: a hole"},
		"the version that mends it":             {"1.10.0", "1.10.0", "Security: a hole", "", ""},
		"what mended an older one":              {"1.10.0", "1.9.0", "Security: a hole", "", ""},
		"also when that is retired since":       {"1.0.0", "1.9.0", "Security: a hole", "", "mended by 1.9.0: Security: a hole"},
		"only the beginning says so":            {"1.9.0", "1.10.0", "Better security: none", "", ""},
		"lifecycle says so":                     {"1.0.0", "", "", "Security: it logs keys", "Security: it logs keys"},
		"lifecycle says so of another":          {"1.9.0", "", "", "Security: it logs keys", ""},
		"made by hand above, and nobody's word": {"1.9.0", "5.0.0", "Security: a hole", "", ""},
		"one that axle did not publish":         {"5.0.0", "1.10.0", "Security: a hole", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := fleetOf(nil)
			f.Products[0].Lifecycle.Deprecated[0].Reason = c.reason
			for i, v := range f.Have.Products[0].Versions {
				if v.Name == c.mending {
					f.Have.Products[0].Versions[i].Changes = c.changes
				}
			}
			row := f.Rows([]catalog.Reading{{Spoke: catalog.Spoke{Account: "333333333333", Region: "eu-west-1"},
				Launched: []catalog.Launched{{ID: "pp-1", Name: "mine", Product: "prod-1", ProductName: "vpc", Version: c.runs, State: "AVAILABLE"}}}})[0]
			if row.Vulnerable != c.want || row.Because != "" && c.runs != "1.0.0" {
				t.Errorf("%q, want %q; %+v", row.Vulnerable, c.want, row)
			}
		})
	}
}

// CAT-75: what was not read is unknown, and never none; the others are as they are.
func TestRowsOfASpoke(t *testing.T) {
	active := catalog.Spoke{Account: "333333333333", Region: "eu-west-1"}
	closed := catalog.Spoke{Account: "666666666666", Region: "eu-west-1", Why: "the account is suspended"}
	foreign := []catalog.Launched{{ID: "pp-2", Name: "b", Product: "prod-x", ProductName: "theirs"}, {ID: "pp-1", Name: "a", Product: "prod-x", ProductName: "theirs"}}
	cases := []struct {
		name    string
		reading catalog.Reading
		unread  catalog.RegionErrors
		words   []string
		reason  string
	}{
		{"nothing there", catalog.Reading{Spoke: active}, nil, []string{"none"}, ""},
		{"not read", catalog.Reading{Spoke: active, Err: errors.New("no such role")}, nil, []string{"unknown"}, "no such role"},
		{"suspended", catalog.Reading{Spoke: closed}, nil, []string{"skipped"}, "the account is suspended"},
		{"of products that git does not have, by name", catalog.Reading{Spoke: active, Launched: foreign}, nil, []string{"foreign", "foreign"}, ""},
		{"the hub not read: nobody can say", catalog.Reading{Spoke: active, Launched: foreign[:1]}, catalog.RegionErrors{"eu-west-1": errors.New("denied")}, []string{"unknown"}, "the hub was not read: denied"},
		{"one product alone", catalog.Reading{Spoke: active, Launched: foreign}.Only("vpc"), nil, []string{"none"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := fleetOf(nil)
			f.Unread = c.unread
			var words []string
			rows := f.Rows([]catalog.Reading{c.reading})
			for _, r := range rows {
				words = append(words, r.Word)
			}
			if len(words) != len(c.words) || words[0] != c.words[0] || rows[0].Reason != c.reason {
				t.Errorf("%+v", rows)
			}
			if len(rows) == 2 && rows[0].Provisioned != "a" {
				t.Errorf("not in order: %+v", rows)
			}
		})
	}
}

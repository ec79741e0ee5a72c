package catalog_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

const dayLong = 24 * time.Hour

// fiveVersions is vpc on the hub with 1.0.0 to 1.4.0, each published so many days ago; 1.5.0 is
// retired, and 9.0.0 not axle's.
func fiveVersions(days ...int) catalog.Fleet {
	p := catalog.Product{Region: "eu-west-1", Key: "vpc", ID: "prod-1", Name: "vpc"}
	for i, name := range []string{"1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"} {
		v := catalog.Version{Name: name, Digest: "sha256:" + name, Active: true, Guidance: "DEFAULT"}
		if i < len(days) {
			v.Created = now.Add(-time.Duration(days[i]) * dayLong)
		}
		p.Versions = append(p.Versions, v)
	}
	p.Versions = append(p.Versions, catalog.Version{Name: "1.5.0", Digest: "sha256:15"}, catalog.Version{Name: "9.0.0", Active: true})
	f := fleetOf(nil)
	f.Have.Products = []catalog.Product{p}
	return f
}

func upTo(lag int) *catalog.ForcedFile { return &catalog.ForcedFile{MaxLag: &lag} }

func within(d time.Duration) *catalog.ForcedFile {
	return &catalog.ForcedFile{Deadline: document.Duration(d)}
}

// spokeWith is what a spoke with limits has: a provisioned product of each version.
func spokeWith(forced *catalog.ForcedFile, beside *catalog.ConcurrentFile, versions ...string) catalog.Reading {
	r := catalog.Reading{Spoke: catalog.Spoke{Account: "333333333333", Region: "eu-west-1", Forced: forced, Concurrent: beside}}
	for _, v := range versions {
		r.Launched = append(r.Launched, catalog.Launched{ID: "pp-" + v, Name: "mine-" + v, Product: "prod-1", ProductName: "vpc", Version: v, State: "AVAILABLE"})
	}
	return r
}

// E14: how far behind a provisioned product may be, by count and by time.
func TestForced(t *testing.T) {
	cases := []struct {
		name, version, breach string
		forced                *catalog.ForcedFile
		days                  []int
		enforced              map[string]catalog.Enforced
	}{
		{name: "the newest", version: "1.4.0", forced: upTo(0)},
		{name: "two behind of two", version: "1.2.0", forced: upTo(2)},
		{name: "three behind of two", version: "1.1.0", forced: upTo(2), breach: "3 behind, at most 2"},
		{name: "one behind of none", version: "1.3.0", forced: upTo(0), breach: "1 behind, at most 0"},
		{name: "above what can be launched", version: "1.5.0", forced: upTo(0)},
		{name: "behind in the range of enforced alone", version: "1.1.0", forced: upTo(1), enforced: enforcedBy("<1.3", catalog.SpokeSelector{All: true})},
		{name: "one that axle did not publish", version: "9.0.0", forced: upTo(99), breach: "how far behind it is cannot be told"},
		{name: "one that the hub has no more", version: "0.1.0", forced: upTo(99), breach: "how far behind it is cannot be told"},
		{name: "nothing can be launched", version: "1.4.0", forced: upTo(99), enforced: enforcedBy(">=7", catalog.SpokeSelector{All: true}), breach: "how far behind it is cannot be told"},
		{name: "time is left", version: "1.2.0", forced: within(30 * dayLong), days: []int{90, 80, 70, 30, 2}},
		{name: "the first newer one is too old, whenever the newest came", version: "1.2.0", forced: within(30 * dayLong), days: []int{90, 80, 70, 31, 2}, breach: "1.3.0 was published 31 days ago, at most 30d"},
		{name: "the newest may be of any age", version: "1.4.0", forced: within(30 * dayLong), days: []int{900, 800, 700, 600, 500}},
		{name: "when it was published is not known", version: "1.3.0", forced: within(30 * dayLong), breach: "when 1.4.0 was published is not known"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := fiveVersions(c.days...)
			f.File.Enforced = c.enforced
			r := f.Rows([]catalog.Reading{spokeWith(c.forced, nil, c.version)})[0]
			if r.Breach != c.breach || r.Compliant == nil || *r.Compliant != (c.breach == "") {
				t.Errorf("%+v", r)
			}
			if c.breach != "" && !r.Outdated() {
				t.Error("somebody has to see to it")
			}
		})
	}
}

// E14: which versions run side by side; where there are too many, the newest may stay.
func TestConcurrent(t *testing.T) {
	cases := []struct {
		name     string
		limits   catalog.ConcurrentFile
		versions []string
		breaches []string // of each version, in that order
	}{
		{"two of two", catalog.ConcurrentFile{Max: 2}, []string{"1.3.0", "1.4.0", "1.3.0"}, []string{"", "", ""}},
		{"three of two: the oldest goes", catalog.ConcurrentFile{Max: 2}, []string{"1.0.0", "1.3.0", "1.4.0"}, []string{"3 versions run here, at most 2", "", ""}},
		{"what is no version of ours goes first", catalog.ConcurrentFile{Max: 1}, []string{"1.0.0", "-"}, []string{"", "2 versions run here, at most 1"}},
		{"allowed: a version, a range", catalog.ConcurrentFile{Allowed: []string{"1.0.0", ">=1.3"}}, []string{"1.0.0", "1.1.0", "1.4.0"}, []string{"", "the version is not one that is allowed", ""}},
		{"an unreadable version is in no range", catalog.ConcurrentFile{Allowed: []string{"*"}}, []string{"latest"}, []string{"the version is not one that is allowed"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rows := fiveVersions().Rows([]catalog.Reading{spokeWith(nil, &c.limits, c.versions...)})
			for i, version := range c.versions {
				at := slices.IndexFunc(rows, func(r catalog.Row) bool { return r.Version == version })
				if r := rows[at]; r.Breach != c.breaches[i] || *r.Compliant != (c.breaches[i] == "") {
					t.Errorf("%s: %+v", version, r)
				}
			}
		})
	}
}

// E14: the command that mends a row moves it to the highest version that its spoke may have.
func TestMend(t *testing.T) {
	to := func(v string) string {
		return "axle campaign create --product vpc --to " + v + " --spokes account:333333333333"
	}
	cases := []struct {
		name, version, mend string
		forced              *catalog.ForcedFile
		beside              *catalog.ConcurrentFile
	}{
		{"nothing to mend", "1.4.0", "", upTo(0), nil},
		{"to the newest that can be launched", "1.0.0", to("1.4.0"), upTo(2), nil},
		{"to the newest that is allowed", "1.0.0", to("1.2.0"), nil, &catalog.ConcurrentFile{Allowed: []string{"~1.2"}}},
		{"nothing that is allowed can be launched", "1.0.0", "", nil, &catalog.ConcurrentFile{Allowed: []string{">=2"}}},
	}
	for _, c := range cases {
		r := fiveVersions().Rows([]catalog.Reading{spokeWith(c.forced, c.beside, c.version)})[0]
		if r.Mend != c.mend {
			t.Errorf("%s: %q, want %q", c.name, r.Mend, c.mend)
		}
	}
}

// E14: what is not known is not compliant, and not judged is not compliant either.
func TestNotJudged(t *testing.T) {
	foreign := spokeWith(upTo(0), nil, "1.0.0")
	foreign.Launched[0].Product, foreign.Launched[0].ProductName = "prod-x", "theirs"
	unread := spokeWith(upTo(0), nil)
	unread.Err = errors.New("no such role")
	cases := []struct {
		name, word string
		reading    catalog.Reading
		hub        catalog.RegionErrors
	}{
		{"the spoke was not read", "unknown", unread, nil},
		{"the hub was not read", "unknown", spokeWith(upTo(0), nil, "1.4.0"), catalog.RegionErrors{"eu-west-1": errors.New("denied")}},
		{"a product that git does not have", "foreign", foreign, nil},
		{"a spoke without limits", "behind", spokeWith(nil, nil, "1.0.0"), nil},
	}
	for _, c := range cases {
		f := fiveVersions()
		f.Unread = c.hub
		if r := f.Rows([]catalog.Reading{c.reading})[0]; r.Compliant != nil || r.Word != c.word {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

// E14: a spoke has the limits of its own entry, or of its unit's.
func TestLimitsOfASpoke(t *testing.T) {
	unit, own := upTo(3), upTo(1)
	f := &catalog.File{Hub: catalog.Hubs{Regions: []string{"eu-west-1"}}, Spokes: []catalog.SpokeFile{
		{OrganizationalUnit: "r-1", Forced: unit}, {Account: "444444444444", Forced: own, Concurrent: &catalog.ConcurrentFile{Max: 1}}}}
	org := catalog.Organization{Root: "r-1", Accounts: []catalog.Account{{ID: "333333333333", Parent: "r-1", State: "ACTIVE"}, {ID: "444444444444", Parent: "r-1", State: "ACTIVE"}}}
	all, err := catalog.Spokes(f, org)
	if err != nil || len(all) != 2 || all[0].Forced != unit || all[0].Concurrent != nil || all[1].Forced != own || all[1].Concurrent.Max != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}

// E10: a score falls with what is wrong, never below 0, and there is none where nothing is known.
func TestScore(t *testing.T) {
	lag, no := func(n int) *int { return &n }, false
	cases := []struct {
		name  string
		row   catalog.Row
		score int
		known bool
	}{
		{"as it should be", catalog.Row{Word: catalog.UpToDate, Lag: lag(0)}, 100, true},
		{"ten for each version behind", catalog.Row{Word: catalog.Behind, Lag: lag(3)}, 70, true},
		{"at most fifty", catalog.Row{Word: catalog.Behind, Lag: lag(40)}, 50, true},
		{"deprecated", catalog.Row{Word: catalog.Deprecated, Lag: lag(1)}, 65, true},
		{"retired", catalog.Row{Word: catalog.Retired, Lag: lag(1)}, 40, true},
		{"failed", catalog.Row{Word: catalog.Failed, Lag: lag(0)}, 50, true},
		{"not compliant", catalog.Row{Word: catalog.Behind, Lag: lag(3), Compliant: &no}, 45, true},
		{"vulnerable", catalog.Row{Word: catalog.Behind, Lag: lag(1), Vulnerable: "mended by 1.1.0: Security: a hole"}, 65, true},
		{"never below 0", catalog.Row{Word: catalog.Retired, Lag: lag(9), Compliant: &no}, 0, true},
		{"foreign", catalog.Row{Word: catalog.Foreign}, 0, false},
		{"unknown", catalog.Row{Word: catalog.Unknown}, 0, false},
	}
	for _, c := range cases {
		if score, known := c.row.Score(); score != c.score || known != c.known {
			t.Errorf("%s: %d, %v", c.name, score, known)
		}
	}
}

package catalog_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
)

// done is a record that ended an hour after it began.
func done(h int, kind, status, artifact string) catalog.Record {
	return catalog.Record{Provisioned: "pp-1", Name: "mine", Product: "prod-1", Artifact: artifact, Type: kind, Status: status, Created: hour(h), Updated: hour(h + 1)}
}

// What ran at an instant is what the records up to then left behind, whatever they say of later.
func TestRan(t *testing.T) { // E13
	const launch, update, end = "PROVISION_PRODUCT", "UPDATE_PROVISIONED_PRODUCT", "TERMINATE_PROVISIONED_PRODUCT"
	hub := catalog.Catalog{Products: []catalog.Product{{Region: "eu-west-1", Key: "queue", ID: "prod-1", Versions: []catalog.Version{{ID: "pa-1", Name: "1.0.0"}, {ID: "pa-2", Name: "1.1.0"}}}}}
	there := []catalog.Launched{{ID: "pp-1", Name: "mine", Product: "prod-1", ProductName: "Queue", Version: "2.0.0", VersionID: "pa-9", Created: hour(2)}}
	life := []catalog.Record{ // newest first, as AWS lists them
		done(9, end, "SUCCEEDED", "pa-2"), done(7, update, "SUCCEEDED", "pa-2"), done(5, update, "FAILED", "pa-2"), done(2, launch, "SUCCEEDED", "pa-1"),
	}
	for name, c := range map[string]struct {
		past []catalog.Record
		now  []catalog.Launched
		want map[int]string // by hour
	}{
		"its life": {life, nil, map[int]string{
			1: "", 2: "queue 1.0.0 UNDER_CHANGE 02h", 3: "queue 1.0.0 AVAILABLE 03h", 4: "queue 1.0.0 AVAILABLE 03h", 5: "queue 1.0.0 UNDER_CHANGE 05h",
			6: "queue 1.0.0 TAINTED 06h", 8: "queue 1.1.0 AVAILABLE 08h", 9: "queue 1.1.0 UNDER_CHANGE 09h", 10: "", 20: "",
		}},
		"a launch that failed":                   {[]catalog.Record{done(2, launch, "FAILED", "pa-1")}, nil, map[int]string{4: "queue 1.0.0 ERROR 03h"}},
		"a termination that failed":              {[]catalog.Record{done(2, launch, "SUCCEEDED", "pa-1"), done(4, end, "FAILED", "pa-1")}, nil, map[int]string{6: "queue 1.0.0 TAINTED 05h"}},
		"launched again under its id":            {[]catalog.Record{done(2, launch, "SUCCEEDED", "pa-1"), done(5, launch, "SUCCEEDED", "pa-2")}, nil, map[int]string{7: "queue 1.1.0 AVAILABLE 06h"}},
		"a version that was deleted since":       {[]catalog.Record{done(2, launch, "SUCCEEDED", "pa-7")}, nil, map[int]string{4: "queue pa-7 AVAILABLE 03h"}},
		"a version that only what runs tells":    {[]catalog.Record{done(2, launch, "SUCCEEDED", "pa-9")}, there, map[int]string{4: "queue 2.0.0 AVAILABLE 03h"}},
		"there now, and AWS lists nothing of it": {nil, there, map[int]string{1: "", 2: "queue  unknown: AWS lists no record of it up to then"}},
		"there now, and listed only later":       {[]catalog.Record{done(5, update, "SUCCEEDED", "pa-2")}, there, map[int]string{4: "queue  unknown: AWS lists", 6: "queue 1.1.0 AVAILABLE 06h"}},
		"its launch is listed no more":           {[]catalog.Record{done(5, update, "FAILED", "pa-2")}, there, map[int]string{7: "queue  TAINTED 06h: AWS lists no record of its launch"}},
		"one that is not at its end to this day": {[]catalog.Record{done(5, launch, "IN_PROGRESS", "pa-1")}, nil, map[int]string{9: "queue 1.0.0 UNDER_CHANGE 05h"}},
	} {
		t.Run(name, func(t *testing.T) {
			spoke := catalog.Spoke{Account: "333333333333", Region: "eu-west-1"}
			for h, want := range c.want {
				var got []string
				for _, r := range (catalog.Fleet{Have: hub}).Ran([]catalog.Reading{{Spoke: spoke, Launched: c.now, Past: c.past}}, hour(h)) {
					line := r.Product + " " + r.Version + " " + r.State
					if !r.Since.IsZero() {
						line += " " + r.Since.Format("15h")
					}
					if r.Why != "" {
						line += ": " + r.Why
					}
					got = append(got, line)
				}
				if all := strings.Join(got, "; "); all != want && (!strings.Contains(want, ": ") || !strings.HasPrefix(all, want)) {
					t.Errorf("at %dh %q, want %q", h, all, want)
				}
			}
		})
	}
}

// A spoke of which nothing can be said has a row that says so, and is not one that ran nothing.
func TestRanUnread(t *testing.T) { // E13
	rows := (catalog.Fleet{}).Ran([]catalog.Reading{
		{Spoke: catalog.Spoke{Account: "333333333333"}, Err: errors.New("no role")},
		{Spoke: catalog.Spoke{Account: "444444444444", Why: "the account is suspended"}},
		{Spoke: catalog.Spoke{Account: "555555555555"}},
	}, hour(1))
	if len(rows) != 2 || rows[0].State != "unknown" || rows[0].Why != "no role" || rows[1].State != "unknown" || rows[1].Why != "the account is suspended" {
		t.Errorf("%+v", rows)
	}
}

// The last record counts, however the list is ordered, and also one of something that failed: somebody
// was there.
func TestTouched(t *testing.T) { // E10
	r := catalog.Reading{Past: []catalog.Record{done(2, "PROVISION_PRODUCT", "SUCCEEDED", "pa-1"), done(5, "UPDATE_PROVISIONED_PRODUCT", "FAILED", "pa-2"), done(3, "UPDATE_PROVISIONED_PRODUCT", "SUCCEEDED", "pa-2")}}
	if last, ok := r.Touched("pp-1"); !ok || !last.Created.Equal(hour(5)) || last.Status != "FAILED" {
		t.Errorf("%+v, %t", last, ok)
	}
	if last, ok := r.Touched("pp-2"); ok || !last.Created.Equal(time.Time{}) {
		t.Errorf("of what nothing is listed of: %+v", last)
	}
}

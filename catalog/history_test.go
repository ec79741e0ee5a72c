package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
)

// stood is a version as one word each: version, region, state, and when it was published.
func stood(all []catalog.Stood) string {
	var words []string
	for _, s := range all {
		w := s.Version + "@" + s.Region + " " + s.State
		if !s.Published.IsZero() {
			w += " " + s.Published.Format("15h")
		}
		words = append(words, w)
	}
	return strings.Join(words, ", ")
}

func hour(h int) time.Time { return time.Date(2026, 11, 1, h, 0, 0, 0, time.UTC) }

// A past instant has the answer that was right then: what came later changes nothing in it.
func TestAsOf(t *testing.T) { // E13
	put := func(h int, version, region string) catalog.Moment {
		return catalog.Moment{At: hour(h), Version: version, Region: region, State: catalog.StateActive, Run: "r", Digest: "sha256:" + version}
	}
	to := func(h int, version, region, state string) catalog.Moment {
		return catalog.Moment{At: hour(h), Version: version, Region: region, State: state}
	}
	begun := func(m catalog.Moment) catalog.Moment { m.Begun, m.Why = true, "begun"; return m }
	seen := func(h int, version string) catalog.Moment {
		return catalog.Moment{At: hour(h), Version: version, State: catalog.StateUnsure, Digest: "sha256:" + version, Seen: true}
	}
	for name, c := range map[string]struct {
		record []catalog.Moment
		want   map[int]string
	}{
		"nothing": {nil, map[int]string{9: ""}},
		"its whole life": {
			[]catalog.Moment{put(1, "1.0.0", "a"), to(3, "1.0.0", "a", catalog.StateDeprecated), to(5, "1.0.0", "a", catalog.StateRetired), to(7, "1.0.0", "a", catalog.StateDeleted)},
			map[int]string{0: "", 1: "1.0.0@a active 01h", 2: "1.0.0@a active 01h", 4: "1.0.0@a deprecated 01h", 5: "1.0.0@a retired 01h", 9: "1.0.0@a deleted 01h"},
		},
		"waves: region by region": {
			[]catalog.Moment{begun(put(1, "1.0.0", "a")), begun(put(1, "1.0.0", "b")), put(2, "1.0.0", "a"), put(4, "1.0.0", "b"), put(5, "1.0.0", "a"), put(5, "1.0.0", "b"), seen(5, "1.0.0")},
			map[int]string{1: "1.0.0@a unknown, 1.0.0@b unknown", 3: "1.0.0@a active 02h, 1.0.0@b unknown", 6: "1.0.0@a active 02h, 1.0.0@b active 04h"},
		},
		"a run that ended in the middle leaves it unknown, and the next that sees it there settles it": {
			[]catalog.Moment{begun(put(1, "1.0.0", "a")), seen(4, "1.0.0")},
			map[int]string{2: "1.0.0@a unknown", 4: "1.0.0@a active 04h"},
		},
		"what was seen settles nothing of another version, and undoes no state": {
			[]catalog.Moment{put(1, "1.0.0", "a"), begun(to(2, "1.0.0", "a", catalog.StateRetired)), put(3, "1.1.0", "a"), to(3, "1.1.0", "a", catalog.StateDeprecated), seen(4, "1.1.0")},
			map[int]string{5: "1.0.0@a unknown 01h, 1.1.0@a deprecated 03h"},
		},
		"found published by a run that did not publish it": {
			[]catalog.Moment{seen(2, "1.0.0"), to(3, "1.0.0", "a", catalog.StateDeprecated)},
			map[int]string{1: "", 2: "1.0.0@ unknown", 3: "1.0.0@a deprecated"},
		},
		"published before the record began": {
			[]catalog.Moment{{Version: "1.0.0", State: catalog.StateUnsure}},
			map[int]string{0: "1.0.0@ unknown"},
		},
		"a deletion that was begun is of every region, and one that was done of its own": {
			[]catalog.Moment{put(1, "1.0.0", "a"), put(1, "1.0.0", "b"), begun(to(2, "1.0.0", "", catalog.StateDeleted)), to(2, "1.0.0", "b", catalog.StateDeleted)},
			map[int]string{2: "1.0.0@a unknown 01h, 1.0.0@b deleted 01h"},
		},
		"versions in their order": {
			[]catalog.Moment{put(1, "1.10.0", "a"), put(1, "1.9.0", "b"), put(1, "1.9.0", "a")},
			map[int]string{1: "1.9.0@a active 01h, 1.9.0@b active 01h, 1.10.0@a active 01h"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for h, want := range c.want {
				if got := stood(catalog.AsOf(c.record, hour(h))); got != want {
					t.Errorf("at %dh %q, want %q", h, got, want)
				}
			}
		})
	}
}

// Of a plan's changes those of the product's versions in the hub are told, and nothing else.
func TestMoments(t *testing.T) { // E13
	version := func(name string, active bool, guidance string) *catalog.Version {
		return &catalog.Version{Name: name, Digest: "sha256:" + name, Active: active, Guidance: guidance}
	}
	changes := []catalog.Change{
		{Verb: catalog.Create, Kind: catalog.KindProduct, Region: "a", Product: "q", NewProduct: &catalog.Product{Versions: []catalog.Version{*version("1.0.0", true, "DEFAULT")}}},
		{Verb: catalog.Update, Kind: catalog.KindProduct, Region: "a", Product: "q", NewProduct: &catalog.Product{}},
		{Verb: catalog.Create, Kind: catalog.KindVersion, Region: "a", Product: "q", Version: version("1.1.0", true, "DEFAULT")},
		{Verb: catalog.Update, Kind: catalog.KindVersion, Region: "a", Product: "q", Version: version("0.9.0", true, "DEPRECATED")},
		{Verb: catalog.Update, Kind: catalog.KindVersion, Region: "a", Product: "q", Version: version("0.8.0", false, "DEFAULT")},
		{Verb: catalog.Delete, Kind: catalog.KindVersion, Region: "a", Product: "q", Version: version("0.7.0", false, "DEFAULT")},
		{Verb: catalog.Create, Kind: catalog.KindVersion, Region: "a", Product: "other", Version: version("1.1.0", true, "DEFAULT")},
		{Verb: catalog.Create, Kind: catalog.KindCopy, Account: "222222222222", Region: "a", Product: "q", Version: version("1.1.0", true, "DEFAULT")},
		{Verb: catalog.Create, Kind: catalog.KindPlacement, Region: "a", Product: "q"},
	}
	var got []string
	for _, m := range catalog.Moments(changes, "q", catalog.Moment{Run: "r"}) {
		got = append(got, fmt.Sprintf("%s %s %t", m.Version, m.State, m.Digest != ""))
	}
	want := []string{"1.0.0 active true", "1.1.0 active true", "0.9.0 deprecated false", "0.8.0 retired false", "0.7.0 deleted false"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if why := catalog.Moments(changes[3:4], "q", catalog.Moment{Run: "r", Begun: true})[0].Why; why != "run r began to make it deprecated, and nothing says how far that came" {
		t.Error(why)
	}
}

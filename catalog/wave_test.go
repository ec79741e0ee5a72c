package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// hubOf is a catalog.yaml of a hub in these regions.
func hubOf(regions ...string) *catalog.File {
	return &catalog.File{Hub: catalog.Hubs{Account: "999999999999", Regions: regions}}
}

// ringed are spokes as "ring region": the first account in it is 1, the next 2.
func ringed(places ...string) []catalog.Spoke {
	var all []catalog.Spoke
	for i, place := range places {
		ring, region, _ := strings.Cut(place, " ")
		region, why, _ := strings.Cut(region, " ")
		all = append(all, catalog.Spoke{Account: fmt.Sprint(i + 1), Region: region, Tags: []string{"ring:" + ring}, Why: why})
	}
	return all
}

func canaryFirst() []catalog.Wave {
	return []catalog.Wave{
		{Name: "canary", Spokes: &catalog.SpokeSelector{Tags: []string{"ring:canary"}}},
		{Name: "rest", Spokes: &catalog.SpokeSelector{All: true}},
	}
}

func regionsOf(waves []catalog.Wave) string {
	var all []string
	for _, w := range waves {
		all = append(all, fmt.Sprintf("%s=%s/%d", w.Name, strings.Join(w.Regions, ","), w.Size))
	}
	return strings.Join(all, " ")
}

// CAT-60: which region goes with which wave, how many spokes it reaches, and who sees it early.
func TestVisibility(t *testing.T) {
	named := func(regions ...string) []catalog.Wave { // a wave for each list of regions
		var all []catalog.Wave
		for i, list := range regions {
			all = append(all, catalog.Wave{Name: fmt.Sprint("w", i+1), Regions: strings.Fields(list)})
		}
		return all
	}
	for _, c := range []struct {
		name   string
		hub    string
		waves  []catalog.Wave
		spokes []catalog.Spoke
		want   string
		early  string
	}{
		{"no waves: one of all", "a b", nil, ringed("x a", "x a", "x b"), "all=a,b/3", ""},
		{"as they are named", "a b c", named("b", "c a"), ringed("x a", "x b"), "w1=b/1 w2=a,c/1", ""},
		{"what is not named goes with the last", "a b c", named("b", "c"), nil, "w1=b/0 w2=a,c/0", ""},
		{"a region goes with the first wave that has a spoke in it", "a b c", canaryFirst(), ringed("canary b", "rest a", "rest b", "rest c"), "canary=b/2 rest=a,c/2",
			"1 of wave rest in b see a version with wave canary"},
		{"one region: the canary's wave has it", "a", canaryFirst(), ringed("canary a", "rest a", "rest a"), "canary=a/3 rest=/0", "2 of wave rest in a see a version with wave canary"},
		{"a suspended canary opens no region", "a b", canaryFirst(), ringed("canary a suspended", "rest a", "rest b"), "canary=/0 rest=a,b/2", ""},
		{"a region where nobody is goes with the last", "a b", canaryFirst(), ringed("canary a"), "canary=a/1 rest=b/0", ""},
		{"a spoke outside the hub's regions changes nothing", "a", canaryFirst(), ringed("canary z", "rest a"), "canary=/0 rest=a/1", ""},
		{"a named region wins over whom the wave selects", "a b", []catalog.Wave{{Name: "one", Regions: []string{"b"}}, canaryFirst()[0], canaryFirst()[1]}, ringed("canary a", "canary b"), "one=b/1 canary=a/1 rest=/0",
			"1 of wave canary in b see a version with wave one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := catalog.Visibility(hubOf(strings.Fields(c.hub)...), c.waves, catalog.Organization{}, c.spokes)
			if err != nil || regionsOf(got) != c.want {
				t.Errorf("%s, %v; want %s", regionsOf(got), err, c.want)
			}
			if early := strings.Join(catalog.Early(got, catalog.Organization{}, c.spokes), "\n"); !strings.HasPrefix(early, c.early) || (c.early == "") != (early == "") {
				t.Errorf("early: %q, want %q", early, c.early)
			}
		})
	}
}

func TestVisibilityRefuses(t *testing.T) {
	for code, waves := range map[string][]catalog.Wave{
		"AXLE2720": {{Name: "one", Regions: []string{"z"}}},
		"AXLE2721": {{Name: "one", Regions: []string{"a"}}, {Name: "two", Regions: []string{"b", "a"}}},
	} {
		if _, err := catalog.Visibility(hubOf("a", "b"), waves, catalog.Organization{}, nil); document.CodeOf(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}

// CAT-60: a wave's tag that no spoke has is named, whatever else the wave selects.
func TestUntagged(t *testing.T) {
	f := hubOf("a")
	f.Spokes = []catalog.SpokeFile{{Account: "111111111111", Tags: []string{"ring:canary"}}, {OrganizationalUnit: "ou-ab12-11111111", Tags: []string{"ring:rest"}}}
	for want, w := range map[string]catalog.Wave{
		"":            {Spokes: &catalog.SpokeSelector{Tags: []string{"ring:canary", "ring:rest"}}},
		"ring:kanari": {Spokes: &catalog.SpokeSelector{Tags: []string{"ring:kanari", "ring:rest"}}},
	} {
		if got := strings.Join(f.Untagged(w), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := f.Untagged(catalog.Wave{Regions: []string{"a"}}); got != nil {
		t.Errorf("a wave of regions: %q", got)
	}
}

// CAT-60: check says by the files alone who will see a version early: also those of a unit.
func TestEarlyOffline(t *testing.T) {
	f := hubOf("a", "b")
	f.Spokes = []catalog.SpokeFile{
		{Account: "111111111111", Regions: []string{"a"}, Tags: []string{"ring:canary"}},
		{OrganizationalUnit: "ou-ab12-11111111", Tags: []string{"ring:rest"}},
	}
	lines, err := catalog.EarlyOffline(f, canaryFirst())
	if err != nil || len(lines) != 1 || !strings.Contains(lines[0], "1 of wave rest in a see") {
		t.Errorf("%q, %v", lines, err)
	}
	byUnit := []catalog.Wave{canaryFirst()[0], {Name: "unit", Spokes: &catalog.SpokeSelector{OrganizationalUnits: []string{"ou-ab12-11111111"}}}}
	if lines, err = catalog.EarlyOffline(f, byUnit); err != nil || !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "of wave unit in a") }) {
		t.Errorf("%q, %v", lines, err)
	}
	if lines, err = catalog.EarlyOffline(f, nil); err != nil || lines != nil {
		t.Errorf("%q, %v", lines, err)
	}
}

// What a spoke has of its own goes with the first wave that selects the spoke; with the last, where
// none does or nothing is known of it.
func TestEffectWave(t *testing.T) {
	spokes := ringed("canary eu-west-1", "rest eu-west-1")
	waves := append(canaryFirst()[:1], catalog.Wave{Name: "nobody", Spokes: &catalog.SpokeSelector{Tags: []string{"ring:none"}}})
	for account, want := range map[string]int{"1": 0, "2": 1, "9": 1} {
		if got := catalog.EffectWave(waves, catalog.Organization{}, spokes, account, "eu-west-1"); got != want {
			t.Errorf("account %s: wave %d, want %d", account, got, want)
		}
	}
}

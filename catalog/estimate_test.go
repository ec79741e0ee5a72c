package catalog_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
)

// CAT-51: what was called between two looks at the meter: places where nothing was called are left
// out, the others sorted.
func TestSpentSince(t *testing.T) {
	at := func(minute int, in map[[2]string]catalog.CallsIn) catalog.Spent {
		return catalog.Spent{At: dawn.Add(time.Duration(minute) * time.Minute), In: in}
	}
	calls := func(account string, writes, reads int) catalog.CallsIn {
		return catalog.CallsIn{Account: account, Region: "eu-west-1", Writes: writes, Reads: reads}
	}
	hub, quiet, late := [2]string{"9", "eu-west-1"}, [2]string{"1", "eu-west-1"}, [2]string{"2", "eu-west-1"}
	before := at(0, map[[2]string]catalog.CallsIn{hub: calls("9", 2, 10), quiet: calls("1", 1, 1)})
	now := at(3, map[[2]string]catalog.CallsIn{hub: calls("9", 5, 30), quiet: calls("1", 1, 1), late: calls("2", 0, 4)})
	got, took := now.Since(before)
	if want := []catalog.CallsIn{calls("2", 0, 4), calls("9", 3, 20)}; !slices.Equal(got, want) || took != 3*time.Minute {
		t.Errorf("%v in %s, want %v", got, took, want)
	}
	if got, _ := now.Since(catalog.Spent{}); len(got) != 3 {
		t.Errorf("since the beginning: %v", got)
	}
}

// What the time of a plan is made of: shares one after the other, regions side by side, accounts as
// many as a wave lets, each wave with its bake. What a launch itself takes is not in it.
func TestDuration(t *testing.T) {
	share := func(region string) catalog.Change {
		return catalog.Change{Verb: catalog.Create, Kind: catalog.KindShare, Region: region, Calls: 1, Share: &catalog.Share{}}
	}
	fleet := func(n int) (all []catalog.Change) {
		for i := range n {
			all = append(all, catalog.Change{Verb: catalog.Create, Kind: catalog.KindLaunch, Account: fmt.Sprint(i), Region: "eu-west-1", Calls: 1, Launch: &catalog.Launch{}})
		}
		return all
	}
	waves := []catalog.Wave{{Name: "first", Regions: []string{"eu-west-1"}, Bake: time.Hour}, {Name: "rest", Regions: []string{"us-east-1"}, Bake: 2 * time.Hour}}
	for name, c := range map[string]struct {
		changes []catalog.Change
		waves   []catalog.Wave
		want    time.Duration
	}{
		"nothing":                     {nil, waves, 0},
		"two shares in a region":      {[]catalog.Change{share("eu-west-1"), share("eu-west-1")}, nil, 30 * time.Second},
		"one in each of two":          {[]catalog.Change{share("eu-west-1"), share("us-east-1")}, nil, 15 * time.Second},
		"the same in waves":           {[]catalog.Change{share("eu-west-1"), share("us-east-1")}, waves, 3*time.Hour + 30*time.Second},
		"a wave with nothing to do":   {[]catalog.Change{share("us-east-1")}, waves, 2*time.Hour + 15*time.Second},
		"a thousand launches, ten by": {fleet(1000), nil, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			p := catalog.Propose(catalog.Prospect{Hub: "9", Changes: c.changes, Waves: c.waves})
			if got := p.Duration(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Visibility gives each wave the regions of the hub that it makes a version visible in: those
// that it names; else a region goes with the first wave that has a spoke in it (CAT-60), and one
// that no wave has a spoke in with the last. Size is the active spokes there. Without waves there
// is one, of every region.
func Visibility(f *File, waves []Wave, org Organization, spokes []Spoke) ([]Wave, error) {
	if len(waves) == 0 {
		waves = []Wave{{Name: "all", Regions: f.Hub.Regions}}
	}
	of, err := regionsNamed(f, waves)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(waves)
	for i := range all {
		all[i].Regions, all[i].Size = nil, 0
	}
	for _, region := range f.Hub.Regions {
		i, named := of[region]
		if !named {
			i = firstIn(waves, org, spokes, region)
		}
		all[i].Regions = append(all[i].Regions, region)
		for _, s := range spokes {
			if s.Region == region && s.Active() {
				all[i].Size++
			}
		}
	}
	return all, nil
}

// regionsNamed are the waves of the regions that waves name.
func regionsNamed(f *File, waves []Wave) (map[string]int, error) {
	of := map[string]int{}
	for i, w := range waves {
		for _, region := range w.Regions {
			if !slices.Contains(f.Hub.Regions, region) {
				return nil, document.Fail("AXLE2720", fmt.Sprintf("wave %s names region %s, which is not one of the hub's", w.Name, region),
					"the hub's are "+strings.Join(f.Hub.Regions, ", "), nil)
			}
			if j, twice := of[region]; twice {
				return nil, document.Fail("AXLE2721", fmt.Sprintf("waves %s and %s both name region %s", waves[j].Name, w.Name, region), "a region goes with one wave", nil)
			}
			of[region] = i
		}
	}
	return of, nil
}

// firstIn is the first wave that has an active spoke in a region, else the last.
func firstIn(waves []Wave, org Organization, spokes []Spoke, region string) int {
	first := len(waves) - 1
	for _, s := range spokes {
		if i := waveOfSpoke(waves, org, s); i >= 0 && s.Region == region && s.Active() {
			first = min(first, i)
		}
	}
	return first
}

// waveOfSpoke is the first wave that selects a spoke, or -1.
func waveOfSpoke(waves []Wave, org Organization, s Spoke) int {
	return slices.IndexFunc(waves, func(w Wave) bool { return w.Spokes.selects(org, s) })
}

// EarlyOffline is what Early says by the files alone: an entry of spokes counts as one.
func EarlyOffline(f *File, waves []Wave) ([]string, error) {
	org, entries := f.supposed()
	var spokes []Spoke
	for i, s := range entries {
		regions := f.Spokes[i].Regions
		if len(regions) == 0 {
			regions = f.Hub.Regions
		}
		for _, s.Region = range regions {
			spokes = append(spokes, s)
		}
	}
	visible, err := Visibility(f, waves, org, spokes)
	return Early(visible, org, spokes), err
}

// Early says which spokes see a version before their own wave: those in a region that goes with
// an earlier one, since a shared portfolio shows a version to all of a region at once (CT-13).
// visible are the waves as Visibility gives them. A line for each wave and region.
func Early(visible []Wave, org Organization, spokes []Spoke) []string {
	type place struct{ own, region string }
	var order []place
	count, sees := map[place]int{}, map[place]string{}
	for _, s := range spokes {
		own := waveOfSpoke(visible, org, s)
		seen := slices.IndexFunc(visible, func(w Wave) bool { return slices.Contains(w.Regions, s.Region) })
		if !s.Active() || seen < 0 || own <= seen {
			continue
		}
		at := place{visible[own].Name, s.Region}
		if count[at]++; count[at] == 1 {
			order = append(order, at)
		}
		sees[at] = visible[seen].Name
	}
	var lines []string
	for _, at := range order {
		lines = append(lines, fmt.Sprintf("%d of wave %s in %s see a version with wave %s: a shared portfolio shows it to all of a region at once", count[at], at.own, at.region, sees[at]))
	}
	return lines
}

// Untagged are the tags that a wave selects and no spoke of catalog.yaml has: a canary whose tag
// is mistyped would be nobody, in silence.
func (f *File) Untagged(w Wave) []string {
	if w.Spokes == nil {
		return nil
	}
	return f.without(w.Spokes.Tags)
}

// without are the tags that no spoke has.
func (f *File) without(tags []string) []string {
	return slices.DeleteFunc(slices.Clone(tags), func(tag string) bool {
		return slices.ContainsFunc(f.Spokes, func(s SpokeFile) bool { return slices.Contains(s.Tags, tag) })
	})
}

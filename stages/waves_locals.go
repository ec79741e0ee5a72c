package stages

import (
	"slices"

	"github.com/axle-cd/axle/catalog"
)

// localTargets are the spokes in which something of their own changes, or that could not be
// read: each goes with its own wave, after its region of the hub.
func (p publication) localTargets(regions []catalog.Target) []catalog.Target {
	var all []catalog.Target
	add := func(account, region string) {
		t := catalog.Target{Key: account + " " + region, Account: account, Region: region,
			Wave: catalog.EffectWave(p.look.waves, p.look.org, p.look.spokes, account, region)}
		for _, r := range regions {
			if r.Region == region {
				t.After, t.Wave = []string{r.Key}, max(t.Wave, r.Wave)
			}
		}
		if !slices.ContainsFunc(all, func(o catalog.Target) bool { return o.Key == t.Key }) {
			all = append(all, t)
		}
	}
	for _, c := range p.changes {
		if c.Account != "" && c.Kind != catalog.KindLaunch && !c.Superseding() {
			add(c.Account, c.Region)
		}
	}
	for _, l := range p.look.have.Locals {
		if l.Err != nil {
			add(l.Account, l.Region)
		}
	}
	return all
}

// part is what a target is about: its region of the hub, and of the spokes the target's own.
func part(c catalog.Catalog, t catalog.Target) catalog.Catalog {
	in := c.In(t.Region)
	in.Locals = slices.DeleteFunc(in.Locals, func(l catalog.Local) bool { return l.Account != t.Account })
	return in
}

package catalog

import (
	"slices"
	"strings"
)

// versions creates what is new, then deprecates, then retires. A published version that want
// does not name is active: its line left product.yaml, or it never had one.
func (d *difference) versions() {
	var states, retired []Change
	for _, want := range d.want.Products {
		have := d.standing(want)
		if have == nil {
			have = &Product{}
		}
		named := map[string]bool{}
		for _, v := range want.Versions {
			named[v.Name] = true
			there := have.Version(v.Name)
			if there == nil && v.Digest == "" {
				continue // deleted since; that it was there once is judged where product.yaml is read
			}
			if there == nil {
				fresh := v.fresh()
				there = &fresh
				d.add(Change{Verb: Create, Kind: KindVersion, Product: want.Key, Version: &fresh, After: want.Name + " " + v.Name, Calls: 2})
				if v.Active {
					d.equip(want, v, nil)
				}
			}
			settle(&states, &retired, want.Key, v, *there)
		}
		for _, v := range have.Versions {
			if !named[v.Name] && v.Digest != "" {
				settle(&states, &retired, want.Key, v.fresh(), v)
			}
		}
	}
	// What can be launched again comes before what no longer can (I15).
	slices.SortStableFunc(states, func(a, b Change) int { return strings.Compare(a.Version.Guidance, b.Version.Guidance) })
	for _, c := range append(states, retired...) {
		d.add(c)
	}
}

func settle(states, retired *[]Change, product string, want, have Version) {
	if want.Active == have.Active && want.Guidance == have.Guidance {
		return
	}
	v := Version{Name: have.Name, Digest: have.Digest, Active: want.Active, Guidance: want.Guidance}
	c := Change{Verb: Update, Kind: KindVersion, Product: product, Version: &v, Before: have.state(), After: want.state(), Reason: want.Why}
	if want.Active {
		*states = append(*states, c)
	} else {
		*retired = append(*retired, c)
	}
}

func (v Version) state() string { return v.Name + " " + v.State() }

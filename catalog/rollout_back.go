package catalog

import (
	"slices"

	"github.com/Masterminds/semver/v3"
)

// RolledBack is a product's catalog with a bad version taken from new launches, and the one
// before it active and DEFAULT, in every region that has the bad one (CAT-65). That is the highest
// below it that is so already or was superseded with the bad one's publication; where a region has
// none, the highest below. good are the regions' versions; a region without one is left out of it,
// and nothing is ever deleted (I15).
func RolledBack(have Catalog, product, bad string, superseded []string, hide bool) (want Catalog, good map[string]string) {
	want, good = have, map[string]string{}
	want.Products = slices.Clone(have.Products)
	for i := range want.Products {
		p := &want.Products[i]
		if p.Key != product || p.Version(bad) == nil {
			continue
		}
		p.Versions = slices.Clone(p.Versions)
		last := p.below(bad, func(v Version) bool {
			return v.Active && v.Guidance != "DEPRECATED" || slices.Contains(superseded, v.Name)
		})
		if last == "" {
			last = p.below(bad, func(Version) bool { return true })
		}
		if v := p.Version(last); v != nil {
			v.Active, v.Guidance, good[p.Region] = true, "DEFAULT", v.Name
		}
		if v := p.Version(bad); hide {
			v.Active = false
		} else {
			v.Guidance = "DEPRECATED"
		}
	}
	return want, good
}

// below is the highest version of axle's under another that is fit, or "".
func (p *Product) below(version string, fit func(Version) bool) string {
	limit, err := semver.StrictNewVersion(version)
	var highest *semver.Version
	for _, v := range p.Versions {
		parsed, notOne := semver.StrictNewVersion(v.Name)
		if err == nil && notOne == nil && v.Digest != "" && fit(v) && parsed.LessThan(limit) && (highest == nil || parsed.GreaterThan(highest)) {
			highest = parsed
		}
	}
	if highest == nil {
		return ""
	}
	return highest.Original()
}

package market

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// OneGrant is a grant to a unit or organization that would take the place of many (LIC-6).
type OneGrant struct {
	Licence string `json:"licence"`
	SKU     string `json:"sku"`
	To      string `json:"to"` // ou-…, or the organization's root
	Grants  int    `json:"grants"`
}

// propose says where one grant would do for many (LIC-6): to the organization, or to the highest
// units below which every active account is entitled.
func (p *planner) propose(lic Licence, yes map[string]bool) {
	total, entitled := map[string]int{}, map[string]int{}
	depth := map[string]int{}
	for _, m := range p.e.Members {
		if m.State != "ACTIVE" || m.Account == string(p.Granter) {
			continue
		}
		for i, unit := range m.Units {
			depth[unit] = i
			if total[unit]++; yes[m.Account] {
				entitled[unit]++
			}
		}
	}
	units := slices.SortedFunc(maps.Keys(total), func(a, b string) int { return cmp.Or(depth[a]-depth[b], strings.Compare(a, b)) })
	covered := map[string]bool{}
	for _, unit := range units {
		if total[unit] < 2 || entitled[unit] < total[unit] || p.above(unit, covered) || p.granted(lic, unit) {
			continue
		}
		covered[unit] = true
		p.plan.OneGrants = append(p.plan.OneGrants, OneGrant{lic.ARN, lic.SKU, unit, total[unit]})
	}
}

// above says whether a unit is below one that is proposed already.
func (p *planner) above(unit string, covered map[string]bool) bool {
	for _, m := range p.e.Members {
		if i := slices.Index(m.Units, unit); i >= 0 {
			return slices.ContainsFunc(m.Units[:i], func(u string) bool { return covered[u] })
		}
	}
	return false
}

// granted says whether the licence has a grant to the unit, or to many of which it is one.
func (p *planner) granted(lic Licence, unit string) bool {
	return slices.ContainsFunc(p.e.Grants, func(g Grant) bool {
		wide := strings.HasSuffix(g.Principal, "/"+unit) || strings.Contains(g.Principal, ":organization/")
		return g.Licence == lic.ARN && g.lives() && wide
	})
}

package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Quota is one of Service Catalog's limits in one place, and what a plan makes of it. Of is the
// portfolio or product it counts in; "" is the region.
type Quota struct {
	Name   string `json:"name"`
	Code   string `json:"code,omitempty"` // in Service Quotas; one without cannot be raised
	Region string `json:"region"`
	Of     string `json:"of,omitempty"`
	Used   int    `json:"used"`
	After  int    `json:"after"`
	Limit  int    `json:"limit"`
	Read   bool   `json:"read"` // the limit is the account's own; else AWS's default, not read

	ID      string   `json:"-"` // AWS's, of what it counts in: whoever measures asks by it
	Unknown bool     `json:"-"` // Used must still be counted
	peak    int      // the most that there is while the plan is carried out, less Used
	growth  int      // After less Used
	spare   []string // what could go to make room
}

// The quotas that a plan can pass, with AWS's defaults (Lim).
const (
	QuotaPortfolios = "portfolios in the region"
	QuotaProducts   = "products in the region"
	QuotaPlacements = "products in the portfolio"
	QuotaVersions   = "versions of the product"
	QuotaPrincipals = "users, groups and roles of the portfolio"
	QuotaPatterns   = "IAM_PATTERN principals of the portfolio"
	QuotaShared     = "accounts that the portfolio is shared with"
	QuotaConstraint = "constraints of the product in the portfolio"
	QuotaTags       = "tags of the resource"
	QuotaTagOptions = "TagOptions of the resource"
	QuotaActions    = "service actions of a version"
)

var quotas = map[string]struct {
	code  string
	limit int
}{
	QuotaPortfolios: {"L-C6458716", 100}, QuotaProducts: {"L-764CF6A1", 350}, QuotaPlacements: {"L-AB79E48B", 150},
	QuotaVersions: {"L-A5846085", 100}, QuotaPrincipals: {"L-E8959660", 100}, QuotaShared: {"L-A2FB1BD2", 5000},
	QuotaPatterns: {"", 10}, QuotaConstraint: {"", 100}, QuotaTags: {"", 20}, QuotaTagOptions: {"", 25}, QuotaActions: {"", 25},
}

// Quotas are those that the changes come nearer to, in the order in which they meet them, with
// what have knows to be used. What the whole region holds is Unknown: have is a part of it.
func Quotas(changes []Change, have Catalog) []Quota {
	m := meter{have: indexed(have), at: map[string]int{}}
	for _, c := range changes {
		if c.Account == "" {
			m.change(c)
		}
	}
	grown := m.all[:0]
	for _, q := range m.all {
		if q.peak > 0 {
			grown = append(grown, q.filled())
		}
	}
	return grown
}

// meter counts what changes make of quotas.
type meter struct {
	have index
	all  []Quota
	at   map[string]int // places in all, by name, region and what it is of
}

func (m *meter) change(c Change) {
	step := 0
	switch c.Verb {
	case Create:
		step = 1
	case Delete:
		step = -1
	}
	switch c.Kind {
	case KindPortfolio:
		m.count(c, QuotaPortfolios, "", "", step, 0, true)
		m.tags(c, c.Portfolio, m.have.folio(c), c.NewFolio)
	case KindProduct:
		m.count(c, QuotaProducts, "", "", step, 0, true)
		m.tags(c, c.Product, m.have.product(c), c.NewProduct)
		if c.Verb == Create {
			m.count(c, QuotaVersions, c.Product, "", step, 0, false)
		}
	case KindVersion:
		q := m.count(c, QuotaVersions, c.Product, m.have.product(c).ID, step, len(m.have.product(c).Versions), false)
		q.spare = m.have.product(c).retired()
	case KindPlacement:
		m.count(c, QuotaPlacements, c.Portfolio, m.have.folio(c).ID, step, 0, m.have.folio(c).ID != "")
	default:
		m.inside(c, step)
	}
}

// inside counts what portfolios, products and their placements have in them.
func (m *meter) inside(c Change, step int) {
	folio := m.have.folio(c)
	switch c.Kind {
	case KindConstraint:
		m.count(c, QuotaConstraint, c.Product+" in "+c.Portfolio, "", step, len(m.have.placement(c).Constraints), false)
	case KindPrincipal:
		name := QuotaPrincipals
		if c.Principal.Type == "IAM_PATTERN" {
			name = QuotaPatterns
		}
		used := 0
		for _, p := range folio.Principals {
			if (p.Type == "IAM_PATTERN") == (name == QuotaPatterns) && p.Account == c.Principal.Account {
				used++
			}
		}
		m.count(c, name, c.Portfolio, "", step, used, false)
	case KindShare:
		if c.Share.Type == "ACCOUNT" {
			used := 0
			for _, s := range folio.Shares {
				if s.Type == "ACCOUNT" {
					used++
				}
			}
			m.count(c, QuotaShared, c.Portfolio, "", step, used, false)
		}
	case KindTagOption:
		if c.Product != "" {
			m.count(c, QuotaTagOptions, c.Product, "", step, len(m.have.product(c).TagOptions), false)
		}
	case KindAction:
		if c.Version != nil {
			m.count(c, QuotaActions, c.Product+" "+c.Version.Name, "", step, len(m.have.product(c).Version(c.Version.Name).actions()), false)
		}
	}
}

func (v *Version) actions() []string {
	if v == nil {
		return nil
	}
	return v.Actions
}

// retired are the versions that nobody can launch any more, the oldest first.
func (p *Product) retired() []string {
	var all []string
	for _, v := range p.Versions {
		if !v.Active {
			all = append(all, v.Name)
		}
	}
	all = newestFirst(all)
	slices.Reverse(all)
	return all
}

// tags counts the tags of what is made or changed, those that AWS itself sets included.
func (m *meter) tags(c Change, of string, have, want interface{ tags() map[string]string }) {
	if c.Verb == Delete {
		return
	}
	used, after := len(have.tags()), len(want.tags())
	for key := range have.tags() {
		if _, ok := want.tags()[key]; !ok && strings.HasPrefix(key, "aws:") {
			after++
		}
	}
	m.count(c, QuotaTags, of, "", after-used, used, false)
}

func (p *Portfolio) tags() map[string]string { return p.Tags }
func (p *Product) tags() map[string]string   { return p.Tags }

// count adds a step to a quota. A removal comes last: it makes no room for what comes before it.
func (m *meter) count(c Change, name, of, id string, step, used int, unknown bool) *Quota {
	key := name + "/" + c.Region + "/" + of
	i, ok := m.at[key]
	if !ok {
		i = len(m.all)
		m.at[key] = i
		m.all = append(m.all, Quota{Name: name, Code: quotas[name].code, Region: c.Region, Of: of, ID: id, Used: used, Limit: quotas[name].limit, Unknown: unknown})
	}
	q := &m.all[i]
	q.growth += step
	q.peak = max(q.peak, q.growth)
	return q
}

// filled is the quota with After, once Used is known.
func (q Quota) filled() Quota {
	q.After = q.Used + q.growth
	return q
}

// Measured is the quota with what was counted.
func (q Quota) Measured(used int) Quota {
	q.Used, q.Unknown = used, false
	return q.filled()
}

// Limited is the quota with the account's own limit.
func (q Quota) Limited(limit int) Quota {
	q.Limit, q.Read = limit, true
	return q
}

// CheckQuotas refuses a plan that would pass a quota (CAT-47). What could not be counted passes none.
func CheckQuotas(all []Quota) error {
	for _, q := range all {
		if q.Unknown {
			return document.Fail("AXLE2701", fmt.Sprintf("how many %s there are %s could not be counted", q.Name, q.where()), "see whether the hub's role may list them, then run again", nil)
		}
		if q.Used+q.peak > q.Limit {
			return document.Fail("AXLE2700", fmt.Sprintf("quota: %s %s: %d used, %d with this plan, the limit is %s", q.Name, q.where(), q.Used, q.Used+q.peak, q.limit()), q.remedy(), nil)
		}
	}
	return nil
}

func (q Quota) where() string {
	if q.Of == "" {
		return q.Region
	}
	return q.Of + " in " + q.Region
}

func (q Quota) limit() string {
	words := fmt.Sprint(q.Limit)
	if q.Code != "" {
		words += " (" + q.Code + ")"
	}
	if !q.Read {
		words += ", AWS's default"
	}
	return words
}

func (q Quota) remedy() string {
	switch {
	case len(q.spare) > 0:
		return "delete retired versions that nobody runs: " + strings.Join(q.spare[:min(3, len(q.spare))], ", ")
	case q.Code == "":
		return "AWS does not raise this one: remove some first"
	case q.Name == QuotaShared:
		return "AWS does not raise this one: share with an organizational unit"
	}
	return "remove some, or have AWS raise " + q.Code + " in Service Quotas"
}

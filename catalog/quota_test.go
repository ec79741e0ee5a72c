package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// versions are n versions, the first two of them retired.
func versions(n int) (all []catalog.Version) {
	for i := range n {
		name := fmt.Sprintf("1.%d.0", i)
		all = append(all, catalog.Version{Name: name, Digest: digest(name), Active: i > 1, Guidance: "DEFAULT"})
	}
	return all
}

func principals(kind string, n int) (all []catalog.Principal) {
	for i := range n {
		all = append(all, catalog.Principal{Type: kind, ARN: fmt.Sprintf("arn:aws:iam:::role/%03d", i)})
	}
	return all
}

// CAT-47: what a plan would make of each quota, and that it is refused where that is too much:
// with its code, what is used, the limit, and what to do.
func TestQuotas(t *testing.T) {
	folio := func(change func(*catalog.Portfolio)) catalog.Catalog {
		return with(func(c *catalog.Catalog) { change(&c.Portfolios[0]) })
	}
	product := func(n int) catalog.Catalog {
		return with(func(c *catalog.Catalog) { c.Products[0].Versions = versions(n) })
	}
	placed := with(func(c *catalog.Catalog) { c.Portfolios[0].ID, c.Portfolios[0].Placements = "port-1", nil })
	empty := catalog.Catalog{}
	tags := func(n int) map[string]string {
		m := map[string]string{"aws:stack": "x"}
		for i := range n {
			m[fmt.Sprint("t", i)] = "1"
		}
		return m
	}
	cases := []struct {
		name       string
		want, have catalog.Catalog
		used       int // what is counted besides
		says       string
	}{
		{"nothing to do", bucket(), bucket(), 0, ""},
		{"version 100", product(100), product(99), 0, ""},
		{"version 101", product(101), product(100), 0,
			"versions of the product bucket in eu-west-1: 100 used, 101 with this plan, the limit is 100 (L-A5846085), AWS's default | delete retired versions that nobody runs: 1.0.0, 1.1.0"},
		{"product 150 of a portfolio", bucket(), placed, 149, ""},
		{"product 151 of a portfolio", bucket(), placed, 150,
			"products in the portfolio storage in eu-west-1: 150 used, 151 with this plan, the limit is 150 (L-AB79E48B), AWS's default | remove some, or have AWS raise L-AB79E48B in Service Quotas"},
		{"product 351 of a region", bucket(), empty, 350, "portfolios in the region eu-west-1: 350 used"},
		{"pattern 10", folio(func(p *catalog.Portfolio) { p.Principals = principals("IAM_PATTERN", 10) }), folio(func(p *catalog.Portfolio) { p.Principals = principals("IAM_PATTERN", 9) }), 0, ""},
		{"pattern 11", folio(func(p *catalog.Portfolio) { p.Principals = principals("IAM_PATTERN", 11) }), folio(func(p *catalog.Portfolio) { p.Principals = principals("IAM_PATTERN", 10) }), 0,
			"IAM_PATTERN principals of the portfolio storage in eu-west-1: 10 used, 11 with this plan, the limit is 10, AWS's default | AWS does not raise this one"},
		{"role 101", folio(func(p *catalog.Portfolio) { p.Principals = principals("IAM", 101) }), folio(func(p *catalog.Portfolio) { p.Principals = nil }), 0,
			"users, groups and roles of the portfolio storage in eu-west-1: 0 used, 101 with this plan"},
		{"another pattern, before the old one goes", folio(func(p *catalog.Portfolio) { p.Principals = principals("IAM_PATTERN", 11)[1:] }), folio(func(p *catalog.Portfolio) { p.Principals = principals("IAM_PATTERN", 10) }), 0,
			"10 used, 11 with this plan"},
		{"20 tags, AWS's own among them", folio(func(p *catalog.Portfolio) { p.Tags = tags(19) }), bucket(), 0, ""},
		{"21 tags", folio(func(p *catalog.Portfolio) { p.Tags = tags(20) }), bucket(), 0, "tags of the resource storage in eu-west-1: 1 used, 21 with this plan"},
		{"26 tag options", with(func(c *catalog.Catalog) {
			for i := range 26 {
				c.Products[0].TagOptions = append(c.Products[0].TagOptions, catalog.TagOption{Key: "k", Value: fmt.Sprint(i)})
			}
		}), bucket(), 0, "TagOptions of the resource bucket in eu-west-1: 0 used, 26 with this plan"},
		{"account 5,001 of a portfolio", folio(func(p *catalog.Portfolio) { p.Shares = accounts(5001) }), folio(func(p *catalog.Portfolio) { p.Shares = accounts(5000) }), 0,
			"accounts that the portfolio is shared with storage in eu-west-1: 5000 used, 5001 with this plan, the limit is 5000 (L-A2FB1BD2), AWS's default | AWS does not raise this one: share with an organizational unit"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all := catalog.Quotas(catalog.Plan(c.want, c.have), c.have)
			for i, q := range all {
				if q.Unknown {
					all[i] = q.Measured(c.used)
				}
			}
			err := catalog.CheckQuotas(all)
			says := ""
			if fault, ok := err.(*document.Error); ok {
				says = fault.Summary + " | " + fault.Hint
			}
			if c.says == "" && err != nil || !strings.Contains(says, c.says) || err != nil && document.CodeOf(err) != "AXLE2700" {
				t.Errorf("%s\nwant %s", says, c.says)
			}
		})
	}
}

func accounts(n int) (all []catalog.Share) {
	for i := range n {
		all = append(all, catalog.Share{Type: "ACCOUNT", Node: fmt.Sprintf("%012d", i+1)})
	}
	return all
}

// CAT-47: the account's own limit counts; what could not be counted passes nothing.
func TestQuotasMeasured(t *testing.T) {
	all := catalog.Quotas(catalog.Plan(bucket(), catalog.Catalog{}), catalog.Catalog{})
	if err := catalog.CheckQuotas(all); document.CodeOf(err) != "AXLE2701" {
		t.Errorf("uncounted: %v", err)
	}
	q := all[0].Measured(100)
	if q.Name != catalog.QuotaPortfolios || q.Used != 100 || q.After != 101 || q.Unknown {
		t.Errorf("%+v", q)
	}
	if err := catalog.CheckQuotas([]catalog.Quota{q.Limited(200)}); err != nil {
		t.Errorf("raised to 200: %v", err)
	}
	if err := catalog.CheckQuotas([]catalog.Quota{q.Limited(100)}); err == nil || strings.Contains(err.Error(), "default") {
		t.Errorf("its own limit: %v", err)
	}
}

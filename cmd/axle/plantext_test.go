package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
)

// launches are n launches of one entry, in as many accounts.
func launches(n int, verb catalog.Verb) (all []catalog.Change) {
	for i := range n {
		account := fmt.Sprintf("%012d", i)
		all = append(all, catalog.Change{Verb: verb, Kind: catalog.KindLaunch, Account: account, Region: "eu-west-1", Calls: 1,
			Launch: &catalog.Launch{Entry: "guard", Account: account, Region: "eu-west-1", Product: "guard", Version: "2.1.0", Name: "guard"}})
	}
	return all
}

// admitted are n principals of a portfolio in each region.
func admitted(n int, regions ...string) (all []catalog.Change) {
	for _, region := range regions {
		for i := range n {
			arn := fmt.Sprintf("arn:aws:iam:::role/a-long-name-of-a-role-%03d", i)
			all = append(all, catalog.Change{Verb: catalog.Create, Kind: catalog.KindPrincipal, Region: region, Portfolio: "storage", Calls: 1,
				Principal: &catalog.Principal{Type: "IAM", ARN: arn}, After: "IAM " + arn, Reason: fmt.Sprintf("config/catalog.yaml:%d", 10+i)})
		}
	}
	return all
}

func unshared(n int) (all []catalog.Change) {
	for i := range n {
		s := catalog.Share{Type: "ORGANIZATIONAL_UNIT", Node: fmt.Sprintf("ou-ab12-%08d", i)}
		all = append(all, catalog.Change{Verb: catalog.Delete, Kind: catalog.KindShare, Region: "eu-west-1", Portfolio: "storage", Share: &s, Before: "ORGANIZATIONAL_UNIT " + s.Node, Calls: 1})
	}
	return all
}

// UI-9: what somebody decides on in a minute, at any size: it fits 80 columns, says first whether
// it needs eyes, shows like regions once, counts what is alike, and keeps removals apart.
func TestPlanText(t *testing.T) {
	cases := []struct {
		name    string
		changes []catalog.Change
		all     bool // -v
		most    int  // lines
		says    []string
	}{
		{"nothing", nil, false, 1, []string{"nothing to change"}},
		{"one change", admitted(1, "eu-west-1"), false, 18, []string{
			"1 change, 1 mutating call, after 1.0.0: looks safe, nothing is removed and nothing flagged",
			"create principal storage: IAM arn:aws:iam:::role/a-long-name-of-a-role-000 catalog.yaml:10",
			"none of 1 would be half used"}},
		{"forty changes, the same in two regions", admitted(20, "eu-west-1", "us-east-1"), false, 60, []string{"40 changes, 40 mutating calls", "eu-west-1, us-east-1"}},
		{"a thousand launches", launches(1000, catalog.Create), false, 20, []string{
			"in the spokes", "needs eyes: 1000 provisioned products", "create launch guard: guard 2.1.0: 1000 in 1000 accounts and 1 region", "(000000000000, 000000000001, 000000000002 and 997 more; -v for all)",
			"reaches 1000 active spokes in eu-west-1, 1000 provisioned products", "without what the 1000 that launch", "997 more places (-v for all)"}},
		{"a thousand launches, all of them", launches(1000, catalog.Create), true, 4000, []string{"000000000999 eu-west-1: create launch guard", "1 + 0 in 000000000999 eu-west-1"}},
		{"removals", append(admitted(1, "eu-west-1"), unshared(6)...), false, 32, []string{
			"needs eyes: 6 removals", "REMOVALS", "delete share storage: ORGANIZATIONAL_UNIT ou-ab12-00000005", "6 of 6 shares: approve with --yes-remove 6"}},
		{"launches that end", launches(50, catalog.Delete), false, 22, []string{"needs eyes: 50 removals, 1 risk, 50 provisioned products", "risk: a launch that is removed does not come back as it was", "--yes-remove 50"}},
		{"foreign text", []catalog.Change{{Verb: catalog.Create, Kind: catalog.KindPortfolio, Region: "eu-west-1", Portfolio: "\x1b[31mred", NewFolio: &catalog.Portfolio{}, Calls: 1}}, false, 20,
			[]string{`create portfolio \x1b[31mred`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := catalog.Propose(catalog.Prospect{Hub: "999999999999", Product: "guard", Version: "2.1.0", Since: "1.0.0", Changes: c.changes, Quotas: catalog.Quotas(c.changes, catalog.Catalog{})})
			lines := planText(p, c.all)
			text := strings.Join(lines, "\n")
			flat := strings.Join(strings.Fields(text), " ")
			if len(lines) > c.most {
				t.Errorf("%d lines, at most %d", len(lines), c.most)
			}
			if i := slices.IndexFunc(lines, func(l string) bool { return len([]rune(l)) > 80 || strings.Contains(l, "\x1b") }); i >= 0 {
				t.Errorf("line %d does not fit: %q", i, lines[i])
			}
			for _, says := range c.says {
				if !strings.Contains(flat, says) {
					t.Errorf("it does not say %q:\n%s", says, text[:min(len(text), 3000)])
				}
			}
			if at := strings.Index(text, "REMOVALS"); at >= 0 && (strings.Contains(text[:at], "delete ") || strings.Contains(text[at:], "create ")) {
				t.Errorf("removals do not stand apart:\n%s", text)
			}
		})
	}
}

// catalog.yaml's own run has a name and no version: nothing of it is a first version in prod.
func TestPlanTextOfTheCatalog(t *testing.T) {
	for version, first := range map[string]bool{"": false, "1.0.0": true} {
		p := catalog.Propose(catalog.Prospect{Hub: "999999999999", Product: "catalog", Version: version, Changes: admitted(1, "eu-west-1")})
		if text := strings.Join(planText(p, false), "\n"); strings.Contains(text, "the first version in prod") != first {
			t.Errorf("version %q:\n%s", version, text)
		}
	}
}

// A word that is longer than a line stands on one of its own.
func TestFold(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, c := range []struct {
		head, words string
		lines       []string
	}{
		{"", "", []string{""}},
		{"calls   ", "a b", []string{"calls   a b"}},
		{"  ", "a " + long + " b", []string{"  a", "    " + long, "    b"}},
		{"time    ", strings.Repeat("four ", 16), []string{"time    " + strings.TrimSpace(strings.Repeat("four ", 14)), "        four four"}},
	} {
		x := &text{}
		x.fold(c.head, c.words)
		if !slices.Equal(x.lines, c.lines) {
			t.Errorf("%q: %q, want %q", c.words, x.lines, c.lines)
		}
	}
}

// What a thousand spokes refuse alike is said once, without the ids of their answers; -v says each.
func TestPlanTextUnmet(t *testing.T) {
	var p catalog.Proposal
	for i := range 1000 {
		account := fmt.Sprintf("%012d", i)
		p.Unmet = append(p.Unmet, catalog.Unmet{Entry: "guard", Account: account, Region: "eu-west-1", Hint: "make the role",
			Why: "role arn:aws:iam::" + account + ":role/CatalogBuilder cannot be assumed (request id " + account + "-1)"})
	}
	p.Unmet = append(p.Unmet, catalog.Unmet{Entry: "guard", Account: "333333333333", Region: "us-east-1", Why: "it is TAINTED (request id 7)", Hint: "look at it"})
	for everything, c := range map[bool]struct {
		most int
		says []string
	}{
		false: {12, []string{"not planned: 000000000000 eu-west-1: enforced guard: role arn:aws:iam::000000000000:role/CatalogBuilder cannot be assumed (make the role); " +
			"likewise 000000000001 eu-west-1, 000000000002 eu-west-1, 000000000003 eu-west-1 and 996 more (-v for all)",
			"not planned: 333333333333 us-east-1: enforced guard: it is TAINTED (request id 7) (look at it)"}},
		true: {4000, []string{"not planned: 000000000999 eu-west-1: enforced guard: role"}},
	} {
		lines := planText(p, everything)
		flat := strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
		if len(lines) > c.most {
			t.Errorf("%d lines, at most %d", len(lines), c.most)
		}
		for _, want := range c.says {
			if !strings.Contains(flat, want) {
				t.Errorf("%q is not in\n%.900s", want, flat)
			}
		}
	}
}

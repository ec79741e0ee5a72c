package catalog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// CheckEnforced refuses a product that is both enforced and available in one spoke, with both
// places (S7). Available is: it stands in a portfolio that is shared with the spoke and lets
// somebody in but the role that axle launches as. So what is enforced stands in a portfolio of
// its own, whose only principal is that role; without one the entry has no launch path there,
// and that is refused too.
func CheckEnforced(f *File, all []*products.File, org Organization, spokes []Spoke) document.Diagnostics {
	c := both{Checks: document.Checks{Doc: f.Doc}, file: f, org: org}
	for _, key := range sortedKeys(f.Enforced) {
		for _, p := range all {
			if e := f.Enforced[key]; p.Name == e.Product && !e.terminated() {
				c.entry(key, e, p, spokes)
			}
		}
	}
	c.Found.Sort()
	return c.Found
}

// CheckEnforcedOffline is what CheckEnforced finds by the files alone: of a unit they say neither
// which accounts are in it nor what it is below, so that a missing launch path is not seen.
func CheckEnforcedOffline(f *File, all []*products.File) document.Diagnostics {
	org, spokes := f.supposed()
	return slices.DeleteFunc(CheckEnforced(f, all, org, spokes), func(d document.Diagnostic) bool { return d.Code == codeNoPath })
}

// CheckHidden refuses values in the open for parameters of a product that are hidden: git, a plan
// and the journal would show them. A dynamic reference names where the value is, and is none.
func CheckHidden(f *File, product string, hidden []string) document.Diagnostics {
	c := document.Checks{Doc: f.Doc}
	for _, key := range sortedKeys(f.Enforced) {
		for _, name := range hidden {
			value, given := f.Enforced[key].Parameters[name]
			if f.Enforced[key].Product == product && given && !strings.HasPrefix(string(value), "{{resolve:") {
				c.FailKey("AXLE2763", fmt.Sprintf("%s of %s is NoEcho, and its value would stand in git and in each plan", name, product),
					"leave it out, or give a dynamic reference: {{resolve:secretsmanager:…}}", "enforced", key, "parameters", name)
			}
		}
	}
	for i := range c.Found {
		c.Found[i] = c.Found[i].Secret()
	}
	return c.Found
}

const codeNoPath = "AXLE2747"

// supposed is an organization that the file's spokes could be of: an account for each entry, in
// its unit.
func (f *File) supposed() (Organization, []Spoke) {
	org := Organization{Root: "r-"}
	var spokes []Spoke
	for i, s := range f.Spokes {
		a := Account{ID: string(s.Account), Parent: s.OrganizationalUnit}
		if a.ID == "" {
			a.ID = "an account of " + s.OrganizationalUnit + " (" + f.place("spokes", strconv.Itoa(i)) + ")"
			org.Units = append(org.Units, Unit{ID: s.OrganizationalUnit, Parent: org.Root})
		}
		org.Accounts = append(org.Accounts, a)
		one := Spoke{Account: a.ID, Role: s.Role, Tags: s.Tags}
		if one.Role == "" {
			one.Role = DefaultSpokeRole
		}
		spokes = append(spokes, one)
	}
	return org, spokes
}

// place is file:line:col of a key.
func (f *File) place(path ...string) string { return placeIn(f.Doc, path...) }

func placeIn(d *document.Doc, path ...string) string {
	if d == nil {
		return strings.Join(path, ".")
	}
	n := keyAt(d, path)
	return fmt.Sprintf("%s:%d:%d", d.File, n.Line, n.Col)
}

type both struct {
	document.Checks
	file *File
	org  Organization
}

// entry judges one entry of enforced in every spoke that it selects; the first of each kind is told.
func (c *both) entry(key string, e Enforced, p *products.File, spokes []Spoke) {
	told := map[string]bool{}
	for _, s := range spokes {
		if !s.Active() || !e.Spokes.selects(c.org, s) {
			continue
		}
		role, way := e.Role, false
		if role == "" {
			role = s.Role
		}
		for _, name := range sortedKeys(p.Portfolios) {
			folio, ok := c.file.Portfolios[name]
			share := folio.shareWith(c.org, s.Account)
			if !ok || share < 0 {
				continue
			}
			ours, others := folio.admits(role)
			way = way || ours
			if others && !told[name] {
				told[name] = true
				c.FailKey("AXLE2740", fmt.Sprintf("%s is enforced in %s and available there too: %s puts it into portfolio %s, %s shares that, and others than %s may launch it",
					p.Name, s.Account, placeIn(p.Doc, "portfolios", name), name, c.file.place("portfolios", name, "shares", strconv.Itoa(share)), role),
					"enforce it from a portfolio of its own, whose only principal is arn:aws:iam:::role/"+role+"; or let the entry or the share leave that spoke out", "enforced", key)
			}
		}
		if !way && !told[""] {
			told[""] = true
			c.FailKey(codeNoPath, fmt.Sprintf("no portfolio gives role %s of %s a launch path to %s", role, s.Account, p.Name),
				"put it into a portfolio that is shared with that spoke, with the principal arn:aws:iam:::role/"+role, "enforced", key)
		}
	}
}

// shareWith is the first share that reaches an account, or -1.
func (p PortfolioFile) shareWith(org Organization, account string) int {
	return slices.IndexFunc(p.Shares, func(s ShareFile) bool {
		return s.Organization != "" || string(s.Account) == account || s.OrganizationalUnit != "" && org.under(account, s.OrganizationalUnit)
	})
}

// admits says whom a shared portfolio lets in: axle's role, and others. Without a principal the
// spoke's own administrators say who may.
func (p PortfolioFile) admits(role string) (ours, others bool) {
	for _, one := range p.Principals {
		_, name, _ := strings.Cut(one.ARN, ":role/")
		ours = ours || name == role || one.Type == "IAM_PATTERN" && strings.ContainsAny(name, "*?")
		others = others || name != role
	}
	return ours, others || len(p.Principals) == 0
}

package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// SpokeSight is what was read of the spokes, with their own roles.
type SpokeSight struct {
	Org      Organization
	Readings []Reading
	Roles    []RoleReading
	Locals   []LocalReading
}

// RoleReading is the names of all roles of an account.
type RoleReading struct {
	Account string
	Names   []string
	Err     error
}

// LocalReading is the portfolios and products that a spoke owns itself in a region.
type LocalReading struct {
	Spoke    Spoke
	Standing []Standing
	Err      error
}

// Accounts are the accounts whose roles are asked for: a place for each active spoke's account,
// and the hub.
func (f *File) Accounts(spokes []Spoke) []Spoke {
	all := []Spoke{{Account: string(f.Hub.Account), Role: f.Hub.Role, Region: f.Hub.Regions[0]}}
	for _, s := range spokes {
		if s.Active() && all[len(all)-1].Account != s.Account {
			all = append(all, s)
		}
	}
	return all
}

// Unseen is what was not looked at: regions of the hub, spokes, and what needs the spokes' roles
// where those were not asked for.
func (s Sight) Unseen() []Unseen {
	all := s.unrecorded()
	for _, region := range sortedKeys(s.Unread) {
		all = append(all, Unseen{Kinds: []string{"all"}, Account: string(s.File.Hub.Account), Region: region, Why: s.Unread[region].Error(), Err: s.Unread[region]})
	}
	if s.Spokes == nil {
		return append(all, Unseen{Kinds: []string{"CD-6", "CD-7", "CD-8", "CD-11"}, Why: "launch roles, units that nothing is shared with, what spokes have of their own, enforced products: axle drift --spokes reads them with the spokes' roles"})
	}
	note := func(account, region string, err error, kinds ...string) {
		if err != nil {
			all = append(all, Unseen{Kinds: kinds, Account: account, Region: region, Why: err.Error(), Err: err})
		}
	}
	for _, r := range s.Spokes.Roles {
		note(r.Account, "", r.Err, "CD-6")
	}
	for _, l := range s.Spokes.Locals {
		note(l.Spoke.Account, l.Spoke.Region, l.Err, "CD-8")
	}
	for _, l := range s.Have.Locals {
		note(l.Account, l.Region, l.Err, "CD-7", "CD-8")
	}
	for _, r := range s.Spokes.Readings {
		note(r.Spoke.Account, r.Spoke.Region, r.Err, "CD-11")
	}
	return all
}

// reaches says whether a portfolio is shared with an account, as git has it.
func (p Portfolio) reaches(org Organization, account string) bool {
	return slices.ContainsFunc(p.Shares, func(s Share) bool {
		switch s.Type {
		case "ORGANIZATION":
			return org.member(account)
		case "ORGANIZATIONAL_UNIT":
			return org.under(account, s.Node)
		}
		return s.Node == account
	})
}

// uncovered are units with spokes in them that no portfolio is shared with.
func (s Sight) uncovered() []Drift {
	lonely := map[[2]string][]string{}
	for _, r := range s.Spokes.Readings {
		sp := r.Spoke
		reached := slices.ContainsFunc(s.Want.Portfolios, func(p Portfolio) bool { return p.Region == sp.Region && p.reaches(s.Spokes.Org, sp.Account) })
		if i := slices.IndexFunc(s.Spokes.Org.Accounts, func(a Account) bool { return a.ID == sp.Account }); sp.Active() && !reached && i >= 0 {
			at := [2]string{sp.Region, s.Spokes.Org.Accounts[i].Parent}
			lonely[at] = append(lonely[at], sp.Account)
		}
	}
	var all []Drift
	for at, accounts := range lonely {
		all = append(all, Drift{Kind: "CD-7", Region: at[0], On: at[1], ID: at[1], What: fmt.Sprintf("unit %s: no portfolio is shared with it, and it has spokes: %s", at[1], strings.Join(accounts, ", ")),
			Repair: "share a portfolio with it in catalog.yaml, or take its accounts out of spokes"})
	}
	return all
}

// roles are launch roles that are not where they are needed: in the hub, and in every active
// spoke that the portfolio reaches.
func (s Sight) roles() []Drift {
	active := map[string]bool{}
	for _, r := range s.Spokes.Readings {
		active[r.Spoke.Account] = active[r.Spoke.Account] || r.Spoke.Active()
	}
	var all []Drift
	for _, r := range s.Spokes.Roles {
		hub := r.Account == string(s.File.Hub.Account)
		if r.Err != nil || !hub && !active[r.Account] {
			continue
		}
		for _, p := range s.Want.Portfolios {
			for name, product := range p.launchRoles() {
				if (hub || p.reaches(s.Spokes.Org, r.Account)) && !slices.Contains(r.Names, name) {
					all = append(all, Drift{Kind: "CD-6", Account: r.Account, On: product, ID: name, What: fmt.Sprintf("launch role %s: missing: %s cannot be launched here", name, product),
						Repair: "make the role in the account, trusting servicecatalog.amazonaws.com"})
				}
			}
		}
	}
	return all
}

// launchRoles are the roles that the portfolio's launch constraints name, each with its product.
func (p Portfolio) launchRoles() map[string]string {
	roles := map[string]string{}
	for _, at := range p.Placements {
		for _, k := range at.Constraints {
			var launch struct{ LocalRoleName string }
			if k.Type == "LAUNCH" && json.Unmarshal([]byte(k.Parameters), &launch) == nil && launch.LocalRoleName != "" {
				roles[launch.LocalRoleName] = at.Product
			}
		}
	}
	return roles
}

// copies are portfolios and products of a spoke's own that bear the name of the hub's: they
// follow nothing that is published.
func (s Sight) copies() []Drift {
	names := map[string]string{}
	for _, p := range s.Want.Products {
		names["product "+p.Name] = p.Key
	}
	for _, p := range s.Want.Portfolios {
		names["portfolio "+p.DisplayName] = p.Key
	}
	var all []Drift
	for _, l := range s.Spokes.Locals {
		for _, t := range l.Standing {
			if key, ours := names[t.Kind+" "+t.Name]; ours && !s.Have.wanted(l.Spoke.Account, t) {
				all = append(all, Drift{Kind: "CD-8", Account: l.Spoke.Account, Region: t.Region, On: key, ID: t.ID, What: fmt.Sprintf("%s %s: the spoke has one of its own: it follows nothing that is published", t.Kind, t.Name),
					Repair: "delete it when nobody runs it: the shared one is there"})
			}
		}
	}
	return all
}

// enforced are the products of catalog.yaml's enforced that a spoke lacks, or has otherwise.
func (s Sight) enforced() []Drift {
	var all []Drift
	for _, key := range sortedKeys(s.File.Enforced) {
		e := s.File.Enforced[key]
		for _, r := range s.Spokes.Readings {
			if r.Err == nil && r.Spoke.Active() && !e.terminated() && e.Spokes.selects(s.Spokes.Org, r.Spoke) && s.Unread[r.Spoke.Region] == nil {
				all = append(all, s.enforcedIn(r, key, e)...)
			}
		}
	}
	return all
}

func (s Sight) enforcedIn(r Reading, key string, e Enforced) []Drift {
	var all []Drift
	say := func(id, what string) {
		all = append(all, Drift{Kind: "CD-11", Account: r.Spoke.Account, Region: r.Spoke.Region, On: key, ID: id, What: "enforced " + key + ": " + what,
			Repair: "launch or update " + e.Product + " there; one that failed is looked at first"})
	}
	product, there := s.Have.Product(r.Spoke.Region, e.Product), false
	for _, l := range r.Launched {
		if product == nil || l.Product != product.ID {
			continue
		}
		there = true
		switch {
		case l.State == "TAINTED" || l.State == "ERROR":
			say(l.ID, fmt.Sprintf("%s is %s: %s", l.Name, l.State, l.Message))
		case !inRange(l.Version, e.Version):
			say(l.ID, fmt.Sprintf("%s has %s, which is out of %s", l.Name, l.Version, e.Version))
		}
	}
	if !there {
		say("", "no "+e.Product+" is there")
	}
	return all
}

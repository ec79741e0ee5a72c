package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Deletion is the plan of deleting one version in every region, what was asked for it, and what
// stands against it. One reason against it, and nothing is deleted.
type Deletion struct {
	Product  string   `json:"product"`
	Version  string   `json:"version"`
	Changes  []Change `json:"changes"`
	Asked    []Asked  `json:"asked"`    // who could run it
	Held     []string `json:"held"`     // who runs it, or may
	Withheld []string `json:"withheld"` // the reasons, those who run it among them
	Token    string   `json:"token"`    // of all that; "" where there is nothing to delete, or a reason not to
}

// Asked is a place that could run the version, and did not, or was skipped.
type Asked struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	Skipped string `json:"skipped,omitempty"` // why
}

// PlanDeletion plans to delete a version that is retired, not a product's last, run by nobody
// and referred to by nothing: no range of enforced, no campaign, no copy. Who was not read may
// run it (CAT-15). campaigns say what they do with it.
func PlanDeletion(f *File, have Catalog, unread RegionErrors, product, version string, readings []Reading, campaigns []string) Deletion {
	d := Deletion{Product: product, Version: version, Changes: []Change{}, Asked: []Asked{}, Held: []string{}, Withheld: []string{}}
	ids := map[string]bool{}
	for _, p := range have.Products {
		if p.Key == product {
			d.in(p, ids)
		}
	}
	for _, region := range sortedKeys(unread) {
		d.against("%s of the hub was not read: %s", region, unread[region])
	}
	for _, where := range f.referring(product, version) {
		d.against("%s", where)
	}
	for _, c := range campaigns {
		d.against("%s", c)
	}
	d.copies(have.Locals)
	for _, r := range readings {
		d.holders(r, ids)
	}
	if len(d.Changes) > 0 && len(d.Withheld) == 0 {
		d.Token = d.token()
	}
	return d
}

func (d *Deletion) against(format string, args ...any) {
	d.Withheld = append(d.Withheld, fmt.Sprintf(format, args...))
}

func (d *Deletion) held(format string, args ...any) {
	d.Held = append(d.Held, fmt.Sprintf(format, args...))
	d.against(format, args...)
}

// in plans the deletion in one region.
func (d *Deletion) in(p Product, ids map[string]bool) {
	named := slices.DeleteFunc(slices.Clone(p.Versions), func(v Version) bool { return v.Name != d.Version })
	if len(named) == 0 {
		return
	}
	v := named[0]
	switch {
	case len(named) > 1:
		d.against("%s has two versions called %s (%s, %s): delete by hand the one that is not meant", p.Region, v.Name, v.ID, named[1].ID)
	case v.Digest == "":
		d.against("%s: axle did not publish %s (%s): whoever did deletes it", p.Region, v.Name, v.ID)
	case v.Active:
		d.against("%s: it is not retired: axle product retire %s@%s, and publish that first", p.Region, d.Product, v.Name)
	case len(p.Versions) == 1:
		d.against("%s: it is the product's last version, and AWS keeps that", p.Region)
	}
	ids[v.ID] = true
	gone := Version{ID: v.ID, Name: v.Name, Digest: v.Digest}
	d.Changes = append(d.Changes, Change{Verb: Delete, Kind: KindVersion, Region: p.Region, Product: p.Key, Version: &gone, Before: v.state(), Calls: 1, Removal: true})
}

// copies are those that spokes have of the version: they came from it, and follow nothing.
func (d *Deletion) copies(locals []Local) {
	for _, l := range locals {
		if l.Err != nil {
			d.against("%s: %s", l.place(), l.Err)
		}
		for _, c := range l.Copies {
			if c.Key == d.Product && c.Version(d.Version) != nil {
				d.against("%s has a copy of it (%s)", l.place(), c.Version(d.Version).ID)
			}
		}
	}
}

func (d *Deletion) holders(r Reading, ids map[string]bool) {
	place := r.Spoke.Account + " " + r.Spoke.Region
	switch {
	case !r.Spoke.Active():
		d.Asked = append(d.Asked, Asked{r.Spoke.Account, r.Spoke.Region, r.Spoke.Why})
		return
	case r.Err != nil:
		d.held("%s was not read, and may run it: %s", place, r.Err)
		return
	}
	d.Asked = append(d.Asked, Asked{Account: r.Spoke.Account, Region: r.Spoke.Region})
	for _, l := range r.Launched {
		if ids[l.VersionID] {
			d.held("%s runs it: %s, launched by %s", place, l.Name, Who(l.Owner))
		}
	}
}

// token binds what was planned and whoever was asked.
func (d *Deletion) token() string {
	raw, _ := json.Marshal([]any{d.Product, d.Version, d.Changes, d.Asked}) // plain structs of text always marshal
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// Receivers are all places that could run a product: the hub itself, the spokes, and every
// account that a portfolio with the product is shared with, whether catalog.yaml looks after it
// or not; each in every region that has the product.
func (f *File) Receivers(org Organization, spokes []Spoke, have Catalog, product string) []Spoke {
	found := map[string]Spoke{}
	for _, p := range have.Products {
		if p.Key != product {
			continue
		}
		add := func(s Spoke) {
			s.Region = p.Region
			if key := s.Account + " " + s.Region; found[key].Account == "" {
				found[key] = s
			}
		}
		add(Spoke{Account: string(f.Hub.Account), Name: "hub", Role: f.Hub.Role, State: "ACTIVE"})
		for _, s := range spokes {
			add(s)
		}
		for _, folio := range have.Portfolios {
			if folio.Region == p.Region && folio.Placement(product) != nil {
				folio.receivers(org, add)
			}
		}
	}
	all := make([]Spoke, 0, len(found))
	for _, key := range sortedKeys(found) {
		all = append(all, found[key])
	}
	return all
}

func (p *Portfolio) receivers(org Organization, add func(Spoke)) {
	for _, a := range org.Accounts {
		if !p.reaches(org, a.ID) {
			continue
		}
		s := Spoke{Account: a.ID, Name: a.Name, Role: DefaultSpokeRole, State: a.State}
		if a.State != "ACTIVE" {
			s.Why = "the account is " + strings.ToLower(a.State)
		}
		add(s)
	}
	for _, s := range p.Shares {
		if s.Type == "ACCOUNT" {
			add(Spoke{Account: s.Node, Name: s.Node, Role: DefaultSpokeRole, State: "UNKNOWN"})
		}
	}
}

package marketplacecatalog

import (
	"cmp"
	"slices"

	"github.com/axle-cd/axle/sandbox/world"
)

const kindProduct = "mp-product" // global, by id

// Product is one of AWS Marketplace's of which the sandbox knows that it cannot be procured: a
// change set that allows it fails with Code and Message.
type Product struct {
	ID, Code, Message string
	Denies            bool // one that denies it fails too
}

// PutProduct keeps a product that cannot be procured. What AWS says of one is documented nowhere.
func PutProduct(c *world.Call, p Product) {
	p.Code, p.Message = cmp.Or(p.Code, "INVALID_INPUT"), cmp.Or(p.Message, "Product "+p.ID+" is not available for procurement")
	world.Put(c.In("", ""), kindProduct, p.ID, p)
}

// RemoveProduct lets a product be procured again.
func RemoveProduct(c *world.Call, id string) { world.Remove(c.In("", ""), kindProduct, id) }

// Seed is an experience as it is put into a world, without a change set. What is left out is as
// AWS makes it, or as it is where the experience is there already.
type Seed struct {
	Account     string // whose organization's private marketplace; its own, where it is in none
	ID, Name    string
	Status      string // Enabled, Disabled; "": Enabled
	Archived    bool
	NoPolicy    bool
	Requests    string   // Allow, Deny; "": Allow
	Allow, Deny []string // nil: as they are
	Audience    []string // nil: as it is
	Title       string   // of its branding; "": none
}

// Put makes an experience, or changes the one that has its id, as somebody else would; its id is given.
func Put(c *world.Call, s Seed) string {
	at := c.In(officeOf(c.In(s.Account, Region)).owner, Region)
	settle(at)
	d := &desk{at: at, when: c.Now}
	w, there := d.work(s.ID)
	if !there {
		w = &work{Experience: Experience{entity: entity{ID: s.ID}}}
		if s.ID == "" {
			w.ID = d.newID("exp-")
		}
		d.works = append(d.works, w)
	}
	w.changed = true
	w.Name, w.Status, w.Restricted = cmp.Or(s.Name, w.Name, w.ID), cmp.Or(s.Status, "Enabled"), s.Archived
	s.policy(d, w)
	if s.Title != "" {
		w.branding = &branding{entity: entity{ID: d.newID("brandsettings-"), Name: w.Name}, Look: look{Title: s.Title}}
		w.Branding = w.branding.ID
		d.touch(&w.branding.entity)
	}
	if s.Audience != nil {
		w.audience = &audience{entity: entity{ID: cmp.Or(w.Audience, d.newID("aud-")), Name: w.Name}, Experience: w.ID, Principals: s.Audience}
		w.Audience = w.audience.ID
		d.touch(&w.audience.entity)
	}
	d.keep()
	return w.ID
}

func (s Seed) policy(d *desk, w *work) {
	if s.NoPolicy {
		w.policy, w.Policy = nil, ""
		return
	}
	if w.policy == nil {
		w.policy = &policy{entity: entity{ID: d.newID("procpolicy-"), Name: w.Name}}
		w.Policy = w.policy.ID
	}
	p := w.policy
	p.Requests = cmp.Or(s.Requests, p.Requests, "Allow")
	if s.Allow != nil {
		p.Allow = one(s.Allow)
	}
	if s.Deny != nil {
		p.Deny = one(s.Deny)
	}
	d.touch(&p.entity)
}

func one(ids []string) []group {
	if len(ids) == 0 {
		return nil
	}
	return []group{{Ids: ids}}
}

// Procurable says whether an account may procure a product: its nearest live experience decides.
// Without one, or where that has no policy, everything may be; an empty policy allows nothing (MKA-4).
func Procurable(c *world.Call, account, product string) bool {
	owner, nodes := account, []string{account}
	if org, ok := world.OrgOf(c, account); ok {
		a, _ := world.FindAccount(c, account)
		path := world.PlacesIn(c)(a) // the organization, the account, its unit, that unit's …
		owner, nodes = org.Management, append(path[1:], path[0])
	}
	at := c.In(owner, Region)
	settle(at)
	audiences := world.List[audience](at, kindAudience)
	for _, node := range nodes {
		for _, a := range audiences {
			e, ok := world.Get[Experience](at, kindExperience, a.Experience)
			if !ok || e.Restricted || e.Status != "Enabled" || !slices.Contains(a.Principals, node) {
				continue
			}
			p, ok := world.Get[policy](at, kindPolicy, e.Policy)
			return !ok || holds(p.Allow, product)
		}
	}
	return true
}

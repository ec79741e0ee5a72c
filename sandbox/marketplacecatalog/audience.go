package marketplacecatalog

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

var crossed = mistake{"ENTITY_IN_USE", "There is already a conflicting change in progress for the selected account. Try again later"}

// associate adds principals to the experience's audience. Each has one experience at most; one that
// is archived lets go of it.
func (d *desk) associate(w *work, one *change, in detail) []mistake {
	if one.Crossed {
		return []mistake{crossed}
	}
	for _, p := range in.Principals {
		if !d.rules || !ofOrganization(d.at, p) {
			return mistaken("CALLER_NOT_AUTHORIZED", "Caller not authorized to execute the action")
		}
		if holder := d.holder(p); holder != nil && holder.ID != w.ID && !holder.Restricted {
			return mistaken("ENTITY_ALREADY_EXISTS", "An experience is already associated with the account "+p+". Disassociate previous experience before updating")
		}
	}
	for _, p := range in.Principals {
		if holder := d.holder(p); holder != nil && holder.ID != w.ID {
			holder.changed = true
			d.drop(holder, p)
		}
		if w.audience == nil {
			w.audience = &audience{entity: entity{ID: d.newID("aud-")}, Experience: w.ID}
			w.Audience = w.audience.ID
		}
		if !slices.Contains(w.audience.Principals, p) {
			w.audience.Principals = append(w.audience.Principals, p)
		}
	}
	d.touch(&w.audience.entity)
	set(&w.audience.Name, in.Name)
	set(&w.audience.Description, in.Description)
	return nil
}

func (d *desk) disassociate(w *work, one *change, in detail) []mistake {
	if one.Crossed {
		return []mistake{crossed}
	}
	for _, p := range in.Principals {
		if w.audience == nil || !slices.Contains(w.audience.Principals, p) {
			return mistaken("ENTITY_NOT_FOUND", "The principal "+p+" is not associated with the experience")
		}
		d.drop(w, p)
	}
	return nil
}

func (d *desk) drop(w *work, principal string) {
	d.touch(&w.audience.entity)
	w.audience.Principals = slices.DeleteFunc(w.audience.Principals, func(p string) bool { return p == principal })
}

// holder is the experience that a principal is associated with, nil for none.
func (d *desk) holder(principal string) *work {
	for _, w := range d.works {
		if w.audience != nil && slices.Contains(w.audience.Principals, principal) {
			return w
		}
	}
	for _, a := range world.List[audience](d.at, kindAudience) {
		if !slices.Contains(a.Principals, principal) || slices.ContainsFunc(d.works, func(w *work) bool { return w.ID == a.Experience }) {
			continue
		}
		if w, ok := d.work(a.Experience); ok {
			return w
		}
	}
	return nil
}

// ofOrganization says whether a principal is of the owner's organization, or the owner itself.
// Units and the organization are known where AWS Organizations trusts the private marketplace.
func ofOrganization(at *world.Call, principal string) bool {
	org, in := world.OrgOf(at, at.Account)
	trusted := in && slices.Contains(org.TrustedServices, Principal)
	switch {
	case strings.HasPrefix(principal, "o-"):
		return trusted && principal == org.ID
	case strings.HasPrefix(principal, "ou-"):
		u, ok := world.FindUnit(at, principal)
		return trusted && ok && u.Org == org.ID
	}
	a, ok := world.FindAccount(at, principal)
	return principal == at.Account || ok && in && a.Org == org.ID
}

// keep writes what was changed, each a revision on, and gives the experiences that are new.
func (d *desk) keep() (made []string) {
	for _, w := range d.works {
		if !w.changed {
			continue
		}
		if w.policy != nil {
			keep(d, kindPolicy, &w.policy.entity, w.policy)
		}
		if w.branding != nil {
			keep(d, kindBranding, &w.branding.entity, w.branding)
		}
		if w.audience != nil {
			keep(d, kindAudience, &w.audience.entity, w.audience)
		}
		d.touch(&w.entity)
		keep(d, kindExperience, &w.entity, &w.Experience)
		if w.fresh {
			made = append(made, w.ID)
		}
	}
	return made
}

func keep[T any](d *desk, kind string, e *entity, v *T) {
	if slices.Contains(d.touched, e) {
		e.Revision, e.Modified = e.Revision+1, d.when
		world.Put(d.at, kind, e.ID, *v)
	}
}

// touch marks an entity that is changed.
func (d *desk) touch(e *entity) {
	if !slices.Contains(d.touched, e) {
		d.touched = append(d.touched, e)
	}
}

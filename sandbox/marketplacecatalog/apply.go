package marketplacecatalog

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// desk is where a set's changes are made before they are kept.
type desk struct {
	at      *world.Call
	when    time.Time
	rules   bool              // who began the set may change the private marketplace
	made    map[string]string // by change name: the new experience's id
	works   []*work
	touched []*entity
}

// work is an experience with what belongs to it, and what of that a set has changed.
type work struct {
	Experience
	fresh, changed bool
	policy         *policy
	branding       *branding
	audience       *audience
}

func mistaken(code, message string) []mistake { return []mistake{{code, message}} }

// apply makes a change, or says what is wrong with it.
func (d *desk) apply(one *change) []mistake {
	in, err := parse(one.Type, one.Details)
	if err != nil { // it was read when the set began
		return mistaken("INVALID_INPUT", err.Error())
	}
	if one.Type == create {
		return d.create(one, in)
	}
	id := one.Entity
	if one.Ref != "" {
		id = d.made[one.Ref]
	}
	w, ok := d.work(id)
	if !ok {
		return mistaken("ENTITY_NOT_FOUND", "The experience was not found")
	}
	if w.Restricted && one.Type != "ReviveExperience" {
		return mistaken("OPERATION_NOT_ALLOWED", "An archived experience cannot be updated")
	}
	w.changed = true
	for key, value := range one.Tags {
		w.tag(key, value)
	}
	return d.change(w, one, in)
}

func (d *desk) change(w *work, one *change, in detail) []mistake {
	switch one.Type {
	case "CreateProcurementPolicy", "UpdateProcurementPolicy":
		return d.setPolicy(w, one.Type, in)
	case "CreateBrandingSettings", "UpdateBrandingSettings":
		return d.setBranding(w, one.Type, in)
	case "AllowProductProcurement":
		return d.procure(w, in, true)
	case "DenyProductProcurement":
		return d.procure(w, in, false)
	case "AssociateAudience":
		return d.associate(w, one, in)
	case "DisassociateAudience":
		return d.disassociate(w, one, in)
	case "UpdateExperience":
		set(&w.Name, in.Name)
		set(&w.Description, in.Description)
		set(&w.Status, in.Status)
	case "RestrictExperience":
		if w.Status == "Enabled" {
			return mistaken("OPERATION_NOT_ALLOWED", "An experience must be disabled before it is archived")
		}
		w.Restricted = true
	case "ReviveExperience":
		if !w.Restricted {
			return mistaken("OPERATION_NOT_ALLOWED", "The experience is not archived")
		}
		w.Restricted = false
	}
	return nil
}

func set(to *string, from *string) {
	if from != nil {
		*to = *from
	}
}

func (e *entity) tag(key, value string) {
	if e.Tags == nil {
		e.Tags = map[string]string{}
	}
	e.Tags[key] = value
}

func (d *desk) create(one *change, in detail) []mistake {
	if !d.rules {
		return mistaken("CALLER_NOT_AUTHORIZED", "Caller not authorized to create experience.")
	}
	w := &work{fresh: true, changed: true, Experience: Experience{Status: "Disabled", entity: entity{ID: d.newID("exp-"), Tags: one.Tags}}}
	set(&w.Name, in.Name)
	set(&w.Description, in.Description)
	d.works = append(d.works, w)
	if one.Name != "" {
		d.made[one.Name] = w.ID
	}
	one.Made = w.ID + "@1"
	return nil
}

func (d *desk) newID(prefix string) string { return d.at.NewID(prefix, 13, world.Lower) }

// work gives an experience, as the set has it so far.
func (d *desk) work(id string) (*work, bool) {
	for _, w := range d.works {
		if w.ID == id {
			return w, true
		}
	}
	e, ok := world.Get[Experience](d.at, kindExperience, id)
	if !ok {
		return nil, false
	}
	w := &work{Experience: e, policy: get[policy](d.at, kindPolicy, e.Policy), branding: get[branding](d.at, kindBranding, e.Branding),
		audience: get[audience](d.at, kindAudience, e.Audience)}
	d.works = append(d.works, w)
	return w, true
}

func get[T any](at *world.Call, kind, id string) *T {
	if v, ok := world.Get[T](at, kind, id); ok {
		return &v
	}
	return nil
}

func (d *desk) setPolicy(w *work, typ string, in detail) []mistake {
	switch {
	case typ[0] == 'C' && w.policy != nil:
		return mistaken("ENTITY_ALREADY_EXISTS", "Procurement policy exists for Experience")
	case typ[0] == 'C':
		w.policy = &policy{entity: entity{ID: d.newID("procpolicy-")}, Requests: "Allow"}
		w.Policy = w.policy.ID
	case w.policy == nil:
		return mistaken("ENTITY_NOT_FOUND", "Procurement policy missing from Experience")
	}
	d.touch(&w.policy.entity)
	set(&w.policy.Name, in.Name)
	set(&w.policy.Description, in.Description)
	if in.Configuration != nil {
		set(&w.policy.Requests, in.Configuration.PolicyResourceRequests)
	}
	return nil
}

func (d *desk) setBranding(w *work, typ string, in detail) []mistake {
	switch {
	case typ[0] == 'C' && w.branding != nil:
		return mistaken("ENTITY_ALREADY_EXISTS", "Branding settings exists for Experience")
	case typ[0] == 'C':
		w.branding = &branding{entity: entity{ID: d.newID("brandsettings-")}}
		w.Branding = w.branding.ID
	case w.branding == nil:
		return mistaken("ENTITY_NOT_FOUND", "Branding settings missing from Experience")
	}
	d.touch(&w.branding.entity)
	set(&w.branding.Name, in.Name)
	set(&w.branding.Description, in.Description)
	c := in.Configuration
	if c == nil {
		return nil
	}
	if wrong := picture(c.LogoURL); wrong != nil {
		return wrong
	}
	set(&w.branding.Look.Title, c.Title)
	set(&w.branding.Look.Information, c.Information)
	set(&w.branding.Look.ThemeColor, c.ThemeColor)
	set(&w.branding.Look.LogoURL, c.LogoURL)
	return nil
}

// picture judges a logo by its URL: nothing is fetched.
func picture(at *string) []mistake {
	if at == nil {
		return nil
	}
	u, err := url.Parse(*at)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return mistaken("INVALID_URL", "Image could not be fetched from the input URL")
	case !slices.Contains([]string{".png", ".svg"}, strings.ToLower(path.Ext(u.Path))):
		return mistaken("INVALID_IMAGE", "Image verification for type, content, or file size failed. Only .png and .svg file types with sizes less than or equal to 500KB are supported.")
	}
	return nil
}

func (d *desk) procure(w *work, in detail, allow bool) (wrong []mistake) {
	if w.policy == nil {
		return mistaken("ENTITY_NOT_FOUND", "Procurement policy missing from Experience")
	}
	given := in.given()
	for _, id := range given {
		if p, ok := world.Get[Product](d.at.In("", ""), kindProduct, id); ok && (allow || p.Denies) {
			wrong = append(wrong, mistake{p.Code, p.Message})
		}
	}
	if wrong != nil {
		return wrong
	}
	p := w.policy
	d.touch(&p.entity)
	p.Allow, p.Deny = without(p.Allow, given), without(p.Deny, given)
	if allow {
		p.Allow = append(p.Allow, in.Products...)
	} else {
		p.Deny = append(p.Deny, in.Products...)
	}
	return nil
}

package marketplacecatalog

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/document"

	"github.com/axle-cd/axle/sandbox/world"
)

// Kinds of entities: in the account that owns them, in Region, by id.
const (
	kindExperience = "mp-experience"
	kindPolicy     = "mp-policy"
	kindBranding   = "mp-branding"
	kindAudience   = "mp-audience"
)

// entity is what all entities have.
type entity struct {
	ID, Name, Description string
	Revision              int
	Modified              time.Time
	Tags                  map[string]string `json:",omitempty"`
}

// Experience is the list of products that its audience may procure, once it is enabled.
type Experience struct {
	entity
	Status                     string // Enabled, Disabled
	Restricted                 bool   // archived
	Policy, Branding, Audience string // ids; "": none
}

// policy says what may be procured. A product is in one group at most.
type policy struct {
	entity
	Requests    string
	Allow, Deny []group
}

// group are products that were allowed or denied together.
type group struct {
	Ids   []string
	Notes string `json:",omitempty"`
}

type branding struct {
	entity
	Look look
}

type look struct {
	Title       string `json:",omitempty"`
	Information string `json:",omitempty"`
	ThemeColor  string `json:",omitempty"`
	LogoURL     string `json:"LogoUrl,omitempty"`
}

type audience struct {
	entity
	Experience string
	Principals []string
}

// without takes products out of groups.
func without(groups []group, ids []string) []group {
	gone := make(map[string]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
	}
	var kept []group
	for _, g := range groups {
		g.Ids = slices.DeleteFunc(slices.Clone(g.Ids), func(id string) bool { return gone[id] })
		if len(g.Ids) > 0 {
			kept = append(kept, g)
		}
	}
	return kept
}

func holds(groups []group, id string) bool {
	return slices.ContainsFunc(groups, func(g group) bool { return slices.Contains(g.Ids, id) })
}

// shown is an entity as it is described.
type shown struct {
	entity
	typ  string // Experience, ProcurementPolicy, BrandingSettings, Audience
	body map[string]any
}

func (s shown) arn(owner string) string { return entityARN(owner, s.typ, s.ID) }

func entityARN(owner, typ, id string) string {
	return "arn:aws:aws-marketplace:" + Region + ":" + owner + ":AWSMarketplace/" + typ + "/" + id
}

// ARN is the name of an entity, or of a change set, of the private marketplace that a caller sees.
func ARN(c *world.Call, typ, id string) string { return entityARN(officeOf(c).owner, typ, id) }

func (s shown) identifier() string { return s.ID + "@" + strconv.Itoa(s.Revision) }

// details are the entity's as an object, and as its text.
func (s shown) details() (document.Interface, *string) {
	raw, _ := json.Marshal(s.body) // maps, lists and texts always marshal
	text := string(raw)
	return document.NewLazyDocument(s.body), &text
}

// show gives an entity its common members.
func show(e entity, typ string, more map[string]any) shown {
	more["Name"] = e.Name
	if e.Description != "" {
		more["Description"] = e.Description
	}
	return shown{e, typ, more}
}

func (e Experience) shown() shown {
	body := map[string]any{"Status": e.Status, "ProcurementPolicies": ids(e.Policy), "BrandingSettings": ids(e.Branding)}
	if e.Restricted {
		body["AdminStatus"] = "Restricted"
	}
	return show(e.entity, "Experience", body)
}

func ids(id string) []any {
	if id == "" {
		return []any{}
	}
	return []any{id}
}

func (p policy) shown() shown {
	statements := []any{}
	for _, s := range []struct {
		effect string
		groups []group
	}{{"Allow", p.Allow}, {"Deny", p.Deny}} {
		if len(s.groups) > 0 {
			statements = append(statements, map[string]any{"Effect": s.effect, "Resources": resources(s.groups)})
		}
	}
	return show(p.entity, "ProcurementPolicy", map[string]any{"Statements": statements, "Configuration": map[string]any{"PolicyResourceRequests": p.Requests}})
}

func resources(groups []group) []any {
	var all []any
	for _, g := range groups {
		r := map[string]any{"Type": "Product", "Ids": texts(g.Ids)}
		if g.Notes != "" {
			r["Notes"] = g.Notes
		}
		all = append(all, r)
	}
	return all
}

func texts(list []string) []any {
	all := make([]any, len(list))
	for i, s := range list {
		all[i] = s
	}
	return all
}

func (b branding) shown() shown {
	configuration := map[string]any{}
	for name, value := range map[string]string{"Title": b.Look.Title, "Information": b.Look.Information, "ThemeColor": b.Look.ThemeColor, "LogoUrl": b.Look.LogoURL} {
		if value != "" {
			configuration[name] = value
		}
	}
	return show(b.entity, "BrandingSettings", map[string]any{"Configuration": configuration})
}

func (a audience) shown() shown {
	return show(a.entity, "Audience", map[string]any{"ExperienceId": a.Experience, "Principals": texts(a.Principals)})
}

// find gives an entity by its id, whatever it is.
func find(at *world.Call, id string) (shown, bool) {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "exp":
		e, ok := world.Get[Experience](at, kindExperience, id)
		return e.shown(), ok
	case "procpolicy":
		p, ok := world.Get[policy](at, kindPolicy, id)
		return p.shown(), ok
	case "brandsettings":
		b, ok := world.Get[branding](at, kindBranding, id)
		return b.shown(), ok
	case "aud":
		a, ok := world.Get[audience](at, kindAudience, id)
		return a.shown(), ok
	}
	return shown{}, false
}

// every gives all entities of a type, and whether it is one of a private marketplace's.
func every(at *world.Call, typ string) (all []shown, ok bool) {
	switch typ {
	case "Experience":
		return shows(world.List[Experience](at, kindExperience)), true
	case "ProcurementPolicy":
		return shows(world.List[policy](at, kindPolicy)), true
	case "BrandingSettings":
		return shows(world.List[branding](at, kindBranding)), true
	case "Audience":
		return shows(world.List[audience](at, kindAudience)), true
	}
	return nil, false
}

func shows[E interface{ shown() shown }](of []E) (all []shown) {
	for _, e := range of {
		all = append(all, e.shown())
	}
	return all
}

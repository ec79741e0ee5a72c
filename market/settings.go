package market

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Step is a change set of settings: what it does in words, and its edits. Of an edit without an
// entity that is the experience.
type Step struct {
	Text  string `json:"text"`
	Was   string `json:"was,omitempty"`   // what it takes the place of: of another value nobody approved it
	Opens string `json:"opens,omitempty"` // whom it may leave without a live experience: there everything is allowed (MKA-4)
	Last  bool   `json:"last,omitempty"`  // after the products: nobody meets a catalogue that is half filled
	Edits []Edit `json:"edits"`
}

func edit(typ string, details map[string]any) Edit {
	return Edit{Type: typ, Kind: experienceKind, Details: details}
}

func (b *BrandingFile) details(name string) map[string]any {
	c := map[string]any{"Title": b.Title}
	for key, v := range map[string]string{"Information": b.Information, "ThemeColor": b.ThemeColor, "LogoUrl": b.LogoURL} {
		if v != "" {
			c[key] = v
		}
	}
	return map[string]any{"Name": cut(name+" branding", 100), "Configuration": c}
}

// String is what is shown of it: all, since a person approves it.
func (b *BrandingFile) String() string {
	return Branding{Title: b.Title, Information: b.Information, ThemeColor: b.ThemeColor, LogoURL: b.LogoURL}.String()
}

func (b Branding) String() string {
	if b.ID == "" && b.Title == "" {
		return "no branding"
	}
	said := []string{fmt.Sprintf("title %q", b.Title)}
	for _, x := range [][2]string{{"information", b.Information}, {"colour", b.ThemeColor}, {"logo", b.LogoURL}} {
		if x[1] != "" {
			said = append(said, fmt.Sprintf("%s %q", x[0], x[1]))
		}
	}
	return strings.Join(said, ", ")
}

func (b *BrandingFile) is(have Branding) bool {
	return b.Title == have.Title && b.Information == have.Information && strings.EqualFold(b.ThemeColor, have.ThemeColor) && (b.LogoURL == "") == (have.LogoURL == "")
}

var statusOf = map[string]string{"enabled": "Enabled", "disabled": "Disabled", "archived": "Disabled"}

var requestsOf = map[string]string{"allow": "Allow", "deny": "Deny"}

// settle are the steps that take an experience's settings to those of the file.
func (e Entry) settle(have Experience, others []Experience) (steps []Step) {
	s := e.Settings
	if s == nil {
		return nil
	}
	if have.Archived && s.Status != "archived" {
		steps = append(steps, Step{Text: "revive it", Edits: []Edit{edit("ReviveExperience", map[string]any{})}})
	}
	var look []Edit
	var said, was []string
	if b := s.Branding; b != nil && !b.is(have.Branding) {
		typ := "UpdateBrandingSettings"
		if have.Branding.ID == "" {
			typ = "CreateBrandingSettings"
		}
		look, said = append(look, edit(typ, b.details(e.Name))), append(said, "branding: "+b.String())
		was = append(was, have.Branding.String())
	}
	if r := requestsOf[s.UserRequests]; r != "" && have.Policy != nil && r != have.Policy.Requests {
		look = append(look, edit("UpdateProcurementPolicy", map[string]any{"Configuration": map[string]any{"PolicyResourceRequests": r}}))
		said, was = append(said, "requests of users: "+s.UserRequests), append(was, "requests of users: "+strings.ToLower(have.Policy.Requests))
	}
	if len(look) > 0 {
		steps = append(steps, Step{Text: strings.Join(said, "; "), Was: strings.Join(was, "; "), Edits: look})
	}
	steps = append(steps, e.audience(have, others)...)
	if want := statusOf[s.Status]; want != "" && want != have.Status {
		step := Step{Text: "status: " + want, Last: true, Edits: []Edit{edit("UpdateExperience", map[string]any{"Status": want})}}
		if want == "Disabled" && have.Live() {
			step.Opens = uncovered(have.Audience.Principals, others)
		}
		steps = append(steps, step)
	}
	if s.Status == "archived" && !have.Archived {
		steps = append(steps, Step{Text: "archive it", Last: true, Edits: []Edit{edit("RestrictExperience", map[string]any{})}})
	}
	return steps
}

// audience is what makes the audience that of the file. A principal leaves before another joins:
// in between it has no experience of its own, and the plan says so.
func (e Entry) audience(have Experience, others []Experience) (steps []Step) {
	if e.Settings.Audience == nil {
		return nil
	}
	gone := slices.DeleteFunc(slices.Clone(have.Audience.Principals), func(p string) bool { return slices.Contains(e.Settings.Audience, p) })
	come := slices.DeleteFunc(sorted(e.Settings.Audience), func(p string) bool { return slices.Contains(have.Audience.Principals, p) })
	if len(gone) > 0 {
		step := Step{Text: "no longer binds " + strings.Join(gone, ", "), Last: true, Edits: []Edit{edit("DisassociateAudience", map[string]any{"Principals": gone})}}
		if have.Live() {
			step.Opens = uncovered(gone, others)
		}
		steps = append(steps, step)
	}
	if len(come) > 0 {
		details := map[string]any{"Principals": come}
		if have.Audience.ID == "" {
			details["Name"] = cut(e.Name+" audience", 100)
		}
		steps = append(steps, Step{Text: "binds " + strings.Join(come, ", "), Last: true, Edits: []Edit{edit("AssociateAudience", details)}})
	}
	return steps
}

// comes is how many steps of an item, from the first that binds whom another experience lets go, wait
// for that: a principal has one experience at a time (PMP-20).
func (p Proposal) comes(item Item) int {
	for n, s := range item.Steps {
		for _, other := range p.Items {
			if other.Organization == item.Organization && other.Changes() && slices.ContainsFunc(other.Steps, func(o Step) bool { return o.lets(s) }) {
				return len(item.Steps) - n
			}
		}
	}
	return 0
}

// lets says whether a step lets somebody go whom another binds.
func (s Step) lets(binds Step) bool {
	gone, come := s.principals("DisassociateAudience"), binds.principals("AssociateAudience")
	return slices.ContainsFunc(gone, func(p string) bool { return slices.Contains(come, p) })
}

func (s Step) principals(typ string) (all []string) {
	for _, e := range s.Edits {
		if e.Type == typ {
			all, _ = e.Details["Principals"].([]string)
		}
	}
	return all
}

// uncovered are those of the principals for whom no other live experience is seen to hold: the
// organization's holds for all.
func uncovered(principals []string, others []Experience) string {
	var open []string
	for _, p := range principals {
		if !slices.ContainsFunc(others, func(x Experience) bool {
			return x.Live() && slices.ContainsFunc(x.Audience.Principals, func(q string) bool { return q == p || strings.HasPrefix(q, "o-") })
		}) {
			open = append(open, p)
		}
	}
	return strings.Join(open, ", ")
}

// maker is the name by which the other changes of a set mean the experience that one makes.
const maker = "Make"

// creation is the change set that makes an experience with its policy, and with the first of its
// products: everybody else's changes come later, its audience last (PMP-20).
func (e Entry) creation(first []Batch, note func(Batch) []any) []Edit {
	on := func(x Edit) Edit {
		x.Entity = "$" + maker + ".Entity.Identifier"
		return x
	}
	policy := map[string]any{"Name": cut(e.Name+" policy", 100)}
	all := []Edit{{Type: "CreateExperience", Name: maker, Kind: experienceKind, Details: map[string]any{"Name": e.Name}}, on(edit("CreateProcurementPolicy", policy))}
	if s := e.Settings; s != nil && s.Branding != nil {
		all = append(all, on(edit("CreateBrandingSettings", s.Branding.details(e.Name))))
	}
	if s := e.Settings; s != nil && s.UserRequests != "" {
		all = append(all, on(edit("UpdateProcurementPolicy", map[string]any{"Configuration": map[string]any{"PolicyResourceRequests": requestsOf[s.UserRequests]}})))
	}
	for _, b := range first {
		all = append(all, on(productChanges("", 0, []Batch{b}, note)[0]))
	}
	return all
}

// Open refuses what would leave somebody without a live experience.
func (i Item) Open() error {
	for _, s := range i.Steps {
		if s.Opens != "" {
			return document.Fail("AXLE4182", fmt.Sprintf("%s: %s would leave %s without a live experience: there everything is allowed", i.Entry, s.Text, s.Opens),
				"bind them by another experience first; if it is meant: --accept-open", nil)
		}
	}
	return nil
}

package market

import (
	"fmt"
	"slices"
	"time"
)

// Drift is one way in which an experience is not as the file has it (PMP-13).
type Drift struct {
	Kind         string   `json:"kind"`
	Organization string   `json:"organization"`
	Entry        string   `json:"entry,omitempty"`
	Experience   string   `json:"experience,omitempty"`
	Products     []string `json:"products,omitempty"`
	Text         string   `json:"text"`
	Outcome      string   `json:"outcome"` // clean: it is told, and is none
	Line         string   `json:"line,omitempty"`

	Account   string    `json:"account,omitempty"` // of an agreement: who bought
	Agreement string    `json:"agreement,omitempty"`
	Ends      time.Time `json:"ends,omitzero"`

	Err error `json:"-"`
}

// Drifts are all that differs. ours are the products that axle denied, by experience: what it
// denied and nobody wants any more is a residue, since a product cannot leave a policy (MKA-5).
func (f *File) Drifts(entries []Entry, p Proposal, s Sight, ours map[string]map[string]bool) []Drift {
	all := []Drift{}
	for _, i := range p.Items {
		add := func(kind, outcome, text string, ids []string) {
			all = append(all, Drift{Kind: kind, Organization: i.Organization, Entry: i.Entry, Experience: i.Experience, Products: ids, Text: text, Outcome: outcome,
				Line: f.line("experiences", f.index(i.Entry))})
		}
		if i.Err != nil {
			add("unknown", OutcomeOf(i.Err), i.Err.Error(), nil)
			all[len(all)-1].Err = i.Err
			continue
		}
		if i.Make {
			add("missing", Drifted, "there is no such experience yet: apply makes it", nil)
		}
		for _, step := range i.Steps {
			add("settings", Drifted, step.Text, nil)
		}
		i.drifts(add, ours[i.Experience])
		for _, r := range i.Findings {
			outcome := r.Outcome
			if outcome == "" {
				outcome = Clean
			}
			add(r.Kind, outcome, r.Text, r.IDs)
		}
	}
	return append(all, f.unmanaged(entries, s)...)
}

func (i Item) drifts(add func(kind, outcome, text string, ids []string), ours map[string]bool) {
	var allowed map[string]bool
	if i.Have.Policy != nil {
		allowed = set(i.Have.Policy.Allowed)
	}
	extra, missing := split(i.Deny, func(id string) bool { return allowed[id] })
	residual, foreign := split(i.Stale, func(id string) bool { return ours[id] })
	for _, d := range []struct {
		kind, outcome, text string
		ids                 []string
	}{
		{"extra_allow", Drifted, "allowed there, and not wanted", extra},
		{"missing_deny", Drifted, "not denied there, and wanted so", missing},
		{"missing_allow", Drifted, "not allowed there, and wanted so", i.Allow},
		{"stale_deny", Drifted, "foreign: denied there by somebody else, and listed nowhere; nothing is allowed by it", foreign},
		{"residual", Clean, "denied by axle when it left the source; a product cannot leave a policy", residual},
	} {
		if len(d.ids) > 0 {
			add(d.kind, d.outcome, fmt.Sprintf("%d %s", len(d.ids), d.text), d.ids)
		}
	}
}

func split(ids []string, first func(string) bool) (yes, no []string) {
	for _, id := range ids {
		if first(id) {
			yes = append(yes, id)
		} else {
			no = append(no, id)
		}
	}
	return yes, no
}

// unmanaged are live experiences that no entry of the file has.
func (f *File) unmanaged(entries []Entry, s Sight) (all []Drift) {
	for _, o := range f.organizations(entries) {
		claimed := f.claimed(Entry{Organization: o.Name}, s)
		discovers := slices.ContainsFunc(f.Experiences, func(e Entry) bool { return e.Organization == o.Name && e.Discover != "" })
		for _, x := range s.Listed[o.Name] {
			if err := s.Failed[x.ID]; err != nil && !claimed[x.ID] && !discovers {
				all = append(all, Drift{Kind: "unknown", Organization: o.Name, Experience: x.ID, Outcome: OutcomeOf(err), Text: err.Error(), Err: err})
			}
			if have, ok := s.Read[x.ID]; ok && have.Live() && !claimed[x.ID] && !discovers {
				all = append(all, Drift{Kind: "unmanaged", Organization: o.Name, Experience: x.ID, Outcome: Drifted,
					Text: fmt.Sprintf("the live experience %s is in no entry of the file", x.Name)})
			}
		}
	}
	return all
}

// OutcomeOfDrifts is what they come to.
func OutcomeOfDrifts(all []Drift) string {
	worst := Clean
	for _, d := range all {
		worst = Worst(worst, d.Outcome)
	}
	return worst
}

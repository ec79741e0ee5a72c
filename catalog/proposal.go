package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// proposalForm is the form of a stored Proposal. Form 0 was a bare list of changes.
const proposalForm = 1

// Proposal is a whole plan as one value: each change with where, why and what it takes, and what
// they come to. It is what prod/plan stores, an approval binds, and people read.
type Proposal struct {
	Form     int       `json:"form"`
	Product  string    `json:"product"`
	Version  string    `json:"version"`
	Since    string    `json:"since,omitempty"` // the version that was published last
	Digest   string    `json:"digest"`          // of the changes: Digest
	Changes  []Change  `json:"changes"`         // in the order in which they are made
	Calls    []CallsIn `json:"calls"`
	Seconds  int       `json:"seconds"`  // estimated; without what launches themselves take
	Launches int       `json:"launches"` // how many there are
	USDLeast float64   `json:"usd_least"`
	USDMost  float64   `json:"usd_most"`
	Quotas   []Quota   `json:"quotas"`
	Reach    []Reach   `json:"reach"`
	Risks    []Risk    `json:"risks"`
	Removals Removals  `json:"removals"`
	Unmet    []Unmet   `json:"unmet"` // of enforced: what no change here makes as wanted; not part of the digest
	Notes    []string  `json:"notes"` // what waits for another run, and lines that say nothing more; not part of the digest
}

// Reach is whom a wave reaches.
type Reach struct {
	Wave        string   `json:"wave,omitempty"`
	Regions     []string `json:"regions"`
	Changes     int      `json:"changes"`
	Spokes      int      `json:"spokes"`      // active accounts in a region of the wave, or launched in
	Skipped     int      `json:"skipped"`     // not active
	Provisioned int      `json:"provisioned"` // provisioned products that are made, changed or removed
}

// Risk is what whoever approves should look at, whatever the version number says.
type Risk struct {
	What   string `json:"what"`
	Reason string `json:"reason,omitempty"` // file:line
}

// Prospect is what a Proposal is made from.
type Prospect struct {
	Hub                     string // its account
	Product, Version, Since string
	Changes                 []Change
	Have                    Catalog
	Quotas                  []Quota // measured
	Waves                   []Wave  // with the hub's regions of each; none: everything at once
	Org                     Organization
	Spokes                  []Spoke        // whom the catalog reaches
	Sources                 Sources        // what asks for the changes
	Reads                   map[string]int // calls of one look at the hub, by region
	Unmet                   []Unmet
	Notes                   []string
	Risks                   []Risk
}

// Propose makes the Proposal. It is pure: the same Prospect gives the same bytes (CAT-50).
func Propose(p Prospect) Proposal {
	changes := p.detailed()
	all := Proposal{Form: proposalForm, Product: p.Product, Version: p.Version, Since: p.Since,
		Digest: Digest(changes), Changes: changes, Calls: callsIn(p.Hub, changes, p.Reads),
		Seconds: int(duration(changes, p.Waves) / time.Second), Quotas: append([]Quota{}, p.Quotas...),
		Reach: p.reach(changes), Risks: append([]Risk{}, p.Risks...), Removals: removals(changes, p.Have), Unmet: append([]Unmet{}, p.Unmet...), Notes: append([]string{}, p.Notes...)}
	all.USDLeast, all.USDMost = cost(all.Calls)
	for _, c := range changes {
		if c.Kind == KindLaunch {
			all.Launches++
		}
	}
	all.Risks = append(all.Risks, inherent(changes)...)
	return all
}

// detailed are the changes with all that is known of each.
func (p Prospect) detailed() []Change {
	have, waves := indexed(p.Have), p.waves()
	all := make([]Change, len(p.Changes))
	for i, c := range p.Changes {
		if c.Wave == "" {
			c.Wave = waves[[2]string{c.Account, c.Region}]
		}
		if c.Verb != Create {
			c.ID = have.id(c)
		}
		if c.Reason == "" {
			c.Reason = p.Sources.Reason(c)
		}
		c.Removal = c.Verb == Delete
		c.Reversible = !c.Removal || !lasting[c.Kind]
		all[i] = c
	}
	return all
}

// waves are the names of each place's wave: of a region of the hub, whose account is "", the one
// that makes a version visible there; of a spoke the one that selects it, or its region's where
// that comes later and the region changes too: what a spoke has of its own follows the hub.
func (p Prospect) waves() map[[2]string]string {
	of := map[[2]string]string{}
	for _, w := range p.Waves {
		for _, region := range w.Regions {
			of[[2]string{"", region}] = w.Name
		}
	}
	if len(p.Waves) > 0 {
		for _, s := range p.Spokes {
			own := waveOfSpoke(p.Waves, p.Org, s)
			if own < 0 {
				own = len(p.Waves) - 1
			}
			if slices.ContainsFunc(p.Changes, func(c Change) bool { return c.InHub(s.Region) }) {
				own = max(own, rank(p.Waves, of[[2]string{"", s.Region}]))
			}
			of[[2]string{s.Account, s.Region}] = p.Waves[own].Name
		}
	}
	return of
}

// lasting are the kinds that come back with another id, or without what was in them.
var lasting = map[Kind]bool{KindPortfolio: true, KindProduct: true, KindVersion: true, KindLaunch: true, KindCopy: true}

// rank is where a wave stands in the order in which they go; what is in no wave comes first.
func rank(waves []Wave, name string) int {
	return slices.IndexFunc(waves, func(w Wave) bool { return w.Name == name })
}

// reach counts, in the order of the waves, whom the changes reach.
func (p Prospect) reach(changes []Change) []Reach {
	names, by := byWave(changes)
	slices.SortStableFunc(names, func(a, b string) int { return rank(p.Waves, a) - rank(p.Waves, b) })
	all := make([]Reach, 0, len(names))
	for _, name := range names {
		r := Reach{Wave: name, Changes: len(by[name])}
		hub, launched := map[string]bool{}, map[[2]string]bool{}
		for _, c := range by[name] {
			r.Regions = append(r.Regions, c.Region)
			if c.Account == "" {
				hub[c.Region] = true
				continue
			}
			launched[[2]string{c.Account, c.Region}] = true
			if c.Kind == KindLaunch {
				r.Provisioned++
			}
		}
		for _, s := range p.Spokes {
			switch {
			case !hub[s.Region]:
			case s.Active():
				launched[[2]string{s.Account, s.Region}] = true
			default:
				r.Skipped++
			}
		}
		r.Spokes = len(launched)
		slices.Sort(r.Regions)
		r.Regions = slices.Compact(r.Regions)
		all = append(all, r)
	}
	return all
}

// inherent are the risks that the changes themselves are, each said once.
func inherent(changes []Change) []Risk {
	var all []Risk
	said := map[string]bool{}
	for _, c := range changes {
		what := ""
		switch {
		case !c.Reversible:
			what = fmt.Sprintf("a %s that is removed does not come back as it was", c.Kind)
		case c.Kind == KindVersion && c.Verb == Update && !c.Version.Active:
			what = fmt.Sprintf("%s %s is retired: nobody can launch or update to it", c.Product, c.Version.Name)
		case c.Kind == KindVersion && c.Verb == Update && c.Version.Guidance != "DEPRECATED":
			what = fmt.Sprintf("%s %s can be launched again: somebody had made it %s", c.Product, c.Version.Name, strings.TrimPrefix(c.Before, c.Version.Name+" "))
		case c.Kind == KindConstraint && c.Verb != Create && c.Constraint.Type == "LAUNCH":
			what = fmt.Sprintf("launches of %s in %s act with another role", c.Product, c.Portfolio)
		}
		if what != "" && !said[what] {
			said[what] = true
			all = append(all, Risk{what, c.Reason})
		}
	}
	return all
}

// Writes is how many calls change something.
func (p Proposal) Writes() (n int) {
	for _, c := range p.Calls {
		n += c.Writes
	}
	return n
}

// Reads is how many calls read, polls aside.
func (p Proposal) Reads() (n int) {
	for _, c := range p.Calls {
		n += c.Reads
	}
	return n
}

// Duration is how long it takes, as far as it can be told.
func (p Proposal) Duration() time.Duration { return time.Duration(p.Seconds) * time.Second }

// ReadProposal reads a stored plan: of this form, or the bare list of changes that older runs have.
func ReadProposal(data []byte) (Proposal, error) {
	var p Proposal
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		if err := json.Unmarshal(data, &p.Changes); err != nil {
			return p, unreadable(err)
		}
		p.Digest = Digest(p.Changes)
		p.Removals = removals(p.Changes, Catalog{})
		return p, nil
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, unreadable(err)
	}
	if p.Form != proposalForm {
		return p, unreadable(fmt.Errorf("it has form %d, and this axle reads form %d", p.Form, proposalForm))
	}
	if now := Digest(p.Changes); p.Digest != now {
		return p, unreadable(fmt.Errorf("its changes have %s, and it says %s", now, p.Digest))
	}
	return p, nil
}

func unreadable(cause error) error {
	return document.Fail("AXLE2702", "the stored plan cannot be read", "start a new run: it plans anew", cause)
}

package market

import (
	"slices"
	"time"
)

// Proposal is what a pass would change, and what it would not.
type Proposal struct {
	Items []Item `json:"experiences"`
}

// Item is one experience in a proposal.
type Item struct {
	Entry        string         `json:"entry"`
	Organization string         `json:"organization"`
	Experience   string         `json:"experience"` // exp-…; "" is one that is about to be made
	Revision     int            `json:"revision"`
	Follows      string         `json:"follows,omitempty"`
	Mode         string         `json:"mode"`
	Make         bool           `json:"make,omitempty"` // the experience
	MakePolicy   bool           `json:"make_policy,omitempty"`
	Steps        []Step         `json:"settings,omitempty"`
	Delta                       // deny, allow, stale
	Why          map[string]Why `json:"why,omitempty"` // of what changes
	Allowed      int            `json:"allowed_now"`
	Findings     []Remark       `json:"findings,omitempty"`
	Refusal      string         `json:"refused,omitempty"`
	Kept         []Kept         `json:"kept,omitempty"` // where agreements were read; a plan's digest is not of it

	Have  Experience `json:"-"`
	Guard error      `json:"-"` // more than may change unasked
	Err   error      `json:"-"` // nothing can be planned: what is wrong
	Want  Want       `json:"-"`

	held  int  // steps at the end that wait for other experiences
	novel bool // this pass has made it
}

// Remark is what a person has to know of an experience.
type Remark struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text"`
	IDs     []string `json:"products,omitempty"`
	Outcome string   `json:"outcome,omitempty"` // "": it is told, no more
}

// Changes says whether anything would be done.
func (i Item) Changes() bool {
	return i.Err == nil && i.Mode != "report" && i.differs()
}

func (i Item) differs() bool {
	return i.Make || i.MakePolicy || len(i.Steps) > 0 || !i.Empty()
}

// Denials is how many products the proposal would deny.
func (p Proposal) Denials() (n int) {
	for _, i := range p.Items {
		if i.Changes() {
			n += len(i.Deny)
		}
	}
	return n
}

// Outcome is what the proposal comes to.
func (p Proposal) Outcome() string {
	all := []string{Clean}
	for _, i := range p.Items {
		all = append(all, i.outcome())
	}
	return Worst(all...)
}

func (i Item) outcome() string {
	all := []string{Clean}
	switch {
	case i.Err != nil:
		all = append(all, OutcomeOf(i.Err))
	case i.Guard != nil:
		all = append(all, Refused)
	case i.differs():
		all = append(all, Drifted)
	}
	for _, f := range i.Findings {
		if f.Outcome != "" {
			all = append(all, f.Outcome)
		}
	}
	return Worst(all...)
}

// Within says whether a delta changes nothing that another does not change too.
func (d Delta) Within(approved Delta) bool {
	deny, allow := set(approved.Deny), set(approved.Allow)
	return !slices.ContainsFunc(d.Deny, func(id string) bool { return !deny[id] }) &&
		!slices.ContainsFunc(d.Allow, func(id string) bool { return !allow[id] })
}

// Each set of changes takes about a minute (MKA-11).
const setTakes = time.Minute

// Duration is about how long carrying it out takes: experiences side by side, their sets not.
func (p Proposal) Duration(atOnce int) time.Duration {
	sets, longest := 0, 0
	for _, i := range p.Items {
		if i.Changes() {
			n := len(i.Batches(nil)) + len(i.Steps)
			sets, longest = sets+n, max(longest, n)
		}
	}
	return max(time.Duration(longest), time.Duration((sets+max(1, atOnce)-1)/max(1, atOnce))) * setTakes
}

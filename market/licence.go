package market

import (
	"slices"
	"strings"
	"time"
)

// Estate is what there is of licences in an organization. Every list is whole: a list that could
// not be read to its end is an error of who reads it, and then nothing is taken from anybody.
type Estate struct {
	Licences []Licence `json:"licences"`
	Grants   []Grant   `json:"grants"` // of those licences; deleted ones and sub-grants too
	Owned    []Owned   `json:"owned"`
	Members  []Member  `json:"members"`
}

// Owned is a licence that an account of the organization bought itself.
type Owned struct {
	Licence string `json:"licence"`
	SKU     string `json:"sku"`
	Account string `json:"account"`
	Status  string `json:"status"`
	Ends    string `json:"ends,omitempty"`
}

// Mark is what is written down of a licence and a principal between passes.
type Mark struct {
	Licence    string        `json:"licence"`
	Principal  string        `json:"principal"`
	Unentitled time.Time     `json:"unentitled,omitzero"` // since when it was seen not to be entitled
	Offered    time.Time     `json:"offered,omitzero"`    // since when its grant was seen to wait to be accepted
	Generation int           `json:"generation"`          // grants made for it so far
	Grant      string        `json:"grant,omitempty"`     // the last of them, which is axle's
	Lost       string        `json:"lost,omitempty"`      // the grant that it had when its licence ended
	Failures   int           `json:"failures,omitempty"`  // workflows of it that failed, one after the other
	Retry      time.Time     `json:"retry,omitzero"`      // not made again before
	Step       GrantStep     `json:"step,omitempty"`      // the job that was begun last
	Operations []string      `json:"operations,omitempty"`
	Begun      time.Time     `json:"begun,omitzero"` // when, before its call
	Sent       bool          `json:"sent,omitempty"` // its call was answered
	Took       time.Duration `json:"took,omitempty"` // what the last job took, to its end
}

// Key is the mark's pair.
func (m Mark) Key() string { return PairKey(m.Licence, m.Principal) }

// PairKey names a licence and a principal.
func PairKey(licence, principal string) string { return licence + " " + principal }

// Root is the principal of an account.
func Root(account string) string { return "arn:aws:iam::" + account + ":root" }

// AccountOf is the account that a principal is, or "" for a unit or an organization (L7).
func AccountOf(principal string) string {
	id, ok := strings.CutPrefix(principal, "arn:aws:iam::")
	if id, root := strings.CutSuffix(id, ":root"); ok && root {
		return id
	}
	return ""
}

// lives says whether a grant gives, or is about to give, or may give again.
func (g Grant) lives() bool { return g.Status != "DELETED" && g.Status != "REJECTED" }

// moving says whether AWS is at work on it.
func (g Grant) moving() bool { return g.Status == "PENDING_WORKFLOW" || g.Status == "PENDING_DELETE" }

// nearest are the states of a grant, the most useful first: where several are for one pair, the
// first of them counts (L12).
var nearest = []string{"ACTIVE", "WORKFLOW_COMPLETED", "WORKFLOW_COMPLETE", "DISABLED", "PENDING_WORKFLOW", "PENDING_ACCEPT", "PENDING_DELETE", "FAILED_WORKFLOW", "REJECTED"}

func (g Grant) rank() int {
	if i := slices.Index(nearest, g.Status); i >= 0 {
		return i
	}
	return len(nearest)
}

// seen is the grants by their pairs, and the sub-grants by theirs.
type seen struct {
	of, sub map[string][]Grant
	gone    map[string]int // deleted ones
}

func look(grants []Grant) seen {
	s := seen{of: map[string][]Grant{}, sub: map[string][]Grant{}, gone: map[string]int{}}
	for _, g := range grants {
		key := PairKey(g.Licence, g.Principal)
		switch {
		case g.Parent != "":
			s.sub[key] = append(s.sub[key], g)
		case g.Status == "DELETED":
			s.gone[key]++
		default:
			s.of[key] = append(s.of[key], g)
		}
	}
	for _, all := range s.of {
		slices.SortStableFunc(all, func(a, b Grant) int { return a.rank() - b.rank() })
	}
	return s
}

// member is an account's own entry, or nil where it is not of the organization.
func (e Estate) member(account string) *Member {
	for i := range e.Members {
		if e.Members[i].Account == account {
			return &e.Members[i]
		}
	}
	return nil
}

// owned is the licence of the product that an account bought itself and that is good now, or nil.
func (e Estate) owned(sku, account string, now time.Time) *Owned {
	for i, o := range e.Owned {
		good := Licence{Status: o.Status, Ends: o.Ends}
		if o.SKU == sku && o.Account == account && o.Status == "AVAILABLE" && !good.ended(now) {
			return &e.Owned[i]
		}
	}
	return nil
}

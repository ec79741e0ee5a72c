package market

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/axle-cd/axle/document"
)

// Digest is of what would be changed where: what a person approves. Revisions are not of it; a
// pass compares by itself (PMP-7).
func (p Proposal) Digest() string {
	type effect struct {
		Organization, Entry, Experience string
		Make, MakePolicy                bool
		Deny, Allow                     []string
		Steps                           []Step
	}
	all := []effect{}
	for _, i := range p.Items {
		if i.Changes() {
			all = append(all, effect{i.Organization, i.Entry, i.Experience, i.Make, i.MakePolicy, i.Deny, i.Allow, i.Steps})
		}
	}
	raw, _ := json.Marshal(all) // text and lists always marshal
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Within keeps what another plan, that was shown before, holds too. What has become more than
// that is refused (PMP-7, PMP-10); less is what was done of it since.
func (p Proposal) Within(shown Proposal) (Proposal, error) {
	kept := Proposal{Items: []Item{}}
	for _, was := range shown.Items {
		i := slices.IndexFunc(p.Items, was.same)
		if i < 0 || !p.Items[i].within(was) {
			return p, document.Fail(CodeMoved, fmt.Sprintf("%s has changed since the plan: it would now change what the plan does not hold", was.Entry), "plan again", nil)
		}
		kept.Items = append(kept.Items, p.Items[i])
	}
	return kept, nil
}

// same says whether an item is of the same experience. One that was to be made may be there by now.
func (i Item) same(now Item) bool {
	return now.Entry == i.Entry && now.Organization == i.Organization && (now.Experience == i.Experience || i.Make)
}

func (i Item) within(was Item) bool {
	return i.Delta.Within(was.Delta) && (!i.Make || was.Make) && (!i.MakePolicy || was.MakePolicy || was.Make) &&
		!slices.ContainsFunc(i.Steps, func(s Step) bool { return !s.in(was.Steps) })
}

// in says whether a step is one of those that were planned, against the same value.
func (s Step) in(planned []Step) bool {
	return slices.ContainsFunc(planned, func(p Step) bool { return p.Text == s.Text && p.Was == s.Was })
}

func compare(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		switch {
		case pairs[i] < pairs[i+1]:
			return -1
		case pairs[i] > pairs[i+1]:
			return 1
		}
	}
	return 0
}

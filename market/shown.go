package market

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
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
// that is refused (PMP-7, PMP-10).
func (p Proposal) Within(shown Proposal) (Proposal, error) {
	kept := Proposal{Items: []Item{}}
	for _, was := range shown.Items {
		i := slices.IndexFunc(p.Items, func(now Item) bool {
			return now.Entry == was.Entry && now.Organization == was.Organization && now.Experience == was.Experience
		})
		if i < 0 || !p.Items[i].Delta.Within(was.Delta) || p.Items[i].MakePolicy && !was.MakePolicy || !reflect.DeepEqual(texts(p.Items[i].Steps), texts(was.Steps)) {
			return p, document.Fail(CodeMoved, fmt.Sprintf("%s has changed since the plan: it would now change what the plan does not hold", was.Entry), "plan again", nil)
		}
		kept.Items = append(kept.Items, p.Items[i])
	}
	return kept, nil
}

func texts(steps []Step) (all []string) {
	for _, s := range steps {
		all = append(all, s.Text)
	}
	return all
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

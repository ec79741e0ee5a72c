package market

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// Codes of what a pass over licences refuses.
const (
	CodeRevokes = "AXLE4190" // it would take more than it may unasked
	CodeGrants  = "AXLE2820" // a licence cannot have so many grants
	CodeReplace = "AXLE4192" // it would replace licences that accounts bought
)

// Revokes is how many accounts would lose a licence that is good.
func (p LicencePlan) Revokes() int {
	return p.count(func(pair Pair) bool { return pair.takes() && !pair.Over })
}

// takes says whether its grant is taken, be it once AWS has ended its workflow.
func (p Pair) takes() bool {
	return p.Step == Revoke || p.Step == Poll && p.Word == No && (p.Grant == nil || p.Grant.Status != "PENDING_DELETE")
}

// Replaces is how many accounts' own licences would be replaced.
func (p LicencePlan) Replaces() int { return p.count(func(pair Pair) bool { return pair.Replace }) }

func (p LicencePlan) count(which func(Pair) bool) (n int) {
	for _, pair := range p.Pairs {
		if which(pair) {
			n++
		}
	}
	return n
}

// Accepted is what a person agreed to: numbers, -1 where nobody was asked, or a plan.
type Accepted struct {
	Revokes, Replaces int
	Plan              *LicencePlan
}

// Permit refuses a plan that does more than may be done unasked (LIC-9, LIC-7), or than was
// approved.
func (g RevokeGuard) Permit(p LicencePlan, a Accepted) error {
	for licence, n := range p.Counts {
		if n > MostGrants {
			return document.Fail(CodeGrants, fmt.Sprintf("%s would have %d grants, and can have %d", licence, n, MostGrants), "grant it to a unit or to the organization", nil)
		}
	}
	if a.Plan != nil {
		return p.within(*a.Plan)
	}
	n := p.Revokes()
	most := max(*g.MaxRevoke, *g.MaxRevokePercent*p.Have/100)
	switch {
	case a.Revokes >= 0 && a.Revokes != n:
		return document.Fail(CodeRevokes, fmt.Sprintf("refused by guard: %d revocations were accepted, %d are planned", a.Revokes, n), "look at the plan again", nil)
	case a.Revokes < 0 && n > most:
		return document.Fail(CodeRevokes, fmt.Sprintf("refused by guard: %d of %d grants would be revoked (at most %d unasked)", n, p.Have, most), fmt.Sprintf("if that is meant: --accept-revoke %d", n), nil)
	}
	if r := p.Replaces(); max(a.Replaces, 0) != r {
		return document.Fail(CodeReplace, fmt.Sprintf("%d accounts' own licences would be replaced, %d were accepted", r, max(a.Replaces, 0)), fmt.Sprintf("if that is meant: --accept-replace %d", r), nil)
	}
	return nil
}

// within refuses what the approved plan does not have. A pair may be further than it was then.
func (p LicencePlan) within(approved LicencePlan) error {
	agreed := map[string]bool{}
	for _, pair := range approved.Pairs {
		agreed[pair.aim()] = true
	}
	for _, pair := range p.Pairs {
		if (pair.Step != Poll || pair.takes()) && !agreed[pair.aim()] {
			return document.Fail(CodeMoved, fmt.Sprintf("plan_moved: %s of %s for %s is not in the plan that was approved", pair.Step, pair.SKU, pair.Principal), "make a plan again, and have that approved", nil)
		}
	}
	return nil
}

// aim is what a pair's steps lead to.
func (p Pair) aim() string {
	return fmt.Sprintf("%s %v %v %v", p.Key(), p.takes(), p.Replace, p.Adopt)
}

// Digest is the plan's: the same for the same changes, whatever was seen besides.
func (p LicencePlan) Digest() string {
	var lines []string
	for _, pair := range p.Pairs {
		lines = append(lines, fmt.Sprintf("%s %s %s %d", pair.aim(), pair.Step, strings.Join(pair.Operations, ","), pair.Generation))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// workflow is what AWS takes for a step of a grant, at most.
const workflow = 3 * time.Minute

// Duration is about how long the plan takes, so many steps at a time: a new grant is two.
func (p LicencePlan) Duration(atOnce int) time.Duration {
	steps := len(p.Pairs) + p.count(func(pair Pair) bool { return pair.Step == Make })
	return workflow * time.Duration((steps+atOnce-1)/max(1, atOnce))
}

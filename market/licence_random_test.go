package market

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

// LIC-1, LIC-2, LIC-4, LIC-9, L12: of whatever there is, some passes make what is wanted, and the plan after
// them is empty: each entitled account has one living grant, nobody else has one of axle's, what somebody
// made stays as it is, and no pass takes more than its guard counted.
func TestLicencesSettle(t *testing.T) {
	for seed := range uint64(2_000) {
		r := rand.New(rand.NewPCG(seed, 3))
		l, e, marks := anyEstate(r)
		foreign := map[string]Grant{}
		for _, g := range e.Grants {
			if !g.Ours {
				foreign[g.ARN] = g
			}
		}
		now := noon
		for pass := 0; ; pass++ {
			plan := l.Plan(e, marks, Ask{}, now)
			if len(plan.Pairs)+len(plan.Later) == 0 {
				break
			}
			if pass == 12 {
				t.Fatalf("seed %d: after %d passes there is still to do: %s; later: %s", seed, pass, steps(plan.Pairs), steps(plan.Later))
			}
			taken := map[string]bool{}
			for _, pair := range plan.Pairs {
				if pair.takes() {
					taken[pair.Key()] = true
				}
			}
			before := living(e)
			e = carriedOut(e, marks, plan, pass, now)
			for key := range before {
				if !living(e)[key] && !taken[key] && !replaced(plan, key) {
					t.Fatalf("seed %d: %s lost its grant, and the guard did not count it", seed, key)
				}
			}
			now = now.Add(80 * time.Hour)
		}
		for arn, was := range foreign {
			i := slices.IndexFunc(e.Grants, func(g Grant) bool { return g.ARN == arn })
			if i < 0 || e.Grants[i].Status != was.Status {
				t.Fatalf("seed %d: somebody's grant %s is %+v", seed, arn, e.Grants[i])
			}
		}
		for _, m := range e.Members {
			word := l.Entitled(e.Licences[0], m).Word
			ours, others := grantsOf(e, m.Account)
			switch {
			case m.Account == boss || others > 0 || word == Unchanged || word == Wait || word == Keep:
			case word == Yes && ours != "ACTIVE" && ours != "REJECTED":
				t.Fatalf("seed %d: %s is entitled, and has %q", seed, m.Account, ours)
			case word == No && ours != "" && ours != "REJECTED":
				t.Fatalf("seed %d: %s is not entitled, and has %q", seed, m.Account, ours)
			}
		}
	}
}

func replaced(p LicencePlan, key string) bool {
	return slices.ContainsFunc(p.Pairs, func(pair Pair) bool { return pair.Key() == key && pair.Step == Again })
}

// grantsOf are the states of axle's grants of an account that are not deleted, and how many others it has.
func grantsOf(e Estate, account string) (ours string, others int) {
	var all []string
	for _, g := range e.Grants {
		switch {
		case g.Principal != Root(account) || g.Status == "DELETED":
		case g.Ours:
			all = append(all, g.Status)
		default:
			others++
		}
	}
	return strings.Join(all, " "), others
}

func living(e Estate) map[string]bool {
	all := map[string]bool{}
	for _, g := range e.Grants {
		if g.lives() && g.Status != "PENDING_DELETE" && g.Status != "FAILED_WORKFLOW" {
			all[PairKey(g.Licence, g.Principal)] = true
		}
	}
	return all
}

func anyEstate(r *rand.Rand) (*Licences, Estate, map[string]Mark) {
	some := func(of ...string) string { return of[r.IntN(len(of))] }
	l := licences()
	l.Granter, l.Accept, l.OnConflict, l.RevokeAfter = boss, some("auto", "assume"), "skip", document.Duration(time.Duration(r.IntN(2))*72*time.Hour)
	l.Untagged = some("revoke", "revoke", "keep")
	if r.IntN(2) == 0 {
		l.Rules = append(l.Rules, rule(some("*", "sku", "another"), r.IntN(3) > 0, To{OU: some("ou-1", "ou-2")}))
	}
	e := Estate{Licences: []Licence{{ARN: "lic", SKU: "sku", Status: "AVAILABLE", Operations: []string{"CreateGrant", "CheckoutLicense", "CheckInLicense"}}}}
	e.Members = append(e.Members, Member{Account: boss, State: "ACTIVE", Units: []string{"r-1"}})
	for i := range 8 {
		account := fmt.Sprintf("%012d", i+1)
		m := Member{Account: account, State: some("ACTIVE", "ACTIVE", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION", "NEW"), Units: []string{"r-1", some("ou-1", "ou-2")}, Tags: map[string]string{}}
		if r.IntN(3) > 0 {
			m.Tags["marketplace-licence"] = some("true", "all", " True", "none", "false", "yes")
		}
		if r.IntN(5) == 0 {
			m.Tags["marketplace-licence/sku"] = some("true", "false", "all")
		}
		if r.IntN(8) > 0 { // one that is not there has left
			e.Members = append(e.Members, m)
		}
		if status := some("", "", "DELETED", "PENDING_WORKFLOW", "PENDING_ACCEPT", "DISABLED", "ACTIVE", "ACTIVE", "FAILED_WORKFLOW", "REJECTED", "PENDING_DELETE"); status != "" {
			g := granted(account, status)
			if g.Ours = r.IntN(4) > 0; !g.Ours && strings.HasPrefix(status, "PENDING_") && status != "PENDING_ACCEPT" {
				g.Status = "DISABLED" // what AWS is at work at goes on without axle
			}
			if r.IntN(4) == 0 {
				g.Operations = []string{"CheckoutLicense"}
			}
			e.Grants = append(e.Grants, g)
		}
	}
	return l, e, map[string]Mark{}
}

// carriedOut is the estate once a plan was, and AWS has ended what it was at work at.
func carriedOut(e Estate, marks map[string]Mark, p LicencePlan, pass int, now time.Time) Estate {
	for _, m := range p.Marks {
		marks[m.Key()] = m
	}
	e.Grants = slices.Clone(e.Grants)
	become := map[GrantStep]string{Activate: "ACTIVE", Change: "ACTIVE", Accept: "DISABLED", Revoke: "DELETED", Again: "DELETED"}
	settled := map[string]string{"PENDING_WORKFLOW": "DISABLED", "PENDING_ACCEPT": "DISABLED", "PENDING_DELETE": "DELETED"}
	for _, pair := range slices.Concat(p.Pairs, p.Later) {
		m := marks[pair.Key()]
		m.Licence, m.Principal = pair.Licence, pair.Principal
		later := slices.ContainsFunc(p.Later, func(x Pair) bool { return x.Key() == pair.Key() })
		if pair.Grant == nil {
			if !later {
				m.Generation++
				g := granted(pair.Account, "PENDING_WORKFLOW")
				g.ARN, g.Operations = fmt.Sprintf("new-%d-%s", pass, pair.Account), pair.Operations
				e.Grants = append(e.Grants, g)
			}
			marks[m.Key()] = m
			continue
		}
		i := slices.IndexFunc(e.Grants, func(g Grant) bool { return g.ARN == pair.Grant.ARN })
		g := e.Grants[i]
		switch status, moves := become[pair.Step]; {
		case pair.Step == Poll:
			g.Status = settled[g.Status]
		case moves && !later:
			g.Status = status
		}
		if pair.Step == Change && !later {
			g.Operations = pair.Operations
		}
		if pair.Step == Again {
			m.Failures++
		}
		e.Grants[i], marks[m.Key()] = g, m
	}
	return e
}

// LIC-9: what the digest is of is what is done: the same for the same, in whatever order AWS lists it.
func TestLicenceDigests(t *testing.T) {
	seen := map[string]string{}
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 4))
		l, e, marks := anyEstate(r)
		p := l.Plan(e, marks, Ask{}, noon)
		r.Shuffle(len(e.Members), func(i, j int) { e.Members[i], e.Members[j] = e.Members[j], e.Members[i] })
		r.Shuffle(len(e.Grants), func(i, j int) { e.Grants[i], e.Grants[j] = e.Grants[j], e.Grants[i] })
		if again := l.Plan(e, maps.Clone(marks), Ask{}, noon); again.Digest() != p.Digest() {
			t.Fatalf("seed %d: %s and %s", seed, steps(p.Pairs), steps(again.Pairs))
		}
		var lines []string
		for _, pair := range p.Pairs {
			lines = append(lines, fmt.Sprintf("%s %s %v", pair.Step, pair.Account, pair.Operations))
		}
		slices.Sort(lines)
		what := strings.Join(lines, ", ")
		if was, twice := seen[p.Digest()]; twice && was != what {
			t.Fatalf("seed %d: one digest for %s and for %s", seed, was, what)
		}
		seen[p.Digest()] = what
	}
}

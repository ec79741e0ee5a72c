package market

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Ask is what a person allows a pass to do besides.
type Ask struct {
	Adopt    bool // grants that axle did not make are treated as its own
	Recreate bool // rejected grants are made again
}

// Pair is a licence and a principal for whom something is to be done.
type Pair struct {
	Licence    string     `json:"licence"`
	SKU        string     `json:"sku"`
	Principal  string     `json:"principal"`
	Account    string     `json:"account,omitempty"` // "" for a unit or an organization
	Name       string     `json:"name,omitempty"`
	Word       AnswerWord `json:"entitled"`
	By         string     `json:"by"`
	Step       GrantStep  `json:"step"`
	Why        string     `json:"why,omitempty"`
	Grant      *Grant     `json:"grant,omitempty"`
	Operations []string   `json:"operations,omitempty"`
	Generation int        `json:"generation"`
	Replace    bool       `json:"replace,omitempty"` // it takes the place of what the account bought
	Over       bool       `json:"over,omitempty"`    // the licence has ended: nothing is taken from anybody
	Adopt      bool       `json:"adopt,omitempty"`   // axle's tag is put on it first
	Due        time.Time  `json:"due,omitzero"`      // not before
}

// Key names the pair.
func (p Pair) Key() string { return PairKey(p.Licence, p.Principal) }

// Notice is what a person should see; a Warning needs nobody.
type Notice struct {
	Kind    string `json:"kind"`
	SKU     string `json:"sku"`
	Account string `json:"account,omitempty"`
	What    string `json:"what"`
	Warning bool   `json:"warning,omitempty"`
}

// LicencePlan is what a pass would do, and what it would not.
type LicencePlan struct {
	Pairs     []Pair         `json:"pairs"` // in the order in which they are begun
	Later     []Pair         `json:"later"` // not due yet
	Notices   []Notice       `json:"notices"`
	OneGrants []OneGrant     `json:"proposals"`
	Have      int            `json:"have"`   // living grants that axle made
	Counts    map[string]int `json:"counts"` // grants a licence would have
	Marks     []Mark         `json:"-"`      // what is to be written down before a pass begins
}

// slow is how long an organization may take to accept what its management account grants.
const slow = 30 * time.Minute

// unseen is how long a grant that was made may not be seen yet.
const unseen = 10 * time.Minute

// mostFailures is how often a grant whose workflow failed is made again.
const mostFailures = 3

// MostGrants is how many grants a licence has at most (MKA-22).
const MostGrants = 2000

// planner makes a plan.
type planner struct {
	*Licences
	e     Estate
	marks map[string]Mark
	seen  seen
	ask   Ask
	now   time.Time
	plan  LicencePlan
}

// Plan says what takes the grants to what marketplace.yaml and the accounts' tags want. It is
// the same for the same estate, whatever the order of its lists.
func (l *Licences) Plan(e Estate, marks map[string]Mark, ask Ask, now time.Time) LicencePlan {
	p := &planner{Licences: l, e: e, marks: marks, seen: look(e.Grants), ask: ask, now: now}
	p.plan = LicencePlan{Pairs: []Pair{}, Later: []Pair{}, Notices: []Notice{}, OneGrants: []OneGrant{}, Counts: map[string]int{}}
	p.e.Members = slices.SortedFunc(slices.Values(e.Members), func(a, b Member) int { return cmp.Compare(a.Account, b.Account) })
	licences := slices.SortedFunc(slices.Values(e.Licences), func(a, b Licence) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), p.idle(a)-p.idle(b), p.living(b.ARN)-p.living(a.ARN), -compareEnds(a.Ends, b.Ends), cmp.Compare(a.ARN, b.ARN))
	})
	if len(licences) == 0 { // a list that is empty by a wrong account or role is no success
		p.plan.Notices = append(p.plan.Notices, Notice{Kind: "none", What: "the granter " + string(l.Granter) + " holds no licence"})
	}
	p.unlisted(licences)
	first := ""
	for _, lic := range licences {
		p.plan.Counts[lic.ARN] = p.living(lic.ARN)
		p.licence(lic, first == lic.SKU)
		first = lic.SKU
	}
	slices.SortStableFunc(p.plan.Pairs, func(a, b Pair) int { return a.order() - b.order() })
	return p.plan
}

// unlisted warns of licences that axle has made grants of and that are not listed any more: a list can
// be read with another role, so that nothing is taken and nobody told by that alone.
func (p *planner) unlisted(licences []Licence) {
	gone := map[string]int{}
	for _, m := range p.marks {
		listed := slices.ContainsFunc(licences, func(l Licence) bool { return l.ARN == m.Licence })
		if !listed && m.Grant != "" && m.Step != Revoke {
			gone[m.Licence]++
		}
	}
	for _, licence := range slices.Sorted(maps.Keys(gone)) {
		p.plan.Notices = append(p.plan.Notices, Notice{Kind: "unlisted", Warning: true,
			What: fmt.Sprintf("the licence %s, of which %d grants were made, is not listed any more: nothing is taken, and nobody is told that it has ended", licence, gone[licence])})
	}
}

// compareEnds puts a licence without an end last.
func compareEnds(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// idle is 1 of a licence that cannot be shared: one that was renewed gives way to the new one.
func (p *planner) idle(lic Licence) int {
	if lic.Grantable(p.now) != "" {
		return 1
	}
	return 0
}

func (p *planner) living(licence string) (n int) {
	for _, g := range p.e.Grants {
		if g.Licence == licence && g.Parent == "" && g.lives() {
			n++
		}
	}
	return n
}

// begun is the order of steps: what is taken frees a seat, what is half done is ended before
// something new begins.
var begun = []GrantStep{Revoke, Poll, Activate, Accept, Change, Again, Make}

func (p Pair) order() int { return slices.Index(begun, p.Step) }

func (p *planner) find(kind string, lic Licence, account, what string) {
	p.plan.Notices = append(p.plan.Notices, Notice{Kind: kind, SKU: lic.SKU, Account: account, What: what})
}

func (p *planner) warn(kind string, lic Licence, account, what string) {
	p.plan.Notices = append(p.plan.Notices, Notice{kind, lic.SKU, account, what, true})
}

// licence goes through all whom a licence is, or should be, shared with. Of several licences of
// one product the first is shared; the others keep what they have (MKA-22).
func (p *planner) licence(lic Licence, second bool) {
	over := lic.Over(p.now)
	if days := lic.Ending(p.now); days > 0 {
		p.warn("ends", lic, "", fmt.Sprintf("it ends on %s, within %d days", lic.Ends[:10], days))
	}
	if why := lic.Grantable(p.now); why != "" && !over {
		p.find("licence", lic, "", why+": its grants stay as they are")
		return
	}
	if second && !over {
		p.warn("second", lic, "", "another licence of the product is the one that is shared: two are never active together")
	}
	yes := map[string]bool{}
	for i := range p.e.Members {
		m := &p.e.Members[i]
		if m.Account == string(p.Granter) {
			continue
		}
		pair := p.pair(lic, Root(m.Account))
		pair.Name = m.Name
		if a := p.Entitled(lic, *m); over {
			pair.Word, pair.By = No, "the licence has ended"
		} else {
			pair.Word, pair.By = a.Word, a.By
		}
		yes[m.Account] = pair.Word == Yes
		if second && !over && pair.Word == Yes {
			continue
		}
		p.judge(lic, pair, m)
	}
	p.others(lic, over)
	if !over && !second {
		p.propose(lic, yes)
	}
}

// pair is what is known of a licence and a principal.
func (p *planner) pair(lic Licence, principal string) Pair {
	key := PairKey(lic.ARN, principal)
	pair := Pair{Licence: lic.ARN, SKU: lic.SKU, Principal: principal, Account: AccountOf(principal), Over: lic.Over(p.now)}
	pair.Generation = max(p.marks[key].Generation, p.seen.gone[key])
	all := p.seen.of[key]
	if len(all) == 0 {
		return pair
	}
	pair.Grant = &all[0]
	if all[0].Ours {
		p.plan.Have++
	} else {
		pair.Adopt = p.ask.Adopt
	}
	if len(all) > 1 && all[1].lives() {
		p.find("twice", lic, pair.Account, fmt.Sprintf("it has %d grants of one licence: delete all but %s", len(all), all[0].ARN))
	}
	return pair
}

// judge says what a pair needs.
func (p *planner) judge(lic Licence, pair Pair, m *Member) {
	switch pair.Word {
	case Yes:
		p.wanted(lic, pair, *m)
	case No:
		p.unwanted(lic, pair)
	case Unchanged:
		p.find("unclear", lic, pair.Account, pair.By+": its grant stays as it is")
	}
}

// others are grants to accounts that are not of the organization, and to units and organizations.
func (p *planner) others(lic Licence, over bool) {
	for _, key := range p.keys(lic) {
		pair := p.pair(lic, p.seen.of[key][0].Principal)
		switch {
		case pair.Account != "":
			pair.Word, pair.By = No, "the account is not of the organization"
			p.unwanted(lic, pair)
		case over:
			pair.Word, pair.By = No, "the licence has ended"
			p.unwanted(lic, pair)
		default:
			p.wide(lic, pair)
		}
	}
}

func (p *planner) keys(lic Licence) (all []string) {
	for key, grants := range p.seen.of {
		g := grants[0]
		account := AccountOf(g.Principal)
		if g.Licence == lic.ARN && (account == "" || p.e.member(account) == nil) {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}

// wide looks whether a grant to many is active for each of them (WORKFLOW_COMPLETED).
func (p *planner) wide(lic Licence, pair Pair) {
	idle := 0
	for _, g := range p.e.Grants {
		if g.Parent == pair.Grant.ARN && g.Status != "ACTIVE" {
			idle++
		}
	}
	tried := p.marks[pair.Key()].Step == Activate
	switch {
	case idle == 0 || pair.Grant.moving():
	case tried, !pair.Grant.Ours && !pair.Adopt:
		p.find("idle", lic, "", fmt.Sprintf("%d accounts do not have it active by the grant to %s", idle, pair.Principal))
	default:
		pair.Step, pair.Word, pair.By, pair.Operations = Activate, Yes, "the grant to many", pair.Grant.Operations
		p.plan.Pairs = append(p.plan.Pairs, pair)
	}
}

// unwanted plans to take a grant, revoke_after since it was first seen to be too much. What
// ended with its licence is taken at once: it gives nothing.
func (p *planner) unwanted(lic Licence, pair Pair) {
	mark := p.mark(pair)
	if pair.Grant == nil {
		if len(p.seen.sub[pair.Key()]) > 0 {
			p.find("wide", lic, pair.Account, "it is not entitled, and has it by a grant to a unit or the organization: "+pair.By)
		}
		p.keep(mark, func(m *Mark) { m.Unentitled, m.Lost = time.Time{}, lost(pair, mark) })
		return
	}
	pair.Step, pair.Why = Next(pair.Grant, false, nil, false, false)
	if pair.Step == Rest || !p.own(lic, pair) {
		return
	}
	since := mark.Unentitled
	if since.IsZero() {
		since = p.now
	}
	p.keep(mark, func(m *Mark) { m.Unentitled, m.Lost = since, lost(pair, mark) })
	pair.Due = since.Add(time.Duration(p.RevokeAfter))
	switch {
	case pair.Step == Tell:
		p.find("status", lic, pair.Account, pair.Why)
	case pair.takes() && !pair.Over && p.now.Before(pair.Due):
		p.plan.Later = append(p.plan.Later, pair)
	default:
		p.plan.Pairs = append(p.plan.Pairs, pair)
	}
}

// own says whether the pair's grant may be changed, and tells where not (LIC-9). What is somebody's
// is not waited for either: what it needs then would be a change.
func (p *planner) own(lic Licence, pair Pair) bool {
	switch {
	case pair.Grant == nil || pair.Grant.Ours || pair.Adopt || pair.Step == Rest || pair.Step == Tell:
		return true
	case pair.Step == Poll:
		return false
	}
	p.find("foreign", lic, pair.Account, fmt.Sprintf("%s is needed, and axle did not make the grant: --adopt takes it over", pair.Step))
	return false
}

func (p *planner) mark(pair Pair) Mark {
	m := p.marks[pair.Key()]
	m.Licence, m.Principal = pair.Licence, pair.Principal
	return m
}

// keep writes a mark down where that changes it.
func (p *planner) keep(m Mark, change func(*Mark)) {
	before := m
	change(&m)
	if !m.Unentitled.Equal(before.Unentitled) || !m.Offered.Equal(before.Offered) || m.Failures != before.Failures || m.Lost != before.Lost {
		p.plan.Marks = append(p.plan.Marks, m)
	}
}

// Grants says whether a grant is to be made.
func (p LicencePlan) Grants() bool {
	return slices.ContainsFunc(p.Pairs, func(pair Pair) bool { return pair.Step == Make || pair.Step == Again })
}

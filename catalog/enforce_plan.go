package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// LaunchPlan is what makes the spokes as enforced wants them, and what nothing makes so.
type LaunchPlan struct {
	Changes []Change
	Unmet   []Unmet
	Aside   []Unmet // of other products: not there yet, or not sound
}

// PlanLaunches compares what enforced wants with what was read of the spokes. It is pure and
// deterministic, and holds only what differs: a provisioned product of the wanted version and
// parameters that is AVAILABLE is left alone (CAT-80). One that failed is named and never
// repaired or terminated in silence (CT-19). Of a spoke that was not read nothing is planned.
// What left enforced is nobody's any more, and stays (CAT-82).
func PlanLaunches(e Enforcement, readings []Reading) LaunchPlan {
	read := map[[2]string]Reading{}
	for _, r := range readings {
		read[[2]string{r.Spoke.Account, r.Spoke.Region}] = r
	}
	plan := LaunchPlan{Unmet: slices.Clone(e.Unmet)}
	for _, l := range e.Launches {
		r, ok := read[[2]string{l.Account, l.Region}]
		if !ok || r.Err != nil {
			plan.miss(l, CodeUnread, "the spoke was not read: what runs there is unknown: "+why(r.Err), "let axle's role in, then run again")
			continue
		}
		plan.compare(l, r.named(l.Name))
	}
	for _, l := range e.Others {
		if have := read[[2]string{l.Account, l.Region}].named(l.Name); have == nil || have.State != available {
			plan.Aside = append(plan.Aside, Unmet{Entry: l.Entry, Account: l.Account, Region: l.Region})
		}
	}
	return plan
}

const (
	available = "AVAILABLE"

	CodeUnread = "AXLE3300" // of an Unmet: nothing is known of its spoke
)

func why(err error) string {
	if err == nil {
		return "it was not asked"
	}
	return err.Error()
}

func (r Reading) named(name string) *Launched {
	for i := range r.Launched {
		if r.Launched[i].Name == name {
			return &r.Launched[i]
		}
	}
	return nil
}

func (p *LaunchPlan) miss(l Launch, code, why, hint string) {
	p.Unmet = append(p.Unmet, Unmet{l.Entry, l.Account, l.Region, code, why, hint})
}

func (p *LaunchPlan) add(verb Verb, l Launch, before, after string) {
	p.Changes = append(p.Changes, Change{Verb: verb, Kind: KindLaunch, Account: l.Account, Region: l.Region, Product: l.Product,
		Launch: &l, Before: before, After: after, Calls: 1})
}

// compare plans one launch beside what has its name.
func (p *LaunchPlan) compare(l Launch, have *Launched) {
	if have == nil {
		if !l.Terminated {
			p.add(Create, l, "", l.words())
		}
		return
	}
	l.ID, l.State = have.ID, have.State
	switch {
	case l.ProductID != have.Product:
		p.miss(l, "AXLE2744", fmt.Sprintf("%s (%s) there is of product %s", have.Name, have.ID, have.ProductName), "rename or terminate that one; axle does not touch it")
	case l.Terminated:
		p.add(Delete, l, have.words(), "")
	case have.State == "TAINTED" || have.State == "ERROR" || have.State == "PLAN_IN_PROGRESS":
		p.miss(l, "AXLE2743", fmt.Sprintf("%s (%s) is %s: %s", have.Name, have.ID, have.State, have.Message), mending(*have))
	case have.State == "UNDER_CHANGE":
		p.add(Update, l, have.words()+", under change", l.words())
	default:
		if before, after := l.differs(*have); after != "" {
			p.add(Update, l, before, after)
		}
	}
}

// differs says in words what an update changes; "" is nothing.
func (l Launch) differs(have Launched) (before, after string) {
	var b, a []string
	if l.VersionID != have.VersionID || l.Version != have.Version {
		b, a = append(b, have.words()), append(a, l.Version)
	}
	for _, key := range sortedKeys(l.Parameters) {
		if old, same := have.Parameters[key], l.Parameters[key]; old != same && old != Masked {
			b, a = append(b, key+"="+old), append(a, key+"="+same)
		}
	}
	return strings.Join(b, ", "), strings.Join(a, ", ")
}

// Masked is what AWS shows of a parameter with NoEcho: it cannot be compared.
const Masked = "****"

func (l Launch) words() string {
	words := []string{l.Version}
	for _, key := range sortedKeys(l.Parameters) {
		words = append(words, key+"="+l.Parameters[key])
	}
	return strings.Join(words, ", ")
}

// subject is the launch in a plan's line.
func (l Launch) subject(verb Verb) string {
	s := l.Name + " of " + l.Product
	if verb == Create {
		s += " " + l.words()
	}
	return s
}

func (l Launched) words() string {
	if l.Version == "" {
		return l.VersionID
	}
	return l.Version
}

// mending is what a person does about a provisioned product that axle leaves as it is.
func mending(have Launched) string {
	switch have.State {
	case "TAINTED":
		return "its last update failed: mend the cause, then axle campaign create --product " + have.ProductName + " --to VERSION --spokes account:ACCOUNT updates it"
	case "ERROR":
		return "it was never launched whole: mend the cause, terminate it (aws servicecatalog terminate-provisioned-product --provisioned-product-id " + have.ID + "), then run again"
	}
	return "execute or delete its plan, then run again"
}

// Permitted are the planned launches that were approved. One that nobody saw, of an account that
// arrived since, is withheld: it joins the next run (CAT-64). One that was approved otherwise
// refuses the plan (CAT-50).
func Permitted(approved, plan []Change) (may, withheld []Change, err error) {
	seen := map[string]Change{}
	for _, c := range approved {
		if c.Kind == KindLaunch {
			seen[c.Launch.Key()] = c
		}
	}
	for _, c := range plan {
		was, known := seen[c.Launch.Key()]
		switch {
		case !known:
			withheld = append(withheld, c)
		case was.Launch.same(*c.Launch):
			may = append(may, c)
		default:
			return nil, nil, document.Fail("AXLE2748", fmt.Sprintf("the plan is no longer the approved one: approved %s, now %s; approved was %s, now it is %s",
				Digest(approved), Digest(plan), was, c), "look at the new plan and approve it", nil)
		}
	}
	return may, withheld, nil
}

// same says whether two launches come to the same: an interrupted one goes on as an update.
func (l Launch) same(o Launch) bool {
	return l.Role == o.Role && l.Product == o.Product && l.Version == o.Version && l.Name == o.Name && l.Terminated == o.Terminated && maps.Equal(l.Parameters, o.Parameters)
}

// Effect is a rollout of planned launches: a target each, in the first wave that selects its
// spoke, after the launches that it depends on. What is unmet has failed already, and holds back
// what depends on it there and nothing else (CAT-81). Spokes that no wave selects come last, in
// a wave of their own.
func (p LaunchPlan) Effect(waves []Wave, org Organization, spokes []Spoke) Rollout {
	r := Rollout{Waves: slices.Clone(waves), Done: map[string]Outcome{}}
	ahead := map[string]bool{}
	for _, c := range p.Changes {
		ahead[c.Launch.Key()] = true
	}
	for _, u := range slices.Concat(p.Unmet, p.Aside) {
		key := launchKey(u.Entry, u.Account, u.Region)
		ahead[key], r.Done[key] = true, Outcome{State: Broken, Why: u.Why}
	}
	rest := -1
	for _, c := range p.Changes {
		t := Target{Key: c.Launch.Key(), Account: c.Account, Region: c.Region, Wave: waveOf(waves, org, spokes, c.Account, c.Region)}
		if t.Wave < 0 && rest < 0 {
			rest = len(r.Waves)
			r.Waves = append(r.Waves, restOf(waves))
		}
		if t.Wave < 0 {
			t.Wave = rest
		}
		for _, entry := range c.Launch.After {
			if key := launchKey(entry, c.Account, c.Region); ahead[key] {
				t.After = append(t.After, key)
			}
		}
		r.Targets = append(r.Targets, t)
	}
	return r
}

// restOf is the wave of what no wave selects. Without waves it is all, and one failure holds back
// its dependants alone.
func restOf(waves []Wave) Wave {
	if len(waves) == 0 {
		return Wave{Name: "all", MaxFailures: "100%", MaxParallel: 64}
	}
	return Wave{Name: "rest"}
}

// waveOf is the first wave that selects a spoke, or -1.
func waveOf(waves []Wave, org Organization, spokes []Spoke, account, region string) int {
	i := slices.IndexFunc(spokes, func(s Spoke) bool { return s.Account == account && s.Region == region })
	if i < 0 {
		return -1
	}
	return waveOfSpoke(waves, org, spokes[i])
}

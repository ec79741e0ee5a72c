package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// Campaign moves provisioned products to a version, whoever launched them (CAT-77). What it is
// given names it: the same campaign has the same token, and another has another.
type Campaign struct {
	Product  string    `json:"product"` // its key
	Name     string    `json:"name"`    // on AWS
	To       string    `json:"to"`
	From     string    `json:"from,omitempty"` // a range of versions; "": whatever it runs
	Critical bool      `json:"critical,omitempty"`
	Waves    []Wave    `json:"waves"`
	Marks    []Mark    `json:"marks"`
	Previews []Preview `json:"previews"`
	Stays    []Staying `json:"stays"` // what runs the product and stays as it is
}

// Mark is a provisioned product that a campaign moves.
type Mark struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	Role    string `json:"role"` // whom it is moved as
	ID      string `json:"id"`   // pp-…
	Name    string `json:"name"`
	Version string `json:"version"` // that it has
	State   string `json:"state"`
	Owner   string `json:"owner,omitempty"`
	Record  string `json:"record"` // of what was last done to it: a campaign back and forth is another one
	Wave    int    `json:"wave"`   // index
}

// Key names the mark in the campaign's rollout.
func (m Mark) Key() string { return m.ID + " " + m.Account + " " + m.Region }

// Staying is what a campaign does not move, and why.
type Staying struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	Name    string `json:"name,omitempty"` // "": the spoke
	Why     string `json:"why"`
	Unread  bool   `json:"unread,omitempty"`
}

// Preview is what an update would change, as AWS plans it.
type Preview struct {
	Key     string           `json:"key"` // of a mark
	Changes []ResourceChange `json:"changes"`
	Failed  string           `json:"failed,omitempty"` // why AWS cannot plan it
}

// ResourceChange is AWS's, of one resource.
type ResourceChange struct {
	Action      string `json:"action"` // ADD, MODIFY, REMOVE
	ID          string `json:"id"`     // logical
	Type        string `json:"type"`
	Replacement string `json:"replacement,omitempty"` // TRUE, FALSE, CONDITIONAL
}

// Replaces says whether the resource may be made anew, with what it holds.
func (c ResourceChange) Replaces() bool {
	return c.Replacement == "TRUE" || c.Replacement == "CONDITIONAL"
}

// Muster finds whom a campaign moves: in the spokes that it selects, each provisioned product of
// the product whose version is in From and is not To, or whose last update failed. What it does
// not move it names.
func (f Fleet) Muster(c Campaign, sel *SpokeSelector, readings []Reading) (Campaign, error) {
	if err := f.movable(c); err != nil {
		return c, err
	}
	if len(c.Waves) == 0 {
		c.Waves = []Wave{{Name: "all", Spokes: &SpokeSelector{All: true}}}
	}
	c.Marks, c.Stays, c.Previews = []Mark{}, []Staying{}, []Preview{}
	for _, r := range readings {
		if sel != nil && !sel.selects(f.Org, r.Spoke) || !r.Spoke.Active() {
			continue
		}
		stay := func(name, why string) {
			c.Stays = append(c.Stays, Staying{r.Spoke.Account, r.Spoke.Region, name, why, r.Err != nil})
		}
		if r.Err != nil {
			stay("", "it was not read: what it runs is unknown: "+r.Err.Error())
			continue
		}
		p := f.Have.Product(r.Spoke.Region, c.Product)
		for _, l := range r.Launched {
			if p == nil || l.Product != p.ID || l.Version == c.To && l.State != "TAINTED" {
				continue
			}
			if why := f.stays(c, p, r.Spoke, l); why != "" {
				stay(l.Name, why)
				continue
			}
			m := Mark{r.Spoke.Account, r.Spoke.Region, r.Spoke.Role, l.ID, l.Name, l.Version, l.State, l.Owner, l.Record, 0}
			m.Wave, c.Waves = waveFor(c.Waves, f.Org, r.Spoke)
			c.Marks = append(c.Marks, m)
		}
	}
	slices.SortFunc(c.Marks, func(a, b Mark) int { return order(a.Account, b.Account, a.Region, b.Region, a.ID, b.ID) })
	if c.Critical { // no wave waits for the clock
		c.Waves = slices.Clone(c.Waves)
		for i := range c.Waves {
			c.Waves[i].Bake = 0
		}
	}
	return c, nil
}

// waveFor is the first wave that selects a spoke. What none selects goes last, in a wave of its own.
func waveFor(waves []Wave, org Organization, s Spoke) (int, []Wave) {
	if i := waveOfSpoke(waves, org, s); i >= 0 {
		return i, waves
	}
	rest := Wave{Name: "rest", Spokes: &SpokeSelector{All: true}}
	return len(waves), append(slices.Clone(waves), rest)
}

// movable refuses a version that nobody can be moved to.
func (f Fleet) movable(c Campaign) error {
	var known []string
	found := false
	for _, p := range f.Have.Products {
		if p.Key != c.Product {
			continue
		}
		found = true
		v := p.Version(c.To)
		switch {
		case v == nil:
			for _, v := range p.Versions {
				known = append(known, v.Name)
			}
			return document.Fail("AXLE2753", fmt.Sprintf("%s has no version %s in %s", c.Product, c.To, p.Region), "it has "+strings.Join(known, ", "), nil)
		case !v.Active:
			return document.Fail("AXLE2754", fmt.Sprintf("%s %s is retired in %s: nothing can be updated to it", c.Product, c.To, p.Region), "choose an active version", nil)
		}
	}
	if !found {
		return document.Fail("AXLE2753", fmt.Sprintf("no product %s is published", c.Product), "axle product list names those that are", nil)
	}
	return nil
}

// stays says why a campaign leaves something as it is, or "".
func (f Fleet) stays(c Campaign, p *Product, s Spoke, l Launched) string {
	entry, within := f.File.enforcing(f.Org, s, p.Key)
	switch {
	case l.State == "ERROR":
		return "it is ERROR, and was never launched whole: terminate it"
	case l.State == "PLAN_IN_PROGRESS" || l.State == "UNDER_CHANGE":
		return "it is " + l.State + ": somebody is at it"
	case !inRange(l.Version, c.From):
		return "it has " + l.Version + ", which is not in " + c.From
	case entry != "" && !inRange(c.To, within):
		return fmt.Sprintf("enforced %s keeps it in %s, and would take it back", entry, within)
	}
	return ""
}

// Sample are the marks whose change is shown beforehand: one for each region and version, or all.
func (c Campaign) Sample(all bool) []Mark {
	seen := map[[2]string]bool{}
	var some []Mark
	for _, m := range c.Marks {
		if at := [2]string{m.Region, m.Version}; all || !seen[at] {
			seen[at] = true
			some = append(some, m)
		}
	}
	return some
}

// Token says that exactly this was seen: the beginning of its digest.
func (c Campaign) Token() string {
	raw, _ := json.Marshal(c) // plain structs of text always marshal
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])[:12]
}

// Rollout is the campaign on its way: a target for each mark.
func (c Campaign) Rollout() Rollout {
	r := Rollout{Waves: c.Waves}
	for _, m := range c.Marks {
		r.Targets = append(r.Targets, Target{Key: m.Key(), Account: m.Account, Region: m.Region, Wave: m.Wave})
	}
	return r
}

// Launch is a mark as it is to be: what parameters it has, it keeps.
func (c Campaign) Launch(key string) (Launch, bool) {
	i := slices.IndexFunc(c.Marks, func(m Mark) bool { return m.Key() == key })
	if i < 0 {
		return Launch{}, false
	}
	m := c.Marks[i]
	return Launch{Account: m.Account, Region: m.Region, Role: m.Role, Product: c.Product, ProductName: c.Name, Version: c.To, Name: m.Name, ID: m.ID}, true
}

// Begun is a campaign that somebody confirmed.
type Begun struct {
	ID     string    `json:"id"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	Campaign
}

// Needs says what a campaign that is under way does with a version, or "" (CAT-15).
func (b Begun) Needs(product, version string, r Rollout) string {
	if end := r.Next(b.At).End; b.Product != product || end == Finished || end == Aborted {
		return ""
	}
	if b.To == version {
		return b.ID + " moves to it"
	}
	for _, m := range b.Marks {
		if m.Version == version && r.Done[m.Key()].State != Verified {
			return b.ID + " moves from it"
		}
	}
	return ""
}

// Retiring says of each version that a plan retires who still runs it: they can no longer update
// to it, and a campaign moves them first (CAT-78). Of a spoke that was not read nobody knows.
// Nothing is said of versions that nobody runs.
func Retiring(changes []Change, have Catalog, readings []Reading) []Risk {
	users := map[[2]string][]string{} // product and version → who
	blind := map[string]string{}      // product → a spoke that was not read
	for _, c := range changes {
		if c.Kind != KindVersion || c.Verb != Update || c.Version.Active {
			continue
		}
		p, at := have.Product(c.Region, c.Product), [2]string{c.Product, c.Version.Name}
		for _, r := range readings {
			switch {
			case p == nil || r.Spoke.Region != c.Region || !r.Spoke.Active():
			case r.Err != nil:
				blind[c.Product] = r.Spoke.Account + " " + r.Spoke.Region
				users[at] = append(users[at], "")
			default:
				for _, l := range r.Launched {
					if l.Product == p.ID && l.Version == c.Version.Name {
						users[at] = append(users[at], l.Name+" in "+r.Spoke.Account+" "+r.Spoke.Region)
					}
				}
			}
		}
	}
	var all []Risk
	for _, at := range slices.SortedFunc(maps.Keys(users), func(a, b [2]string) int { return order(a[0], b[0], a[1], b[1]) }) {
		all = append(all, retiring(at[0], at[1], slices.DeleteFunc(users[at], func(who string) bool { return who == "" }), blind[at[0]]))
	}
	return all
}

// shown is how many names a line has.
const shown = 5

func retiring(product, version string, users []string, blind string) Risk {
	what := fmt.Sprintf("retires %s %s", product, version)
	if n := len(users); n > 0 {
		what += ", which is still run as " + strings.Join(users[:min(n, shown)], ", ")
		if n > shown {
			what += fmt.Sprintf(" and %d more", n-shown)
		}
	}
	if blind != "" {
		what += "; unknown who runs it in " + blind + ", which was not read"
	}
	return Risk{What: what + fmt.Sprintf("; move them first: axle campaign create --product %s --from %s --to VERSION", product, version)}
}

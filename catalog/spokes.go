package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// DefaultSpokeRole is the end-user role that spokes are verified with where catalog.yaml names none.
const DefaultSpokeRole = "CatalogBuilder"

// Organization is the accounts and units of an organization: all of them.
type Organization struct {
	ID       string
	Root     string
	Accounts []Account
	Units    []Unit
}

// Account is a member. Parent is the root or a unit. State is AWS's: ACTIVE, SUSPENDED, …
type Account struct{ ID, Name, Parent, State string }

// Unit is an organizational unit.
type Unit struct{ ID, Name, Parent string }

// Spoke is an account in a region that products go to.
type Spoke struct {
	Account string   `json:"account"`
	Name    string   `json:"name"`
	Region  string   `json:"region"`
	Role    string   `json:"role"`
	Tags    []string `json:"tags,omitempty"`
	State   string   `json:"state"`         // AWS's, or UNKNOWN where the organization does not have it
	Why     string   `json:"why,omitempty"` // why it is skipped; "" for one that is served

	Forced     *ForcedFile     `json:"-"`
	Concurrent *ConcurrentFile `json:"-"`
}

// Active says whether the spoke is served.
func (s Spoke) Active() bool { return s.Why == "" }

// Spokes resolves catalog.yaml's spokes: units with all units below them, less whom they
// exclude; an account's own entry wins over its unit's, and a nearer unit over one above it.
// An account outside the organization is served where a portfolio is shared with it alone.
// Sorted by account, then region.
func Spokes(f *File, org Organization) ([]Spoke, error) {
	found := map[string]entry{}
	for _, e := range f.Spokes {
		if e.OrganizationalUnit == "" {
			found[string(e.Account)] = entry{e, 0}
			continue
		}
		if !org.has(e.OrganizationalUnit) {
			return nil, document.Fail("AXLE2620", fmt.Sprintf("catalog.yaml names organizational unit %s, which organization %s does not have", e.OrganizationalUnit, org.ID),
				"correct spokes in catalog.yaml", nil)
		}
		for _, a := range org.Accounts {
			depth := org.depth(a.Parent, e.OrganizationalUnit)
			if depth == 0 || (e.Exclude != nil && slices.Contains(e.Exclude.Accounts, document.AccountID(a.ID))) {
				continue
			}
			if old, ok := found[a.ID]; !ok || depth < old.depth {
				found[a.ID] = entry{e, depth}
			}
		}
	}
	var all []Spoke
	for _, id := range sortedKeys(found) {
		all = append(all, found[id].spokes(f, org, id)...)
	}
	return all, nil
}

// entry is a line of spokes that an account is under; depth 0 is its own.
type entry struct {
	SpokeFile
	depth int
}

func (e entry) spokes(f *File, org Organization, id string) []Spoke {
	s := Spoke{Account: id, Name: id, Role: DefaultSpokeRole, Tags: e.Tags, Forced: e.Forced, Concurrent: e.Concurrent, State: "UNKNOWN", Why: "the organization has no such account, and no portfolio is shared with it alone"}
	if i := slices.IndexFunc(org.Accounts, func(a Account) bool { return a.ID == id }); i >= 0 {
		s.Name, s.State, s.Why = org.Accounts[i].Name, org.Accounts[i].State, ""
	}
	if e.Name != "" && e.depth == 0 {
		s.Name = e.Name
	}
	if e.Role != "" {
		s.Role = e.Role
	}
	if s.Why == "" && s.State != "ACTIVE" {
		s.Why = "the account is " + strings.ToLower(s.State)
	}
	if s.State == "UNKNOWN" && f.sharesAlone(id) {
		s.Why = ""
	}
	regions := e.Regions
	if len(regions) == 0 {
		regions = f.Hub.Regions
	}
	var all []Spoke
	for _, region := range slices.Compact(slices.Sorted(slices.Values(regions))) {
		s.Region = region
		all = append(all, s)
	}
	return all
}

func (o Organization) member(account string) bool {
	return slices.ContainsFunc(o.Accounts, func(a Account) bool { return a.ID == account })
}

func (o Organization) has(unit string) bool {
	return unit == o.Root || slices.ContainsFunc(o.Units, func(u Unit) bool { return u.ID == unit })
}

// depth is how many steps up from parent unit is, counting from 1; 0 if it is not there.
func (o Organization) depth(parent, unit string) int {
	for steps := 1; steps <= len(o.Units)+1; steps++ {
		if parent == unit {
			return steps
		}
		i := slices.IndexFunc(o.Units, func(u Unit) bool { return u.ID == parent })
		if i < 0 {
			return 0
		}
		parent = o.Units[i].Parent
	}
	return 0
}

package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/products"
)

// Drift is one way in which AWS is not as git and the published versions have it. Nothing
// undoes it by itself: Repair says who does.
type Drift struct {
	Kind    string `json:"kind"` // CD-1 to CD-11
	Account string `json:"account"`
	Region  string `json:"region,omitempty"` // a role has none
	On      string `json:"on"`               // the key of a portfolio or product, or a name
	ID      string `json:"id,omitempty"`     // AWS's
	What    string `json:"what"`
	Repair  string `json:"repair"`
}

// Unseen is what was not looked at, and why: no drift there is not the same as none.
type Unseen struct {
	Kinds   []string `json:"kinds"`
	Account string   `json:"account,omitempty"`
	Region  string   `json:"region,omitempty"`
	Why     string   `json:"why"`
	Err     error    `json:"-"` // nil: it was not asked for
}

// Sight is all that drift is judged from: what git wants, what the hub has, and what stands
// there beside what the catalog's model carries.
type Sight struct {
	File      *File
	Products  []*products.File
	Want      Catalog
	Have      Catalog
	Unread    RegionErrors // regions that Have lacks: of them nothing is said
	Survey    Survey
	Published map[string][]products.Published // by product, as this state recorded it
	Spokes    *SpokeSight                     // nil: spokes were not read
}

// Survey is what a hub has, whether axle's model carries it or not.
type Survey struct {
	Standing  []Standing
	Extras    []Extra
	Templates []Template
}

// Standing is a portfolio or product that the hub owns. Key is its tag axle:key, "" without.
type Standing struct {
	Region, Kind, ID, Name, Key string
	Synced                      string // where a product is synced from, "" if it is not
}

// Extra is something attached to what is ours that the model does not carry.
type Extra struct {
	Region, Kind, ID string // Kind: tag option, budget, service action, portfolio
	On, What         string // On: the key of what it is attached to
}

// Template is the object that a version was made from. Digest is of its bytes, "" where it is gone.
type Template struct{ Region, Product, Version, Digest, Place string }

// Repairs, by what they take.
const (
	byPublishing = "axle plan shows it, publishing the product mends it"
	byHand       = "remove it by hand, or put it into git"
)

// Drifts are all that differ, sorted by kind, account, region, what they are on.
func (s Sight) Drifts() []Drift {
	all := slices.Concat(s.planned(), s.foreignVersions(), s.digests(), s.doubles(), s.missing(), s.synced(), s.extras())
	if s.Spokes != nil {
		all = slices.Concat(all, s.uncovered(), s.roles(), s.copies(), s.locals(), s.enforced())
	}
	for i := range all {
		all[i].Account = cmp.Or(all[i].Account, string(s.File.Hub.Account))
	}
	slices.SortStableFunc(all, func(a, b Drift) int {
		return cmp.Or(kindNumber(a.Kind)-kindNumber(b.Kind), order(a.Account, b.Account, a.Region, b.Region, a.On, b.On, a.ID, b.ID, a.What, b.What))
	})
	return slices.Compact(all)
}

func kindNumber(kind string) (n int) {
	_, _ = fmt.Sscanf(kind, "CD-%d", &n)
	return n
}

// planned is what a plan would change in what is published. A portfolio or product that is not
// there at all is named once, by missing.
func (s Sight) planned() []Drift {
	var all []Drift
	for _, c := range Plan(s.reduced(), s.Have) {
		folio, product := s.Have.Portfolio(c.Region, c.Portfolio), s.Have.Product(c.Region, c.Product)
		if c.Verb == Create && (c.Kind == KindPortfolio || c.Kind == KindProduct || c.forTheRegion()) || c.Portfolio != "" && folio == nil {
			continue
		}
		d := Drift{Kind: driftKind(c), Region: c.Region, On: cmp.Or(c.Product, c.Portfolio, c.attached()), What: c.drifted(folio), Repair: byPublishing}
		switch {
		case c.Kind == KindVersion:
			d.ID = product.Version(c.Version.Name).ID
		case c.Kind == KindConstraint && c.Verb != Create:
			d.ID = folio.Placement(c.Product).constraintID(*c.Constraint)
		case c.isAttached():
			d.ID = s.Have.attachedID(c)
		case c.Portfolio != "":
			d.ID = folio.ID
		default:
			d.ID = product.ID
		}
		all = append(all, d)
	}
	return all
}

func driftKind(c Change) string {
	switch c.Kind {
	case KindVersion:
		return "CD-2"
	case KindPlacement, KindConstraint:
		return "CD-5"
	case KindPrincipal, KindTagOption, KindAction, KindBudget:
		return "CD-10"
	case KindShare:
		if c.Verb != Update {
			return "CD-7"
		}
	}
	return "CD-1"
}

// drifted says a change as it is seen before it is made.
func (c Change) drifted(folio *Portfolio) string {
	what := fmt.Sprintf("%s %s", c.Kind, c.subject())
	switch {
	case c.Kind == KindPrincipal && c.Verb == Delete && unprotected(*c.Principal):
		return what + ": extra, and whoever takes a name in a spoke matches the pattern: " + c.Before
	case c.Verb == Delete:
		return strings.TrimSuffix(what+": extra: "+c.Before, ": ")
	case c.Verb == Update:
		return fmt.Sprintf("%s: %s; git has %s", what, c.Before, c.After)
	case c.Kind == KindShare:
		for _, h := range folio.Shares {
			if h.Type == c.Share.Type && h.Node == c.Share.Node {
				return what + ": did not reach everybody: " + h.unreached()
			}
		}
	}
	return strings.TrimSuffix(what+": missing: "+c.After, ": ")
}

func (s Share) unreached() string {
	lines := make([]string, len(s.Errors))
	for i, e := range s.Errors {
		lines[i] = e.Account + " " + e.Code + " " + e.Message
	}
	return strings.Join(lines, "; ")
}

func unprotected(p Principal) bool {
	return p.Type == "IAM_PATTERN" && !protected(p.ARN)
}

func (p *Placement) constraintID(k Constraint) string {
	if p == nil {
		return ""
	}
	for _, h := range p.Constraints {
		if h.Type == k.Type {
			return h.ID
		}
	}
	return ""
}

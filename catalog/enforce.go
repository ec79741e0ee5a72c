package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/products"
)

// Unmet is a launch that is not as enforced wants it and that no change makes so by itself: it
// failed, what it needs is not there, or nothing is known of it.
type Unmet struct {
	Entry   string `json:"entry"` // "": what the spoke has of its own
	Account string `json:"account"`
	Region  string `json:"region"`
	Code    string `json:"code"`
	Why     string `json:"why"`
	Hint    string `json:"hint"`
}

// Waits says that it is nobody's fault: the product is not published there yet.
func (u Unmet) Waits() bool { return u.Code == "AXLE2746" }

func (u Unmet) String() string {
	if u.Entry == "" {
		return fmt.Sprintf("%s %s: %s", u.Account, u.Region, u.Why)
	}
	return fmt.Sprintf("%s %s: enforced %s: %s", u.Account, u.Region, u.Entry, u.Why)
}

// Enforcement is what enforced asks for in the spokes, and what it cannot have there.
type Enforcement struct {
	Launches []Launch
	Unmet    []Unmet
	Others   []Launch // of other products, which other runs see to; some here may come after them
}

// Enforce says what each entry of enforced is to be in each active spoke that it selects; of one
// product, or of all (""). hub is the hub as it will be when its plan is done (Become); all are the
// products of the commit, whose fixed parameters are launched with. Ordered by entry, those that
// others depend on first; then by account and region.
func Enforce(f *File, product string, all []*products.File, hub Catalog, org Organization, spokes []Spoke) Enforcement {
	var e Enforcement
	there := map[string]bool{}
	for _, key := range f.enforcedOrder() {
		entry := f.Enforced[key]
		for _, s := range spokes {
			if s.Active() && entry.Spokes.selects(org, s) {
				there[launchKey(key, s.Account, s.Region)] = true
				if product != "" && product != entry.Product {
					e.Others = append(e.Others, Launch{Entry: key, Account: s.Account, Region: s.Region, Product: entry.Product, Name: entry.launchName(key)})
					continue
				}
				e.add(f, key, all, hub, s)
			}
		}
	}
	e.drop(there)
	return e
}

// Spokes are those of a list that the launches are in: whom to read.
func (e Enforcement) Spokes(all []Spoke) []Spoke {
	asked := map[[2]string]bool{}
	for _, l := range slices.Concat(e.Launches, e.Others) {
		asked[[2]string{l.Account, l.Region}] = len(e.Launches) > 0
	}
	return slices.DeleteFunc(slices.Clone(all), func(s Spoke) bool { return !asked[[2]string{s.Account, s.Region}] })
}

// launchKey names a launch: the same entry there is the same one.
func launchKey(entry, account, region string) string { return entry + " " + account + " " + region }

// Key names the launch in a rollout.
func (l Launch) Key() string { return launchKey(l.Entry, l.Account, l.Region) }

func (e *Enforcement) add(f *File, key string, all []*products.File, hub Catalog, s Spoke) {
	entry := f.Enforced[key]
	l := Launch{Entry: key, Account: s.Account, Region: s.Region, Role: entry.Role, Product: entry.Product, Name: entry.launchName(key)}
	if l.Role == "" {
		l.Role = s.Role
	}
	p := hub.Product(s.Region, entry.Product)
	if p != nil {
		l.ProductID, l.ProductName = p.ID, p.Name
	}
	if l.Terminated = entry.terminated(); l.Terminated {
		l.After = dependants(f, key)
		e.Launches = append(e.Launches, l)
		return
	}
	miss := func(code, why, hint string) {
		e.Unmet = append(e.Unmet, Unmet{key, s.Account, s.Region, code, why, hint})
	}
	if p == nil {
		miss("AXLE2746", fmt.Sprintf("%s is not published in %s", entry.Product, s.Region), "it is launched when a version is published there")
		return
	}
	if l.Version = p.Newest(entry.Version); l.Version == "" {
		miss("AXLE2742", fmt.Sprintf("no active version of %s in %s lies in %s", entry.Product, s.Region, entry.Version), "publish one, or change the range")
		return
	}
	l.VersionID = p.Version(l.Version).ID
	l.Parameters = entry.values(all, l.Version)
	l.After = slices.Sorted(slices.Values(entry.DependsOn))
	e.Launches = append(e.Launches, l)
}

// drop takes out what depends on an entry that is not enforced in its spoke: there it would wait for ever.
func (e *Enforcement) drop(there map[string]bool) {
	e.Launches = slices.DeleteFunc(e.Launches, func(l Launch) bool {
		for _, other := range l.After {
			if !there[launchKey(other, l.Account, l.Region)] && !l.Terminated {
				e.Unmet = append(e.Unmet, Unmet{l.Entry, l.Account, l.Region, "AXLE2741",
					fmt.Sprintf("it depends on %s, which is not enforced there", other), "let " + other + " select that spoke and region too"})
				return true
			}
		}
		return false
	})
	for i := range e.Launches {
		l := &e.Launches[i]
		l.After = slices.DeleteFunc(l.After, func(other string) bool { return !there[launchKey(other, l.Account, l.Region)] })
	}
}

// LaunchedAs gives the spokes with the role that launches a product in each: where it is enforced,
// the entry's.
func (f *File) LaunchedAs(org Organization, spokes []Spoke, product string) []Spoke {
	all := slices.Clone(spokes)
	for i, s := range all {
		if key, _ := f.enforcing(org, s, product); key != "" && f.Enforced[key].Role != "" {
			all[i].Role = f.Enforced[key].Role
		}
	}
	return all
}

// terminated says that git wants the entry's provisioned products gone (CAT-82).
func (e Enforced) terminated() bool { return e.State == "terminated" }

func (e Enforced) launchName(key string) string {
	if e.Name != "" {
		return e.Name
	}
	return "axle-" + key
}

// values are the parameters of a launch: what product.yaml fixes, where it is of that version, and
// what the entry gives.
func (e Enforced) values(all []*products.File, version string) map[string]string {
	given := map[string]string{}
	for _, p := range all {
		if p.Name != e.Product || p.Version != version {
			continue
		}
		for name, param := range p.Parameters {
			if param.Fixed != nil && !strings.HasPrefix(*param.Fixed, "${") {
				given[name] = *param.Fixed
			}
		}
	}
	for name, value := range e.Parameters {
		given[name] = value
	}
	if len(given) == 0 {
		return nil
	}
	return given
}

// dependants are the terminated entries that depend on one: they go first.
func dependants(f *File, key string) []string {
	var all []string
	for _, other := range sortedKeys(f.Enforced) {
		if e := f.Enforced[other]; e.terminated() && slices.Contains(e.DependsOn, key) {
			all = append(all, other)
		}
	}
	return all
}

// enforcedOrder is the entries, each after those that it depends on, else by name. A cycle, which
// loading refuses, is cut.
func (f *File) enforcedOrder() []string {
	var all []string
	seen := map[string]bool{}
	var visit func(key string)
	visit = func(key string) {
		if _, there := f.Enforced[key]; !there || seen[key] {
			return
		}
		seen[key] = true
		for _, other := range slices.Sorted(slices.Values(f.Enforced[key].DependsOn)) {
			visit(other)
		}
		all = append(all, key)
	}
	for _, key := range sortedKeys(f.Enforced) {
		visit(key)
	}
	return all
}

// Become is the hub as it is once want holds: have, with want's new versions and states. A version
// of a wanted product that want does not name is then active (Plan).
func Become(want, have Catalog) Catalog {
	var c Catalog
	for _, p := range have.Products {
		if want.Product(p.Region, p.Key) == nil {
			c.Products = append(c.Products, p)
		}
	}
	for _, w := range want.Products {
		p := w
		if h := have.Product(w.Region, w.Key); h != nil {
			p.ID, p.Versions = h.ID, become(w, h)
		} else {
			p.Versions = slices.DeleteFunc(slices.Clone(w.Versions), func(v Version) bool { return v.Digest == "" })
		}
		c.Products = append(c.Products, p)
	}
	return Join(c)
}

func become(want Product, have *Product) []Version {
	all := slices.Clone(have.Versions)
	for i, v := range all {
		if v.Digest == "" {
			continue // not axle's
		}
		all[i].Active, all[i].Guidance = true, "DEFAULT"
		if w := want.Version(v.Name); w != nil {
			all[i].Active, all[i].Guidance = w.Active, w.Guidance
		}
	}
	for _, w := range want.Versions {
		if w.Digest != "" && have.Version(w.Name) == nil {
			all = append(all, w)
		}
	}
	return all
}

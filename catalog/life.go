package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"
)

// reached says whether a day has begun, in UTC. Without a clock none has.
func reached(day string, now time.Time) bool {
	at, err := time.Parse(time.DateOnly, day)
	return err == nil && !now.IsZero() && !now.Before(at)
}

// Thinning is prod.publish.deprecate: all but the newest Keep versions are deprecated, once they
// are older than After. The zero Thinning deprecates nothing.
type Thinning struct {
	Keep  int
	After time.Duration
	Line  string // file:line that asks for it
}

// Thinned adds to want the versions that t deprecates. A version that lifecycle names keeps the
// state it has there, and one whose age is not known is young. What is deprecated stays so from
// plan to plan: the judgement does not look at what have is already.
func Thinned(want, have Catalog, t Thinning, now time.Time) Catalog {
	if t.Keep == 0 {
		return want
	}
	want.Products = slices.Clone(want.Products)
	for i, p := range want.Products {
		versions := slices.Clone(p.Versions)
		for _, name := range t.old(p, have, now) {
			versions = append(versions, Version{Name: name, Active: true, Guidance: "DEPRECATED", Why: t.Line})
		}
		slices.SortFunc(versions, func(a, b Version) int { return cmp.Compare(a.Name, b.Name) })
		want.Products[i].Versions = versions
	}
	return want
}

// old are the names of the versions to deprecate.
func (t Thinning) old(want Product, have Catalog, now time.Time) []string {
	born := births(have, want.Key)
	for _, v := range want.Versions {
		if v.Digest == "" || !v.Active || v.Guidance == "DEPRECATED" {
			delete(born, v.Name) // lifecycle's
		} else if _, there := born[v.Name]; !there {
			born[v.Name] = now
		}
	}
	var old []string
	for i, name := range newestFirst(sortedKeys(born)) {
		if at := born[name]; i >= t.Keep && !at.IsZero() && now.Sub(at) > t.After {
			old = append(old, name)
		}
	}
	return old
}

// births are when each version that axle published was made, in the region where that was last:
// a version grows old everywhere at once. Zero is: not known.
func births(have Catalog, product string) map[string]time.Time {
	born := map[string]time.Time{}
	for _, p := range have.Products {
		for _, v := range p.Versions {
			if p.Key != product || v.Digest == "" {
				continue
			}
			at, seen := born[v.Name]
			switch {
			case !seen:
				born[v.Name] = v.Created
			case !at.IsZero() && (v.Created.IsZero() || v.Created.After(at)):
				born[v.Name] = v.Created
			}
		}
	}
	return born
}

// newestFirst orders versions from the highest down; what is no version is left out.
func newestFirst(names []string) []string {
	parsed := map[string]*semver.Version{}
	for _, n := range names {
		if v, err := semver.StrictNewVersion(n); err == nil {
			parsed[n] = v
		}
	}
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return parsed[n] == nil })
	slices.SortFunc(names, func(a, b string) int { return parsed[b].Compare(parsed[a]) })
	return names
}

// crowded is from how many versions on a product's old ones are proposed for deletion; AWS takes
// a hundred.
const crowded = 90

// Crowd is a product that comes near to the quota of versions in a region, and what could go.
type Crowd struct {
	Region   string   `json:"region"`
	Product  string   `json:"product"`
	Versions int      `json:"versions"`
	Proposed []string `json:"proposed"` // for deletion: retired, referred to by no file, the oldest first
}

// Crowded are the products of have with 90 versions and more. Who runs a version is not asked
// here: axle product delete asks, before it deletes anything (CAT-14).
func Crowded(have Catalog, f *File) []Crowd {
	var all []Crowd
	for _, p := range have.Products {
		n := len(p.Versions)
		if n < crowded {
			continue
		}
		c := Crowd{Region: p.Region, Product: p.Key, Versions: n, Proposed: []string{}}
		for _, name := range p.retired() {
			if len(c.Proposed) <= n-crowded && len(f.referring(p.Key, name)) == 0 {
				c.Proposed = append(c.Proposed, name)
			}
		}
		all = append(all, c)
	}
	return all
}

// String is the proposal in one line.
func (c Crowd) String() string {
	s := fmt.Sprintf("%s: %s has %d versions, and AWS takes 100: ", c.Region, c.Product, c.Versions)
	if len(c.Proposed) == 0 {
		return s + "none is retired and referred to by nothing; retire what nobody should run"
	}
	return s + fmt.Sprintf("the oldest that could go, by axle product delete %s@VERSION: %v", c.Product, c.Proposed)
}

// referring are the places of catalog.yaml that speak of a version: entries of enforced in whose
// range it lies.
func (f *File) referring(product, version string) []string {
	var all []string
	for _, key := range sortedKeys(f.Enforced) {
		if e := f.Enforced[key]; e.Product == product && inRange(version, e.Version) {
			all = append(all, fmt.Sprintf("enforced entry %s (%s) has it in its range %s", key, place(f.Doc, []string{"enforced", key, "version"}), e.Version))
		}
	}
	return all
}

package catalog

import (
	"fmt"
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/axle-cd/axle/document"
)

// ForcedFile holds a spoke near the newest version of each product: by a count of versions, by a
// time after the first newer one was published, or by both.
type ForcedFile struct {
	MaxLag   *int              `yaml:"max_lag" check:"min=0,max=100"`
	Deadline document.Duration `yaml:"deadline" check:"min=1h,max=3650d"`
}

// ConcurrentFile says how many different versions of a product may run in a spoke, and which.
type ConcurrentFile struct {
	Max     int      `yaml:"max" check:"min=1,max=100"`
	Allowed []string `yaml:"allowed" check:"least=1,unique"` // versions and ranges: one of them is enough
}

func (c *ConcurrentFile) allows(version string) bool {
	return c == nil || len(c.Allowed) == 0 || slices.ContainsFunc(c.Allowed, func(r string) bool { return r != "" && inRange(version, r) })
}

// newer are the versions that axle published above one, up to another; not ok is that they cannot
// be told: no version can be launched, or the one that runs was not published by axle.
func (p *Product) newer(than, upTo string) (all []Version, ok bool) {
	v := p.Version(than)
	low, notLow := semver.StrictNewVersion(than)
	high, notHigh := semver.StrictNewVersion(upTo)
	if v == nil || v.Digest == "" || notLow != nil || notHigh != nil {
		return nil, false
	}
	for _, v := range p.Versions {
		at, err := semver.StrictNewVersion(v.Name)
		if err == nil && v.Digest != "" && at.GreaterThan(low) && !at.GreaterThan(high) {
			all = append(all, v)
		}
	}
	return all, true
}

// breach is why a provisioned product is too far behind; "" is that it is not. What cannot be told is.
func (f *ForcedFile) breach(newer []Version, told bool, now time.Time) string {
	switch {
	case f == nil:
		return ""
	case !told:
		return "how far behind it is cannot be told"
	case f.MaxLag != nil && len(newer) > *f.MaxLag:
		return fmt.Sprintf("%d behind, at most %d", len(newer), *f.MaxLag)
	case f.Deadline == 0 || len(newer) == 0:
		return ""
	}
	first := slices.MinFunc(newer, func(a, b Version) int { return a.Created.Compare(b.Created) })
	if first.Created.IsZero() {
		return "when " + first.Name + " was published is not known"
	}
	if limit := time.Duration(f.Deadline); now.Sub(first.Created) > limit {
		return fmt.Sprintf("%s was published %d days ago, at most %s", first.Name, int(now.Sub(first.Created)/(24*time.Hour)), f.Deadline)
	}
	return ""
}

// comply judges the rows of a spoke by its entry of catalog.yaml. of is the product of each on the
// hub: nil is one that git does not have, or that could not be looked at; that is not judged.
func (f Fleet) comply(rows []Row, of []*Product, s Spoke) {
	for i, p := range of {
		if p == nil {
			continue
		}
		r := &rows[i]
		newer, told := p.newer(r.Version, r.Expected)
		if told {
			lag := len(newer)
			r.Lag = &lag
		}
		if s.Forced == nil && s.Concurrent == nil {
			continue
		}
		r.Breach = s.Forced.breach(newer, told, f.Now)
		if r.Breach == "" {
			r.Breach = s.Concurrent.breach(r.Version, running(rows, of, p))
		}
		ok := r.Breach == ""
		r.Compliant = &ok
		if to := p.newest(func(v string) bool { return inRange(v, r.within) && s.Concurrent.allows(v) }); !ok && to != "" && to != r.Version {
			r.Mend = fmt.Sprintf("axle campaign create --product %s --to %s --spokes account:%s", p.Key, to, s.Account)
		}
	}
}

// running are the different versions of a product that run in a spoke, the newest first; what is
// no version of ours comes last.
func running(rows []Row, of []*Product, p *Product) []string {
	var all []string
	for i := range rows {
		if of[i] != nil && of[i].Key == p.Key && !slices.Contains(all, rows[i].Version) {
			all = append(all, rows[i].Version)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return byVersion(b, a) })
	return all
}

func byVersion(a, b string) int {
	x, notX := semver.StrictNewVersion(a)
	y, notY := semver.StrictNewVersion(b)
	switch {
	case notX != nil && notY != nil:
		return order(a, b)
	case notX != nil:
		return -1
	case notY != nil:
		return 1
	}
	return x.Compare(y)
}

// breach is why a version may not run beside the others; where there are too many, the newest may.
func (c *ConcurrentFile) breach(version string, running []string) string {
	switch {
	case c == nil:
		return ""
	case !c.allows(version):
		return "the version is not one that is allowed"
	case c.Max > 0 && slices.Index(running, version) >= c.Max:
		return fmt.Sprintf("%d versions run here, at most %d", len(running), c.Max)
	}
	return ""
}

// Score is a provisioned product's condition, 100 at best. Not ok is that nothing can be said.
func (r Row) Score() (score int, ok bool) {
	if r.Lag == nil || r.Word == Foreign || r.Word == Unknown {
		return 0, false
	}
	behind := *r.Lag
	score = 100 - min(50, 10*behind) - map[string]int{Deprecated: 25, Retired: 50, Failed: 50}[r.Word]
	if r.Compliant != nil && !*r.Compliant {
		score -= 25
	}
	if r.Vulnerable != "" {
		score -= 25
	}
	return max(0, score), true
}

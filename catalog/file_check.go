package catalog

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/axle-cd/axle/document"
)

// checks are the rules of catalog.yaml that look at more than one key.
type checks struct{ document.Checks }

func (f *File) check() document.Diagnostics {
	c := &checks{document.Checks{Doc: f.Doc}}
	c.bucket(f.Hub)
	for key, p := range f.Portfolios {
		c.principals(p.Principals, "portfolios", key, "principals")
		c.shares(p.Shares, "portfolios", key, "shares")
		c.local(p, f, key)
	}
	c.spokes(f.Spokes)
	c.regions(f)
	c.enforced(f)
	return c.Found
}

var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// bucket leaves room for what is added: a bucket's name has 63 characters at most.
func (c *checks) bucket(h Hubs) {
	if h.Bucket == "" {
		return
	}
	if !bucketForm.MatchString(h.Bucket) {
		c.Fail("AXLE1151", fmt.Sprintf("%q cannot begin the name of a bucket", h.Bucket), "lower-case letters, digits and -", "hub", "bucket")
		return
	}
	for _, region := range h.Regions {
		full := h.Bucket + "-" + string(h.Account) + "-" + region
		if len(full) > 63 {
			c.Fail("AXLE1151", fmt.Sprintf("bucket %s has %d characters (max 63)", full, len(full)), "choose a shorter bucket", "hub", "bucket")
			return
		}
	}
}

const (
	ssoRoles    = ":role/aws-reserved/sso.amazonaws.com/" // only AWS makes roles here
	maxPatterns = 10                                      // of a portfolio
)

// protected says whether only AWS makes roles that a pattern matches. A wildcard before the path
// could stand for another one: * is any text, slashes too.
func protected(pattern string) bool {
	before, _, found := strings.Cut(pattern, ssoRoles)
	return found && !strings.ContainsAny(before, "*?")
}

// principals by pattern match whoever takes such a name in a spoke (B211, CT-12).
func (c *checks) principals(all []PrincipalFile, at ...string) {
	patterns := 0
	for i, p := range all {
		here := append(slices.Clone(at), strconv.Itoa(i))
		wild := strings.ContainsAny(p.ARN, "*?")
		switch {
		case p.Type == "IAM" && wild:
			c.Fail("AXLE1152", "a principal of type IAM has no wildcards", "use type IAM_PATTERN", append(here, "arn")...)
		case p.Type == "IAM_PATTERN" && !protected(p.ARN) && !p.AcceptPrincipalNameRisk:
			c.Fail("AXLE1153", "names can be taken over in a spoke; needs accept_principal_name_risk: true",
				"or use roles under aws-reserved/sso.amazonaws.com/, which only AWS makes", append(here, "arn")...)
		}
		if p.Type == "IAM_PATTERN" {
			patterns++
		}
	}
	if patterns > maxPatterns {
		c.Fail("AXLE1152", fmt.Sprintf("%d principals of type IAM_PATTERN (max %d)", patterns, maxPatterns), "", at...)
	}
}

func (c *checks) shares(all []ShareFile, at ...string) {
	lines := map[string]int{}
	for i, s := range all {
		here := append(slices.Clone(at), strconv.Itoa(i))
		c.One("a share", []string{"organization", "organizational_unit", "account"}, here...)
		if s.Account != "" && s.Principals {
			c.Fail("AXLE1154", "principals are shared with an organization or its units only", "remove principals", append(here, "principals")...)
		}
		if node := s.Organization + s.OrganizationalUnit + string(s.Account); node != "" {
			c.Twice(lines, "share with "+node, node, here...)
		}
	}
}

func (c *checks) spokes(all []SpokeFile) {
	lines := map[string]int{}
	for i, s := range all {
		here := []string{"spokes", strconv.Itoa(i)}
		c.One("a spoke", []string{"account", "organizational_unit"}, here...)
		if s.Account != "" {
			c.Twice(lines, "account", string(s.Account), append(here, "account")...)
		}
		if s.OrganizationalUnit != "" {
			c.Twice(lines, "organizational_unit", s.OrganizationalUnit, append(here, "organizational_unit")...)
		}
		if s.Exclude != nil && s.Account != "" {
			c.FailKey("AXLE1155", "exclude goes with organizational_unit only", "", append(here, "exclude")...)
		}
		c.limits(s, here)
	}
}

// limits judges what forced and concurrent say: each something, and of versions.
func (c *checks) limits(s SpokeFile, here []string) {
	for key, of := range map[string]string{"forced": "max_lag, deadline", "concurrent": "max, allowed"} {
		at := append(slices.Clone(here), key)
		if n := c.Doc.At(here...).Get(key); n != nil && n.Kind == document.Mapping && len(n.Pairs) == 0 {
			c.Fail("AXLE1038", key+" needs one of "+of+", or both", "", at...)
		}
	}
	if s.Concurrent == nil {
		return
	}
	for i, r := range s.Concurrent.Allowed {
		if _, err := semver.NewConstraint(r); r != "" && err != nil {
			c.Fail("AXLE1156", fmt.Sprintf("%q is not a range of versions", r), "write 1.2.0 or >=2.1 <3", append(here, "concurrent", "allowed", strconv.Itoa(i))...)
		}
	}
}

func (c *checks) enforced(f *File) {
	all := f.Enforced
	keys := slices.Sorted(maps.Keys(all))
	names := map[string]int{}
	for _, key := range keys {
		e := all[key]
		c.launchName(names, key, e)
		if e.Spokes != nil {
			c.One("spokes", []string{"all", "tags", "accounts", "organizational_units"}, "enforced", key, "spokes")
			for _, tag := range f.without(e.Spokes.Tags) {
				c.Found = append(c.Found, c.Doc.Fault("AXLE1163", fmt.Sprintf("tag %s is on no spoke: nobody gets %s by it", tag, key), "correct the tag, or give it to a spoke", "enforced", key, "spokes", "tags").Warning())
			}
		}
		if _, err := semver.NewConstraint(e.Version); e.Version != "" && err != nil {
			c.Fail("AXLE1156", fmt.Sprintf("%q is not a range of versions", e.Version), "write >=2.1 <3", "enforced", key, "version")
		}
		for i, other := range e.DependsOn {
			if _, have := all[other]; !have {
				c.Fail("AXLE1157", fmt.Sprintf("%q is not in enforced", other), document.DidYouMean(other, keys), "enforced", key, "depends_on", strconv.Itoa(i))
			} else if all[other].terminated() && !e.terminated() {
				c.Fail("AXLE1157", fmt.Sprintf("%s is to be terminated, and this depends on it", other), "terminate this first, or take "+other+" out of depends_on", "enforced", key, "depends_on", strconv.Itoa(i))
			}
		}
	}
	w := walk{all: all, done: map[string]bool{}}
	for _, key := range keys {
		if loop := w.from(key); loop != nil {
			c.Fail("AXLE1158", "cycle: "+strings.Join(loop, " -> "), "", "enforced", loop[0], "depends_on")
		}
	}
}

var launchForm = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]*$`)

// launchName judges the name of an entry's provisioned products: AWS's form, and one of its own.
func (c *checks) launchName(names map[string]int, key string, e Enforced) {
	name, at := e.launchName(key), []string{"enforced", key}
	if e.Name != "" {
		at = append(at, "name")
	}
	if len(name) > 128 || !launchForm.MatchString(name) {
		c.Fail("AXLE1159", fmt.Sprintf("%q cannot name a provisioned product", name), "letters, digits, . _ and -, at most 128; name: NAME gives another", at...)
	}
	c.Twice(names, "provisioned product "+name, name, at...)
}

// walk looks for a way along depends_on that comes back to itself.
type walk struct {
	all  map[string]Enforced
	done map[string]bool
	way  []string
}

func (w *walk) from(key string) []string {
	if i := slices.Index(w.way, key); i >= 0 {
		return append(slices.Clone(w.way[i:]), key)
	}
	if w.done[key] {
		return nil
	}
	w.done[key] = true
	w.way = append(w.way, key)
	defer func() { w.way = w.way[:len(w.way)-1] }()
	for _, next := range w.all[key].DependsOn {
		if loop := w.from(next); loop != nil {
			return loop
		}
	}
	return nil
}

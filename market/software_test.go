package market

import (
	"strings"
	"testing"
	"time"
)

const softwareFile = `schema: 1
organizations:
  - {name: home, id: o-a1b2c3d4e5, account: "111122223333", role: "arn:aws:iam::111122223333:role/m", external_id: x}
experiences:
  - name: approved
    organization: home
    id: exp-1
    products:
      allow:
        - {id: prod-a, reason: review}
        - {id: prod-over, expires: 2026-10-31}
        - {id: prod-last, expires: 2026-11-22}
      deny: [{id: prod-d, reason: end of support}]
  - name: north
    organization: home
    follows: approved
    ids: [exp-2]
    overrides:
      - {product: prod-a, effect: deny, reason: not here}
      - {product: prod-i, effect: ignore, reason: pilot}
      - {product: prod-n, effect: allow, reason: local}
      - {product: prod-d, effect: allow, reason: we still need it}
      - {product: prod-e, effect: allow, reason: was local, expires: 2026-11-21}
  - {name: console, organization: home, id: exp-3, products_from: experience}
  - name: south
    organization: home
    follows: console
    ids: [exp-4]
    overrides:
      - {product: prod-n, effect: allow, reason: local}
      - {product: prod-x, effect: deny, reason: never}
  - {name: watched, organization: home, follows: approved, ids: [exp-6], mode: report}
  - {name: old, organization: home, id: exp-5, settings: {status: archived}}
`

// S2: what the file alone says of a product in each kind of entry.
func TestRule(t *testing.T) {
	f, ds := Load("marketplace.yaml", []byte(softwareFile))
	if ds.Err() != nil {
		t.Fatal(ds)
	}
	now := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
	for _, c := range []struct{ entry, product, word, why string }{
		{"approved", "prod-a", "allow", "marketplace.yaml:10, review"},
		{"approved", "prod-last", "allow", "marketplace.yaml:12"}, // to the end of its day
		{"approved", "prod-over", "deny", "its line ended on 2026-10-31"},
		{"approved", "prod-d", "deny", "denied by marketplace.yaml:13, end of support"},
		{"approved", "prod-z", "deny", "no line allows it"},
		{"north", "prod-a", "deny", "denied by marketplace.yaml:19, not here"},
		{"north", "prod-last", "allow", "marketplace.yaml:12"},
		{"north", "prod-over", "deny", "its line ended on 2026-10-31"},
		{"north", "prod-i", "unknown", "it is left there as it is, by marketplace.yaml:20, pilot"},
		{"north", "prod-n", "allow", "marketplace.yaml:21, local"},
		{"north", "prod-d", "deny", "denied by marketplace.yaml:13, end of support"}, // without may_override_deny
		{"north", "prod-e", "deny", "its override ended on 2026-11-21"},
		{"console", "prod-a", "unknown", "the products of console are what is set in AWS"},
		{"south", "prod-a", "unknown", "the products of console are what is set in AWS"},
		{"south", "prod-n", "unknown", "console may deny it: its products are what is set in AWS"},
		{"watched", "prod-a", "unknown", "axle reports on it, and changes nothing there"},
		{"watched", "prod-z", "deny", "no line allows it"},
		{"south", "prod-x", "deny", "denied by marketplace.yaml:31, never"},
	} {
		if got := f.Rule(*f.Entry(c.entry), c.product, now); got.Word != c.word || got.Why != c.why {
			t.Errorf("%s %s: %s, %s; want %s, %s", c.entry, c.product, got.Word, got.Why, c.word, c.why)
		}
	}
	if r := f.Rule(*f.Entry("north"), "prod-z", now); r.Hint != "add to products.allow of approved in marketplace.yaml: - { id: prod-z, reason: … }" {
		t.Errorf("a follower's line goes into its source: %s", r.Hint)
	}
}

// S2: what only AWS can tell is judged by what was seen there; what could not be seen is no ruling.
func TestRuleSeen(t *testing.T) {
	f, _ := Load("marketplace.yaml", []byte(softwareFile))
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	seen := func(id string, policy *Policy) Experience {
		return Experience{Organization: "home", ID: id, Status: "Enabled", Policy: policy}
	}
	s := Sight{Listed: map[string][]Experience{}, Failed: map[string]error{}, Read: map[string]Experience{
		"exp-1": seen("exp-1", &Policy{Allowed: []string{"prod-a"}}), "exp-2": seen("exp-2", &Policy{Allowed: []string{"prod-i"}}),
		"exp-3": seen("exp-3", &Policy{Allowed: []string{"prod-a"}, Denied: []string{"prod-n"}}), "exp-4": seen("exp-4", nil), "exp-6": seen("exp-6", &Policy{Allowed: []string{"prod-z"}})}}
	for _, c := range []struct{ entry, product, word string }{
		{"console", "prod-a", "allow"}, {"console", "prod-z", "deny"}, {"console", "prod-n", "deny"},
		{"south", "prod-a", "allow"}, {"south", "prod-z", "deny"}, {"south", "prod-n", "deny"},
		{"north", "prod-i", "allow"}, {"watched", "prod-a", "deny"}, {"watched", "prod-z", "deny"},
	} {
		got, err := f.RuleSeen(*f.Entry(c.entry), c.product, s, now)
		if err != nil || got.Word != c.word {
			t.Errorf("%s %s: %+v %v, want %s", c.entry, c.product, got, err, c.word)
		}
	}
	s.Read["exp-2"] = seen("exp-2", &Policy{})
	if got, err := f.RuleSeen(*f.Entry("north"), "prod-i", s, now); err != nil || got.Word != "deny" {
		t.Errorf("%+v %v: what is left as it is and not allowed there", got, err)
	}
	delete(s.Read, "exp-3")
	if got, err := f.RuleSeen(*f.Entry("south"), "prod-a", s, now); err == nil || got.Word == "allow" {
		t.Errorf("%+v: nobody has seen the source", got)
	}
}

// S2: every entry but those that the file archives, unless product.yaml names some.
func TestTargets(t *testing.T) {
	f, _ := Load("marketplace.yaml", []byte(softwareFile))
	all, _ := f.Targets(nil)
	some, strange := f.Targets([]string{"north", "nroth", "old"})
	if len(all) != 5 || len(some) != 2 || some[1].Name != "old" || strings.Join(strange, " ") != "nroth" {
		t.Errorf("%d entries, %v, strange %v", len(all), some, strange)
	}
}

package market

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

func licences(rules ...Rule) *Licences {
	return &Licences{Tag: "marketplace-licence", Untagged: "revoke", Rules: rules}
}

func rule(sku string, allow bool, to To) Rule { return Rule{SKU: sku, Allow: &allow, To: to} }

// LIC-1, LIC-2, L1, L5, L6, L19: who is entitled, by the nearest rule or tag.
func TestEntitled(t *testing.T) {
	const account, tag = "555555555555", "marketplace-licence"
	unit, below := "ou-ab12-11111111", "ou-ab12-22222222"
	byAccount := To{Account: document.AccountID(account)}
	byTag := To{Tag: map[string]string{"env": "prod"}}
	for _, c := range []struct {
		name  string
		rules []Rule
		state string
		tags  map[string]string
		word  AnswerWord
		by    string
	}{
		{name: "untagged", word: No, by: "no rule and no tag"},
		{name: "true", tags: map[string]string{tag: "true"}, word: Yes},
		{name: "TRUE with blanks", tags: map[string]string{tag: " TRUE "}, word: Yes},
		{name: "none, of another case", tags: map[string]string{tag: "None\t"}, word: No, by: "tag marketplace-licence"},
		{name: "FALSE for one SKU", tags: map[string]string{tag: "all", tag + "/sku-1": " FALSE "}, word: No, by: "tag marketplace-licence/sku-1"},
		{name: "the issuer's rule", rules: []Rule{{SKU: "*", Issuer: "acme", Allow: new(true), To: byAccount}}, word: Yes},
		{name: "another issuer's rule", rules: []Rule{{SKU: "*", Issuer: "other", Allow: new(true), To: byAccount}}, word: No, by: "no rule"},
		{name: "all", tags: map[string]string{tag: "all"}, word: Yes},
		{name: "none", tags: map[string]string{tag: "none"}, word: No},
		{name: "yes is no word", tags: map[string]string{tag: "yes"}, word: Unchanged, by: `is "yes", which axle does not know`},
		{name: "empty is no word", tags: map[string]string{tag: ""}, word: Unchanged},
		{name: "a value that is the key", tags: map[string]string{"other": tag}, word: No},
		{name: "the SKU's tag", tags: map[string]string{tag: "none", tag + "/sku-1": "true"}, word: Yes, by: "tag marketplace-licence/sku-1"},
		{name: "all is no word for one SKU", tags: map[string]string{tag: "true", tag + "/sku-1": "all"}, word: Unchanged},
		{name: "another SKU's tag", tags: map[string]string{tag: "true", tag + "/sku-2": "false"}, word: Yes},
		{name: "a rule for the account over the SKU's tag", rules: []Rule{rule("sku-1", false, byAccount)}, tags: map[string]string{tag + "/sku-1": "true"}, word: No, by: "licences.rules[0]"},
		{name: "the SKU's tag over a rule for a tag", rules: []Rule{rule("*", false, byTag)}, tags: map[string]string{"env": "prod", tag + "/sku-1": "true"}, word: Yes},
		{name: "a rule for a tag over one for a unit", rules: []Rule{rule("*", true, To{OU: unit}), rule("*", false, byTag)}, tags: map[string]string{"env": "prod"}, word: No, by: "licences.rules[1]"},
		{name: "the deepest unit", rules: []Rule{rule("*", true, To{OU: unit}), rule("*", false, To{OU: below})}, word: No, by: "licences.rules[1]"},
		{name: "a rule for a unit over the general tag", rules: []Rule{rule("*", false, To{OU: unit})}, tags: map[string]string{tag: "true"}, word: No},
		{name: "another SKU's rule", rules: []Rule{rule("sku-2", true, byAccount)}, word: No},
		{name: "two of one rank", rules: []Rule{rule("*", true, byAccount), rule("sku-1", false, byAccount)}, word: Unchanged, by: "licences.rules[0] and licences.rules[1] contradict each other"},
		{name: "suspended", state: "SUSPENDED", tags: map[string]string{tag: "true"}, word: No, by: "the account is suspended"},
		{name: "pending closure", state: "PENDING_CLOSURE", tags: map[string]string{tag: "true"}, word: No},
		{name: "closed", state: "CLOSED", tags: map[string]string{tag: "true"}, word: No},
		{name: "being activated", state: "PENDING_ACTIVATION", tags: map[string]string{tag: "true"}, word: Wait},
		{name: "a state that AWS has not yet", state: "HIBERNATED", tags: map[string]string{tag: "none"}, word: Unchanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Member{Account: account, State: c.state, Units: []string{"r-ab12", unit, below}, Tags: c.tags}
			if m.State == "" {
				m.State = "ACTIVE"
			}
			got := licences(c.rules...).Entitled(Licence{SKU: "sku-1", Issuer: "acme"}, m)
			if got.Word != c.word || !strings.Contains(got.By, c.by) {
				t.Errorf("got %+v, want %s %q", got, c.word, c.by)
			}
		})
	}
	kept := licences()
	kept.Untagged = "keep"
	if got := kept.Entitled(Licence{SKU: "sku-1"}, Member{State: "ACTIVE"}); got.Word != Keep {
		t.Errorf("untagged: keep gives %+v", got)
	}
}

// LIC-8, L16: operations are those asked for, within what was received.
func TestOperations(t *testing.T) {
	received := []string{"CreateGrant", "CheckoutLicense", "ListPurchasedLicenses", "CreateToken"}
	yes := true
	for _, c := range []struct {
		name string
		l    *Licences
		want []string
	}{
		{"usual", licences(), []string{"CheckoutLicense", "ListPurchasedLicenses"}},
		{"a rule's", licences(Rule{SKU: "*", Allow: &yes, Operations: []string{"CreateToken", "CheckInLicense"}, To: To{OU: "ou-1"}}), []string{"CreateToken"}},
		{"a rule of somebody else", licences(Rule{SKU: "*", Allow: &yes, Operations: []string{"CreateToken"}, To: To{OU: "ou-2"}}), []string{"CheckoutLicense", "ListPurchasedLicenses"}},
	} {
		if got := c.l.Operations(Licence{SKU: "s", Operations: received}, Member{Units: []string{"ou-1"}}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// LIC-8, LIC-12: a licence that cannot be shared, one that is over, and one whose end is near.
func TestLicencesEnd(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	ok := Licence{Status: "AVAILABLE", Ends: "2027-12-31T00:00:00Z", Operations: []string{"CreateGrant"}}
	for _, c := range []struct {
		name   string
		change func(*Licence)
		why    string
		over   bool
		days   int
	}{
		{"available", func(*Licence) {}, "", false, 0},
		{"without an end", func(l *Licence) { l.Ends = "" }, "", false, 0},
		{"suspended", func(l *Licence) { l.Status = "SUSPENDED" }, "is suspended", false, 0},
		{"expired", func(l *Licence) { l.Status = "EXPIRED" }, "is expired", true, 0},
		{"its day is over", func(l *Licence) { l.Ends = "2026-11-21T23:59:59Z" }, "ended on", true, 0},
		{"not to be granted on", func(l *Licence) { l.Operations = nil }, "does not let it", false, 0},
		{"deactivated", func(l *Licence) { l.Status = "DEACTIVATED" }, "is deactivated", true, 0},
		{"deleted", func(l *Licence) { l.Status = "DELETED" }, "is deleted", true, 0},
		{"181 days left", func(l *Licence) { l.Ends = "2027-05-22T00:00:00Z" }, "", false, 0},
		{"180 days and a second left", func(l *Licence) { l.Ends = "2027-05-21T00:00:01Z" }, "", false, 0},
		{"180 days left", func(l *Licence) { l.Ends = "2027-05-21T00:00:00Z" }, "", false, 180},
		{"120 days left", func(l *Licence) { l.Ends = "2027-03-22T00:00:00Z" }, "", false, 120},
		{"90 days left", func(l *Licence) { l.Ends = "2027-02-20T00:00:00Z" }, "", false, 90},
		{"60 days left", func(l *Licence) { l.Ends = "2027-01-21T00:00:00Z" }, "", false, 60},
		{"30 days and a half left", func(l *Licence) { l.Ends = "2026-12-22T12:00:00Z" }, "", false, 60},
		{"30 days left", func(l *Licence) { l.Ends = "2026-12-22T00:00:00Z" }, "", false, 30},
		{"its last second", func(l *Licence) { l.Ends = "2026-11-22T00:00:01Z" }, "", false, 30},
	} {
		l := ok
		c.change(&l)
		if why := l.Grantable(now); (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: grantable says %q", c.name, why)
		}
		if l.Over(now) != c.over || l.Ending(now) != c.days {
			t.Errorf("%s: over %v, %d days", c.name, l.Over(now), l.Ending(now))
		}
	}
}

// LIC-4, L9, L11, L12: what each state of a grant needs, wanted or not.
func TestNextStep(t *testing.T) {
	ops := []string{"CheckoutLicense"}
	for _, c := range []struct {
		status           string
		wanted, unwanted GrantStep
	}{
		{"", Make, Rest},
		{"DELETED", Make, Rest},
		{"PENDING_WORKFLOW", Poll, Poll},
		{"PENDING_ACCEPT", Accept, Revoke},
		{"DISABLED", Activate, Revoke},
		{"ACTIVE", Rest, Revoke},
		{"WORKFLOW_COMPLETED", Rest, Revoke},
		{"FAILED_WORKFLOW", Again, Revoke},
		{"REJECTED", Tell, Rest},
		{"PENDING_DELETE", Poll, Poll},
		{"SOMETHING_NEW", Tell, Tell},
	} {
		var seen *Grant
		if c.status != "" {
			seen = &Grant{Status: c.status, Operations: ops}
		}
		if got, _ := Next(seen, true, ops, false, false); got != c.wanted {
			t.Errorf("%s wanted: %s, want %s", c.status, got, c.wanted)
		}
		if got, _ := Next(seen, false, ops, false, false); got != c.unwanted {
			t.Errorf("%s not wanted: %s, want %s", c.status, got, c.unwanted)
		}
	}
	for _, c := range []struct {
		name           string
		seen           Grant
		auto, recreate bool
		want           GrantStep
	}{
		{"the organization accepts", Grant{Status: "PENDING_ACCEPT"}, true, false, Poll},
		{"asked once more", Grant{Status: "REJECTED"}, true, true, Again},
		{"other operations", Grant{Status: "ACTIVE", Operations: []string{"CreateToken"}}, true, false, Change},
	} {
		if got, _ := Next(&c.seen, true, ops, c.auto, c.recreate); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

package market

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Answer is whether an account should have a licence, and by what.
type Answer struct {
	Word AnswerWord `json:"word"`
	By   string     `json:"by"` // the rule or tag that decided, or why nothing does
}

// AnswerWord says what becomes of an account's grant.
type AnswerWord string

const (
	Yes       AnswerWord = "yes"
	No        AnswerWord = "no"        // its grant goes, revoke_after later
	Wait      AnswerWord = "wait"      // the account is not ready
	Unchanged AnswerWord = "unchanged" // kept as it is: it cannot be said, and By is a finding
	Keep      AnswerWord = "keep"      // kept as it is, as marketplace.yaml has it
)

// Entitled says whether an account should have a licence (LIC-1, LIC-2). Of the rules and tags
// that speak of them the nearest decides: a rule for the account, the tag of the SKU, a rule for
// a tag, a rule for the deepest unit, the general tag. What cannot be read changes nothing.
func (l *Licences) Entitled(lic Licence, m Member) Answer {
	switch m.State {
	case "ACTIVE":
	case "PENDING_ACTIVATION":
		return Answer{Wait, "the account is being activated"}
	case "SUSPENDED", "PENDING_CLOSURE", "CLOSED":
		return Answer{No, "the account is " + strings.ToLower(strings.ReplaceAll(m.State, "_", " "))}
	default:
		return Answer{Unchanged, fmt.Sprintf("the account's state %q is not known", m.State)}
	}
	ranks := [][]Answer{
		l.ruled(lic, func(to To) bool { return to.Account != "" && string(to.Account) == m.Account }),
		tagged(m, l.Tag+"/"+lic.SKU, map[string]bool{"true": true, "false": false}),
		l.ruled(lic, func(to To) bool { return matches(to.Tag, m.Tags) }),
	}
	for _, unit := range slices.Backward(m.Units) {
		ranks = append(ranks, l.ruled(lic, func(to To) bool { return to.OU == unit }))
	}
	ranks = append(ranks, tagged(m, l.Tag, map[string]bool{"true": true, "all": true, "false": false, "none": false}))
	for _, said := range ranks {
		if len(said) > 0 {
			return agreed(said)
		}
	}
	if l.Untagged == "keep" {
		return Answer{Keep, "no rule and no tag speaks of it"}
	}
	return Answer{No, "no rule and no tag speaks of it"}
}

// ruled are what the rules of one rank say.
func (l *Licences) ruled(lic Licence, to func(To) bool) (said []Answer) {
	for i, r := range l.Rules {
		if !to(r.To) || r.SKU != "*" && r.SKU != lic.SKU || r.Issuer != "" && r.Issuer != lic.Issuer {
			continue
		}
		word := No
		if *r.Allow {
			word = Yes
		}
		said = append(said, Answer{word, fmt.Sprintf("licences.rules[%d]", i)})
	}
	return said
}

// tagged is what a tag of the account says; a value that is none of those known says nothing
// that could be carried out (L5).
func tagged(m Member, key string, values map[string]bool) []Answer {
	value, there := m.Tags[key]
	if !there {
		return nil
	}
	yes, known := values[strings.ToLower(strings.TrimSpace(value))]
	switch {
	case !known:
		return []Answer{{Unchanged, fmt.Sprintf("the tag %s is %q, which axle does not know", key, value)}}
	case yes:
		return []Answer{{Yes, "tag " + key}}
	}
	return []Answer{{No, "tag " + key}}
}

func matches(want, tags map[string]string) bool {
	for key, value := range want {
		if have, there := tags[key]; !there || have != value {
			return false
		}
	}
	return len(want) > 0
}

// agreed is what several of one rank say, or that they contradict each other.
func agreed(said []Answer) Answer {
	for _, other := range said[1:] {
		if other.Word != said[0].Word {
			return Answer{Unchanged, fmt.Sprintf("%s and %s contradict each other", said[0].By, other.By)}
		}
	}
	return said[0]
}

// usual are the operations that a grantee gets where no rule says otherwise.
var usual = []string{"CheckInLicense", "CheckoutLicense", "ListPurchasedLicenses"}

// Operations are what a grant of the licence to the account permits, within what was received
// (LIC-8, L16). The rule nearest to the account counts, as in Entitled.
func (l *Licences) Operations(lic Licence, m Member) []string {
	want := usual
	for _, to := range []func(To) bool{
		func(to To) bool { return to.OU != "" && slices.Contains(m.Units, to.OU) },
		func(to To) bool { return matches(to.Tag, m.Tags) },
		func(to To) bool { return to.Account != "" && string(to.Account) == m.Account },
	} {
		for _, r := range l.Rules {
			if to(r.To) && *r.Allow && len(r.Operations) > 0 && (r.SKU == "*" || r.SKU == lic.SKU) {
				want = r.Operations
			}
		}
	}
	var all []string
	for _, op := range sorted(want) {
		if slices.Contains(lic.Operations, op) {
			all = append(all, op)
		}
	}
	return all
}

// Grantable says why a licence cannot be shared now, or "" (LIC-8).
func (lic Licence) Grantable(now time.Time) string {
	switch {
	case lic.Status != "AVAILABLE":
		return "the licence is " + strings.ToLower(lic.Status)
	case lic.ended(now):
		return "the licence ended on " + lic.Ends
	case !slices.Contains(lic.Operations, "CreateGrant"):
		return "its issuer does not let it be granted on"
	}
	return ""
}

// Over says whether its grants have nothing to give any more (LIC-12).
func (lic Licence) Over(now time.Time) bool {
	return slices.Contains([]string{"DEACTIVATED", "EXPIRED", "DELETED"}, lic.Status) || lic.ended(now)
}

func (lic Licence) ended(now time.Time) bool {
	end, err := time.Parse(time.RFC3339, lic.Ends)
	return err == nil && !now.Before(end)
}

// Ending is the nearest of the distances, in days, at which a licence's owner is warned and that it
// has come to; 0 before the first of them, and once it has ended.
func (lic Licence) Ending(now time.Time) int {
	end, err := time.Parse(time.RFC3339, lic.Ends)
	if err != nil || !now.Before(end) {
		return 0
	}
	for _, days := range []int{30, 60, 90, 120, 180} {
		if end.Sub(now) <= time.Duration(days)*24*time.Hour {
			return days
		}
	}
	return 0
}

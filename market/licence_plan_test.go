package market

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

const boss, one, two, three = "888888888888", "111111111111", "222222222222", "333333333333"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// sharedBy is an organization with three tagged accounts and a licence, and what is to be shared.
func sharedBy(change ...func(*Licences, *Estate, map[string]Mark)) (*Licences, Estate, map[string]Mark) {
	five, ten := 5, 10
	l := &Licences{Granter: boss, Tag: "marketplace-licence", Untagged: "revoke", Accept: "auto", OnConflict: "skip", Concurrency: 5,
		RevokeAfter: document.Duration(72 * time.Hour), Guard: RevokeGuard{MaxRevoke: &five, MaxRevokePercent: &ten}}
	e := Estate{Licences: []Licence{{ARN: "lic", SKU: "sku", Status: "AVAILABLE", Operations: []string{"CreateGrant", "CheckoutLicense", "CheckInLicense"}}}}
	e.Members = append(e.Members, Member{Account: boss, State: "ACTIVE", Units: []string{"r-1"}})
	for _, account := range []string{one, two, three} {
		e.Members = append(e.Members, Member{Account: account, State: "ACTIVE", Units: []string{"r-1", "ou-1"}, Tags: map[string]string{"marketplace-licence": "true"}})
	}
	marks := map[string]Mark{}
	for _, c := range change {
		c(l, &e, marks)
	}
	return l, e, marks
}

func granted(account, status string) Grant {
	return Grant{ARN: "grant-" + account, Licence: "lic", Principal: Root(account), Status: status, Version: "1", Operations: []string{"CheckInLicense", "CheckoutLicense"}, Ours: true}
}

func with(grants ...Grant) func(*Licences, *Estate, map[string]Mark) {
	return func(_ *Licences, e *Estate, _ map[string]Mark) { e.Grants = append(e.Grants, grants...) }
}

func marked(m Mark) func(*Licences, *Estate, map[string]Mark) {
	return func(_ *Licences, _ *Estate, marks map[string]Mark) {
		m.Licence = "lic"
		marks[m.Key()] = m
	}
}

func settings(change func(*Licences, *Estate)) func(*Licences, *Estate, map[string]Mark) {
	return func(l *Licences, e *Estate, _ map[string]Mark) { change(l, e) }
}

func steps(all []Pair) string {
	var words []string
	for _, p := range all {
		words = append(words, fmt.Sprintf("%s %c", p.Step, (p.Account + p.Principal)[0]))
	}
	return strings.Join(words, ", ")
}

func kinds(all []Notice) string {
	var words []string
	for _, n := range all {
		words = append(words, strings.TrimSpace(n.Kind+" "+n.Account[:min(1, len(n.Account))]))
	}
	return strings.Join(words, ", ")
}

// LIC-1, LIC-2, LIC-4, LIC-7, LIC-8, LIC-9, LIC-12, L12, L14: what is done now, later, and what a
// person has to see to.
func TestPlanOfLicences(t *testing.T) {
	type change = func(*Licences, *Estate, map[string]Mark)
	all := with(granted(one, "ACTIVE"), granted(two, "ACTIVE"), granted(three, "ACTIVE"))
	untag := settings(func(_ *Licences, e *Estate) { e.Members[1].Tags = nil })
	long := Mark{Principal: Root(one), Unentitled: noon.Add(-73 * time.Hour)}
	wide := Grant{ARN: "wide", Licence: "lic", Principal: "arn:aws:organizations::888888888888:ou/o-1/ou-1", Status: "WORKFLOW_COMPLETED", Operations: []string{"CheckoutLicense"}, Ours: true}
	sub := func(account, status string) Grant {
		g := granted(account, status)
		g.ARN, g.Parent = g.ARN+"-sub", "wide"
		return g
	}
	foreign := func(g Grant) Grant { g.Ours = false; return g }
	for name, c := range map[string]struct {
		given              []change
		ask                Ask
		now, later, notice string
	}{
		"nothing is shared yet":       {nil, Ask{}, "create 1, create 2, create 3", "", ""},
		"all is as it should be":      {[]change{all}, Ask{}, "", "", ""},
		"half done goes before new":   {[]change{with(granted(three, "DISABLED"), granted(two, "PENDING_WORKFLOW"))}, Ask{}, "wait 2, activate 3, create 1", "", ""},
		"untagged just now":           {[]change{all, untag}, Ask{}, "", "revoke 1", ""},
		"untagged for three days":     {[]change{all, untag, marked(long)}, Ask{}, "revoke 1", "", ""},
		"what is taken goes first":    {[]change{with(granted(one, "ACTIVE")), untag, marked(long)}, Ask{}, "revoke 1, create 2, create 3", "", ""},
		"a tag that says nothing":     {[]change{all, settings(func(_ *Licences, e *Estate) { e.Members[1].Tags["marketplace-licence"] = "yes" })}, Ask{}, "", "", "unclear 1"},
		"it left the organization":    {[]change{with(granted("999999999999", "ACTIVE")), all, marked(Mark{Principal: Root("999999999999"), Unentitled: noon.Add(-73 * time.Hour)})}, Ask{}, "revoke 9", "", ""},
		"made by somebody, and wrong": {[]change{with(foreign(granted(one, "ACTIVE"))), untag, marked(long), with(granted(two, "ACTIVE"), granted(three, "ACTIVE"))}, Ask{}, "", "", "foreign 1"},
		"adopted":                     {[]change{with(foreign(granted(one, "ACTIVE"))), untag, marked(long), with(granted(two, "ACTIVE"), granted(three, "ACTIVE"))}, Ask{Adopt: true}, "revoke 1", "", ""},
		"made by somebody, and right": {[]change{with(foreign(granted(one, "ACTIVE")), granted(two, "ACTIVE"), granted(three, "ACTIVE"))}, Ask{}, "", "", ""},
		"in the making, and too much": {[]change{with(granted(one, "PENDING_WORKFLOW"), granted(two, "ACTIVE"), granted(three, "ACTIVE")), untag, marked(long)}, Ask{}, "wait 1", "", ""},
		"the same, not due yet":       {[]change{with(granted(one, "PENDING_WORKFLOW"), granted(two, "ACTIVE"), granted(three, "ACTIVE")), untag}, Ask{}, "", "wait 1", ""},
		"somebody's, in the making":   {[]change{with(foreign(granted(one, "PENDING_WORKFLOW")), foreign(granted(two, "PENDING_WORKFLOW")), granted(three, "ACTIVE")), untag, marked(long)}, Ask{}, "", "", ""},
		"rejected":                    {[]change{all, with(), settings(func(_ *Licences, e *Estate) { e.Grants[0].Status = "REJECTED" })}, Ask{}, "", "", "rejected 1"},
		"rejected, and asked again":   {[]change{all, settings(func(_ *Licences, e *Estate) { e.Grants[0].Status = "REJECTED" })}, Ask{Recreate: true}, "recreate 1", "", ""},
		"failed once":                 {[]change{all, settings(func(_ *Licences, e *Estate) { e.Grants[0].Status = "FAILED_WORKFLOW" })}, Ask{}, "recreate 1", "", ""},
		"failed three times":          {[]change{all, settings(func(_ *Licences, e *Estate) { e.Grants[0].Status = "FAILED_WORKFLOW" }), marked(Mark{Principal: Root(one), Failures: 3})}, Ask{}, "", "", "failed 1"},
		"failed, and not to be made yet": {[]change{with(granted(two, "ACTIVE"), granted(three, "ACTIVE")), marked(Mark{Principal: Root(one), Failures: 1, Retry: noon.Add(time.Minute)})}, Ask{},
			"", "create 1", ""},
		"made, and not listed yet": {[]change{with(granted(two, "ACTIVE"), granted(three, "ACTIVE")), marked(Mark{Principal: Root(one), Step: Make, Sent: true, Grant: "g", Generation: 1, Begun: noon.Add(-time.Minute)})}, Ask{},
			"", "create 1", ""},
		"offered just now":           {[]change{all, settings(func(_ *Licences, e *Estate) { e.Grants[0].Status = "PENDING_ACCEPT" })}, Ask{}, "", "wait 1", ""},
		"offered an hour ago":        {[]change{all, settings(func(_ *Licences, e *Estate) { e.Grants[0].Status = "PENDING_ACCEPT" }), marked(Mark{Principal: Root(one), Offered: noon.Add(-time.Hour)})}, Ask{}, "", "", "unaccepted 1"},
		"to be accepted there":       {[]change{all, settings(func(l *Licences, e *Estate) { e.Grants[0].Status = "PENDING_ACCEPT"; l.Accept = "assume" })}, Ask{}, "accept 1", "", ""},
		"two grants of one":          {[]change{all, with(Grant{ARN: "x", Licence: "lic", Principal: Root(one), Status: "PENDING_ACCEPT"})}, Ask{}, "", "", "twice 1"},
		"it bought its own: skip":    {[]change{settings(own)}, Ask{}, "create 2, create 3", "", "own_licence 1"},
		"it bought its own: replace": {[]change{settings(own), settings(func(l *Licences, _ *Estate) { l.OnConflict = "replace" })}, Ask{}, "create 1, create 2, create 3", "", ""},
		"what it bought has ended":   {[]change{settings(own), settings(func(_ *Licences, e *Estate) { e.Owned[0].Status = "EXPIRED" })}, Ask{}, "create 1, create 2, create 3", "", ""},
		"two seats":                  {[]change{settings(func(_ *Licences, e *Estate) { e.Licences[0].Seats = 2 })}, Ask{}, "create 1, create 2", "", "seats 3"},
		"suspended licence":          {[]change{all, untag, marked(long), settings(func(_ *Licences, e *Estate) { e.Licences[0].Status = "SUSPENDED" })}, Ask{}, "", "", "licence"},
		"not to be granted on":       {[]change{settings(func(_ *Licences, e *Estate) { e.Licences[0].Operations = nil })}, Ask{}, "", "", "licence"},
		"the licence has ended":      {[]change{all, settings(func(_ *Licences, e *Estate) { e.Licences[0].Status = "EXPIRED" })}, Ask{}, "revoke 1, revoke 2, revoke 3", "", ""},
		"it ends soon":               {[]change{all, settings(func(_ *Licences, e *Estate) { e.Licences[0].Ends = "2026-12-01T00:00:00Z" })}, Ask{}, "", "", "ends"},
		"two licences of one product": {[]change{all, settings(func(_ *Licences, e *Estate) {
			e.Licences = append(e.Licences, Licence{ARN: "more", SKU: "sku", Status: "AVAILABLE", Operations: []string{"CreateGrant"}})
		})}, Ask{}, "", "", "second"},
		"it was renewed": {[]change{all, settings(func(_ *Licences, e *Estate) {
			e.Licences[0].Status = "EXPIRED"
			e.Licences = append(e.Licences, Licence{ARN: "new", SKU: "sku", Status: "AVAILABLE", Operations: []string{"CreateGrant", "CheckoutLicense"}})
		})}, Ask{}, "revoke 1, revoke 2, revoke 3, create 1, create 2, create 3", "", ""},
		"by a grant to the unit":    {[]change{with(wide, sub(one, "ACTIVE"), sub(two, "ACTIVE"), sub(three, "ACTIVE"))}, Ask{}, "", "", ""},
		"idle below the unit":       {[]change{with(wide, sub(one, "DISABLED"), sub(two, "DISABLED"), sub(three, "DISABLED"))}, Ask{}, "activate a", "", ""},
		"not entitled below a unit": {[]change{with(wide, sub(one, "ACTIVE"), sub(two, "ACTIVE"), sub(three, "ACTIVE")), untag}, Ask{}, "", "", "wide 1"},
		"other operations":          {[]change{all, settings(func(_ *Licences, e *Estate) { e.Grants[0].Operations = []string{"CheckoutLicense"} })}, Ask{}, "change 1", "", ""},
		"no licence at all":         {[]change{settings(func(_ *Licences, e *Estate) { e.Licences = nil })}, Ask{}, "", "", "none"},
		"none that it may be granted": {[]change{settings(func(_ *Licences, e *Estate) { e.Licences[0].Operations = []string{"CreateGrant"} })}, Ask{},
			"", "", "operations 1, operations 2, operations 3"},
	} {
		t.Run(name, func(t *testing.T) {
			l, e, marks := sharedBy(c.given...)
			p := l.Plan(e, marks, c.ask, noon)
			if got := [3]string{steps(p.Pairs), steps(p.Later), kinds(p.Notices)}; got != [3]string{c.now, c.later, c.notice} {
				t.Errorf("got  %q\nwant %q", got, [3]string{c.now, c.later, c.notice})
			}
		})
	}
}

func own(_ *Licences, e *Estate) {
	e.Owned = []Owned{{Licence: "theirs", SKU: "sku", Account: one, Status: "AVAILABLE", Ends: "2027-06-01T00:00:00Z"}}
}

// X14: the plan of an estate is the same, whatever the order in which AWS lists things.
func TestPlanIsOrdered(t *testing.T) {
	l, e, marks := sharedBy(with(granted(one, "DISABLED"), granted(two, "FAILED_WORKFLOW")))
	want := l.Plan(e, marks, Ask{}, noon)
	for range 20 {
		rand.Shuffle(len(e.Members), reflect.Swapper(e.Members))
		rand.Shuffle(len(e.Grants), reflect.Swapper(e.Grants))
		if got := l.Plan(e, marks, Ask{}, noon); !reflect.DeepEqual(got, want) || got.Digest() != want.Digest() {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
}

// LIC-6: one grant is proposed where it would do for all; two thousand grants are the most.
func TestOneGrantInsteadOfMany(t *testing.T) {
	l, e, marks := sharedBy()
	if p := l.Plan(e, marks, Ask{}, noon); len(p.OneGrants) != 1 || p.OneGrants[0].To != "r-1" || p.OneGrants[0].Grants != 3 {
		t.Errorf("all are entitled: %+v", p.OneGrants)
	}
	e.Members = append(e.Members, Member{Account: "444444444444", State: "ACTIVE", Units: []string{"r-1", "ou-2"}})
	if p := l.Plan(e, marks, Ask{}, noon); len(p.OneGrants) != 1 || p.OneGrants[0].To != "ou-1" {
		t.Errorf("one of another unit is not: %+v", p.OneGrants)
	}
	for i := range MostGrants {
		e.Members = append(e.Members, Member{Account: fmt.Sprintf("%012d", i), State: "ACTIVE", Tags: map[string]string{"marketplace-licence": "all"}})
	}
	if err := l.Guard.Permit(l.Plan(e, marks, Ask{}, noon), Accepted{Revokes: -1}); document.CodeOf(err) != CodeGrants {
		t.Errorf("2003 grants: %v", err)
	}
}

// LIC-7, LIC-9, L21: more is taken, or replaced, only where somebody agrees to exactly that; an
// approved plan may have gone on, and have nothing new in it.
func TestRevokeGuard(t *testing.T) {
	revoking := func(n, have int) LicencePlan {
		p := LicencePlan{Have: have}
		for i := range n {
			p.Pairs = append(p.Pairs, Pair{Licence: "lic", Principal: Root(fmt.Sprintf("%012d", i)), Step: Revoke})
		}
		return p
	}
	over := revoking(20, 20)
	for i := range over.Pairs {
		over.Pairs[i].Over = true
	}
	ending := revoking(20, 20) // AWS is at work on them, and then they are taken
	for i := range ending.Pairs {
		ending.Pairs[i].Step, ending.Pairs[i].Word, ending.Pairs[i].Grant = Poll, No, &Grant{Status: "PENDING_WORKFLOW"}
	}
	replace := LicencePlan{Pairs: []Pair{{Step: Make, Replace: true}}}
	activate := LicencePlan{Pairs: []Pair{{Licence: "lic", Principal: Root(one), Step: Activate}}}
	create := LicencePlan{Pairs: []Pair{{Licence: "lic", Principal: Root(one), Step: Make}}}
	five, ten := 5, 10
	g := RevokeGuard{&five, &ten}
	for name, c := range map[string]struct {
		plan LicencePlan
		with Accepted
		want string
	}{
		"few":                        {revoking(5, 10), Accepted{Revokes: -1}, ""},
		"many":                       {revoking(6, 10), Accepted{Revokes: -1}, CodeRevokes},
		"many of very many":          {revoking(20, 200), Accepted{Revokes: -1}, ""},
		"agreed to":                  {revoking(6, 10), Accepted{Revokes: 6}, ""},
		"agreed to another number":   {revoking(6, 10), Accepted{Revokes: 7}, CodeRevokes},
		"as soon as they are made":   {ending, Accepted{Revokes: -1}, CodeRevokes},
		"that, and not approved":     {ending, Accepted{Plan: &LicencePlan{}}, CodeMoved},
		"of a licence that ended":    {over, Accepted{Revokes: -1}, ""},
		"replaced unasked":           {replace, Accepted{Revokes: -1, Replaces: -1}, CodeReplace},
		"replaced as agreed":         {replace, Accepted{Revokes: -1, Replaces: 1}, ""},
		"further than when approved": {activate, Accepted{Plan: &create}, ""},
		"not in what was approved":   {revoking(1, 1), Accepted{Plan: &create}, CodeMoved},
		"approved, and many":         {revoking(6, 10), Accepted{Plan: new(revoking(6, 10))}, ""},
	} {
		if got := document.CodeOf(g.Permit(c.plan, c.with)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// L7: a unit is no account.
func TestAccountOf(t *testing.T) {
	for arn, want := range map[string]string{Root(one): one, "arn:aws:organizations::888888888888:ou/o-1/ou-1": "", "": "", "arn:aws:iam::" + one: "", one: ""} {
		if got := AccountOf(arn); got != want {
			t.Errorf("%q is %q", arn, got)
		}
	}
}

// LIC-11: the policy is for one exact role, and says its own length.
func TestPurchaseControlRefuses(t *testing.T) {
	text, err := PurchaseControl("arn:aws:iam::" + one + ":role/buyers/procurement")
	if err != nil || len(text) > MostControl || !strings.Contains(text, `"aws:PrincipalAccount": "`+one+`"`) {
		t.Fatal(len(text), text, err)
	}
	for _, action := range strings.Fields(`Subscribe Unsubscribe AcceptAgreementApprovalRequest RejectAgreementApprovalRequest CreateAgreementRequest AcceptAgreementRequest
		CancelAgreement CancelAgreementRequest UpdatePurchaseOrders AcceptAgreementPaymentRequest RejectAgreementPaymentRequest AcceptAgreementCancellationRequest
		RejectAgreementCancellationRequest`) {
		if !strings.Contains(text, `"aws-marketplace:`+action+`"`) {
			t.Errorf("%s stays open to everybody", action)
		}
	}
	for role, code := range map[string]string{
		"": "AXLE1199", "procurement": "AXLE1199", "arn:aws:iam::*:role/procurement": "AXLE1199", "arn:aws:iam::" + one + ":role/proc*": "AXLE1199",
		"arn:aws:iam::" + one + ":user/x": "AXLE1199", "arn:aws:iam::" + one + ":role/" + strings.Repeat("long/", 1000) + "x": "AXLE2807",
	} {
		if _, err := PurchaseControl(role); document.CodeOf(err) != code {
			t.Errorf("%.60q: %v", role, err)
		}
	}
}

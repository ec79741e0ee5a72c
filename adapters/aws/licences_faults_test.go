package aws_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
)

// L15, L20, I3: throttled, failed and lost answers make no second grant.
func TestLicencesThroughFaults(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	for _, account := range []string{first, second, canary} {
		s.tag(account, tagOf, "true")
	}
	s.wire.set(func(op string, nth int) fault {
		switch {
		case nth <= 20 && strings.HasPrefix(op, "ListDistributed"):
			return fault{status: 400, code: "RateLimitExceededException"}
		case strings.Contains(op, "Grant") && nth%2 == 1:
			return fault{lost: true}
		case strings.Contains(op, "Grant") && nth%5 == 0:
			return fault{status: 500, code: "ServerInternalException"}
		}
		return fault{}
	})
	if _, got := s.pass(); got.Outcome != market.Applied || len(got.Failed) != 0 {
		t.Errorf("%+v", got)
	}
	s.have(map[string]string{first: "ACTIVE", second: "ACTIVE", canary: "ACTIVE"})
	s.licences.RevokeAfter = 0
	s.untag(first, tagOf)
	if _, got := s.pass(); got.Outcome != market.Applied {
		t.Errorf("%+v", got)
	}
	s.have(map[string]string{first: "DELETED", second: "ACTIVE", canary: "ACTIVE"})
}

// X2: what axle may not do it asks for once.
func TestLicencesDenied(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	for _, account := range []string{first, second, canary} {
		s.tag(account, tagOf, "true")
	}
	s.wire.set(func(op string, _ int) fault {
		if op == "CreateGrant" {
			return fault{status: 400, code: "AccessDeniedException"}
		}
		return fault{}
	})
	_, got := s.pass()
	if got.Outcome != market.Denied || document.CodeOf(got.Err) != "AXLE4200" || s.wire.count("CreateGrant") != 1 || got.Left != 3 {
		t.Errorf("%+v, %d calls", got, s.wire.count("CreateGrant"))
	}
}

// L9: a pair whose call AWS refuses is told, and the next pair goes on.
func TestOneRefusedPair(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	for _, account := range []string{first, second} {
		s.tag(account, tagOf, "true")
	}
	s.wire.set(func(op string, nth int) fault {
		if op == "CreateGrant" && nth == 1 {
			return fault{status: 400, code: "InvalidParameterValueException"}
		}
		return fault{}
	})
	if _, got := s.pass(); len(got.Failed) != 1 || got.Failed[0].Account != first || got.Outcome != market.Conflict {
		t.Errorf("%+v", got)
	}
	s.have(map[string]string{second: "ACTIVE"})
	s.wire.set(nil)
	s.pass()
	s.have(map[string]string{first: "ACTIVE", second: "ACTIVE"})
}

// LIC-5, L13: forty grants of three minutes, by processes that end every twenty minutes: each
// call is made once.
func TestLicencesOverProcesses(t *testing.T) {
	s := newShop(t, sandbox.Options{Start: "fleet 40x1"})
	if err := s.sandbox.Set(t.Context(), map[string]string{"license-manager:grant": "3m"}); err != nil {
		t.Fatal(err)
	}
	yes := true
	s.licences.Rules = []market.Rule{{SKU: "*", Allow: &yes, To: market.To{OU: "ou-ab12-11111111"}}}
	mark, processes := s.mark(), 0
	for done := false; !done; processes++ {
		_, got := s.pass(func(w *market.Sharing) { w.Budget = 20 * time.Minute })
		if done = got.Left == 0; !done && got.Outcome != market.Incomplete || processes > 40 {
			t.Fatalf("process %d: %+v", processes, got)
		}
	}
	if processes < 3 {
		t.Errorf("it took %d processes", processes)
	}
	made := map[string]int{}
	for _, c := range s.since(mark) {
		if c.Mutating && c.Operation != "AssumeRole" {
			made[c.Operation]++
		}
	}
	if made["CreateGrant"] != 40 || made["CreateGrantVersion"] != 40 || len(made) != 2 {
		t.Errorf("calls %v", made)
	}
	for account, status := range s.grants() {
		if status != "ACTIVE" {
			t.Errorf("%s is %s", account, status)
		}
	}
}

// L10, L18: five hundred grants of a licence are five pages, and no grant of axle's is asked for its tags;
// lists of more than a page are read to their end.
func TestLicencePages(t *testing.T) {
	s := newShop(t, sandbox.Options{Start: "fleet 30x1"})
	c := licensemanager.NewFromConfig(s.management())
	known := map[string]bool{}
	for i := range 500 {
		made, err := c.CreateGrant(t.Context(), &licensemanager.CreateGrantInput{ClientToken: sdk.String(fmt.Sprint("t", i)), GrantName: sdk.String("g"), HomeRegion: sdk.String("us-east-1"),
			LicenseArn: &s.licence.ARN, Principals: []string{market.Root(fmt.Sprintf("%012d", i+1))}, AllowedOperations: []types.AllowedOperation{"CheckoutLicense"}})
		if err != nil {
			t.Fatal(err)
		}
		known[*made.GrantArn] = true
	}
	for range 249 {
		s.buy(lm.Licence{SKU: sku}) // of one product: one question for all of them
	}
	s.wire.set(nil)
	e, err := aws.NewLicences(s.session, s.org, s.licences).Observe(t.Context(), known)
	if err != nil || len(e.Grants) != 500 || len(e.Licences) != 250 || len(e.Members) != 34 {
		t.Fatalf("%d grants of %d licences, %d members, %v", len(e.Grants), len(e.Licences), len(e.Members), err)
	}
	if n := s.wire.count("ListDistributedGrants"); n != 249+5 {
		t.Errorf("%d pages of grants", n)
	}
	if n := s.wire.count("ListReceivedLicenses"); n != 3 {
		t.Errorf("%d pages of licences", n)
	}
	if n := s.wire.count("ListTagsForResource"); n != 34 {
		t.Errorf("%d times tags", n)
	}
}

// L14, LIC-7, MKA-22: who bought the product keeps what was bought, unless it is to be replaced
// and somebody agreed to that.
func TestWhoBoughtItself(t *testing.T) {
	for _, on := range []string{"skip", "report", "replace"} {
		t.Run(on, func(t *testing.T) {
			s := newShop(t, sandbox.Options{})
			s.licences.OnConflict = on
			s.buy(lm.Licence{Holder: first, Ends: time.Now().AddDate(1, 0, 0)})
			s.tag(first, tagOf, "true")
			plan, got := s.pass()
			denied := s.licences.Guard.Permit(plan, market.Accepted{Revokes: -1, Replaces: -1})
			switch on {
			case "replace":
				if document.CodeOf(denied) != market.CodeReplace || got.Calls != 2 {
					t.Errorf("%v, %+v", denied, got)
				}
				s.have(map[string]string{first: "ACTIVE"})
			default:
				if denied != nil || got.Calls != 0 || len(plan.Notices) != 1 || plan.Notices[0].Warning != (on == "skip") {
					t.Errorf("%v, %+v, %+v", denied, plan.Notices, got)
				}
				s.have(map[string]string{})
			}
		})
	}
}

// LIC-4: a grant whose workflow fails is made three times more, ever later, and then told; each
// failed one is gone.
func TestWorkflowsFail(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	if err := s.sandbox.Set(t.Context(), map[string]string{"license-manager:grants-fail": "on"}); err != nil {
		t.Fatal(err)
	}
	s.tag(first, tagOf, "true")
	var begun []time.Time // what makes it again
	for range 60 {        // a pass after the other
		s.pass()
		s.later(time.Minute)
		begun = nil
		for _, a := range s.books.audit {
			if a.Effect == string(market.Make) && a.Status == "sent" {
				begun = append(begun, a.Start)
			}
		}
	}
	if len(begun) != 4 {
		t.Fatalf("it was made %d times: %v", len(begun), begun)
	}
	for n := range 3 { // the workflow itself takes less than two minutes of this
		if pause := begun[n+1].Sub(begun[n]); pause < 2*time.Minute<<n {
			t.Errorf("after failure %d it is made again after %s", n+1, pause)
		}
	}
	plan, _ := s.pass()
	if len(plan.Pairs) != 0 || len(plan.Notices) != 1 || plan.Notices[0].Kind != "failed" {
		t.Errorf("%+v", plan)
	}
	s.have(map[string]string{first: "DELETED DELETED DELETED FAILED_WORKFLOW"})
}

// LIC-9: somebody's grant is not touched; adopted, it is axle's, and stays so.
func TestAdopt(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	_, err := licensemanager.NewFromConfig(s.management()).CreateGrant(t.Context(), &licensemanager.CreateGrantInput{ClientToken: sdk.String("by-hand"), GrantName: sdk.String("by hand"),
		HomeRegion: sdk.String("us-east-1"), LicenseArn: &s.licence.ARN, Principals: []string{market.Root(first)}, AllowedOperations: []types.AllowedOperation{"CheckoutLicense"}})
	if err != nil {
		t.Fatal(err)
	}
	s.later(10 * time.Minute)
	s.licences.RevokeAfter = 0
	if plan, got := s.pass(); len(plan.Pairs) != 0 || got.Calls != 0 || plan.Notices[0].Kind != "foreign" {
		t.Errorf("%+v %+v", plan, got)
	}
	s.tag(first, tagOf, "true")
	if _, got := s.pass(func(w *market.Sharing) { w.Ask.Adopt = true }); got.Outcome != market.Applied {
		t.Errorf("%+v", got)
	}
	s.books.marks = map[string]market.Mark{} // the tag says it, whatever is written down
	s.untag(first, tagOf)
	if _, got := s.pass(); got.Outcome != market.Applied {
		t.Errorf("%+v", got)
	}
	s.have(map[string]string{first: "DELETED"})
}

// LIC-12: what a licence's end leaves behind is taken at once, and is no revocation.
func TestLicenceEnds(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.tag(first, tagOf, "true")
	s.pass()
	s.licence.Status = "DEACTIVATED"
	s.buy(s.licence)
	if plan, got := s.pass(); plan.Revokes() != 0 || got.Calls != 1 {
		t.Errorf("%+v %+v", plan, got)
	}
	s.have(map[string]string{first: "DELETED"})
}

// L2, L6, L7, LIC-6, MKA-20: a grant to a unit is looked at below it, made active once, and its
// accounts get none of their own; nothing ever goes to a unit as if it were an account.
func TestGrantToAUnit(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	const unit = "arn:aws:organizations::" + granter + ":ou/o-exampleorg1/ou-ab12-11111111"
	_, err := licensemanager.NewFromConfig(s.management()).CreateGrant(t.Context(), &licensemanager.CreateGrantInput{ClientToken: sdk.String("by-hand"), GrantName: sdk.String("unit"),
		HomeRegion: sdk.String("us-east-1"), LicenseArn: &s.licence.ARN, Principals: []string{unit}, AllowedOperations: []types.AllowedOperation{"CheckoutLicense"},
		Tags: []types.Tag{{Key: sdk.String("managed-by"), Value: sdk.String("axle")}}})
	if err != nil {
		t.Fatal(err)
	}
	s.later(10 * time.Minute)
	s.tag(first, tagOf, "true")
	s.tag(second, "other", tagOf)
	if _, got := s.pass(); got.Calls != 1 {
		t.Errorf("%+v", got)
	}
	plan, got := s.pass()
	if got.Calls != 0 || len(plan.Notices) != 2 || plan.Notices[0].Kind != "wide" {
		t.Errorf("%+v %+v", plan.Notices, got)
	}
	s.have(map[string]string{unit: "WORKFLOW_COMPLETED"})
}

// I3, LIC-5: ended before, during and after any call, the next process goes on, and no call has
// its effect twice.
func TestLicencesKilled(t *testing.T) {
	for _, at := range []point{beforeSend, afterSend, afterEffect, afterAnswer} {
		for nth := 1; nth <= 4; nth++ {
			s := newShop(t, sandbox.Options{})
			s.tag(first, tagOf, "true")
			s.tag(second, tagOf, "true")
			s.killed(nth, at)
			if _, got := s.pass(); len(got.Failed) != 0 || got.Err != nil {
				t.Errorf("%s, call %d: %+v", at, nth, got)
			}
			s.have(map[string]string{first: "ACTIVE", second: "ACTIVE"})
		}
	}
}

// L17, LIC-11: the policy binds a role of the same name in another account, as AWS evaluates it.
func TestPurchaseControl(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	const buyer = "arn:aws:iam::" + first + ":role/procurement"
	text, err := market.PurchaseControl(buyer)
	if err != nil {
		t.Fatal(err)
	}
	c := organizations.NewFromConfig(s.management())
	made, err := c.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{Name: sdk.String("purchase"), Description: sdk.String("by one role"), Content: &text, Type: orgtypes.PolicyTypeServiceControlPolicy})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: made.Policy.PolicySummary.Id, TargetId: sdk.String("r-ab12")}); err != nil {
		t.Fatal(err)
	}
	for account, allowed := range map[string]bool{first: true, second: false} {
		client := iam.NewFromConfig(s.assumed("management", account, "OrganizationAccountAccessRole"))
		_, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: sdk.String("procurement"), AssumeRolePolicyDocument: sdk.String(`{"Version":"2012-10-17","Statement":[]}`)})
		if refused := err != nil && strings.Contains(err.Error(), "AccessDenied"); refused == allowed {
			t.Errorf("a role of that name in %s: %v", account, err)
		}
	}
}

// LIC-10: what a whole life of a grant calls is what the doctor says that the role needs, and no more.
func TestLicencePolicy(t *testing.T) {
	s := newShop(t, sandbox.Options{})
	s.tag(first, tagOf, "true")
	mark := s.mark()
	s.pass()
	s.untag(first, tagOf)
	s.licences.RevokeAfter = 0
	s.pass()
	if _, err := aws.NewLicences(s.session, s.org, s.licences).Setup(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	needs := market.LicencePolicy(nil)
	for _, c := range s.since(mark) {
		if c.Account == granter && c.Service != "sts" && c.Operation != "UntagResource" && !strings.Contains(needs, `"`+c.Service+":"+c.Operation+`"`) {
			t.Errorf("%s:%s is called and not in what is printed", c.Service, c.Operation)
		}
	}
}

// RT19, SBX-40: in a storm of faults, with AWS's limits on, everybody has one grant in the end.
func TestLicencesInAStorm(t *testing.T) {
	s := newShop(t, sandbox.Options{Start: "fleet 20x1"})
	if err := s.sandbox.Set(t.Context(), map[string]string{"preset": "storm"}); err != nil {
		t.Fatal(err)
	}
	yes := true
	s.licences.Rules = []market.Rule{{SKU: "*", Allow: &yes, To: market.To{OU: "ou-ab12-11111111"}}}
	for n := range 10 {
		w := s.sharing()
		plan, _, err := w.Propose(t.Context())
		if err == nil {
			if got := w.Apply(t.Context(), plan); got.Outcome == market.Clean {
				break
			}
		}
		if n == 9 {
			t.Error("it is not done after ten passes", err)
		}
	}
	if err := s.sandbox.Set(t.Context(), map[string]string{"preset": "calm"}); err != nil {
		t.Fatal(err)
	}
	all := s.grants()
	for account, status := range all {
		if status != "ACTIVE" {
			t.Errorf("%s: %s", account, status)
		}
	}
	if len(all) != 20 {
		t.Errorf("%d accounts have it", len(all))
	}
}

package sandbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/document"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/sandbox"
	mp "github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// market is a sandbox seen by the management account of its organization.
type market struct {
	t *testing.T
	s *sandbox.Sandbox
	c *marketplacecatalog.Client
}

func newMarket(t *testing.T) market {
	t.Helper()
	s := newSandbox(t, sandbox.Options{Seed: []byte("market")})
	return market{t, s, marketAs(config(t, s, "management"))}
}

func marketAs(c aws.Config) *marketplacecatalog.Client {
	c.Region, c.RetryMaxAttempts = "us-east-1", 1
	return marketplacecatalog.NewFromConfig(c)
}

var awsCatalog = aws.String("AWSMarketplace")

type object = map[string]any

// change is one of a set's, on an experience; "" is a new one.
func change(typ, id string, details object) types.Change {
	c := types.Change{ChangeType: &typ, Entity: &types.Entity{Type: aws.String("Experience@1.0")}, DetailsDocument: document.NewLazyDocument(details)}
	if id != "" {
		c.Entity.Identifier = &id
	}
	return c
}

func called(c types.Change, name string) types.Change {
	c.ChangeName = &name
	return c
}

// procure is the details of an allow or a deny.
func procure(ids ...string) object { return object{"Products": []any{object{"Ids": ids}}} }

func (m market) start(changes ...types.Change) (string, error) {
	out, err := m.c.StartChangeSet(m.t.Context(), &marketplacecatalog.StartChangeSetInput{Catalog: awsCatalog, ChangeSet: changes})
	if err != nil {
		return "", err
	}
	return *out.ChangeSetId, nil
}

// put is an experience with what it allows.
func (m market) put(seed mp.Seed) string {
	m.t.Helper()
	if seed.Account == "" {
		seed.Account = manager
	}
	id, err := m.s.PutExperience(m.t.Context(), seed)
	if err != nil {
		m.t.Fatal(err)
	}
	return id
}

func (m market) later(d time.Duration) {
	m.t.Helper()
	if err := m.s.Advance(m.t.Context(), d); err != nil {
		m.t.Fatal(err)
	}
}

func (m market) set(id string) *marketplacecatalog.DescribeChangeSetOutput {
	m.t.Helper()
	out, err := m.c.DescribeChangeSet(m.t.Context(), &marketplacecatalog.DescribeChangeSetInput{Catalog: awsCatalog, ChangeSetId: &id})
	if err != nil {
		m.t.Fatal(err)
	}
	return out
}

// run starts changes, waits, and gives the set as it ended and the codes of its errors.
func (m market) run(changes ...types.Change) (*marketplacecatalog.DescribeChangeSetOutput, string) {
	m.t.Helper()
	id, err := m.start(changes...)
	if err != nil {
		m.t.Fatal(err)
	}
	m.later(time.Minute)
	out := m.set(id)
	var codes []string
	for _, c := range out.ChangeSet {
		for _, e := range c.ErrorDetailList {
			codes = append(codes, *e.ErrorCode)
		}
	}
	return out, strings.Join(append([]string{string(out.Status)}, codes...), " ")
}

// entity describes one, and gives its details and its identifier with the revision.
func (m market) entity(id string) (details object, identifier string) {
	m.t.Helper()
	out, err := m.c.DescribeEntity(m.t.Context(), &marketplacecatalog.DescribeEntityInput{Catalog: awsCatalog, EntityId: &id})
	if err != nil {
		m.t.Fatal(err)
	}
	if err := out.DetailsDocument.UnmarshalSmithyDocument(&details); err != nil {
		m.t.Fatal(err)
	}
	return details, *out.EntityIdentifier
}

// products are what the policy of an experience allows, and what it denies.
func (m market) products(id string) (allowed, denied []string) {
	m.t.Helper()
	e, _ := m.entity(id)
	p, _ := m.entity(e["ProcurementPolicies"].([]any)[0].(string))
	for _, s := range p["Statements"].([]any) {
		for _, r := range s.(object)["Resources"].([]any) {
			for _, id := range r.(object)["Ids"].([]any) {
				if s.(object)["Effect"] == "Allow" {
					allowed = append(allowed, id.(string))
				} else {
					denied = append(denied, id.(string))
				}
			}
		}
	}
	slices.Sort(allowed)
	slices.Sort(denied)
	return allowed, denied
}

func (m market) same(id string, allowed, denied []string) {
	m.t.Helper()
	if a, d := m.products(id); !slices.Equal(a, allowed) || !slices.Equal(d, denied) {
		m.t.Errorf("allowed %v, denied %v; want %v, %v", a, d, allowed, denied)
	}
}

// SBX-71, MKA-8, MKA-10: one chained set makes a whole experience, in a minute; its states are told
// as they come, and nothing of it is there before.
func TestWholeExperience(t *testing.T) {
	m := newMarket(t)
	if _, err := m.c.ListEntities(t.Context(), &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("Experience")}); err != nil {
		t.Fatal(err)
	}
	at := "$New.Entity.Identifier"
	id, err := m.start(
		change("AllowProductProcurement", at, procure("p-1", "p-2")), change("DenyProductProcurement", at, procure("p-3")),
		change("CreateProcurementPolicy", at, object{"Name": "policy"}),
		change("CreateBrandingSettings", at, object{"Name": "look", "Configuration": object{"Title": "Example", "ThemeColor": "#0e7f74", "LogoUrl": "https://example.com/logo.png?a=b"}}),
		called(change("CreateExperience", "", object{"Name": "approved"}), "New"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []types.ChangeStatus{types.ChangeStatusPreparing, types.ChangeStatusApplying, types.ChangeStatusApplying, types.ChangeStatusApplying, types.ChangeStatusSucceeded} {
		if got := m.set(id); got.Status != want || (got.EndTime != nil) != (want == types.ChangeStatusSucceeded) {
			t.Errorf("it is %s, ended %v, want %s", got.Status, got.EndTime, want)
		}
		m.later(15 * time.Second)
	}
	made := *m.set(id).ChangeSet[4].Entity.Identifier
	exp, revision, _ := strings.Cut(made, "@")
	if *m.set(id).ChangeSet[0].Entity.Identifier != made || revision != "1" {
		t.Errorf("it made %s", made)
	}
	e, _ := m.entity(exp)
	if e["Status"] != "Disabled" || e["Name"] != "approved" {
		t.Errorf("it is %v", e)
	}
	m.same(exp, []string{"p-1", "p-2"}, []string{"p-3"})
	look, _ := m.entity(e["BrandingSettings"].([]any)[0].(string))
	if c := look["Configuration"].(object); c["Title"] != "Example" || c["ThemeColor"] != "#0e7f74" {
		t.Errorf("its look is %v", look)
	}
	if _, got := m.run(change("AssociateAudience", exp, object{"Principals": []string{"o-exampleorg1"}, "Name": "all"}), change("UpdateExperience", made, object{"Status": "Enabled"})); got != "CALLER_NOT_AUTHORIZED" && got != "FAILED CALLER_NOT_AUTHORIZED" {
		t.Errorf("the organization, which is not trusted with it, was associated: %s", got)
	}
}

// SBX-70, MKA-7: a revision that is not the latest is refused with the latest; without one the last writer wins.
func TestRevisions(t *testing.T) {
	m := newMarket(t)
	id := m.put(mp.Seed{Name: "approved", Allow: []string{"p-1"}})
	if _, identifier := m.entity(id); identifier != id+"@1" {
		t.Fatal(identifier)
	}
	if _, got := m.run(change("AllowProductProcurement", id+"@1", procure("p-2"))); got != "SUCCEEDED" {
		t.Fatal(got)
	}
	_, err := m.start(change("AllowProductProcurement", id+"@1", procure("p-3")))
	if codeOf(err) != "ValidationException" || !strings.Contains(err.Error(), id+"@2") || !strings.Contains(err.Error(), "StatusCode: 422") {
		t.Errorf("a stale revision: %v", err)
	}
	if _, got := m.run(change("DenyProductProcurement", id, procure("p-1"))); got != "SUCCEEDED" {
		t.Errorf("without a revision: %s", got)
	}
	m.same(id, []string{"p-2"}, []string{"p-1"})
	if _, identifier := m.entity(id); identifier != id+"@3" {
		t.Error(identifier)
	}
}

// SBX-70, MKA-4: no policy, an empty one, a full one, nothing live.
func TestWhatMayBeProcured(t *testing.T) {
	for _, c := range []struct {
		name string
		seed mp.Seed
		may  bool
	}{
		{"no policy", mp.Seed{NoPolicy: true}, true},
		{"an empty one", mp.Seed{}, false},
		{"one that allows it", mp.Seed{Allow: []string{"p-1"}}, true},
		{"one that allows another", mp.Seed{Allow: []string{"p-2"}}, false},
		{"one that denies it", mp.Seed{Deny: []string{"p-1"}}, false},
		{"disabled", mp.Seed{Status: "Disabled"}, true},
		{"archived", mp.Seed{Archived: true}, true},
	} {
		m := newMarket(t)
		c.seed.Audience = []string{"o-exampleorg1"}
		m.put(c.seed)
		_, err := m.s.Purchase(t.Context(), purchaseOf(spokeOne, "p-1"))
		if (err == nil) != c.may {
			t.Errorf("%s: %v, want it to be possible: %v", c.name, err, c.may)
		}
	}
	m := newMarket(t)
	m.put(mp.Seed{Audience: []string{"o-exampleorg1"}, Allow: []string{"p-1"}})
	m.put(mp.Seed{Audience: []string{"ou-ab12-11111111"}, Allow: []string{"p-2"}})
	m.put(mp.Seed{Audience: []string{spokeTwo}, Allow: []string{"p-3"}})
	for account, product := range map[string]string{manager: "p-1", spokeOne: "p-2", spokeTwo: "p-3"} {
		for _, p := range []string{"p-1", "p-2", "p-3"} {
			if _, err := m.s.Purchase(t.Context(), purchaseOf(account, p)); (err == nil) != (p == product) {
				t.Errorf("%s buys %s: %v", account, p, err)
			}
		}
	}
}

// SBX-71, MKA-6: an experience is held to the end of its set, whose name ListChangeSets tells; another is free.
func TestLocks(t *testing.T) {
	m := newMarket(t)
	one, two := m.put(mp.Seed{}), m.put(mp.Seed{})
	out, err := m.c.StartChangeSet(t.Context(), &marketplacecatalog.StartChangeSetInput{Catalog: awsCatalog, ChangeSetName: aws.String("axle:run-1:approved:1"),
		ChangeSet: []types.Change{change("AllowProductProcurement", one, procure("p-1"))}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.start(change("DenyProductProcurement", one, procure("p-2")))
	if codeOf(err) != "ResourceInUseException" || !strings.Contains(err.Error(), "StatusCode: 423") {
		t.Errorf("a second set on it: %v", err)
	}
	if _, err := m.start(change("DenyProductProcurement", two, procure("p-2"))); err != nil {
		t.Errorf("a set on another: %v", err)
	}
	holders, err := m.c.ListChangeSets(t.Context(), &marketplacecatalog.ListChangeSetsInput{Catalog: awsCatalog, FilterList: []types.Filter{
		{Name: aws.String("EntityId"), ValueList: []string{one}}, {Name: aws.String("Status"), ValueList: []string{"PREPARING", "APPLYING"}}}})
	if err != nil || len(holders.ChangeSetSummaryList) != 1 || *holders.ChangeSetSummaryList[0].ChangeSetName != "axle:run-1:approved:1" {
		t.Errorf("its holder is %+v, %v", holders, err)
	}
	m.later(20 * time.Second)
	if _, err := m.c.CancelChangeSet(t.Context(), &marketplacecatalog.CancelChangeSetInput{Catalog: awsCatalog, ChangeSetId: out.ChangeSetId}); codeOf(err) != "ResourceInUseException" {
		t.Errorf("cancelled while it is applied: %v", err)
	}
	m.later(time.Minute)
	again, err := m.start(change("DenyProductProcurement", one, procure("p-2")))
	if err != nil {
		t.Fatalf("after its end: %v", err)
	}
	if _, err := m.c.CancelChangeSet(t.Context(), &marketplacecatalog.CancelChangeSetInput{Catalog: awsCatalog, ChangeSetId: &again}); err != nil {
		t.Errorf("cancelled while it is prepared: %v", err)
	}
	m.later(time.Minute)
	if got := m.set(again); got.Status != types.ChangeStatusCancelled {
		t.Errorf("it is %s", got.Status)
	}
	m.same(one, []string{"p-1"}, nil)
}

// SBX-71, PMP-5: an id that cannot be procured fails its set, and nothing of it is applied.
func TestPoison(t *testing.T) {
	m := newMarket(t)
	id := m.put(mp.Seed{Allow: []string{"p-0"}})
	if err := m.s.PutProduct(t.Context(), mp.Product{ID: "bad"}, false); err != nil {
		t.Fatal(err)
	}
	out, got := m.run(change("AllowProductProcurement", id, procure("p-1", "bad")), change("DenyProductProcurement", id, procure("p-0")))
	if got != "FAILED INVALID_INPUT" || out.FailureCode != types.FailureCodeClientError || !strings.Contains(*out.ChangeSet[0].ErrorDetailList[0].ErrorMessage, "bad") {
		t.Errorf("%s %+v", got, out)
	}
	m.same(id, []string{"p-0"}, nil)
	if _, identifier := m.entity(id); identifier != id+"@1" {
		t.Errorf("a set that failed raised the revision: %s", identifier)
	}
	if _, got := m.run(change("DenyProductProcurement", id, procure("bad"))); got != "SUCCEEDED" {
		t.Errorf("it cannot be denied: %s", got)
	}
	if err := m.s.PutProduct(t.Context(), mp.Product{ID: "bad"}, true); err != nil {
		t.Fatal(err)
	}
	if _, got := m.run(change("AllowProductProcurement", id, procure("bad"))); got != "SUCCEEDED" {
		t.Errorf("procurable again: %s", got)
	}
	m.same(id, []string{"bad", "p-0"}, nil)
}

// MKA-8: a fault of the service's own, and one that takes 400 s.
func TestServerFault(t *testing.T) {
	m := newMarket(t)
	id := m.put(mp.Seed{})
	rule := world.Fault{Service: "marketplace-catalog", Operation: "StartChangeSet", Kind: world.KindResourceFail, Resource: "SERVER_FAULT", Times: 1}
	if err := m.s.SetRules(t.Context(), sandbox.Rules{Faults: []world.Fault{rule}}); err != nil {
		t.Fatal(err)
	}
	if out, got := m.run(change("AllowProductProcurement", id, procure("p-1"))); got != "FAILED" || out.FailureCode != types.FailureCodeServerFault {
		t.Errorf("%s %s", got, out.FailureCode)
	}
	if err := m.s.SetRules(t.Context(), sandbox.Rules{}); err != nil {
		t.Fatal(err)
	}
	if err := m.s.Set(t.Context(), map[string]string{"marketplace-catalog:change-set": "400s"}); err != nil {
		t.Fatal(err)
	}
	if _, got := m.run(change("AllowProductProcurement", id, procure("p-1"))); got != "APPLYING" {
		t.Errorf("after a minute: %s", got)
	}
	m.later(340 * time.Second)
	m.same(id, []string{"p-1"}, nil)
}

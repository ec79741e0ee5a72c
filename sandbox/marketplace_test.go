package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/document"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

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

// MKA-8, §2.1: each change type's own errors, as DescribeChangeSet tells them.
func TestEntityCodes(t *testing.T) {
	m := newMarket(t)
	bare, full, other := m.put(mp.Seed{NoPolicy: true}), m.put(mp.Seed{Title: "x", Audience: []string{spokeOne}}), m.put(mp.Seed{Status: "Disabled", Audience: []string{spokeTwo}})
	archived := m.put(mp.Seed{Archived: true, Status: "Disabled", Audience: []string{"111111111111"}})
	look := func(url string) object { return object{"Configuration": object{"LogoUrl": url}} }
	for _, c := range []struct {
		name, id, typ string
		details       object
		want          string
	}{
		{"no policy to allow in", bare, "AllowProductProcurement", procure("p"), "FAILED ENTITY_NOT_FOUND"},
		{"no policy to deny in", bare, "DenyProductProcurement", procure("p"), "FAILED ENTITY_NOT_FOUND"},
		{"no policy to change", bare, "UpdateProcurementPolicy", object{"Configuration": object{"PolicyResourceRequests": "Deny"}}, "FAILED ENTITY_NOT_FOUND"},
		{"a second policy", full, "CreateProcurementPolicy", object{"Name": "x"}, "FAILED ENTITY_ALREADY_EXISTS"},
		{"no branding to change", bare, "UpdateBrandingSettings", object{"Name": "x"}, "FAILED ENTITY_NOT_FOUND"},
		{"a second branding", full, "CreateBrandingSettings", object{"Name": "x"}, "FAILED ENTITY_ALREADY_EXISTS"},
		{"a logo that is no URL", full, "UpdateBrandingSettings", look("logo.png"), "FAILED INVALID_URL"},
		{"a logo of another type", full, "UpdateBrandingSettings", look("https://example.com/logo.jpg"), "FAILED INVALID_IMAGE"},
		{"a logo", full, "UpdateBrandingSettings", look("https://example.com/logo.SVG"), "SUCCEEDED"},
		{"somebody else's principal", bare, "AssociateAudience", object{"Principals": []string{spokeOne}}, "FAILED ENTITY_ALREADY_EXISTS"},
		{"an archived one's principal", bare, "AssociateAudience", object{"Principals": []string{"111111111111"}}, "SUCCEEDED"},
		{"its own principal again", full, "AssociateAudience", object{"Principals": []string{spokeOne}}, "SUCCEEDED"},
		{"another organization's", bare, "AssociateAudience", object{"Principals": []string{"000000000001"}}, "FAILED CALLER_NOT_AUTHORIZED"},
		{"one that it has not", bare, "DisassociateAudience", object{"Principals": []string{spokeOne}}, "FAILED ENTITY_NOT_FOUND"},
		{"one that it has", full, "DisassociateAudience", object{"Principals": []string{spokeOne}}, "SUCCEEDED"},
		{"archived while enabled", full, "RestrictExperience", object{}, "FAILED OPERATION_NOT_ALLOWED"},
		{"archived", other, "RestrictExperience", object{}, "SUCCEEDED"},
		{"changed while archived", archived, "UpdateExperience", object{"Status": "Enabled"}, "FAILED OPERATION_NOT_ALLOWED"},
		{"revived", archived, "ReviveExperience", object{}, "SUCCEEDED"},
		{"revived while live", full, "ReviveExperience", object{}, "FAILED OPERATION_NOT_ALLOWED"},
		{"requests refused", full, "UpdateProcurementPolicy", object{"Configuration": object{"PolicyResourceRequests": "Deny"}}, "SUCCEEDED"},
	} {
		if _, got := m.run(change(c.typ, c.id, c.details)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if e, _ := m.entity(other); e["AdminStatus"] != "Restricted" {
		t.Errorf("an archived experience is %v", e)
	}
}

// MKA-6: while one set changes a principal's association, another that does fails.
func TestAudienceInUse(t *testing.T) {
	m := newMarket(t)
	one, two := m.put(mp.Seed{}), m.put(mp.Seed{})
	if _, err := m.start(change("AssociateAudience", one, object{"Principals": []string{spokeOne}})); err != nil {
		t.Fatal(err)
	}
	if _, got := m.run(change("AssociateAudience", two, object{"Principals": []string{spokeTwo, spokeOne}})); got != "FAILED ENTITY_IN_USE" {
		t.Error(got)
	}
}

// MKA-1, SBX-71: what no change set may be, told at once, and not one of them is there afterwards.
func TestStartRefuses(t *testing.T) {
	m := newMarket(t)
	id := m.put(mp.Seed{})
	many := make([]string, 51)
	for i := range many {
		many[i] = fmt.Sprint("p-", i)
	}
	typed := func(c types.Change, typ string) types.Change { c.Entity.Type = &typ; return c }
	allow := func() types.Change { return change("AllowProductProcurement", id, procure("p-1")) }
	both := allow()
	both.Details = aws.String(`{"Products":[{"Ids":["p-1"]}]}`)
	long := change("AllowProductProcurement", id, object{"Products": []any{object{"Ids": []string{"p-1"}, "Notes": strings.Repeat("n", 16384)}}})
	for name, c := range map[string]struct {
		want    string
		changes []types.Change
		input   func(*marketplacecatalog.StartChangeSetInput)
	}{
		"nothing":                   {changes: []types.Change{}, want: "1 to 20 changes"},
		"21 changes":                {changes: slices.Repeat([]types.Change{allow()}, 21), want: "1 to 20 changes"},
		"51 ids":                    {changes: []types.Change{change("AllowProductProcurement", id, procure(many...))}, want: "less than or equal to 50"},
		"51 ids in two groups":      {changes: []types.Change{change("DenyProductProcurement", id, object{"Products": []any{object{"Ids": many[:30]}, object{"Ids": many[30:]}}})}, want: "less than or equal to 50"},
		"an id twice":               {changes: []types.Change{change("AllowProductProcurement", id, procure("p-1", "p-1"))}, want: "must be unique"},
		"an id with a blank":        {changes: []types.Change{change("AllowProductProcurement", id, procure("p 1"))}, want: "not the ID of a product"},
		"no ids":                    {changes: []types.Change{change("AllowProductProcurement", id, procure())}, want: "at least one value"},
		"a type twice":              {changes: []types.Change{allow(), change("AllowProductProcurement", id+"@1", procure("p-2"))}, want: "comes twice"},
		"another type of entity":    {changes: []types.Change{typed(allow(), "AmiProduct@1.0")}, want: "Experience@1.0"},
		"a type of change unknown":  {changes: []types.Change{change("DeleteExperience", id, object{})}, want: "not a change type"},
		"details and a document":    {changes: []types.Change{both}, want: "not both"},
		"long details":              {changes: []types.Change{long}, want: "16384 characters"},
		"a member unknown":          {changes: []types.Change{change("RestrictExperience", id, object{"Name": "x"})}, want: "takes no Name"},
		"a member missing":          {changes: []types.Change{change("CreateExperience", "", object{})}, want: "needs Name"},
		"a status unknown":          {changes: []types.Change{change("UpdateExperience", id, object{"Status": "On"})}, want: "Enabled or Disabled"},
		"a principal unknown":       {changes: []types.Change{change("AssociateAudience", id, object{"Principals": []string{"12345"}})}, want: "is not the ID of an account"},
		"an identifier for a new":   {changes: []types.Change{change("CreateExperience", id, object{"Name": "x"})}, want: "takes no Identifier"},
		"no identifier":             {changes: []types.Change{change("UpdateExperience", "", object{})}, want: "not the Identifier"},
		"a chain to nothing":        {changes: []types.Change{change("UpdateExperience", "$New.Entity.Identifier", object{})}, want: "creates an entity"},
		"a name with a digit":       {changes: []types.Change{called(allow(), "a1")}, want: "ChangeName"},
		"a set's name with a slash": {changes: []types.Change{allow()}, want: "ChangeSetName", input: func(in *marketplacecatalog.StartChangeSetInput) { in.ChangeSetName = aws.String("a/b") }},
		"to be validated":           {changes: []types.Change{allow()}, want: "VALIDATE", input: func(in *marketplacecatalog.StartChangeSetInput) { in.Intent = types.IntentValidate }},
		"another catalog":           {changes: []types.Change{allow()}, want: "AWSMarketplace", input: func(in *marketplacecatalog.StartChangeSetInput) { in.Catalog = aws.String("Mine") }},
		"a token with a blank":      {changes: []types.Change{allow()}, want: "ClientRequestToken", input: func(in *marketplacecatalog.StartChangeSetInput) { in.ClientRequestToken = aws.String("a b") }},
	} {
		in := &marketplacecatalog.StartChangeSetInput{Catalog: awsCatalog, ChangeSet: c.changes}
		if c.input != nil {
			c.input(in)
		}
		_, err := m.c.StartChangeSet(t.Context(), in)
		if codeOf(err) != "ValidationException" || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "StatusCode: 422") {
			t.Errorf("%s: %v, want 422 with %q", name, err, c.want)
		}
	}
	if _, err := m.start(change("UpdateExperience", "exp-none", object{})); codeOf(err) != "ResourceNotFoundException" || !strings.Contains(err.Error(), "StatusCode: 404") {
		t.Errorf("an experience that is not there: %v", err)
	}
	if out, err := m.c.ListChangeSets(t.Context(), &marketplacecatalog.ListChangeSetsInput{Catalog: awsCatalog}); err != nil || len(out.ChangeSetSummaryList) != 0 {
		t.Errorf("sets that were refused are there: %+v, %v", out, err)
	}
}

// SBX-30, §6: a repeated token gives the first set again, another body under it is refused; an
// organization has so many open sets, and AWS forgets them after 60 days.
func TestTokensAndQuota(t *testing.T) {
	m := newMarket(t)
	one, two := m.put(mp.Seed{}), m.put(mp.Seed{})
	start := func(token string, changes ...types.Change) (string, error) {
		out, err := m.c.StartChangeSet(t.Context(), &marketplacecatalog.StartChangeSetInput{Catalog: awsCatalog, ChangeSet: changes, ClientRequestToken: &token})
		if err != nil {
			return "", err
		}
		return *out.ChangeSetId, nil
	}
	first, err := start("t", change("AllowProductProcurement", one, procure("p-1")))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := start("t", change("AllowProductProcurement", one, procure("p-1"))); err != nil || again != first {
		t.Errorf("the token again: %s, %v, want %s", again, err, first)
	}
	if _, err := start("t", change("AllowProductProcurement", one, procure("p-2"))); codeOf(err) != "ValidationException" {
		t.Errorf("the token with another document: %v", err)
	}
	if err := m.s.Set(t.Context(), map[string]string{"marketplace-catalog:open-change-sets": "1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := start("u", change("AllowProductProcurement", two, procure("p-1"))); codeOf(err) != "ServiceQuotaExceededException" || !strings.Contains(err.Error(), "StatusCode: 402") {
		t.Errorf("one more than the quota: %v", err)
	}
	m.later(59 * 24 * time.Hour)
	m.set(first)
	m.later(2 * 24 * time.Hour)
	if _, err := m.c.DescribeChangeSet(t.Context(), &marketplacecatalog.DescribeChangeSetInput{Catalog: awsCatalog, ChangeSetId: &first}); codeOf(err) != "ResourceNotFoundException" {
		t.Errorf("after 60 days: %v", err)
	}
}

// SBX-40, MKA-2: the rates that AWS publishes, each its own.
func TestMarketRates(t *testing.T) {
	m := newMarket(t)
	id := m.put(mp.Seed{})
	if err := m.s.Set(t.Context(), map[string]string{"sandbox:throttle": "on"}); err != nil {
		t.Fatal(err)
	}
	if err := m.s.SetPace(t.Context(), world.Pace{Mode: "manual"}); err != nil {
		t.Fatal(err)
	}
	for operation, c := range map[string]struct {
		rate int
		call func() error
	}{
		"DescribeEntity": {20, func() error {
			_, err := m.c.DescribeEntity(t.Context(), &marketplacecatalog.DescribeEntityInput{Catalog: awsCatalog, EntityId: &id})
			return err
		}},
		"ListEntities": {10, func() error {
			_, err := m.c.ListEntities(t.Context(), &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("Experience")})
			return err
		}},
		"ListChangeSets": {5, func() error {
			_, err := m.c.ListChangeSets(t.Context(), &marketplacecatalog.ListChangeSetsInput{Catalog: awsCatalog})
			return err
		}},
	} {
		passed := 0
		for range 2 * c.rate {
			switch err := c.call(); {
			case err == nil:
				passed++
			case codeOf(err) != "ThrottlingException" || !strings.Contains(err.Error(), "StatusCode: 429"):
				t.Errorf("%s: %v", operation, err)
			}
		}
		if passed != c.rate {
			t.Errorf("%s: %d of %d passed, want %d", operation, passed, 2*c.rate, c.rate)
		}
	}
}

// MKA-9, MKA-11, SBX-72: who sees an organization's experiences, with which scope; pages of 20 and of 50 at most.
func TestScope(t *testing.T) {
	s := newSandbox(t, sandbox.Options{Start: "two-organizations"})
	m := market{t, s, marketAs(config(t, s, "management"))}
	for i := range 25 {
		m.put(mp.Seed{Name: fmt.Sprint("e", i)})
	}
	scope := []types.Filter{{Name: aws.String("Scope"), ValueList: []string{"SharedWithMe"}}}
	list := func(c *marketplacecatalog.Client, filters []types.Filter, size *int32) (n int, more bool) {
		t.Helper()
		out, err := c.ListEntities(t.Context(), &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("Experience"), FilterList: filters, MaxResults: size})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.EntitySummaryList), out.NextToken != nil
	}
	delegated := marketAs(config(t, s, "axle"))
	stranger := marketAs(assume(t, config(t, s, "management"), roleARN(spokeOne, "OrganizationAccountAccessRole")))
	other := marketAs(config(t, s, "management-2"))
	for name, c := range map[string]struct {
		client  *marketplacecatalog.Client
		filters []types.Filter
		size    *int32
		n       int
		more    bool
	}{
		"management":                {client: m.c, n: 20, more: true},
		"management, 50":            {client: m.c, size: aws.Int32(50), n: 26},
		"management, shared":        {client: m.c, filters: scope},
		"the administrator":         {client: delegated},
		"the administrator, shared": {client: delegated, filters: scope, n: 20, more: true},
		"a member":                  {client: stranger},
		"a member, shared":          {client: stranger, filters: scope},
		"another organization":      {client: other, n: 3},
	} {
		if n, more := list(c.client, c.filters, c.size); n != c.n || more != c.more {
			t.Errorf("%s: %d, more %v, want %d, %v", name, n, more, c.n, c.more)
		}
	}
	if _, err := m.c.ListEntities(t.Context(), &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("Experience"), MaxResults: aws.Int32(51)}); codeOf(err) != "ValidationException" {
		t.Errorf("a page of 51: %v", err)
	}
	ids := 0
	pages := marketplacecatalog.NewListEntitiesPaginator(m.c, &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("Experience")})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ids += len(out.EntitySummaryList)
	}
	if ids != 26 {
		t.Errorf("all pages have %d", ids)
	}
	id := m.put(mp.Seed{})
	for name, c := range map[string]*marketplacecatalog.Client{"a member": stranger, "another organization": other} {
		if _, err := c.DescribeEntity(t.Context(), &marketplacecatalog.DescribeEntityInput{Catalog: awsCatalog, EntityId: &id}); codeOf(err) != "ResourceNotFoundException" {
			t.Errorf("%s describes it: %v", name, err)
		}
	}
	if _, err := delegated.DescribeEntity(t.Context(), &marketplacecatalog.DescribeEntityInput{Catalog: awsCatalog, EntityId: &id}); err != nil {
		t.Errorf("the administrator: %v", err)
	}
	if _, got := (market{t, s, stranger}).run(change("CreateExperience", "", object{"Name": "mine"})); got != "FAILED CALLER_NOT_AUTHORIZED" {
		t.Errorf("a member creates one: %s", got)
	}
	if _, got := (market{t, s, delegated}).run(change("AllowProductProcurement", id, procure("p-1"))); got != "SUCCEEDED" {
		t.Errorf("the administrator changes it: %s", got)
	}
}

// MKA-11, SBX-5: entities in batches, tags, and what is not here.
func TestMarketBatchAndTags(t *testing.T) {
	m := newMarket(t)
	id := m.put(mp.Seed{Name: "approved"})
	request := func(id string) types.EntityRequest { return types.EntityRequest{Catalog: awsCatalog, EntityId: &id} }
	out, err := m.c.BatchDescribeEntities(t.Context(), &marketplacecatalog.BatchDescribeEntitiesInput{EntityRequestList: []types.EntityRequest{request(id), request("exp-none")}})
	if err != nil || *out.EntityDetails[id].EntityIdentifier != id+"@1" || out.Errors["exp-none"].ErrorCode == nil {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := m.c.BatchDescribeEntities(t.Context(), &marketplacecatalog.BatchDescribeEntitiesInput{EntityRequestList: slices.Repeat([]types.EntityRequest{request(id)}, 21)}); codeOf(err) != "ValidationException" {
		t.Errorf("21 of them: %v", err)
	}
	arn := out.EntityDetails[id].EntityArn
	if *arn != "arn:aws:aws-marketplace:us-east-1:"+manager+":AWSMarketplace/Experience/"+id {
		t.Error(*arn)
	}
	tags := []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}}
	if _, err := m.c.TagResource(t.Context(), &marketplacecatalog.TagResourceInput{ResourceArn: arn, Tags: tags}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.c.UntagResource(t.Context(), &marketplacecatalog.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	if has, err := m.c.ListTagsForResource(t.Context(), &marketplacecatalog.ListTagsForResourceInput{ResourceArn: arn}); err != nil || len(has.Tags) != 1 || *has.Tags[0].Key != "b" {
		t.Errorf("%+v, %v", has, err)
	}
	if _, err := m.c.GetResourcePolicy(t.Context(), &marketplacecatalog.GetResourcePolicyInput{ResourceArn: arn}); codeOf(err) != "NotImplemented" || !strings.Contains(err.Error(), "marketplace-catalog:GetResourcePolicy") {
		t.Errorf("what is not here: %v", err)
	}
	if _, err := m.c.ListEntities(t.Context(), &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("AmiProduct")}); codeOf(err) != "NotImplemented" {
		t.Errorf("products: %v", err)
	}
	elsewhere := config(t, m.s, "management")
	if _, err := marketplacecatalog.NewFromConfig(elsewhere).DescribeEntity(t.Context(), &marketplacecatalog.DescribeEntityInput{Catalog: awsCatalog, EntityId: &id}); codeOf(err) != "InvalidSignatureException" {
		t.Errorf("in another region: %v", err)
	}
}

// assumeMarket enters an organization's private marketplace as axle does.
func assumeMarket(t *testing.T, s *sandbox.Sandbox, account, external string) (aws.Config, error) {
	c := config(t, s, "axle")
	out, err := sts.NewFromConfig(c).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + account + ":role/axle/market"),
		RoleSessionName: aws.String("market"), ExternalId: &external})
	if err == nil {
		k := out.Credentials
		c.Credentials = credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
	}
	return c, err
}

// PMP-17, SBX-21, SBX-22: axle's role is entered with its external id alone; its policy lets it do
// what the types of its changes need, and an organization's denies of a type bind it.
func TestMarketRole(t *testing.T) {
	s := newSandbox(t, sandbox.Options{Start: "two-organizations"})
	for _, external := range []string{"", "7f3c2d9e41"} {
		if _, err := assumeMarket(t, s, "121212121212", external); err == nil {
			t.Errorf("entered with %q", external)
		}
	}
	c, err := assumeMarket(t, s, "121212121212", "c81b0a5577")
	if err != nil {
		t.Fatal(err)
	}
	m := market{t, s, marketAs(c)}
	if _, got := m.run(change("AllowProductProcurement", "exp-2222north", procure("p-1"))); got != "SUCCEEDED" {
		t.Fatal(got)
	}
	denied := func(what string, err error) {
		t.Helper()
		if codeOf(err) != "AccessDeniedException" || !strings.Contains(err.Error(), "StatusCode: 403") {
			t.Errorf("%s: %v, want it denied", what, err)
		}
	}
	id, err := m.start(change("AllowProductProcurement", "exp-2222north", procure("p-2")))
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.c.CancelChangeSet(t.Context(), &marketplacecatalog.CancelChangeSetInput{Catalog: awsCatalog, ChangeSetId: &id})
	denied("a set is cancelled", err)
	for name, policy := range map[string]string{
		"a type of change":    `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"aws-marketplace:StartChangeSet","Resource":"*","Condition":{"StringEquals":{"catalog:ChangeType":["DenyProductProcurement"]}}}]}`,
		"one experience":      `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"aws-marketplace:StartChangeSet","Resource":"arn:aws:aws-marketplace:*:777777777777:AWSMarketplace/Experience/exp-2222pilots"}]}`,
		"what a set is about": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"aws-marketplace:StartChangeSet","Resource":"arn:aws:aws-marketplace:*:*:AWSMarketplace/ChangeSet/*","Condition":{"ForAnyValue:StringEquals":{"catalog:ChangeType":"DenyProductProcurement"}}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t, sandbox.Options{Start: "two-organizations"})
			control(t, s, "r-cd34", policy)
			c, err := assumeMarket(t, s, "121212121212", "c81b0a5577")
			if err != nil {
				t.Fatal(err)
			}
			m := market{t, s, marketAs(c)}
			_, err = m.start(change("DenyProductProcurement", "exp-2222pilots", procure("p-1")))
			denied(name, err)
			if _, err := m.start(change("AllowProductProcurement", "exp-2222north", procure("p-1"))); err != nil {
				t.Errorf("what it says nothing of: %v", err)
			}
		})
	}
}

// control attaches a service control policy to a root of the second organization.
func control(t *testing.T, s *sandbox.Sandbox, root, text string) {
	t.Helper()
	c := organizations.NewFromConfig(config(t, s, "management-2"))
	p, err := c.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{Name: aws.String("market"), Description: aws.String("x"), Type: orgtypes.PolicyTypeServiceControlPolicy, Content: &text})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: p.Policy.PolicySummary.Id, TargetId: &root}); err != nil {
		t.Fatal(err)
	}
}

// Whatever a change is given: it is refused, or its set ends, and what is there afterwards can be described. SBX-13
func FuzzChange(f *testing.F) {
	for _, typ := range mp.ChangeTypes() {
		for _, details := range []string{`{}`, `{"Name":"n","Configuration":{"PolicyResourceRequests":"Deny"}}`, `{"Products":[{"Ids":["p-1","p-2"],"Notes":"n"}]}`,
			`{"Principals":["333333333333"]}`, `{"Status":"Disabled"}`, `{"Name":"n","Configuration":{"LogoUrl":"https://h/x.png"}}`, `{"Products":null}`, `[1e999]`} {
			f.Add(typ, "exp-fuzz", details)
			f.Add(typ, "$New.Entity.Identifier", details)
		}
	}
	s := newSandbox(f, sandbox.Options{Seed: []byte("fuzz"), Start: "two-organizations"})
	k, err := s.Credentials(f.Context(), "management")
	if err != nil {
		f.Fatal(err)
	}
	ask := func(t *testing.T, method, path, body string) (int, string) {
		r := httptest.NewRequest(method, "https://127.0.0.1"+path, strings.NewReader(body))
		signFor(t, r, k, "aws-marketplace", time.Now())
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != 501 {
			t.Fatalf("%s: %d %s", body, w.Code, w.Body)
		}
		return w.Code, w.Body.String()
	}
	f.Fuzz(func(t *testing.T, typ, id, details string) {
		if _, err := s.PutExperience(t.Context(), mp.Seed{Account: manager, ID: "exp-fuzz", Allow: []string{"p-1"}, Audience: []string{spokeOne}}); err != nil {
			t.Fatal(err)
		}
		entity := object{"Type": "Experience@1.0"}
		if id != "" {
			entity["Identifier"] = id
		}
		one := object{"ChangeType": typ, "Entity": entity, "Details": details}
		if json.Valid([]byte(details)) && len(details)%2 == 0 {
			one["DetailsDocument"] = json.RawMessage(details)
			delete(one, "Details")
		}
		first := object{"ChangeType": "CreateExperience", "ChangeName": "New", "Entity": object{"Type": "Experience@1.0"}, "Details": `{"Name":"n"}`}
		body, err := json.Marshal(object{"Catalog": "AWSMarketplace", "ChangeSet": []any{first, one}})
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := ask(t, "POST", "/StartChangeSet", string(body)); status != 200 {
			return
		}
		if err := s.Advance(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		_, said := ask(t, "POST", "/ListChangeSets", `{"Catalog":"AWSMarketplace","MaxResults":1}`)
		if !strings.Contains(said, `"SUCCEEDED"`) && !strings.Contains(said, `"FAILED"`) {
			t.Errorf("%s: %s", body, said)
		}
		ask(t, "GET", "/DescribeEntity?catalog=AWSMarketplace&entityId=exp-fuzz", "")
	})
}

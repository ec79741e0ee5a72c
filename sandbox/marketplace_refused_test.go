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
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/sandbox"
	mp "github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

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

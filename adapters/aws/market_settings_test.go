package aws_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
)

// X13, PMP-7, PMP-20: a setting that somebody else changes between the plan and its change set is not written
// over, though the revision is read anew: the plan was made against another value.
func TestMarketSettingsMoved(t *testing.T) {
	const yaml = `experiences:
  - {name: approved, organization: home, id: exp-home, products: {allow: [{id: a}]}, settings: {status: enabled, user_requests: deny, audience: [%], branding: {title: Ours}}}
`
	mine := marketplacecatalog.Seed{Account: home, ID: "exp-home", Name: "approved", Allow: []string{"a"}, Audience: []string{"333333333333"}}
	for name, c := range map[string]struct {
		audience string // of the file
		stranger []market.Edit
		outcome  string
		sets     int
	}{
		"nobody":                   {"444444444444", nil, market.Applied, 3},
		"the title":                {"333333333333", []market.Edit{{Type: "CreateBrandingSettings", Details: map[string]any{"Name": "b", "Configuration": map[string]any{"Title": "Theirs"}}}}, market.Moved, 0},
		"the requests, as wanted":  {"333333333333", []market.Edit{{Type: "UpdateProcurementPolicy", Details: map[string]any{"Configuration": map[string]any{"PolicyResourceRequests": "Deny"}}}}, market.Moved, 0},
		"the audience":             {"444444444444", []market.Edit{{Type: "AssociateAudience", Details: map[string]any{"Principals": []string{"555555555555"}}}}, market.Moved, 0},
		"the audience, as wanted":  {"444444444444", []market.Edit{{Type: "DisassociateAudience", Details: map[string]any{"Principals": []string{"333333333333"}}}}, market.Applied, 2},
		"the status":               {"333333333333", []market.Edit{{Type: "UpdateExperience", Details: map[string]any{"Status": "Disabled"}}}, market.Moved, 0},
		"disabled, and archived":   {"444444444444", []market.Edit{{Type: "UpdateExperience", Details: map[string]any{"Status": "Disabled"}}, {Type: "RestrictExperience", Details: map[string]any{}}}, market.Moved, 0},
		"a product that is as was": {"333333333333", []market.Edit{{Type: "DenyProductProcurement", Details: map[string]any{"Products": []any{map[string]any{"Ids": []string{"z"}}}}}}, market.Applied, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFair(t, strings.Replace(yaml, "%", `"`+c.audience+`"`, 1))
			f.put(mine)
			plan, pass := f.plan(), f.pass()
			pass.Opens = true
			f.stranger("exp-home", c.stranger)
			before := f.now()
			done := pass.Apply(t.Context(), plan, -1)
			if done[0].Outcome != c.outcome || f.writes(before) != c.sets {
				t.Errorf("%d sets, %+v", f.writes(before), done[0])
			}
		})
	}
}

// stranger sends changes of an experience, one change set each, without a revision.
func (f *fair) stranger(id string, edits []market.Edit) {
	f.t.Helper()
	m := aws.NewMarketplace(f.session, f.file.Organizations[0])
	for _, e := range edits {
		e.Entity, e.Kind = id, "Experience@1.0"
		set, err := m.Start(f.t.Context(), market.Set{Name: "somebody", Token: "by-hand-" + e.Type, Changes: []market.Edit{e}})
		state := market.State{}
		for err == nil && !state.Ended() {
			if err = f.clock().Sleep(f.t.Context(), time.Minute); err == nil {
				state, err = m.State(f.t.Context(), set)
			}
		}
		if err != nil || state.Status != market.Succeeded {
			f.t.Fatalf("%+v %v", state, err)
		}
	}
}

// PMP-20, MKA-8, MKA-9: who moves from one experience to another is let go first, and bound when that has ended,
// in one pass, whichever entry comes first; the plan names whom that leaves open meanwhile.
func TestMarketPrincipalMoves(t *testing.T) {
	const yaml = `sync: {concurrency: 1}
experiences:
  - {name: alpha, organization: home, id: exp-a, products: {allow: [{id: a}]}, settings: {audience: [ou-ab12-11111111%a]}}
  - {name: beta, organization: home, id: exp-b, products: {allow: [{id: b}]}, settings: {audience: [ou-ab12-22222222%b]}}
`
	const one, two = `, "333333333333"`, `, "444444444444"`
	for name, c := range map[string]struct{ a, b, toA, toB string }{
		"from the first to the second": {one, "", "", one},
		"from the second to the first": {"", one, one, ""},
		"they change places":           {one, two, two, one},
	} {
		t.Run(name, func(t *testing.T) {
			principals := func(text string) []string { return strings.Split(strings.ReplaceAll(text, `"`, ""), ", ") }
			with := func(a, b string) string { return strings.NewReplacer("%a", a, "%b", b).Replace(yaml) }
			f := newFair(t, with(c.toA, c.toB))
			f.put(marketplacecatalog.Seed{Account: "999999999999", ID: "exp-1111approved", Status: "Disabled"}) // the organization's
			f.put(marketplacecatalog.Seed{Account: home, ID: "exp-a", Name: "alpha", Allow: []string{"a"}, Audience: principals("ou-ab12-11111111" + c.a)})
			f.put(marketplacecatalog.Seed{Account: home, ID: "exp-b", Name: "beta", Allow: []string{"b"}, Audience: principals("ou-ab12-22222222" + c.b)})
			plan, pass := f.plan(), f.pass()
			opens := func(i market.Item) bool { return i.Open() != nil }
			if !slices.ContainsFunc(plan.Items, opens) {
				t.Error("the plan does not say who is open meanwhile")
			}
			pass.Opens = true
			if got := outcomes(pass.Apply(t.Context(), plan, -1)); got != "alpha applied, beta applied" {
				t.Errorf("%s\n%v", got, f.asked)
			}
			if got := outcomes(f.sync(-1)); got != "alpha clean, beta clean" {
				t.Error(got)
			}
		})
	}
}

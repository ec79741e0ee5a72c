package stages_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// full is a region that has as many portfolios as it may.
func full(b *bed) { b.used = map[string]int{catalog.QuotaPortfolios: 100} }

// CAT-47: a plan that would pass a quota fails before beta makes anything, and again in prod.
func TestQuotasBeforeBeta(t *testing.T) {
	table(t, "beta/provision", []outcome{
		{"there is room", nil, "pass", ""},
		{"portfolio 101", full, "unjudged AXLE2700", "portfolios in the region eu-west-1: 100 used, 101 with this plan, the limit is 100 (L-C6458716), AWS's default"},
		{"what is used cannot be counted", failing("Quotas"), "unjudged AXLE3002", "the world is down"},
		{"the hub cannot be read", failing("Observe"), "unjudged AXLE3002", "the world is down"},
	})
	b := newBed()
	full(b)
	if res, err := b.do(t, "beta/provision"); res.Verdict == pipeline.Pass || err == nil || len(b.called("OpenStack", "Provision")) > 0 {
		t.Errorf("%v, %v: %q", res.Verdict, err, b.calls)
	}
	table(t, "prod/plan", []outcome{
		{"portfolio 101", full, "unjudged AXLE2700", "have AWS raise L-C6458716"},
		{"what is used cannot be counted", failing("Quotas"), "unjudged AXLE3002", "the world is down"},
	})
}

// CAT-52 B198: removals that ask for their number are made when everyone who approved said it.
func TestPublishAsksForRemovals(t *testing.T) {
	for said, right := range map[int]bool{0: false, 2: false, 1: true} {
		b := newBed()
		look, err := b.deps().Look(t.Context(), b.input(t, "prod", "plan"))
		if err != nil {
			t.Fatal(err)
		}
		b.have = look.Want
		b.have.Portfolios = slices.Clone(b.have.Portfolios)
		b.have.Portfolios[0].Shares = append(slices.Clone(b.have.Portfolios[0].Shares), catalog.Share{Type: "ORGANIZATIONAL_UNIT", Node: "ou-ab12-22222222"})
		b.planned(t)
		in := b.input(t, "prod", "publish")
		in.Removals = said
		res, err := stages.All(b.deps())["prod/publish"](t.Context(), in)
		refused := word(res, err) == "unjudged AXLE1229"
		if made := len(b.called("Apply")); refused == right || (made > 0) != right {
			t.Errorf("said %d: %d changes made\n%s", said, made, b.text(res, err))
		}
	}
}

// CAT-50 CAT-60: the stored plan says of each change which file and line ask for it, and its wave.
func TestPlanSaysWhyAndWhen(t *testing.T) {
	b := newBed()
	b.settings("  prod: {}", "  prod:\n    distribute: { waves: [{ name: canary, regions: [us-east-1] }, { name: rest, spokes: { all: true } }] }")
	res, err := b.do(t, "prod/plan")
	if err != nil {
		t.Fatal(err)
	}
	p, err := catalog.ReadProposal(b.store[res.Artifact("plan")])
	if err != nil {
		t.Fatal(err)
	}
	why := map[catalog.Kind]string{catalog.KindPortfolio: "catalog.yaml:4", catalog.KindShare: "catalog.yaml:7", catalog.KindProduct: "q/product.yaml:2",
		catalog.KindPlacement: "q/product.yaml:9", catalog.KindConstraint: "q/product.yaml:9"}
	for _, c := range p.Changes {
		wave := map[string]string{"us-east-1": "canary", "eu-west-1": "rest"}[c.Region]
		if c.Reason != why[c.Kind] || c.Wave != wave {
			t.Errorf("%s: asked for by %s in wave %s, want %s in %s", c, c.Reason, c.Wave, why[c.Kind], wave)
		}
	}
	if p.Since != "1.0.0" || p.Product != "topic" || p.Version != "1.1.0" || len(p.Reach) != 2 {
		t.Errorf("%s %s after %s, %v", p.Product, p.Version, p.Since, p.Reach)
	}
}

// S18: what the template changes that whoever approves should look at stands in the plan.
func TestPlanHoldsRisks(t *testing.T) {
	b := newBed()
	b.published[0].Template = b.put([]byte(strings.Replace(templateYAML, "Default: low", "Default: high", 1)))
	res, err := b.do(t, "prod/plan")
	if err != nil {
		t.Fatal(err)
	}
	var p struct{ Risks []catalog.Risk }
	if err := json.Unmarshal(b.store[res.Artifact("plan")], &p); err != nil || len(p.Risks) != 1 || !strings.Contains(p.Risks[0].What, "default") || p.Risks[0].Reason != "q/template.yaml:3" {
		t.Errorf("%v %+v", err, p.Risks)
	}
}

// An older run's plan, a bare list of changes, is still carried out.
func TestPublishAnOlderRunsPlan(t *testing.T) {
	b := newBed().planned(t)
	p, err := catalog.ReadProposal(b.store[b.results["prod/plan"].Artifact("plan")])
	if err != nil {
		t.Fatal(err)
	}
	old, err := json.Marshal(p.Changes)
	if err != nil {
		t.Fatal(err)
	}
	b.store[b.results["prod/plan"].Artifact("plan")] = old
	if res, err := b.do(t, "prod/publish"); word(res, err) != "pass" {
		t.Errorf("%s\n%s", document.CodeOf(err), b.text(res, err))
	}
}

// A product that got another name is another product on AWS: whoever approves reads what stays
// behind, and on which line it comes from. What cannot be read is no plan.
func TestPlanWarnsOfARename(t *testing.T) { // F14
	table(t, "prod/plan", []outcome{
		{"what it was before cannot be read", failing("Former"), "unjudged AXLE3002", "the world is down"},
	})
	for former, want := range map[string]string{"": "", "old": "old stays in the hub"} {
		b := newBed()
		b.former = former
		res, err := b.do(t, "prod/plan")
		if err != nil {
			t.Fatal(err)
		}
		var p catalog.Proposal
		if err := json.Unmarshal(b.store[res.Artifact("plan")], &p); err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(p.Risks, func(r catalog.Risk) bool {
			return strings.Contains(r.What, "stays in the hub") && strings.Contains(r.What, want) && strings.HasPrefix(r.Reason, "q/product.yaml:")
		})
		if said != (want != "") {
			t.Errorf("%q: %+v", former, p.Risks)
		}
	}
}

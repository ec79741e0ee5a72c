package stages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

// MarketSpec freezes what marketplace.yaml's own run goes through: alpha's lint and secrets, then
// prod's plan, its approval, and the pass that carries it out.
func MarketSpec(f *pipeline.File, ref string, limit Limit) (pipeline.Spec, error) {
	sp, err := CatalogSpec(f, ref, limit)
	sp.Whole, sp.Market = nil, f.Marketplace
	for i, st := range sp.Stages {
		if st.Name == "prod" {
			sp.Stages[i].Steps = slices.DeleteFunc(st.Steps, func(s pipeline.StepSpec) bool { return s.Action == "verify" || s.Action == "enforce" })
		}
	}
	return sp, err
}

// ofMarket is an action of another run, and what it is in marketplace.yaml's own.
func ofMarket(other, own pipeline.Action) pipeline.Action {
	return func(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
		if in.Market != "" {
			return own(ctx, in)
		}
		return other(ctx, in)
	}
}

func (d Deps) marketFile(ctx context.Context, in pipeline.Input) (*market.File, document.Diagnostics, error) {
	tree, err := d.Tree(ctx, in.Commit.SHA)
	if err != nil {
		return nil, nil, err
	}
	data, err := fs.ReadFile(tree, in.Market)
	if err != nil {
		return nil, nil, err
	}
	f, ds := market.Load(in.Market, data)
	return f, ds, nil
}

func (d Deps) lintMarket(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	_, ds, err := d.marketFile(ctx, in)
	if err == nil && ds.Errors() == 0 {
		var missed document.Diagnostics
		missed, err = d.missed(ctx, in)
		ds = append(ds, missed...)
	}
	return verdict(asFindings(ds)), err
}

// MarketPlan is what a run's approval is of.
type MarketPlan struct {
	Digest      string        `json:"digest"`
	Experiences []market.Item `json:"experiences"`
}

// fair is the file, what it would change now as it was seen, and the pass that would do it.
func (d Deps) fair(ctx context.Context, in pipeline.Input) (market.Pass, market.Proposal, market.Sight, error) {
	f, ds, err := d.marketFile(ctx, in)
	if err == nil {
		err = ds.Err()
	}
	if err != nil {
		return market.Pass{}, market.Proposal{}, market.Sight{}, err
	}
	pass, err := d.Market(ctx, f)
	if err != nil {
		return pass, market.Proposal{}, market.Sight{}, err
	}
	pass.Run, pass.Say = in.RunID, func(format string, args ...any) { d.Say(in, format, args...) }
	sight := f.Look(ctx, f.Experiences, func(o market.Organization) market.Marketplace { m, _ := pass.At(o); return m })
	return pass, f.Plan(f.Experiences, sight, pass.Now()), sight, ctx.Err()
}

// planMarket is what a person decides on. What cannot be planned is no plan; what the guards hold
// back is, since a person decides.
func (d Deps) planMarket(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	pass, p, sight, err := d.fair(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	var unplanned []error
	changes := false
	for _, i := range p.Items {
		unplanned = append(unplanned, i.Err)
		changes = changes || i.Changes()
		d.Say(in, "%s %s: %d to deny, %d to allow, %d settings", i.Entry, i.Experience, len(i.Deny), len(i.Allow), len(i.Steps))
	}
	if err := errors.Join(unplanned...); err != nil {
		return pipeline.Result{}, err
	}
	data, err := json.Marshal(MarketPlan{p.Digest(), p.Items})
	if err != nil {
		return pipeline.Result{}, err
	}
	stored, err := d.Store.Put(data)
	res := pipeline.Result{Verdict: pipeline.Pass, Artifacts: []pipeline.Artifact{{Name: "plan", Digest: stored}}, Findings: kept(ctx, pass, p, sight)}
	if !changes {
		d.Say(in, "nothing to change")
		res.Verdict = pipeline.Skipped
	}
	return res, err
}

// publishMarket carries out what was approved, and nothing else.
func (d Deps) publishMarket(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	planned := in.Results["prod/plan"]
	if planned.Verdict == pipeline.Skipped {
		return pipeline.Result{Verdict: pipeline.Pass}, nil
	}
	if in.Approved == "" {
		return pipeline.Result{}, document.Fail("AXLE4110", "nobody has approved the plan", "", nil)
	}
	data, err := d.Store.Get(planned.Artifact("plan"))
	if err != nil {
		return pipeline.Result{}, err
	}
	var shown MarketPlan
	if err := json.Unmarshal(data, &shown); err != nil {
		return pipeline.Result{}, err
	}
	pass, p, _, err := d.fair(ctx, in)
	if err == nil {
		p, err = p.Within(market.Proposal{Items: shown.Experiences})
	}
	if err != nil {
		return pipeline.Result{}, err
	}
	pass.Approval, pass.Opens = in.Approved, true // the plan that was approved says whom it leaves open
	res := pipeline.Result{Verdict: pipeline.Pass}
	var wrong []error
	for _, done := range pass.Apply(ctx, p, -1) {
		d.Say(in, "%s %s: %s, %d denied, %d allowed", done.Entry, done.Experience, done.Outcome, done.Denied, done.Allowed)
		wrong = append(wrong, done.Err)
		if done.Outcome != market.Clean && done.Outcome != market.Applied && done.Err == nil {
			res.Findings = append(res.Findings, pipeline.Finding{Diagnostic: document.Diagnostic{Severity: document.SeverityWarning, Code: "AXLE2801",
				Summary: fmt.Sprintf("%s %s: %s: %s", done.Entry, done.Experience, done.Outcome, done.Why), Hint: "axle market drift lists what is left"}})
		}
	}
	return res, errors.Join(wrong...)
}

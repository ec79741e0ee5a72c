package stages

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

// outcomeOf is the artifact of a publication that has begun to change something: what became of it.
const outcomeOf = "outcome"

// MarketOutcome is what a publication of marketplace.yaml came to.
type MarketOutcome struct {
	Experiences []market.Done  `json:"experiences"`
	Licences    *market.Shared `json:"licences,omitempty"`
}

// InForce is the run whose marketplace.yaml the timed passes keep true: of those that a person
// approved, the one that last began to carry it out. One that was refused before it changed anything
// is none. The zero Run: nobody has approved one yet.
func InForce(all []pipeline.Run, hub, path string) (last pipeline.Run) {
	var since time.Time
	for _, r := range all {
		if r.Spec.Market == "" || r.Product != path || r.Spec.Hub != hub {
			continue
		}
		if at := begun(r); !at.IsZero() && !at.Before(since) {
			last, since = r, at
		}
	}
	return last
}

// begun is when a run began to carry out what was approved, the last time that it did.
func begun(r pipeline.Run) (at time.Time) {
	approved := false
	for _, e := range r.Events {
		switch {
		case e.Stage != "prod":
		case e.Kind == pipeline.Approved:
			approved = e.Digest == r.Subject("prod")
		case e.Action != "publish":
		case e.Kind == pipeline.Started && approved:
			at = e.At
		case e.Kind == pipeline.Finished && e.Result.Verdict != pipeline.Pass && e.Result.Artifact(outcomeOf) == "":
			return time.Time{}
		}
	}
	return at
}

// publishMarket carries out what was approved, and nothing else: experiences, then licences. It goes
// on in passes of sync.budget until all is done, or one gets no further: what a timed pass would be
// left with, its guards might hold back again.
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
	shown, err := ReadMarketPlan(data)
	if err != nil {
		return pipeline.Result{}, err
	}
	var out MarketOutcome
	out.Experiences, err = d.publishExperiences(ctx, in, shown)
	if err != nil && out.Experiences == nil {
		return pipeline.Result{}, err // nothing was changed by now
	}
	wrong := []error{err}
	if shown.Licences != nil && ctx.Err() == nil {
		got, err := d.publishLicences(ctx, in, *shown.Licences)
		out.Licences = &got
		wrong = append(wrong, err)
	}
	res, failures := d.became(in, out)
	if ctx.Err() != nil {
		return res, ctx.Err()
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return res, err
	}
	stored, err := d.Store.Put(raw)
	res.Artifacts = []pipeline.Artifact{{Name: outcomeOf, Digest: stored}}
	return res, distinct(append(append(wrong, failures...), err))
}

// became says what became of each experience, and of the licences.
func (d Deps) became(in pipeline.Input, out MarketOutcome) (res pipeline.Result, wrong []error) {
	res.Verdict = pipeline.Pass
	warn := func(code, hint, format string, args ...any) {
		res.Findings = append(res.Findings, remark(code, fmt.Sprintf(format, args...), hint))
	}
	for _, done := range out.Experiences {
		d.Say(in, "%s %s: %s, %d denied, %d allowed", done.Entry, done.Experience, done.Outcome, done.Denied, done.Allowed)
		wrong = append(wrong, done.Err)
		if done.Outcome != market.Clean && done.Outcome != market.Applied && done.Err == nil {
			warn("AXLE2801", "axle market drift lists what is left", "%s %s: %s: %s", done.Entry, done.Experience, done.Outcome, done.Why)
		}
	}
	if got := out.Licences; got != nil {
		wrong = append(wrong, got.Err)
		d.Say(in, "licences: %s, %s in place or gone, %d left", got.Outcome, counted(len(got.Ended), "grant", "grants"), got.Left)
		for _, n := range got.Failed {
			warn("AXLE2804", "axle licences drift lists what is left", "licence %s %s: %s", n.SKU, n.Account, n.What)
		}
		if got.Outcome == market.Conflict && len(got.Failed) == 0 {
			warn("AXLE2804", "axle licences drift lists it", "licences: what needs somebody to decide stays as it is")
		}
		if got.Left > 0 && got.Err == nil {
			warn("AXLE2805", "axle licences watch goes on with them", "AWS is still at work on %s", counted(got.Left, "grant", "grants"))
		}
	}
	return res, wrong
}

// publishExperiences makes passes. All are of what was approved, or what is left of it.
func (d Deps) publishExperiences(ctx context.Context, in pipeline.Input, shown MarketPlan) (all []market.Done, err error) {
	for {
		s, err := d.fair(ctx, in)
		pass, p := s.pass, s.plan
		if err == nil {
			p, err = p.Within(market.Proposal{Items: shown.Experiences})
		}
		if err != nil {
			return all, err
		}
		pass.Approval, pass.Opens = in.Approved, true // the plan that was approved says whom it leaves open
		round := pass.Apply(ctx, p, -1)
		short, done := false, 0
		for i, x := range round {
			short = short || x.Outcome == market.Incomplete
			done += x.Denied + x.Allowed + x.Sets
			if all != nil {
				round[i] = x.After(all[i])
			}
		}
		if all = round; !short || done == 0 || ctx.Err() != nil {
			return all, nil
		}
		d.Say(in, "sync.budget is over, and the approved plan is not: another pass")
	}
}

// publishLicences makes passes too.
func (d Deps) publishLicences(ctx context.Context, in pipeline.Input, approved market.LicencePlan) (all market.Shared, err error) {
	f, ds, err := d.marketFile(ctx, in)
	if err == nil {
		err = ds.Err()
	}
	for err == nil {
		var round market.Shared
		if round, err = d.Market.Share(ctx, in, f, approved); err != nil {
			return all, err
		}
		done := round.Calls + len(round.Ended)
		if all = round.After(all); round.Outcome != market.Incomplete || done == 0 || ctx.Err() != nil {
			return all, nil
		}
		d.Say(in, "sync.budget is over, and the approved plan is not: another pass")
	}
	return all, err
}

package stages

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

// Fair is AWS Marketplace as a run's actions reach it. All but Pass and Share read alone.
type Fair struct {
	Pass     func(context.Context, *market.File) (market.Pass, error)
	Licences func(context.Context, *market.File) (market.LicencePlan, error)
	Share    func(ctx context.Context, in pipeline.Input, f *market.File, approved market.LicencePlan) (market.Shared, error) // one pass over licences, no more than was approved
	Office   func(context.Context, *market.File, market.Organization) (market.Office, error)
	Setup    func(context.Context, *market.File) (market.Estate, market.Setup, error)
	Approved func(ctx context.Context, path string) ([]byte, error) // marketplace.yaml as a person approved it last; nil: nobody has yet
}

// longest is the time of marketplace.yaml's publication: a product's change set takes a minute, a grant six.
const longest = 24 * time.Hour

// MarketSpec freezes what marketplace.yaml's own run goes through: alpha's lint and secrets, what gamma
// can try by reading, then prod's plan, its approval, and the passes that carry it out (MKF-4).
func MarketSpec(f *pipeline.File, ref string, limit Limit) (pipeline.Spec, error) {
	sp, err := CatalogSpec(f, ref, limit)
	if err != nil {
		return sp, err
	}
	sp.Whole, sp.Market = nil, f.Marketplace
	for i, st := range sp.Stages {
		if st.Name == "prod" {
			st.Steps = slices.DeleteFunc(st.Steps, func(s pipeline.StepSpec) bool { return s.Action == "verify" || s.Action == "enforce" })
			st.Steps[len(st.Steps)-1].Timeout = longest
			sp.Stages[i] = st
		}
	}
	at := slices.IndexFunc(sp.Stages, func(st pipeline.Stage) bool { return st.Name == "prod" })
	switch {
	case f.Stages.Gamma == nil: // then there is no prod either
	case limit.holds("gamma") && at < 0:
		sp.Stages = append(sp.Stages, marketGamma(f))
	case limit.holds("gamma"):
		sp.Stages = slices.Insert(sp.Stages, at, marketGamma(f))
	case at >= 0:
		sp.Requires = append(sp.Requires, "gamma")
	}
	return sp, nil
}

// marketGamma needs no account of gamma's: it reads where prod will change.
func marketGamma(f *pipeline.File) pipeline.Stage {
	st := pipeline.Stage{Name: "gamma"}
	st.Settings.Timeout = f.Stages.Gamma.Timeout
	st.Settings = withDefaults(st.Settings, f.Defaults)
	for _, action := range []string{"doctor", "plan"} {
		st.Steps = append(st.Steps, pipeline.StepSpec{Action: action, Timeout: time.Duration(st.Settings.Timeout)})
	}
	return st
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
	Digest      string              `json:"digest"`
	Experiences []market.Item       `json:"experiences"`
	Beside      int                 `json:"beside,omitempty"` // experiences that go side by side
	Licences    *market.LicencePlan `json:"licences,omitempty"`
	Granter     string              `json:"granter,omitempty"` // the organization whose licences these are
	AtOnce      int                 `json:"at_once,omitempty"` // steps of grants that go side by side
}

// changes says whether anything would be done.
func (p MarketPlan) changes() bool {
	return changing(market.Proposal{Items: p.Experiences}) > 0 ||
		p.Licences != nil && slices.ContainsFunc(p.Licences.Pairs, func(pair market.Pair) bool { return pair.Step != market.Poll })
}

// Holds says whether the plan has all that these would change.
func (p MarketPlan) Holds(now market.Proposal) bool {
	kept, err := now.Within(market.Proposal{Items: p.Experiences})
	return err == nil && changing(kept) == changing(now)
}

func changing(p market.Proposal) (n int) {
	for _, i := range p.Items {
		if i.Changes() {
			n++
		}
	}
	return n
}

// Shares says whether the plan has all that these would change.
func (p MarketPlan) Shares(l *market.Licences, now market.LicencePlan) bool {
	return p.Licences != nil && l.Guard.Permit(now, market.Accepted{Plan: p.Licences}) == nil
}

// ReadMarketPlan reads a plan that planMarket stored.
func ReadMarketPlan(data []byte) (p MarketPlan, err error) {
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("the stored plan cannot be read; start a new run: %w", err)
	}
	return p, nil
}

// seen is the experiences as they are, what the commit's file would change in them, and the pass that
// would do it.
type seen struct {
	file  *market.File
	sight market.Sight
	plan  market.Proposal
	pass  market.Pass
}

func (d Deps) fair(ctx context.Context, in pipeline.Input) (s seen, err error) {
	var ds document.Diagnostics
	if s.file, ds, err = d.marketFile(ctx, in); err == nil {
		err = ds.Err()
	}
	if err == nil {
		s.pass, err = d.Market.Pass(ctx, s.file)
	}
	if err != nil {
		return s, err
	}
	s.pass.Run, s.pass.Say = in.RunID, func(format string, args ...any) { d.Say(in, format, args...) }
	s.sight = s.file.Look(ctx, s.file.Experiences, func(o market.Organization) market.Marketplace { m, _ := s.pass.At(o); return m })
	s.plan = s.file.Plan(s.file.Experiences, s.sight, s.pass.Now())
	if err := ctx.Err(); err != nil {
		return s, err
	}
	return s, s.file.Recall(ctx, s.pass.Books, s.plan, s.pass.Now())
}

// proposed is what the commit's file would change. What cannot be planned is no plan.
func (d Deps) proposed(ctx context.Context, in pipeline.Input) (s seen, plan MarketPlan, err error) {
	if s, err = d.fair(ctx, in); err != nil {
		return s, plan, err
	}
	var unplanned []error
	for _, i := range s.plan.Items {
		if i.Err != nil {
			unplanned = append(unplanned, i.Err)
			continue
		}
		d.Say(in, "%s: %d to deny, %d to allow, %s", strings.TrimSpace(i.Entry+" "+i.Experience), len(i.Deny), len(i.Allow), counted(len(i.Steps), "setting", "settings"))
	}
	plan = MarketPlan{Digest: s.plan.Digest(), Experiences: s.plan.Items, Beside: s.file.Sync.Concurrency}
	unplanned = append(unplanned, d.planLicences(ctx, in, s.file, &plan))
	return s, plan, distinct(unplanned)
}

// distinct are the errors of which no two say the same: one cause meets many experiences.
func distinct(all []error) error {
	var kept []error
	for _, err := range all {
		if err != nil && !slices.ContainsFunc(kept, func(k error) bool { return k.Error() == err.Error() }) {
			kept = append(kept, err)
		}
	}
	return errors.Join(kept...)
}

// planMarket is what a person decides on; what the guards hold back is of it. A file that nobody has
// approved waits for that, also where nothing is to be changed now: the timed passes will go by it.
func (d Deps) planMarket(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	s, plan, err := d.proposed(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	raw, err := json.Marshal(plan)
	if err != nil {
		return pipeline.Result{}, err
	}
	approved, err := d.approvedMarket(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	stored, err := d.Store.Put(raw)
	res := pipeline.Result{Verdict: pipeline.Pass, Artifacts: []pipeline.Artifact{{Name: "plan", Digest: stored}}, Findings: kept(ctx, s.pass, s.plan, s.sight)}
	if err == nil {
		err = ctx.Err() // an interrupted reading is no remark
	}
	if !plan.changes() {
		d.Say(in, "nothing to change")
		if approved {
			res.Verdict = pipeline.Skipped
		}
	}
	return res, err
}

// approvedMarket says whether the file is, to the byte, the one that a person approved last.
func (d Deps) approvedMarket(ctx context.Context, in pipeline.Input) (bool, error) {
	tree, err := d.Tree(ctx, in.Commit.SHA)
	if err != nil {
		return false, err
	}
	now, err := fs.ReadFile(tree, in.Market)
	if err != nil {
		return false, err
	}
	approved, err := d.Market.Approved(ctx, in.Market)
	return approved != nil && bytes.Equal(approved, now), err
}

// planLicences adds what would change in grants. The one digest is of both.
func (d Deps) planLicences(ctx context.Context, in pipeline.Input, f *market.File, plan *MarketPlan) error {
	if f.Licences == nil {
		return nil
	}
	p, err := d.Market.Licences(ctx, f)
	if err == nil {
		err = f.Licences.Guard.Permit(p, market.Accepted{Plan: &p}) // more grants than a licence can have, nobody approves
	}
	if err != nil {
		return err
	}
	d.Say(in, "licences: %s to do, %d of them revocations", counted(len(p.Pairs), "grant", "grants"), p.Revokes())
	sum := sha256.Sum256([]byte(plan.Digest + "\n" + p.Digest()))
	plan.Digest = "sha256:" + hex.EncodeToString(sum[:])
	plan.Licences, plan.Granter, plan.AtOnce = &p, f.Licences.Organization, f.Licences.Concurrency
	return nil
}

package stages

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

// Propose makes the whole plan of an outlook: its quotas measured, and none of them passed (CAT-47).
func (d Deps) Propose(ctx context.Context, in pipeline.Input, o Outlook) (catalog.Proposal, error) {
	p := catalog.Prospect{Hub: string(o.file.Hub.Account), Changes: o.Changes, Have: o.have, Waves: o.waves, Org: o.org, Spokes: o.spokes,
		Sources: catalog.Sources{Catalog: o.file}, Reads: o.reads, Unmet: slices.Concat(o.Launches.Unmet, catalog.UnreadLocals(o.have)), Notes: o.notes}
	var err error
	if p.Quotas, err = d.quotas(ctx, o); err != nil {
		return catalog.Proposal{}, err
	}
	p.Risks = append(p.Risks, o.retiring...)
	for _, c := range catalog.Crowded(o.have, o.file) {
		p.Risks = append(p.Risks, catalog.Risk{What: c.String()})
	}
	if o.commit != nil {
		p.Product, p.Version, p.Sources.Product = o.commit.product.Name, o.commit.product.Version, o.commit.product
		s, err := d.since(ctx, o.commit)
		if err != nil {
			return catalog.Proposal{}, err
		}
		p.Since = s.last
		renamed, err := d.renamed(ctx, o.commit.product)
		if err != nil {
			return catalog.Proposal{}, err
		}
		p.Risks = append(p.Risks, renamed...)
		for _, c := range s.changes {
			if c.Risk {
				p.Risks = append(p.Risks, catalog.Risk{What: c.What, Reason: fmt.Sprintf("%s:%d", c.File, c.Line)})
			}
		}
	}
	return catalog.Propose(p), nil
}

// renamed warns of a name that was changed: on AWS that is another product, and nothing of the one
// before is taken back, moved or told to whoever runs it.
func (d Deps) renamed(ctx context.Context, p *products.File) ([]catalog.Risk, error) {
	if d.Former == nil {
		return nil, nil
	}
	before, err := d.Former(ctx, p.Doc.File, p.Name)
	if err != nil || before == "" {
		return nil, err
	}
	return []catalog.Risk{{What: fmt.Sprintf("this file published %[1]s before, and %[2]s is another product: %[1]s stays in the hub as it is, with whoever runs it; to end it, retire its versions under its own name", before, p.Name),
		Reason: fmt.Sprintf("%s:%d", p.Doc.File, p.Doc.At("name").Line)}}, nil
}

// quotas are those that the outlook comes nearer to; one that it would pass is an error.
func (d Deps) quotas(ctx context.Context, o Outlook) ([]catalog.Quota, error) {
	all := catalog.Quotas(o.Changes, o.have)
	if len(all) == 0 {
		return nil, nil
	}
	all, err := d.Meter.Quotas(ctx, o.file, all)
	if err != nil {
		return nil, err
	}
	return all, catalog.CheckQuotas(all)
}

// fits refuses, before anything is made in a test account, what would pass a quota of the hub in prod.
func (d Deps) fits(ctx context.Context, in pipeline.Input) error {
	if _, ok := in.Stages["prod"]; !ok || in.Catalog == "" {
		return nil
	}
	o, err := d.Look(ctx, in)
	if err != nil {
		return err
	}
	_, err = d.quotas(ctx, o)
	return err
}

// reads are the calls of one look at the hub, by region.
func reads(now, before catalog.Spent, f *catalog.File) map[string]int {
	by := map[string]int{}
	calls, _ := now.Since(before)
	for _, c := range calls {
		if c.Account == string(f.Hub.Account) {
			by[c.Region] += c.Reads
		}
	}
	return by
}

// proposal is the plan as it was stored.
func (d Deps) proposal(in pipeline.Input) (catalog.Proposal, error) {
	data, err := d.Store.Get(in.Results["prod/plan"].Artifact("plan"))
	if err != nil {
		return catalog.Proposal{}, err
	}
	return catalog.ReadProposal(data)
}

// spending is what calls and time come to, in words.
func spending(calls []catalog.CallsIn, took time.Duration) string {
	writes, reads := 0, 0
	for _, c := range calls {
		writes, reads = writes+c.Writes, reads+c.Reads
	}
	return fmt.Sprintf("%d calls that change something, %d that read, %s", writes, reads, took.Round(time.Second))
}

// sayPlan says each change, and what they come to.
func (d Deps) sayPlan(in pipeline.Input, p catalog.Proposal) {
	for _, line := range catalog.Summary(p.Changes) {
		d.Say(in, "%s", line)
	}
	if len(p.Changes) > 0 {
		d.Say(in, "planned: %s", spending(p.Calls, p.Duration()))
	}
}

// published are the calls that publishing is planned to take: what prod/enforce launches comes after.
func published(p catalog.Proposal) []catalog.CallsIn {
	calls := slices.Clone(p.Calls)
	for _, c := range p.Changes {
		i := slices.IndexFunc(calls, func(in catalog.CallsIn) bool { return in.Account == c.Account && in.Region == c.Region })
		if c.Kind == catalog.KindLaunch && i >= 0 {
			calls[i].Writes -= c.Calls
		}
	}
	return calls
}

// metered says, after an action that carries out a plan, what it called and how long it took,
// beside what was planned (CAT-51).
func (d Deps) metered(action pipeline.Action) pipeline.Action {
	return func(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
		if in.Results["prod/plan"].Artifact("plan") == "" {
			return action(ctx, in)
		}
		p, err := d.proposal(in)
		if err != nil {
			return pipeline.Result{}, err
		}
		before := d.Meter.Spent()
		res, err := action(ctx, in)
		if calls, took := d.Meter.Spent().Since(before); len(p.Changes) > 0 {
			d.Say(in, "planned: %s; made: %s", spending(published(p), p.Duration()), spending(calls, took))
		}
		return res, err
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// marketName is what marketplace.yaml's own run is called.
const marketName = "marketplace"

// marketRuns is marketplace.yaml's own run, where it is asked for, or where the file is another than
// was carried out last.
func (w *workshop) marketRuns(ctx context.Context, tree fs.FS, file *pipeline.File, c pipeline.Commit, f runFlags) ([]pipeline.Run, error) {
	asked := f.product == marketName || f.product != "" && path.Clean(f.product) == path.Clean(file.Marketplace)
	if file.Marketplace == "" || f.product != "" && !asked {
		return nil, nil
	}
	now, err := fs.ReadFile(tree, file.Marketplace)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		return nil, nil // check says so
	}
	if err != nil {
		return nil, err
	}
	since, err := w.inForce(ctx, file.Marketplace)
	if err != nil {
		return nil, err
	}
	if since.ID == "" || f.changed {
		if since.Commit.SHA, err = w.beforeOf(ctx, c, f); err != nil {
			return nil, err
		}
	}
	if !asked && since.Commit.SHA != "" {
		was, err := w.repo.Tree(ctx, since.Commit.SHA)
		if err != nil {
			return nil, err
		}
		if old, err := fs.ReadFile(was, file.Marketplace); err == nil && bytes.Equal(old, now) {
			return nil, nil
		}
	}
	run, err := w.marketRunOf(ctx, file, c, f.limit)
	if err != nil || len(run.Spec.Stages) == 0 {
		return nil, err
	}
	return []pipeline.Run{run}, nil
}

func (w *workshop) marketRunOf(ctx context.Context, file *pipeline.File, c pipeline.Commit, limit stages.Limit) (pipeline.Run, error) {
	run := pipeline.Run{Commit: c, Product: file.Marketplace}
	var err error
	if run.Spec, err = stages.MarketSpec(file, c.Ref, limit); err != nil {
		return run, err
	}
	run.Spec.Hub, run.Spec.Product, run.Spec.Reviewed = w.cloud.known.Name, marketName, w.reviewed(ctx, c, file)
	published, err := w.lastPublished(ctx, file.Marketplace)
	if err != nil {
		return run, err
	}
	people, err := w.repo.ReleasePeople(ctx, published, c.SHA, file.Marketplace)
	run.Commit.People = append(append([]pipeline.Person(nil), c.People...), people...)
	return run, err
}

// inForce is the run that carried the file out last, by a person's approval; the zero Run: none has, or
// its commit is no longer in the repository, and so nobody can say what was approved.
func (w *workshop) inForce(ctx context.Context, path string) (pipeline.Run, error) {
	all, err := w.state.log.Runs(ctx)
	run := stages.InForce(all, w.cloud.known.Name, path)
	if err != nil || run.ID == "" {
		return run, err
	}
	if _, gone := w.repo.Resolve(ctx, run.Commit.SHA); gone != nil {
		w.app.tellOnce(fmt.Sprintf("commit %.10s, which %s carried out last, is not in the repository: %s is taken as not approved", run.Commit.SHA, run.ID, path))
		return pipeline.Run{}, ctx.Err()
	}
	return run, nil
}

// approvedMarket is the file as the run in force has it; nil where there is none.
func (w *workshop) approvedMarket(ctx context.Context, path string) ([]byte, error) {
	run, err := w.inForce(ctx, path)
	if err != nil || run.ID == "" {
		return nil, err
	}
	return w.repo.File(ctx, run.Commit.SHA, path)
}

// fair is AWS Marketplace as a run's actions reach it.
func (w *workshop) fair() stages.Fair {
	return stages.Fair{
		Pass: func(ctx context.Context, f *market.File) (market.Pass, error) {
			s := w.stallOf(f)
			if err := s.ensureRoles(ctx); err != nil {
				return market.Pass{}, err
			}
			p, err := s.pass(ctx, market.Proposal{})
			books := s.deskBooks()
			books.wait = true // what was approved is not lost to a pass that works there now
			p.Books = books
			return p, err
		},
		Office: func(ctx context.Context, f *market.File, o market.Organization) (market.Office, error) {
			return w.stallOf(f).at(o).Office(ctx, o)
		},
		Licences: func(ctx context.Context, f *market.File) (market.LicencePlan, error) {
			c, err := w.counterOf(ctx, f)
			if err != nil {
				return market.LicencePlan{}, err
			}
			p, _, err := c.sharing(licenceFlags{}).Propose(ctx)
			return p, err
		},
		Setup: func(ctx context.Context, f *market.File) (e market.Estate, s market.Setup, err error) {
			c, err := w.counterOf(ctx, f)
			if err != nil {
				return e, s, err
			}
			plan, e, err := c.sharing(licenceFlags{}).Propose(ctx)
			if err == nil {
				s, err = c.desk.Setup(ctx, c.of.Grantees(e, plan))
			}
			return e, s, err
		},
		Share:    w.share,
		Approved: w.approvedMarket,
	}
}

// share is one pass over licences for a run. It waits until no other process of this machine makes one.
func (w *workshop) share(ctx context.Context, in pipeline.Input, f *market.File, plan market.LicencePlan) (market.Shared, error) {
	c, err := w.counterOf(ctx, f)
	if err != nil {
		return market.Shared{}, err
	}
	c.run, c.approval = in.RunID, in.Approved
	for {
		lock, err := disk.TryLock(c.lock)
		if err != nil {
			return market.Shared{}, err
		}
		if lock != nil {
			defer func() { _ = lock.Unlock() }()
			_, got, err := c.carry(ctx, licenceFlags{}, market.Accepted{Plan: &plan})
			return got, err
		}
		if err := sleep(ctx, pause); err != nil {
			return market.Shared{}, err
		}
	}
}

// marketPlanOf is the plan that a run of marketplace.yaml waits with; nil where it came to none.
func marketPlanOf(s *state, run pipeline.Run) (*stages.MarketPlan, error) {
	digest := run.Results()["prod/plan"].Artifact("plan")
	if digest == "" || run.Spec.Market == "" {
		return nil, nil
	}
	data, err := s.store.Get(digest)
	if err != nil {
		return nil, err
	}
	p, err := stages.ReadMarketPlan(data)
	return &p, err
}

func (a *app) showMarketPlan(s *state, run pipeline.Run) error {
	p, err := marketPlanOf(s, run)
	if err != nil || p == nil {
		return err
	}
	for _, line := range marketPlanText(market.Proposal{Items: p.Experiences}, max(1, p.Beside)) {
		fmt.Fprintln(a.Out, line)
	}
	if l := p.Licences; l != nil {
		c := &counter{stall: &stall{app: a}, org: market.Organization{Name: p.Granter}}
		c.showLicencePlan(licencePlanDoc{Seconds: int(l.Duration(p.AtOnce).Seconds()), Digest: l.Digest(), LicencePlan: *l})
	}
	return nil
}

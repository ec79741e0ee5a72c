package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/axle-cd/axle/document"
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
	published, err := w.lastPublished(ctx, file.Marketplace)
	if err != nil {
		return nil, err
	}
	since := published
	if since == "" || f.changed {
		if since, err = w.beforeOf(ctx, c, f); err != nil {
			return nil, err
		}
	}
	if !asked && since != "" {
		was, err := w.repo.Tree(ctx, since)
		if err != nil {
			return nil, err
		}
		if old, err := fs.ReadFile(was, file.Marketplace); err == nil && bytes.Equal(old, now) {
			return nil, nil
		}
	}
	run := pipeline.Run{Commit: c, Product: file.Marketplace}
	if run.Spec, err = stages.MarketSpec(file, c.Ref, f.limit); err != nil || len(run.Spec.Stages) == 0 {
		return nil, err
	}
	run.Spec.Hub, run.Spec.Product, run.Spec.Reviewed = w.cloud.known.Name, marketName, w.reviewed(ctx, c, file)
	people, err := w.repo.ReleasePeople(ctx, published, c.SHA, file.Marketplace)
	run.Commit.People = append(append([]pipeline.Person(nil), c.People...), people...)
	return []pipeline.Run{run}, err
}

// fair is Private Marketplace as a run's actions reach it.
func (w *workshop) fair(ctx context.Context, f *market.File) (market.Pass, error) {
	s := w.stallOf(f)
	if err := s.ensureRoles(ctx); err != nil {
		return market.Pass{}, err
	}
	return s.pass(ctx, market.Proposal{})
}

// showMarketPlan shows the plan that a run waits with.
func (a *app) showMarketPlan(s *state, digest string) error {
	if digest == "" {
		return nil
	}
	data, err := s.store.Get(digest)
	if err != nil {
		return err
	}
	var p stages.MarketPlan
	if err := json.Unmarshal(data, &p); err != nil {
		return document.Fail("AXLE1188", "the stored plan cannot be read", "start a new run", err)
	}
	for _, line := range marketPlanText(market.Proposal{Items: p.Experiences}, 1) {
		fmt.Fprintln(a.Out, line)
	}
	return nil
}

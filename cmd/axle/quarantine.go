package main

import (
	"context"
	"slices"
	"strings"

	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

// quarantined adds what a push still has of findings that alpha has made before, where the protected branch's
// pipeline.yaml asks for it: a ref with a finding is judged from where it was before that finding, at every
// push, and so is whatever holds the commit that was found. It ends when the history is without it, or the
// baseline answers for it.
func (a *app) quarantined(ctx context.Context, r *git.Repo, d secrets.Detector, updates []git.Update, found []secrets.Found) ([]secrets.Found, error) {
	_, file, err := r.Protected(ctx)
	if err != nil || file == nil || !quarantines(file.Stages.Alpha) {
		return found, err
	}
	s, err := a.state(ctx, r)
	if err != nil {
		return found, err
	}
	runs, err := s.log.Runs(ctx)
	if err != nil {
		return found, err
	}
	runs = slices.DeleteFunc(runs, func(r pipeline.Run) bool {
		return r.Results()[pipeline.Key("alpha", "secrets")].Verdict != pipeline.Fail
	})
	for _, u := range updates {
		if strings.Trim(u.New, "0") == "" {
			continue // a ref is deleted
		}
		still, err := a.foundBefore(ctx, r, d, u, runs)
		if found = secrets.Union(found, still); err != nil {
			return found, err
		}
	}
	return found, nil
}

// foundBefore are the findings that an update still has since the runs that found some.
func (a *app) foundBefore(ctx context.Context, r *git.Repo, d secrets.Detector, u git.Update, runs []pipeline.Run) (found []secrets.Found, err error) {
	judged := map[string]bool{}
	for _, run := range runs {
		c := run.Commit
		held, err := holds(ctx, r, u, c)
		if err != nil {
			return found, err
		}
		if !held || judged[c.Before] {
			continue
		}
		judged[c.Before] = true
		still, err := secrets.Search(ctx, d, r.Range(ctx, c.Before, u.New))
		if found = secrets.Union(found, still); err != nil {
			return found, err
		}
		if len(still) > 0 {
			a.tell("%s is in quarantine since run %s: it is judged from where it was before", document.Printable(u.Ref), run.ID)
		}
	}
	return found, nil
}

func quarantines(c *pipeline.StageConfig) bool {
	return c != nil && c.Secrets != nil && c.Secrets.OnFinding == "quarantine"
}

// holds says whether an update is of the ref of a commit, or brings that commit along to another.
func holds(ctx context.Context, r *git.Repo, u git.Update, c pipeline.Commit) (bool, error) {
	if u.Ref == c.Ref {
		return true, nil
	}
	if _, err := r.Resolve(ctx, c.SHA); err != nil {
		return false, nil //nolint:nilerr // the commit is gone, by a purge
	}
	return r.Contains(ctx, u.New, c.SHA)
}

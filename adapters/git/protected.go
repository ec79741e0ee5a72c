package git

import (
	"context"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

// Protected is the commit of the protected branch and pipeline.yaml as it stands there, once the updates of a
// push are in; nil where there is no such branch or file yet. Which branch it is says HEAD's pipeline.yaml.
func (r *Repo) Protected(ctx context.Context, updates ...Update) (string, *pipeline.File, error) {
	_, file, err := r.pipelineOf(ctx, "HEAD")
	if file == nil || err != nil {
		return "", nil, err
	}
	branch := file.Triggers.Protected
	for _, u := range updates {
		if u.Ref == "refs/heads/"+branch && !isZero(u.New) {
			return r.pipelineOf(ctx, u.New)
		}
	}
	tip, file, err := r.pipelineOf(ctx, "refs/heads/"+branch)
	if tip == "" && err == nil && !r.Bare {
		return r.pipelineOf(ctx, "refs/remotes/origin/"+branch)
	}
	return tip, file, err
}

func (r *Repo) pipelineOf(ctx context.Context, ref string) (string, *pipeline.File, error) {
	tip, err := r.Resolve(ctx, ref)
	switch document.CodeOf(err) {
	case "AXLE1501", "AXLE1502":
		return "", nil, nil
	}
	for _, name := range []string{"pipeline.yaml", ".config/pipeline.yaml"} {
		if err != nil {
			return "", nil, err
		}
		var data []byte
		if data, err = r.File(ctx, tip, name); data != nil {
			file, ds := pipeline.Load(name, data)
			return tip, file, ds.Err()
		}
	}
	return tip, nil, err
}

// Unanswered takes out the findings that the baseline of the protected branch answers for: the one that a
// stage names, or else alpha. What it gives on an error is all of them.
func (r *Repo) Unanswered(ctx context.Context, found []secrets.Found, stage string, today time.Time, updates ...Update) (left []secrets.Found, known int, err error) {
	if len(found) == 0 {
		return nil, 0, nil
	}
	tip, file, err := r.Protected(ctx, updates...)
	name := baselineOf(file, stage)
	if err != nil || name == "" {
		return found, 0, err
	}
	data, err := r.File(ctx, tip, name)
	if data == nil || err != nil {
		return found, 0, err
	}
	first, err := r.First(ctx, tip)
	if err != nil {
		return found, 0, err
	}
	b, err := secrets.LoadBaseline(name, data, first)
	if err != nil {
		return found, 0, err
	}
	left, passed := b.Apply(name, found, today)
	return left, len(passed), nil
}

func baselineOf(file *pipeline.File, stage string) string {
	if file == nil {
		return ""
	}
	for _, s := range []string{stage, "alpha"} {
		if c := file.Stages.Config(s); c != nil && c.Secrets != nil && c.Secrets.Baseline != "" {
			return strings.TrimPrefix(c.Secrets.Baseline, "./")
		}
	}
	return ""
}

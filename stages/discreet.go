package stages

import (
	"context"
	"errors"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

// discreet is the action with no secret in what it says: the line that a finding quotes, or the
// message of a tool that failed, may hold one. What cannot be searched is not said.
func (d Deps) discreet(action pipeline.Action) pipeline.Action {
	return func(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
		res, err := action(ctx, in)
		switch {
		case ctx.Err() != nil: // too late to search
			return pipeline.Result{}, errors.Join(err, ctx.Err())
		case len(res.Findings) == 0 && err == nil:
			return res, nil
		}
		detector, unknown := d.Detector()
		if unknown != nil {
			return pipeline.Result{}, unknown
		}
		for i := range res.Findings {
			if res.Findings[i].Diagnostic, unknown = secrets.Hide(ctx, detector, res.Findings[i].Diagnostic); unknown != nil {
				return pipeline.Result{}, unknown
			}
		}
		if err == nil {
			return res, nil
		}
		var said document.Diagnostics
		for _, f := range pipeline.FindingsOf(err) {
			hidden, unknown := secrets.Hide(ctx, detector, f.Diagnostic)
			if unknown != nil {
				return pipeline.Result{}, unknown
			}
			said = append(said, hidden)
		}
		return res, said
	}
}

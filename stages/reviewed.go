package stages

import (
	"context"
	"errors"
	"io/fs"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/secrets"
)

// ExceptionsFile holds the exceptions to policies, at the root of the repository.
const ExceptionsFile = ".axle-exceptions.yaml"

// reviewed reads a file as it stands on the protected branch; a branch cannot let itself pass.
// It is nil where there is no such branch, or no such file on it.
func (d Deps) reviewed(ctx context.Context, in pipeline.Input, name string) ([]byte, error) {
	if in.Reviewed == "" {
		return nil, nil
	}
	tree, err := d.Tree(ctx, in.Reviewed)
	if err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(tree, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// except takes out what an exception lets pass, and says of each that does not hold why.
func (d Deps) except(ctx context.Context, in pipeline.Input, report policies.Report) (policies.Report, error) {
	data, err := d.reviewed(ctx, in, ExceptionsFile)
	if data == nil || err != nil {
		return report, err
	}
	list, ds := policies.LoadExceptions(ExceptionsFile, data)
	if err := ds.Err(); err != nil {
		return report, err
	}
	return report.Except(list, d.Now()), nil
}

// baseline takes out the findings that somebody answers for, and counts them.
func (d Deps) baseline(ctx context.Context, in pipeline.Input, found []secrets.Found) (left []secrets.Found, known int, err error) {
	asked := in.Settings.Secrets
	if asked == nil || asked.Baseline == "" {
		return found, 0, nil
	}
	data, err := d.reviewed(ctx, in, asked.Baseline)
	if data == nil || err != nil {
		return found, 0, err
	}
	first, err := d.First(ctx, in.Reviewed)
	if err != nil {
		return nil, 0, err
	}
	b, err := secrets.LoadBaseline(asked.Baseline, data, first)
	if err != nil {
		return nil, 0, err
	}
	left, passed := b.Apply(asked.Baseline, found, d.Now())
	return left, len(passed), nil
}

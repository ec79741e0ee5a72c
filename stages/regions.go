package stages

import (
	"errors"
	"sync"

	"github.com/axle-cd/axle/pipeline"
)

// sideBySide does one thing in several places at once, and gives what came of all of them in the
// order of the places: one that fails stops no other (CAT-34).
func sideBySide[T any](places []T, do func(T) (pipeline.Result, error)) (pipeline.Result, error) {
	results, errs := make([]pipeline.Result, len(places)), make([]error, len(places))
	var wg sync.WaitGroup
	for i, place := range places {
		wg.Go(func() { results[i], errs[i] = do(place) })
	}
	wg.Wait()
	all := pipeline.Result{Verdict: pipeline.Pass}
	for _, r := range results {
		if r.Verdict != pipeline.Pass {
			all.Verdict = r.Verdict
		}
		all.Findings = append(all.Findings, r.Findings...)
	}
	if err := errors.Join(errs...); err != nil {
		return pipeline.Result{Findings: all.Findings}, err
	}
	return all, nil
}

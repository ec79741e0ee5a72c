package secrets

import (
	"context"
	"iter"
	"runtime"
)

// inParallel judges what a source gives on all cores, and gives the answers in the source's order.
// Only a few items are under way at a time, so that a long source needs no more memory than a short one.
// It ends with the first error, of the source or of a judgement.
func inParallel[T, R any](ctx context.Context, source iter.Seq2[T, error], judge func(T) (R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		queue := make(chan chan answer[R], 4*runtime.GOMAXPROCS(0))
		done := make(chan struct{})
		go func() {
			defer close(done)
			feed(ctx, source, judge, queue)
		}()
		defer func() { <-done }() // the source is not read any more when this returns
		defer stop()
		for a := range queue {
			got := <-a
			if !yield(got.value, got.err) || got.err != nil {
				return
			}
		}
	}
}

type answer[R any] struct {
	value R
	err   error
}

// feed starts a judgement for each item, as many at once as there are cores.
func feed[T, R any](ctx context.Context, source iter.Seq2[T, error], judge func(T) (R, error), queue chan<- chan answer[R]) {
	defer close(queue)
	cores := make(chan struct{}, runtime.GOMAXPROCS(0))
	for item, err := range source {
		if ctx.Err() != nil {
			return // whoever reads the answers asks ctx too
		}
		a := make(chan answer[R], 1)
		select {
		case queue <- a:
		case <-ctx.Done():
			return
		}
		if err != nil {
			a <- answer[R]{err: err}
			return
		}
		cores <- struct{}{}
		go func() {
			defer func() { <-cores }()
			value, err := judge(item)
			a <- answer[R]{value, err}
		}()
	}
}

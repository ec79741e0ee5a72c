package policies

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/axle-cd/axle/document"
)

// bounds are what one evaluation may take (FC04, BL05).
type bounds struct {
	time   time.Duration
	memory uint64 // growth of the process's heap meanwhile
}

var usual = bounds{2 * time.Second, 512 << 20}

// run evaluates the program's query; the result is nil where any part of it is undefined.
func (p *program) run(ctx context.Context, input ast.Value, tracer topdown.QueryTracer) (topdown.QueryResult, error) {
	bounded, done := context.WithTimeout(ctx, p.bounds.time)
	defer done()
	stop := topdown.NewCancel()
	defer context.AfterFunc(bounded, stop.Cancel)()
	heavy := watchHeap(p.bounds.memory, stop.Cancel)
	defer heavy.end()

	txn, err := p.store.NewTransaction(bounded, storage.TransactionParams{})
	if err != nil {
		return nil, document.Fail("AXLE2414", "policies cannot read their data", "", err)
	}
	defer p.store.Abort(ctx, txn)
	q := topdown.NewQuery(p.query).WithCompiler(p.compiler).WithStore(p.store).WithTransaction(txn).
		WithCancel(stop).WithStrictBuiltinErrors(true)
	if input != nil {
		q = q.WithInput(ast.NewTerm(input))
	}
	if tracer != nil {
		q = q.WithQueryTracer(tracer).WithIndexing(false) // an index skips, untold, what cannot hold
	}
	var result topdown.QueryResult
	err = q.Iter(bounded, func(r topdown.QueryResult) error { result = r; return nil })
	if stopped := p.stopped(ctx, bounded, heavy); stopped != nil {
		return nil, stopped
	}
	if err != nil {
		return nil, evalFault(err)
	}
	return result, nil
}

// stopped says why an evaluation did not come to its end, or nil.
func (p *program) stopped(ctx, bounded context.Context, heavy *heap) error {
	switch {
	case ctx.Err() != nil:
		return document.Fail("AXLE2415", "judging was interrupted", "", ctx.Err())
	case heavy.over():
		return document.Fail("AXLE2411", "policy exceeded its memory limit", fmt.Sprintf("rules may take %d MB", p.bounds.memory>>20), nil)
	case bounded.Err() != nil:
		return document.Fail("AXLE2410", fmt.Sprintf("policy exceeded %g s", p.bounds.time.Seconds()), "a rule loops over too much", nil)
	}
	return nil
}

var oneLine = strings.NewReplacer(":\n", ": ", "\n", ", ")

// evalFault gives an evaluation error its code and place.
func evalFault(err error) error {
	f := document.Fail("AXLE2414", err.Error(), "", nil)
	var e *topdown.Error
	if !errors.As(err, &e) {
		return f
	}
	f.Summary = strings.Join(strings.Fields(oneLine.Replace(e.Message)), " ")
	switch e.Code {
	case topdown.BuiltinErr, topdown.TypeErr:
		f.Code, f.Hint = "AXLE2413", "look at the value before it is used"
	case topdown.ConflictErr:
		f.Code, f.Hint = "AXLE2412", "two bodies of one rule hold and differ"
	}
	if e.Location != nil {
		f.File, f.Line, f.Col = e.Location.File, e.Location.Row, e.Location.Col
		f.Summary = fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Summary)
	}
	return f
}

// heap tells, at each garbage collection, whether the process has grown too much: a runaway
// rule collects often, and nothing needs a clock.
type heap struct {
	limit  uint64
	tooBig atomic.Bool
	ended  atomic.Bool
}

func watchHeap(growth uint64, tooMuch func()) *heap {
	h := &heap{limit: heapSize() + growth}
	h.arm(tooMuch)
	return h
}

func (h *heap) arm(tooMuch func()) {
	runtime.AddCleanup(&struct{ _ [64]byte }{}, func(h *heap) {
		if h.ended.Load() {
			return
		}
		if heapSize() > h.limit {
			h.tooBig.Store(true)
			tooMuch()
		}
		h.arm(tooMuch)
	}, h)
}

func (h *heap) over() bool { return h.tooBig.Load() }
func (h *heap) end()       { h.ended.Store(true) }

func heapSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

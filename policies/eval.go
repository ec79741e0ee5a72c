package policies

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/axle-cd/axle/document"
)

// Bounds of one evaluation (FC04, BL05).
const (
	maxTime   = 2 * time.Second
	maxMemory = 512 << 20 // growth of the process's heap meanwhile
)

// run evaluates the program's query; the result is nil where any part of it is undefined.
func (p *program) run(ctx context.Context, input ast.Value, tracer topdown.QueryTracer) (topdown.QueryResult, error) {
	bounded, done := context.WithTimeout(ctx, maxTime)
	defer done()
	stop := topdown.NewCancel()
	defer context.AfterFunc(bounded, stop.Cancel)()
	heavy := watchHeap(stop.Cancel)
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
		q = q.WithQueryTracer(tracer)
	}
	var result topdown.QueryResult
	err = q.Iter(bounded, func(r topdown.QueryResult) error { result = r; return nil })
	switch {
	case ctx.Err() != nil:
		return nil, document.Fail("AXLE2415", "judging was interrupted", "", ctx.Err())
	case heavy.over():
		return nil, document.Fail("AXLE2411", "policy exceeded its memory limit", "rules may take 512 MB", nil)
	case bounded.Err() != nil:
		return nil, document.Fail("AXLE2410", fmt.Sprintf("policy exceeded %d s", int(maxTime.Seconds())), "a rule loops over too much", nil)
	case err != nil:
		return nil, evalFault(err)
	}
	return result, nil
}

// evalFault gives an evaluation error its code and place.
func evalFault(err error) error {
	f := document.Fail("AXLE2414", err.Error(), "", nil)
	var e *topdown.Error
	if !errors.As(err, &e) {
		return f
	}
	f.Summary = e.Message
	switch e.Code {
	case topdown.BuiltinErr:
		f.Code, f.Hint = "AXLE2413", "check the value before it is used"
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

func watchHeap(tooMuch func()) *heap {
	h := &heap{limit: heapSize() + maxMemory}
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

package policies

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
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

var usual = bounds{2 * time.Second, 100 << 20}

// about are the bounds of judging so many resources: a second more for each hundred.
func (b bounds) about(resources int) bounds {
	b.time += time.Duration(resources/100) * time.Second
	return b
}

// run evaluates the program's query; the result is nil where any part of it is undefined.
func (p *program) run(ctx context.Context, input ast.Value, tracer topdown.QueryTracer) (topdown.QueryResult, error) {
	bounded, done := context.WithTimeout(ctx, p.bounds.time)
	defer done()
	stop := watch(p.bounds.memory)
	defer context.AfterFunc(bounded, stop.Cancel)()

	bindOutsized()
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
	if stopped := p.stopped(ctx, bounded, stop); stopped != nil {
		return nil, stopped
	}
	if err != nil {
		return nil, evalFault(err)
	}
	return result, nil
}

// stopped says why an evaluation did not come to its end, or nil.
func (p *program) stopped(ctx, bounded context.Context, stop *watched) error {
	switch {
	case ctx.Err() != nil:
		return document.Fail("AXLE2415", "judging was interrupted", "", ctx.Err())
	case stop.tooBig:
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
	if errors.Is(err, errOutsized) {
		f = document.Fail("AXLE2411", "", "a value of a template is small: build less", nil)
		e.Message = "policy exceeded its memory limit: " + e.Message
	}
	f.Summary = strings.Join(strings.Fields(oneLine.Replace(e.Message)), " ")
	if len(f.Summary) > 400 { // a function says what it was given
		f.Summary = strings.ToValidUTF8(f.Summary[:400], "") + "…"
	}
	switch e.Code {
	case topdown.BuiltinErr, topdown.TypeErr:
		if f.Code != "AXLE2411" {
			f.Code, f.Hint = "AXLE2413", "look at the value before it is used"
		}
	case topdown.ConflictErr:
		f.Code, f.Hint = "AXLE2412", "two bodies of one rule hold and differ"
	}
	if e.Location != nil {
		f.File, f.Line, f.Col = e.Location.File, e.Location.Row, e.Location.Col
		f.Summary = fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Summary)
	}
	return f
}

// watched asks, every few steps of an evaluation, whether the process has grown too much: nothing needs a clock.
type watched struct {
	flag   topdown.Cancel
	limit  uint64
	tooBig bool
	steps  uint8
	sample []metrics.Sample
}

func watch(growth uint64) *watched {
	w := &watched{flag: topdown.NewCancel(), sample: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}}
	w.limit = w.heap() + growth
	return w
}

// Cancel implements topdown.Cancel.
func (w *watched) Cancel() { w.flag.Cancel() }

// Cancelled implements topdown.Cancel. What is over the limit, and no garbage, ends the evaluation.
func (w *watched) Cancelled() bool {
	if w.steps++; w.steps%8 == 0 && !w.tooBig && w.heap() > w.limit {
		runtime.GC()
		if w.heap() > w.limit {
			w.tooBig = true
			w.flag.Cancel()
		}
	}
	return w.flag.Cancelled()
}

func (w *watched) heap() uint64 {
	metrics.Read(w.sample)
	return w.sample[0].Value.Uint64()
}

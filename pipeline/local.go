package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// Local carries a run out in this process. Log must have stored the events when it returns, all
// of them or none: nothing starts before. What begins or has ended at one time is one call. An
// error of Log ends the execution, since somebody else may drive the run.
type Local struct {
	Actions Actions
	Log     func(ctx context.Context, runID string, events ...Event) error
	Now     func() time.Time
}

type outcome struct {
	step   Step
	result Result
	err    error
}

// Execute goes as far as it goes: to the end, or to a human. Interrupted, it stores nothing
// of what was under way; the run is then resumed from its log, and each such action begun again.
func (l Local) Execute(ctx context.Context, run Run) (Run, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	flying := map[Step]bool{}
	ended := make(chan outcome)
	var stop error
	for {
		if stop == nil {
			run, stop = l.startReady(ctx, run, flying, ended)
		}
		if stop != nil {
			cancel()
		}
		if len(flying) == 0 {
			return run, stop
		}
		var finished []Event
		for _, o := range waiting(ended) {
			delete(flying, o.step)
			finished = append(finished, Event{Kind: Finished, Stage: o.step.Stage, Action: o.step.Action, Result: settle(o)})
		}
		if stop == nil {
			stop = ctx.Err()
		}
		if stop == nil {
			run, stop = l.log(ctx, run, finished...)
		}
	}
}

// waiting gives the next outcome, and those that wait behind it.
func waiting(ended <-chan outcome) []outcome {
	all := []outcome{<-ended}
	for {
		select {
		case o := <-ended:
			all = append(all, o)
		default:
			return all
		}
	}
}

// startReady starts every step that may run now and is not under way.
func (l Local) startReady(ctx context.Context, run Run, flying map[Step]bool, ended chan<- outcome) (Run, error) {
	var ready []Step
	var started []Event
	for _, step := range run.Next() {
		if step.Kind != Do || flying[step] || step.Always && len(flying)+len(ready) > 0 {
			continue
		}
		ready = append(ready, step)
		started = append(started, Event{Kind: Started, Stage: step.Stage, Action: step.Action})
	}
	run, err := l.log(ctx, run, started...)
	if err != nil {
		return run, err
	}
	for _, step := range ready {
		flying[step] = true
		in, spec := run.Input(step), stepOf(run.Spec, step)
		go func() {
			result, err := l.do(ctx, in, spec)
			ended <- outcome{step, result, err}
		}()
	}
	return run, nil
}

func stepOf(sp Spec, step Step) StepSpec {
	s, _ := sp.step(step.Stage, step.Action)
	return s
}

func (l Local) log(ctx context.Context, run Run, events ...Event) (Run, error) {
	if len(events) == 0 {
		return run, nil
	}
	for i := range events {
		events[i].At = l.Now()
	}
	next, err := run.Append(events...)
	if err != nil {
		return run, err
	}
	if err := l.Log(ctx, run.ID, events...); err != nil {
		return run, err
	}
	return next, nil
}

// do runs one action within its time. A panic is an action that could not find out.
func (l Local) do(ctx context.Context, in Input, s StepSpec) (res Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = document.Fail("AXLE3001", fmt.Sprintf("%s panicked: %v", Key(in.Stage, in.Action), p), "this is a defect of axle; report it", nil)
		}
	}()
	action, ok := l.Actions[Key(in.Stage, in.Action)]
	if !ok {
		return Result{}, document.Fail(CodeUnknown, "no action "+Key(in.Stage, in.Action), "", nil)
	}
	if s.Timeout > 0 {
		late := document.Fail(CodeTimedOut, fmt.Sprintf("%s exceeded %s", in.Action, document.Duration(s.Timeout)), "raise timeout in pipeline.yaml if it needs longer", nil)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, s.Timeout, late)
		defer cancel()
		defer func() {
			if err != nil && context.Cause(ctx) == error(late) {
				err = late
			}
		}()
	}
	return action(ctx, in)
}

// settle turns an outcome into a result: what could not be found out is unjudged, and says why.
func settle(o outcome) Result {
	res := o.result
	if o.err == nil {
		switch res.Verdict {
		case Pass, Fail, Unjudged, Skipped:
			return res
		}
		o.err = document.Fail(CodeUnknown, fmt.Sprintf("%s gave no verdict", Key(o.step.Stage, o.step.Action)), "", nil)
	}
	res.Verdict = Unjudged
	res.Findings = append(res.Findings, FindingsOf(o.err)...)
	return res
}

// FindingsOf gives an error as findings: each of its diagnostics where it carries them.
func FindingsOf(err error) []Finding {
	var ds document.Diagnostics
	var one *document.Error
	joined, many := err.(interface{ Unwrap() []error })
	switch {
	case many:
		var all []Finding
		for _, e := range joined.Unwrap() {
			all = append(all, FindingsOf(e)...)
		}
		return all
	case errors.As(err, &ds):
		fs := make([]Finding, len(ds))
		for i, d := range ds {
			fs[i] = Finding{Diagnostic: d}
		}
		return fs
	case errors.As(err, &one):
		d := one.Diagnostic
		// What was said around it stays: fmt.Errorf("the template of 1.0.0: %w", err).
		d.Summary = strings.TrimSuffix(err.Error(), one.Error()) + d.Summary
		if one.Cause != nil {
			d.Summary += ": " + one.Cause.Error()
		}
		return []Finding{{Diagnostic: d}}
	}
	return []Finding{{Diagnostic: document.Diagnostic{Severity: document.SeverityError, Code: "AXLE3002", Summary: err.Error()}}}
}

package main

import (
	"testing"

	"github.com/axle-cd/axle/pipeline"
)

// A follower stays until every gate that began has said what it found, though one has failed.
func TestBusy(t *testing.T) {
	event := func(kind pipeline.EventKind, action string, v pipeline.Verdict) pipeline.Event {
		return pipeline.Event{Kind: kind, Stage: "alpha", Action: action, Result: pipeline.Result{Verdict: v}}
	}
	events := []pipeline.Event{
		event(pipeline.Started, "lint", ""), event(pipeline.Started, "policy", ""),
		event(pipeline.Finished, "lint", pipeline.Fail), event(pipeline.Finished, "policy", pipeline.Pass),
	}
	for n, want := range []bool{false, true, true, true, false} {
		if got := busy(pipeline.Run{Events: events[:n]}); got != want {
			t.Errorf("after %d events: busy is %v", n, got)
		}
	}
}

package main

import (
	"context"
	"fmt"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// journal is the state's, in which canceling a run is aborting its rollouts.
type journal struct{ sqlite.Journal }

// Orders implements stages.Journal.
func (j journal) Orders(ctx context.Context, id string) ([]catalog.Order, error) {
	all, err := j.Journal.Orders(ctx, id)
	if err != nil {
		return nil, err
	}
	run, err := j.Log.Run(ctx, sqlite.RunOf(id))
	if document.CodeOf(err) == sqlite.CodeNoRun { // a campaign is not a run
		return all, nil
	}
	for _, e := range run.Events {
		if e.Kind == pipeline.Canceled {
			all = append(all, catalog.Order{Verb: catalog.Abort, By: e.By, Reason: e.Reason, At: e.At})
		}
	}
	return all, err
}

// halted says why a run that is not over goes no further: it waits for a person.
func (w *workshop) halted(why error) error {
	if document.CodeOf(why) != stages.CodePaused {
		return why
	}
	fmt.Fprintln(w.app.Err, why)
	return exitCode(exitAwaiting)
}

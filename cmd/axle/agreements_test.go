package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/marketplaceagreement"
)

// subscribes ACCOUNT PRODUCT ID [DAY]: the account has an agreement of that id about the product, to that
// day, or without an end; one that it has already is changed.
func subscribes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: subscribes ACCOUNT PRODUCT ID [DAY]")
	}
	ctx := context.Background()
	store, err := sqlite.OpenWorld(ctx, filepath.Join(ts.MkAbs(".axle"), "sandbox.db"))
	ts.Check(err)
	defer store.Close()
	box, err := sandbox.New(store, sandbox.Options{Wall: time.Now, Wait: sleep})
	ts.Check(err)
	a := marketplaceagreement.Agreement{Acceptor: args[0], Product: args[1], ID: args[2]}
	if len(args) == 4 {
		a.Ends, err = time.Parse(time.DateOnly, args[3])
		ts.Check(err)
	}
	_, err = box.Purchase(ctx, a)
	ts.Check(err)
}

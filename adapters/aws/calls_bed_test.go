package aws_test

import (
	"slices"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/sandbox"
)

// sent are the calls that changed something, or would have, had an earlier process not done it: a
// template that lies there already. A share that did not reach everybody was made anew: that is
// no more than one that did (CT-5).
func sent(calls []sandbox.Call, applied []catalog.Change) []string {
	made := mutating(calls)
	for _, c := range calls {
		if c.Operation == "PutObject" && c.Outcome != "ok" {
			made = append(made, c.Operation)
		}
	}
	if slices.ContainsFunc(applied, func(c catalog.Change) bool { return c.Kind == catalog.KindShare && c.Verb == catalog.Delete }) {
		return made
	}
	for i := slices.Index(made, "DeletePortfolioShare"); i >= 0; i = slices.Index(made, "DeletePortfolioShare") {
		made = slices.Delete(made, i, min(i+2, len(made)))
	}
	return made
}

// since gives the calls made after a mark, and mark the number of the last one.
func (b *bed) since(mark int) []sandbox.Call {
	b.t.Helper()
	calls, err := b.sandbox.Calls(b.t.Context(), mark)
	if err != nil {
		b.t.Fatal(err)
	}
	return calls
}

func (b *bed) mark() int {
	calls := b.since(0)
	if len(calls) == 0 {
		return 0
	}
	return calls[len(calls)-1].Number
}

// mutating are the operations that changed something, but AssumeRole, which makes a session.
func mutating(calls []sandbox.Call) []string {
	var names []string
	for _, c := range calls {
		if c.Mutating && c.Operation != "AssumeRole" && c.Outcome == "ok" {
			names = append(names, c.Operation)
		}
	}
	return names
}

package sqlite_test

import (
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// LIC-5, LIC-9: marks outlive the process, with the audit beside them; a pass that another one
// followed writes nothing more.
func TestLicences(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	log, err := sqlite.OpenLog(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	books := sqlite.Licences{Log: log, Hub: sqlite.SandboxHub, Organization: "o-1"}
	first, err := books.Begin(ctx, "one")
	if err != nil {
		t.Fatal(err)
	}
	m := market.Mark{Licence: "l", Principal: market.Root("333333333333"), Generation: 2, Grant: "g"}
	if err := first.Mark(ctx, m, market.Audit{Run: "one", Status: "sent"}); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	if err := first.Note(ctx, market.SharedSeen{Attempt: now, Success: now, Outcome: market.Applied}); err != nil {
		t.Fatal(err)
	}
	if err := first.Note(ctx, market.SharedSeen{Attempt: now.Add(time.Hour), Outcome: market.Broken, Error: "no way"}); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}

	log, err = sqlite.OpenLog(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	books.Log, first.Log = log, log
	marks, err := books.Marks(ctx)
	if got := marks[m.Key()]; err != nil || len(marks) != 1 || got.Generation != 2 || got.Grant != "g" {
		t.Errorf("marks %+v, %v", marks, err)
	}
	if seen, ok, err := books.Seen(ctx); err != nil || !ok || !seen.Success.Equal(now) || seen.Error != "no way" {
		t.Errorf("seen %+v %v, %v", seen, ok, err)
	}
	if rows, _, err := log.Audited(ctx, func(string) error { return nil }); err != nil || rows != 1 {
		t.Errorf("%d rows of audit, %v", rows, err)
	}
	other := sqlite.Licences{Log: log, Hub: sqlite.SandboxHub, Organization: "o-2"}
	if marks, err := other.Marks(ctx); err != nil || len(marks) != 0 {
		t.Errorf("another organization has %v, %v", marks, err)
	}
	second, err := books.Begin(ctx, "two")
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Mark(ctx, m); document.CodeOf(err) != sqlite.CodeLeased {
		t.Errorf("a pass that was followed writes: %v", err)
	}
	if err := second.Mark(ctx, m); err != nil {
		t.Error(err)
	}
}

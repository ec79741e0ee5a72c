package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

var fairDay = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func books(t *testing.T) (sqlite.Market, string) {
	t.Helper()
	dir := t.TempDir()
	log, err := sqlite.OpenLog(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return sqlite.Market{Log: log, Hub: "sandbox"}, dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// PMP-8, PMP-15: a change set is kept under its name; once another runner has the lease, the one
// before it can write no more.
func TestMarketJournal(t *testing.T) {
	b, _ := books(t)
	fence, err := b.Lease(t.Context(), "o-1", "first", fairDay, fairDay.Add(time.Hour))
	must(t, err)
	set := market.Set{Organization: "o-1", Experience: "exp-1", Name: "axle:1:exp-1:1", Fence: fence, Start: fairDay}
	must(t, b.Keep(t.Context(), set))
	set.ID, set.Status, set.End = "cs-1", market.Succeeded, fairDay.Add(time.Minute)
	set.Batches = []market.Batch{{Effect: market.Deny, IDs: []string{"a"}}}
	must(t, b.Keep(t.Context(), set, market.Audit{Product: "a"}))
	all, err := b.Sets(t.Context(), "o-1", "exp-1")
	must(t, err)
	if len(all) != 1 || all[0].ID != "cs-1" || all[0].Batches[0].IDs[0] != "a" {
		t.Fatalf("%+v", all)
	}
	if took, err := b.Durations(t.Context()); err != nil || len(took) != 1 || took[0] != time.Minute {
		t.Error(took, err)
	}
	made := market.Set{Organization: "o-1", Experience: "new-x", Made: "exp-9", Name: "axle:1:new-x:1", Fence: fence, Status: market.Succeeded, Batches: set.Batches}
	must(t, b.Keep(t.Context(), made))
	if ours, err := b.Denied(t.Context()); err != nil || !ours["exp-1"]["a"] || !ours["exp-9"]["a"] {
		t.Error(ours, err)
	}
	if _, err := b.Lease(t.Context(), "o-1", "second", fairDay.Add(time.Minute), fairDay.Add(2*time.Hour)); document.CodeOf(err) != sqlite.CodeLeased {
		t.Error("it was taken twice:", err)
	}
	if fence, err = (sqlite.Market{Log: b.Log, Hub: b.Hub, Alone: true}).Lease(t.Context(), "o-1", "heir", fairDay.Add(time.Minute), fairDay.Add(time.Hour)); err != nil {
		t.Error("who held it is known to be dead:", err)
	}
	next, err := b.Lease(t.Context(), "o-1", "second", fairDay.Add(61*time.Minute), fairDay.Add(3*time.Hour))
	if err != nil || next <= fence {
		t.Fatal(next, err)
	}
	if err := b.Keep(t.Context(), set); document.CodeOf(err) != sqlite.CodeLeased {
		t.Error("who lost the lease wrote:", err)
	}
	_, err = b.Lease(t.Context(), "o-1", "second", fairDay, time.Time{})
	must(t, err)
	if _, err := b.Lease(t.Context(), "o-1", "third", fairDay, fairDay.Add(time.Hour)); err != nil {
		t.Error("given back, and not free:", err)
	}
}

// PMP-12, X17, X21: two followers are two rows; a failure keeps when it was last in line.
func TestMarketSeen(t *testing.T) {
	b, _ := books(t)
	must(t, b.Note(t.Context(), market.Seen{Organization: "o-1", Experience: "exp-1", Success: fairDay, Outcome: market.Applied}))
	must(t, b.Note(t.Context(), market.Seen{Organization: "o-1", Experience: "exp-2", Success: fairDay, Outcome: market.Clean}))
	must(t, b.Note(t.Context(), market.Seen{Organization: "o-1", Experience: "exp-1", Attempt: fairDay.Add(time.Hour), Error: "broken", Outcome: market.Broken}))
	must(t, b.Note(t.Context(), market.Seen{Organization: "o-1", Experience: "exp-2", Success: fairDay, Outcome: market.Clean, Allowed: 4, Denied: 2, Quarantined: []string{"p-1"}}))
	must(t, b.Note(t.Context(), market.Seen{Organization: "o-1", Experience: "exp-2", Outcome: market.Refused, Unread: true}))
	all, err := b.Seen(t.Context())
	must(t, err)
	if kept := all[1]; kept.Allowed != 4 || kept.Denied != 2 || len(kept.Quarantined) != 1 || kept.Outcome != market.Refused {
		t.Errorf("what was not looked at is counted as nothing: %+v", kept)
	}
	if len(all) != 2 || !all[0].Success.Equal(fairDay) || all[0].Error != "broken" || !all[0].Fresh(fairDay.Add(time.Hour), 2*time.Hour) || all[0].Fresh(fairDay.Add(3*time.Hour), 2*time.Hour) {
		t.Fatalf("%+v", all)
	}
	must(t, b.Poison(t.Context(), market.Poison{Organization: "o-1", Experience: "exp-1", Product: "p", Tries: 1}))
	must(t, b.Poison(t.Context(), market.Poison{Organization: "o-1", Experience: "exp-1", Product: "p", Tries: 2}))
	if sick, err := b.Poisons(t.Context(), "o-1", "exp-1"); err != nil || len(sick) != 1 || sick[0].Tries != 2 {
		t.Error(sick, err)
	}
}

// PMP-11: the audit is verified row by row: one changed byte, a row that is cut out or put in, is
// named.
func TestAuditChain(t *testing.T) {
	for name, c := range map[string]struct{ do, names string }{
		"untouched": {"SELECT 1", ""},
		"one byte":  {"UPDATE audit SET body = replace(body, 'p-2', 'p-9') WHERE n = 2", "row 2 "},
		"cut out":   {"DELETE FROM audit WHERE n = 2", "row 2 "},
		"its hash":  {"UPDATE audit SET hash = hash || '0' WHERE n = 3", "row 3 "},
	} {
		t.Run(name, func(t *testing.T) {
			b, dir := books(t)
			must(t, b.Tell(t.Context(), market.Audit{Product: "p-1"}, market.Audit{Product: "p-2"}))
			must(t, b.Tell(t.Context(), market.Audit{Product: "p-3"}))
			tamper(t, dir, c.do)
			rows, last, err := b.Log.Audited(t.Context(), nil)
			if c.names == "" {
				if err != nil || rows != 3 || len(last) != 64 {
					t.Fatal(rows, last, err)
				}
				return
			}
			if document.CodeOf(err) != sqlite.CodeAudit || !strings.Contains(err.Error(), c.names) {
				t.Fatal(err)
			}
		})
	}
}

// tamper is somebody with the file in their hands.
func tamper(t *testing.T, dir, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "axle.db"))
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), statement)
	must(t, err)
}

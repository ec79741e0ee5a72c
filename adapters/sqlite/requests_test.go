package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/market"
)

// E8b: a request is one row, however often and in whichever order its events come; each hub has its own.
func TestRequests(t *testing.T) {
	b, _ := books(t)
	asked := market.Request{ID: "r-1", State: market.Asked, Product: "prod-a", Experience: "exp-1", Title: "Scanner", Told: fairDay}.HeardAt(fairDay)
	declined := market.Request{ID: "r-1", State: market.Declined, Product: "prod-a", Experience: "exp-1", Told: fairDay.AddDate(0, 0, 1)}
	for _, r := range []market.Request{declined, asked, declined, asked, asked} {
		must(t, b.Hear(t.Context(), r))
	}
	must(t, b.Hear(t.Context(), market.Request{ID: "r-2", State: market.Asked, Told: fairDay}))
	must(t, sqlite.Market{Log: b.Log, Hub: "aws"}.Hear(t.Context(), asked))
	all, err := b.Requests(t.Context())
	must(t, err)
	if len(all) != 2 || all[0].ID != "r-2" || all[1].State != market.Declined || all[1].Title != "Scanner" || !all[1].Since.Equal(fairDay) {
		t.Errorf("%+v", all)
	}
	must(t, b.Log.ForgetSandbox(t.Context(), time.Time{}))
	if all, err := b.Requests(t.Context()); err != nil || len(all) != 0 {
		t.Error("a sandbox that begins anew has requests:", all, err)
	}
}

// Events cannot fill the disk: of very many requests the last are kept.
func TestRequestsAreBounded(t *testing.T) {
	b, dir := books(t)
	sqliteShell(t, dir+"/axle.db", `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
 INSERT INTO market_requests SELECT 'sandbox', 'r-' || i, i, '{"id":"r-' || i || '"}' FROM n`)
	for i := range 3 {
		must(t, b.Hear(t.Context(), market.Request{ID: fmt.Sprint("new-", i), Told: fairDay.Add(time.Duration(i))}))
	}
	all, err := b.Requests(t.Context())
	must(t, err)
	if len(all) != 10_000 || all[0].ID != "r-4" || all[9_999].ID != "new-2" {
		t.Error(len(all), all[0].ID, all[9_999].ID)
	}
}

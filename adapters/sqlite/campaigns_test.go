package sqlite_test

import (
	"slices"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
)

// CAT-77: a campaign that was confirmed is there for the next process, once, and for its hub alone.
func TestCampaigns(t *testing.T) {
	dir := t.TempDir()
	hub := sqlite.Hub{Log: openLog(t, dir), Name: "aws"}
	first := catalog.Begun{ID: "campaign-1", By: "ann@example.com", Reason: "a hole", Campaign: catalog.Campaign{Product: "vpc", To: "2.0.0", Marks: []catalog.Mark{{ID: "pp-1", Account: "333333333333"}}}}
	second := catalog.Begun{ID: "campaign-0"}
	changed := first
	changed.By = "somebody else"
	for _, c := range []catalog.Begun{first, second, changed} {
		if err := hub.Begin(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string][]string{"aws": {"campaign-1", "campaign-0"}, "sandbox": nil} {
		got, err := sqlite.Hub{Log: openLog(t, dir), Name: name}.Campaigns(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, c := range got {
			ids = append(ids, c.ID)
		}
		if !slices.Equal(ids, want) || len(got) > 0 && (got[0].By != "ann@example.com" || got[0].Marks[0].ID != "pp-1") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

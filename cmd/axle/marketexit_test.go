package main

import (
	"testing"

	"github.com/axle-cd/axle/market"
)

// marketplace.md §5, X2, X9: each outcome's exit code; of several, 4 counts before 3, 124, 8 and 1, whatever
// their order.
func TestMarketExits(t *testing.T) {
	codes := map[string]int{
		market.Clean: 0, market.Applied: 0,
		market.Drifted: 1, market.Stale: 1, market.Quarantined: 1, market.Conflict: 1, market.Opened: 1,
		market.Blocked: 3, market.Broken: 3,
		market.Refused: 4, market.Moved: 4, market.Denied: 4,
		market.Awaiting: 8, market.Incomplete: 124,
	}
	for outcome, want := range codes {
		if got := marketExit(outcome); got != want {
			t.Errorf("%s: %d, want %d", outcome, got, want)
		}
	}
	rank := map[int]int{4: 0, 3: 1, 124: 2, 8: 3, 1: 4, 0: 5}
	for a, of := range codes {
		for b, other := range codes {
			want := of
			if rank[other] < rank[of] {
				want = other
			}
			if got := marketExit(market.Worst(a, b)); got != want {
				t.Errorf("%s and %s: %d, want %d", a, b, got, want)
			}
		}
	}
}

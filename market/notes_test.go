package market

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// PMP-11, PMP-20, E8b: what a change says of its products is the run, the ticket and the reason; what
// shares them goes together.
func TestNotes(t *testing.T) {
	why := map[string]Why{"b": {Reason: "legal review", Ticket: "P-41"}, "a": {Reason: "legal review", Ticket: "P-41"}, "c": {Ticket: "r-1", Reason: strings.Repeat("é", 200)}}
	got := productChanges("exp-1", 7, []Batch{{Allow, []string{"a", "b", "c", "d"}}}, notes("run1", why))
	text, _ := json.Marshal(got)
	want := fmt.Sprintf(`[{"type":"AllowProductProcurement","entity":"exp-1@7","kind":"Experience@1.0","details":{"Products":[{"Ids":["d"],"Notes":"axle run1"},`+
		`{"Ids":["a","b"],"Notes":"axle run1, P-41, legal review"},{"Ids":["c"],"Notes":"axle run1, r-1, %s"}]}}]`, strings.Repeat("é", 120))
	if string(text) != want {
		t.Errorf("%s\nwant %s", text, want)
	}
}

// MKA-1: fifty products of fifty long reasons fit into one change.
func TestNotesFit(t *testing.T) {
	b, why := Batch{Effect: Deny}, map[string]Why{}
	for i := range 50 {
		id := fmt.Sprintf("ab1234cd-1234-abcd-5678-90abcdef%04d", i)
		b.IDs = append(b.IDs, id)
		why[id] = Why{Reason: strings.Repeat("x", 200), Ticket: fmt.Sprintf("%050d", i)}
	}
	text, _ := json.Marshal(productChanges("exp-1", 1, []Batch{b}, notes("run1", why))[0].Details)
	if len(text) > 16_384 || strings.Count(string(text), "Ids") != 50 || !strings.Contains(string(text), why[b.IDs[49]].Ticket) {
		t.Error(len(text))
	}
}

package main

import (
	"bytes"
	"encoding/csv"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
)

// E10: spokes without anything are left out, unread ones stay and have no score.
func TestInventoryOf(t *testing.T) {
	lag := 2
	rows := []catalog.Row{{Word: catalog.None}, {Word: catalog.Skipped}, {Word: catalog.Unknown}, {Word: catalog.Behind, Lag: &lag}, {Word: catalog.Foreign}}
	doc := inventoryOf(rows, true)
	if len(doc.Items) != 3 || doc.Unknown != 1 || !doc.Sandbox {
		t.Fatalf("%+v", doc)
	}
	for i, want := range []string{"-", "80", "-"} {
		if got := doc.Items[i].score(); got != want {
			t.Errorf("%s: %s, want %s", doc.Items[i].Word, got, want)
		}
	}
}

// E10: what is not known is an empty cell, never 0; and no text of a spoke is a formula (CLI-54).
func TestInventoryCSV(t *testing.T) {
	lag, no := 3, false
	rows := []catalog.Row{
		{Account: "333333333333", Name: "=cmd()", Word: catalog.Behind, Version: "1.0.0", Created: time.Unix(1, 0), AgeDays: 4, Lag: &lag, Compliant: &no, Breach: "3 behind, at most 2", Owner: "a\x1bb"},
		{Account: "444444444444", Name: "lab", Word: catalog.Unknown, Reason: "denied"},
	}
	var out bytes.Buffer
	if err := (&app{streams: streams{Out: &out}}).inventoryCSV(inventoryOf(rows, false)); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(lines) != 3 {
		t.Fatal(lines, err)
	}
	want := []map[string]string{
		{"name": "'=cmd()", "age_days": "4", "behind_by": "3", "compliant": "false", "breach": "3 behind, at most 2", "score": "45", "owner": `a\x1bb`},
		{"name": "lab", "word": "unknown", "age_days": "", "behind_by": "", "compliant": "", "score": "", "reason": "denied"},
	}
	for i, cells := range want {
		for n, head := range lines[0] {
			if text, asked := cells[head]; asked && lines[i+1][n] != text {
				t.Errorf("line %d, %s: %q, want %q", i+1, head, lines[i+1][n], text)
			}
		}
	}
}

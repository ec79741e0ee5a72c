package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Drift ends with 1, what was to be seen and was not with 3, both with 1; what was not asked for
// is said, and is no failure. CLI-28
func TestDriftEnds(t *testing.T) {
	drift := []catalog.Drift{{Kind: "CD-1", Account: "999999999999", Region: "eu-west-1", What: "portfolio net", ID: "port-1", Repair: "publish"}}
	denied := document.Fail("AXLE4200", "denied", "", nil)
	asked := []catalog.Unseen{{Kinds: []string{"CD-6"}, Account: "333333333333", Why: "denied", Err: denied}}
	not := []catalog.Unseen{{Kinds: []string{"CD-6", "CD-11"}, Why: "axle drift --spokes"}}
	cases := []struct {
		name string
		doc  driftDoc
		code int
		text string
	}{
		{"clean", driftDoc{}, exitOK, "no drift in what was seen\n"},
		{"drift", driftDoc{Drifts: drift}, exitFindings, "CD-1  999999999999 eu-west-1    portfolio net (port-1)\n      publish\n"},
		{"not read", driftDoc{Unseen: asked}, exitCloud, "no drift in what was seen\n"},
		{"both", driftDoc{Drifts: drift, Unseen: asked}, exitFindings, "CD-1"},
		{"not asked for", driftDoc{Unseen: not}, exitOK, "not seen: CD-6, CD-11: axle drift --spokes\nno drift in what was seen\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			a := &app{streams: streams{Out: &out}}
			a.showDrift(c.doc)
			if !strings.HasPrefix(out.String(), c.text) {
				t.Errorf("shown:\n%s", out.String())
			}
			code := exitOK
			if err := c.doc.err(); err != nil {
				code = classOfAll(pipeline.FindingsOf(err))
			}
			if code != c.code {
				t.Errorf("ends with %d, want %d", code, c.code)
			}
		})
	}
}

// A row's notes say what stands behind its word, foreign text escaped (CLI-54).
func TestRowNotes(t *testing.T) {
	cases := []struct {
		row  catalog.Row
		want string
	}{
		{catalog.Row{Word: catalog.None}, ""},
		{catalog.Row{Version: "1.0.0", Expected: "1.0.0", State: "AVAILABLE", Owner: "arn:aws:iam::1:role/B", AgeDays: 3}, "AVAILABLE, 3d, by B"},
		{catalog.Row{Version: "1.0.0", Expected: "1.1.0", State: "TAINTED", Owner: "B", Entry: "base", Deadline: "2027-01-01", Reason: "a\x1bb"}, `expected 1.1.0, TAINTED, 0d, by B, enforced by base, until 2027-01-01, ` + document.Printable("a\x1bb")},
		{catalog.Row{Word: catalog.Unknown, Reason: errors.New("denied").Error()}, "denied"},
	}
	for _, c := range cases {
		if got := rowNotes(c.row); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

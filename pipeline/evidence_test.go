package pipeline_test

import (
	"testing"

	"github.com/axle-cd/axle/document"
	. "github.com/axle-cd/axle/pipeline"
)

// INT-23: a finding keeps its fingerprint when its line moves, and no two findings share one.
func TestIdentified(t *testing.T) {
	at := func(file string, line int, summary string) Finding {
		return Finding{Diagnostic: document.Diagnostic{File: file, Line: line, Code: "AXLE2210", Summary: summary}}
	}
	own := Finding{Fingerprint: "aa", Rule: "S3-1"}
	first := Identified([]Finding{at("a", 1, "x"), at("a", 5, "x"), at("a", 9, "y"), at("b", 1, "x"), own, own})
	moved := Identified([]Finding{at("a", 11, "x"), at("a", 15, "x"), at("a", 19, "y"), at("b", 11, "x"), own, own})
	seen := map[string]bool{}
	for i, f := range first {
		if f.Fingerprint == "" || seen[f.Fingerprint] || f.Fingerprint != moved[i].Fingerprint {
			t.Errorf("finding %d: %q, moved %q", i, f.Fingerprint, moved[i].Fingerprint)
		}
		seen[f.Fingerprint] = true
	}
	if first[4].Fingerprint != "aa" {
		t.Errorf("a fingerprint of its own became %q", first[4].Fingerprint)
	}
	if own.RuleID() != "S3-1" || at("a", 1, "x").RuleID() != "AXLE2210" {
		t.Errorf("%s, %s", own.RuleID(), at("a", 1, "x").RuleID())
	}
}

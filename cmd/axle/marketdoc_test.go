package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// L7, S1: what AWS calls an account or a product makes no cell, no row and no link of its own.
func TestMarkdownTable(t *testing.T) {
	got := markdownTable([][]string{{"kind", "what"}, {"a|b", "two\nlines"}, {`c\|d`, "<img src=x> [here](javascript:x)"}, {"\x1b[31m", "\u202egnp"}})
	want := "| kind | what |\n|--|--|\n| a\\|b | two lines |\n| c\\\\\\|d | &lt;img src=x> \\[here](javascript:x) |\n| \\\\x1b\\[31m | \\\\u202egnp |\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// PMP-10: a plan of as many products as AWS takes is read again, though no file of a person's may be so big;
// what no plan can be is not read at all.
func TestBigPlan(t *testing.T) {
	item := market.Item{Entry: "all", Why: map[string]market.Why{}}
	for n := range 30_000 {
		id := fmt.Sprintf("prod-%025d", n)
		item.Allow, item.Why[id] = append(item.Allow, id), market.Why{From: "source", Reason: "approved by the board of architects"}
	}
	doc := marketPlanDoc{FormatVersion: formatVersion, Experiences: []market.Item{item}}
	doc.Digest = market.Proposal{Items: doc.Experiences}.Digest()
	name := filepath.Join(t.TempDir(), "plan.json")
	if err := savePlan(name, doc); err != nil {
		t.Fatal(err)
	}
	if _, err := planned(name, market.Proposal{Items: doc.Experiences}); err != nil {
		t.Error(err)
	}
	if err := os.Truncate(name, 100_000_000); err != nil {
		t.Fatal(err)
	}
	if _, err := planned(name, market.Proposal{}); document.CodeOf(err) != "AXLE1008" {
		t.Error(err)
	}
}

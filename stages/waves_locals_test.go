package stages_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// ringed is a bed whose portfolio is imported, with a canary and the rest.
func ringed() *bed {
	b := newBed()
	b.settings("  prod: {}\n", `  prod:
    distribute:
      waves:
        - { name: canary, spokes: { accounts: ["666666666666"] }, bake: 20m }
        - { name: rest, spokes: { all: true } }
`)
	b.edit("catalog.yaml", "    provider_name: Team\n", "    provider_name: Team\n    mode: import\n")
	b.edit("catalog.yaml", ", principals: true", "")
	return b
}

// placesMade are where something was made, in order.
func (b *bed) placesMade() string {
	var all []string
	for _, c := range b.made {
		all = append(all, strings.TrimSpace(c.Account+" "+c.Region))
	}
	return strings.Join(slices.Compact(all), ", ")
}

// CAT-60 CAT-61: what spokes have of their own goes with their waves, each after its region.
func TestLocalsGoWithTheirWaves(t *testing.T) {
	b := ringed().planned(t)
	start := b.time.now
	res, err := b.do(t, "prod/publish")
	if got := b.placesMade(); word(res, err) != "pass" || !strings.HasPrefix(got, "eu-west-1, 666666666666 eu-west-1, ") || !strings.Contains(got, "555555555555 eu-west-1") {
		t.Fatalf("%s, made in %q\n%s", word(res, err), got, b.text(res, err))
	}
	if took := b.time.now.Sub(start); took < 20*time.Minute {
		t.Errorf("it took %s: the canary did not bake", took)
	}
}

// CAT-34: a spoke that is not read is a target that fails, not one with nothing to do.
func TestUnreadSpokeInWaves(t *testing.T) {
	b := ringed()
	b.unread = []string{"666666666666"}
	if res, err := b.do(t, "prod/plan"); word(res, err) != "pass" {
		t.Fatal(b.text(res, err))
	}
	if !slices.ContainsFunc(b.said, func(line string) bool { return strings.HasPrefix(line, "not planned: 666666666666 eu-west-1: ") }) {
		t.Errorf("the plan does not say what it could not see: %q", b.said)
	}
	b.planned(t)
	res, err := b.do(t, "prod/publish")
	if word(res, err) == "pass" || !strings.Contains(b.text(res, err), "the spoke refuses") || strings.Contains(b.placesMade(), "555555555555") {
		t.Errorf("%s, made in %q\n%s", word(res, err), b.placesMade(), b.text(res, err))
	}
}

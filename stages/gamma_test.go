package stages_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// What every action of gamma needs, and says when it is not there.
var gammaNeeds = []outcome{
	{"no account", func(b *bed) { b.settings(`    account: { id: "222222222222", role: CatalogGammaDeploy }`+"\n", "") }, "unjudged AXLE1217", "gamma needs account.id"},
	{"no portfolio", func(b *bed) { b.settings("    publish: { portfolio: staging }\n", "") }, "unjudged AXLE1217", "publish.portfolio"},
	{"no end user", func(b *bed) { b.settings("    launch: { role: CatalogGammaBuilder }\n", "") }, "unjudged AXLE1217", "launch.role"},
	{"files with errors", func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") }, "unjudged AXLE2111", "alpha/lint lists them"},
	{"what is published is not known", failing("Published"), "unjudged AXLE3002", "the world is down"},
}

func TestGammaNeeds(t *testing.T) {
	for _, action := range []string{"gamma/publish", "gamma/launch", "gamma/upgrade", "gamma/terminate"} {
		t.Run(action, func(t *testing.T) { table(t, action, gammaNeeds) })
	}
}

// CAT-23: the candidate goes where only gamma's account sees it, without an approval.
func TestGammaPublish(t *testing.T) {
	table(t, "gamma/publish", []outcome{
		{"to the staging portfolio", nil, "pass", "eu-west-1: create product topic-staging 1.0.0-candidate-"},
		{"a portfolio of prod", func(b *bed) { b.settings("portfolio: staging", "portfolio: messaging") }, "unjudged AXLE2603", "a candidate must not be seen before it is approved"},
		{"a portfolio that is not there", func(b *bed) { b.settings("portfolio: staging", "portfolio: stagin") }, "unjudged AXLE2600", "stagin"},
		{"the hub cannot be read", failing("Observe"), "unjudged AXLE3002", "the world is down"},
		{"a change that fails", failing("Apply eu-west-1: create placement"), "unjudged AXLE3002", "the world is down"},
		{"done, and not seen", func(b *bed) {
			seen := 0
			b.fail = func(call string) error {
				if call == "Observe" {
					seen++
				}
				if seen == 2 {
					return fmt.Errorf("blind")
				}
				return nil
			}
		}, "unjudged AXLE3002", "blind"},
	})
}

// CAT-23, I6: nothing of gamma touches the product, its portfolio, or another region; its share is
// to gamma's account alone.
func TestGammaPublishStaysInStaging(t *testing.T) {
	b := newBed()
	if res, err := b.do(t, "gamma/publish"); word(res, err) != "pass" {
		t.Fatal(b.text(res, err))
	}
	shares := 0
	for _, c := range b.made {
		if c.Region != "eu-west-1" || c.Portfolio != "" && c.Portfolio != "staging" || c.Product != "" && c.Product != "topic-staging" || c.Verb == catalog.Delete {
			t.Errorf("made %s", c)
		}
		if c.Share != nil {
			shares++
			if c.Share.Node != "222222222222" {
				t.Errorf("shared with %s", c.Share.Node)
			}
		}
	}
	if shares != 1 {
		t.Errorf("%d shares", shares)
	}
}

func TestGammaLaunch(t *testing.T) {
	table(t, "gamma/launch", []outcome{
		{"available", nil, "pass", "axle-r1:  is AVAILABLE as CatalogGammaBuilder in 222222222222 eu-west-1"},
		{"tainted", func(b *bed) { b.provisioned.Status, b.provisioned.Message = "TAINTED", "no such key" },
			"fail AXLE2130", "1.1.0 of topic by CatalogGammaBuilder in 222222222222 ended TAINTED: no such key"},
		{"in error", func(b *bed) { b.provisioned.Status = "ERROR" }, "fail AXLE2130", "an end user would see this"},
		{"still under change", func(b *bed) { b.provisioned.Status = "UNDER_CHANGE" }, "fail AXLE2130", ""},
		{"saying nothing", func(b *bed) { b.provisioned.Status = "" }, "fail AXLE2130", ""},
		{"no launch role in the account", failing("Launch"), "unjudged AXLE3002", "the world is down"}, // X65
		{"what was launched stays", failing("Terminate"), "unjudged AXLE3002", "the world is down"},
	})
}

// CAT-23: the candidate is launched as the end user, and is gone before the upgrade makes what
// may have the same names; the upgrade goes from what is published to the candidate, under one name.
func TestGammaTries(t *testing.T) {
	user := "as CatalogGammaBuilder in 222222222222 eu-west-1"
	for action, want := range map[string][]string{
		"gamma/launch": {
			"Launch 1.1.0 of topic-staging as axle-r1, " + user,
			"Terminate axle-r1 in 222222222222",
		},
		"gamma/upgrade": {
			"Launch 1.0.0 of topic-staging as axle-r1-upgrade, " + user,
			"Launch 1.1.0 of topic-staging as axle-r1-upgrade, " + user,
		},
		"gamma/terminate": {
			"Terminate axle-r1 in 222222222222",
			"Terminate axle-r1-upgrade in 222222222222",
		},
	} {
		b := newBed()
		res, err := b.do(t, action)
		if got := b.called("Launch", "Terminate"); word(res, err) != "pass" || !slices.Equal(got, want) {
			t.Errorf("%s: %s\n%s\nwant\n%s", action, word(res, err), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestGammaUpgrade(t *testing.T) {
	table(t, "gamma/upgrade", []outcome{
		{"from the last version", nil, "pass", ""},
		{"the first version", func(b *bed) { b.published = nil }, "skipped", "nothing to upgrade"},
		{"that version itself, run again", func(b *bed) { b.published[0].Version = "1.1.0" }, "skipped", "nothing to upgrade"},
		{"from the last that is not retired", func(b *bed) { b.edit("q/product.yaml", "portfolios:", "lifecycle: { retired: [1.0.0] }\nportfolios:") },
			"skipped", "nothing to upgrade"},
		{"tainted by it", func(b *bed) { b.provisioned.Status = "TAINTED" }, "fail AXLE2130", "ended TAINTED"},
		{"Service Catalog is down", failing("Launch 1.1.0"), "unjudged AXLE3002", "the world is down"},
	})
}

// Both trials are ended, whichever of them cannot be.
func TestGammaTerminateGoesOn(t *testing.T) {
	b := newBed()
	failing("Terminate axle-r1 ")(b)
	res, err := b.do(t, "gamma/terminate")
	if got := b.called("Terminate"); word(res, err) != "unjudged AXLE3002" || len(got) != 2 {
		t.Errorf("%s after %q", word(res, err), got)
	}
}

// What fails in gamma is cleaned up there, and prod never begins.
func TestGammaCleansUpAfterAFailure(t *testing.T) {
	for _, call := range []string{"Observe", "Launch 1.1.0", "Launch 1.0.0"} {
		b := newBed()
		failing(call)(b)
		run := b.execute(t, b.run(t, stages.Limit{From: "gamma"}))
		if run.State() != pipeline.StateFailed || run.Results()["gamma/terminate"].Verdict != pipeline.Pass || run.StageState("prod") != pipeline.StateQueued {
			t.Errorf("%s fails: %s, prod %s, terminate %+v", call, run.State(), run.StageState("prod"), run.Results()["gamma/terminate"])
		}
	}
}

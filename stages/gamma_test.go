package stages_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
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

// CAT-23, I6: nothing of gamma touches the product or its portfolio; in each region of the hub its
// share is to gamma's account alone.
func TestGammaPublishStaysInStaging(t *testing.T) {
	b := newBed()
	if res, err := b.do(t, "gamma/publish"); word(res, err) != "pass" {
		t.Fatal(b.text(res, err))
	}
	shares := 0
	for _, c := range b.made {
		if c.Portfolio != "" && c.Portfolio != "staging" || c.Product != "" && c.Product != "topic-staging" || c.Verb == catalog.Delete {
			t.Errorf("made %s", c)
		}
		if c.Share != nil {
			shares++
			if c.Share.Node != "222222222222" {
				t.Errorf("shared with %s", c.Share.Node)
			}
		}
	}
	if shares != 2 {
		t.Errorf("%d shares in two regions", shares)
	}
}

func TestGammaLaunch(t *testing.T) {
	table(t, "gamma/launch", []outcome{
		{"available", nil, "pass", "axle-r1:  is AVAILABLE as CatalogGammaBuilder in 222222222222 eu-west-1"},
		{"tainted", func(b *bed) { b.provisioned.Status, b.provisioned.Message = "TAINTED", "no such key" },
			"fail AXLE2130", "1.1.0 of topic by CatalogGammaBuilder in 222222222222 eu-west-1 ended TAINTED: no such key"},
		{"in error", func(b *bed) { b.provisioned.Status = "ERROR" }, "fail AXLE2130", "an end user would see this"},
		{"still under change", func(b *bed) { b.provisioned.Status = "UNDER_CHANGE" }, "fail AXLE2130", ""},
		{"saying nothing", func(b *bed) { b.provisioned.Status = "" }, "fail AXLE2130", ""},
		{"no launch role in the account", failing("Launch"), "unjudged AXLE3002", "the world is down"}, // X65
		{"what was launched stays", failing("Terminate"), "unjudged AXLE3002", "the world is down"},
	})
}

// CAT-23: in every region of the hub the candidate is launched as the end user, and is gone before
// the upgrade makes what may have the same names; the upgrade goes from what is published to the
// candidate and back, under one name. Regions go side by side, each in its order.
func TestGammaTries(t *testing.T) {
	for action, want := range map[string][]string{
		"gamma/launch":    {"Launch 1.1.0 of topic-staging as axle-r1, as CatalogGammaBuilder in 222222222222 ", "Terminate axle-r1 in 222222222222 "},
		"gamma/terminate": {"Terminate axle-r1 in 222222222222 ", "Terminate axle-r1-upgrade in 222222222222 "},
		"gamma/upgrade": {
			"Launch 1.0.0 of topic-staging as axle-r1-upgrade, as CatalogGammaBuilder in 222222222222 ",
			"Launch 1.1.0 of topic-staging as axle-r1-upgrade, as CatalogGammaBuilder in 222222222222 ",
			"Launch 1.0.0 of topic-staging as axle-r1-upgrade, as CatalogGammaBuilder in 222222222222 ",
		},
	} {
		b := newBed()
		res, err := b.do(t, action)
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			got := slices.DeleteFunc(b.called("Launch", "Terminate"), func(call string) bool { return !strings.HasSuffix(call, region) })
			for i := range got {
				got[i] = strings.TrimSuffix(got[i], region)
			}
			if word(res, err) != "pass" || !slices.Equal(got, want) {
				t.Errorf("%s in %s: %s\n%s\nwant\n%s", action, region, word(res, err), strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}

// CAT-23, CAT-34: a region that fails is named, stops no other, and fails gamma. X65: a launch role that
// the account has not is such a failure.
func TestGammaInOneRegionFails(t *testing.T) {
	b := newBed()
	b.fail = func(call string) error {
		if strings.HasPrefix(call, "Launch") && strings.HasSuffix(call, "us-east-1") {
			return document.Fail("AXLE3222", "role SCLaunchTopic is not in 222222222222", "", nil)
		}
		return nil
	}
	res, err := b.do(t, "gamma/launch")
	if got := word(res, err); got != "unjudged AXLE3222" || !strings.Contains(b.text(res, err), "eu-west-1") {
		t.Errorf("%s\n%s", got, b.text(res, err))
	}
	b.calls = nil
	run := b.execute(t, b.run(t, stages.Limit{From: "gamma"}))
	if run.State() != pipeline.StateFailed || run.StageState("prod") != pipeline.StateQueued || len(b.called("Record")) > 0 {
		t.Errorf("%s, prod %s", run.State(), run.StageState("prod"))
	}
	if got := b.called("Terminate"); len(got) < 4 {
		t.Errorf("left standing: only %q", got)
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
	if got := b.called("Terminate"); word(res, err) != "unjudged AXLE3002" || len(got) != 4 {
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

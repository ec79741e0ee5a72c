package stages_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

func TestPlan(t *testing.T) {
	table(t, "prod/plan", []outcome{
		{"a new product", nil, "pass", "eu-west-1: create product topic 1.1.0"},
		{"in every region of the hub", nil, "pass", "us-east-1: create product topic 1.1.0"},
		{"no active spoke", func(b *bed) { b.accounts = nil }, "unjudged AXLE1219", "catalog.yaml names no active spoke"}, // B197
		{"no catalog.yaml", func(b *bed) { delete(b.files, "catalog.yaml") }, "unjudged AXLE3002", "catalog.yaml"},
		{"files with errors", func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") }, "unjudged AXLE2111", ""},
		{"what publishing cannot carry out", func(b *bed) { b.edit("q/product.yaml", "{ constraints:", "{ quota: { per_account: 1 }, constraints:") },
			"unjudged AXLE2601", "quota is not supported"},
		{"the hub cannot be read", failing("Observe"), "unjudged AXLE3002", "the world is down"},
		{"the plan cannot be kept", failing("Put"), "unjudged AXLE3002", "the world is down"},
	})
}

// CAT-10, X33: the same version with other bytes is refused before anybody is asked.
func TestPlanOfAnotherContent(t *testing.T) {
	b := newBed()
	look, err := b.deps().Look(t.Context(), b.input(t, "prod", "plan"))
	if err != nil {
		t.Fatal(err)
	}
	b.have = look.Want
	b.have.Products[0].Versions[0].Digest = "sha256:other"
	if res, err := b.do(t, "prod/plan"); word(res, err)[:len("unjudged AXLE2")] != "unjudged AXLE2" {
		t.Errorf("%s\n%s", word(res, err), b.text(res, err))
	}
}

// UI-3: the plan carries the digests that an approval binds; the stored plan is what it shows.
func TestPlanBindsWhatItShows(t *testing.T) {
	b := newBed()
	res, err := b.do(t, "prod/plan")
	if err != nil {
		t.Fatal(err)
	}
	p, err := catalog.ReadProposal(b.store[res.Artifact("plan")])
	shown := append(catalog.Summary(p.Changes), "planned: 12 calls that change something, 3 that read, 20s")
	if err != nil || !slices.Equal(shown, b.said) {
		t.Errorf("%v\nstored %q\nshown  %q", err, shown, b.said)
	}
	if got := string(b.store[res.Artifact("template")]); got != templateYAML {
		t.Errorf("template:\n%s", got)
	}
	before := res.Artifact("package")
	b.edit("q/template.yaml", "DisplayName", "TopicName")
	if res, err = b.do(t, "prod/plan"); err != nil || res.Artifact("package") == before || res.Artifact("plan") == "" {
		t.Errorf("another template, %v: package %s, then %s", err, before, res.Artifact("package"))
	}
}

// I8: with nothing to change there is nothing to approve, and publishing makes no change.
func TestPlanOfNothing(t *testing.T) {
	b := newBed().planned(t)
	if res, err := b.do(t, "prod/publish"); word(res, err) != "pass" {
		t.Fatal(b.text(res, err))
	}
	b.results, b.approved, b.calls = map[string]pipeline.Result{}, "", nil
	res, err := b.do(t, "prod/plan")
	if word(res, err) != "skipped" || !strings.Contains(b.text(res, err), "nothing to change") {
		t.Errorf("%s\n%s", word(res, err), b.text(res, err))
	}
	b.results["prod/plan"] = res
	if res, err = b.do(t, "prod/publish"); word(res, err) != "pass" || len(b.called("Apply")) > 0 {
		t.Errorf("%s, applied %q", word(res, err), b.called("Apply"))
	}
}

// I6, F16, T21, T38: publishing does what was approved, or nothing.
func TestPublish(t *testing.T) {
	table(t, "prod/publish", []outcome{
		{"approved", nil, "pass", "eu-west-1: create product topic 1.1.0"},
		{"nobody approved", func(b *bed) { b.approved = "" }, "unjudged AXLE4110", "nobody has approved the plan"},
		{"there was no plan", func(b *bed) { b.results, b.approved = map[string]pipeline.Result{}, "" }, "unjudged AXLE4110", "nobody has approved"},
		{"there was no plan, and yet an approval", func(b *bed) { b.results = map[string]pipeline.Result{} }, "unjudged AXLE3312", "is not in the store"},
		{"the plan that was approved is lost", func(b *bed) { b.store = map[string][]byte{} }, "unjudged AXLE3312", "is not in the store"},
		{"a plan of another kind", func(b *bed) { b.store[b.results["prod/plan"].Artifact("plan")] = []byte("{}") }, "unjudged AXLE2702", "the stored plan cannot be read"},
		{"nothing was approved but there is something", func(b *bed) {
			b.store[b.results["prod/plan"].Artifact("plan")] = []byte("[]")
		}, "unjudged AXLE2610", "the plan is no longer the approved one"},
		{"other bytes than were approved", func(b *bed) { b.edit("q/template.yaml", "DisplayName", "TopicName") },
			"fail AXLE2140", "integrity: the package is sha256:"},
		{"other portfolios than were approved", func(b *bed) { b.edit("catalog.yaml", "ou-ab12-11111111, principals", "ou-ab12-22222222, principals") },
			"unjudged AXLE2610", "not approved: eu-west-1: create share messaging"},
		{"the hub cannot be read", failing("Observe"), "unjudged AXLE3002", "the world is down"},
		{"a change that fails in one region", failing("Apply us-east-1: create share"), "unjudged AXLE3002", "the world is down"}, // CAT-34
		{"what was published cannot be written down", failing("Record"), "unjudged AXLE3002", "the world is down"},
	})
}

// I6: what is refused has changed nothing and is not recorded; what is done is, once the hub is
// as wanted.
func TestPublishRecordsWhatItDid(t *testing.T) {
	for name, spoil := range map[string]func(*bed){
		"no approval":  func(b *bed) { b.approved = "" },
		"other bytes":  func(b *bed) { b.edit("q/template.yaml", "DisplayName", "TopicName") },
		"another plan": func(b *bed) { b.store[b.results["prod/plan"].Artifact("plan")] = []byte("[]") },
	} {
		b := newBed().planned(t)
		spoil(b)
		if _, err := b.do(t, "prod/publish"); len(b.called("Apply", "Record")) > 0 {
			t.Errorf("%s: %v, and yet %q", name, err, b.called("Apply", "Record"))
		}
	}
	b := newBed().planned(t)
	failing("Apply us-east-1: create share")(b)
	if _, err := b.do(t, "prod/publish"); err == nil || len(b.called("Record")) > 0 {
		t.Errorf("half done: %v, recorded %q", err, b.called("Record"))
	}
	b = newBed().planned(t)
	res, err := b.do(t, "prod/publish")
	if got := b.called("Record"); err != nil || !slices.Equal(got, []string{"Record topic 1.1.0 of r1"}) || res.Artifact("package") != b.results["prod/plan"].Artifact("package") {
		t.Errorf("%v, recorded %q, package %s", err, got, res.Artifact("package"))
	}
	if b.calls[len(b.calls)-1] != "Record topic 1.1.0 of r1" {
		t.Errorf("recorded before the hub was looked at again: %q", b.calls)
	}
}

// CAT-33: half done, and done again under the same approval: what is left is made, and nothing twice.
func TestPublishGoesOn(t *testing.T) {
	b := newBed().planned(t)
	failing("Apply us-east-1")(b)
	if _, err := b.do(t, "prod/publish"); err == nil {
		t.Fatal("a region failed, and it passed")
	}
	b.fail, b.have, b.made, b.calls = newBed().fail, applied(t, b), nil, nil
	res, err := b.do(t, "prod/publish")
	if word(res, err) != "pass" || len(b.made) == 0 {
		t.Fatalf("%s\n%s", word(res, err), b.text(res, err))
	}
	for _, c := range b.made {
		if c.Region != "us-east-1" {
			t.Errorf("made again: %s", c)
		}
	}
}

// applied is the hub of a bed of which only eu-west-1 could be changed.
func applied(t *testing.T, b *bed) catalog.Catalog {
	t.Helper()
	look, err := b.deps().Look(t.Context(), b.input(t, "prod", "plan"))
	if err != nil {
		t.Fatal(err)
	}
	return look.Want.In("eu-west-1")
}

// Verify names the spoke that cannot launch, skips with its reason the one that is not served,
// and with no spoke at all it does not pass.
func TestVerify(t *testing.T) {
	table(t, "prod/verify", []outcome{
		{"as the end user of a spoke", nil, "pass", "555555555555 eu-west-1: topic 1.1.0 can be launched as CatalogBuilder (lpv-1)"},
		{"a version that git deprecates itself: no claim that it can be launched", func(b *bed) {
			b.edit("q/product.yaml", "portfolios:", "lifecycle: { deprecated: [{ version: 1.1.0, reason: rolled back }] }\nportfolios:")
		}, "pass", "eu-west-1: topic 1.1.0 is deprecated: it is not launched any more, and nobody is asked"},
		{"it cannot launch", failing("Offer topic 1.1.0 as CatalogBuilder in 555555555555"),
			"unjudged AXLE3130", "spoke 555555555555 eu-west-1 cannot launch topic 1.1.0: the world is down"}, // X57
		{"its role is gone: another says whether the version is there", roleless("555555555555"), "pass", "666666666666 eu-west-1: topic 1.1.0 can be launched"}, // T29
		{"its role is gone, and it is named", roleless("555555555555"), "pass", "spoke 555555555555 eu-west-1 cannot launch topic 1.1.0: AXLE3140: DescribeProduct failed: AXLE3210: the role cannot be assumed"},
		{"no role is there", roleless(""), "unjudged AXLE3130", "spoke 666666666666 eu-west-1 cannot launch"},
		{"one is suspended", func(b *bed) { b.accounts[1].State = "SUSPENDED" }, "pass", "666666666666 eu-west-1: skipped, the account is suspended"}, // X56
		{"all are suspended", func(b *bed) { b.accounts[0].State, b.accounts[1].State = "SUSPENDED", "SUSPENDED" },
			"fail AXLE2131", "nothing to distribute to: catalog.yaml names no active spoke"}, // B197
		{"the unit is empty", func(b *bed) { b.accounts = nil }, "fail AXLE2131", "add one under spokes"}, // B197
		{"the unit is not there", func(b *bed) {
			b.edit("catalog.yaml", "spokes:\n  - { organizational_unit: ou-ab12-11111111", "spokes:\n  - { organizational_unit: ou-ab12-99999999")
		},
			"unjudged AXLE2620", "ou-ab12-99999999"},
		{"the organization cannot be read", failing("Organization"), "unjudged AXLE3002", "the world is down"}, // I19
	})
}

// roleless fails every look as an end user of the account: its role cannot be assumed.
func roleless(account string) func(*bed) {
	return func(b *bed) {
		b.fail = func(call string) error {
			if strings.HasPrefix(call, "Offer") && strings.Contains(call, account) {
				return document.Fail("AXLE3140", "DescribeProduct failed", "", document.Fail("AXLE3210", "the role cannot be assumed", "", nil))
			}
			return nil
		}
	}
}

// CAT-30, CAT-31: as an end user of one spoke a region, however many there are; and of three at
// most where it cannot be seen.
func TestVerifyAsksOneSpokeARegion(t *testing.T) {
	for _, c := range []struct {
		fail func(*bed)
		want int
	}{{func(*bed) {}, 2}, {failing("Offer"), 2}, {roleless(""), 6}} {
		b := newBed().planned(t)
		b.edit("catalog.yaml", ", regions: [eu-west-1] }", " }")
		b.accounts = nil
		for i := range 1000 {
			b.accounts = append(b.accounts, catalog.Account{ID: fmt.Sprintf("5%011d", i), Parent: "ou-ab12-11111111", State: "ACTIVE"})
		}
		c.fail(b)
		if _, err := b.do(t, "prod/verify"); len(b.called("Offer")) != c.want {
			t.Errorf("%d asked, want %d: %v", len(b.called("Offer")), c.want, err)
		}
	}
}

// The whole way in a sound world: to the person, and after the approval to the end; only then is
// anything written to prod.
func TestTheWholeWay(t *testing.T) {
	b := newBed()
	run := b.execute(t, b.run(t, stages.Limit{}))
	if run.State() != pipeline.StateAwaiting || len(b.called("Record")) > 0 {
		t.Fatalf("%s, %+v", run.State(), run.Results())
	}
	for _, c := range b.made {
		if c.Product == "topic" || c.Portfolio == "messaging" {
			t.Errorf("before the approval: %s", c)
		}
	}
	staged := len(b.made)
	run, err := run.Append(pipeline.Event{At: time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC), Kind: pipeline.Approved, Stage: "prod", Action: "approval",
		By: "manager@example.com", Reason: "seen", Digest: run.Subject("prod")})
	if err != nil {
		t.Fatal(err)
	}
	if run = b.execute(t, run); run.State() != pipeline.StateSucceeded || len(b.made) == staged || len(b.called("Record")) != 1 {
		t.Errorf("%s, %d changes, %+v", run.State(), len(b.made)-staged, run.Results())
	}
}

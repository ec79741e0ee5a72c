package stages_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// inWaves is a bed whose pipeline goes to us-east-1 first, bakes, and then to eu-west-1.
func inWaves() *bed {
	b := newBed()
	b.settings("  prod: {}\n", `  prod:
    distribute:
      waves:
        - { name: canary, regions: [us-east-1], bake: 20m }
        - { name: rest, spokes: { all: true } }
`)
	b.edit("catalog.yaml", ", regions: [eu-west-1] }", " }")
	return b
}

// regionsMade are the hub's regions in the order in which something was made in them.
func (b *bed) regionsMade() string {
	var all []string
	for _, c := range b.made {
		all = append(all, c.Region)
	}
	return strings.Join(slices.Compact(all), " ")
}

// CAT-61, CT-13, F19: wave by wave over the hub's regions, each seen by an end user before the bake.
func TestPublishInWaves(t *testing.T) {
	b := inWaves().planned(t)
	start := b.time.now
	res, err := b.do(t, "prod/publish")
	if word(res, err) != "pass" || b.regionsMade() != "us-east-1 eu-west-1" {
		t.Fatalf("%s, made in %q\n%s", word(res, err), b.regionsMade(), b.text(res, err))
	}
	if took := b.time.now.Sub(start); took != 20*time.Minute {
		t.Errorf("it took %s", took)
	}
	offers, lastMade := b.called("Offer"), slices.IndexFunc(b.calls, func(c string) bool { return strings.HasPrefix(c, "Apply eu-west-1") })
	if len(offers) != 2 || slices.Index(b.calls, offers[0]) > lastMade || !strings.Contains(offers[0], "us-east-1") {
		t.Errorf("asked %q", offers)
	}
	if got := len(b.called("Read")); got != 2*5 { // both spokes: before, each five minutes, at the end
		t.Errorf("%d spokes read: %q", got, b.called("Read"))
	}
	if b.calls[len(b.calls)-1] != "Record topic 1.1.0 of r1" {
		t.Errorf("recorded before the end: %q", b.calls)
	}
}

// CAT-32: with nothing to publish nothing bakes.
func TestNothingInWaves(t *testing.T) {
	b := inWaves().planned(t)
	if res, err := b.do(t, "prod/publish"); word(res, err) != "pass" {
		t.Fatal(b.text(res, err))
	}
	b.results, b.approved, b.calls = map[string]pipeline.Result{}, "", nil
	res, err := b.do(t, "prod/plan")
	if word(res, err) != "skipped" {
		t.Fatal(b.text(res, err))
	}
	b.results["prod/plan"] = res
	before := b.time.now
	if res, err = b.do(t, "prod/publish"); word(res, err) != "pass" || b.time.now != before || len(b.called("Apply", "Read")) > 0 {
		t.Errorf("%s after %s: %q", word(res, err), b.time.now.Sub(before), b.calls)
	}
}

// CAT-61, CAT-62: what stands in the way of the second wave, and what it then says. The run is not
// over: it waits for a person.
func TestWavesStop(t *testing.T) {
	tainted := func(id string) func(*bed) {
		return func(b *bed) {
			b.launched = map[string][]catalog.Launched{"555555555555 us-east-1": {{ID: id, Name: "mine", ProductName: "topic", State: "TAINTED", Message: "rolled back"}}}
		}
	}
	onceMade := func(change func(*bed)) func(*bed) { // while us-east-1 bakes
		return func(b *bed) {
			b.fail = func(call string) error {
				if strings.HasPrefix(call, "Offer") {
					change(b)
				}
				return nil
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*bed)
		code   string
		says   string
	}{
		{"a region that cannot be made", failing("Apply us-east-1"), stages.CodeStopped, "1 failed in wave canary, and it allows 0; us-east-1: us-east-1: the world is down"},
		{"a region in which nobody sees it", failing("Offer"), stages.CodeStopped, "cannot launch topic 1.1.0"},
		{"what is tainted while it bakes", onceMade(tainted("pp-1")), stages.CodeStopped, "pp-1 in 555555555555 us-east-1: mine is TAINTED: rolled back"},
		{"a spoke that cannot be read", failing("Read 666666666666"), stages.CodeStopped, "spoke 666666666666 us-east-1: it could not be read: the world is down"},
		{"a person", func(b *bed) {
			b.book.order = map[int]catalog.Order{1: {Verb: catalog.Pause, By: "ann@example.com", Reason: "lunch"}}
		}, stages.CodePaused, "is paused by ann@example.com: lunch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := inWaves().planned(t)
			c.change(b)
			var why error
			deps := b.deps()
			deps.Halt = func(err error) { why = err }
			res, err := stages.All(deps)["prod/publish"](t.Context(), b.input(t, "prod", "publish"))
			if err == nil || why == nil || word(res, err) != "unjudged "+c.code || !strings.Contains(b.text(res, err), c.says) {
				t.Errorf("%s, halted by %v\n%s\nwant %s %q", word(res, err), why, b.text(res, err), c.code, c.says)
			}
			if strings.Contains(b.regionsMade(), "eu-west-1") || len(b.called("Record")) > 0 {
				t.Errorf("the second wave was begun: %q", b.calls)
			}
		})
	}
	for name, change := range map[string]func(*bed){
		"what was tainted before": tainted("pp-1"),
		"what is another's": onceMade(func(b *bed) {
			tainted("pp-1")(b)
			b.launched["555555555555 us-east-1"][0].ProductName = "other"
		}),
	} {
		b := inWaves().planned(t)
		change(b)
		if res, err := b.do(t, "prod/publish"); word(res, err) != "pass" {
			t.Errorf("%s: %s\n%s", name, word(res, err), b.text(res, err))
		}
	}
}

// An abort ends the run as failed, and says by whom.
func TestWavesAborted(t *testing.T) {
	b := inWaves().planned(t)
	b.book.order = map[int]catalog.Order{2: {Verb: catalog.Abort, By: "ann@example.com", Reason: "wrong product"}}
	res, err := b.do(t, "prod/publish")
	if word(res, err) != "fail "+stages.CodeAborted || !strings.Contains(b.text(res, err), "by ann@example.com: wrong product") || b.regionsMade() != "us-east-1" {
		t.Errorf("%s, made in %q\n%s", word(res, err), b.regionsMade(), b.text(res, err))
	}
}

// CAT-63: stopped in its second wave and resumed, it makes nothing again that was verified.
func TestWavesResumed(t *testing.T) {
	b := inWaves().planned(t)
	failing("Apply eu-west-1")(b)
	if res, err := b.do(t, "prod/publish"); word(res, err) != "unjudged "+stages.CodeStopped {
		t.Fatalf("%s\n%s", word(res, err), b.text(res, err))
	}
	b.fail, b.calls = newBed().fail, nil
	first := len(b.made)
	b.book.tell("r1", catalog.Order{Verb: catalog.Resume, By: "ann@example.com", Reason: "it is up"})
	res, err := b.do(t, "prod/publish")
	b.made = b.made[first:]
	if word(res, err) != "pass" || b.regionsMade() != "eu-west-1" || len(b.called("Offer")) != 1 {
		t.Errorf("%s, made in %q, asked %q\n%s", word(res, err), b.regionsMade(), b.called("Offer"), b.text(res, err))
	}
}

// CAT-53, I15: what is superseded is deprecated last, once every region has the new version and
// an end user has seen it; where one does not, nothing is.
func TestSupersededGoesLast(t *testing.T) {
	old := func(b *bed) *bed {
		b.write("q/product.yaml", strings.Replace(productYAML, "1.1.0", "1.0.0", 1))
		look, err := b.deps().Look(t.Context(), b.input(t, "prod", "plan"))
		if err != nil {
			t.Fatal(err)
		}
		b.have = look.Want
		b.write("q/product.yaml", productYAML+"lifecycle: { deprecated: [{ version: 1.0.0, reason: old, successor: 1.1.0, until: 2099-01-01 }] }\n")
		return b.planned(t)
	}
	for name, b := range map[string]*bed{"at once": newBed(), "in waves": inWaves()} {
		b = old(b)
		res, err := b.do(t, "prod/publish")
		last := len(b.made) - 1
		if word(res, err) != "pass" || last < 3 || b.made[last].Verb != catalog.Update || b.made[last-1].Verb != catalog.Update || b.made[last-2].Verb != catalog.Create {
			t.Errorf("%s: %s, made %q", name, word(res, err), catalog.Summary(b.made))
		}
	}
	for name, fail := range map[string]string{"a region fails": "Apply us-east-1: create version", "nobody sees it": "Offer"} {
		b := old(newBed())
		failing(fail)(b)
		if _, err := b.do(t, "prod/publish"); err == nil || slices.ContainsFunc(b.made, func(c catalog.Change) bool { return c.Verb == catalog.Update }) {
			t.Errorf("%s: %v, made %q", name, err, catalog.Summary(b.made))
		}
	}
}

// CAT-36: the regions of a wave share one turn at the hub, and have none while they bake.
func TestWavesTakeTurns(t *testing.T) {
	b := inWaves().planned(t)
	deps := b.deps()
	held, most := 0, 0
	deps.Turn = func(context.Context, pipeline.Input) (func(), error) {
		held++
		most = max(most, held)
		return func() { held-- }, nil
	}
	sleep := deps.Clock.Sleep
	deps.Clock.Sleep = func(ctx context.Context, d time.Duration) error {
		if held > 0 {
			return errors.New("it bakes, and others wait")
		}
		return sleep(ctx, d)
	}
	res, err := stages.All(deps)["prod/publish"](t.Context(), b.input(t, "prod", "publish"))
	if word(res, err) != "pass" || held != 0 || most != 1 {
		t.Errorf("%s: %d held, at most %d\n%s", word(res, err), held, most, b.text(res, err))
	}
}

// A bake is no reason to give up: the stage's timeout is each wave's, and the bakes come on top.
func TestWavesHaveTheirTime(t *testing.T) {
	b := inWaves()
	b.settings("    distribute:\n", "    timeout: 10m\n    distribute:\n")
	sp, err := b.spec(stages.Limit{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sp.Stages[len(sp.Stages)-1].Steps {
		want := 10 * time.Minute
		if s.Action == "publish" || s.Action == "enforce" {
			want = 2*10*time.Minute + 20*time.Minute
		}
		if s.Timeout != want {
			t.Errorf("%s has %s, want %s", s.Action, s.Timeout, want)
		}
	}
}

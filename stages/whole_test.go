package stages_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/stages"
)

// catalogRun is catalog.yaml's own run in the bed.
func (b *bed) catalogRun(t *testing.T, limit stages.Limit, left ...string) pipeline.Run {
	t.Helper()
	f, ds := pipeline.Load("pipeline.yaml", []byte(b.pipeline))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	spec, err := stages.CatalogSpec(f, b.ref, limit)
	if err != nil {
		t.Fatal(err)
	}
	spec.Whole.Left = left
	return pipeline.Run{ID: "c1", Spec: spec, Product: "catalog.yaml", Commit: pipeline.Commit{SHA: "c0ffee", Ref: b.ref}}
}

// doWhole carries out one action of catalog.yaml's own run.
func (b *bed) doWhole(t *testing.T, key string, left ...string) (pipeline.Result, error) {
	t.Helper()
	stage, action, _ := strings.Cut(key, "/")
	in := b.catalogRun(t, stages.Limit{}, left...).Input(pipeline.Step{Kind: pipeline.Do, Stage: stage, Action: action})
	in.Results, in.Approved = b.results, b.approved
	return stages.All(b.deps())[key](t.Context(), in)
}

// held is a bed whose hub has what the product's run has published.
func held(t *testing.T) *bed {
	t.Helper()
	b := newBed()
	f, ds := catalog.Load("catalog.yaml", b.files["catalog.yaml"].Data)
	p, more := products.Load("q/product.yaml", b.files["q/product.yaml"].Data)
	if err := errors.Join(ds.Err(), more.Err()); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.have, err = catalog.Want(f, p, catalog.Release{Version: "1.1.0", Digest: "sha256:11"}); err != nil {
		t.Fatal(err)
	}
	return b
}

// S0: what catalog.yaml's own run goes through, and what it asks of the commit.
func TestCatalogSpec(t *testing.T) {
	for _, c := range []struct {
		name, ref string
		limit     stages.Limit
		want      string
		requires  string
	}{
		{"the protected branch", "refs/heads/main", stages.Limit{}, "alpha lint secrets, prod plan approval publish verify", ""},
		{"another branch", "refs/heads/mine", stages.Limit{}, "alpha lint secrets", ""},
		{"prod alone", "refs/heads/main", stages.Limit{Only: []string{"prod"}}, "prod plan approval publish verify", "alpha"},
		{"a stage that it has not", "refs/heads/main", stages.Limit{Only: []string{"beta"}}, "", ""},
	} {
		b := newBed()
		b.ref = c.ref
		spec := b.catalogRun(t, c.limit).Spec
		var got []string
		for _, st := range spec.Stages {
			line := st.Name
			for _, s := range st.Steps {
				if !strings.HasPrefix(s.Action, "enforce") && s.Action != "distribute" {
					line += " " + s.Action
				}
			}
			got = append(got, line)
		}
		if text := strings.Join(got, ", "); text != c.want || c.want != "" && strings.Join(spec.Requires, " ") != c.requires {
			t.Errorf("%s: %s, requires %v", c.name, text, spec.Requires)
		}
		if spec.Whole == nil || spec.Whole.Staging != "staging" {
			t.Errorf("%s: %+v", c.name, spec.Whole)
		}
	}
}

func TestCatalogLint(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*bed)
		ends   string
	}{
		{"as it should be", func(*bed) {}, "pass"},
		{"no product yet", func(b *bed) { delete(b.files, "q/product.yaml") }, "pass"},
		{"a key that is not one", func(b *bed) { b.edit("catalog.yaml", "spokes:", "spoks:") }, "fail AXLE1003"},
		{"a product in a portfolio that left", func(b *bed) { b.edit("catalog.yaml", "  messaging:", "  messages:") }, "fail AXLE1311"},
		{"a product's file that cannot be read", func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") }, "fail AXLE1003"},
		{"no catalog.yaml", func(b *bed) { delete(b.files, "catalog.yaml") }, "unjudged AXLE3002"},
	} {
		b := newBed()
		c.change(b)
		res, err := b.doWhole(t, "alpha/lint")
		if got := word(res, err); !strings.HasPrefix(got, strings.Fields(c.ends)[0]) {
			t.Errorf("%s: %s, want %s\n%s", c.name, got, c.ends, b.text(res, err))
		}
	}
}

// S0, CAT-3: the plan is of every portfolio but gamma's, and of no new version.
func TestCatalogPlan(t *testing.T) {
	for _, c := range []struct {
		name   string
		bed    func() *bed
		change func(*bed)
		left   []string
		ends   string
		says   string
		never  string
	}{
		{"an empty hub", newBed, nil, nil, "pass", "eu-west-1: create portfolio messaging", "topic"},
		{"an empty hub, and nobody to distribute to", newBed, func(b *bed) { b.accounts = nil }, nil, "pass", "us-east-1: create share messaging", "staging"},
		{"as it should be", func() *bed { return held(t) }, nil, nil, "skipped", "nothing to change", "create"},
		{"another name", func() *bed { return held(t) }, func(b *bed) { b.edit("catalog.yaml", "display_name: Messaging", "display_name: Messages") }, nil,
			"pass", "update portfolio messaging", "version"},
		{"a version taken back", func() *bed { return held(t) }, func(b *bed) {
			b.edit("q/product.yaml", "portfolios:", "lifecycle: { retired: [1.1.0] }\nversion_: x\nportfolios:")
			b.edit("q/product.yaml", "version_: x\n", "")
		}, nil, "pass", "1.1.0 active → 1.1.0 retired", "create"},
		{"a portfolio that left", func() *bed { return held(t) }, func(b *bed) {
			b.have.Portfolios = append(b.have.Portfolios, catalog.Portfolio{Region: "eu-west-1", Key: "old", DisplayName: "Old"})
		}, []string{"old"}, "pass", "eu-west-1: delete portfolio old: Old", "create"},
		{"a portfolio of somebody else's", func() *bed { return held(t) }, func(b *bed) {
			b.have.Portfolios = append(b.have.Portfolios, catalog.Portfolio{Region: "eu-west-1", Key: "theirs", DisplayName: "Theirs"})
		}, nil, "skipped", "nothing to change", "delete"},
		{"the hub cannot be read", func() *bed { return held(t) }, failing("Observe"), nil, "unjudged AXLE3002", "the world is down", "create"},
		{"files with errors", func() *bed { return held(t) }, func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") }, nil, "unjudged AXLE2111", "alpha/lint lists them", "create"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.bed()
			if c.change != nil {
				c.change(b)
			}
			res, err := b.doWhole(t, "prod/plan", c.left...)
			text := b.text(res, err)
			if got := word(res, err); got != c.ends || !strings.Contains(text, c.says) || strings.Contains(text, c.never) {
				t.Errorf("%s, want %s with %q and without %q\n%s", got, c.ends, c.says, c.never, text)
			}
		})
	}
}

// S7, CAT-23: what product.yaml says anew goes through the gates of the product's own run. catalog.yaml's
// run takes each product as it was published last, and says what waits.
func TestCatalogTakesProductsAsPublished(t *testing.T) {
	renamed := func(b *bed) { b.edit("catalog.yaml", "display_name: Messaging", "display_name: Messages") }
	since := func(old, now string) func(*bed) {
		return func(b *bed) {
			b.before, b.last.SHA = maps.Clone(b.files), "before"
			b.edit("q/product.yaml", old, now)
		}
	}
	role := since("SCLaunchTopic", "Administrator")
	const waits = "topic waits for its own run: it is taken as commit before published it"
	for _, c := range []struct {
		name   string
		change func(*bed)
		ends   string
		says   string
		never  string
	}{
		{"a constraint", role, "skipped", waits, "Administrator"},
		{"a constraint, and catalog.yaml", func(b *bed) { role(b); renamed(b) }, "pass", "update portfolio messaging", "Administrator"},
		{"a new version", since("version: 1.1.0", "version: 1.2.0"), "skipped", waits, "1.2.0"},
		{"a version that is retired", since("portfolios:", "lifecycle: { retired: [1.1.0] }\nportfolios:"), "skipped", waits, "retired"},
		{"taken out of a portfolio", since("  messaging: {", "  staging: {"), "skipped", waits, "delete"},
		{"moved to a portfolio that replaces its own", func(b *bed) {
			since("  messaging: {", "  mail: {")(b)
			b.edit("catalog.yaml", "  messaging:", "  mail:")
		}, "pass", "which published it, cannot be taken as it is: AXLE2600: product topic names portfolio messaging, which catalog.yaml does not have", "delete"},
		{"its documents alone", func(b *bed) { role(b); b.edit("q/product.yaml", "Administrator", "SCLaunchTopic") }, "skipped", "nothing to change", "waits"},
		{"a rollback has deprecated what no file does", func(b *bed) { b.have.Products[0].Versions[0].Guidance = "DEPRECATED" }, "skipped", "nothing to change", "active"},
		{"its publication is paused", func(b *bed) { role(b); b.last.Open = true }, "skipped", "topic stays as the hub has it: a publication of it is not through", "Administrator"},
		{"nobody knows who published it", func(b *bed) { role(b); renamed(b); b.last.SHA = "" }, "pass", "topic stays as the hub has it: no run is known", "Administrator"},
		{"its commit is gone", func(b *bed) { role(b); renamed(b); failing("Tree before")(b) }, "pass", "topic stays as the hub has it: commit before, which published it, cannot be taken as it is: the world is down", "Administrator"},
		{"the log cannot be read", failing("Last"), "unjudged AXLE3002", "the world is down", "update"},
	} {
		b := held(t)
		c.change(b)
		res, err := b.doWhole(t, "prod/plan")
		text := b.text(res, err)
		if got := word(res, err); got != c.ends || !strings.Contains(text, c.says) || strings.Contains(text, c.never) {
			t.Errorf("%s: %s, want %s with %q and without %q\n%s", c.name, got, c.ends, c.says, c.never, text)
		}
	}
}

// I6, CAT-32: what was approved is made, and nothing else; then nothing is left, and a spoke of each
// region sees what it may launch.
func TestCatalogPublish(t *testing.T) {
	b := held(t)
	b.edit("catalog.yaml", "display_name: Messaging", "display_name: Messages")
	if res, err := b.doWhole(t, "prod/publish"); err == nil || len(b.called("Apply")) > 0 {
		t.Fatalf("published without a plan: %s, %q", word(res, err), b.called("Apply"))
	}
	res, err := b.doWhole(t, "prod/plan")
	if err != nil {
		t.Fatal(err)
	}
	b.results["prod/plan"], b.calls, b.said = res, nil, nil
	if res, err = b.doWhole(t, "prod/publish"); word(res, err) != "unjudged AXLE4110" || len(b.called("Apply")) > 0 {
		t.Fatalf("published without an approval: %s, %q", word(res, err), b.called("Apply"))
	}
	b.approved = "sha256:seen"
	if res, err = b.doWhole(t, "prod/publish"); word(res, err) != "pass" || len(b.called("Apply")) != 2 {
		t.Fatalf("%s\n%q\n%s", word(res, err), b.calls, b.text(res, err))
	}
	b.made = nil
	for i := range b.have.Portfolios {
		b.have.Portfolios[i].DisplayName = "Messages"
	}
	if res, err = b.doWhole(t, "prod/verify"); word(res, err) != "pass" || !slices.Equal(b.called("Offer"), []string{"Offer topic 1.1.0 as CatalogBuilder in 555555555555 eu-west-1"}) {
		t.Errorf("%s\n%q\n%s", word(res, err), b.called("Offer"), b.text(res, err))
	}
	// Changed once more after the approval, it is another plan.
	b.edit("catalog.yaml", "display_name: Messages", "display_name: Mail")
	if res, err = b.doWhole(t, "prod/publish"); !strings.Contains(word(res, err), "AXLE2610") {
		t.Errorf("another plan: %s", word(res, err))
	}
}

func TestCatalogVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*bed)
		ends   string
		says   string
	}{
		{"somebody has changed it since", func(b *bed) { b.have.Portfolios[0].DisplayName = "By hand" }, "fail AXLE2790", "the catalog differs"},
		{"no spoke can launch it", roleless(""), "unjudged AXLE3130", "spoke 666666666666 eu-west-1 cannot launch topic 1.1.0"},
		{"one of two cannot be a user of", roleless("555555555555"), "pass", "666666666666 eu-west-1: topic 1.1.0 can be launched"},
		{"there is no spoke yet", func(b *bed) { b.accounts = nil }, "pass", ""},
		{"the organization cannot be read", failing("Organization"), "unjudged AXLE3002", "the world is down"},
	} {
		b := held(t)
		c.change(b)
		res, err := b.doWhole(t, "prod/verify")
		if got := word(res, err); got != c.ends || !strings.Contains(b.text(res, err), c.says) {
			t.Errorf("%s: %s, want %s\n%s", c.name, got, c.ends, b.text(res, err))
		}
	}
}

// CAT-36: who changes the hub waits for its turn, and gives it back whatever happens.
func TestTurns(t *testing.T) {
	for _, key := range []string{"gamma/publish", "prod/publish"} {
		b := newBed().planned(t)
		deps := b.deps()
		held, given := 0, 0
		deps.Turn = func(ctx context.Context, _ pipeline.Input) (func(), error) {
			held++
			return func() { given++ }, nil
		}
		failing("Observe")(b)
		stage, action, _ := strings.Cut(key, "/")
		if _, err := stages.All(deps)[key](t.Context(), b.input(t, stage, action)); err == nil || held != 1 || given != 1 {
			t.Errorf("%s: %v, held %d, given back %d", key, err, held, given)
		}
		deps.Turn = func(context.Context, pipeline.Input) (func(), error) {
			return nil, document.Fail("AXLE3313", "the lock cannot be taken", "", nil)
		}
		b.calls = nil
		if _, err := stages.All(deps)[key](t.Context(), b.input(t, stage, action)); document.CodeOf(err) != "AXLE3313" || len(b.called("Observe", "Apply")) > 0 {
			t.Errorf("%s without its turn: %v, %q", key, err, b.calls)
		}
	}
}
